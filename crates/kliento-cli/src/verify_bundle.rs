//! `kliento bundle verify`.

use kliento::{ValidityPeriod, Verifier};
use kliento_inspect::Failure;
use kliento_inspect::json::{Verification, to_line};
use kliento_inspect::text::verified_signature;
use veraid_core::{ServiceOid, SignatureBundle, VerifiedSignature, VerifyError};

use crate::cli::{BundleVerify, Output};
use crate::outcome::{Outcome, Stop};
use crate::{input, times, trust};

pub(crate) fn run(arguments: &BundleVerify) -> Result<Outcome, Stop> {
    let anchors = arguments.demands.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), arguments.plaintext.as_ref(), anchors])?;
    let anchors = trust::anchors(&arguments.demands.anchors)?;
    let verifier = trust::bundle_verifier(&arguments.demands, anchors);
    let period = times::period(&arguments.when)?;
    let plaintext = input::plaintext(arguments.plaintext.as_deref())?;
    let verified = input::bundle(&arguments.input).and_then(|bundle| {
        verify(bundle, plaintext.as_deref(), &arguments.service, period, &verifier)
            .map_err(|error| Failure::bundle_invalid(&error, period).into())
    });
    match (verified, arguments.output.form) {
        (Ok(signature), Output::Text) => Ok(Outcome::valid(verified_signature(&signature))),
        (Ok(signature), Output::Json) => {
            Ok(Outcome::valid(to_line(&Verification::of_signature(Ok(&signature)))))
        }
        (Err(Stop::Failed(failure)), Output::Json) => {
            let verification = Verification::of_signature(Err(&failure));
            Ok(Outcome::report(to_line(&verification), Some(&failure)))
        }
        (Err(stop), _) => Err(stop),
    }
}

/// Verifies attached content, or the detached content that is given.
fn verify(
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
