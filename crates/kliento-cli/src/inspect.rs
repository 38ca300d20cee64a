//! `kliento token inspect` and `kliento bundle inspect`.

mod header_limits;
mod json;
mod report;
mod sizes;
mod text;
mod timeline;

pub(crate) use header_limits::line_bytes as header_bytes;
pub(crate) use report::Report;
pub(crate) use text::{algorithm_name, verdict_and_break, verdict_and_chain};

use kliento::{
    Timestamp, TokenBundle, TokenPolicy, TrustAnchors, ValidityPeriod, VerifiedToken, Verifier,
    VerifyError as TokenError,
};
use veraid_core::{
    NoCommonSecond, Proof, SignatureBundle, VerifiedSignature, VerifyError as SignatureError,
};

use crate::cli::{BundleInspect, Output, TokenInspect};
use crate::failure::Failure;
use crate::inspect::report::View;
use crate::outcome::{Outcome, UsageError};
use crate::verify_bundle::verify;
use crate::{input, times, trust, verify_token};

/// The kind of input to inspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Token,
    Bundle,
}

impl Kind {
    /// The name of the property that says whom or what the input is for.
    pub(crate) const fn is_for(self) -> &'static str {
        match self {
            Self::Token => "audience",
            Self::Bundle => "service",
        }
    }
}

/// The result of an inspection.
#[derive(Debug)]
pub(crate) enum Verdict {
    Token(Box<VerifiedToken>),
    Signature(Box<VerifiedSignature>),
    /// Invalid, with the evidence side by side if the periods of all of it are known.
    Failed(Failure, Option<Box<NoCommonSecond>>),
    /// Not verified, as requested.
    Unverified,
}

impl Verdict {
    pub(crate) const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure, _) => Some(failure),
            _ => None,
        }
    }

    pub(crate) fn proof(&self) -> Option<&Proof> {
        match self {
            Self::Token(token) => Some(token.proof()),
            Self::Signature(signature) => Some(signature.proof()),
            Self::Failed(..) | Self::Unverified => None,
        }
    }

    pub(crate) fn validity(&self) -> Option<ValidityPeriod> {
        match self {
            Self::Token(token) => Some(token.validity()),
            Self::Signature(signature) => Some(signature.validity()),
            Self::Failed(..) | Self::Unverified => None,
        }
    }
}

/// The requirements that a token must meet.
pub(crate) struct TokenQuestion<'a> {
    /// The audience that the token must be for; `None` accepts any.
    pub(crate) audience: Option<&'a str>,
    pub(crate) at: Timestamp,
    pub(crate) policy: TokenPolicy,
    pub(crate) verifier: &'a Verifier,
    pub(crate) anchors: &'a TrustAnchors,
}

impl TokenQuestion<'_> {
    /// Verifies `bundle` and gathers the facts to show.
    pub(crate) fn ask(&self, bundle: TokenBundle) -> Report {
        let asked = ValidityPeriod::at(self.at);
        let seen = bundle.clone();
        let claimed = || claimed_audience(&bundle).unwrap_or_default();
        let audience = self.audience.map_or_else(claimed, str::to_owned);
        let verdict = match bundle.verify_with(self.policy, &audience, self.at, self.verifier) {
            Ok(token) => Verdict::Token(Box::new(token)),
            Err(error) => {
                let failure = Failure::token_invalid(&error, asked);
                let evidence = match error {
                    TokenError::Signature(error) => no_common_second(error),
                    _ => None,
                };
                Verdict::Failed(failure, evidence)
            }
        };
        self.report(&seen, verdict)
    }

    fn report(&self, bundle: &TokenBundle, verdict: Verdict) -> Report {
        let asked = ValidityPeriod::at(self.at);
        let is_for_checked = self.audience.is_some() && !matches!(verdict, Verdict::Unverified);
        let header = bundle.to_auth_header();
        let seen = bundle.as_signature_bundle();
        let view = View::new(seen, &verdict, asked, self.anchors, Some(&header));
        Report { kind: Kind::Token, is_for_checked, asked, verdict, view: Some(view) }
    }
}

