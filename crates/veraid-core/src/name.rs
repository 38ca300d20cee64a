//! Names of organisations and users.

use std::fmt;

use veraid_dnssec::{DnssecChain, Name, Question};

use crate::name::problem::NameProblem;
use crate::precis::is_username_case_mapped;
use crate::profile::Profile;
use crate::visibility::check_visible;

pub(crate) mod problem;

/// The domain name of an organisation: lower case, A-labels, no final dot.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OrganisationName {
    ascii: String,
    unicode: String,
    dns: Name,
}

impl OrganisationName {
    pub(crate) fn heap_size_bytes(&self) -> usize {
        [self.ascii.len(), self.unicode.len(), self.dns.as_wire().len()].iter().sum()
    }

    /// Parses a certificate's common name as an organisation's, in the form of `profile`.
    ///
    /// Labels of letters, digits and hyphens, 1 to 63 octets, no hyphen first or last; with the key
    /// records' label before it at most 255 octets on the wire. VeraId allows one final dot,
    /// DomainAuth requires it.
    ///
    /// # Errors
    ///
    /// [`NameProblem`] if it is not of that form.
    pub fn from_common_name(text: &str, profile: Profile) -> Result<Self, NameProblem> {
        if profile == Profile::DomainAuth && !text.ends_with('.') {
            return Err(NameProblem::NoFinalDot);
        }
        let name = Self::parse(text)?;
        name.key_record_question(profile).map(|_| name).ok_or(NameProblem::TooLong)
    }

    /// Parses a name without the profile's rules for the final dot and the length with its label.
    pub(crate) fn parse(text: &str) -> Result<Self, NameProblem> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() || text.split('.').any(str::is_empty) {
            return Err(NameProblem::EmptyLabel);
        }
        if !text.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.'))
        {
            return Err(NameProblem::NotLettersDigitsHyphens);
        }
        let has_bad_label =
            |label: &str| label.len() > 63 || label.starts_with('-') || label.ends_with('-');
        if text.split('.').any(has_bad_label) {
            return Err(NameProblem::Label);
        }
        let ascii = text.to_ascii_lowercase();
        let dns: Name = ascii.parse().map_err(|_| NameProblem::TooLong)?;
        let unicode = unicode_form(&ascii)?;
        Ok(Self { ascii, unicode, dns })
    }

    /// The name in lower case with A-labels, without a final dot: the form to compare and to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.ascii
    }

    /// The name with U-labels (UTS 46): the form to show to people. Different names can look alike
    /// in it.
    #[must_use]
    pub fn as_unicode(&self) -> &str {
        &self.unicode
    }

    /// The question for the organisation's key records under `profile`.
    ///
    /// `None` if the name leaves no room for the label of that profile; there is room for the one
    /// that it was parsed for.
    #[must_use]
    pub fn key_record_question(&self, profile: Profile) -> Option<Question> {
        profile.question(&self.dns)
    }

    /// The profile of the organisation's bundles with this chain: DomainAuth if the chain answers
    /// the question for `_domainauth`, otherwise VeraId.
    #[must_use]
    pub fn profile_of(&self, chain: &DnssecChain) -> Profile {
        let answers_domainauth = self
            .key_record_question(Profile::DomainAuth)
            .is_some_and(|question| chain.has_answer(&question));
        if answers_domainauth { Profile::DomainAuth } else { Profile::VeraId }
    }
}

/// The name with a U-label for each A-label.
///
/// Each label is converted on its own. The Bidi rule applies to labels (RFC 5893 section 2): a
/// label of digits beside one that is written from right to left makes a name hard to read, but not
/// invalid.
fn unicode_form(ascii: &str) -> Result<String, NameProblem> {
    let is_a_label = |label: &str| label.starts_with("xn--");
    if !ascii.split('.').any(is_a_label) {
        return Ok(ascii.to_owned());
    }
    let labels = ascii.split('.').map(|label| {
        if !is_a_label(label) {
            return Ok(label.to_owned());
        }
        let (unicode, valid) = idna::domain_to_unicode(label);
        valid.map(|()| unicode).map_err(|_| NameProblem::InvalidALabel)
    });
    Ok(labels.collect::<Result<Vec<_>, _>>()?.join("."))
}

