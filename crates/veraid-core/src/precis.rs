//! The PRECIS profile UsernameCaseMapped (RFC 8265 section 3.3) for names that are compared
//! unchanged.
//!
//! The properties of code points come from the Unicode version in use, as RFC 8264 section 8 asks,
//! and not from a table of one version: people write their names in scripts that were encoded
//! later.

use icu_properties::props::{
    ChangesWhenLowercased, DefaultIgnorableCodePoint, GeneralCategory, HangulSyllableType,
    NoncharacterCodePoint, Script,
};

use crate::unicode::{
    category, follows_bidi_rule, is, is_joiner_in_context, is_nfc, is_nfkc, is_of, value,
};

/// Returns true if enforcing UsernameCaseMapped would leave `text` unchanged.
///
/// Width mapping changes only characters outside the class, so the remaining rules are the
/// IdentifierClass, lower case, NFC and the Bidi rule.
pub(crate) fn is_username_case_mapped(text: &str) -> bool {
    if text.is_ascii() {
        return !text.is_empty()
            && text.bytes().all(|octet| octet.is_ascii_graphic() && !octet.is_ascii_uppercase());
    }
    let characters: Vec<char> = text.chars().collect();
    let is_allowed = |(place, &character): (usize, &char)| match derived_property(character) {
        Derived::Valid => true,
        Derived::Context => is_in_context(&characters, place, character),
        Derived::Disallowed => false,
    };
    characters.iter().enumerate().all(is_allowed)
        && !characters.iter().any(|&character| is::<ChangesWhenLowercased>(character))
        && is_nfc(text)
        && follows_bidi_rule(text)
}

/// The property of a code point in the IdentifierClass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Derived {
    Valid,
    /// Allowed where a rule of RFC 5892 appendix A permits it.
    Context,
    Disallowed,
}

/// Derives the property of a code point for the IdentifierClass, in the order of RFC 8264
/// section 8.
///
/// Categories that end in "disallowed", like all that come after them, are left to the last line.
fn derived_property(character: char) -> Derived {
    match character {
        // Exceptions (RFC 8264 section 9.6).
        '\u{DF}' | '\u{3C2}' | '\u{6FD}' | '\u{6FE}' | '\u{F0B}' | '\u{3007}' => {
            return Derived::Valid;
        }
        '\u{B7}' | '\u{375}' | '\u{5F3}' | '\u{5F4}' | '\u{30FB}' => return Derived::Context,
        '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}' => return Derived::Context,
        '\u{640}' | '\u{7FA}' | '\u{302E}' | '\u{302F}' | '\u{3031}'..='\u{3035}' | '\u{303B}' => {
            return Derived::Disallowed;
        }
        // ASCII7 and JoinControl.
        '\u{21}'..='\u{7E}' => return Derived::Valid,
        '\u{200C}' | '\u{200D}' => return Derived::Context,
        _ => {}
    }
    let is_disallowed = is_old_hangul_jamo(character)
        || is::<DefaultIgnorableCodePoint>(character)
        || is::<NoncharacterCodePoint>(character)
        || !is_nfkc(character);
    let is_letter_or_digit = matches!(
        category(character),
        GeneralCategory::LowercaseLetter
            | GeneralCategory::UppercaseLetter
            | GeneralCategory::OtherLetter
            | GeneralCategory::DecimalNumber
            | GeneralCategory::ModifierLetter
            | GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
    );
    if is_letter_or_digit && !is_disallowed { Derived::Valid } else { Derived::Disallowed }
}

/// Conjoining jamo, which can also form the same syllables (RFC 8264 section 9.9).
fn is_old_hangul_jamo(character: char) -> bool {
    matches!(
        value::<HangulSyllableType>(character),
        HangulSyllableType::LeadingJamo
            | HangulSyllableType::VowelJamo
            | HangulSyllableType::TrailingJamo
    )
}

