//! `kliento token inspect`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use kliento_inspect::TokenQuestion;
use kliento_inspect::json::to_line;

use crate::arguments::times::{self, InstantArg};
use crate::arguments::{Output, OutputArgument, VerifyOptions, trust};
use crate::io::input;
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento token inspect token.header
  kliento token inspect token.header --audience https://api.example.com --at 1795348800
  kliento token inspect token.header --no-verify --output json";

#[derive(Debug, Args)]
pub(crate) struct TokenInspect {
    /// DER, Base64 or a header line; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// The audience that the token must be for [default: not checked].
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: Option<String>,
    /// Show the token without verifying anything.
    #[arg(long)]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) demands: VerifyOptions,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &TokenInspect) -> Result<Outcome, Stop> {
    let anchors = arguments.demands.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), anchors])?;
    let anchors = trust::anchors(&arguments.demands.anchors)?;
    let question = TokenQuestion {
        audience: arguments.audience.as_deref().filter(|_| !arguments.no_verify),
        at: times::instant(arguments.instant.at),
        policy: trust::token_policy(&arguments.demands),
        verifier: &trust::verifier(&arguments.demands, anchors.clone()),
        anchors: &anchors,
    };
    let inspection = match input::token(&arguments.input) {
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
