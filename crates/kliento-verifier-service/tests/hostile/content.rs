//! H05 and H06: media types, codings and the audience in the query.

use serde_json::json;

use crate::running::{Running, TOKEN};
use crate::wire::say;

const TARGET: &str = "/?audience=https%3A%2F%2Fapi.example.com";

/// A gzip of nothing but stored blocks would do, but a bomb is what is sent: 10 MiB of zeros in a
/// run of 258 at a time.
const GZIP: &[u8] = &[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];

#[tokio::test]
async fn h05_media_types_are_those_of_the_deployed_verifier() {
    let service = Running::with("").await;
    let bundle = "application/vnd.kliento.token-bundle";
    for (media_type, status) in [
        (bundle, 200),
        ("application/vnd.kliento.token-bundle; charset=utf-8", 200),
        ("APPLICATION/VND.KLIENTO.TOKEN-BUNDLE", 200),
        ("application/vnd.veraid.signature-bundle", 200),
        ("", 200),
        (" ", 200),
        ("application/vnd.kliento.token-bundle2", 415),
        ("application/vnd.veraid.member-bundle", 415),
        ("application/vnd.kliento.token-bundle, text/plain", 415),
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json", 415),
        ("*/*", 415),
        (";", 415),
    ] {
        let headers = [("content-type", media_type)];
        let response = service.ask("POST", TARGET, &headers, &TOKEN.der).await;
        assert_eq!(response.status, status, "{media_type}");
    }
    assert_eq!(service.ask("POST", TARGET, &[], &TOKEN.der).await.status, 200);
    let twice = [("content-type", bundle), ("content-type", "text/plain")];
    assert_eq!(service.ask("POST", TARGET, &twice, &TOKEN.der).await.status, 415);
    service.stop().await;
}

#[tokio::test]
async fn h05_nothing_is_inflated() {
    let service = Running::with("").await;
    // This stands for a bomb of any size, since not even its first block is read.
    let zipped = [GZIP, &TOKEN.der].concat();
    for coding in ["gzip", "deflate", "br", "zstd", "aws-chunked", "identity, gzip", "x"] {
        let headers = [("content-encoding", coding)];
        for content in [&zipped, &TOKEN.der] {
            let response = service.ask("POST", TARGET, &headers, content).await;
            let unknown = json!({ "error": "Unrecognised content encoding" });
            assert_eq!((response.status, response.json()), (415, unknown), "{coding}");
            let verify = TARGET.replacen("/?", "/v1/verify?", 1);
            let response = service.ask("POST", &verify, &headers, content).await;
            let detail = "unsupported Content-Encoding: send the content unencoded";
            assert_eq!((response.status, &response.json()["detail"]), (415, &json!(detail)));
            assert_eq!(response.header("accept-encoding"), Some("identity"));
        }
    }
    for coding in ["identity", "Identity", ""] {
        let headers = [("content-encoding", coding)];
        assert_eq!(service.ask("POST", TARGET, &headers, &TOKEN.der).await.status, 200);
    }
    service.stop().await;
}

#[tokio::test]
async fn h06_the_audience_is_given_once_and_compared_byte_by_byte() {
    let service = Running::with("").await;
    for (target, status) in [
        ("/", 400),
        ("/?audience", 400),
        ("/?audience=", 400),
        ("/?audience=a&audience=a", 400),
        ("/?audience=a&%61udience=a", 400),
        ("/?AUDIENCE=a", 400),
        ("/?audience[]=a", 400),
    ] {
        assert_eq!(service.ask("POST", target, &[], &TOKEN.der).await.status, status, "{target}");
    }
    for (audience, shown) in [
        ("https%3A%2F%2Fapi.example.com%00", "https://api.example.com\0"),
        ("%00https%3A%2F%2Fapi.example.com", "\0https://api.example.com"),
        ("https%3A%2F%2Fapi.example.com%0D%0Ax", "https://api.example.com\r\nx"),
        ("https%3A%2F%2Fapi.example.com%2F", "https://api.example.com/"),
        ("HTTPS%3A%2F%2Fapi.example.com", "HTTPS://api.example.com"),
        ("%FF", "\u{FFFD}"),
    ] {
        let target = format!("/?audience={audience}");
        let response = service.ask("POST", &target, &[], &TOKEN.der).await;
        let error = format!("Audience mismatch: Expected {shown}, got https://api.example.com");
        let expected = json!({ "status": "invalid", "error": error });
        assert_eq!((response.status, response.json()), (200, expected), "{audience}");
        // Everything is escaped: the content has no control characters.
        assert!(!response.content.chars().any(char::is_control));
    }
    service.stop().await;
}

#[tokio::test]
async fn h06_an_audience_of_a_mebibyte_is_too_long() {
    let service = Running::with("").await;
    let long = "a".repeat(1024 * 1024);
    let request = format!("POST /?audience={long} HTTP/1.1\r\nhost: a\r\n\r\n");
    let heard = say(&service, request.as_bytes()).await;
    // The line counts towards the limit on headers.
    assert_eq!((heard.statuses(), heard.is_closed), (vec![431], true));
    let long = "a".repeat(20 * 1024);
    let response = service.ask("POST", &format!("/?audience={long}"), &[], &TOKEN.der).await;
    assert_eq!((response.status, response.json()["status"].clone()), (200, json!("invalid")));
    service.stop().await;
}
