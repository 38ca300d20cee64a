//! Splits Rust source into tokens, for checks that need no parser.

/// A token and the line that it begins in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    /// The text: of a string, without quotes and prefix; of all other tokens, all of it.
    pub(crate) text: &'a str,
    /// The number of the line, from 1.
    pub(crate) line: usize,
}

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, a keyword or a number.
    Word,
    /// One character of punctuation, or `::`.
    Sign,
    /// A string literal of any form.
    Text,
    /// A comment, documentation included.
    Comment,
}

impl Token<'_> {
    /// Returns true for this word or sign.
    pub(crate) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text == text
    }
}

/// The tokens of a source file. Character literals, lifetimes and white space are left out.
///
/// The file must be one that the compiler accepts.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (source, 1_usize);
    while let Some(first) = rest.chars().next() {
        let (kind, length, text) = token(rest, first);
        if let Some(kind) = kind {
            tokens.push(Token { kind, text, line });
        }
        let (taken, after) = rest.split_at(length);
        line = line.saturating_add(taken.matches('\n').count());
        rest = after;
    }
    tokens
}

/// The first token of `rest`: its kind unless it is left out, its length in bytes, and its text.
fn token(rest: &str, first: char) -> (Option<Kind>, usize, &str) {
    if rest.starts_with("//") {
        let length = rest.find('\n').unwrap_or(rest.len());
        return (Some(Kind::Comment), length, prefix(rest, length));
    }
    if rest.starts_with("/*") {
        let length = block_comment(rest);
        return (Some(Kind::Comment), length, prefix(rest, length));
    }
    if let Some((start, end, length)) = string(rest) {
        return (Some(Kind::Text), length, rest.get(start..end).unwrap_or_default());
    }
    if first == '\'' {
        return (None, quote(rest), "");
    }
    if is_word(first) {
        let raw = rest.strip_prefix("r#").filter(|name| name.starts_with(is_word));
        let name = raw.unwrap_or(rest);
        let end = name.find(|character| !is_word(character)).unwrap_or(name.len());
        let length = end.saturating_add(rest.len()).saturating_sub(name.len());
        return (Some(Kind::Word), length, prefix(name, end));
    }
    if rest.starts_with("::") {
        return (Some(Kind::Sign), 2, "::");
    }
    let length = first.len_utf8();
    ((!first.is_whitespace()).then_some(Kind::Sign), length, prefix(rest, length))
}

fn prefix(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// The length of a block comment, which can contain others.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut position = 0_usize;
    while let Some(rest) = text.get(position..).filter(|rest| !rest.is_empty()) {
        let (step, is_end) = if rest.starts_with("/*") {
            depth = depth.saturating_add(1);
            (2, false)
        } else if rest.starts_with("*/") {
            depth = depth.saturating_sub(1);
            (2, depth == 0)
        } else {
            (rest.chars().next().map_or(1, char::len_utf8), false)
        };
        position = position.saturating_add(step);
        if is_end {
            break;
        }
    }
    position
}

/// The start and the end of the text of a string literal, and the literal's length.
fn string(rest: &str) -> Option<(usize, usize, usize)> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).unwrap_or_default();
        after.starts_with('"')
            || prefix.ends_with('r')
                && after.trim_start_matches('#').starts_with('"')
                && after.starts_with('#')
    })?;
    let after = rest.strip_prefix(prefix)?;
    if prefix.ends_with('r') {
        let hashes = after.len().saturating_sub(after.trim_start_matches('#').len());
        let end_mark = format!("\"{}", "#".repeat(hashes));
        let start = prefix.len().saturating_add(end_mark.len());
        let end = start.saturating_add(rest.get(start..)?.find(&end_mark)?);
        return Some((start, end, end.saturating_add(end_mark.len())));
    }
    let start = prefix.len().saturating_add(1);
    let length = escaped(rest.get(start..)?, '"');
    let end = start.saturating_add(length);
    Some((start, end, end.saturating_add(1).min(rest.len())))
}

