//! Sockets that accept connections.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use crate::listen_address::ListenAddress;
#[cfg(unix)]
use crate::unix_socket::{self, SocketFile};

/// A listening socket.
#[derive(Debug)]
pub struct Listener {
    /// Removed from the file system before the socket is closed: see [`SocketFile`].
    #[cfg(unix)]
    _file: Option<SocketFile>,
    socket: Socket,
    address: ListenAddress,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// A connection of any kind.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Listener {
    /// Binds a listener to `address`. A Unix socket that a service left behind is replaced.
    ///
    /// # Errors
    ///
    /// The system's error, or [`io::ErrorKind::Unsupported`] for a Unix socket on another system.
    pub async fn bind(address: &ListenAddress) -> io::Result<Self> {
        match address {
            ListenAddress::Tcp(address) => {
                let listener = TcpListener::bind(address).await?;
                let address = ListenAddress::Tcp(listener.local_addr()?);
                Ok(Self {
                    #[cfg(unix)]
                    _file: None,
                    socket: Socket::Tcp(listener),
                    address,
                })
            }
            #[cfg(unix)]
            ListenAddress::Unix(path) => {
                let (file, listener) = unix_socket::bind(path).await?;
                let address = address.clone();
                Ok(Self { _file: Some(file), socket: Socket::Unix(listener), address })
            }
            #[cfg(not(unix))]
            ListenAddress::Unix(_) => {
                Err(io::Error::new(io::ErrorKind::Unsupported, "there are no Unix sockets here"))
            }
        }
    }

    /// The listener's address, with the actual port if it was chosen by the system.
    #[must_use]
    pub const fn address(&self) -> &ListenAddress {
        &self.address
    }

    pub(crate) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match &self.socket {
            Socket::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Responses are written in one piece.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            #[cfg(unix)]
            Socket::Unix(listener) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}
