//! `kliento bundle inspect`.

use std::path::PathBuf;

use clap::Args;
use kliento_inspect::BundleQuestion;
use kliento_inspect::json::to_line;
use veraid_core::ServiceOid;

use crate::arguments::times::{self, PeriodArgs};
use crate::arguments::{Output, OutputArgument, VerifyOptions, trust};
use crate::io::input;
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento bundle inspect signature.der
  kliento bundle inspect signature.der --plaintext document.pdf --output json
  kliento bundle inspect signature.der --no-verify";

#[derive(Debug, Args)]
pub(crate) struct BundleInspect {
    /// DER or Base64; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// The service that the signature must be for [default: not checked].
    #[arg(long, value_name = "OID")]
    pub(crate) service: Option<ServiceOid>,
    /// The content of a detached signature.
    #[arg(long, value_name = "FILE")]
    pub(crate) plaintext: Option<PathBuf>,
    /// Show the bundle without verifying anything.
    #[arg(long)]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) when: PeriodArgs,
    #[command(flatten)]
    pub(crate) demands: VerifyOptions,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &BundleInspect) -> Result<Outcome, Stop> {
    let anchors = arguments.demands.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), arguments.plaintext.as_ref(), anchors])?;
    let anchors = trust::anchors(&arguments.demands.anchors)?;
    let verifier = trust::bundle_verifier(&arguments.demands, anchors.clone());
    let period = times::period(&arguments.when)?;
    let plaintext = input::plaintext(arguments.plaintext.as_deref())?;
    let question = BundleQuestion {
        service: arguments.service.as_ref().filter(|_| !arguments.no_verify),
        period,
        plaintext: plaintext.as_deref(),
        verifier: &verifier,
        anchors: &anchors,
    };
    let inspection = match input::bundle(&arguments.input) {
        Ok(bundle) if arguments.no_verify => question.inspect_unverified(&bundle),
        Ok(bundle) => question.inspect(bundle),
        Err(stop) => question.malformed(stop.into_failure()?),
    };
    let stdout = match arguments.output.form {
        Output::Text => inspection.to_text(),
        Output::Json => to_line(&inspection),
    };
    Ok(Outcome::report(stdout, inspection.failure()))
}
