//! The verifier as an HTTP service: the deployed verifier's API, a more detailed one, and forward
//! authentication for proxies.

mod admin;
mod anchors;
mod bundle_content;
mod compat_api;
mod config;
mod config_check;
mod config_variables;
mod connections;
mod content;
mod envoy;
mod files;
mod forward_auth;
mod forwarded;
mod idle_io;
mod listen_address;
mod listener;
mod metrics;
mod normal_form;
mod one_time;
mod pool;
mod query;
mod reply;
mod request_log;
mod routes;
mod shares;
mod state;
mod tls;
mod verify;
mod workers;

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use kliento::{TrustAnchors, Verifier, crypto::CryptoProvider};
use tokio::sync::watch;

use crate::authenticator::Authenticator;
use crate::clock::{Clock, SystemClock};
use crate::server::anchors::AnchorFile;
use crate::server::connections::{Connections, Part};
use crate::server::content::ContentLimits;
use crate::server::forwarded::Audiences;
use crate::server::listener::Listener;
use crate::server::metrics::Metrics;
use crate::server::one_time::OneTimeGuard;
use crate::server::pool::VerificationPool;
use crate::server::shares::Pool;
use crate::server::state::{Readiness, State};
use crate::server::workers::Workers;

pub use anchors::AnchorsError;
pub use config::{
    CacheSizes, Config, ConfigError, OnUnavailable, OneTime, Pattern, Policy, ProfileName, Route,
    ServiceLimits, SignerName, Tls,
};
pub use listen_address::ListenAddress;
pub use one_time::OneTimeError;
pub use request_log::SPAN_TARGET;
pub use state::LinkSpan;
pub use tls::TlsError;

/// The service, bound to its sockets but not serving yet.
pub struct Server {
    state: Arc<State>,
    public: Listener,
    admin: Option<Listener>,
    tls: Option<tokio_rustls::TlsAcceptor>,
    limits: ServiceLimits,
    anchors: Option<AnchorFile>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", self.address()).finish_non_exhaustive()
    }
}

