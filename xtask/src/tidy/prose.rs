//! Checks the width of comments and Markdown, and the first lines of documentation.

/// The longest line of prose, in columns.
const MAX_COLUMNS: usize = 100;

/// Words that say nothing to a reader who sees the line alone, such as in search results.
const EMPTY_STARTS: [&str; 7] = ["The same", "What", "Who", "Whom", "Whose", "How", "Whether"];

/// Checks a Rust file or a Markdown file.
pub(super) fn check(name: &str, text: &str, problems: &mut Vec<String>) {
    let is_markdown = name.ends_with(".md");
    if !is_markdown && !name.ends_with(".rs") {
        return;
    }
    let mut is_code = false;
    let mut before = "";
    for (line, number) in text.lines().zip(1_usize..) {
        let marker = if is_markdown { Some("") } else { marker(line) };
        let Some(marker) = marker else {
            (is_code, before) = (false, "");
            continue;
        };
        if marker != before {
            is_code = false;
        }
        let words = line.trim_start().strip_prefix(marker).unwrap_or(line);
        let is_other =
            words.trim_start().starts_with(['|', '<']) || (is_markdown && line.starts_with("    "));
        if words.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code && !is_other && could_be_shorter(line) {
            problems.push(format!("{name}:{number}: wider than {MAX_COLUMNS} columns"));
        }
        let is_first = ["///", "//!"].contains(&marker) && marker != before;
        let start = EMPTY_STARTS.iter().find(|start| is_first && begins(words, start));
        if let Some(start) = start {
            problems.push(format!(
                "{name}:{number}: documentation begins with {start:?}: say what the item is"
            ));
        }
        before = marker;
    }
}

/// The marker of a line that is a comment.
fn marker(line: &str) -> Option<&'static str> {
    let line = line.trim_start();
    ["///", "//!", "//"].into_iter().find(|marker| line.starts_with(marker))
}

fn begins(words: &str, start: &str) -> bool {
    let rest = words.trim_start().strip_prefix(start);
    rest.is_some_and(|rest| rest.starts_with([' ', ',']))
}

/// Returns true if a line is too wide and has a space to break it at, outside code and links.
fn could_be_shorter(line: &str) -> bool {
    if line.chars().count() <= MAX_COLUMNS {
        return false;
    }
    let start = line.chars().take_while(|character| !character.is_alphanumeric()).count();
    let (mut is_code, mut depth) = (false, 0_usize);
    for (character, column) in line.chars().zip(0_usize..) {
        match character {
            '`' => is_code = !is_code,
            '[' | '(' if !is_code => depth = depth.saturating_add(1),
            ']' | ')' if !is_code => depth = depth.saturating_sub(1),
            ' ' if !is_code && depth == 0 && column > start && column <= MAX_COLUMNS => {
                return true;
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(name: &str, text: &str) -> usize {
        let mut problems = Vec::new();
        check(name, text, &mut problems);
        problems.len()
    }

    #[test]
    fn prose_is_at_most_100_columns_wide_unless_it_cannot_be_broken() {
        let words = "word ".repeat(30);
        for (name, text, expected) in [
            ("a.rs", format!("// {words}"), 1),
            ("a.rs", format!("    /// A. {words}\n"), 1),
            ("a.rs", format!("let a = \"{words}\";"), 0),
            ("a.rs", format!("/// A.\n///\n/// ```text\n/// {words}\n/// ```"), 0),
            ("a.rs", format!("/// | {words} |"), 0),
            ("a.rs", format!("// {}", "x".repeat(120)), 0),
            ("a.rs", format!("// `{words}`"), 0),
            ("a.md", words.clone(), 1),
            ("a.md", format!("```console\n{words}\n```\n| {words} |"), 0),
            ("a.md", format!("- [{words}](https://example.com/)"), 0),
            ("a.md", format!("    {words}"), 0),
            ("a.md", format!("<!-- {words} -->"), 0),
            ("a.toml", words.clone(), 0),
        ] {
            assert_eq!(problems(name, &text), expected, "{name}: {text}");
        }
    }

    #[test]
    fn documentation_says_what_an_item_is_in_its_first_line() {
        for (text, expected) in [
            ("/// What a verifier does.", 1),
            ("//! Who signed.", 1),
            ("/// The same, faster.", 1),
            ("/// The same as that.", 1),
            ("/// Whether it is valid.", 1),
            ("/// A bundle.\n/// What it holds.", 0),
            ("// What is next.", 0),
            ("/// Whatever.", 0),
        ] {
            assert_eq!(problems("a.rs", text), expected, "{text}");
        }
    }
}
