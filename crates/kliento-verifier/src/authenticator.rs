//! From the header of a request to the proved sender.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use kliento::{
    RecalledToken, Timestamp, TokenBundle, TokenPolicy, TrustAnchors, VerifiedToken, Verifier,
};

use crate::access_policy::AccessPolicy;
use crate::clock::{Clock, SharedClock, SystemClock};
use crate::refusal::Refusal;
use crate::replay::{ReplayGuard, ReplayKey, TokenUse};

/// Everything that a server holds tokens against. Cheap to clone, free to share between threads.
///
/// ```
/// use kliento::{TrustAnchors, Verifier};
/// use kliento_verifier::Authenticator;
///
/// let verifier = Verifier::with_crypto(TrustAnchors::iana(), veraid_aws_lc_rs::PROVIDER);
/// let authenticator = Authenticator::new(verifier).for_audience("https://api.example.com");
/// ```
#[derive(Clone, Debug)]
pub struct Authenticator {
    verifier: Verifier,
    audiences: Arc<[String]>,
    token_policy: TokenPolicy,
    access: Arc<AccessPolicy>,
    replay_guard: Option<Arc<dyn ReplayGuard>>,
    clock: SharedClock,
}

impl Authenticator {
    /// Holds tokens against `verifier` and the system's clock; nobody is let in before an audience is named.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self {
            verifier,
            audiences: Arc::new([]),
            token_policy: TokenPolicy::default(),
            access: Arc::default(),
            replay_guard: None,
            clock: SharedClock::new(SystemClock),
        }
    }

    /// Holds tokens against other trust anchors.
    #[must_use]
    pub fn with_trust_anchors(mut self, anchors: TrustAnchors) -> Self {
        self.verifier = self.verifier.with_trust_anchors(anchors);
        self
    }

    /// Accepts tokens for `audience`, beside those named before.
    #[must_use]
    pub fn for_audience(mut self, audience: impl Into<String>) -> Self {
        let more = self.audiences.iter().cloned().chain([audience.into()]);
        self.audiences = more.collect();
        self
    }

    /// Demands of tokens what `policy` says, instead of the default.
    #[must_use]
    pub fn with_token_policy(mut self, policy: TokenPolicy) -> Self {
        self.token_policy = policy;
        self
    }

    /// Lets in whom `policy` lets in, instead of everybody.
    #[must_use]
    pub fn with_access_policy(mut self, policy: AccessPolicy) -> Self {
        self.access = Arc::new(policy);
        self
    }

    /// Lets each token in once.
    #[must_use]
    pub fn with_replay_guard(mut self, guard: Arc<dyn ReplayGuard>) -> Self {
        self.replay_guard = Some(guard);
        self
    }

    /// Asks `clock` for the time, instead of the system.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = SharedClock::new(clock);
        self
    }

    /// The audiences, in the order in which they were named.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// What bundles are held against.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The present second, by the clock that tokens are held against.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Proves who sent the request with these headers, and lets them in.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<VerifiedToken, Refusal> {
        let token = self.verify_header(credentials(headers)?, &self.audiences)?;
        self.admit(token).await
    }

    /// Proves the token in the value of an `Authorization` header to be for one of `audiences` and valid now. Policy and replay guard
    /// are not asked yet: [`Authenticator::admit`] does.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub fn verify_header(
        &self,
        value: &str,
        audiences: &[String],
    ) -> Result<VerifiedToken, Refusal> {
        let der = kliento::decode_auth_header(value)?;
        self.verify_der(&der, audiences)
    }

    /// The same for the octets of a bundle.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub fn verify_der(&self, der: &[u8], audiences: &[String]) -> Result<VerifiedToken, Refusal> {
        self.verify_remembered(der, audiences)
            .unwrap_or_else(|| self.verify_unknown(der, audiences))
    }

    /// The same if the verifier has proved the bundle or its organisation before; `None` if not, or if it is no bundle.
    ///
    /// This never takes long, so that a server can do [the rest](Authenticator::verify_unknown) where it delays nobody else.
    pub fn verify_remembered(
        &self,
        der: &[u8],
        audiences: &[String],
    ) -> Option<Result<VerifiedToken, Refusal>> {
        if audiences.is_empty() {
            return Some(Err(Refusal::NoAudience));
        }
        let (policy, now) = (self.token_policy, self.now());
        let verdict = match TokenBundle::recall(der, policy, audiences, now, &self.verifier) {
            RecalledToken::Verdict(verdict) => verdict.map(|token| *token),
            RecalledToken::Known(bundle) => {
                bundle.verify_for_any(policy, audiences, now, &self.verifier)
            }
            RecalledToken::Unknown => return None,
        };
        Some(verdict.map_err(Refusal::Invalid))
    }

    /// The same whatever the verifier remembers.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub fn verify_unknown(
        &self,
        der: &[u8],
        audiences: &[String],
    ) -> Result<VerifiedToken, Refusal> {
        if audiences.is_empty() {
            return Err(Refusal::NoAudience);
        }
        let bundle = TokenBundle::from_der(der).map_err(Refusal::Malformed)?;
        let (policy, now) = (self.token_policy, self.now());
        Ok(bundle.verify_for_any(policy, audiences, now, &self.verifier)?)
    }

    /// Lets the sender of a token in: by the access policy, and by the replay guard if there is one.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub async fn admit(&self, token: VerifiedToken) -> Result<VerifiedToken, Refusal> {
        self.access.check(&token)?;
        if let Some(guard) = &self.replay_guard {
            // Not the token's own expiry, which may be that of the chain around it: another chain may carry the signature longer.
            let (key, end) = (ReplayKey::of(&token), token.signed_period().end());
            let noted = guard.note(key, end, self.now()).await;
            match noted.map_err(Refusal::ReplayGuard)? {
                TokenUse::First => {}
                TokenUse::Repeated => return Err(Refusal::Replayed),
            }
        }
        Ok(token)
    }
}

/// The one value of `Authorization`.
///
/// # Errors
///
/// [`Refusal::NoCredentials`] or [`Refusal::SeveralCredentials`].
pub fn credentials(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (first, more) = (values.next(), values.count());
    let first = first.ok_or(Refusal::NoCredentials)?;
    if more > 0 {
        return Err(Refusal::SeveralCredentials { count: more.saturating_add(1) });
    }
    // Whatever is beyond visible ASCII is neither our scheme nor Base64.
    first.to_str().map_err(|_| {
        Refusal::Malformed(kliento::ParseError::Header(kliento::HeaderProblem::Scheme))
    })
}

/// Whether there are no Kliento credentials, good or bad, in any `Authorization` header.
#[cfg(any(feature = "tower", feature = "tonic"))]
pub(crate) fn are_of_other_schemes(headers: &HeaderMap) -> bool {
    let ours = b"Kliento";
    !headers.get_all(AUTHORIZATION).iter().any(|value| {
        let (scheme, rest) = value.as_bytes().split_at_checked(ours.len()).unwrap_or_default();
        // As `kliento::decode_auth_header` tells schemes apart: whatever is not the beginning of a longer word is ours.
        scheme.eq_ignore_ascii_case(ours) && !rest.first().is_some_and(u8::is_ascii_alphanumeric)
    })
}
