//! Invisible characters of user names, and those that are visible only together with others.
//!
//! A name is shown before `@` and the organisation. An invisible name would read as the
//! organisation itself, and one with an invisible character inside would read as another user.

use icu_properties::props::{
    DefaultIgnorableCodePoint, EmojiModifier, ExtendedPictographic, GeneralCategory, Script,
    UnifiedIdeograph,
};

use crate::name::problem::NameProblem;
use crate::unicode::{category, is, is_joiner_in_context, is_of, is_virama, value};

/// Rejects a name with a character that is invisible where it stands.
///
/// That is every default-ignorable, unassigned and non-character code point, and the few others
/// that are invisible. Joiners, variation selectors and tags are default-ignorable, but emoji and
/// some scripts need them: they are allowed there.
pub(crate) fn check_visible(text: &str) -> Result<(), NameProblem> {
    if text.is_ascii() {
        return Ok(());
    }
    let characters: Vec<char> = text.chars().collect();
    for (place, &character) in characters.iter().enumerate() {
        let around = Around::of(&characters, place);
        let is_needed = match character {
            '\u{200C}' => is_joiner_in_context(&characters, place),
            '\u{200D}' => {
                is_joiner_in_context(&characters, place)
                    || around.is_before_virama()
                    || around.joins_emoji()
            }
            '\u{180B}'..='\u{180D}' | '\u{180F}' => around.follows(Script::Mongolian),
            '\u{FE00}'..='\u{FE0D}' => around.varies_a_letter(character),
            '\u{FE0E}' | '\u{FE0F}' => around.varies_an_emoji(character),
            '\u{E0100}'..='\u{E01EF}' => {
                around.before.last().is_some_and(|&c| is::<UnifiedIdeograph>(c))
            }
            '\u{E0020}'..='\u{E007F}' => is_in_a_flag(&characters, place),
            _ if shows_as_nothing(character) => return Err(NameProblem::Character(character)),
            _ => continue,
        };
        if !is_needed {
            return Err(NameProblem::OutOfPlace(character));
        }
    }
    Ok(())
}

/// Returns true if a character is invisible wherever it stands, or its appearance is unknown.
fn shows_as_nothing(character: char) -> bool {
    matches!(
        character,
        // Blank, though neither white space nor ignorable: in Braille, in music, in hieroglyphs.
        '\u{2800}' | '\u{1D159}' | '\u{13441}' | '\u{13442}'
        // Annotations, which plain text leaves out.
        | '\u{FFF9}'..='\u{FFFB}'
    ) || is::<DefaultIgnorableCodePoint>(character)
        // Non-characters are of that category, too.
        || category(character) == GeneralCategory::Unassigned
}

/// A character's neighbours.
struct Around<'a> {
    before: &'a [char],
    after: &'a [char],
}

impl<'a> Around<'a> {
    fn of(characters: &'a [char], place: usize) -> Self {
        let (before, rest) = characters.split_at_checked(place).unwrap_or_default();
        Self { before, after: rest.split_first().map_or(&[], |(_, after)| after) }
    }

    fn follows(&self, script: Script) -> bool {
        self.before.last().is_some_and(|&character| is_of(character, script))
    }

    /// Returns true if a letter stands before and a virama after it, as in Bengali ya-phalaa after
    /// ra.
    fn is_before_virama(&self) -> bool {
        self.before.last().is_some_and(|&c| category(c) == GeneralCategory::OtherLetter)
            && self.after.first().is_some_and(|&character| is_virama(character))
    }

    /// Returns true if an emoji stands on either side (UTS 51, ED-16). The first may have a skin
    /// tone or be shown as an image.
    fn joins_emoji(&self) -> bool {
        let first = match self.before {
            [before @ .., '\u{FE0F}'] => before,
            [before @ .., tone] if is::<EmojiModifier>(*tone) => before,
            before => before,
        };
        let is_emoji = |character: Option<&char>| {
            character.is_some_and(|&character| is::<ExtendedPictographic>(character))
        };
        is_emoji(first.last()) && is_emoji(self.after.first())
    }

    /// Returns true if the letter before has variants for this selector (StandardizedVariants.txt).
    fn varies_a_letter(&self, selector: char) -> bool {
        let script = self.before.last().map(|&character| value::<Script>(character));
        match script {
            Some(Script::Han) => selector <= '\u{FE02}',
            Some(Script::EgyptianHieroglyphs) => selector <= '\u{FE06}',
            Some(Script::Myanmar | Script::PhagsPa | Script::Manichaean) => selector == '\u{FE00}',
            _ => false,
        }
    }

    /// Returns true if it selects text or image for an emoji (UTS 51, ED-8a and ED-9a), or the
    /// image of a keycap (ED-14c).
    fn varies_an_emoji(&self, selector: char) -> bool {
        match (self.before.last(), self.after.first()) {
            (Some('0'..='9' | '#' | '*'), Some('\u{20E3}')) => selector == '\u{FE0F}',
            (Some(&emoji), _) => is::<ExtendedPictographic>(emoji),
            (None, _) => false,
        }
    }
}

