//! `kliento token verify`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use kliento::ValidityPeriod;
use kliento_inspect::Failure;
use kliento_inspect::json::{Verification, to_line};
use kliento_inspect::text::verified_token;

use crate::arguments::times::{self, InstantArg};
use crate::arguments::{Output, OutputArgument, VerifyOptions, trust};
use crate::io::input;
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento token verify token.header --audience https://api.example.com
  kliento token verify --audience https://api.example.com --output json < token.der
  kliento token verify token.header --audience https://api.example.com \\
      --at 2026-11-22T12:00:00Z --trust-anchors trust-anchors.ds";

#[derive(Debug, Args)]
pub(crate) struct TokenVerify {
    /// DER, Base64 or a header line; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// Your own audience, which the token must be for.
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) demands: VerifyOptions,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &TokenVerify) -> Result<Outcome, Stop> {
    let anchors = arguments.demands.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), anchors])?;
    let verifier = trust::verifier(&arguments.demands, trust::anchors(&arguments.demands.anchors)?);
    let at = times::instant(arguments.instant.at);
    let policy = trust::token_policy(&arguments.demands);
    let verified = input::token(&arguments.input).and_then(|bundle| {
        bundle
            .verify_with(policy, &arguments.audience, at, &verifier)
            .map_err(|error| Failure::token_invalid(&error, ValidityPeriod::at(at)).into())
    });
    match (verified, arguments.output.form) {
        (Ok(token), Output::Text) => Ok(Outcome::valid(verified_token(&token))),
        (Ok(token), Output::Json) => {
            Ok(Outcome::valid(to_line(&Verification::of_token(Ok(&token)))))
        }
        (Err(Stop::Failed(failure)), Output::Json) => {
            let verification = Verification::of_token(Err(&failure));
            Ok(Outcome::report(to_line(&verification), Some(&failure)))
        }
        (Err(stop), _) => Err(stop),
    }
}
