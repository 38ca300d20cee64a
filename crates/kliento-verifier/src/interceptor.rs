//! The interceptor for tonic services.

use kliento::Verifier;
use tonic::service::Interceptor;
use tonic::{Code, Request, Status};

use crate::auth_core::AuthCore;
use crate::auth_error::AuthError;
use crate::authenticator::Authenticator;

/// Admits calls to a tonic service if their Kliento tokens are valid. The token is in the
/// `authorization` metadata, as in the header of an HTTP request.
///
/// An admitted call has an [`Identity`](crate::Identity) in its extensions, and no `x-kliento-…`
/// metadata from its sender. A rejected call gets `UNAUTHENTICATED`, `PERMISSION_DENIED` or
/// `UNAVAILABLE`.
///
/// Interceptors cannot wait. A [`ReplayGuard`](crate::ReplayGuard) that answers at once, such as
/// the one in memory, works. With a guard that waits for its store, every call is rejected as
/// `UNAVAILABLE`, and its token may count as used. Use `KlientoLayer` with such a guard, around
/// tonic's `Server`.
///
/// ```
/// use kliento::{TrustAnchors, Verifier};
/// use kliento_verifier::{Identity, KlientoInterceptor};
/// use tonic::{Request, Response, Status};
/// use tonic_health::pb::health_server::HealthServer;
/// # use tonic_health::pb::health_server::Health;
///
/// fn sender(request: &Request<()>) -> Result<&Identity, Status> {
///     request.extensions().get().ok_or_else(|| Status::internal("there is no interceptor"))
/// }
///
/// # fn protect(service: impl Health) {
/// let verifier = Verifier::with_crypto(TrustAnchors::iana(), veraid_aws_lc_rs::PROVIDER);
/// let interceptor = KlientoInterceptor::for_audience("https://api.example.com", verifier);
/// let service = HealthServer::with_interceptor(service, interceptor);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KlientoInterceptor {
    auth_core: AuthCore,
}

impl KlientoInterceptor {
    /// Admits calls that `authenticator` admits.
    #[must_use]
    pub fn new(authenticator: Authenticator) -> Self {
        Self { auth_core: AuthCore::new(authenticator) }
    }

    /// Admits every call with a token for `audience` that `verifier` accepts.
    #[must_use]
    pub fn for_audience(audience: impl Into<String>, verifier: Verifier) -> Self {
        Self::new(Authenticator::new(verifier).for_audience(audience))
    }

    /// Also lets calls without Kliento credentials through, without an identity: the service
    /// decides on them, for example by another scheme. Invalid Kliento credentials are still
    /// rejected.
    #[must_use]
    pub fn beside_other_schemes(self) -> Self {
        Self { auth_core: self.auth_core.beside_other_schemes() }
    }

    /// Calls `tell` with every rejection, for a log: callers do not learn
    /// [the reasons](AuthError::reasons).
    #[must_use]
    pub fn on_rejection(self, tell: impl Fn(&AuthError) + Send + Sync + 'static) -> Self {
        Self { auth_core: self.auth_core.on_rejection(tell) }
    }
}

impl Interceptor for KlientoInterceptor {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let headers = request.metadata_mut().as_mut();
        let outcome =
            self.auth_core.authenticate_at_once(headers).map_err(|rejection| status(&rejection))?;
        outcome.note_in(request.extensions_mut());
        Ok(request)
    }
}

/// The status for callers: the class of the error, as in the layer's responses.
fn status(rejection: &AuthError) -> Status {
    Status::new(Code::from_i32(rejection.class().grpc_status().into()), rejection.title())
}
