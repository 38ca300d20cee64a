//! H04: floods and bombs of HTTP/2, frame by frame (RFC 9113).

use std::time::Duration;

use bytes::Bytes;

use crate::running::{Running, TOKEN, kliento};
use crate::wire::{Heard, answers_others, resident_bytes, say, say_for, until_connections};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const PROTOCOL_ERROR: u32 = 1;
const FRAME_SIZE_ERROR: u32 = 6;
const ENHANCE_YOUR_CALM: u32 = 11;

/// The maximum growth of a service in bytes under any of these, including clients and the other
/// tests of this program.
const MEMORY: u64 = 256 * 1024 * 1024;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut octets = length[1..].to_vec();
    octets.extend([kind, flags]);
    octets.extend(stream.to_be_bytes());
    octets.extend(payload);
    octets
}

/// The preface and settings at the beginning of every connection.
fn begin() -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()
}

/// `:method`, `:scheme` and `:path` of the static table, and an authority (RFC 7541 appendix A).
const GET: [u8; 6] = [0x82, 0x86, 0x84, 0x01, 1, b'a'];
const POST: [u8; 6] = [0x83, 0x86, 0x84, 0x01, 1, b'a'];

/// A literal field (RFC 7541 section 6.2.2) of fewer than 127 bytes.
fn literal(name: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).unwrap();
    [&[0, length(name)], name.as_bytes(), &[length(value)], value.as_bytes()].concat()
}

/// Returns the type, stream and payload of each received frame.
fn frames(heard: &Heard) -> Vec<(u8, u32, Vec<u8>)> {
    let mut rest = &heard.bytes[..];
    let mut frames = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<9>() {
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let Some((payload, after)) = after.split_at_checked(length) else { break };
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        frames.push((head[3], stream, payload.to_vec()));
        rest = after;
    }
    frames
}

/// The error codes of all GOAWAY frames.
fn goaways(heard: &Heard) -> Vec<u32> {
    let goaways = frames(heard).into_iter().filter(|(kind, ..)| *kind == GOAWAY);
    goaways.map(|(.., payload)| u32::from_be_bytes(payload[4..8].try_into().unwrap())).collect()
}

/// Asserts that the service closes the connection with this error code, and continues to work.
async fn is_cut_off(service: &Running, octets: &[u8], code: u32) {
    let before = resident_bytes();
    let heard = say(service, octets).await;
    assert!(heard.is_closed, "{:?}", frames(&heard).len());
    let codes = goaways(&heard);
    // A client that is cut off while sending may not receive the reason.
    assert!(codes.is_empty() || codes.contains(&code), "{codes:?}");
    assert!(resident_bytes() < before + MEMORY);
    until_connections(service, 0).await;
    answers_others(service).await;
}

#[tokio::test]
async fn h04_rapid_reset_is_cut_off() {
    let service = Running::with("").await;
    let mut octets = begin();
    for number in 0..20_000_u32 {
        let stream = number * 2 + 1;
        octets.extend(frame(HEADERS, END_HEADERS | END_STREAM, stream, &GET));
        octets.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
    }
    is_cut_off(&service, &octets, ENHANCE_YOUR_CALM).await;
    service.stop().await;
}

#[tokio::test]
async fn h04_resets_that_the_service_is_made_to_send_are_cut_off() {
    let service = Running::with("").await;
    let mut octets = begin();
    for number in 0..20_000_u32 {
        let stream = number * 2 + 1;
        // A window that grows beyond 2^31 - 1 is a stream error (RFC 9113 section 6.9.1).
        octets.extend(frame(HEADERS, END_HEADERS, stream, &POST));
        octets.extend(frame(WINDOW_UPDATE, 0, stream, &i32::MAX.to_be_bytes()));
    }
    is_cut_off(&service, &octets, ENHANCE_YOUR_CALM).await;
    service.stop().await;
}

#[tokio::test]
async fn h04_continuations_without_end_are_cut_off() {
    let service = Running::with("").await;
    let field = literal("x-flood", &"a".repeat(100)).repeat(100);
    for payload in [&field[..], &[]] {
        let mut octets = begin();
        octets.extend(frame(HEADERS, 0, 1, &GET));
        for _ in 0..5_000 {
            octets.extend(frame(CONTINUATION, 0, 1, payload));
        }
        is_cut_off(&service, &octets, ENHANCE_YOUR_CALM).await;
    }
    service.stop().await;
}