/// Returns true if the tag at `place` is one of those that make a black flag that of a region's
/// subdivision (UTS 51, ED-14a and annex C): two letters or three digits, one to four letters or
/// digits, and the end.
fn is_in_a_flag(characters: &[char], place: usize) -> bool {
    let is_tag = |character: &char| matches!(character, '\u{E0020}'..='\u{E007F}');
    let (before, from_place) = characters.split_at_checked(place).unwrap_or_default();
    let start = before.iter().rposition(|character| !is_tag(character));
    let Some((base, tags_before)) =
        start.and_then(|start| before.get(start..)).and_then(<[char]>::split_first)
    else {
        return false;
    };
    let tags: Vec<u32> = tags_before
        .iter()
        .chain(from_place.iter().take_while(|&character| is_tag(character)))
        .map(|&tag| u32::from(tag).saturating_sub(0xE_0000))
        .collect();
    let is_letter = |&tag: &u32| (0x61..=0x7A).contains(&tag);
    let is_digit = |&tag: &u32| (0x30..=0x39).contains(&tag);
    let subdivision = match tags.as_slice() {
        [region @ .., 0x7F] => region,
        _ => return false,
    };
    let suffix = match subdivision {
        [a, b, suffix @ ..] if is_letter(a) && is_letter(b) => suffix,
        [a, b, c, suffix @ ..] if [a, b, c].into_iter().all(is_digit) => suffix,
        _ => return false,
    };
    *base == '\u{1F3F4}'
        && (1..=4).contains(&suffix.len())
        && suffix.iter().all(|tag| is_letter(tag) || is_digit(tag))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn emoji_and_scripts_keep_the_invisible_characters_that_they_need() {
        for text in [
            "alice",
            "\u{E9}",
            // Of an emoji: as text, as an image, a keycap, with a skin tone, joined, a flag, a
            // subdivision's flag.
            "\u{2764}\u{FE0E}",
            "\u{2764}\u{FE0F}",
            "1\u{FE0F}\u{20E3}",
            "\u{1F44D}\u{1F3FD}",
            "\u{1F469}\u{200D}\u{1F4BB}",
            "\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}",
            "\u{1F3F3}\u{FE0F}\u{200D}\u{1F308}",
            "\u{1F469}\u{200D}\u{2764}\u{FE0F}\u{200D}\u{1F48B}\u{200D}\u{1F468}",
            "\u{1F1EA}\u{1F1FA}",
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            "\u{1F3F4}\u{E0031}\u{E0032}\u{E0033}\u{E0061}\u{E007F}",
            "a\u{1F3F4}\u{E0075}\u{E0073}\u{E0063}\u{E0061}\u{E007F}b",
            // Devanagari, Sinhala, Bengali ya-phalaa, Persian.
            "\u{915}\u{94D}\u{200D}\u{937}",
            "\u{DC1}\u{DCA}\u{200D}\u{DBB}\u{DD3}",
            "\u{9B0}\u{200D}\u{9CD}\u{9AF}",
            "\u{645}\u{6CC}\u{200C}\u{62E}",
            // Variants of ideographs, Mongolian, Phags-pa, Myanmar.
            "\u{845B}\u{E0100}",
            "\u{537F}\u{FE00}",
            "\u{1820}\u{180B}",
            "\u{A856}\u{FE00}",
            "\u{1000}\u{FE00}",
            // Visible format characters, a lone mark, private use.
            "\u{600}1",
            "\u{301}",
            "\u{E000}",
            "\u{13000}\u{13430}\u{13001}",
        ] {
            assert_eq!(check_visible(text), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn invisible_characters_are_rejected_anywhere_else() {
        for (text, out_of_place) in [
            ("\u{200C}", '\u{200C}'),
            ("\u{200D}", '\u{200D}'),
            ("a\u{200D}b", '\u{200D}'),
            ("a\u{200C}b", '\u{200C}'),
            ("\u{1F469}\u{200D}", '\u{200D}'),
            ("\u{1F469}\u{200D}a", '\u{200D}'),
            ("a\u{200D}\u{1F4BB}", '\u{200D}'),
            ("\u{1F469}\u{200D}\u{200D}\u{1F4BB}", '\u{200D}'),
            ("\u{645}\u{200D}\u{62E}", '\u{200D}'),
            ("\u{200D}\u{9CD}", '\u{200D}'),
            ("\u{FE0F}", '\u{FE0F}'),
            ("a\u{FE0F}", '\u{FE0F}'),
            ("1\u{FE0F}", '\u{FE0F}'),
            ("1\u{FE0E}\u{20E3}", '\u{FE0E}'),
            ("a\u{FE0F}\u{20E3}", '\u{FE0F}'),
            ("\u{2764}\u{FE0F}\u{FE0F}", '\u{FE0F}'),
            ("\u{1F1EA}\u{FE0F}", '\u{FE0F}'),
            ("a\u{FE00}", '\u{FE00}'),
            ("\u{537F}\u{FE03}", '\u{FE03}'),
            ("\u{1000}\u{FE01}", '\u{FE01}'),
            ("a\u{E0100}", '\u{E0100}'),
            ("\u{845B}\u{E0100}\u{E0100}", '\u{E0100}'),
            ("a\u{180B}", '\u{180B}'),
            // Tags: alone, of another emoji, without end, without region, too long, an at sign.
            ("\u{E0041}", '\u{E0041}'),
            ("a\u{E0067}\u{E0062}\u{E0061}\u{E007F}", '\u{E0067}'),
            ("\u{1F3F3}\u{E0067}\u{E0062}\u{E0061}\u{E007F}", '\u{E0067}'),
            ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0061}", '\u{E0067}'),
            ("\u{1F3F4}\u{E007F}", '\u{E007F}'),
            ("\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}", '\u{E0067}'),
            (
                "\u{1F3F4}\u{E0067}\u{E0062}\u{E0061}\u{E0061}\u{E0061}\u{E0061}\u{E0061}\u{E007F}",
                '\u{E0067}',
            ),
            ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0061}\u{E007F}\u{E007F}", '\u{E0067}'),
            ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0040}\u{E007F}", '\u{E0067}'),
        ] {
            assert_eq!(check_visible(text), Err(NameProblem::OutOfPlace(out_of_place)), "{text:?}");
        }
        for character in [
            '\u{AD}',
            '\u{34F}',
            '\u{115F}',
            '\u{1160}',
            '\u{17B4}',
            '\u{180E}',
            '\u{200B}',
            '\u{2060}',
            '\u{2065}',
            '\u{206A}',
            '\u{2800}',
            '\u{3164}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF0}',
            '\u{FFF9}',
            '\u{FFFB}',
            '\u{FFFE}',
            '\u{1D159}',
            '\u{1D173}',
            '\u{1FFFE}',
            '\u{E0001}',
            '\u{E0FFF}',
            '\u{378}',
            '\u{10FFFF}',
        ] {
            for text in
                [format!("{character}"), format!("a{character}b"), format!("\u{1F469}{character}")]
            {
                assert_eq!(
                    check_visible(&text),
                    Err(NameProblem::Character(character)),
                    "{text:?}"
                );
            }
        }
    }

    /// Returns true for the default-ignorable code points, as ranges that Unicode has fixed except
    /// for future assignments in them.
    fn is_ignorable(character: char) -> bool {
        matches!(
            character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
        )
    }

    /// Every code point as a name of its own: 1,112,064 of them.
    #[test]
    fn a_name_of_one_character_is_one_that_shows() {
        let mut accepted = 0_usize;
        for character in '\0'..=char::MAX {
            let is_accepted = check_visible(&character.to_string()).is_ok();
            let is_non_character = matches!(character, '\u{FDD0}'..='\u{FDEF}')
                || u32::from(character) & 0xFFFE == 0xFFFE;
            if is_ignorable(character) || is_non_character {
                assert!(!is_accepted, "{character:?}");
            }
            // Everything that the standard library knows is assigned. Control characters and white
            // space are checked elsewhere.
            if character.is_alphanumeric() && !is_ignorable(character) {
                let is_blank = matches!(character, '\u{13441}' | '\u{13442}');
                assert_eq!(is_accepted, !is_blank, "{character:?}");
            }
            // Visible format characters: those before numbers, and hieroglyphs' layout.
            if is_accepted && category(character) == GeneralCategory::Format {
                let is_visible = matches!(
                    character,
                    '\u{600}'..='\u{605}' | '\u{6DD}' | '\u{70F}' | '\u{890}'..='\u{891}' | '\u{8E2}'
                    | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}'
                );
                assert!(is_visible, "{character:?}");
            }
            accepted += usize::from(is_accepted);
        }
        // 137,468 for private use, and the assignments of Unicode 18.0.
        assert!((290_000..310_000).contains(&accepted), "{accepted}");
    }

    /// Characters with rules, and a few others.
    fn characters() -> impl Strategy<Value = char> {
        prop::sample::select(
            "a1\u{E9}\u{200B}\u{200C}\u{200D}\u{FE00}\u{FE0E}\u{FE0F}\u{20E3}\u{1F469}\u{1F3FD}\u{1F3F4}\u{E0061}\u{E0062}\u{E007F}\u{915}\u{94D}\u{645}\u{845B}\u{E0100}\u{1820}\u{180B}\u{3164}\u{2800}"
                .chars()
                .collect::<Vec<_>>(),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// An accepted name without its invisible characters is not empty, and begins with a
        /// visible one.
        #[test]
        fn an_accepted_name_begins_with_a_character_that_shows(
            characters in prop::collection::vec(characters(), 1..8),
        ) {
            let text: String = characters.iter().collect();
            if check_visible(&text).is_ok() {
                prop_assert!(!is_ignorable(characters[0]), "{text:?}");
            }
        }

        /// Invisible characters are not allowed beside ordinary letters.
        #[test]
        fn after_a_letter_of_latin_nothing_invisible_is_accepted(
            characters in prop::collection::vec(characters(), 0..4),
        ) {
            for selector in characters.iter().copied().filter(|&character| is_ignorable(character)) {
                let text: String = ['a', selector].into_iter().chain(characters.clone()).collect();
                prop_assert!(check_visible(&text).is_err(), "{text:?}");
            }
        }
    }
}
