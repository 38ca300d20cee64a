//! The facts of a verified token or signature, under their names in every format of this project.

use serde::Serialize;
use veraid_core::{Member, Profile, SignatureKind, ValidityPeriod, VerifiedSignature};

use crate::token::ClaimSet;
use crate::token_bundle::VerifiedToken;

/// The verified facts of a token or signature, ready to be serialised.
///
/// The command and the service write these members, so that one fact has one name:
///
/// | member | |
/// |---|---|
/// | `subject` | `alice@example.com`, or the organisation alone for a bot; in A-labels, for programs to compare |
/// | `subjectUnicode` | the same in Unicode, for people to read |
/// | `organisation`, `organisationUnicode` | the organisation's name in both forms |
/// | `user` | the user's name, or null for a bot |
/// | `signer` | `member` or `organisation`: whose key made the signature |
/// | `claims`, `audience` | those of the token; null for other content |
/// | `profile` | `veraid` or `domainauth` |
/// | `validFrom`, `validUntil` | the first and last second of the verdict, in RFC 3339 |
/// | `foreignIssuer` | only present, and true, if a policy accepted an organisation certificate that someone else issued |
///
/// ```
/// fn log_line(token: &kliento::VerifiedToken) -> serde_json::Result<String> {
///     serde_json::to_string(&kliento::VerifiedFacts::of_token(token))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedFacts<'a> {
    subject: String,
    subject_unicode: String,
    organisation: &'a str,
    organisation_unicode: &'a str,
    user: Option<&'a str>,
    signer: &'static str,
    claims: Option<&'a ClaimSet>,
    audience: Option<&'a str>,
    profile: String,
    valid_from: String,
    valid_until: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    foreign_issuer: bool,
}

impl<'a> VerifiedFacts<'a> {
    /// The names of the members that are always present, in the order in which they are serialised.
    pub const NAMES: [&'static str; 11] = [
        "subject",
        "subjectUnicode",
        "organisation",
        "organisationUnicode",
        "user",
        "signer",
        "claims",
        "audience",
        "profile",
        "validFrom",
        "validUntil",
    ];

    /// The facts of a token.
    #[must_use]
    pub fn of_token(token: &'a VerifiedToken) -> Self {
        Self {
            claims: Some(token.claims()),
            audience: Some(token.audience()),
            foreign_issuer: !token.proof().organisation_certificate_self_issued(),
            ..Self::new(token.subject(), token.kind(), token.profile(), token.validity())
        }
    }

    /// The facts of a signature over any content.
    #[must_use]
    pub fn of_signature(signature: &'a VerifiedSignature) -> Self {
        let (kind, profile) = (signature.kind(), signature.profile());
        Self {
            foreign_issuer: !signature.proof().organisation_certificate_self_issued(),
            ..Self::new(signature.member(), kind, profile, signature.validity())
        }
    }

    fn new(
        member: &'a Member,
        kind: SignatureKind,
        profile: Profile,
        validity: ValidityPeriod,
    ) -> Self {
        let (organisation, user) = (member.organisation(), member.user());
        let unicode = organisation.as_unicode();
        Self {
            subject: member.to_string(),
            subject_unicode: user
                .map_or_else(|| unicode.to_owned(), |user| format!("{user}@{unicode}")),
            organisation: organisation.as_str(),
            organisation_unicode: unicode,
            user: user.map(|user| user.as_str()),
            signer: kind.as_str(),
            claims: None,
            audience: None,
            profile: profile.to_string(),
            valid_from: validity.start().to_string(),
            valid_until: validity.end().to_string(),
            foreign_issuer: false,
        }
    }

    /// `alice@example.com`, or the organisation alone for a bot; in A-labels.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// `alice@bücher.example`: the subject in Unicode, for people to read. Different names can look
    /// alike in it.
    #[must_use]
    pub fn subject_unicode(&self) -> &str {
        &self.subject_unicode
    }

    /// The signer: `member`, or `organisation` if it speaks for the member.
    #[must_use]
    pub const fn signer(&self) -> &'static str {
        self.signer
    }
}