impl fmt::Display for OrganisationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ascii)
    }
}

impl fmt::Debug for OrganisationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrganisationName({})", self.ascii)
    }
}

/// The name of a user within an organisation.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UserName(String);

/// The name of a bot in its certificate or attribution.
pub(crate) const BOT: &str = "@";

impl UserName {
    /// The maximum length of a name in octets of UTF-8, as with other parts of an identity in the
    /// field (a DNS name, a file name).
    pub const MAX_BYTES: usize = 255;

    /// Parses `text` as a user's name under `profile`.
    ///
    /// Both profiles reject names that could pass for another: empty ones, `@` and its look-alikes,
    /// control characters, those that turn the direction of writing, white space other than U+0020
    /// inside, and characters that are invisible where they stand. DomainAuth also requires the
    /// PRECIS form UsernameCaseMapped (RFC 8265 section 3.3).
    ///
    /// # Errors
    ///
    /// [`NameProblem`] with the rule that is violated.
    pub fn new(text: &str, profile: Profile) -> Result<Self, NameProblem> {
        if text.is_empty() {
            return Err(NameProblem::Empty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(NameProblem::TooLong);
        }
        if let Some(character) = text.chars().find(|&character| is_refused(character)) {
            return Err(NameProblem::Character(character));
        }
        if text.starts_with(' ') || text.ends_with(' ') {
            return Err(NameProblem::OuterSpace);
        }
        match profile {
            Profile::VeraId => check_visible(text)?,
            Profile::DomainAuth if is_username_case_mapped(text) => {}
            Profile::DomainAuth => return Err(NameProblem::NotPrecis),
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_refused(character: char) -> bool {
    matches!(
        character,
        // At signs, which separate a user from an organisation.
        '@' | '\u{FF20}' | '\u{FE6B}'
        // Marks and embeddings that turn the direction of writing, line and paragraph separators.
        | '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    ) || character.is_control()
        || (character.is_whitespace() && character != ' ')
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserName({:?})", self.0)
    }
}

/// The author of a signature: a user of an organisation, or the organisation itself (a bot).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    pub(crate) organisation: OrganisationName,
    pub(crate) user: Option<UserName>,
}

impl Member {
    /// The organisation.
    #[must_use]
    pub const fn organisation(&self) -> &OrganisationName {
        &self.organisation
    }

    /// The user; `None` for a bot.
    #[must_use]
    pub const fn user(&self) -> Option<&UserName> {
        self.user.as_ref()
    }

    /// Parses a certificate's common name or an attribution: `@` for a bot, otherwise a user's
    /// name.
    pub(crate) fn parse_user(
        text: &str,
        profile: Profile,
    ) -> Result<Option<UserName>, NameProblem> {
        if text == BOT { Ok(None) } else { UserName::new(text, profile).map(Some) }
    }
}

impl fmt::Display for Member {
    /// `user@organisation`, or the organisation alone for a bot; A-labels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        write!(f, "{}", self.organisation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisation_names_are_lower_case_a_labels_without_final_dot() {
        for (text, ascii, unicode) in [
            ("example.com", "example.com", "example.com"),
            ("Example.COM.", "example.com", "example.com"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", "bücher.example"),
            ("com", "com", "com"),
            ("3com.x-y.1", "3com.x-y.1", "3com.x-y.1"),
            // Labels of digits beside labels that are written from right to left.
            ("1.xn--4dbrk0ce", "1.xn--4dbrk0ce", "1.\u{5D9}\u{5E9}\u{5E8}\u{5D0}\u{5DC}"),
            ("3com.xn--4dbrk0ce", "3com.xn--4dbrk0ce", "3com.\u{5D9}\u{5E9}\u{5E8}\u{5D0}\u{5DC}"),
        ] {
            let name = OrganisationName::from_common_name(text, Profile::VeraId).unwrap();
            assert_eq!((name.as_str(), name.as_unicode()), (ascii, unicode));
        }
    }

    #[test]
    fn rejects_names_that_are_not_organisations() {
        let label = "a".repeat(63);
        for (text, problem) in [
            ("", NameProblem::EmptyLabel),
            (".", NameProblem::EmptyLabel),
            (".example.com", NameProblem::EmptyLabel),
            ("example..com", NameProblem::EmptyLabel),
            ("example.com..", NameProblem::EmptyLabel),
            ("bücher.example", NameProblem::NotLettersDigitsHyphens),
            ("_veraid.example.com", NameProblem::NotLettersDigitsHyphens),
            ("exa mple.com", NameProblem::NotLettersDigitsHyphens),
            ("-a.com", NameProblem::Label),
            ("a-.com", NameProblem::Label),
            (&format!("{label}a.com"), NameProblem::Label),
            ("xn--a.example", NameProblem::InvalidALabel),
            // A digit and then a Hebrew letter in one label; a hyphen after one.
            ("xn--1-0hc.example", NameProblem::InvalidALabel),
            ("1.xn--1-0hc", NameProblem::InvalidALabel),
            ("xn--example-.com", NameProblem::Label),
            (&[label.as_str(); 4].join("."), NameProblem::TooLong),
        ] {
            assert_eq!(
                OrganisationName::from_common_name(text, Profile::VeraId),
                Err(problem),
                "{text}"
            );
        }
        assert_eq!(
            OrganisationName::from_common_name("example.com", Profile::DomainAuth),
            Err(NameProblem::NoFinalDot)
        );
        assert!(OrganisationName::from_common_name("example.com.", Profile::DomainAuth).is_ok());
    }

    #[test]
    fn the_longest_organisation_leaves_room_for_the_key_records_label() {
        // 3 * 64 octets for full labels, one for the root, and the last label: 255 with `_veraid`
        // or `_domainauth` before them.
        let label = "a".repeat(63);
        for (profile, last) in [(Profile::VeraId, 53), (Profile::DomainAuth, 49)] {
            let longest = format!("{label}.{label}.{label}.{}", "a".repeat(last));
            assert!(OrganisationName::from_common_name(&format!("{longest}."), profile).is_ok());
            assert_eq!(
                OrganisationName::from_common_name(&format!("{longest}a."), profile),
                Err(NameProblem::TooLong)
            );
        }
    }

    #[test]
    fn rejects_user_names_that_could_pass_for_others() {
        for profile in [Profile::VeraId, Profile::DomainAuth] {
            for (text, problem) in [
                ("", NameProblem::Empty),
                ("a@b", NameProblem::Character('@')),
                ("\u{FF20}", NameProblem::Character('\u{FF20}')),
                ("a\tb", NameProblem::Character('\t')),
                ("a\u{0}", NameProblem::Character('\u{0}')),
                ("a\u{202E}b", NameProblem::Character('\u{202E}')),
                ("a\u{2028}b", NameProblem::Character('\u{2028}')),
                ("a\u{A0}b", NameProblem::Character('\u{A0}')),
                (" a", NameProblem::OuterSpace),
                ("a ", NameProblem::OuterSpace),
                (&"a".repeat(256), NameProblem::TooLong),
            ] {
                assert_eq!(UserName::new(text, profile), Err(problem), "{text:?}");
            }
            assert!(UserName::new(&"a".repeat(255), profile).is_ok());
        }
    }

    #[test]
    fn veraid_keeps_case_spaces_and_joiners_where_domainauth_rejects_them() {
        for text in ["Alice", "alice smith", "👩\u{200D}💻", "ａｌｉｃｅ"] {
            assert_eq!(UserName::new(text, Profile::VeraId).unwrap().as_str(), text);
            assert_eq!(UserName::new(text, Profile::DomainAuth), Err(NameProblem::NotPrecis));
        }
        assert!(UserName::new("alice", Profile::DomainAuth).is_ok());
    }
}
