//! Authenticates requests: from the `Authorization` header to the verified sender.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use kliento::{
    CachedToken, Timestamp, TokenBundle, TokenCacheLookup, TokenPolicy, TrustAnchors,
    VerifiedToken, Verifier,
};

use crate::access_policy::AccessPolicy;
use crate::auth_error::AuthError;
use crate::clock::{Clock, SharedClock, SystemClock};
use crate::replay::{ReplayGuard, TokenUse, UsedToken};

/// Authenticates requests by their tokens. Cheap to clone, and can be shared between threads.
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
    /// Verifies tokens with `verifier` at the time of the system clock. Until an audience is added,
    /// every token is rejected.
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

    /// Replaces the trust anchors.
    #[must_use]
    pub fn with_trust_anchors(mut self, anchors: TrustAnchors) -> Self {
        self.verifier = self.verifier.with_trust_anchors(anchors);
        self
    }

    /// Accepts tokens for `audience`, in addition to the audiences added before.
    #[must_use]
    pub fn for_audience(mut self, audience: impl Into<String>) -> Self {
        let more = self.audiences.iter().cloned().chain([audience.into()]);
        self.audiences = more.collect();
        self
    }

    /// Replaces the default token policy.
    #[must_use]
    pub fn with_token_policy(mut self, policy: TokenPolicy) -> Self {
        self.token_policy = policy;
        self
    }

    /// Replaces the default access policy, which admits every subject.
    #[must_use]
    pub fn with_access_policy(mut self, policy: AccessPolicy) -> Self {
        self.access = Arc::new(policy);
        self
    }

    /// Admits each token once, as `guard` decides.
    #[must_use]
    pub fn with_replay_guard(mut self, guard: Arc<dyn ReplayGuard>) -> Self {
        self.replay_guard = Some(guard);
        self
    }

    /// Reads the time from `clock` instead of the system.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = SharedClock::new(clock);
        self
    }

    /// The accepted audiences, in the order in which they were added.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// The accepted audiences, for another thread.
    #[cfg(feature = "pool")]
    pub(crate) fn shared_audiences(&self) -> Arc<[String]> {
        Arc::clone(&self.audiences)
    }

    /// The verifier of bundles.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The current second of the clock that tokens are verified against.
    ///
    /// Read it once for each request and give that instant to every step:
    /// [`Authenticator::verify_header`] and [`Authenticator::admit`]. If each step read the clock,
    /// a token could be verified in its last second and treated as unused in the next one.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Authenticates the sender of a request with these headers, and checks that it is admitted.
    ///
    /// # Errors
    ///
    /// [`AuthError`], which determines the response.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<VerifiedToken, AuthError> {
        let value = credentials(headers)?;
        let now = self.now();
        let token = self.verify_header(value, &self.audiences, now)?;
        self.admit(token, now).await
    }

    /// Verifies the token in the value of an `Authorization` header for one of `audiences` at
    /// `now`. The access policy and replay guard are applied later, by [`Authenticator::admit`].
    ///
    /// # Errors
    ///
    /// [`AuthError`], which determines the response.
    pub fn verify_header(
        &self,
        value: &str,
        audiences: &[String],
        now: Timestamp,
    ) -> Result<VerifiedToken, AuthError> {
        let der = kliento::decode_auth_header(value)?;
        self.verify_der(&der, audiences, now)
    }

    /// Verifies the token in a DER bundle for one of `audiences` at `now`.
    ///
    /// # Errors
    ///
    /// [`AuthError`], which determines the response.
    pub fn verify_der(
        &self,
        der: &[u8],
        audiences: &[String],
        now: Timestamp,
    ) -> Result<VerifiedToken, AuthError> {
        match self.look_up(der, audiences, now) {
            CacheLookup::Hit(verdict) => verdict.map(|token| *token),
            CacheLookup::OrganisationCached(token) => self.verify_cached(token, audiences),
            CacheLookup::Miss => self.verify_uncached(der, audiences, now),
        }
    }

    /// Looks up the bytes of a bundle in the verifier's cache.
    ///
    /// Never checks a signature, whatever the bytes are, so it may run on a thread that serves
    /// other requests.
    #[must_use]
    pub fn look_up(&self, der: &[u8], audiences: &[String], now: Timestamp) -> CacheLookup {
        if audiences.is_empty() {
            return CacheLookup::Hit(Err(AuthError::NoAudience));
        }
        match TokenBundle::look_up(der, self.token_policy, audiences, now, &self.verifier) {
            TokenCacheLookup::Hit(verdict) => CacheLookup::Hit(verdict.map_err(AuthError::Invalid)),
            TokenCacheLookup::OrganisationCached(token) => CacheLookup::OrganisationCached(token),
            TokenCacheLookup::Miss => CacheLookup::Miss,
        }
    }

    /// Verifies a token whose organisation is cached, at the instant of the lookup, which takes one
    /// or two signature checks.
    ///
    /// # Errors
    ///
    /// [`AuthError`], which determines the response.
    pub fn verify_cached(
        &self,
        token: CachedToken,
        audiences: &[String],
    ) -> Result<VerifiedToken, AuthError> {
        if audiences.is_empty() {
            return Err(AuthError::NoAudience);
        }
        Ok(token.verify(audiences)?)
    }

    /// Verifies the token in a DER bundle without a cache lookup.
    ///
    /// # Errors
    ///
    /// [`AuthError`], which determines the response.
    pub fn verify_uncached(
        &self,
        der: &[u8],
        audiences: &[String],
        now: Timestamp,
    ) -> Result<VerifiedToken, AuthError> {
        if audiences.is_empty() {
            return Err(AuthError::NoAudience);
        }
        let bundle = TokenBundle::from_der(der).map_err(AuthError::Malformed)?;
        Ok(bundle.verify_for_any(self.token_policy, audiences, now, &self.verifier)?)
    }

    /// Admits the sender of a verified token: applies the access policy, and the replay guard if
    /// there is one.
    ///
    /// `now` is the instant at which the token was verified.
    ///
    /// # Errors
    ///
    /// [`AuthError`], which determines the response.
    pub async fn admit(
        &self,
        token: VerifiedToken,
        now: Timestamp,
    ) -> Result<VerifiedToken, AuthError> {
        self.access.check(&token)?;
        if let Some(guard) = &self.replay_guard {
            let noted = guard.note(UsedToken::of(&token, now)).await;
            match noted.map_err(AuthError::ReplayGuard)? {
                TokenUse::First => {}
                TokenUse::Repeated => return Err(AuthError::Replayed),
            }
        }
        Ok(token)
    }
}

