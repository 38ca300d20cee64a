//! The verifier as an HTTP service: the deployed verifier's API, a more detailed one, and forward
//! authentication for proxies.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;

use kliento::crypto::CryptoProvider;
use kliento::{TrustAnchors, Verifier};
use kliento_http::{ConfigError, HttpServer, ListenAddress, Listener, Readiness, TlsError};
use kliento_verifier::{Authenticator, Clock, SystemClock, VerificationPool};

use crate::anchors::{AnchorFile, AnchorsError};
use crate::config::Config;
use crate::forwarded::Audiences;
use crate::handler::{AdminHandler, PublicHandler};
use crate::metrics::Metrics;
use crate::one_time::{OneTimeError, OneTimeGuard};
use crate::span::LinkSpan;
use crate::state::State;
use crate::verification::Verification;

/// The service, bound to its sockets but not serving yet.
pub struct Server {
    state: Arc<State>,
    http: HttpServer,
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
            Some(tls) => Some(tls.acceptor().await?),
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
        let mut http = HttpServer::new(public, config.limits.http(), state.metrics.connections());
        if let Some(address) = &config.admin_listen {
            http = http.with_admin(listen(address).await?);
        }
        if let Some(tls) = tls {
            http = http.with_tls(tls);
        }
        Ok(Self { state, http, anchors: anchor_file })
    }

    /// Makes each request's span part of the trace that its headers name, by calling `link`. This
    /// crate knows no trace format.
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
        self.http.address()
    }

    /// The address of health and metrics, if they are served.
    #[must_use]
    pub fn admin_address(&self) -> Option<&ListenAddress> {
        self.http.admin_address()
    }

    /// Serves requests until `stop` completes. Requests in progress are then finished within the
    /// limits, while the service reports that it is not ready.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { state, http, anchors } = self;
        let watching_anchors = anchors.map(|file| tokio::spawn(file.watch(Arc::clone(&state))));
        let one_time = state.one_time.clone();
        let watching_store = one_time.map(|guard| {
            let state = Arc::clone(&state);
            tokio::spawn(guard.watch(move || state.verification.now()))
        });
        let public = Arc::new(PublicHandler(Arc::clone(&state)));
        let admin = Arc::new(AdminHandler(Arc::clone(&state)));
        http.run(public, admin, &state.readiness, stop).await;
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
    let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let limits = &config.limits;
    let threads = number(limits.verifying_threads);
    let pool = VerificationPool::start(threads, number(limits.verifying_queue));
    let pool = pool.map_err(StartError::Threads)?;
    let metrics = Arc::new(Metrics::new());
    Ok(State {
        verification: Verification::new(authenticator, pool, Arc::clone(&metrics)),
        forwarded: Audiences::new(config)?,
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
