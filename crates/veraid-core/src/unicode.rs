//! Properties of code points, in the Unicode version of the `icu_properties` crate.
//!
//! `idna` uses that data too. The version in use is stated in docs/decisions.md, and a test
//! compares the two.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{
    BidiClass, BinaryProperty, CanonicalCombiningClass, EnumeratedProperty, GeneralCategory,
    JoiningType, Script,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Returns true if `character` has the binary property `P`.
pub(crate) fn is<P: BinaryProperty>(character: char) -> bool {
    CodePointSetData::new::<P>().contains(character)
}

/// The value of the enumerated property `P` for `character`.
pub(crate) fn value<P: EnumeratedProperty>(character: char) -> P {
    CodePointMapData::<P>::new().get(character)
}

pub(crate) fn category(character: char) -> GeneralCategory {
    value(character)
}

pub(crate) fn bidi_class(character: char) -> BidiClass {
    value(character)
}

pub(crate) fn is_of(character: char, script: Script) -> bool {
    value::<Script>(character) == script
}

pub(crate) fn is_virama(character: char) -> bool {
    value::<CanonicalCombiningClass>(character) == CanonicalCombiningClass::Virama
}

/// Returns true if `text` is in Normalization Form C.
pub(crate) fn is_nfc(text: &str) -> bool {
    ComposingNormalizerBorrowed::new_nfc().is_normalized(text)
}

/// Returns true if Normalization Form KC leaves `character` unchanged.
pub(crate) fn is_nfkc(character: char) -> bool {
    ComposingNormalizerBorrowed::new_nfkc().is_normalized(character.encode_utf8(&mut [0; 4]))
}

/// Returns true if the zero-width joiner or non-joiner at `place` is where its script needs it (RFC
/// 5892 appendices A.1 and A.2).
///
/// After a virama either changes how the letters around it combine. A non-joiner keeps two letters
/// apart that would join.
pub(crate) fn is_joiner_in_context(characters: &[char], place: usize) -> bool {
    let Some((before, [joiner, after @ ..])) = characters.split_at_checked(place) else {
        return false;
    };
    if before.last().is_some_and(|&character| is_virama(character)) {
        return true;
    }
    let joins = |&character: &char| match value::<JoiningType>(character) {
        JoiningType::Transparent => None,
        joining => Some(joining),
    };
    let (left, right) = (before.iter().rev().find_map(joins), after.iter().find_map(joins));
    *joiner == '\u{200C}'
        && matches!(left, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(right, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}

/// Returns true if `text` follows the Bidi rule (RFC 5893 section 2), or has no character that is
/// written from right to left.
pub(crate) fn follows_bidi_rule(text: &str) -> bool {
    type B = BidiClass;
    let classes: Vec<BidiClass> = text.chars().map(bidi_class).collect();
    let has = |class: BidiClass| classes.contains(&class);
    if !has(B::RightToLeft) && !has(B::ArabicLetter) && !has(B::ArabicNumber) {
        return true;
    }
    // A text that begins from left to right must not have a character of the other direction.
    let starts_well = matches!(classes.first(), Some(&B::RightToLeft | &B::ArabicLetter));
    let allowed = classes.iter().all(|class| {
        matches!(
            *class,
            B::RightToLeft
                | B::ArabicLetter
                | B::ArabicNumber
                | B::EuropeanNumber
                | B::EuropeanSeparator
                | B::CommonSeparator
                | B::EuropeanTerminator
                | B::OtherNeutral
                | B::BoundaryNeutral
                | B::NonspacingMark
        )
    });
    let last = classes.iter().rev().find(|class| **class != B::NonspacingMark);
    let ends_well = matches!(
        last,
        Some(&B::RightToLeft | &B::ArabicLetter | &B::EuropeanNumber | &B::ArabicNumber)
    );
    starts_well && allowed && ends_well && !(has(B::EuropeanNumber) && has(B::ArabicNumber))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new version of the data changes which names are accepted: state it in docs/decisions.md,
    /// and here.
    #[test]
    fn the_version_is_the_one_that_the_documentation_states() {
        // Code points that each version was the first to assign.
        for (version, character, assigned) in
            [("15.1", '\u{2EBF0}', true), ("16.0", '\u{10D4A}', true), ("17.0", '\u{16EA0}', true)]
        {
            let found = category(character) != GeneralCategory::Unassigned;
            assert_eq!(found, assigned, "Unicode {version}");
        }
    }

    #[test]
    fn joiners_are_accepted_after_a_virama_or_between_letters_that_would_join() {
        for (text, allowed) in [
            ("\u{915}\u{94D}\u{200D}\u{937}", true),
            ("\u{915}\u{94D}\u{200C}\u{937}", true),
            ("\u{646}\u{200C}\u{627}", true),
            ("\u{646}\u{64E}\u{200C}\u{64E}\u{627}", true),
            ("\u{627}\u{200C}\u{646}", false),
            ("\u{646}\u{200D}\u{627}", false),
            ("a\u{200C}b", false),
            ("\u{200C}b", false),
            ("\u{646}\u{200C}", false),
        ] {
            let characters: Vec<char> = text.chars().collect();
            let place =
                characters.iter().position(|c| matches!(c, '\u{200C}' | '\u{200D}')).unwrap();
            assert_eq!(is_joiner_in_context(&characters, place), allowed, "{text:?}");
        }
    }

    #[test]
    fn text_from_right_to_left_follows_the_bidi_rule() {
        for (text, follows) in [
            ("", true),
            ("abc1", true),
            ("1abc", true),
            ("\u{5D0}", true),
            ("\u{5D0}1", true),
            ("\u{5D0}\u{5B0}", true),
            ("\u{627}\u{661}", true),
            ("1\u{5D0}", false),
            ("a\u{5D0}", false),
            ("\u{5D0}a\u{5D0}", false),
            ("\u{5D0}-", false),
            ("\u{5D0}-\u{5D0}", true),
            ("\u{627}\u{661}1", false),
            ("\u{661}\u{627}", false),
        ] {
            assert_eq!(follows_bidi_rule(text), follows, "{text:?}");
        }
    }
}
