//! `POST /?audience=…`: statuses and bodies of the deployed verifier.

use base64ct::{Base64, Encoding as _};
use serde_json::json;
use veraid_testkit::default_instant;

use crate::http::Headers;
use crate::running::{AUDIENCE, Running, TOKEN, kliento, token_for};

const TARGET: &str = "/?audience=https%3A%2F%2Fapi.example.com";
const BUNDLE: (&str, &str) = ("content-type", "application/vnd.kliento.token-bundle");
const HEADER: (&str, &str) = ("content-type", "application/vnd.kliento.auth-header");

fn valid() -> serde_json::Value {
    json!({
        "status": "valid",
        "subject": "alice@example.com",
        "subjectId": "alice@example.com",
        "claims": { "role": "reader" },
        "signer": "member",
    })
}

#[tokio::test]
async fn a_valid_bundle_or_header_is_valid_in_every_form() {
    let service = Running::with("").await;
    let (der, header) = (&TOKEN.der[..], kliento(&TOKEN.der));
    let base64 = Base64::encode_string(der);
    let forms: [(Headers<'_>, &[u8]); 13] = [
        (&[], der),
        (&[("content-type", "")], der),
        (&[("content-type", "application/vnd.veraid.signature-bundle")], der),
        (&[("content-type", "application/vnd.veraid.signature-bundle+base64")], base64.as_bytes()),
        (&[BUNDLE, ("content-encoding", "identity")], der),
        (&[BUNDLE], der),
        (&[("content-type", "application/vnd.kliento.token-bundle; charset=utf-8")], der),
        (&[HEADER], header.as_bytes()),
        (
            &[("content-type", "application/vnd.kliento.auth-header;charset=utf-8")],
            header.as_bytes(),
        ),
        (&[("content-type", "application/octet-stream")], der),
        (&[("content-type", "application/octet-stream")], base64.as_bytes()),
        (&[("content-type", "application/x-www-form-urlencoded")], der),
        (&[("content-type", "application/x-www-form-urlencoded")], base64.as_bytes()),
    ];
    for (headers, content) in forms {
        let response = service.ask("POST", TARGET, headers, content).await;
        assert_eq!((response.status, response.json()), (200, valid()), "{headers:?}");
        assert_eq!(response.header("content-type"), Some("application/json"));
    }
    service.stop().await;
}

#[tokio::test]
async fn a_missing_audience_is_reported_before_anything_else() {
    let service = Running::with("").await;
    let missing = json!({ "error": "Audience is missing from the query string" });
    for target in ["/", "/?", "/?audience=", "/?Audience=a"] {
        let response = service.ask("POST", target, &[("content-type", "text/plain")], b"").await;
        assert_eq!((response.status, response.json()), (400, missing.clone()), "{target}");
    }
    let response = service.ask("POST", "/?audience=a&audience=b", &[BUNDLE], b"").await;
    let several = json!({ "error": "Audience is given more than once in the query string" });
    assert_eq!((response.status, response.json()), (400, several));
    service.stop().await;
}

#[tokio::test]
async fn other_content_types_are_not_taken() {
    let service = Running::with("").await;
    let unknown = json!({ "error": "Unrecognised content type" });
    for other in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
        let response = service.ask("POST", TARGET, &[("content-type", other)], &TOKEN.der).await;
        assert_eq!((response.status, response.json()), (415, unknown.clone()), "{other}");
    }
    let response = service.ask("POST", TARGET, &[BUNDLE, HEADER], &TOKEN.der).await;
    assert_eq!((response.status, response.json()), (415, unknown));
    service.stop().await;
}

#[tokio::test]
async fn malformed_bundles_get_the_words_that_clients_know() {
    let service = Running::with("").await;
    let large = vec![0x30; 16_385];
    let too_large = "Token bundle serialisation is too large: 16385 bytes (max 16384 octets)";
    let malformed = "Token serialisation is malformed";
    let large_header = kliento(&large);
    let cases: [((&str, &str), &[u8], &str); 7] = [
        (BUNDLE, b"", malformed),
        (BUNDLE, b"malformed", malformed),
        (BUNDLE, &large, too_large),
        (HEADER, b"Bearer abc", "Authorization scheme must be \"Kliento\""),
        (HEADER, b"Kliento ???", malformed),
        (HEADER, large_header.as_bytes(), malformed),
        (HEADER, b"\xFF\xFE", malformed),
    ];
    for (media_type, content, error) in cases {
        let response = service.ask("POST", TARGET, &[media_type], content).await;
        let expected = json!({ "status": "malformed", "error": error });
        assert_eq!((response.status, response.json()), (200, expected), "{media_type:?}");
    }
    service.stop().await;
}

#[tokio::test]
async fn invalid_bundles_get_the_words_that_clients_know() {
    let service = Running::with("").await;
    let other = token_for("https://other.example");
    let response = service.ask("POST", TARGET, &[BUNDLE], &other).await;
    let error = format!("Audience mismatch: Expected {AUDIENCE}, got https://other.example");
    assert_eq!(
        (response.status, response.json()),
        (200, json!({ "status": "invalid", "error": error }))
    );
    service.stop().await;

    let expired = Running::at("", default_instant().saturating_add(601)).await;
    let response = expired.ask("POST", TARGET, &[BUNDLE], &TOKEN.der).await;
    let error = "Invalid VeraId signature bundle";
    assert_eq!(
        (response.status, response.json()),
        (200, json!({ "status": "invalid", "error": error }))
    );
    expired.stop().await;
}

#[tokio::test]
async fn nothing_else_is_found() {
    let service = Running::with("").await;
    for (method, target) in [
        ("GET", "/"),
        ("PUT", TARGET),
        ("POST", "/x"),
        ("POST", "//"),
        ("TRACE", "/"),
        ("GET", "/livez"),
    ] {
        let response = service.ask(method, target, &[], b"").await;
        let answer = (response.status, response.content.as_str());
        assert_eq!(answer, (404, "404 Not Found"), "{method} {target}");
    }
    service.stop().await;
}

#[tokio::test]
async fn an_audience_that_the_configuration_does_not_name_is_not_served() {
    let service = Running::with("audiences = [\"https://elsewhere.example\"]").await;
    let response = service.ask("POST", TARGET, &[BUNDLE], &TOKEN.der).await;
    let error = "This verifier does not serve that audience";
    assert_eq!(
        (response.status, response.json()),
        (200, json!({ "status": "invalid", "error": error }))
    );
    service.stop().await;
}
