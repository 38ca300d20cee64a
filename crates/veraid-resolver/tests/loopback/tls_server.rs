//! A server for DNS over TLS or HTTPS on loopback, with a certificate from its own authority.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use veraid_resolver::{ResolverAddress, Transport};

use crate::server::{Asked, Behaviour, recording, serve_framed};

/// The responses of a server for DNS over HTTPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HttpManners {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    /// The protocols offered above TLS (RFC 7301).
    pub(crate) protocols: &'static [&'static [u8]],
}

impl HttpManners {
    pub(crate) const GOOD: Self =
        Self { status: 200, content_type: "application/dns-message", protocols: &[b"h2"] };
}

/// A server that runs until it is dropped.
pub(crate) struct TlsServer {
    address: SocketAddr,
    transport: Transport,
    /// The certificate of the authority that issued the server's, in DER.
    pub(crate) root_der: Vec<u8>,
    /// The authority's certificate in PEM.
    pub(crate) root_pem: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// The method, path and type of each request.
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl TlsServer {
    pub(crate) async fn start(transport: Transport, behaviour: Behaviour) -> Self {
        Self::start_for(transport, behaviour, "127.0.0.1", HttpManners::GOOD).await
    }

    /// Starts with a certificate for `host`.
    pub(crate) async fn start_for(
        transport: Transport,
        behaviour: Behaviour,
        host: &str,
        manners: HttpManners,
    ) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.distinguished_name.push(DnType::CommonName, format!("authority for {host}"));
        let authority =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], key)
                .unwrap();
        config.alpn_protocols = manners.protocols.iter().map(|name| name.to_vec()).collect();

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, requests) = (Arc::default(), Arc::default());
        let connections = Connections {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            transport,
            behaviour: recording(behaviour, &asked),
            manners,
            requests: Arc::clone(&requests),
        };
        let task = tokio::spawn(connections.serve(listener));
        Self {
            address,
            transport,
            root_der: authority.der().to_vec(),
            root_pem: authority.pem(),
            asked,
            requests,
            task,
        }
    }

    pub(crate) fn server(&self) -> ResolverAddress {
        self.server_at(&self.address.ip().to_string())
    }

    /// The server under another host name.
    pub(crate) fn server_at(&self, host: &str) -> ResolverAddress {
        let port = self.address.port();
        let url = match self.transport {
            Transport::Https => format!("https://{host}:{port}/dns-query"),
            _ => format!("tls://{host}:{port}"),
        };
        url.parse().unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Connections {
    acceptor: TlsAcceptor,
    transport: Transport,
    behaviour: Behaviour,
    manners: HttpManners,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Connections {
    async fn serve(self, listener: TcpListener) {
        while let Ok((stream, from)) = listener.accept().await {
            let connections = self.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate closes the connection.
                let Ok(stream) = connections.acceptor.accept(stream).await else { return };
                match connections.transport {
                    Transport::Https => connections.serve_http2(stream, from).await,
                    transport => {
                        serve_framed(stream, transport, from, connections.behaviour).await;
                    }
                }
            });
        }
    }

    async fn serve_http2(&self, stream: TlsStream<TcpStream>, from: SocketAddr) {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(Ok((request, respond))) = connection.accept().await {
            tokio::spawn(self.clone().answer(request, respond, from));
        }
    }

    async fn answer(
        self,
        request: Request<h2::RecvStream>,
        mut respond: h2::server::SendResponse<Bytes>,
        from: SocketAddr,
    ) {
        let content_type = request.headers()["content-type"].to_str().unwrap();
        let line = format!("{} {} {content_type}", request.method(), request.uri().path());
        self.requests.lock().unwrap().push(line);
        let mut query = Vec::new();
        let mut body = request.into_body();
        while let Some(Ok(data)) = body.data().await {
            query.extend_from_slice(&data);
        }
        let response = (self.behaviour)(&Asked::new(Transport::Https, from, query)).concat();
        if response.is_empty() {
            // Never replies.
            return std::future::pending().await;
        }
        let head = Response::builder()
            .status(self.manners.status)
            .header("content-type", self.manners.content_type)
            .body(())
            .unwrap();
        let mut stream = respond.send_response(head, false).unwrap();
        stream.send_data(Bytes::from(response), true).unwrap();
    }
}
