//! Makes text from a bundle safe to show on a terminal.

use std::borrow::Cow;

/// Returns true if a terminal might act on a character, or show those around it in another order.
///
/// Control characters (escape sequences start with one), line and paragraph separators, and
/// bidirectional controls.
pub(crate) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61C}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2066}'..='\u{2069}'
                | '\u{FEFF}'
        )
}

/// The text with unsafe characters written as `\u{1b}`.
pub(crate) fn escape_for_terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escape_for_terminal = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            escape_for_terminal.extend(character.escape_unicode());
        } else {
            escape_for_terminal.push(character);
        }
    }
    Cow::Owned(escape_for_terminal)
}

/// A count with a comma between thousands: `16,384`.
pub(crate) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_terminal_control_characters() {
        assert_eq!(
            escape_for_terminal("a\u{1b}[31m\nb\u{202e}c\u{9b}"),
            r"a\u{1b}[31m\u{a}b\u{202e}c\u{9b}"
        );
        assert_eq!(escape_for_terminal("Amélie 👩🏽\u{200d}🚀"), "Amélie 👩🏽\u{200d}🚀");
    }

    #[test]
    fn groups_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_048_576, "1,048,576")] {
            assert_eq!(grouped(count), text);
        }
    }
}
