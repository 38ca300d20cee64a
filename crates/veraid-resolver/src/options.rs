//! How a resolver asks.

use std::num::NonZeroU8;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::server::Server;

/// Which servers a [`Resolver`](crate::Resolver) asks, and how.
#[derive(Clone, Debug)]
pub struct ResolverOptions {
    pub(crate) servers: Vec<Server>,
    pub(crate) query_timeout: Duration,
    pub(crate) tries: NonZeroU8,
    pub(crate) extra_tls_roots: Vec<CertificateDer<'static>>,
}

impl ResolverOptions {
    /// Five seconds: what a connection over TLS to another continent and a cold cache behind it need, with room.
    pub const DEFAULT_QUERY_TIMEOUT: Duration = Duration::from_secs(5);
    /// Two: one datagram may get lost.
    pub const DEFAULT_TRIES: NonZeroU8 = NonZeroU8::new(2).expect("two is not zero");

    /// Asks [`Server::defaults`], with the default time-out and tries, trusting Mozilla's certificate authorities.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            servers: Vec::new(),
            query_timeout: Self::DEFAULT_QUERY_TIMEOUT,
            tries: Self::DEFAULT_TRIES,
            extra_tls_roots: Vec::new(),
        }
    }

    /// Adds a server, to be asked after those before it. Where any is added, the default ones are not asked.
    #[must_use]
    pub fn server(mut self, server: Server) -> Self {
        self.servers.push(server);
        self
    }

    /// Adds servers, in their order.
    #[must_use]
    pub fn servers(mut self, servers: impl IntoIterator<Item = Server>) -> Self {
        self.servers.extend(servers);
        self
    }

    /// With another time for a single try: connecting to one server, asking one question and reading the answer.
    #[must_use]
    pub const fn query_timeout(mut self, timeout: Duration) -> Self {
        self.query_timeout = timeout;
        self
    }

    /// With another number of times that each server is asked the same question, all servers taking turns.
    #[must_use]
    pub const fn tries(mut self, tries: NonZeroU8) -> Self {
        self.tries = tries;
        self
    }

    /// Trusts one more certificate authority for TLS and HTTPS servers; its certificate in DER.
    #[must_use]
    pub fn tls_root_der(mut self, certificate: &[u8]) -> Self {
        self.extra_tls_roots.push(CertificateDer::from(certificate.to_vec()));
        self
    }

    /// Trusts the certificate authorities of a PEM file, too.
    ///
    /// # Errors
    ///
    /// [`OptionsError::TlsRootPem`] if it holds no certificate, or one that is not PEM.
    pub fn tls_roots_pem(mut self, pem: &[u8]) -> Result<Self, OptionsError> {
        let before = self.extra_tls_roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate
                .map_err(|error| OptionsError::TlsRootPem { reason: error.to_string() })?;
            self.extra_tls_roots.push(certificate);
        }
        if self.extra_tls_roots.len() == before {
            let reason = "there is no certificate in it".to_owned();
            return Err(OptionsError::TlsRootPem { reason });
        }
        Ok(self)
    }
}

impl Default for ResolverOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Options that no resolver can be made with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// Text that should hold certificates in PEM does not.
    #[error("certificates of authorities in PEM: {reason}")]
    TlsRootPem {
        /// What is wrong.
        reason: String,
    },
    /// A certificate of an authority is none.
    #[error("certificate of authority {index} (from 1) cannot be used: {reason}")]
    TlsRoot {
        /// Its place among those that were added, from 1.
        index: usize,
        /// What is wrong.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {reason}")]
    Tls {
        /// Why.
        reason: String,
    },
}
