//! Options of a resolver.

use std::num::NonZeroU8;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::server::ResolverAddress;

/// The servers of a [`Resolver`](crate::Resolver), and its timeout, tries and trusted TLS
/// certificates.
#[derive(Clone, Debug)]
pub struct ResolverOptions {
    pub(crate) servers: Vec<ResolverAddress>,
    pub(crate) query_timeout: Duration,
    pub(crate) tries: NonZeroU8,
    pub(crate) extra_tls_roots: Vec<CertificateDer<'static>>,
}

impl ResolverOptions {
    /// Five seconds: enough for a TLS connection to another continent and a resolver without a
    /// cached answer.
    pub const DEFAULT_QUERY_TIMEOUT: Duration = Duration::from_secs(5);
    /// Two tries, since one datagram may get lost.
    pub const DEFAULT_TRIES: NonZeroU8 = NonZeroU8::new(2).expect("two is not zero");

    /// Creates options with [`ResolverAddress::defaults`], the default timeout and tries, and
    /// Mozilla's certificate authorities.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            servers: Vec::new(),
            query_timeout: Self::DEFAULT_QUERY_TIMEOUT,
            tries: Self::DEFAULT_TRIES,
            extra_tls_roots: Vec::new(),
        }
    }

    /// Adds a server, to be asked after those before it. The default servers are asked only if no
    /// server is added.
    #[must_use]
    pub fn server(mut self, server: ResolverAddress) -> Self {
        self.servers.push(server);
        self
    }

    /// Adds servers in order.
    #[must_use]
    pub fn servers(mut self, servers: impl IntoIterator<Item = ResolverAddress>) -> Self {
        self.servers.extend(servers);
        self
    }

    /// Sets the timeout of a single try: connecting to one server, asking one question and reading
    /// the answer.
    #[must_use]
    pub const fn query_timeout(mut self, timeout: Duration) -> Self {
        self.query_timeout = timeout;
        self
    }

    /// Sets the number of times that each server is asked the same question, all servers taking
    /// turns.
    #[must_use]
    pub const fn tries(mut self, tries: NonZeroU8) -> Self {
        self.tries = tries;
        self
    }

    /// Trusts a further certificate authority for TLS and HTTPS servers, from its certificate in
    /// DER.
    #[must_use]
    pub fn tls_root_der(mut self, certificate: &[u8]) -> Self {
        self.extra_tls_roots.push(CertificateDer::from(certificate.to_vec()));
        self
    }

    /// Also trusts the certificate authorities in a PEM file.
    ///
    /// # Errors
    ///
    /// [`OptionsError::TlsRootPem`] if it contains no certificate, or one that is not PEM.
    pub fn tls_roots_pem(mut self, pem: &[u8]) -> Result<Self, OptionsError> {
        let before = self.extra_tls_roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate
                .map_err(|error| OptionsError::TlsRootPem { reason: error.to_string() })?;
            self.extra_tls_roots.push(certificate);
        }
        if self.extra_tls_roots.len() == before {
            let reason = "no certificate found".to_owned();
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

/// The reason that options are invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// The text does not contain certificates in PEM.
    #[error("invalid CA certificates in PEM: {reason}")]
    TlsRootPem {
        /// The problem.
        reason: String,
    },
    /// The certificate of an authority is invalid.
    #[error("CA certificate {index} (from 1) cannot be used: {reason}")]
    TlsRoot {
        /// Its position among the added certificates, from 1.
        index: usize,
        /// The problem.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {reason}")]
    Tls {
        /// The reason.
        reason: String,
    },
}
