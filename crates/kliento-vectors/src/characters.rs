//! Characters of user names: invisible ones, and scripts added in all ages of Unicode.

use veraid_testkit::{Customisation, Scenario, TestProfile};

use crate::scenario::{PROFILES, member};
use crate::variation::vary;
use crate::vector::Vector;

use TestProfile::{DomainAuth, VeraId};

const VISIBLE: &str = "Decisions, \"Names\"; RFC 5892 appendix A";
const PRECIS: &str =
    "DomainAuth, \"Phishing Attacks\"; RFC 8264 sections 8 and 9; RFC 8265 section 3.3";

pub(super) fn vectors() -> Vec<Vector> {
    let invisible = PROFILES.into_iter().flat_map(|profile| {
        INVISIBLE.iter().map(move |(case, words, user, code)| {
            let (spec, code) = match profile {
                VeraId => (VISIBLE, *code),
                // PRECIS allows none of these characters, except joiners after a virama or between
                // letters.
                DomainAuth if NEEDED_BY_PRECIS.contains(case) => (PRECIS, 0),
                DomainAuth => (PRECIS, 2501),
            };
            user_named(profile, case, words, user, spec, code)
        })
    });
    let scripts = SCRIPTS.iter().flat_map(|(case, words, user, code)| {
        [(VeraId, 0), (DomainAuth, *code)]
            .map(|(profile, code)| user_named(profile, case, words, user, PRECIS, code))
    });
    invisible.chain(scripts).collect()
}

fn user_named(
    profile: TestProfile,
    case: &str,
    words: &str,
    user: &str,
    spec: &'static str,
    code: u16,
) -> Vector {
    let scenario = Scenario { user: Some(user.into()), ..member(profile) };
    let vector = vary(
        "user",
        &format!("member-{case}"),
        &format!("The name has {words}."),
        spec,
        &scenario,
        &Customisation::new(),
    );
    if code == 0 { vector } else { vector.invalid(code).stage("certificate") }
}

/// Invisible characters under VeraId: allowed where an emoji or a script needs them (0), rejected
/// elsewhere.
const INVISIBLE: &[(&str, &str, &str, u16)] = &[
    (
        "emoji-skin-tone",
        "an emoji with skin tone, joined to another",
        "\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}",
        0,
    ),
    ("emoji-as-text", "an emoji in text presentation", "\u{2764}\u{FE0E}", 0),
    ("emoji-keycap", "a keycap", "1\u{FE0F}\u{20E3}", 0),
    ("emoji-family", "a family of emoji", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", 0),
    ("emoji-rainbow-flag", "a flag joined to a rainbow", "\u{1F3F3}\u{FE0F}\u{200D}\u{1F308}", 0),
    (
        "emoji-flag-of-scotland",
        "the flag of Scotland, which is a tag sequence",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
        0,
    ),
    (
        "joiner-after-virama",
        "a zero-width joiner after a virama",
        "\u{915}\u{94D}\u{200D}\u{937}",
        0,
    ),
    (
        "joiner-before-virama",
        "a zero-width joiner before a virama, as used in Bengali",
        "\u{9B0}\u{200D}\u{9CD}\u{9AF}",
        0,
    ),
    (
        "non-joiner-persian",
        "a zero-width non-joiner between Arabic letters",
        "\u{645}\u{6CC}\u{200C}\u{62E}",
        0,
    ),
    ("variant-ideograph", "a variation selector after an ideograph", "\u{845B}\u{E0100}", 0),
    ("variant-mongolian", "a variation selector after a Mongolian letter", "\u{1820}\u{180B}", 0),
    ("joiner-alone", "only a zero-width joiner", "\u{200D}", 2501),
    ("joiner-in-latin", "a zero-width joiner between Latin letters", "al\u{200D}ice", 2501),
    (
        "joiner-in-arabic",
        "a zero-width joiner between Arabic letters",
        "\u{645}\u{200D}\u{62E}",
        2501,
    ),
    ("joiner-after-emoji", "a zero-width joiner after the last emoji", "\u{1F469}\u{200D}", 2501),
    ("non-joiner-in-latin", "a zero-width non-joiner between Latin letters", "al\u{200C}ice", 2501),
    ("selector-alone", "only a variation selector", "\u{FE0F}", 2501),
    ("selector-after-letter", "a variation selector after a Latin letter", "alice\u{FE0F}", 2501),
    (
        "selector-after-digit",
        "a variation selector after a digit, not followed by a keycap",
        "alice1\u{FE0F}",
        2501,
    ),
    ("selector-twice", "two variation selectors after an emoji", "\u{2764}\u{FE0F}\u{FE0F}", 2501),
    (
        "selector-of-ideographs-after-letter",
        "a variation selector of ideographs after a Latin letter",
        "alice\u{E0100}",
        2501,
    ),
    ("tag-alone", "a tag character outside a sequence", "alice\u{E0040}", 2501),
    (
        "tags-of-no-flag",
        "tags after an emoji that is not a black flag",
        "\u{1F469}\u{E0067}\u{E0062}\u{E0061}\u{E007F}",
        2501,
    ),
    (
        "tags-without-end",
        "a flag tag sequence without its end tag",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}",
        2501,
    ),
    ("zero-width-space", "a zero-width space", "al\u{200B}ice", 2501),
    ("zero-width-space-alone", "only a zero-width space", "\u{200B}", 2501),
    ("word-joiner", "a word joiner", "al\u{2060}ice", 2501),
    ("byte-order-mark", "a zero-width no-break space", "\u{FEFF}alice", 2501),
    ("soft-hyphen", "a soft hyphen", "al\u{AD}ice", 2501),
    ("grapheme-joiner", "a combining grapheme joiner", "al\u{34F}ice", 2501),
    ("invisible-operator", "an invisible plus", "al\u{2064}ice", 2501),
    ("hangul-filler-alone", "only a Hangul filler", "\u{3164}", 2501),
    ("braille-blank-alone", "only a Braille pattern without dots", "\u{2800}", 2501),
    ("annotation", "an interlinear annotation", "al\u{FFF9}ice", 2501),
    ("unassigned", "an unassigned code point", "alice\u{378}", 2501),
    ("unassigned-ignorable", "an unassigned ignorable code point", "alice\u{2065}", 2501),
    ("non-character", "a noncharacter", "alice\u{FDD0}", 2501),
    ("last-non-character", "the last code point, a noncharacter", "alice\u{10FFFF}", 2501),
];