/// The contextual rules of RFC 5892 appendix A.
fn is_in_context(characters: &[char], place: usize, character: char) -> bool {
    let before = place.checked_sub(1).and_then(|place| characters.get(place)).copied();
    let after = place.checked_add(1).and_then(|place| characters.get(place)).copied();
    let has =
        |digits: std::ops::RangeInclusive<char>| characters.iter().any(|c| digits.contains(c));
    match character {
        '\u{200C}' | '\u{200D}' => is_joiner_in_context(characters, place),
        '\u{B7}' => before == Some('l') && after == Some('l'),
        '\u{375}' => after.is_some_and(|after| is_of(after, Script::Greek)),
        '\u{5F3}' | '\u{5F4}' => before.is_some_and(|before| is_of(before, Script::Hebrew)),
        '\u{30FB}' => characters.iter().any(|&character| {
            matches!(value(character), Script::Hiragana | Script::Katakana | Script::Han)
        }),
        '\u{660}'..='\u{669}' => !has('\u{6F0}'..='\u{6F9}'),
        '\u{6F0}'..='\u{6F9}' => !has('\u{660}'..='\u{669}'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_age_of_unicode_are_accepted() {
        for text in [
            "alice.smith-2!",
            "jos\u{E9}",
            "stra\u{DF}e",
            "\u{592A}\u{90CE}",
            "\u{D55C}\u{AE00}",
            "\u{5D3}\u{5D5}\u{5D3}",
            "\u{939}\u{93F}\u{928}\u{94D}\u{926}\u{940}",
            "\u{10D2}\u{10D8}\u{10DD}",
            // Adlam, Osage, Cherokee, Hanifi Rohingya, Vithkuqi in lower case where they have any.
            "\u{1E922}\u{1E923}\u{1E924}",
            "\u{104D8}\u{104D9}",
            "\u{AB73}\u{AB83}\u{AB79}",
            "\u{10D00}\u{10D01}",
            "\u{10597}\u{10598}",
            // CJK extensions E, F, G and H.
            "\u{2B820}",
            "\u{2CEB0}",
            "\u{30000}",
            "\u{31350}",
            // Latin of Unicode 7, 8, 12 and 14.
            "\u{AB57}\u{AB60}\u{A7C3}\u{A7D9}",
            "l\u{B7}l",
            "\u{3B1}\u{375}\u{3B2}",
            "\u{5D0}\u{5F3}",
            "\u{30FB}\u{30AB}",
            "\u{627}\u{661}",
            "\u{915}\u{94D}\u{200D}\u{937}",
        ] {
            assert!(is_username_case_mapped(text), "{text:?}");
        }
    }

    #[test]
    fn names_that_the_profile_would_change_or_reject_are_rejected() {
        for text in [
            "",
            "a b",
            "Alice",
            "a\u{7F}",
            "\u{E9}A",
            // Capitals of scripts that first lacked them, or that are newer.
            "\u{13A3}\u{13B3}",
            "\u{1C90}",
            "\u{1E900}",
            "\u{104B0}",
            "\u{10570}",
            "\u{A7C2}",
            "\u{1C5}",
            // Compatibility characters, and those that normalisation changes.
            "\u{FF41}",
            "\u{2171}",
            "\u{B2}",
            "\u{17F}",
            "e\u{301}",
            "\u{1F71}",
            // Symbols, punctuation, spaces, letters of other kinds.
            "\u{2603}",
            "\u{1F600}",
            "\u{2014}",
            "\u{3000}",
            "\u{2160}",
            "\u{1D159}",
            "\u{2800}",
            // Ignored characters, jamo, exceptions.
            "a\u{AD}",
            "a\u{200B}",
            "\u{3164}",
            "\u{1100}\u{1161}",
            "\u{640}",
            "\u{3031}",
            // Context.
            "a\u{200D}b",
            "l\u{B7}m",
            "\u{375}a",
            "a\u{5F3}",
            "\u{30FB}",
            "\u{661}",
            "\u{627}\u{661}\u{6F1}",
            // Direction.
            "a\u{5D0}",
            "\u{5D0}-",
            // Unassigned.
            "\u{378}",
            "\u{1FFFE}",
            "\u{E000}",
        ] {
            assert!(!is_username_case_mapped(text), "{text:?}");
        }
    }

    /// Compares all code points with the standard library's lower case.
    #[test]
    fn one_character_names_are_letters_digits_and_marks_that_no_mapping_changes() {
        let mut accepted = 0_usize;
        for character in '\0'..=char::MAX {
            let text = character.to_string();
            if !is_username_case_mapped(&text) {
                continue;
            }
            accepted += 1;
            assert_eq!(text.to_lowercase(), text, "{text:?}");
            assert!(!character.is_uppercase() && !character.is_whitespace(), "{text:?}");
            assert!(!character.is_control() && is_nfc(&text) && is_nfkc(character), "{text:?}");
        }
        // Unicode 6.3 has 98,000 of them.
        assert!(accepted > 130_000, "{accepted}");
    }
}
