//! The interceptor for tonic services.

use kliento::Verifier;
use tonic::service::Interceptor;
use tonic::{Code, Request, Status};

use crate::authenticator::Authenticator;
use crate::gate::Gate;
use crate::refusal::Refusal;

/// Lets calls through to a tonic service if their Kliento tokens hold: the `authorization` in their metadata is what an HTTP request
/// has in its header.
///
/// A call that goes through has an [`Identity`](crate::Identity) in its extensions, and no metadata `x-kliento-…` that its sender made up. One that is refused gets
/// `UNAUTHENTICATED`, `PERMISSION_DENIED` or `UNAVAILABLE`.
///
/// Interceptors cannot wait. A [`ReplayGuard`](crate::ReplayGuard) that answers at once, as the one in memory does, works; with one that has to wait for its
/// store every call is refused as `UNAVAILABLE`, and its token may count as used. Use `KlientoLayer` with such a guard, around
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
    /// Lets through whom `authenticator` lets in.
    #[must_use]
    pub const fn new(authenticator: Authenticator) -> Self {
        Self { gate: Gate::new(authenticator) }
    }

    /// Lets through everybody with a token for `audience` that `verifier` proves.
    #[must_use]
    pub fn for_audience(audience: impl Into<String>, verifier: Verifier) -> Self {
        Self::new(Authenticator::new(verifier).for_audience(audience))
    }

    /// Lets calls without Kliento credentials through, too, without an identity: what is inside decides on them, say by another
    /// scheme. Kliento credentials that do not hold are refused all the same.
    #[must_use]
    pub fn beside_other_schemes(self) -> Self {
        Self { gate: self.gate.beside_other_schemes() }
    }

    /// Calls `tell` with every refusal, for a log: callers are not told [the reasons](Refusal::reasons).
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

/// What callers learn: the class, as the layer would tell it.
fn status(refusal: &Refusal) -> Status {
    Status::new(Code::from_i32(refusal.class().grpc_status().into()), refusal.title())
}
