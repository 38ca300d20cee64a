//! The memory that hostile HTTP/2 clients can make the service use. A separate program, since other
//! tests would be counted too.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a panic is a test that fails, and a test may look at the clock"
)]

use std::sync::Arc;
use std::time::Duration;

use peak_alloc::PeakAlloc;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use running::Running;

#[path = "../service/http.rs"]
#[allow(dead_code, reason = "the tests of the service use all of it")]
mod http;
#[path = "../service/running.rs"]
#[allow(dead_code, reason = "the tests of the service use all of it")]
mod running;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const CONNECTIONS: usize = 1_000;

/// Streams of each connection: the maximum.
const STREAMS: u32 = 100;

/// The maximum heap in bytes while all of an attack's connections are open, including clients.
///
/// Resident memory is printed and not checked: the allocator keeps freed memory, and how much
/// depends on how threads were scheduled.
const MEMORY: usize = 200 * 1024 * 1024;

/// The maximum heap in bytes at any instant, while everything that was sent is read at once.
const PEAK: usize = 256 * 1024 * 1024;

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const END_HEADERS: u8 = 4;
const END_STREAM: u8 = 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The preface, and settings that prevent the sending of response content.
fn begin() -> Vec<u8> {
    let no_window = [0, 4, 0, 0, 0, 0];
    [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(SETTINGS, 0, 0, &no_window)].concat()
}

/// A request with a field that goes into the dynamic table, or is there already, and is referenced
/// repeatedly.
fn block(method: u8, path: &str, value: usize, references: usize, is_first: bool) -> Vec<u8> {
    let mut block = vec![method, 0x86, 0x01, 1, b'a', 0x04, u8::try_from(path.len()).unwrap()];
    block.extend(path.as_bytes());
    if is_first {
        block.extend([0x40, 1, b'x', u8::try_from(value).unwrap()]);
        block.extend(vec![b'a'; value]);
    }
    block.extend(vec![0xBE; references]);
    block
}

fn connection_of(method: u8, flags: u8, path: &str, value: usize, references: usize) -> Vec<u8> {
    let mut octets = begin();
    for number in 0..STREAMS {
        let block = block(method, path, value, references, number == 0);
        octets.extend(frame(HEADERS, flags | END_HEADERS, number * 2 + 1, &block));
    }
    octets
}

/// An unfinished header section, nearly as large as allowed.
fn unfinished() -> Vec<u8> {
    let block = block(0x83, "/v1/verify", 0, 900, true);
    [begin(), frame(HEADERS, 0, 1, &block)].concat()
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

async fn open_all(service: &Running, octets: Arc<Vec<u8>>) -> Vec<TcpStream> {
    let mut opening = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let mut stream = service.tcp().await;
        let octets = Arc::clone(&octets);
        opening.spawn(async move {
            // A service that closes a connection reads less than was sent.
            let _ = tokio::time::timeout(Duration::from_secs(20), stream.write_all(&octets)).await;
            stream
        });
    }
    opening.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_hostile_connections_stay_within_the_limits() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    let verify = "/v1/verify?audience=a";
    let attacks = [
        ("many fields, no content", connection_of(0x83, 0, verify, 0, 940)),
        ("large fields, no content", connection_of(0x83, 0, verify, 100, 90)),
        ("responses that are not read", connection_of(0x82, END_STREAM, "/v1/auth", 100, 90)),
        ("header sections that do not end", unfinished()),
    ];
    let service = Running::with("").await;
    assert_eq!(service.tcp_answers().await, 401);
    let (heap_before, resident_before) = (HEAP.current_usage(), resident());
    for (name, octets) in attacks {
        HEAP.reset_peak_usage();
        let connections = open_all(&service, Arc::new(octets)).await;
        // Everything sent is read by now, and other clients get answers.
        for _ in 0..20 {
            assert_eq!(service.tcp_answers().await, 401, "{name}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let heap = HEAP.current_usage().saturating_sub(heap_before);
        let peak = HEAP.peak_usage().saturating_sub(heap_before);
        let resident = resident().saturating_sub(resident_before);
        let mib = |bytes: usize| bytes / 1024 / 1024;
        let resident = mib(resident.try_into().unwrap());
        let (heap_mib, peak_mib) = (mib(heap), mib(peak));
        eprintln!("{name}: heap {heap_mib} MiB, peak {peak_mib} MiB, resident {resident} MiB");
        assert!(heap < MEMORY, "{name}: {heap} bytes");
        assert!(peak < PEAK, "{name}: {peak} bytes at the peak");
        drop(connections);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    service.stop().await;
}
