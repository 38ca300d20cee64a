//! Rejects words that this project no longer uses, in Markdown and in the comments and string
//! literals of crates.

use std::path::Path;

use crate::rust_tokens::{Kind, tokens};

/// The retired words and pairs of words.
///
/// "is no": "is not a", as in "is not a token"; "there is no" and "is no longer" are accepted.
/// "mend": "fix". "recollection": "cache". "dear": "expensive". "told": "is given", "learns"; "told
/// apart" is accepted.
const RETIRED: [&[&str]; 11] = [
    &["is", "no"],
    &["nobody"],
    &["mend"],
    &["mends"],
    &["mended"],
    &["recollection"],
    &["recollections"],
    &["dear"],
    &["dearer"],
    &["is", "told"],
    &["are", "told"],
];

/// A place where a retired word stays, such as the quote of a specification.
#[derive(Debug)]
struct Allowed {
    /// The path from the root of the repository.
    file: &'static str,
    /// Words of the text, the retired one among them.
    phrase: &'static str,
    /// The reason why it stays.
    reason: &'static str,
}

/// The places with retired words. An entry whose phrase is not in its file is an error.
const ALLOWED: &[Allowed] = &[];

/// The number of words around a retired one in which an allowed phrase is looked for.
const AROUND: usize = 8;

/// A word between white space, and its line.
#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a str,
    line: usize,
}

/// Checks a Markdown file, or a source file of a crate.
pub(super) fn check(name: &str, text: &str, problems: &mut Vec<String>) {
    for words in prose(name, text) {
        for (line, found) in retired_in(name, &words, ALLOWED) {
            problems.push(format!(
                "{name}:{line}: {found:?} is retired; xtask/src/tidy/words.rs has other words"
            ));
        }
    }
}

/// Rejects entries of the list of allowed places that excuse nothing.
pub(super) fn check_allowed(root: &Path, problems: &mut Vec<String>) {
    for Allowed { file, phrase, reason } in ALLOWED {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        if !text.split_whitespace().collect::<Vec<_>>().join(" ").contains(phrase) {
            problems
                .push(format!("{file} does not say {phrase:?}, which is allowed there: {reason}"));
        }
    }
}

/// The texts of a file, each as its words.
fn prose<'a>(name: &str, text: &'a str) -> Vec<Vec<Word<'a>>> {
    if name.ends_with(".md") {
        return vec![Code::default().words(text, 1)];
    }
    let is_source = name.starts_with("crates/") && name.contains("/src/") && name.ends_with(".rs");
    if !is_source {
        return Vec::new();
    }
    let mut texts: Vec<Vec<Word<'a>>> = Vec::new();
    let (mut is_comment, mut code) = (false, Code::default());
    for token in tokens(text) {
        if !is_comment || token.kind != Kind::Comment {
            code = Code::default();
        }
        let found = code.words(token.text, token.line);
        match (token.kind, texts.last_mut()) {
            // Comments on consecutive lines are one text.
            (Kind::Comment, Some(last)) if is_comment => last.extend(found),
            (Kind::Comment | Kind::Text, _) => texts.push(found),
            _ => {}
        }
        is_comment = token.kind == Kind::Comment;
    }
    texts
}

/// The parts of a text that are code.
#[derive(Debug, Default)]
struct Code {
    /// Between lines of three backticks.
    is_block: bool,
    /// Between two backticks.
    is_span: bool,
}

impl Code {
    /// The words of the next lines that are not code. Each word of a code span is empty.
    fn words<'a>(&mut self, text: &'a str, first_line: usize) -> Vec<Word<'a>> {
        let mut words = Vec::new();
        for (line, number) in text.lines().zip(first_line..) {
            let content = line.trim_start_matches(['/', '!', ' ']);
            if content.starts_with("```") {
                self.is_block = !self.is_block;
                continue;
            }
            if content.is_empty() {
                // A mark without a partner ends with its paragraph.
                self.is_span = false;
            }
            for word in line.split_whitespace().filter(|_| !self.is_block) {
                let marks = word.matches('`').count();
                if self.is_span || marks > 0 {
                    words.push(Word { text: "", line: number });
                } else if !["//", "///", "//!", ">", "\\"].contains(&word) {
                    words.push(Word { text: word, line: number });
                }
                self.is_span ^= marks % 2 == 1;
            }
        }
        words
    }
}

