//! A DNS server on loopback, over UDP and TCP on the same port.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinHandle;
use veraid_dnssec::{DnssecChain, Question};
use veraid_resolver::{ResolverAddress, Transport};

use crate::zones::Zones;

/// A received query.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) transport: Transport,
    pub(crate) from: SocketAddr,
    pub(crate) octets: Vec<u8>,
    pub(crate) question: Question,
}

impl Asked {
    pub(crate) fn new(transport: Transport, from: SocketAddr, octets: Vec<u8>) -> Self {
        let parsed = DnssecChain::parse([octets.as_slice()]).expect("queries parse");
        let question = parsed.questions().next().flatten().expect("queries ask").clone();
        Self { transport, from, octets, question }
    }

    pub(crate) fn id(&self) -> u16 {
        u16::from_be_bytes([self.octets[0], self.octets[1]])
    }
}

/// The reply of a server to a query: any number of messages.
pub(crate) type Behaviour = Arc<dyn Fn(&Asked) -> Vec<Vec<u8>> + Send + Sync>;

/// Answers from `zones`.
pub(crate) fn honest(zones: &Zones) -> Behaviour {
    let zones = zones.clone();
    Arc::new(move |asked| vec![honest_response(&zones, asked)])
}

pub(crate) fn honest_response(zones: &Zones, asked: &Asked) -> Vec<u8> {
    let mut response = zones.respond(&asked.question);
    response.id = asked.id();
    response.build()
}

/// A server that runs until it is dropped.
pub(crate) struct LoopbackServer {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    tasks: Vec<JoinHandle<()>>,
}

impl LoopbackServer {
    pub(crate) async fn honest(zones: &Zones) -> Self {
        Self::start(honest(zones)).await
    }

    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        // TCP first: a port that is free for TCP is rarely taken for UDP.
        loop {
            let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
            let address = tcp.local_addr().expect("it is bound");
            let Ok(udp) = UdpSocket::bind(address).await else { continue };
            let asked = Arc::<Mutex<Vec<Asked>>>::default();
            let recording = recording(behaviour, &asked);
            let tasks = vec![
                tokio::spawn(serve_udp(udp, Arc::clone(&recording))),
                tokio::spawn(serve_tcp(tcp, recording)),
            ];
            return Self { address, asked, tasks };
        }
    }

    pub(crate) fn udp(&self) -> ResolverAddress {
        format!("udp://{}", self.address).parse().expect("it is a server")
    }

    pub(crate) fn tcp(&self) -> ResolverAddress {
        format!("tcp://{}", self.address).parse().expect("it is a server")
    }

    /// Returns the queries so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no test panics with it").clone()
    }

    /// Returns the questions so far, each with its transport.
    pub(crate) fn questions(&self) -> Vec<(Transport, String)> {
        self.asked().iter().map(|asked| (asked.transport, asked.question.to_string())).collect()
    }
}

impl Drop for LoopbackServer {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Records each query before it is answered.
pub(crate) fn recording(behaviour: Behaviour, asked: &Arc<Mutex<Vec<Asked>>>) -> Behaviour {
    let list = Arc::clone(asked);
    Arc::new(move |asked| {
        list.lock().expect("no test panics with it").push(asked.clone());
        behaviour(asked)
    })
}

async fn serve_udp(socket: UdpSocket, behaviour: Behaviour) {
    let mut buffer = vec![0; 65_535];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { return };
        let asked = Asked::new(Transport::Udp, from, buffer[..length].to_vec());
        for response in behaviour(&asked) {
            let _: Result<usize, _> = socket.send_to(&response, from).await;
        }
    }
}

async fn serve_tcp(listener: TcpListener, behaviour: Behaviour) {
    while let Ok((stream, from)) = listener.accept().await {
        tokio::spawn(serve_framed(stream, Transport::Tcp, from, Arc::clone(&behaviour)));
    }
}

/// Serves until the other side closes; a query without a reply is never answered, nor what follows
/// it.
pub(crate) async fn serve_framed(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    transport: Transport,
    from: SocketAddr,
    behaviour: Behaviour,
) {
    while let Ok(length) = stream.read_u16().await {
        let mut octets = vec![0; usize::from(length)];
        if stream.read_exact(&mut octets).await.is_err() {
            return;
        }
        let responses = behaviour(&Asked::new(transport, from, octets));
        if responses.is_empty() {
            return std::future::pending().await;
        }
        for response in responses {
            let length = u16::try_from(response.len()).expect("tests send short messages");
            let framed = [&length.to_be_bytes(), response.as_slice()].concat();
            if stream.write_all(&framed).await.is_err() {
                return;
            }
        }
    }
}
