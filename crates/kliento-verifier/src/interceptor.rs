//! The interceptor for tonic services.

use kliento::Verifier;
use tonic::service::Interceptor;
use tonic::{Code, Request, Status};

use crate::authenticator::Authenticator;
use crate::gate::Gate;
use crate::refusal::Refusal;

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
    gate: Gate,
}

impl KlientoInterceptor {
    /// Admits calls that `authenticator` admits.
    #[must_use]
    pub const fn new(authenticator: Authenticator) -> Self {
        Self { gate: Gate::new(authenticator) }
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
        Self { gate: self.gate.beside_other_schemes() }
    }

    /// Calls `tell` with every refusal, for a log: callers do not learn
    /// [the reasons](Refusal::reasons).
    #[must_use]
    pub fn on_refusal(self, tell: impl Fn(&Refusal) + Send + Sync + 'static) -> Self {
        Self { gate: self.gate.on_refusal(tell) }
    }
}

impl Interceptor for KlientoInterceptor {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let headers = request.metadata_mut().as_mut();
        let passage = self.gate.pass_at_once(headers).map_err(|refusal| status(&refusal))?;
        passage.note_in(request.extensions_mut());
        Ok(request)
    }
}

/// The status for callers: the class of the refusal, as in the layer's responses.
fn status(refusal: &Refusal) -> Status {
    Status::new(Code::from_i32(refusal.class().grpc_status().into()), refusal.title())
}
