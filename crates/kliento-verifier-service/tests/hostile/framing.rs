//! H02 and H03: the beginning and end of request content in HTTP/1.1.

use std::time::Duration;

use crate::running::{Running, TOKEN};
use crate::wire::{answers_others, say};

const TARGET: &str = "/?audience=https%3A%2F%2Fapi.example.com";

/// Returns the statuses of all responses to a request with these header lines and content, after
/// which the service has closed the connection.
async fn statuses(service: &Running, lines: &str, content: &[u8]) -> Vec<u16> {
    let head = format!("POST {TARGET} HTTP/1.1\r\nhost: a\r\n{lines}\r\n\r\n");
    let heard = say(service, &[head.as_bytes(), content].concat()).await;
    assert!(heard.is_closed, "{lines:?} {}", heard.text());
    heard.statuses()
}

#[tokio::test]
async fn h02_content_with_an_excessive_length_is_rejected_at_once() {
    let service = Running::with("").await;
    for (length, status) in [
        ("65537", 413),
        ("1073741824", 413),
        ("9223372036854775807", 413),
        // Hyper cannot represent this length, and responds with its own status.
        ("18446744073709551614", 431),
    ] {
        let line = format!("content-length: {length}");
        assert_eq!(statuses(&service, &line, b"").await, [status], "{length}");
    }
    // Forward authentication reads no content, whatever its size.
    let request = b"GET /v1/auth HTTP/1.1\r\nhost: a\r\ncontent-length: 1073741824\r\n\r\n";
    let heard = say(&service, request).await;
    assert_eq!((heard.statuses(), heard.is_closed), (vec![401], true));
    service.stop().await;
}

#[tokio::test]
async fn h02_a_length_that_is_not_a_number_is_a_bad_request() {
    let service = Running::with("").await;
    for length in ["-1", "+5", "5.0", "0x5", "5 5", "5, 6", "", "18446744073709551616", "a"] {
        let line = format!("content-length: {length}");
        assert_eq!(statuses(&service, &line, b"abcde").await, [400], "{length:?}");
    }
    service.stop().await;
}

#[tokio::test]
async fn h02_lengths_that_differ_are_a_bad_request() {
    let service = Running::with("").await;
    for lines in
        ["content-length: 5\r\ncontent-length: 6", "content-length: 6\r\ncontent-length: 5"]
    {
        assert_eq!(statuses(&service, lines, b"abcde").await, [400], "{lines:?}");
    }
    service.stop().await;
}

/// Hyper reads the chunks as the content and removes the length (RFC 9112 section 6.3), so that the
/// service does not see it. It matters that nothing after that is read as a request, whichever
/// proxy forwarded it.
#[tokio::test]
async fn h02_nothing_follows_a_request_with_both_a_length_and_chunks() {
    let service = Running::with("").await;
    let smuggled = "GET /v1/auth HTTP/1.1\r\nhost: a\r\n\r\n";
    for lines in [
        "content-length: 5\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 5",
        "transfer-encoding: chunked\r\ncontent-length: 0",
    ] {
        let request =
            format!("POST {TARGET} HTTP/1.1\r\nhost: a\r\n{lines}\r\n\r\n0\r\n\r\n{smuggled}");
        let heard = say(&service, request.as_bytes()).await;
        assert_eq!((heard.statuses(), heard.is_closed), (vec![200], true), "{lines:?}");
        assert!(heard.took < Duration::from_secs(3), "{:?}", heard.took);
    }
    service.stop().await;
}

#[tokio::test]
async fn h02_content_has_its_stated_length() {
    let service = Running::with("limits = { read_seconds = 1 }").await;
    let bytes = TOKEN.der.len();
    // Too short: the rest never comes.
    let line = format!("content-length: {}", bytes + 1);
    assert_eq!(statuses(&service, &line, &TOKEN.der).await, [408]);
    // Too long: the rest is read as the next request, and is not one.
    let line = format!("content-length: {}", bytes - 1);
    assert_eq!(statuses(&service, &line, &TOKEN.der).await[..1], [200]);
    let line = format!("content-length: {bytes}");
    let extra = [&TOKEN.der[..], b"\x01\x02 garbage\r\n\r\n"].concat();
    assert_eq!(statuses(&service, &line, &extra).await, [200, 400]);
    answers_others(&service).await;
    service.stop().await;
}

#[tokio::test]
async fn h03_invalid_chunks_are_a_bad_request() {
    let service = Running::with("limits = { read_seconds = 1 }").await;
    let long_extension = format!("5;{}\r\nabcde\r\n0\r\n\r\n", "x".repeat(128 * 1024));
    for chunks in [
        "FFFFFFFFFFFFFFFFF\r\nabc",
        "-5\r\nabcde\r\n0\r\n\r\n",
        "0x5\r\nabcde\r\n0\r\n\r\n",
        "g\r\nabcde\r\n0\r\n\r\n",
        "\r\nabcde\r\n0\r\n\r\n",
        "5\nabcde\n0\n\n",
        "5\r\nabcdeX\r\n0\r\n\r\n",
        "5\r\nabcde0\r\n\r\n",
        "5 5\r\nabcde\r\n0\r\n\r\n",
        long_extension.as_str(),
    ] {
        let answer = statuses(&service, "transfer-encoding: chunked", chunks.as_bytes()).await;
        assert_eq!(answer, [400], "{:?}", &chunks[..chunks.len().min(30)]);
    }
    service.stop().await;
}

#[tokio::test]
async fn h03_a_chunk_of_any_size_is_read_no_further_than_the_limit() {
    let service = Running::with("limits = { read_seconds = 1 }").await;
    let chunks = [b"FFFFFFFFFFFFFFF0\r\n".as_slice(), &[b'a'; 70_000]].concat();
    let heard = statuses(&service, "transfer-encoding: chunked", &chunks).await;
    assert_eq!(heard, [413]);
    // Many small chunks do not get around the limit either.
    let chunks = b"1\r\na\r\n".repeat(70_000);
    let heard = statuses(&service, "transfer-encoding: chunked", &chunks).await;
    assert_eq!(heard, [413]);
    service.stop().await;
}

#[tokio::test]
async fn h03_codings_other_than_chunked_are_rejected() {
    let service = Running::with("").await;
    for coding in ["identity", "gzip", "chunked, gzip", "xchunked", "chunked;q=1", "\"chunked\""] {
        let line = format!("transfer-encoding: {coding}");
        assert_eq!(statuses(&service, &line, b"0\r\n\r\n").await, [400], "{coding}");
    }
    service.stop().await;
}

#[tokio::test]
async fn h03_trailers_are_neither_headers_nor_without_end() {
    let service = Running::with("limits = { read_seconds = 1 }").await;
    let chunked = |trailers: &str| {
        let size = format!("{:x}\r\n", TOKEN.der.len());
        [size.as_bytes(), &TOKEN.der, b"\r\n0\r\n", trailers.as_bytes(), b"\r\n"].concat()
    };
    let lines = "transfer-encoding: chunked\r\nconnection: close";
    let content = chunked("content-type: text/plain\r\n");
    assert_eq!(statuses(&service, lines, &content).await, [200]);
    let long = format!("x: {}\r\n", "a".repeat(128 * 1024));
    assert_eq!(statuses(&service, lines, &chunked(&long)).await, [400]);
    let many = "x: a\r\n".repeat(10_000);
    assert_eq!(statuses(&service, lines, &chunked(&many)).await, [400]);
    service.stop().await;
}