/// Lines with retired words, and those words.
fn retired_in(name: &str, words: &[Word<'_>], allowed: &[Allowed]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for start in 0..words.len() {
        let rest = words.get(start..).unwrap_or_default();
        let Some(retired) = RETIRED.iter().find(|retired| begins(rest, retired)) else { continue };
        let before = start.checked_sub(1).and_then(|before| words.get(before));
        let after = rest.get(retired.len());
        let is_before = |accepted: &str| before.is_some_and(|word| bare(word) == accepted);
        let is_after =
            |accepted: &[&str]| after.is_some_and(|word| accepted.contains(&bare(word).as_str()));
        let is_accepted = match **retired {
            ["is", "no"] => is_before("there") || is_after(&["longer", "more", "less"]),
            [_, "told"] => is_after(&["apart"]),
            _ => false,
        };
        let context = words.get(start.saturating_sub(AROUND)..).unwrap_or_default().iter();
        let context: Vec<&str> = context.take(2 * AROUND).map(|word| word.text).collect();
        let context = context.join(" ");
        let mut places = allowed.iter().filter(|allowed| allowed.file == name);
        if !is_accepted && !places.any(|allowed| context.contains(allowed.phrase)) {
            found.push((rest.first().map_or(0, |word| word.line), retired.join(" ")));
        }
    }
    found
}

/// Returns true if a text begins with these words, without punctuation between them.
fn begins(words: &[Word<'_>], retired: &[&str]) -> bool {
    let between = retired.len().saturating_sub(1);
    words.len() >= retired.len()
        && words.iter().zip(retired).all(|(word, retired)| bare(word) == *retired)
        && words.iter().take(between).all(|word| word.text.ends_with(char::is_alphanumeric))
}

/// A word in lower case, without punctuation around it.
fn bare(word: &Word<'_>) -> String {
    word.text.trim_matches(|character: char| !character.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(name: &str, text: &str) -> Vec<usize> {
        prose(name, text)
            .iter()
            .flat_map(|words| retired_in(name, words, &[]))
            .map(|(line, _)| line)
            .collect()
    }

    #[test]
    fn retired_words_are_found_whole_and_over_line_ends() {
        assert_eq!(
            lines("a.md", "It is no\ntoken. Nobody knows.\n\nThat is\nno token."),
            [1, 2, 4]
        );
        assert_eq!(lines("a.md", "Amend, recommend, idea, is not, yes it is. No more."), [0; 0]);
        assert_eq!(
            lines("a.md", "There is no token, and it is no longer (no: is no more) one."),
            [0; 0]
        );
        assert_eq!(lines("a.md", "`is no` and `x is no y`\n```text\nis no\n```\ndear."), [5]);
    }

    #[test]
    fn comments_and_strings_of_crates_are_read_and_code_is_not() {
        let source = "/// It is\n/// no token.\nfn nobody() { f(\"is told\"); } // mend";
        assert_eq!(lines("crates/a/src/b.rs", source), [1, 3, 3]);
        assert_eq!(lines("crates/a/tests/b.rs", source), [0; 0]);
        let example = "/// ```\n/// f(\"x is no y\")\n/// ```\n/// Nobody.\nfn a() {}";
        assert_eq!(lines("crates/a/src/b.rs", example), [4]);
    }

    #[test]
    fn a_quote_is_allowed_in_its_file() {
        let allowed = [Allowed { file: "a.md", phrase: "which is no token", reason: "a quote" }];
        let words = Code::default().words("the text which is no token at all", 1);
        assert_eq!(retired_in("a.md", &words, &allowed), []);
        assert_eq!(retired_in("b.md", &words, &allowed), [(1, "is no".to_owned())]);
    }
}
