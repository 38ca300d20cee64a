//! `kliento token verify`.

use std::fmt::Write;

use kliento::{Member, SignatureKind, TokenPolicy, ValidityPeriod, VerifiedToken};
use veraid_core::Proof;

use crate::cli::{Output, TokenVerify, VerifyOptions};
use crate::escape_for_terminal::escape_for_terminal;
use crate::failure::Failure;
use crate::input;
use crate::json::{Facts, Verification, to_line};
use crate::outcome::{Outcome, UsageError};
use crate::{times, trust};

pub(crate) fn run(arguments: &TokenVerify) -> Result<Outcome, UsageError> {
    let anchors = arguments.demands.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), anchors])?;
    let verifier = trust::verifier(&arguments.demands, trust::anchors(&arguments.demands.anchors)?);
    let at = times::instant(arguments.instant.at);
    let verified = input::token(&arguments.input)?.and_then(|bundle| {
        bundle
            .verify_with(policy(&arguments.demands), &arguments.audience, at, &verifier)
            .map_err(|error| Failure::token_invalid(&error, ValidityPeriod::at(at)))
    });
    Ok(match (verified, arguments.output.form) {
        (Ok(token), Output::Text) => Outcome::valid(to_text(&token)),
        (Ok(token), Output::Json) => {
            Outcome::valid(to_line(&Verification::valid(Facts::of_token(&token))))
        }
        (Err(failure), Output::Text) => Outcome::failed(&failure),
        (Err(failure), Output::Json) => {
            let verification = Verification::failed(&failure, Facts::no_token());
            Outcome::report(to_line(&verification), Some(&failure))
        }
    })
}

/// The policy on tokens: a signed period of at most one hour, or of the requested maximum.
pub(crate) fn policy(demands: &VerifyOptions) -> TokenPolicy {
    demands.max_validity.map_or_else(TokenPolicy::default, |seconds| {
        TokenPolicy::default().with_max_validity_seconds(seconds)
    })
}

fn to_text(token: &VerifiedToken) -> String {
    let mut text = String::from("VALID\n");
    write_member(&mut text, token.subject(), token.kind());
    line(&mut text, "audience", token.audience());
    write_claims(&mut text, token);
    line(&mut text, "profile", &token.profile().to_string());
    write_foreign_issuer(&mut text, token.proof());
    write_validity(&mut text, token.validity());
    text
}

/// Writes a line with one fact.
pub(crate) fn line(text: &mut String, label: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {label:<14}{}", escape_for_terminal(value));
}

/// Writes the sender and the signer.
pub(crate) fn write_member(text: &mut String, member: &Member, kind: SignatureKind) {
    let organisation = member.organisation();
    line(text, "subject", &member.to_string());
    if organisation.as_str() == organisation.as_unicode() {
        line(text, "organisation", organisation.as_str());
    } else {
        let both = format!("{} ({})", organisation.as_str(), organisation.as_unicode());
        line(text, "organisation", &both);
    }
    line(text, "user", member.user().map_or("none (a bot)", |user| user.as_str()));
    line(text, "signed by", &signer(member, kind));
}

/// The signer in words: a signature by the organisation is the organisation's claim about the user,
/// and not the user's own.
fn signer(member: &Member, kind: SignatureKind) -> String {
    // Users choose their names. Fixed phrases have spaces, so a name with one is quoted and cannot
    // pass for a phrase.
    let user = member.user().map(|user| match user.as_str() {
        name if name.contains(' ') => format!("{name:?}"),
        name => name.to_owned(),
    });
    match (kind, user) {
        (SignatureKind::Member, Some(user)) => user,
        (SignatureKind::Member, None) => "a bot of the organisation".to_owned(),
        (SignatureKind::Organisation, Some(user)) => {
            format!("the organisation on behalf of {user}")
        }
        (SignatureKind::Organisation, None) => "the organisation itself".to_owned(),
    }
}

/// Writes the claims, one per line.
pub(crate) fn write_claims(text: &mut String, token: &VerifiedToken) {
    if token.claims().is_empty() {
        line(text, "claims", "none");
    }
    for (index, (name, value)) in token.claims().iter().enumerate() {
        let label = if index == 0 { "claims" } else { "" };
        line(text, label, &format!("{name} = {value}"));
    }
}

/// Writes a note on an organisation certificate that someone else issued, if a policy accepted one.
pub(crate) fn write_foreign_issuer(text: &mut String, proof: &Proof) {
    if !proof.organisation_certificate_self_issued() {
        line(text, "note", "someone else issued the organisation certificate");
    }
}

/// Writes the period at which everything is valid.
pub(crate) fn write_validity(text: &mut String, validity: ValidityPeriod) {
    line(text, "valid from", &validity.start().to_string());
    line(text, "valid until", &validity.end().to_string());
}
