//! Verified tokens and signatures.

use kliento::{Member, SignatureKind, ValidityPeriod, VerifiedToken};
use veraid_core::{Proof, VerifiedSignature};

use super::{grouped, line};

/// The facts of a verified token, after the word VALID.
#[must_use]
pub fn verified_token(token: &VerifiedToken) -> String {
    let mut text = String::from("VALID\n");
    write_member(&mut text, token.subject(), token.kind());
    line(&mut text, "audience", token.audience());
    write_claims(&mut text, token);
    line(&mut text, "profile", &token.profile().to_string());
    write_foreign_issuer(&mut text, token.proof());
    write_validity(&mut text, token.validity());
    text
}

/// The facts of a verified signature, after the word VALID.
#[must_use]
pub fn verified_signature(signature: &VerifiedSignature) -> String {
    let mut text = String::from("VALID\n");
    write_member(&mut text, signature.member(), signature.kind());
    line(&mut text, "service", &signature.service().to_string());
    line(&mut text, "plaintext", &format!("{} bytes", grouped(signature.plaintext().len())));
    line(&mut text, "profile", &signature.profile().to_string());
    write_foreign_issuer(&mut text, signature.proof());
    write_validity(&mut text, signature.validity());
    text
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
fn write_foreign_issuer(text: &mut String, proof: &Proof) {
    if !proof.organisation_certificate_self_issued() {
        line(text, "note", "someone else issued the organisation certificate");
    }
}

/// Writes the period at which everything is valid.
pub(crate) fn write_validity(text: &mut String, validity: ValidityPeriod) {
    line(text, "valid from", &validity.start().to_string());
    line(text, "valid until", &validity.end().to_string());
}
