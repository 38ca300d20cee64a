//! JSON for programs.

use base64ct::{Base64, Encoding};
use kliento::{ValidityPeriod, VerifiedFacts, VerifiedToken};
use serde::{Serialize, Serializer};
use veraid_core::VerifiedSignature;

use crate::failure::Failure;
use crate::text::is_unsafe;

/// The result of verifying a token or signature bundle: `kliento.verification/v2`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification<'a> {
    schema: &'static str,
    status: &'static str,
    #[serde(flatten)]
    facts: Facts<'a>,
    error: Option<&'a Failure>,
}

impl<'a> Verification<'a> {
    /// The result for a token.
    #[must_use]
    pub fn of_token(verified: Result<&'a VerifiedToken, &'a Failure>) -> Self {
        Self::new(verified.map(Facts::of_token), Facts { verified: None, plaintext: None })
    }

    /// The result for a signature bundle.
    #[must_use]
    pub fn of_signature(verified: Result<&'a VerifiedSignature, &'a Failure>) -> Self {
        let unproved = Facts { verified: None, plaintext: Some(None) };
        Self::new(verified.map(Facts::of_signature), unproved)
    }

    fn new(verified: Result<Facts<'a>, &'a Failure>, unproved: Facts<'a>) -> Self {
        let (status, facts, error) = match verified {
            Ok(facts) => ("valid", facts, None),
            Err(failure) => (failure.class().status(), unproved, Some(failure)),
        };
        Self { schema: "kliento.verification/v2", status, facts, error }
    }
}

/// The proved facts. Programs find the same members in every result: all are null if nothing is
/// proved.
#[derive(Debug, Serialize)]
pub(crate) struct Facts<'a> {
    #[serde(flatten, serialize_with = "facts_or_nulls")]
    verified: Option<VerifiedFacts<'a>>,
    /// Present for bundles only: `None` leaves it out, `Some(None)` is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    plaintext: Option<Option<String>>,
}

impl<'a> Facts<'a> {
    pub(crate) fn of_token(token: &'a VerifiedToken) -> Self {
        Self { verified: Some(VerifiedFacts::of_token(token)), plaintext: None }
    }

    pub(crate) fn of_signature(signature: &'a VerifiedSignature) -> Self {
        let plaintext = Base64::encode_string(signature.plaintext());
        Self {
            verified: Some(VerifiedFacts::of_signature(signature)),
            plaintext: Some(Some(plaintext)),
        }
    }
}

fn facts_or_nulls<S: Serializer>(
    facts: &Option<VerifiedFacts<'_>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match facts {
        Some(facts) => facts.serialize(serializer),
        None => serializer.collect_map(VerifiedFacts::NAMES.map(|name| (name, ()))),
    }
}

/// A period, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeriodJson {
    from: String,
    until: String,
}

impl From<ValidityPeriod> for PeriodJson {
    fn from(period: ValidityPeriod) -> Self {
        Self { from: period.start().to_string(), until: period.end().to_string() }
    }
}

/// One line of JSON. Characters that a terminal might act on are escaped, which changes no value.
pub fn to_line(value: &impl Serialize) -> String {
    // Strings, numbers and maps of them always have a JSON form.
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut line = String::with_capacity(json.len().saturating_add(1));
    for character in json.chars() {
        // Outside strings JSON is ASCII, and without control characters as it is written here.
        if is_unsafe(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            line.push(character);
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_terminal_control_characters_without_changing_the_text() {
        let text = "a\u{1b}\u{7f}\u{9b}31m\u{202e}é";
        let line = to_line(&text);
        assert_eq!(line, "\"a\\u001b\\u007f\\u009b31m\\u202eé\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
