//! The layer for tower services.

mod body;
mod future;

use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use kliento::Verifier;
use tower_layer::Layer;
use tower_service::Service;

use crate::auth_core::AuthCore;
use crate::auth_error::AuthError;
use crate::authenticator::Authenticator;

pub use body::KlientoBody;
pub use future::KlientoFuture;

/// Admits requests to a service if their Kliento tokens are valid, and rejects the others itself.
///
/// An admitted request has an [`Identity`](crate::Identity) in its extensions, and no `X-Kliento-…`
/// header from its sender; nothing else in it is changed. A rejected request gets 401 with
/// `WWW-Authenticate`, 403 or 503, and problem details that name the class of the error
/// ([`AuthError::to_response`]). A gRPC call gets the same status without a body, and
/// [`AuthErrorClass::grpc_status`](crate::AuthErrorClass::grpc_status) as its `grpc-status`.
///
/// It can be used wherever layers can: around an axum `Router`, a tonic `Server`, a hyper service.
///
/// ```
/// use kliento::{TrustAnchors, Verifier};
/// use kliento_verifier::{Identity, KlientoLayer};
///
/// async fn greet(sender: Identity) -> String {
///     format!("Hello {}\n", sender.subject())
/// }
///
/// let verifier = Verifier::with_crypto(TrustAnchors::iana(), veraid_aws_lc_rs::PROVIDER);
/// let app: axum::Router = axum::Router::new()
///     .route("/", axum::routing::get(greet))
///     .layer(KlientoLayer::for_audience("https://api.example.com", verifier));
/// ```
#[derive(Clone, Debug)]
pub struct KlientoLayer {
    auth_core: AuthCore,
}

impl KlientoLayer {
    /// Admits requests that `authenticator` admits.
    #[must_use]
    pub fn new(authenticator: Authenticator) -> Self {
        Self { auth_core: AuthCore::new(authenticator) }
    }

    /// Admits every request with a token for `audience` that `verifier` accepts.
    #[must_use]
    pub fn for_audience(audience: impl Into<String>, verifier: Verifier) -> Self {
        Self::new(Authenticator::new(verifier).for_audience(audience))
    }

    /// Also lets requests without Kliento credentials through, without an identity: the service
    /// decides on them, for example by another scheme. Invalid Kliento credentials are still
    /// rejected.
    #[must_use]
    pub fn beside_other_schemes(self) -> Self {
        Self { auth_core: self.auth_core.beside_other_schemes() }
    }

    /// Verifies tokens that are not cached on the threads of `pool`, instead of the thread that
    /// serves the request: a signature check takes far longer than most requests.
    ///
    /// If the pool is overloaded, the request gets 503.
    #[cfg(feature = "pool")]
    #[must_use]
    pub fn with_pool(self, pool: crate::pool::VerificationPool) -> Self {
        Self { auth_core: self.auth_core.with_pool(pool) }
    }

    /// Calls `tell` with every rejection, for a log: callers do not learn
    /// [the reasons](AuthError::reasons).
    #[must_use]
    pub fn on_rejection(self, tell: impl Fn(&AuthError) + Send + Sync + 'static) -> Self {
        Self { auth_core: self.auth_core.on_rejection(tell) }
    }
}

impl<S> Layer<S> for KlientoLayer {
    type Service = KlientoService<S>;

    fn layer(&self, inner: S) -> KlientoService<S> {
        KlientoService { inner, auth_core: Arc::new(self.auth_core.clone()) }
    }
}

/// A service behind a [`KlientoLayer`].
#[derive(Clone, Debug)]
pub struct KlientoService<S> {
    inner: S,
    auth_core: Arc<AuthCore>,
}

impl<S, B, R> Service<Request<B>> for KlientoService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
{
    type Response = Response<KlientoBody<R>>;
    type Error = S::Error;
    type Future = KlientoFuture<S, B>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> KlientoFuture<S, B> {
        // Call the instance that reported readiness. Its clone has to be polled again.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        KlientoFuture::new(Arc::clone(&self.auth_core), request, ready)
    }
}
