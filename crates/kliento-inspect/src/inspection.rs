//! Inspections of tokens and signature bundles.

mod header_limits;
mod json;
mod sizes;
mod text;
mod timeline;
mod verdict;
mod view;

use kliento::{
    Timestamp, TokenBundle, TokenPolicy, TrustAnchors, ValidityPeriod, Verifier,
    VerifyError as TokenError,
};
use veraid_core::{NoCommonSecond, ServiceOid, SignatureBundle, VerifyError as SignatureError};

pub use header_limits::{HEADER_LIMITS, HeaderLimit, HeaderScope, header_line_bytes};
use verdict::Verdict;
use view::{Trust, View};

use crate::failure::Failure;

/// A report on a token or signature bundle: the verdict and the facts to show.
///
/// As JSON it is `kliento.inspection/v2`.
#[derive(Debug)]
pub struct Inspection {
    kind: Kind,
    /// True if the audience of a token, or the service of a bundle, was requested.
    is_for_checked: bool,
    asked: ValidityPeriod,
    verdict: Verdict,
    /// `None` for malformed input.
    view: Option<View>,
}

impl Inspection {
    /// `valid`, `malformed`, `invalid` or `unverified`.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match &self.verdict {
            Verdict::Token(_) | Verdict::Signature(_) => "valid",
            Verdict::Failed(failure, _) => failure.class().status(),
            Verdict::Unverified => "unverified",
        }
    }

    /// The failure, if the input is malformed or invalid.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match &self.verdict {
            Verdict::Failed(failure, _) => Some(failure),
            _ => None,
        }
    }
}

/// The kind of input to inspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Token,
    Bundle,
}

impl Kind {
    /// The name of the property that says whom or what the input is for.
    const fn is_for(self) -> &'static str {
        match self {
            Self::Token => "audience",
            Self::Bundle => "service",
        }
    }
}

/// The requirements that a token must meet.
#[derive(Debug)]
pub struct TokenQuestion<'a> {
    /// The audience that the token must be for; `None` accepts any.
    pub audience: Option<&'a str>,
    /// The instant to verify at.
    pub at: Timestamp,
    /// The policy on tokens.
    pub policy: TokenPolicy,
    /// The verifier.
    pub verifier: &'a Verifier,
    /// The trust anchors of the verifier.
    pub anchors: &'a TrustAnchors,
}

impl TokenQuestion<'_> {
    /// Verifies `bundle` and gathers the facts to show.
    #[must_use]
    pub fn inspect(&self, bundle: TokenBundle) -> Inspection {
        let seen = bundle.clone();
        let claimed = || claimed_audience(&bundle).unwrap_or_default();
        let audience = self.audience.map_or_else(claimed, str::to_owned);
        let verdict = match bundle.verify_with(self.policy, &audience, self.at, self.verifier) {
            Ok(token) => Verdict::Token(Box::new(token)),
            Err(error) => {
                let failure = Failure::token_invalid(&error, self.asked());
                let evidence = match error {
                    TokenError::Signature(error) => no_common_second(error),
                    _ => None,
                };
                Verdict::Failed(failure, evidence)
            }
        };
        self.report(verdict, Some(&seen))
    }

    /// Gathers the facts to show without verifying `bundle`.
    #[must_use]
    pub fn inspect_unverified(&self, bundle: &TokenBundle) -> Inspection {
        self.report(Verdict::Unverified, Some(bundle))
    }

    /// The report on input that is not a token bundle.
    #[must_use]
    pub fn malformed(&self, failure: Failure) -> Inspection {
        self.report(Verdict::Failed(failure, None), None)
    }

    fn asked(&self) -> ValidityPeriod {
        ValidityPeriod::at(self.at)
    }

    fn report(&self, verdict: Verdict, bundle: Option<&TokenBundle>) -> Inspection {
        let (asked, anchors, crypto) = (self.asked(), self.anchors, self.verifier.crypto());
        let view = bundle.map(|bundle| {
            let (seen, header) = (bundle.as_signature_bundle(), bundle.to_auth_header());
            View::new(seen, &verdict, asked, Trust { anchors, crypto }, Some(&header))
        });
        let is_for_checked = self.audience.is_some() && !matches!(verdict, Verdict::Unverified);
        Inspection { kind: Kind::Token, is_for_checked, asked, verdict, view }
    }
}

/// The requirements that a signature bundle must meet.
#[derive(Debug)]
pub struct BundleQuestion<'a> {
    /// The service that the signature must be for; `None` accepts any.
    pub service: Option<&'a ServiceOid>,
    /// The period at some second of which the signature must be valid.
    pub period: ValidityPeriod,
    /// The content, if it is detached.
    pub plaintext: Option<&'a [u8]>,
    /// The verifier.
    pub verifier: &'a Verifier,
    /// The trust anchors of the verifier.
    pub anchors: &'a TrustAnchors,
}

impl BundleQuestion<'_> {
    /// Verifies `bundle` and gathers the facts to show.
    #[must_use]
    pub fn inspect(&self, bundle: SignatureBundle) -> Inspection {
        let seen = bundle.clone();
        // If the bundle names no readable service, verification fails for that reason with any
        // service.
        let claimed = || seen.unverified().service().cloned().unwrap_or(kliento::service_oid());
        let service = self.service.cloned().unwrap_or_else(claimed);
        let verified = match self.plaintext {
            Some(content) => bundle.verify_detached(content, &service, self.period, self.verifier),
            None => bundle.verify(&service, self.period, self.verifier),
        };
        let verdict = match verified {
            Ok(signature) => Verdict::Signature(Box::new(signature)),
            Err(error) => {
                let failure = Failure::bundle_invalid(&error, self.period);
                Verdict::Failed(failure, no_common_second(error))
            }
        };
        self.report(verdict, Some(&seen))
    }

    /// Gathers the facts to show without verifying `bundle`.
    #[must_use]
    pub fn inspect_unverified(&self, bundle: &SignatureBundle) -> Inspection {
        self.report(Verdict::Unverified, Some(bundle))
    }

    /// The report on input that is not a signature bundle.
    #[must_use]
    pub fn malformed(&self, failure: Failure) -> Inspection {
        self.report(Verdict::Failed(failure, None), None)
    }

    fn report(&self, verdict: Verdict, bundle: Option<&SignatureBundle>) -> Inspection {
        let (asked, anchors, crypto) = (self.period, self.anchors, self.verifier.crypto());
        let view = bundle.map(|bundle| {
            let header = header_of(bundle);
            View::new(bundle, &verdict, asked, Trust { anchors, crypto }, header.as_deref())
        });
        let is_for_checked = self.service.is_some() && !matches!(verdict, Verdict::Unverified);
        Inspection { kind: Kind::Bundle, is_for_checked, asked, verdict, view }
    }
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
