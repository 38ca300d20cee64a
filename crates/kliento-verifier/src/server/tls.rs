//! TLS on the listener for requests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::server::config::Tls;
use crate::server::files::{self, ReadError};

/// The maximum size of a certificate or key file, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// The reason that TLS cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}", file = file.display())]
pub struct TlsError {
    /// The file.
    pub file: PathBuf,
    /// The problem with it.
    pub problem: String,
}

/// Creates an acceptor of TLS 1.2 or 1.3 with the server's certificate, for HTTP/2 or HTTP/1.1.
pub(crate) async fn acceptor(tls: &Tls) -> Result<TlsAcceptor, TlsError> {
    let wrong = |file: &Path, problem: String| TlsError { file: file.to_owned(), problem };
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&read(&tls.certificates).await?)
            .collect::<Result<_, _>>()
            .map_err(|error| wrong(&tls.certificates, error.to_string()))?;
    if certificates.is_empty() {
        return Err(wrong(&tls.certificates, "no certificate in PEM".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_slice(&read(&tls.key).await?)
        .map_err(|error| wrong(&tls.key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&tls.certificates, error.to_string()))?;
    let mut config = builder
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|error| wrong(&tls.key, error.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
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
