//! Endpoints for operators.

use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

use crate::http::exchange;
use crate::running::{Running, TOKEN, kliento};

const TARGET: &str = "/v1/auth?audience=https%3A%2F%2Fapi.example.com";

#[tokio::test]
async fn health_is_served_on_its_own_listener() {
    let service = Running::with("").await;
    for target in ["/livez", "/readyz"] {
        let response = service.ask_admin("GET", target).await;
        assert_eq!((response.status, response.content.as_str()), (200, "ok\n"), "{target}");
        assert_eq!(service.ask("GET", target, &[], b"").await.status, 404);
    }
    let response = service.ask_admin("POST", "/livez").await;
    assert_eq!((response.status, response.header("allow")), (405, Some("GET, HEAD")));
    assert_eq!(service.ask_admin("GET", "/v1/auth").await.status, 404);
    service.stop().await;
}

#[tokio::test]
async fn requests_are_counted_by_route_status_and_verdict() {
    let service = Running::with("").await;
    let header = kliento(&TOKEN.der);
    for headers in [&[("authorization", header.as_str())][..], &[], &[]] {
        service.ask("GET", TARGET, headers, b"").await;
    }
    let response = service.ask_admin("GET", "/metrics").await;
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!((response.status, response.header("content-type")), (200, Some(media_type)));
    let has = |line: &str| response.content.lines().any(|present| present == line);
    let requests = "kliento_verifier_requests_total{route=\"forward_auth\"";
    assert!(
        has(&format!("{requests},status=\"200\",verdict=\"valid\"}} 1")),
        "{}",
        response.content
    );
    assert!(has(&format!("{requests},status=\"401\",verdict=\"missing\"}} 2")));
    assert!(has("kliento_verifier_verification_seconds_count 1"));
    assert!(response.content.ends_with("# EOF\n"));
    service.stop().await;
}

#[tokio::test]
async fn used_tokens_are_counted_against_their_limit() {
    let service = Running::with("[one_time]\nmax_entries = 2").await;
    let tokens: Vec<String> = ["1", "2", "3"]
        .map(|n| {
            let content = veraid_testkit::kliento_token(crate::running::AUDIENCE, &[("n", n)]);
            let scenario = veraid_testkit::Scenario { content, ..Default::default() };
            kliento(&scenario.build_on(&TOKEN.chain).der)
        })
        .to_vec();
    let mut statuses = Vec::new();
    for token in tokens.iter().chain(&tokens) {
        statuses.push(service.ask("GET", TARGET, &[("authorization", token)], b"").await.status);
    }
    assert_eq!(statuses, [200, 200, 503, 401, 401, 503]);
    let metrics = service.ask_admin("GET", "/metrics").await.content;
    for line in [
        "kliento_verifier_one_time_entries 2",
        "kliento_verifier_one_time_max_entries 2",
        "kliento_verifier_one_time_failures_total{reason=\"full\"} 2",
    ] {
        assert!(metrics.lines().any(|present| present == line), "{line} in {metrics}");
    }
    assert!(!metrics.contains("one_time_store"));
    service.stop().await;
    let without = Running::with("").await;
    assert!(!without.ask_admin("GET", "/metrics").await.content.contains("one_time_entries"));
    without.stop().await;
}

#[tokio::test]
async fn the_api_describes_itself() {
    let service = Running::with("").await;
    let public = service.ask("GET", "/openapi.json", &[], b"").await;
    assert_eq!((public.status, public.json()["openapi"].clone()), (200, Value::from("3.1.0")));
    assert_eq!(service.ask_admin("GET", "/openapi.json").await.json(), public.json());
    service.stop().await;
}

/// Resolves a reference within the document.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().map(|text| text.trim_start_matches('#'));
    target.map_or(value, |pointer| document.pointer(pointer).unwrap())
}

#[tokio::test]
async fn the_api_description_lists_each_status_and_the_request_id() {
    let service = Running::with("audiences = [\"https://api.example.com\"]").await;
    let document = service.ask("GET", "/openapi.json", &[], b"").await.json();
    let bundle = ("content-type", "application/vnd.kliento.token-bundle");
    const POST: &str = "/?audience=https%3A%2F%2Fapi.example.com";
    let many = vec![("a", "b"); 200];
    let expected = ("expect", "something");
    let asked = [
        ("post", "/", "/?audience=", vec![bundle], 400),
        ("post", "/", POST, vec![("content-type", "image/png")], 415),
        ("post", "/", POST, vec![bundle, expected], 417),
        ("post", "/", POST, many.clone(), 431),
        ("post", "/v1/verify", "/v1/verify", vec![bundle], 422),
        ("post", "/v1/verify", "/v1/verify", vec![("content-type", "image/png")], 415),
        ("post", "/v1/verify", "/v1/verify", many.clone(), 431),
        ("get", "/v1/auth", "/v1/auth", vec![], 401),
        ("get", "/v1/auth", "/v1/auth", many, 431),
    ];
    for (method, path, target, headers, status) in asked {
        let response = service.ask(&method.to_uppercase(), target, &headers, b"").await;
        assert_eq!(response.status, status, "{method} {target}");
        let described = &document["paths"][path][method]["responses"][status.to_string()];
        let described = resolved(&document, described);
        assert!(described["description"].is_string(), "{method} {target} {status}");
        if status != 431 {
            assert!(response.header("x-request-id").is_some(), "{method} {target} {status}");
            assert!(described["headers"]["X-Request-Id"].is_object(), "{method} {target} {status}");
        }
    }
    service.stop().await;
}

#[tokio::test]
async fn a_response_names_its_request_for_the_log() {
    let service = Running::with("").await;
    let named = [("x-request-id", "4bf92f35-77b3.4da6_a3ce")];
    let response = service.ask("GET", TARGET, &named, b"").await;
    assert_eq!(response.header("x-request-id"), Some("4bf92f35-77b3.4da6_a3ce"));
    let forged = [("x-request-id", "a\", \"level\": \"ERROR")];
    let response = service.ask("GET", TARGET, &forged, b"").await;
    assert_eq!(response.header("x-request-id").map(str::len), Some(16));
    service.stop().await;
}

#[tokio::test]
async fn a_stopping_service_reports_it_and_finishes_current_requests() {
    let mut service = Running::with("").await;
    let mut stream = service.tcp().await;
    let content = &TOKEN.der;
    let head = format!(
        "POST /?audience=https%3A%2F%2Fapi.example.com HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n",
        content.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&content[..100]).await.unwrap();
    // The request is in progress once its connection is counted.
    while !service.ask_admin("GET", "/metrics").await.content.contains("connections 2\n") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    service.begin_stop();
    while service.ask_admin("GET", "/readyz").await.status != 503 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let response = exchange(stream, &content[100..]).await;
    assert_eq!((response.status, response.json()["status"].clone()), (200, Value::from("valid")));
    service.stop().await;
}
