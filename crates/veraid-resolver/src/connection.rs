//! Connections for more than one query.

use std::io;

use bytes::Bytes;
use h2::client::SendRequest;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::error::FailureReason;
use crate::https;
use crate::server::{ResolverAddress, Transport};
use crate::tls::{TlsClient, connect_tcp, connection};

/// An open connection to a server.
#[derive(Debug)]
pub(crate) enum Connection {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Https(SendRequest<Bytes>),
}

impl Connection {
    /// Connects to `server` by its transport, or over TCP instead of UDP.
    pub(crate) async fn open(
        server: &ResolverAddress,
        tls: &TlsClient,
    ) -> Result<Self, FailureReason> {
        Ok(match server.transport() {
            Transport::Udp | Transport::Tcp => {
                Self::Tcp(connect_tcp(server).await.map_err(connection)?)
            }
            Transport::Tls => Self::Tls(Box::new(tls.connect_dns(server).await?)),
            Transport::Https => Self::Https(https::connect(server, tls).await?),
        })
    }

    /// Returns another handle to the same connection, if it carries several queries at a time.
    pub(crate) fn share(&self) -> Option<Self> {
        match self {
            Self::Https(sender) => Some(Self::Https(sender.clone())),
            Self::Tcp(_) | Self::Tls(_) => None,
        }
    }

    /// Sends one query and reads one response. After an error the connection must not be used
    /// again.
    pub(crate) async fn exchange(
        &mut self,
        server: &ResolverAddress,
        query: &[u8],
    ) -> Result<Vec<u8>, FailureReason> {
        match self {
            Self::Tcp(stream) => exchange_framed(stream, query).await.map_err(connection),
            Self::Tls(stream) => exchange_framed(stream, query).await.map_err(connection),
            Self::Https(sender) => https::exchange(sender.clone(), server, query).await,
        }
    }
}

/// Sends and receives each message after its length in two octets (RFC 1035 section 4.2.2), in one
/// write (RFC 7766 section 8).
async fn exchange_framed(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    query: &[u8],
) -> io::Result<Vec<u8>> {
    let length = u16::try_from(query.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), query].concat()).await?;
    stream.flush().await?;
    let mut response = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut response).await?;
    Ok(response)
}
