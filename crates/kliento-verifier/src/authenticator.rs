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
use crate::replay::{ReplayGuard, TokenUse, UsedToken};

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

    /// The present second, by the clock that tokens are verified against.
    ///
    /// Read it once for each request and give that instant to every step: [`Authenticator::verify_header`] and
    /// [`Authenticator::admit`]. If each step read the clock, a token could be verified in its last second and counted as unknown in
    /// the next one.
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
        let value = credentials(headers)?;
        let now = self.now();
        let token = self.verify_header(value, &self.audiences, now)?;
        self.admit(token, now).await
    }

    /// Proves the token in the value of an `Authorization` header to be for one of `audiences` and valid at `now`. Policy and replay
    /// guard are not asked yet: [`Authenticator::admit`] does.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub fn verify_header(
        &self,
        value: &str,
        audiences: &[String],
        now: Timestamp,
    ) -> Result<VerifiedToken, Refusal> {
        let der = kliento::decode_auth_header(value)?;
        self.verify_der(&der, audiences, now)
    }

    /// Proves the token in the bytes of a bundle to be for one of `audiences` and valid at `now`.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub fn verify_der(
        &self,
        der: &[u8],
        audiences: &[String],
        now: Timestamp,
    ) -> Result<VerifiedToken, Refusal> {
        match self.recall(der, audiences, now) {
            Recalled::Verdict(verdict) => verdict.map(|token| *token),
            Recalled::KnownOrganisation(bundle) => self.verify_recalled(*bundle, audiences, now),
            Recalled::Unknown => self.verify_unknown(der, audiences, now),
        }
    }

    /// Looks the bytes of a bundle up among what the verifier has proved before.
    ///
    /// This checks no signature, whatever the bytes are, so that a server can do it where it delays other requests.
    #[must_use]
    pub fn recall(&self, der: &[u8], audiences: &[String], now: Timestamp) -> Recalled {
        if audiences.is_empty() {
            return Recalled::Verdict(Err(Refusal::NoAudience));
        }
        match TokenBundle::recall(der, self.token_policy, audiences, now, &self.verifier) {
            RecalledToken::Verdict(verdict) => Recalled::Verdict(verdict.map_err(Refusal::Invalid)),
            RecalledToken::Known(bundle) => Recalled::KnownOrganisation(bundle),
            RecalledToken::Unknown => Recalled::Unknown,
        }
    }

    /// Proves a token whose organisation the verifier has proved before, which takes one or two signature checks.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub fn verify_recalled(
        &self,
        bundle: TokenBundle,
        audiences: &[String],
        now: Timestamp,
    ) -> Result<VerifiedToken, Refusal> {
        if audiences.is_empty() {
            return Err(Refusal::NoAudience);
        }
        Ok(bundle.verify_for_any(self.token_policy, audiences, now, &self.verifier)?)
    }

    /// Proves the token in the bytes of a bundle without looking them up first.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub fn verify_unknown(
        &self,
        der: &[u8],
        audiences: &[String],
        now: Timestamp,
    ) -> Result<VerifiedToken, Refusal> {
        if audiences.is_empty() {
            return Err(Refusal::NoAudience);
        }
        let bundle = TokenBundle::from_der(der).map_err(Refusal::Malformed)?;
        Ok(bundle.verify_for_any(self.token_policy, audiences, now, &self.verifier)?)
    }

    /// Lets the sender of a token in: by the access policy, and by the replay guard if there is one.
    ///
    /// `now` is the instant at which the token was verified.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which tells what to answer.
    pub async fn admit(
        &self,
        token: VerifiedToken,
        now: Timestamp,
    ) -> Result<VerifiedToken, Refusal> {
        self.access.check(&token)?;
        if let Some(guard) = &self.replay_guard {
            let noted = guard.note(UsedToken::of(&token, now)).await;
            match noted.map_err(Refusal::ReplayGuard)? {
                TokenUse::First => {}
                TokenUse::Repeated => return Err(Refusal::Replayed),
            }
        }
        Ok(token)
    }
}

/// The result of looking up a bundle.
#[derive(Debug)]
pub enum Recalled {
    /// The verifier has proved these bytes before. This is the verdict that proving them again would come to.
    Verdict(Result<Box<VerifiedToken>, Refusal>),
    /// The bundle is of an organisation that the verifier has proved before. Its own signatures are not checked yet:
    /// [`Authenticator::verify_recalled`] does.
    KnownOrganisation(Box<TokenBundle>),
    /// Nothing is known. [`Authenticator::verify_unknown`] parses and proves it.
    Unknown,
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
