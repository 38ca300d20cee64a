//! TLS to servers (RFC 7858, RFC 8484).

use std::io;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::FailureReason;
use crate::options::{OptionsError, ResolverOptions};
use crate::server::ResolverAddress;

const HTTP2: &[u8] = b"h2";

/// TLS configurations, one for each protocol above TLS.
#[derive(Clone, Debug)]
pub(crate) struct TlsClient {
    dns: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
}

impl TlsClient {
    pub(crate) fn new(options: &ResolverOptions) -> Result<Self, OptionsError> {
        let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        for (index, certificate) in (1..).zip(&options.extra_tls_roots) {
            roots
                .add(certificate.clone())
                .map_err(|error| OptionsError::TlsRoot { index, reason: error.to_string() })?;
        }
        let base = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| OptionsError::Tls { reason: error.to_string() })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // DNS over TLS has no ALPN name: RFC 7858 defines none, and a server with a list of other
        // names would close the connection.
        let mut http2 = base.clone();
        http2.alpn_protocols = vec![HTTP2.to_vec()];
        Ok(Self { dns: Arc::new(base), http2: Arc::new(http2) })
    }

    /// Connects to a server for DNS over TLS.
    pub(crate) async fn connect_dns(
        &self,
        server: &ResolverAddress,
    ) -> Result<TlsStream<TcpStream>, FailureReason> {
        connect(&self.dns, server).await
    }

    /// Connects to a server for HTTP/2.
    pub(crate) async fn connect_http2(
        &self,
        server: &ResolverAddress,
    ) -> Result<TlsStream<TcpStream>, FailureReason> {
        let stream = connect(&self.http2, server).await?;
        // RFC 9113 section 3.3: over TLS, HTTP/2 requires that both sides negotiate it.
        if stream.get_ref().1.alpn_protocol() != Some(HTTP2) {
            let reason = "the server does not speak HTTP/2".to_owned();
            return Err(FailureReason::Http { reason });
        }
        Ok(stream)
    }
}

async fn connect(
    config: &Arc<ClientConfig>,
    server: &ResolverAddress,
) -> Result<TlsStream<TcpStream>, FailureReason> {
    let name = server
        .tls_name()
        .ok_or_else(|| FailureReason::Tls { reason: "invalid TLS server name".to_owned() })?;
    let tcp = connect_tcp(server).await.map_err(connection)?;
    TlsConnector::from(Arc::clone(config)).connect(name, tcp).await.map_err(|error| {
        let is_tls =
            error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>);
        if is_tls { FailureReason::Tls { reason: error.to_string() } } else { connection(error) }
    })
}

/// Connects to the first of the server's addresses that accepts.
pub(crate) async fn connect_tcp(server: &ResolverAddress) -> io::Result<TcpStream> {
    let addresses = server.addresses().await?;
    let stream = TcpStream::connect(addresses.as_slice()).await?;
    // Queries are small and wait for their answers.
    stream.set_nodelay(true)?;
    Ok(stream)
}

pub(crate) fn connection(error: io::Error) -> FailureReason {
    FailureReason::Connection { reason: error.to_string() }
}
