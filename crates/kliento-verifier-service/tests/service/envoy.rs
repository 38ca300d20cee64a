//! `envoy.service.auth.v3.Authorization/Check`, from a gRPC client's view.

use std::collections::HashMap;

use bytes::{BufMut as _, Bytes, BytesMut};
use http::Request;
use prost::Message;
use veraid_testkit::{Scenario, Signer};

use crate::running::{Running, TOKEN, kliento, token_for};

#[derive(Clone, PartialEq, Message)]
struct CheckRequest {
    #[prost(message, optional, tag = "1")]
    attributes: Option<Attributes>,
}

#[derive(Clone, PartialEq, Message)]
struct Attributes {
    #[prost(message, optional, tag = "4")]
    request: Option<AttributeRequest>,
    #[prost(map = "string, string", tag = "10")]
    context_extensions: HashMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
struct AttributeRequest {
    #[prost(message, optional, tag = "2")]
    http: Option<HttpRequest>,
}

#[derive(Clone, PartialEq, Message)]
struct HttpRequest {
    #[prost(string, tag = "2")]
    method: String,
    #[prost(map = "string, string", tag = "3")]
    headers: HashMap<String, String>,
    #[prost(string, tag = "4")]
    path: String,
    #[prost(string, tag = "5")]
    host: String,
    #[prost(string, tag = "6")]
    scheme: String,
}

#[derive(Clone, PartialEq, Message)]
struct CheckResponse {
    #[prost(message, optional, tag = "1")]
    status: Option<Number>,
    #[prost(message, optional, tag = "2")]
    denied: Option<Denied>,
    #[prost(message, optional, tag = "3")]
    ok: Option<Ok>,
}

#[derive(Clone, PartialEq, Message)]
struct Number {
    #[prost(int32, tag = "1")]
    code: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Denied {
    #[prost(message, optional, tag = "1")]
    status: Option<Number>,
    #[prost(message, repeated, tag = "2")]
    headers: Vec<HeaderOption>,
    #[prost(string, tag = "3")]
    body: String,
}

#[derive(Clone, PartialEq, Message)]
struct Ok {
    #[prost(message, repeated, tag = "2")]
    headers: Vec<HeaderOption>,
    #[prost(string, repeated, tag = "5")]
    headers_to_remove: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct HeaderOption {
    #[prost(message, optional, tag = "1")]
    header: Option<Header>,
    #[prost(int32, tag = "3")]
    append_action: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Header {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

/// Envoy's check for a request with these headers.
fn asked(headers: &[(&str, &str)], audience: Option<&str>) -> CheckRequest {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let http = HttpRequest {
        method: "GET".into(),
        headers: headers.iter().map(owned).collect(),
        path: "/orders".into(),
        host: "api.example.com".into(),
        scheme: "https".into(),
    };
    let extension = audience.map(|audience| ("audience".to_owned(), audience.to_owned()));
    CheckRequest {
        attributes: Some(Attributes {
            request: Some(AttributeRequest { http: Some(http) }),
            context_extensions: extension.into_iter().collect(),
        }),
    }
}

/// Returns the response message, and the gRPC status.
async fn check(service: &Running, message: &[u8]) -> (Option<CheckResponse>, String) {
    let (client, connection) = h2::client::handshake(service.tcp().await).await.unwrap();
    let driver = tokio::spawn(connection);
    let mut client = client.ready().await.unwrap();
    let request = Request::post("http://verifier.test/envoy.service.auth.v3.Authorization/Check")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())
        .unwrap();
    let (response, mut sender) = client.send_request(request, false).unwrap();
    let mut framed = BytesMut::new();
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).unwrap());
    framed.put_slice(message);
    sender.send_data(framed.freeze(), true).unwrap();
    let response = response.await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/grpc");
    let mut body = response.into_body();
    let mut content = BytesMut::new();
    while let Some(data) = body.data().await {
        let data: Bytes = data.unwrap();
        body.flow_control().release_capacity(data.len()).unwrap();
        content.extend_from_slice(&data);
    }
    let trailers = body.trailers().await.unwrap().expect("there are trailers");
    let status = trailers["grpc-status"].to_str().unwrap().to_owned();
    drop(client);
    driver.abort();
    let message = content.get(5..).map(|message| CheckResponse::decode(message).unwrap());
    (message, status)
}

fn headers_of(options: &[HeaderOption]) -> Vec<(String, String)> {
    let header = |option: &HeaderOption| {
        assert_eq!(option.append_action, 2, "it overwrites");
        let header = option.header.clone().unwrap();
        (header.key, header.value)
    };
    options.iter().map(header).collect()
}

#[tokio::test]
async fn an_admitted_request_gets_our_headers_and_loses_lookalikes() {
    let service = Running::with("audiences = [\"https://api.example.com\"]").await;
    let header = kliento(&TOKEN.der);
    let headers = [
        ("authorization", header.as_str()),
        ("x_kliento_user", "forged"),
        ("x-kliento-user", "forged"),
    ];
    let (response, status) = check(&service, &asked(&headers, None).encode_to_vec()).await;
    let ok = response.unwrap().ok.unwrap();
    let expected = [
        ("x-kliento-subject", "alice@example.com"),
        ("x-kliento-organisation", "example.com"),
        ("x-kliento-user", "alice"),
        ("x-kliento-signer", "member"),
        ("x-kliento-claims", "{\"role\":\"reader\"}"),
        ("x-kliento-expires", "2026-11-22T12:10:00Z"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!((headers_of(&ok.headers), status.as_str()), (expected.to_vec(), "0"));
    assert_eq!(ok.headers_to_remove, ["x_kliento_user"]);
    service.stop().await;
}

#[tokio::test]
async fn a_policy_on_signers_applies_over_grpc() {
    let toml = "audiences = [\"https://api.example.com\"]\n[policy]\nsigners = [\"organisation\"]";
    let service = Running::with(toml).await;
    let by_organisation = Scenario::signed_by(Signer::Organisation).build_on(&TOKEN.chain).der;
    for (der, signer) in [(&TOKEN.der, None), (&by_organisation, Some("organisation"))] {
        let header = kliento(der);
        let message = asked(&[("authorization", header.as_str())], None).encode_to_vec();
        let response = check(&service, &message).await.0.unwrap();
        let headers = response.ok.map(|ok| headers_of(&ok.headers));
        let found = headers
            .and_then(|headers| headers.into_iter().find(|(name, _)| name == "x-kliento-signer"));
        assert_eq!(found.as_ref().map(|(_, value)| value.as_str()), signer);
        let status = response.denied.map(|denied| denied.status.unwrap().code);
        assert_eq!(status, signer.is_none().then_some(401));
    }
    service.stop().await;
}

#[tokio::test]
async fn envoy_returns_our_response_to_rejected_requests() {
    let service = Running::with("audiences = [\"https://api.example.com\"]").await;
    let (response, status) = check(&service, &asked(&[], None).encode_to_vec()).await;
    let response = response.unwrap();
    let denied = response.denied.unwrap();
    assert_eq!((response.status, response.ok), (Some(Number { code: 16 }), None));
    assert_eq!((denied.status, status.as_str()), (Some(Number { code: 401 }), "0"));
    let challenge = ("www-authenticate".to_owned(), "Kliento".to_owned());
    assert!(headers_of(&denied.headers).contains(&challenge));
    let body: serde_json::Value = serde_json::from_str(&denied.body).unwrap();
    assert_eq!(body["class"], "missing");
    service.stop().await;
}

#[tokio::test]
async fn a_request_too_large_for_the_verifier_is_also_rejected() {
    let service = Running::with("limits = { body_bytes = 30000 }").await;
    let header = kliento(&TOKEN.der);
    let headers = [("authorization", header.as_str()), ("cookie", &"a".repeat(30_000))];
    let message = asked(&headers, Some("https://api.example.com")).encode_to_vec();
    let (response, status) = check(&service, &message).await;
    let denied = response.unwrap().denied.unwrap();
    assert_eq!((denied.status, status.as_str()), (Some(Number { code: 413 }), "0"));
    service.stop().await;
}

#[tokio::test]
async fn the_route_s_own_extension_names_the_audience() {
    let service = Running::with("").await;
    let header = kliento(&token_for("https://route.example"));
    let headers = [("authorization", header.as_str())];
    for (audience, is_let_in) in [
        (Some("https://route.example"), true),
        (Some("https://other.example"), false),
        (None, false),
    ] {
        let message = asked(&headers, audience).encode_to_vec();
        let (response, _) = check(&service, &message).await;
        assert_eq!(response.unwrap().ok.is_some(), is_let_in, "{audience:?}");
    }
    service.stop().await;
}

#[tokio::test]
async fn a_request_that_no_route_matches_is_rejected() {
    let toml = "
        audiences = [\"https://api.example.com\"]
        [[routes]]
        host = \"api.example.com\"
        audience = \"https://api.example.com\"
        [[routes]]
        host = \"api.example.com\"
        path = \"/admin\"
        audience = \"https://api.example.com/admin\"
    ";
    let service = Running::with(toml).await;
    let header = kliento(&TOKEN.der);
    let mut asked = asked(&[("authorization", header.as_str())], None);
    for (host, path, is_let_in) in [
        ("api.example.com", "/orders?x", true),
        ("API.example.com.:443", "/orders", true),
        ("api.example.com", "/admin", false),
        ("api.example.com.", "/admin", false),
        ("api.example.com", "/Admin", false),
        ("api.example.com", "/admin#", false),
        ("api.example.com", "", false),
        ("api.example.com:", "/", false),
        ("a,b", "/", false),
        ("other", "/", false),
        ("", "/", false),
    ] {
        let http = asked.attributes.as_mut().unwrap().request.as_mut().unwrap();
        let http = http.http.as_mut().unwrap();
        (http.host, http.path) = (host.into(), path.into());
        let (response, _) = check(&service, &asked.encode_to_vec()).await;
        assert_eq!(response.unwrap().ok.is_some(), is_let_in, "{host} {path}");
    }
    service.stop().await;
}

#[tokio::test]
async fn every_name_with_our_letters_and_digits_is_removed() {
    let service = Running::with("audiences = [\"https://api.example.com\"]").await;
    let header = kliento(&TOKEN.der);
    let forged =
        ["!x-kliento-user", "x--kliento-user", "x-kliento-new", "x.kliento~subject", "xkliento"];
    let mut headers = vec![("authorization", header.as_str()), ("x-klient", "other")];
    headers.extend(forged.map(|name| (name, "forged")));
    let (response, _) = check(&service, &asked(&headers, None).encode_to_vec()).await;
    let mut removed = response.unwrap().ok.unwrap().headers_to_remove;
    removed.sort_unstable();
    assert_eq!(removed, forged);
    service.stop().await;
}

#[tokio::test]
async fn an_invalid_envoy_request_is_an_invalid_argument() {
    let service = Running::with("").await;
    for message in [&b"\xFF\xFF"[..], b"", b"\x0a\x00"] {
        assert_eq!(check(&service, message).await, (None, "3".to_owned()));
    }
    service.stop().await;
}
