//! `kliento token inspect` and `kliento bundle inspect`.

use kliento_inspect::json::to_line;
use kliento_inspect::{BundleQuestion, Inspection, TokenQuestion};

use crate::cli::{BundleInspect, Output, TokenInspect};
use crate::outcome::{Outcome, Stop};
use crate::{input, times, trust};

pub(crate) fn token(arguments: &TokenInspect) -> Result<Outcome, Stop> {
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
    Ok(outcome(&inspection, arguments.output.form))
}

pub(crate) fn bundle(arguments: &BundleInspect) -> Result<Outcome, Stop> {
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
    Ok(outcome(&inspection, arguments.output.form))
}

fn outcome(inspection: &Inspection, form: Output) -> Outcome {
    let stdout = match form {
        Output::Text => inspection.to_text(),
        Output::Json => to_line(inspection),
    };
    Outcome::report(stdout, inspection.failure())
}
