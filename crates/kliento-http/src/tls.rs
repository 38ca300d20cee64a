//! TLS on the listener for requests.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};

use crate::files::{self, ReadError};

/// The maximum size of a certificate or key file, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// TLS on the listener for requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Tls {
    /// The certificates in PEM, the server's own first.
    pub certificates: PathBuf,
    /// The private key in PEM.
    pub key: PathBuf,
}

/// The server's certificates and key, read and ready for handshakes.
#[derive(Clone)]
pub struct TlsAcceptor(pub(crate) tokio_rustls::TlsAcceptor);

impl fmt::Debug for TlsAcceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsAcceptor")
    }
}

/// The reason that TLS cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}", file = file.display())]
pub struct TlsError {
    /// The file.
    pub file: PathBuf,
    /// The problem with it.
    pub problem: String,
}

impl Tls {
    /// Reads the files, and prepares TLS 1.2 and 1.3 for HTTP/2 or HTTP/1.1.
    ///
    /// # Errors
    ///
    /// [`TlsError`] with the file and the problem with it.
    pub async fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let wrong = |file: &Path, problem: String| TlsError { file: file.to_owned(), problem };
        let certificates: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(&read(&self.certificates).await?)
                .collect::<Result<_, _>>()
                .map_err(|error| wrong(&self.certificates, error.to_string()))?;
        if certificates.is_empty() {
            return Err(wrong(&self.certificates, "no certificate in PEM".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(&read(&self.key).await?)
            .map_err(|error| wrong(&self.key, error.to_string()))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&self.certificates, error.to_string()))?;
        let mut config = builder
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .map_err(|error| wrong(&self.key, error.to_string()))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor(tokio_rustls::TlsAcceptor::from(Arc::new(config))))
    }
}

async fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    files::read(file, MAX_BYTES).await.map_err(|error| {
        let problem = match error {
            ReadError::Io(error) => error.to_string(),
            ReadError::TooLarge { bytes } => format!("{bytes} bytes, limit is {MAX_BYTES}"),
        };
        TlsError { file: file.to_owned(), problem }
    })
}
