//! `kliento bundle verify`.

use kliento::{ValidityPeriod, Verifier};
use veraid_core::{ServiceOid, SignatureBundle, VerifiedSignature, VerifyError};

use crate::cli::{BundleVerify, Output};
use crate::escape_for_terminal::grouped;
use crate::failure::Failure;
use crate::json::{Facts, Verification, to_line};
use crate::outcome::{Outcome, UsageError};
use crate::verify_token::{line, write_foreign_issuer, write_member, write_validity};
use crate::{input, times, trust};

pub(crate) fn run(arguments: &BundleVerify) -> Result<Outcome, UsageError> {
    let anchors = arguments.demands.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), arguments.plaintext.as_ref(), anchors])?;
    let anchors = trust::anchors(&arguments.demands.anchors)?;
    let verifier = trust::bundle_verifier(&arguments.demands, anchors);
    let period = times::period(&arguments.when)?;
    let plaintext = input::plaintext(arguments.plaintext.as_deref())?;
    let verified = input::bundle(&arguments.input)?.and_then(|bundle| {
        verify(bundle, plaintext.as_deref(), &arguments.service, period, &verifier)
            .map_err(|error| Failure::bundle_invalid(&error, period))
    });
    Ok(match (verified, arguments.output.form) {
        (Ok(signature), Output::Text) => Outcome::valid(to_text(&signature)),
        (Ok(signature), Output::Json) => {
            Outcome::valid(to_line(&Verification::valid(Facts::of_signature(&signature))))
        }
        (Err(failure), Output::Text) => Outcome::failed(&failure),
        (Err(failure), Output::Json) => {
            let verification = Verification::failed(&failure, Facts::no_signature());
            Outcome::report(to_line(&verification), Some(&failure))
        }
    })
}

/// Verifies attached content, or the detached content that is given.
pub(crate) fn verify(
    bundle: SignatureBundle,
    plaintext: Option<&[u8]>,
    service: &ServiceOid,
    period: ValidityPeriod,
    verifier: &Verifier,
) -> Result<VerifiedSignature, VerifyError> {
    match plaintext {
        Some(content) => bundle.verify_detached(content, service, period, verifier),
        None => bundle.verify(service, period, verifier),
    }
}

fn to_text(signature: &VerifiedSignature) -> String {
    let mut text = String::from("VALID\n");
    write_member(&mut text, signature.member(), signature.kind());
    line(&mut text, "service", &signature.service().to_string());
    line(&mut text, "plaintext", &format!("{} bytes", grouped(signature.plaintext().len())));
    line(&mut text, "profile", &signature.profile().to_string());
    write_foreign_issuer(&mut text, signature.proof());
    write_validity(&mut text, signature.validity());
    text
}