pub(crate) fn token(arguments: &TokenInspect) -> Result<Outcome, UsageError> {
    let anchors = arguments.demands.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), anchors])?;
    let anchors = trust::anchors(&arguments.demands.anchors)?;
    let question = TokenQuestion {
        audience: arguments.audience.as_deref(),
        at: times::instant(arguments.instant.at),
        policy: verify_token::policy(&arguments.demands),
        verifier: &trust::verifier(&arguments.demands, anchors.clone()),
        anchors: &anchors,
    };
    let report = match input::token(&arguments.input)? {
        Ok(bundle) if arguments.no_verify => question.report(&bundle, Verdict::Unverified),
        Ok(bundle) => question.ask(bundle),
        Err(failure) => Report {
            kind: Kind::Token,
            is_for_checked: arguments.audience.is_some() && !arguments.no_verify,
            asked: ValidityPeriod::at(question.at),
            verdict: Verdict::Failed(failure, None),
            view: None,
        },
    };
    Ok(outcome(&report, arguments.output.form))
}

pub(crate) fn bundle(arguments: &BundleInspect) -> Result<Outcome, UsageError> {
    let anchors = arguments.demands.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), arguments.plaintext.as_ref(), anchors])?;
    let anchors = trust::anchors(&arguments.demands.anchors)?;
    let verifier = trust::bundle_verifier(&arguments.demands, anchors.clone());
    let asked = times::period(&arguments.when)?;
    let plaintext = input::plaintext(arguments.plaintext.as_deref())?;
    let report = |verdict, view| Report {
        kind: Kind::Bundle,
        is_for_checked: arguments.service.is_some() && !arguments.no_verify,
        asked,
        verdict,
        view,
    };
    let seen = match input::bundle(&arguments.input)? {
        Ok(bundle) => bundle,
        Err(failure) => {
            let report = report(Verdict::Failed(failure, None), None);
            return Ok(outcome(&report, arguments.output.form));
        }
    };
    let verdict = if arguments.no_verify {
        Verdict::Unverified
    } else {
        // If the bundle names no readable service, verification fails for that reason with any
        // service.
        let claimed = || seen.unverified().service().cloned().unwrap_or(kliento::service_oid());
        let service = arguments.service.clone().unwrap_or_else(claimed);
        match verify(seen.clone(), plaintext.as_deref(), &service, asked, &verifier) {
            Ok(signature) => Verdict::Signature(Box::new(signature)),
            Err(error) => {
                let failure = Failure::bundle_invalid(&error, asked);
                Verdict::Failed(failure, no_common_second(error))
            }
        }
    };
    let view = View::new(&seen, &verdict, asked, &anchors, header_of(&seen).as_deref());
    Ok(outcome(&report(verdict, Some(view)), arguments.output.form))
}

fn outcome(report: &Report, form: Output) -> Outcome {
    let stdout = match form {
        Output::Text => text::render(report),
        Output::Json => json::render(report),
    };
    Outcome::report(stdout, report.verdict.failure())
}

fn no_common_second(error: SignatureError) -> Option<Box<NoCommonSecond>> {
    match error {
        SignatureError::NoCommonSecond(evidence) => Some(evidence),
        _ => None,
    }
}

/// The audience that the content names. It is not proved, and only used to accept any audience.
fn claimed_audience(bundle: &TokenBundle) -> Option<String> {
    let content = bundle.as_signature_bundle().unverified().content()?;
    let token: serde_json::Value = serde_json::from_slice(content).ok()?;
    token.get("audience")?.as_str().map(str::to_owned)
}

/// A header with the bundle, if the bundle is small enough for one.
fn header_of(bundle: &SignatureBundle) -> Option<String> {
    TokenBundle::from_der(&bundle.to_der()).ok().map(|bundle| bundle.to_auth_header())
}