/// The result of a cache lookup for a bundle.
#[derive(Debug)]
pub enum CacheLookup {
    /// These exact bytes were verified before: the verdict that verifying them again would give.
    Hit(Result<Box<VerifiedToken>, AuthError>),
    /// The bundle's organisation is cached. The bundle's own signatures are not checked yet:
    /// [`Authenticator::verify_cached`] does that.
    OrganisationCached(CachedToken),
    /// Not cached. [`Authenticator::verify_uncached`] parses and verifies the bytes.
    Miss,
}

/// The value of the only `Authorization` header.
///
/// # Errors
///
/// [`AuthError::NoCredentials`] or [`AuthError::SeveralCredentials`].
pub fn credentials(headers: &HeaderMap) -> Result<&str, AuthError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (first, more) = (values.next(), values.count());
    let first = first.ok_or(AuthError::NoCredentials)?;
    if more > 0 {
        return Err(AuthError::SeveralCredentials { count: more.saturating_add(1) });
    }
    // Characters beyond visible ASCII belong neither to our scheme nor to Base64.
    first.to_str().map_err(|_| {
        AuthError::Malformed(kliento::TokenParseError::Header(kliento::HeaderProblem::Scheme))
    })
}

/// Returns true if no `Authorization` header has Kliento credentials, valid or not.
#[cfg(any(feature = "tower", feature = "tonic"))]
pub(crate) fn are_of_other_schemes(headers: &HeaderMap) -> bool {
    let ours = b"Kliento";
    !headers.get_all(AUTHORIZATION).iter().any(|value| {
        let (scheme, rest) = value.as_bytes().split_at_checked(ours.len()).unwrap_or_default();
        // Tells schemes apart as `kliento::decode_auth_header` does: our name is ours unless it
        // begins a longer word.
        scheme.eq_ignore_ascii_case(ours) && !rest.first().is_some_and(u8::is_ascii_alphanumeric)
    })
}