#[tokio::test]
async fn h04_empty_data_without_end_is_cut_off() {
    let service = Running::with("limits = { read_seconds = 2 }").await;
    let mut octets = begin();
    octets.extend(frame(HEADERS, END_HEADERS, 1, &POST));
    octets.extend(frame(DATA, 0, 1, &[]).repeat(200_000));
    is_cut_off(&service, &octets, ENHANCE_YOUR_CALM).await;
    service.stop().await;
}

#[tokio::test]
async fn h04_floods_of_frames_to_acknowledge_end_if_the_client_does_not_read() {
    let limits = "limits = { read_seconds = 1, write_seconds = 1, idle_seconds = 1 }";
    let service = Running::with(limits).await;
    for flood in [frame(SETTINGS, 0, 0, &[]), frame(PING, 0, 0, &[0; 8])] {
        let before = resident_bytes();
        let mut stream = service.tcp().await;
        let octets = [begin(), flood.repeat(10_000)].concat();
        let sending = async {
            use tokio::io::AsyncWriteExt as _;
            if stream.write_all(&octets).await.is_ok() {
                while stream.write_all(&octets[begin().len()..]).await.is_ok() {}
            }
        };
        let sent = tokio::time::timeout(Duration::from_secs(15), sending).await;
        sent.expect("the service closes the connection");
        assert!(resident_bytes() < before + MEMORY);
        until_connections(&service, 0).await;
        answers_others(&service).await;
    }
    service.stop().await;
}

#[tokio::test]
async fn h04_a_field_that_is_referred_to_a_thousand_times_is_too_large() {
    let service = Running::with("").await;
    // Into the dynamic table (RFC 7541 section 6.2.1), 4,000 bytes with four names: then one byte
    // each refers to it.
    let value = "a".repeat(3_900);
    let mut block = GET.to_vec();
    block.extend([0x40, 1, b'x', 0x7F]);
    let mut rest = value.len() - 127;
    while rest >= 128 {
        block.push(u8::try_from(rest % 128).unwrap() | 0x80);
        rest /= 128;
    }
    block.push(u8::try_from(rest).unwrap());
    block.extend(value.as_bytes());
    block.extend([0xBE; 10_000]);
    let mut octets = begin();
    octets.extend(frame(HEADERS, END_HEADERS | END_STREAM, 1, &block));
    is_cut_off(&service, &octets, ENHANCE_YOUR_CALM).await;
    service.stop().await;
}

#[tokio::test]
async fn h04_a_table_larger_than_was_agreed_is_an_error() {
    let service = Running::with("").await;
    // A size update to 2^21 (RFC 7541 section 6.3).
    let block = [&[0x3F, 0xE1, 0xFF, 0x7F][..], &GET].concat();
    let mut octets = begin();
    octets.extend(frame(HEADERS, END_HEADERS | END_STREAM, 1, &block));
    let heard = say(&service, &octets).await;
    // RFC 9113 section 4.3 requires COMPRESSION_ERROR here; h2 sends this.
    assert_eq!((goaways(&heard), heard.is_closed), (vec![PROTOCOL_ERROR], true));
    service.stop().await;
}

#[tokio::test]
async fn h04_invalid_frames_are_an_error() {
    let service = Running::with("").await;
    for (octets, code) in [
        // Longer than negotiated.
        (frame(DATA, 0, 1, &vec![0; 20_000]), FRAME_SIZE_ERROR),
        (frame(DATA, 0, 0, b"a"), PROTOCOL_ERROR),
        (frame(HEADERS, END_HEADERS, 2, &GET), PROTOCOL_ERROR),
        (frame(CONTINUATION, END_HEADERS, 1, &GET), PROTOCOL_ERROR),
        (frame(SETTINGS, 0, 0, &[0]), PROTOCOL_ERROR),
    ] {
        let heard = say(&service, &[&begin()[..], &octets].concat()).await;
        let found = (goaways(&heard), heard.is_closed);
        assert_eq!(found, (vec![code], true), "{:?}", &octets[..9]);
    }
    service.stop().await;
}

