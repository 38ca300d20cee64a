//! Paths in command lines that people copy into a shell.

use std::path::Path;

use kliento_inspect::text::escape_for_terminal;

/// The path as one word for a POSIX shell that is not taken for an option.
///
/// Characters that a terminal would act on are shown escaped: such a path cannot be copied and must
/// be typed.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let text = escape_for_terminal(&text);
    // A command would take the path for an option.
    let prefix = if text.starts_with('-') { "./" } else { "" };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    if !text.is_empty() && text.chars().all(is_plain) {
        format!("{prefix}{text}")
    } else {
        format!("'{prefix}{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_one_word_and_harmless_to_terminals() {
        for (path, word) in [
            ("a-1/B_2.pem", "a-1/B_2.pem"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(x);`y`", "'$(x);`y`'"),
            ("~", "'~'"),
            ("schlüssel", "'schlüssel'"),
            ("-x", "./-x"),
            ("-x y", "'./-x y'"),
            ("a\n\u{1b}[31m", r"'a\u{a}\u{1b}[31m'"),
        ] {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }
}
