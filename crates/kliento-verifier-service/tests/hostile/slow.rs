//! H01: slow clients are cut off, and no other client waits for them.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use crate::running::Running;
use crate::wire::{Heard, answers_others, drip, until_connections};

/// Limits of seconds, so that the tests take seconds.
const LIMITS: &str = "limits = { read_seconds = 1, write_seconds = 1, idle_seconds = 2 }";

const PAUSE: Duration = Duration::from_millis(100);

/// Asserts that the connection was closed neither too early nor much too late.
fn took_one_second(heard: &Heard) {
    assert!(heard.is_closed, "{heard:?}");
    let bounds = Duration::from_millis(900)..Duration::from_secs(4);
    assert!(bounds.contains(&heard.took), "{:?}", heard.took);
}

#[tokio::test]
async fn h01_slow_headers_time_out() {
    let service = Running::with(LIMITS).await;
    for first in ["", "GET /v1/auth HTTP/1.1\r\n", "GET /v1/auth HTTP/1.1\r\nx-slow: "] {
        let dripping = tokio::spawn(drip(service.tcp().await, first.as_bytes(), b'a', PAUSE));
        answers_others(&service).await;
        let heard = dripping.await.unwrap();
        took_one_second(&heard);
        assert_eq!(heard.bytes, b"", "{first:?}");
    }
    service.stop().await;
}

#[tokio::test]
async fn h01_slow_content_gets_408() {
    let service = Running::with(LIMITS).await;
    let deployed = r#"{"error":"the content took too long"}"#;
    let problem = r#""title":"Request Timeout","status":408,"detail":"the content took too long"}"#;
    for (first, body) in [
        ("POST /?audience=a HTTP/1.1\r\nhost: a\r\ncontent-length: 8000\r\n\r\n", deployed),
        ("POST /v1/verify?audience=a HTTP/1.1\r\nhost: a\r\ncontent-length: 8000\r\n\r\n", problem),
        (
            "POST /?audience=a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1f40\r\n",
            deployed,
        ),
        // A chunk extension without end is content that never arrives.
        ("POST /?audience=a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1;", deployed),
    ] {
        let dripping = tokio::spawn(drip(service.tcp().await, first.as_bytes(), b'a', PAUSE));
        answers_others(&service).await;
        let heard = dripping.await.unwrap();
        took_one_second(&heard);
        assert_eq!(heard.statuses(), [408], "{first:?}");
        assert!(heard.text().ends_with(body), "{}", heard.text());
    }
    service.stop().await;
}

#[tokio::test]
async fn h01_silent_clients_are_disconnected() {
    let service = Running::with(LIMITS).await;
    let silent = service.tcp().await;
    until_connections(&service, 1).await;
    until_connections(&service, 0).await;
    drop(silent);
    // An answered request gets no more than the idle time.
    let mut idle = service.tcp().await;
    idle.write_all(b"GET /v1/auth HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    until_connections(&service, 1).await;
    until_connections(&service, 0).await;
    service.stop().await;
}

#[tokio::test]
async fn h01_clients_that_do_not_read_are_disconnected() {
    let service = Running::with(LIMITS).await;
    let mut stream = service.tcp().await;
    let request = b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100);
    // Until the sockets on both sides are full, and the service notices.
    let sending = async { while stream.write_all(&request).await.is_ok() {} };
    let (sent, ()) = tokio::join!(timeout(Duration::from_secs(15), sending), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        answers_others(&service).await;
    });
    sent.expect("the service closes the connection");
    until_connections(&service, 0).await;
    service.stop().await;
}

#[tokio::test]
async fn h01_many_slow_clients_delay_no_other_client() {
    let service = Running::with("limits = { read_seconds = 2, idle_seconds = 2 }").await;
    let mut dripping = tokio::task::JoinSet::new();
    for number in 0..300 {
        let stream = service.tcp().await;
        let first: &[u8] = match number % 3 {
            0 => b"GET /v1/auth HTTP/1.1\r\nx-slow: ",
            1 => b"POST /?audience=a HTTP/1.1\r\nhost: a\r\ncontent-length: 8000\r\n\r\n",
            _ => b"",
        };
        dripping.spawn(drip(stream, first, b'a', Duration::from_millis(500)));
    }
    for _ in 0..10 {
        answers_others(&service).await;
    }
    while let Some(heard) = dripping.join_next().await {
        assert!(heard.unwrap().is_closed);
    }
    service.stop().await;
}
