//! A service behind its listeners, from start to stop.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::connections::{Connections, Shared};
use crate::handler::Handler;
use crate::limits::Limits;
use crate::listen_address::ListenAddress;
use crate::listener::Listener;
use crate::metrics::ConnectionMetrics;
use crate::readiness::Readiness;
use crate::tls::TlsAcceptor;

/// Listeners with limits, not serving yet.
#[derive(Debug)]
pub struct HttpServer {
    public: Listener,
    admin: Option<Listener>,
    tls: Option<TlsAcceptor>,
    limits: Limits,
    metrics: ConnectionMetrics,
}

impl HttpServer {
    /// Creates a server that accepts requests on `public` within `limits`, and counts connections
    /// in `metrics`.
    #[must_use]
    pub const fn new(public: Listener, limits: Limits, metrics: ConnectionMetrics) -> Self {
        Self { public, admin: None, tls: None, limits, metrics }
    }

    /// Adds a listener for health and metrics. It is served until the end of the stop.
    #[must_use]
    pub fn with_admin(mut self, admin: Listener) -> Self {
        self.admin = Some(admin);
        self
    }

    /// Uses TLS on the listener for requests.
    #[must_use]
    pub fn with_tls(mut self, tls: TlsAcceptor) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The address of the service, with the actual port if it was chosen by the system.
    #[must_use]
    pub const fn address(&self) -> &ListenAddress {
        self.public.address()
    }

    /// The address of health and metrics, if they are served.
    #[must_use]
    pub fn admin_address(&self) -> Option<&ListenAddress> {
        self.admin.as_ref().map(Listener::address)
    }

    /// Serves requests until `stop` completes. Requests in progress are then finished within the
    /// limits, while `readiness` is false.
    pub async fn run(
        self,
        public: Arc<impl Handler>,
        admin: Arc<impl Handler>,
        readiness: &Readiness,
        stop: impl Future<Output = ()>,
    ) {
        let shared = Arc::new(Shared::new(self.limits, self.metrics));
        // Before any request is served: connections have queued since the sockets were bound.
        readiness.begin();
        let (stop_public, public_stops) = watch::channel(false);
        let (stop_admin, admin_stops) = watch::channel(false);
        let connections = Connections::new(public, Arc::clone(&shared), self.tls);
        let public = tokio::spawn(connections.serve(self.public, public_stops));
        let admin = self.admin.map(|listener| {
            tokio::spawn(Connections::new(admin, shared, None).serve(listener, admin_stops))
        });
        stop.await;
        readiness.end();
        stop_public.send_replace(true);
        let _ = public.await;
        // Health is served until the end.
        stop_admin.send_replace(true);
        if let Some(admin) = admin {
            let _ = tokio::time::timeout(Duration::from_secs(1), admin).await;
        }
    }
}