/// The reason that the service does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration is invalid.
    #[error("configuration")]
    Config(#[from] ConfigError),
    /// There are no trust anchors.
    #[error("trust anchors")]
    Anchors(#[from] AnchorsError),
    /// TLS cannot be set up.
    #[error("TLS")]
    Tls(#[from] TlsError),
    /// The shared store of used tokens cannot be set up.
    #[error("one-time tokens")]
    OneTime(#[from] OneTimeError),
    /// A socket cannot be bound.
    #[error("cannot listen on {address}")]
    Listen {
        /// The socket's address.
        address: ListenAddress,
        /// The reason, in the system's words.
        #[source]
        error: io::Error,
    },
    /// Threads cannot be started.
    #[error("cannot start verification threads")]
    Threads(#[source] io::Error),
}

impl Server {
    /// Sets up the service and binds its sockets. Requests are served only by [`Server::run`].
    ///
    /// # Errors
    ///
    /// [`StartError`] with the reason.
    pub async fn bind(config: Config, crypto: CryptoProvider) -> Result<Self, StartError> {
        Self::bind_with_clock(config, crypto, SystemClock).await
    }

    /// Sets up the service with another clock, for tests.
    ///
    /// # Errors
    ///
    /// [`StartError`] with the reason.
    pub async fn bind_with_clock(
        config: Config,
        crypto: CryptoProvider,
        clock: impl Clock + 'static,
    ) -> Result<Self, StartError> {
        config.check()?;
        let (anchor_file, anchors) = match &config.trust_anchors {
            Some(path) => {
                let (file, anchors) = AnchorFile::read(path, crypto).await?;
                (Some(file), anchors)
            }
            None => (None, TrustAnchors::iana()),
        };
        let tls = match &config.tls {
            Some(tls) => Some(tls::acceptor(tls).await?),
            None => None,
        };
        let one_time = match &config.one_time {
            Some(one_time) => Some(OneTimeGuard::new(one_time).await?),
            None => None,
        };
        let mut authenticator = authenticator(&config, anchors, crypto).with_clock(clock);
        if let Some(guard) = &one_time {
            authenticator = authenticator.with_replay_guard(guard.as_replay_guard());
        }
        let state = Arc::new(state(&config, authenticator, one_time)?);
        if state.forwarded.is_empty() {
            tracing::warn!(
                "neither audiences nor routes are set: tokens are verified for any audience that the caller or the proxy names, and requests without one are rejected"
            );
        }
        let public = listen(&config.listen).await?;
        let admin = match &config.admin_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        Ok(Self { state, public, admin, tls, limits: config.limits, anchors: anchor_file })
    }

    /// Links each request's span to the trace that its headers name, by calling `link`. This crate
    /// knows no trace format.
    #[must_use]
    pub fn with_linked_spans(mut self, link: LinkSpan) -> Self {
        // The state is not shared before the service runs.
        if let Some(state) = Arc::get_mut(&mut self.state) {
            state.link_span = Some(link);
        }
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
    /// limits, while the service reports that it is not ready.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { state, public, admin, tls, limits, anchors } = self;
        let watching_anchors = anchors.map(|file| tokio::spawn(file.watch(Arc::clone(&state))));
        let one_time = state.one_time.clone();
        let watching_store = one_time.map(|guard| tokio::spawn(guard.watch(Arc::clone(&state))));
        let connections = |part, tls| Connections {
            state: Arc::clone(&state),
            part,
            limits: limits.clone(),
            tls,
        };
        // Before any request is served: connections have queued since the sockets were bound.
        state.readiness.begin();
        let (stop_public, public_stops) = watch::channel(false);
        let (stop_admin, admin_stops) = watch::channel(false);
        let public = tokio::spawn(connections(Part::Public, tls).serve(public, public_stops));
        let admin = admin.map(|listener| {
            tokio::spawn(connections(Part::Admin, None).serve(listener, admin_stops))
        });
        stop.await;
        state.readiness.end();
        stop_public.send_replace(true);
        let _ = public.await;
        // Health is served until the end.
        stop_admin.send_replace(true);
        if let Some(admin) = admin {
            let _ = tokio::time::timeout(Duration::from_secs(1), admin).await;
        }
        for watching in [watching_anchors, watching_store].into_iter().flatten() {
            watching.abort();
        }
    }
}

fn authenticator(config: &Config, anchors: TrustAnchors, crypto: CryptoProvider) -> Authenticator {
    let verifier = Verifier::with_crypto(anchors, crypto)
        .with_policy(config.verification_policy())
        .with_cache(config.cache_limits());
    Authenticator::new(verifier)
        .with_token_policy(config.token_policy())
        .with_access_policy(config.access_policy())
}

fn state(
    config: &Config,
    authenticator: Authenticator,
    one_time: Option<OneTimeGuard>,
) -> Result<State, StartError> {
    let limits = &config.limits;
    let threads = match limits.verifying_threads {
        // One is left for the threads that serve requests, so that cached tokens wait little for
        // others.
        0 => available_parallelism().map_or(1, |all| usize::from(all).saturating_sub(1).max(1)),
        threads => usize::try_from(threads).unwrap_or(usize::MAX),
    };
    let queue = usize::try_from(limits.verifying_queue).unwrap_or(usize::MAX);
    let workers = || Workers::start(threads, queue).map_err(StartError::Threads);
    let metrics = Arc::new(Metrics::new());
    Ok(State {
        pool: VerificationPool::new(authenticator, workers()?, workers()?, Arc::clone(&metrics)),
        forwarded: Audiences::new(config)?,
        content: ContentLimits::new(
            limits.body_bytes,
            limits.bodies_bytes,
            Duration::from_secs(limits.read_seconds),
        ),
        requests: Pool::new(u64::from(limits.requests)),
        one_time,
        metrics,
        readiness: Readiness::default(),
        link_span: None,
    })
}

async fn listen(address: &ListenAddress) -> Result<Listener, StartError> {
    Listener::bind(address)
        .await
        .map_err(|error| StartError::Listen { address: address.clone(), error })
}
