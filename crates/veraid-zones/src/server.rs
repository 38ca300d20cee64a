//! A DNS server on loopback that answers from signed chains.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use hickory_server::Server;
use tokio::sync::oneshot;
use veraid_dnssec::Name;

mod answer;
mod asked_question;
mod catalogue;
mod change;
mod handler;
mod response;

use answer::Role;
pub use asked_question::{AskedQuestion, ServerTransport};
use catalogue::Catalogue;
use change::Change;
use handler::Handler;
pub use response::Response;

use crate::mock_chain::MockChain;

/// A DNS server for development, over UDP and TCP on a loopback address.
///
/// It answers with the RRsets and signatures of the chains' [links](MockChain::links), octet for
/// octet, so clients see any change that a test makes to a link. In addition, every zone has SOA
/// and NS records, signed by the zone's keys. Absent records are denied with the zone's SOA, but
/// without a proof (no NSEC), as only positive proofs count here.
///
/// ```
/// use veraid_zones::{DnsServer, HierarchyBuilder, Timestamp, ValidityPeriod, ZoneAlgorithm};
///
/// let period = ValidityPeriod::at(Timestamp::from_unix_seconds(1_795_305_600));
/// let p256 = ZoneAlgorithm::EcdsaP256;
/// let chain = HierarchyBuilder::new([7; 32], period).zone_algorithms(p256, p256, p256).build();
/// let server = DnsServer::recursive([&chain]).start().expect("loopback takes servers");
/// println!("ask {} over UDP or TCP", server.address());
/// ```
#[derive(Clone, Debug)]
pub struct DnsServer {
    catalogue: Catalogue,
    role: Role,
    changes: Vec<Change>,
}

impl DnsServer {
    /// A server that answers any question from `chains`, as a recursive resolver does once it has
    /// looked everywhere.
    ///
    /// It does not validate, so AD is never set.
    ///
    /// # Panics
    ///
    /// If two chains have different records of one type at one name.
    #[must_use]
    pub fn recursive<'a>(chains: impl IntoIterator<Item = &'a MockChain>) -> Self {
        Self { catalogue: Catalogue::new(chains), role: Role::Recursive, changes: Vec::new() }
    }

    /// A server that has only the records of `zone`, and refers to the zones below it.
    ///
    /// # Panics
    ///
    /// If `zone` is not a domain name or not a zone of any chain, or if two chains have different
    /// records of one type at one name.
    #[must_use]
    pub fn authoritative<'a>(zone: &str, chains: impl IntoIterator<Item = &'a MockChain>) -> Self {
        let catalogue = Catalogue::new(chains);
        let zone: Name = zone.parse().expect("callers give domain names");
        assert!(catalogue.has_zone(&zone), "no chain goes through a zone {zone}");
        Self { catalogue, role: Role::Authoritative(zone), changes: Vec::new() }
    }

    /// Changes every response with `change` before it is sent; nothing is sent if the result is
    /// `None`. Several changes are made in the order in which they were added.
    ///
    /// For tests that need a server which misbehaves.
    #[must_use]
    pub fn change_responses(
        mut self,
        change: impl Fn(&AskedQuestion, Response) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        self.changes.push(Change::new(change));
        self
    }

    /// Listens on 127.0.0.1, at a free port, and answers until the value returned is dropped.
    ///
    /// It has a thread and a runtime of its own, so clients may block.
    ///
    /// # Errors
    ///
    /// If the system gives no socket or thread.
    pub fn start(self) -> io::Result<RunningServer> {
        let (udp, tcp) = sockets()?;
        let address = udp.local_addr()?;
        let asked = Arc::default();
        let Self { catalogue, role, changes } = self;
        let datagrams = udp.try_clone()?;
        let handler = Handler { catalogue, role, changes, datagrams, asked: Arc::clone(&asked) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let serve = async move {
            let mut server = Server::new(handler);
            register(&mut server, udp, tcp)?;
            tokio::select! {
                ended = server.block_until_done() => ended.map_err(io::Error::other),
                // Both a message and a dropped sender end the server.
                _ = stopped => Ok(()),
            }
        };
        let thread = std::thread::Builder::new()
            .name(format!("dns-{}", address.port()))
            .spawn(move || runtime.block_on(serve))?;
        Ok(RunningServer { address, asked, stop: Some(stop), thread: Some(thread) })
    }
}

/// A server that answers until this value is dropped.
#[derive(Debug)]
pub struct RunningServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<AskedQuestion>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl RunningServer {
    /// The address at which it listens, over both UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The questions asked so far, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<AskedQuestion> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for RunningServer {
    /// Closes the sockets before it returns.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(Ok(Err(error))) = self.thread.take().map(JoinHandle::join) {
            eprintln!("the DNS server at {} ended early: {error}", self.address);
        }
    }
}

/// A UDP and a TCP socket at the same free port.
fn sockets() -> io::Result<(UdpSocket, TcpListener)> {
    const ATTEMPTS: usize = 20;
    let mut last_error = None;
    for _ in 0..ATTEMPTS {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        // Another process may have the port for TCP.
        match TcpListener::bind(udp.local_addr()?) {
            Ok(tcp) => {
                udp.set_nonblocking(true)?;
                tcp.set_nonblocking(true)?;
                return Ok((udp, tcp));
            }
            Err(error) => last_error = Some(error),
        }
    }
    Err(last_error.expect("every attempt has failed"))
}

fn register(server: &mut Server<Handler>, udp: UdpSocket, tcp: TcpListener) -> io::Result<()> {
    const IDLE: Duration = Duration::from_secs(10);
    const BUFFERED_RESPONSES: usize = 32;
    server.register_socket(tokio::net::UdpSocket::from_std(udp)?);
    let listener = tokio::net::TcpListener::from_std(tcp)?;
    server.register_listener(listener, IDLE, BUFFERED_RESPONSES);
    Ok(())
}