#[tokio::test]
async fn h04_as_many_streams_as_clients_begin_with_are_answered_and_a_flood_is_cut_off() {
    let service = Running::with("limits = { read_seconds = 1 }").await;
    let mut octets = begin();
    for number in 0..100_u32 {
        octets.extend(frame(HEADERS, END_HEADERS, number * 2 + 1, &POST));
    }
    let heard = say_for(&service, &octets, Duration::from_secs(3)).await;
    let frames = frames(&heard);
    let of = |wanted: u8| frames.iter().filter(|(kind, ..)| *kind == wanted).count();
    // The audience is missing, which is detected without content.
    assert_eq!((of(HEADERS), of(GOAWAY)), (100, 0));
    for number in 100..300_u32 {
        octets.extend(frame(HEADERS, END_HEADERS, number * 2 + 1, &POST));
    }
    is_cut_off(&service, &octets, ENHANCE_YOUR_CALM).await;
    service.stop().await;
}

#[tokio::test]
async fn h04_two_authorizations_are_malformed_there_too() {
    let service = Running::with("").await;
    let stream = service.tcp().await;
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    let driver = tokio::spawn(connection);
    let header = kliento(&TOKEN.der);
    let target = "http://verifier.test/v1/auth?audience=https%3A%2F%2Fapi.example.com";
    for (count, status) in [(1, 200), (2, 401)] {
        let mut request = ::http::Request::get(target);
        for _ in 0..count {
            request = request.header("authorization", &header);
        }
        let (response, _) = client.send_request(request.body(()).unwrap(), true).unwrap();
        assert_eq!(response.await.unwrap().status(), status);
    }
    driver.abort();
    service.stop().await;
}

#[tokio::test]
async fn h04_more_fields_than_over_http_1_are_too_many() {
    let service = Running::with("").await;
    for (fields, status) in [(96, 401), (101, 431)] {
        let stream = service.tcp().await;
        let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
        let driver = tokio::spawn(connection);
        let mut request = ::http::Request::get("http://verifier.test/v1/auth");
        for _ in 0..fields {
            request = request.header("x", "");
        }
        let (response, _) = client.send_request(request.body(()).unwrap(), true).unwrap();
        assert_eq!(response.await.unwrap().status(), status, "{fields}");
        driver.abort();
    }
    service.stop().await;
}

/// A client that keeps as many streams open as it may, with some content on each and no end of it.
struct Greedy {
    _streams: Vec<(h2::client::ResponseFuture, h2::SendStream<Bytes>)>,
    driver: tokio::task::JoinHandle<Result<(), h2::Error>>,
}

impl Greedy {
    /// It sends what the service's windows allow, as a client must: one that sends more is cut off
    /// and stands in nobody's way.
    async fn connect(service: &Running, content: usize) -> Self {
        let (mut client, connection) = h2::client::handshake(service.tcp().await).await.unwrap();
        let driver = tokio::spawn(connection);
        let content = Bytes::from(vec![b'a'; content]);
        let mut streams = Vec::new();
        for _ in 0..100 {
            client = client.ready().await.unwrap();
            let request = ::http::Request::post("http://verifier.test/?audience=a");
            let request = request.body(()).unwrap();
            let (response, mut sending) = client.send_request(request, false).unwrap();
            // A stream for which there was no room may be closed by now.
            let _ = sending.send_data(content.clone(), false);
            streams.push((response, sending));
        }
        Self { _streams: streams, driver }
    }
}

impl Drop for Greedy {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h04_streams_that_stay_open_leave_room_for_others() {
    let target = "/?audience=https%3A%2F%2Fapi.example.com";
    for content in [0, 1, 30_000] {
        let service = Running::with("").await;
        let mut connections = Vec::new();
        for _ in 0..24 {
            connections.push(Greedy::connect(&service, content).await);
        }
        until_connections(&service, 24).await;
        for _ in 0..20 {
            let response = service.ask("POST", target, &[], &TOKEN.der).await;
            assert_eq!(response.status, 200, "with {content} octets on each stream");
        }
        assert!(connections.iter().all(|greedy| !greedy.driver.is_finished()));
        drop(connections);
        service.stop().await;
    }
}
