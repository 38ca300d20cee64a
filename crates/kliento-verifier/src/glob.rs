//! Patterns for the names of organisations and subjects.

use std::fmt;
use std::str::FromStr;

use kliento::{NameProblem, OrganisationName, Profile, UserName};

/// The maximum length of a pattern in bytes: a user name of 255, `@` and a domain name of 253 fit.
const MAX_PATTERN_BYTES: usize = 512;

/// A pattern that a whole name must match: `*` stands for zero or more characters, everything else
/// for itself.
///
/// A pattern without `@` matches organisations, and so each of their subjects; one with `@` matches
/// users. Domain names are compared in lower case and in their A-label form (`xn--…`), user names
/// exactly.
///
/// ```
/// use kliento_verifier::NamePattern;
///
/// let pattern: NamePattern = "*@example.com".parse()?;
/// assert!(pattern.matches("alice@example.com", "example.com"));
/// assert!(!pattern.matches("example.com", "example.com"));
/// assert!("*.example.com".parse::<NamePattern>()?.matches("bob@eu.example.com", "eu.example.com"));
/// # Ok::<(), kliento_verifier::PatternError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct NamePattern {
    user: Option<String>,
    organisation: String,
}

/// The reason that a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// The text is empty, or empty before or after the `@`.
    #[error("pattern has an empty part")]
    Empty,
    /// The text is longer than any name.
    #[error("pattern has {octets} bytes, limit is {limit}")]
    TooLong {
        /// Its length in bytes.
        octets: usize,
        /// The maximum length in bytes.
        limit: usize,
    },
    /// No name matches the pattern: it breaks the rules for names, whatever stands for each `*`.
    #[error("pattern {pattern:?} matches no {part}: {problem}")]
    NeverMatches {
        /// The pattern.
        pattern: String,
        /// The part that is wrong: the organisation or the user.
        part: &'static str,
        /// The rule that it breaks.
        problem: NameProblem,
    },
    /// The organisation's part has characters that are not allowed in domain names;
    /// internationalised names are written as A-labels.
    #[error(
        "pattern {pattern:?} is not a domain name: use letters, digits, hyphens, dots and *, and A-labels (xn--…) for other scripts"
    )]
    NotADomain {
        /// The pattern.
        pattern: String,
    },
}

impl NamePattern {
    /// Returns true if the pattern matches `subject`, which is `organisation` or a user of it.
    #[must_use]
    pub fn matches(&self, subject: &str, organisation: &str) -> bool {
        let user = subject.strip_suffix(organisation).and_then(|user| user.strip_suffix('@'));
        let user_matches = match (&self.user, user) {
            (None, _) => true,
            (Some(pattern), Some(user)) => matches(pattern.as_bytes(), user.as_bytes()),
            (Some(_), None) => false,
        };
        user_matches && matches(self.organisation.as_bytes(), organisation.as_bytes())
    }
}

impl FromStr for NamePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let (octets, limit) = (text.len(), MAX_PATTERN_BYTES);
        if octets > limit {
            return Err(PatternError::TooLong { octets, limit });
        }
        // User names contain no `@`.
        let (user, organisation) = match text.rsplit_once('@') {
            Some((user, organisation)) => (Some(user), organisation),
            None => (None, text),
        };
        if organisation.is_empty() || user == Some("") {
            return Err(PatternError::Empty);
        }
        let of_domain = |octet: u8| octet.is_ascii_alphanumeric() || b"-.*".contains(&octet);
        if !organisation.bytes().all(of_domain) {
            return Err(PatternError::NotADomain { pattern: text.to_owned() });
        }
        let organisation = organisation.strip_suffix('.').unwrap_or(organisation);
        let never = |part| {
            let pattern = text.to_owned();
            move |problem| PatternError::NeverMatches { pattern, part, problem }
        };
        some_organisation(organisation).map_err(never("organisation"))?;
        user.map_or(Ok(()), some_user).map_err(never("user"))?;
        Ok(Self { user: user.map(str::to_owned), organisation: organisation.to_ascii_lowercase() })
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        f.write_str(&self.organisation)
    }
}

impl fmt::Debug for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamePattern({self})")
    }
}

/// Finds an organisation that matches the pattern, with the shortest text for each `*` that its
/// neighbours allow.
///
/// # Errors
///
/// The rule that such a name breaks, if there is no match.
fn some_organisation(pattern: &str) -> Result<(), NameProblem> {
    let mut name = String::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '*' {
            name.push(character);
            continue;
        }
        while characters.next_if_eq(&'*').is_some() {}
        let (before, after) = (name.chars().next_back(), characters.peek().copied());
        let is_of_label = |neighbour: Option<char>| {
            neighbour.is_some_and(|character| character.is_ascii_alphanumeric())
        };
        name += match (is_of_label(before), is_of_label(after)) {
            // A new label, so that neither label becomes too long.
            (true, true) => ".",
            (true, false) if after == Some('-') => ".a",
            (true, false) => "",
            (false, true) if before == Some('-') => "a.",
            (false, true) => "",
            (false, false) if before == Some('-') && after == Some('-') => "a.a",
            (false, false) => "a",
        };
    }
    let is_some = |name: &str| match OrganisationName::from_common_name(name, Profile::VeraId) {
        // Some text completes an A-label.
        Err(NameProblem::InvalidALabel) if pattern.split('.').any(is_part_of_a_label) => Ok(()),
        found => found.map(|_| ()),
    };
    // The shortest text where the whole is too long.
    is_some(&name).or_else(|problem| is_some(&pattern.replace('*', "")).map_err(|_| problem))
}

