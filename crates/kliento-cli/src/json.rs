//! Results of verification as JSON.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use kliento::{ClaimSet, Member, SignatureKind, VerifiedToken};
use serde::Serialize;
use veraid_core::VerifiedSignature;

use crate::failure::{Failure, FailureJson};
use crate::shown::is_unsafe;

/// `kliento.verification/v1`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verification<'a> {
    schema: &'static str,
    status: &'static str,
    #[serde(flatten)]
    facts: Facts<'a>,
    error: Option<FailureJson<'a>>,
}

/// What is proved; all are null if nothing is.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts<'a> {
    subject: Option<String>,
    subject_id: Option<String>,
    organisation: Option<&'a str>,
    organisation_unicode: Option<&'a str>,
    user: Option<&'a str>,
    signed_by: Option<&'static str>,
    claims: Option<BTreeMap<&'a str, &'a str>>,
    audience: Option<&'a str>,
    profile: Option<String>,
    valid_from: Option<String>,
    valid_until: Option<String>,
    /// Only there, and true, if a policy accepted an organisation certificate that someone else issued.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    foreign_issuer: bool,
    /// Only of bundles: `None` leaves it out, `Some(None)` is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    plaintext: Option<Option<String>>,
}

impl<'a> Verification<'a> {
    pub(crate) const SCHEMA: &'static str = "kliento.verification/v1";

    pub(crate) fn valid(facts: Facts<'a>) -> Self {
        Self { schema: Self::SCHEMA, status: "valid", facts, error: None }
    }

    pub(crate) fn failed(failure: &'a Failure, facts: Facts<'a>) -> Self {
        let status = failure.class.status();
        Self { schema: Self::SCHEMA, status, facts, error: Some(failure.to_json()) }
    }
}

impl<'a> Facts<'a> {
    pub(crate) fn of_token(token: &'a VerifiedToken) -> Self {
        Self {
            claims: Some(claims(token.claims())),
            audience: Some(token.audience()),
            profile: Some(token.profile().to_string()),
            valid_from: Some(token.validity().start().to_string()),
            valid_until: Some(token.validity().end().to_string()),
            foreign_issuer: !token.proof().organisation_certificate_self_issued(),
            ..Self::of_member(token.subject(), token.kind())
        }
    }

    pub(crate) fn of_signature(signature: &'a VerifiedSignature) -> Self {
        Self {
            profile: Some(signature.profile().to_string()),
            valid_from: Some(signature.validity().start().to_string()),
            valid_until: Some(signature.validity().end().to_string()),
            foreign_issuer: !signature.proof().organisation_certificate_self_issued(),
            plaintext: Some(Some(Base64::encode_string(signature.plaintext()))),
            ..Self::of_member(signature.member(), signature.kind())
        }
    }

    /// None of a token.
    pub(crate) fn no_token() -> Self {
        Self::default()
    }

    /// None of a signature bundle.
    pub(crate) fn no_signature() -> Self {
        Self { plaintext: Some(None), ..Self::default() }
    }

    fn of_member(member: &'a Member, kind: SignatureKind) -> Self {
        Self {
            subject: Some(member.to_string()),
            subject_id: Some(member.to_string()),
            organisation: Some(member.organisation().as_str()),
            organisation_unicode: Some(member.organisation().as_unicode()),
            user: member.user().map(|user| user.as_str()),
            signed_by: Some(signed_by(kind)),
            ..Self::default()
        }
    }
}

pub(crate) fn claims(claims: &ClaimSet) -> BTreeMap<&str, &str> {
    claims.iter().collect()
}

const fn signed_by(kind: SignatureKind) -> &'static str {
    match kind {
        SignatureKind::Member => "member",
        SignatureKind::Organisation => "organisation",
    }
}

/// One line of JSON. Characters that a terminal might act on are escaped, which changes no value.
pub(crate) fn to_line(value: &impl Serialize) -> String {
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
    fn escapes_what_a_terminal_would_act_on_without_changing_it() {
        let text = "a\u{1b}\u{7f}\u{9b}31m\u{202e}é";
        let line = to_line(&text);
        assert_eq!(line, "\"a\\u001b\\u007f\\u009b31m\\u202eé\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