/// The invisible characters that PRECIS allows as well.
const NEEDED_BY_PRECIS: [&str; 2] = ["joiner-after-virama", "non-joiner-persian"];

/// Names of people in old and new scripts of Unicode, and names in them that PRECIS would change
/// (2501). VeraId allows all of them.
const SCRIPTS: &[(&str, &str, &str, u16)] = &[
    ("adlam", "Adlam letters", "\u{1E922}\u{1E923}\u{1E924}", 0),
    ("adlam-capital", "an Adlam capital letter", "\u{1E900}\u{1E923}\u{1E924}", 2501),
    ("osage", "Osage letters", "\u{104D8}\u{104D9}", 0),
    ("osage-capital", "an Osage capital letter", "\u{104B0}\u{104D9}", 2501),
    ("cherokee", "small Cherokee letters", "\u{AB73}\u{AB83}\u{AB79}", 0),
    (
        "cherokee-capital",
        "Cherokee letters of the first encoding, which are now capitals",
        "\u{13A3}\u{13B3}\u{13A9}",
        2501,
    ),
    ("hanifi-rohingya", "Hanifi Rohingya letters", "\u{10D00}\u{10D01}", 0),
    ("vithkuqi", "Vithkuqi letters", "\u{10597}\u{10598}", 0),
    ("vithkuqi-capital", "a Vithkuqi capital letter", "\u{10570}\u{10598}", 2501),
    ("georgian", "Georgian letters", "\u{10D2}\u{10D8}\u{10DD}", 0),
    ("georgian-capital", "Georgian capital letters", "\u{1C92}\u{1C98}\u{1C9D}", 2501),
    ("ideograph-extension-e", "an ideograph of extension E", "\u{2B820}", 0),
    ("ideograph-extension-g", "an ideograph of extension G", "\u{30000}", 0),
    ("latin-of-unicode-8", "a Latin letter of Unicode 8", "\u{AB60}", 0),
    ("latin-of-unicode-12", "a Latin letter of Unicode 12", "\u{A7C3}", 0),
    ("latin-of-unicode-12-capital", "a Latin capital letter of Unicode 12", "\u{A7C2}", 2501),
    ("hebrew", "Hebrew letters", "\u{5D3}\u{5D5}\u{5D3}", 0),
    ("hebrew-and-latin", "a Hebrew letter after a Latin one", "a\u{5D3}", 2501),
    (
        "arabic-digits-of-both-kinds",
        "Arabic-Indic digits of both kinds",
        "\u{627}\u{661}\u{6F1}",
        2501,
    ),
    ("tatweel", "a tatweel", "\u{645}\u{640}\u{62E}", 2501),
    ("middle-dot-in-catalan", "a middle dot between two l", "col\u{B7}lega", 0),
    ("middle-dot-elsewhere", "a middle dot between other letters", "a\u{B7}b", 2501),
    ("roman-numeral", "a Roman numeral of one character", "\u{2171}", 2501),
    ("jamo", "conjoining Hangul jamo", "\u{1100}\u{1161}", 2501),
    ("private-use", "a private-use character", "alice\u{E000}", 2501),
];