fn is_part_of_a_label(pattern: &str) -> bool {
    let beginning = pattern.get(..4).unwrap_or_default();
    beginning.eq_ignore_ascii_case("xn--") && pattern.contains('*')
}

/// Finds a user that matches the pattern, as [`some_organisation`] does.
fn some_user(pattern: &str) -> Result<(), NameProblem> {
    let with = |text| UserName::new(&pattern.replace('*', text), Profile::VeraId).map(|_| ());
    with("a").or_else(|problem| with("").map_err(|_| problem))
}

/// Matches in time proportional to the product of both lengths: only the last `*` is ever retried.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut in_pattern, mut in_text) = (0_usize, 0_usize);
    // The positions to resume from after the last `*`, if what follows does not match.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&octet) = text.get(in_text) {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                in_pattern = in_pattern.saturating_add(1);
                star = Some((in_pattern, in_text));
            }
            Some(&wanted) if wanted == octet => {
                in_pattern = in_pattern.saturating_add(1);
                in_text = in_text.saturating_add(1);
            }
            _ => {
                let Some((after_star, tried)) = star else { return false };
                let next = tried.saturating_add(1);
                star = Some((after_star, next));
                in_pattern = after_star;
                in_text = next;
            }
        }
    }
    pattern.iter().skip(in_pattern).all(|&octet| octet == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_about(pattern: &str, subject: &str) -> bool {
        let organisation = subject.rsplit_once('@').map_or(subject, |(_, domain)| domain);
        pattern.parse::<NamePattern>().unwrap().matches(subject, organisation)
    }

    #[test]
    fn a_pattern_without_user_is_about_the_organisation_and_all_its_users() {
        assert!(is_about("example.com", "example.com"));
        assert!(is_about("example.com", "alice@example.com"));
        assert!(!is_about("example.com", "alice@sub.example.com"));
        assert!(!is_about("example.com", "alice@example.com.evil.test"));
        assert!(!is_about("example.com", "notexample.com"));
    }

    #[test]
    fn a_pattern_with_user_is_not_about_the_organisation_itself() {
        assert!(is_about("*@example.com", "alice@example.com"));
        assert!(!is_about("*@example.com", "example.com"));
        assert!(is_about("alice@*", "alice@example.com"));
        assert!(!is_about("alice@*", "Alice@example.com"));
    }

    #[test]
    fn only_stars_match_any_characters() {
        assert!(is_about("*", "example.com"));
        assert!(is_about("*.example.com", "a.b.example.com"));
        assert!(!is_about("*.example.com", "example.com"));
        assert!(is_about("ci-*-deploy@example.com", "ci-eu-west-deploy@example.com"));
        assert!(!is_about("ci-*-deploy@example.com", "ci-eu-west@example.com"));
        assert!(is_about("*a*a*a*@example.com", "aaa@example.com"));
        assert!(!is_about("exam.le.com", "example.com"));
    }

    #[test]
    fn domains_compare_in_lower_case_without_final_dot() {
        assert!(is_about("EXAMPLE.com.", "alice@example.com"));
    }

    #[test]
    fn patterns_that_are_not_domain_names_are_rejected() {
        let parse = |text: &str| text.parse::<NamePattern>();
        assert_eq!(parse(""), Err(PatternError::Empty));
        assert_eq!(parse("@example.com"), Err(PatternError::Empty));
        assert_eq!(parse("alice@"), Err(PatternError::Empty));
        let pattern = "müller.example".to_owned();
        assert_eq!(parse(&pattern), Err(PatternError::NotADomain { pattern: pattern.clone() }));
        let long = "a".repeat(513);
        assert_eq!(parse(&long), Err(PatternError::TooLong { octets: 513, limit: 512 }));
    }

    #[test]
    fn a_pattern_that_no_name_matches_is_rejected() {
        let long_label = format!("{}.example", "a".repeat(64));
        let long_user = format!("{}@example.com", "a".repeat(256));
        for pattern in [
            ".",
            "..",
            ".example.com",
            "a..example.com",
            "*..example.com",
            "-*.example",
            "*-.example",
            "*-",
            "example-.com",
            "a.-b",
            "xn--a",
            &long_label,
            " alice@example.test",
            "alice @example.test",
            "a@b@example.test",
            "a\u{FF20}b@example.test",
            "\u{202E}*@example.test",
            "a\tb@example.test",
            "* @example.test",
            &long_user,
        ] {
            let result = pattern.parse::<NamePattern>();
            let is_refused = matches!(result, Err(PatternError::NeverMatches { .. }));
            assert!(is_refused, "{pattern:?}: {result:?}");
        }
    }

    #[test]
    fn a_pattern_that_some_name_matches_is_accepted() {
        let (label, user) = ("a".repeat(63), "a".repeat(255));
        let full = format!("{label}.{label}.{label}.{}", "a".repeat(53));
        for pattern in [
            "*",
            "**",
            "*@*",
            "*.example.com",
            "example.*",
            "ex*le.com",
            "a-*-b.example",
            "a-*b.example",
            "a*-b.example",
            "*-b.example",
            "a-*",
            "a.*.b",
            "a.*b",
            "*.*",
            "xn--*",
            "xn--mnchen-3ya.de",
            "EXAMPLE.com.",
            "a b*@example.com",
            &format!("{label}*{label}.example"),
            &format!("{label}*.example"),
            &format!("{full}*"),
            &format!("{user}*@example.com"),
        ] {
            let result = pattern.parse::<NamePattern>();
            assert!(result.is_ok(), "{pattern:?}: {result:?}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_exponential_time() {
        let pattern = format!("{}b@example.com", "a*".repeat(200));
        assert!(!is_about(&pattern, &format!("{}@example.com", "a".repeat(255))));
    }
}
