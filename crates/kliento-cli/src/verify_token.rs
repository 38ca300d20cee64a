//! `kliento token verify`.

use kliento::ValidityPeriod;
use kliento_inspect::Failure;
use kliento_inspect::json::{Verification, to_line};
use kliento_inspect::text::verified_token;

use crate::cli::{Output, TokenVerify};
use crate::outcome::{Outcome, Stop};
use crate::{input, times, trust};

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
