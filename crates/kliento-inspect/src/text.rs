//! Text for people: facts on lines of their own, safe to show on a terminal.

mod verified;

use std::borrow::Cow;
use std::fmt::Write;

pub use verified::{verified_signature, verified_token};
pub(crate) use verified::{write_claims, write_member, write_validity};

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
#[must_use]
pub fn escape_for_terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            escaped.extend(character.escape_unicode());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// A count with a comma between thousands: `16,384`.
#[must_use]
pub fn grouped(count: usize) -> String {
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

/// Writes a line with one fact, escaped for terminals.
pub fn line(text: &mut String, label: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {label:<14}{}", escape_for_terminal(value));
}

/// The mnemonic of a DNSSEC algorithm (IANA, "DNS Security Algorithm Numbers"; RFC 9904), and its
/// number.
#[must_use]
pub fn algorithm_name(number: u8) -> String {
    let name = match number {
        8 => "RSASHA256",
        10 => "RSASHA512",
        13 => "ECDSAP256SHA256",
        14 => "ECDSAP384SHA384",
        15 => "ED25519",
        16 => "ED448",
        _ => return format!("algorithm {number}"),
    };
    format!("{name} ({number})")
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
