//! Raw bytes over sockets, valid or not.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::running::Running;

/// The maximum time that a test waits for the service to close a connection.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The data received on a connection.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) bytes: Vec<u8>,
    /// True if the service closed the connection, properly or not.
    pub(crate) is_closed: bool,
    /// The time until then.
    pub(crate) took: Duration,
}

impl Heard {
    /// The statuses of all responses of HTTP/1.1.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let text = String::from_utf8_lossy(&self.bytes);
        let after = text.split("HTTP/1.1 ").skip(1);
        after.filter_map(|rest| rest.get(..3)?.parse().ok()).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// Sends bytes and reads until the service closes the connection or patience ends.
pub(crate) async fn say(service: &Running, bytes: &[u8]) -> Heard {
    say_for(service, bytes, PATIENCE).await
}

/// Sends bytes and reads until the service closes the connection or `patience` ends.
pub(crate) async fn say_for(service: &Running, bytes: &[u8], patience: Duration) -> Heard {
    let start = Instant::now();
    let (mut reader, mut writer) = service.tcp().await.into_split();
    let bytes = bytes.to_vec();
    // The service may close the connection while the client still sends.
    let sending = tokio::spawn(async move {
        let _ = writer.write_all(&bytes).await;
        writer
    });
    let mut heard = Vec::new();
    let is_closed = timeout(patience, async {
        let mut some = [0; 4096];
        while let Ok(read @ 1..) = reader.read(&mut some).await {
            heard.extend_from_slice(&some[..read]);
        }
    });
    let is_closed = is_closed.await.is_ok();
    sending.abort();
    Heard { bytes: heard, is_closed, took: start.elapsed() }
}

/// Sends one byte after another with a pause between, until the service closes the connection;
/// returns what was received and when.
pub(crate) async fn drip(mut stream: TcpStream, first: &[u8], octet: u8, pause: Duration) -> Heard {
    let start = Instant::now();
    stream.write_all(first).await.unwrap();
    let mut heard = Vec::new();
    let mut some = [0; 4096];
    let is_closed = loop {
        if start.elapsed() > PATIENCE {
            break false;
        }
        match timeout(pause, stream.read(&mut some)).await {
            Ok(Ok(read @ 1..)) => heard.extend_from_slice(&some[..read]),
            Ok(_) => break true,
            Err(_) => {
                if stream.write_all(&[octet]).await.is_err() {
                    break true;
                }
            }
        }
    };
    Heard { bytes: heard, is_closed, took: start.elapsed() }
}

/// Asserts that the service still answers other clients quickly.
pub(crate) async fn answers_others(service: &Running) {
    let start = Instant::now();
    assert_eq!(service.tcp_answers().await, 401);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

/// Returns the number of open connections, without the one that asks.
pub(crate) async fn connections(service: &Running) -> u64 {
    let metrics = service.ask_admin("GET", "/metrics").await.content;
    let line = metrics.lines().find_map(|line| line.strip_prefix("kliento_verifier_connections "));
    line.unwrap().parse::<u64>().unwrap() - 1
}

/// Waits until the service has this many connections.
pub(crate) async fn until_connections(service: &Running, wanted: u64) {
    let all_there = async {
        while connections(service).await != wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, all_there).await.expect("connections open and close in bounded time");
}

/// Resident memory of this process in bytes, service and clients together.
pub(crate) fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}