/// The length of the text up to this mark, over escaped ones.
fn escaped(text: &str, mark: char) -> usize {
    let mut is_escaped = false;
    for (position, character) in text.char_indices() {
        if character == mark && !is_escaped {
            return position;
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    text.len()
}

/// The length of a character literal or of a lifetime.
fn quote(rest: &str) -> usize {
    let after = rest.get(1..).unwrap_or_default();
    let mut characters = after.chars();
    let (first, second) = (characters.next().unwrap_or(' '), characters.next());
    let length = if first == '\\' {
        // The escaped character may be the quote itself.
        let skipped = 1_usize.saturating_add(second.map_or(0, char::len_utf8));
        let more = after.get(skipped..).unwrap_or_default().find('\'').unwrap_or(0);
        skipped.saturating_add(more).saturating_add(1)
    } else if second == Some('\'') {
        first.len_utf8().saturating_add(1)
    } else {
        after.find(|character| !is_word(character)).unwrap_or(after.len())
    };
    length.saturating_add(1).min(rest.len())
}

/// The tokens without comments and without items for tests: those under `#[cfg(test)]` or
/// `#[cfg(all(test, …))]`.
pub(crate) fn without_tests<'a>(all: &[Token<'a>]) -> Vec<Token<'a>> {
    let code: Vec<Token<'a>> =
        all.iter().filter(|token| token.kind != Kind::Comment).copied().collect();
    let mut kept = Vec::new();
    let mut rest = code.as_slice();
    while let [first, after @ ..] = rest {
        if is_for_tests(rest) {
            rest = after_item(rest);
        } else {
            kept.push(*first);
            rest = after;
        }
    }
    kept
}

fn is_for_tests(tokens: &[Token<'_>]) -> bool {
    let starts_with = |words: &[&str]| {
        tokens.len() >= words.len() && tokens.iter().zip(words).all(|(token, word)| token.is(word))
    };
    starts_with(&["#", "[", "cfg", "(", "test", ")", "]"])
        || starts_with(&["#", "[", "cfg", "(", "all", "(", "test"])
}

/// The tokens after an item and its attributes: after a semicolon, or after the first block.
fn after_item<'a, 'b>(tokens: &'b [Token<'a>]) -> &'b [Token<'a>] {
    let mut rest = tokens;
    let mut depth = 0_usize;
    while let [token, after @ ..] = rest {
        let sign = if token.kind == Kind::Sign { token.text } else { "" };
        match sign {
            // The end of what the item is in: a field or a variant.
            "}" | ")" | "]" if depth == 0 => return rest,
            "{" | "(" | "[" => depth = depth.saturating_add(1),
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = after;
        if depth == 0 && sign == ";" {
            break;
        }
        if depth == 0 && sign == "}" {
            // As after `use a::{b, c}`.
            return match rest {
                [next, after @ ..] if next.is(";") => after,
                _ => rest,
            };
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<&str> {
        without_tests(&tokens(source)).iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_characters_are_not_code() {
        let source = "a /* b /* c */ d */ e // f\n'g' '\\'' 'h 'i: b'j' '\u{e9}' k";
        assert_eq!(words(source), ["a", "e", ":", "b", "k"]);
    }

    #[test]
    fn strings_are_one_token_each() {
        let source = r####"a "b \" c" r"d\" br#"e " f"# c"g" r#type"####;
        let found = tokens(source);
        let texts: Vec<_> = found.iter().map(|token| (token.kind, token.text)).collect();
        assert_eq!(
            texts,
            [
                (Kind::Word, "a"),
                (Kind::Text, r#"b \" c"#),
                (Kind::Text, r"d\"),
                (Kind::Text, "e \" f"),
                (Kind::Text, "g"),
                (Kind::Word, "type"),
            ]
        );
    }

    #[test]
    fn lines_are_counted_over_comments_and_strings() {
        let found = tokens("/*\n*/ a \"\n\" b\nc");
        let lines: Vec<_> = found.iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 2, 2, 3, 4]);
    }

    #[test]
    fn items_for_tests_are_left_out_and_nothing_after_them() {
        let source = "a; #[cfg(test)] mod tests { fn b() {} } c; #[cfg(test)] #[x = [1]] use d::{e, f}; g; \
                      #[cfg(all(test, unix))] fn h(i: [u8; 2]) -> j {} k #[cfg(not(test))] l";
        assert_eq!(
            words(source),
            [
                "a", ";", "c", ";", "g", ";", "k", "#", "[", "cfg", "(", "not", "(", "test", ")",
                ")", "]", "l"
            ]
        );
    }
}
