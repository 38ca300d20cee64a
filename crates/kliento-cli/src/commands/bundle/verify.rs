//! `kliento bundle verify`.

use std::path::PathBuf;

use clap::Args;
use kliento::{ValidityPeriod, Verifier};
use kliento_inspect::Failure;
use kliento_inspect::json::{Verification, to_line};
use kliento_inspect::text::verified_signature;
use veraid_core::{ServiceOid, SignatureBundle, VerifiedSignature, VerifyError};

use crate::arguments::times::{self, PeriodArgs};
use crate::arguments::{Output, OutputArgument, VerifyOptions, trust};
use crate::io::input;
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento bundle verify signature.der --service 1.3.6.1.4.1.58708.1.1
  kliento bundle verify signature.der --service 1.3.6.1.4.1.58708.1.1 --plaintext document.pdf
  kliento bundle verify signature.der --service 1.3.6.1.4.1.58708.1.1 \\
      --from 2026-11-01T00:00:00Z --until 2026-11-30T23:59:59Z --output json";

#[derive(Debug, Args)]
pub(crate) struct BundleVerify {
    /// DER or Base64; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// The service that the signature must be for.
    #[arg(long, value_name = "OID")]
    pub(crate) service: ServiceOid,
    /// The content of a detached signature.
    #[arg(long, value_name = "FILE")]
    pub(crate) plaintext: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) when: PeriodArgs,
    #[command(flatten)]
    pub(crate) demands: VerifyOptions,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

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
