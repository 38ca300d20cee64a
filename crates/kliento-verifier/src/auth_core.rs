//! Shared by the tower layer and the tonic interceptor: authenticates a request and stores the
//! identity in its extensions.

use std::fmt;
use std::sync::Arc;

use http::{Extensions, HeaderMap};
use kliento::VerifiedToken;

use crate::auth_error::AuthError;
use crate::authenticator::{Authenticator, are_of_other_schemes};
use crate::identity::Identity;
use crate::identity_headers;
#[cfg(feature = "pool")]
use crate::pool::VerificationPool;

/// Decides whether a request may proceed.
#[derive(Clone)]
pub(crate) struct AuthCore {
    authenticator: Arc<Authenticator>,
    /// The threads that verify, if it is not the calling one.
    #[cfg(feature = "pool")]
    pool: Option<VerificationPool>,
    other_schemes: OtherSchemes,
    on_rejection: Option<Listener>,
}

/// A callback for rejections.
type Listener = Arc<dyn Fn(&AuthError) + Send + Sync>;

/// The treatment of requests without Kliento credentials.
#[derive(Clone, Copy, Debug)]
enum OtherSchemes {
    Rejected,
    LeftToOthers,
}

/// The result for a request that may proceed.
#[derive(Debug)]
pub(crate) enum AuthOutcome {
    /// Sent by this verified sender.
    Of(Identity),
    /// Sent without Kliento credentials.
    Unidentified,
}

/// Marks every request that went through a layer, to distinguish "no identity" from "not
/// authenticated yet".
#[derive(Clone, Copy, Debug)]
pub(crate) struct LayerMarker;

impl AuthCore {
    pub(crate) fn new(authenticator: Authenticator) -> Self {
        Self {
            authenticator: Arc::new(authenticator),
            #[cfg(feature = "pool")]
            pool: None,
            other_schemes: OtherSchemes::Rejected,
            on_rejection: None,
        }
    }

    #[cfg(all(feature = "pool", feature = "tower"))]
    pub(crate) fn with_pool(mut self, pool: VerificationPool) -> Self {
        self.pool = Some(pool);
        self
    }

    pub(crate) const fn beside_other_schemes(mut self) -> Self {
        self.other_schemes = OtherSchemes::LeftToOthers;
        self
    }

    pub(crate) fn on_rejection(
        mut self,
        callback: impl Fn(&AuthError) + Send + Sync + 'static,
    ) -> Self {
        self.on_rejection = Some(Arc::new(callback));
        self
    }

    /// Authenticates the request with these headers, and removes headers that its sender could pass
    /// off as verified.
    ///
    /// # Errors
    ///
    /// [`AuthError`], which has been passed to the listener.
    #[cfg(feature = "tower")]
    pub(crate) async fn authenticate(
        &self,
        headers: &mut HeaderMap,
    ) -> Result<AuthOutcome, AuthError> {
        self.notify(self.decide(headers).await)
    }

    /// Authenticates a request without waiting: a replay guard has to answer at once.
    #[cfg(feature = "tonic")]
    pub(crate) fn authenticate_at_once(
        &self,
        headers: &mut HeaderMap,
    ) -> Result<AuthOutcome, AuthError> {
        use std::task::{Context, Poll, Waker};

        let authentication = std::pin::pin!(self.decide(headers));
        let result = match authentication.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            // Only the replay guard waits.
            Poll::Pending => Err(AuthError::ReplayGuard(crate::replay::ReplayGuardError::Waiting)),
        };
        self.notify(result)
    }

    async fn decide(&self, headers: &mut HeaderMap) -> Result<AuthOutcome, AuthError> {
        identity_headers::strip(headers);
        if let OtherSchemes::LeftToOthers = self.other_schemes
            && are_of_other_schemes(headers)
        {
            return Ok(AuthOutcome::Unidentified);
        }
        let token = self.verify(headers).await?;
        Ok(AuthOutcome::Of(Identity::new(token)))
    }

    #[cfg(feature = "pool")]
    async fn verify(&self, headers: &HeaderMap) -> Result<VerifiedToken, AuthError> {
        match &self.pool {
            Some(pool) => pool.authenticate(&self.authenticator, headers).await,
            None => self.authenticator.authenticate(headers).await,
        }
    }

    #[cfg(not(feature = "pool"))]
    async fn verify(&self, headers: &HeaderMap) -> Result<VerifiedToken, AuthError> {
        self.authenticator.authenticate(headers).await
    }

    fn notify(&self, result: Result<AuthOutcome, AuthError>) -> Result<AuthOutcome, AuthError> {
        if let (Err(rejection), Some(callback)) = (&result, &self.on_rejection) {
            callback(rejection);
        }
        result
    }
}

impl fmt::Debug for AuthCore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthCore")
            .field("authenticator", &self.authenticator)
            .field("other_schemes", &self.other_schemes)
            .finish_non_exhaustive()
    }
}

impl AuthOutcome {
    pub(crate) fn note_in(self, extensions: &mut Extensions) {
        extensions.insert(LayerMarker);
        if let Self::Of(identity) = self {
            extensions.insert(identity);
        }
    }
}
