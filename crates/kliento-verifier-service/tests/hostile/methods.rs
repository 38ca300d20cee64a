//! H10: methods, paths, expectations and upgrades.

use crate::running::{Running, TOKEN, kliento};
use crate::wire::say;

#[tokio::test]
async fn h10_methods_are_those_of_each_path() {
    let service = Running::with("").await;
    for (method, target, status, allow) in [
        ("GET", "/?audience=a", 404, None),
        ("PUT", "/?audience=a", 404, None),
        ("TRACE", "/?audience=a", 404, None),
        ("OPTIONS", "/?audience=a", 404, None),
        ("post", "/?audience=a", 404, None),
        ("GET", "/v1/verify?audience=a", 405, Some("POST")),
        ("PUT", "/v1/verify?audience=a", 405, Some("POST")),
        ("TRACE", "/v1/verify?audience=a", 405, Some("POST")),
        ("OPTIONS", "/v1/verify?audience=a", 405, Some("POST")),
        ("POST", "/openapi.json", 405, Some("GET, HEAD")),
        // The method is that of the request that a proxy asks about.
        ("TRACE", "/v1/auth", 401, None),
        ("BREW", "/v1/auth", 401, None),
    ] {
        let response = service.ask(method, target, &[], b"").await;
        let found = (response.status, response.header("allow"));
        assert_eq!(found, (status, allow), "{method} {target}");
    }
    // The response repeats nothing of the request (RFC 9110 section 9.3.8).
    let secret = [("cookie", "a-cookie"), ("authorization", "Bearer a-secret")];
    let response = service.ask("TRACE", "/v1/auth", &secret, b"some content").await;
    assert!(
        !["a-cookie", "a-secret", "some content"]
            .iter()
            .any(|text| response.content.contains(text))
    );
    service.stop().await;
}

#[tokio::test]
async fn h10_a_path_is_matched_exactly() {
    let service = Running::with("").await;
    for target in [
        "/v1/../v1/auth",
        "/v1/./auth",
        "//v1/auth",
        "/v1//auth",
        "/v1/auth/",
        "/v1/%61uth",
        "/v1%2Fauth",
        "/V1/auth",
        "/v1/auth;x",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/v1/auth%00",
        "/..%5c..%5cwindows",
        "*",
    ] {
        let response = service.ask("GET", target, &[], b"").await;
        let found = (response.status, response.content.as_str());
        assert_eq!(found, (404, "404 Not Found"), "{target}");
    }
    service.stop().await;
}

#[tokio::test]
async fn h10_invalid_request_lines_are_a_bad_request() {
    let service = Running::with("").await;
    for line in [
        "GET /v1/auth HTTP/1.1 x",
        "GET  /v1/auth HTTP/1.1",
        "GET /v1/auth",
        "GET /v1/auth HTTP/3.0",
        "GET /v1 /auth HTTP/1.1",
        "G\u{E9}T /v1/auth HTTP/1.1",
        "GET /v1/auth\0 HTTP/1.1",
        "GET v1/auth HTTP/1.1",
    ] {
        let heard = say(&service, format!("{line}\r\nhost: a\r\n\r\n").as_bytes()).await;
        assert_eq!(
            (heard.statuses(), heard.is_closed),
            (vec![400], true),
            "{line:?} {}",
            heard.text()
        );
    }
    for field in ["host : a", "ho st: a", ": a", "host", "x: a\0b", "x: a\u{1}b", "\u{E9}: a"] {
        let request = format!("GET /v1/auth HTTP/1.1\r\n{field}\r\n\r\n");
        let heard = say(&service, request.as_bytes()).await;
        assert_eq!(
            (heard.statuses(), heard.is_closed),
            (vec![400], true),
            "{field:?} {}",
            heard.text()
        );
    }
    service.stop().await;
}

#[tokio::test]
async fn h10_a_hundred_and_one_headers_are_too_many() {
    let service = Running::with("").await;
    let request = |count: usize| {
        let fields = "x: a\r\n".repeat(count);
        format!("GET /v1/auth HTTP/1.1\r\nconnection: close\r\n{fields}\r\n")
    };
    assert_eq!(say(&service, request(99).as_bytes()).await.statuses(), [401]);
    assert_eq!(say(&service, request(100).as_bytes()).await.statuses(), [431]);
    service.stop().await;
}

#[tokio::test]
async fn h10_expect_100_continue_gets_it_and_other_expectations_get_417() {
    let service = Running::with("").await;
    let request = |expectation: &str| {
        let head = format!(
            "POST /?audience=https%3A%2F%2Fapi.example.com HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
             expect: {expectation}\r\ncontent-length: {}\r\n\r\n",
            TOKEN.der.len()
        );
        [head.as_bytes(), &TOKEN.der].concat()
    };
    assert_eq!(say(&service, &request("100-continue")).await.statuses(), [100, 200]);
    assert_eq!(say(&service, &request("100-CONTINUE")).await.statuses().last(), Some(&200));
    for other in ["200-ok", "100-continue, x", "x"] {
        assert_eq!(say(&service, &request(other)).await.statuses(), [417], "{other}");
    }
    service.stop().await;
}

#[tokio::test]
async fn h10_nothing_is_upgraded_or_tunnelled() {
    let service = Running::with("").await;
    for lines in [
        "upgrade: websocket\r\nconnection: close, upgrade\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13",
        "upgrade: h2c\r\nconnection: close, upgrade, http2-settings\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA",
        "upgrade: TLS/1.0\r\nconnection: close, upgrade",
    ] {
        let request = format!("GET /v1/auth HTTP/1.1\r\nhost: a\r\n{lines}\r\n\r\n");
        assert_eq!(say(&service, request.as_bytes()).await.statuses(), [401], "{lines}");
    }
    let connect = b"CONNECT internal.example:22 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    assert_eq!(say(&service, connect).await.statuses(), [404]);
    service.stop().await;
}

#[tokio::test]
async fn h10_an_absolute_target_changes_nothing_and_opens_no_connection() {
    let service = Running::with("").await;
    let header = kliento(&TOKEN.der);
    let target = "http://internal.example:1/v1/auth?audience=https%3A%2F%2Fapi.example.com";
    let response = service.ask("GET", target, &[("authorization", &header)], b"").await;
    assert_eq!(response.header("x-kliento-subject"), Some("alice@example.com"));
    service.stop().await;
}
