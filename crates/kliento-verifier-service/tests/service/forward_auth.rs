//! `/v1/auth` and `/v1/ext_authz/…`: forward authentication for proxies.

use serde_json::json;
use veraid_testkit::{Scenario, default_instant};

use crate::http::{Headers, Response};
use crate::running::{Running, TOKEN, kliento, token_for};

const TARGET: &str = "/v1/auth?audience=https%3A%2F%2Fapi.example.com";

/// Returns true if the request is admitted as alice, with all six headers.
fn is_alice(response: &Response) -> bool {
    let headers = ["subject", "organisation", "user", "signer", "claims", "expires"]
        .map(|name| response.header(&format!("x-kliento-{name}")).map(str::to_owned));
    let alice = [
        "alice@example.com",
        "example.com",
        "alice",
        "member",
        "{\"role\":\"reader\"}",
        "2026-11-22T12:10:00Z",
    ];
    response.status == 200 && headers == alice.map(|value| Some(value.to_owned()))
}

fn refused(class: &str, title: &str) -> serde_json::Value {
    json!({ "type": format!("urn:kliento:problem:{class}"), "title": title, "status": 401, "class": class })
}

#[tokio::test]
async fn an_admitted_sender_is_reported_to_the_proxy() {
    let service = Running::with("").await;
    let header = kliento(&TOKEN.der);
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
        let response = service.ask(method, TARGET, &[("authorization", &header)], b"").await;
        assert!(is_alice(&response), "{method} {response:?}");
        assert_eq!(response.content, "");
    }
    service.stop().await;
}

#[tokio::test]
async fn an_organisation_itself_has_an_empty_user_so_that_no_other_survives() {
    let service = Running::with("").await;
    let der = Scenario { user: None, ..Scenario::default() }.build_on(&TOKEN.chain).der;
    let response = service.ask("GET", TARGET, &[("authorization", &kliento(&der))], b"").await;
    assert_eq!(response.header("x-kliento-subject"), Some("example.com"));
    assert_eq!(response.header("x-kliento-user"), Some(""));
    assert_eq!(response.header("x-kliento-claims"), Some("{}"));
    service.stop().await;
}

#[tokio::test]
async fn names_beyond_ascii_are_percent_encoded() {
    let service = Running::with("").await;
    let der =
        Scenario { user: Some("zoë%".into()), ..Scenario::default() }.build_on(&TOKEN.chain).der;
    let response = service.ask("GET", TARGET, &[("authorization", &kliento(&der))], b"").await;
    assert_eq!(response.header("x-kliento-user"), Some("zo%C3%AB%25"));
    assert_eq!(response.header("x-kliento-subject"), Some("zo%C3%AB%25@example.com"));
    service.stop().await;
}

#[tokio::test]
async fn a_rejected_request_learns_only_the_class() {
    let service = Running::with("").await;
    let mut forged = TOKEN.der.clone();
    *forged.last_mut().unwrap() ^= 1;
    let (forged, other) = (kliento(&forged), kliento(&token_for("https://other.example")));
    let twice = [("authorization", other.as_str()), ("authorization", other.as_str())];
    let missing = "Kliento credentials are required";
    let malformed = "The credentials are not a Kliento token bundle";
    let cases: [(Headers<'_>, &str, &str, &str); 8] = [
        (&[], "Kliento", "missing", missing),
        (&[("authorization", "Bearer Kliento abc")], "Kliento", "missing", missing),
        (&[("x-forwarded-authorization", &other)], "Kliento", "missing", missing),
        (
            &[("authorization", "Kliento ???")],
            "Kliento error=\"malformed\"",
            "malformed",
            malformed,
        ),
        (
            &[("authorization", "Kliento  abcd")],
            "Kliento error=\"malformed\"",
            "malformed",
            malformed,
        ),
        (&twice, "Kliento error=\"malformed\"", "malformed", malformed),
        (
            &[("authorization", &forged)],
            "Kliento error=\"untrusted\"",
            "untrusted",
            "The token cannot be trusted",
        ),
        (
            &[("authorization", &other)],
            "Kliento error=\"audience\"",
            "audience",
            "The token is for another audience",
        ),
    ];
    for (headers, challenge, class, title) in cases {
        let response = service.ask("GET", TARGET, headers, b"").await;
        assert_eq!((response.status, response.json()), (401, refused(class, title)));
        assert_eq!(response.header("www-authenticate"), Some(challenge));
        assert_eq!(response.header("x-kliento-subject"), None);
    }
    service.stop().await;

    let late = Running::at("", default_instant().saturating_add(601)).await;
    let response = late.ask("GET", TARGET, &[("authorization", &kliento(&TOKEN.der))], b"").await;
    let title = "The token has expired or is not valid yet";
    assert_eq!((response.status, response.json()), (401, refused("expired", title)));
    assert_eq!(response.header("www-authenticate"), Some("Kliento error=\"expired\""));
    late.stop().await;
}

#[tokio::test]
async fn an_authenticated_sender_that_is_not_admitted_is_forbidden() {
    let service = Running::with("[policy]\ndeny = [\"example.com\"]").await;
    let response =
        service.ask("GET", TARGET, &[("authorization", &kliento(&TOKEN.der))], b"").await;
    let title = "The sender of the token is not allowed here";
    let expected = json!({ "type": "urn:kliento:problem:forbidden", "title": title, "status": 403, "class": "forbidden" });
    assert_eq!((response.status, response.json()), (403, expected));
    assert_eq!(response.header("www-authenticate"), None);
    service.stop().await;
}

#[tokio::test]
async fn the_audience_is_that_of_the_route() {
    let toml = "
        [[routes]]
        host = \"api.example.com\"
        audience = \"https://api.example.com\"
        [[routes]]
        host = \"api.example.com\"
        path = \"/admin\"
        audience = \"https://api.example.com/admin\"
    ";
    let service = Running::with(toml).await;
    let (header, admin) =
        (kliento(&TOKEN.der), kliento(&token_for("https://api.example.com/admin")));
    for (authorization, host, uri, status) in [
        (&header, "api.example.com", "/orders?x=1", 200),
        (&header, "api.example.com", "/admin/users", 401),
        (&admin, "api.example.com", "/admin/users", 200),
        (&admin, "api.example.com", "/orders", 401),
        (&header, "api.example.com", "/orders/../admin", 401),
        (&header, "other.example.com", "/orders", 401),
    ] {
        let headers = [
            ("authorization", authorization.as_str()),
            ("x-forwarded-host", host),
            ("x-forwarded-uri", uri),
            ("x-forwarded-proto", "https"),
        ];
        let response = service.ask("GET", "/v1/auth", &headers, b"").await;
        assert_eq!(response.status, status, "{host} {uri}");
    }
    service.stop().await;
}

#[tokio::test]
async fn the_audience_is_the_forwarded_host_if_configured() {
    let header = kliento(&TOKEN.der);
    let headers = [
        ("authorization", header.as_str()),
        ("x-forwarded-host", "API.example.com:443"),
        ("x-forwarded-proto", "https"),
    ];
    let own = "audiences = [\"https://api.example.com\"]\nforwarded_audience = true";
    let other = "audiences = [\"https://other.example\"]\nforwarded_audience = true";
    for (toml, status) in [("", 401), (own, 200), (other, 401)] {
        let service = Running::with(toml).await;
        assert_eq!(service.ask("GET", "/v1/auth", &headers, b"").await.status, status, "{toml}");
        service.stop().await;
    }
}

#[tokio::test]
async fn a_client_s_host_does_not_choose_the_audience() {
    let toml = "audiences = [\"https://api.example.com\"]\nforwarded_audience = true";
    let service = Running::with(toml).await;
    // A token that its sender made for another server, which forwards it.
    let header = kliento(&token_for("https://evil.example"));
    let headers = [
        ("authorization", header.as_str()),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
    ];
    let response = service.ask("GET", "/v1/auth", &headers, b"").await;
    let title = "This verifier does not serve that audience";
    assert_eq!((response.status, response.json()), (401, refused("audience", title)));
    service.stop().await;
}

#[tokio::test]
async fn an_audience_that_the_verifier_does_not_have_is_not_blamed_on_the_token() {
    let header = kliento(&TOKEN.der);
    let headers = [("authorization", header.as_str())];
    let not_served = "This verifier does not serve that audience";
    let for_none = "This verifier has no audience for this request";
    let audiences = "audiences = [\"https://api.example.com\"]";
    let routes = "routes = [{ path = \"/a\", audience = \"https://api.example.com\" }]";
    for (toml, target, title) in [
        ("", "/v1/auth", for_none),
        (audiences, "/v1/auth?audience=https%3A%2F%2Fother.example", not_served),
        // An empty variable of the proxy does not select the default.
        (audiences, "/v1/auth?audience=", for_none),
        (audiences, "/v1/auth?audience", for_none),
        (audiences, "/v1/auth?audience=a&audience=a", for_none),
        (routes, "/v1/auth", for_none),
        (routes, "/v1/ext_authz/b", for_none),
    ] {
        let service = Running::with(toml).await;
        let response = service.ask("GET", target, &headers, b"").await;
        let expected = (401, refused("audience", title));
        assert_eq!((response.status, response.json()), expected, "{toml} {target}");
        service.stop().await;
    }
}

#[tokio::test]
async fn a_query_that_may_be_the_clients_names_no_audience() {
    let header = kliento(&TOKEN.der);
    let query = "audience=https%3A%2F%2Fapi.example.com";
    let audiences = "audiences = [\"https://api.example.com\"]";
    let routes = "
        [[routes]]
        audience = \"https://api.example.com/admin\"
        [[routes]]
        path = \"/public\"
        audience = \"https://api.example.com\"
    ";
    let from_host = "
        audiences = [\"https://api.example.com\", \"https://shop.example.com\"]
        forwarded_audience = true
    ";
    let cases = [
        (audiences, query, "/", 200),
        (audiences, query, "/?page=2", 200),
        ("", query, "/?page=2", 200),
        // Equal to the client's query, as Caddy passes it on.
        ("", query, "/?audience=https%3A%2F%2Fapi.example.com", 401),
        (audiences, query, "/?audience=https%3A%2F%2Fapi.example.com", 401),
        (audiences, "page=2", "/?page=2", 200),
        // The request determines the audience, so the query may not.
        (routes, "", "/public", 200),
        (routes, "", "/x", 401),
        (routes, query, "/x", 401),
        (routes, query, "/public", 401),
        (routes, "a=1&%61udience=https%3A%2F%2Fapi.example.com", "/x", 401),
        (routes, "audience=", "/public", 401),
        (from_host, query, "/", 401),
    ];
    for (toml, query, uri, status) in cases {
        let service = Running::with(toml).await;
        let headers = [
            ("authorization", header.as_str()),
            ("x-forwarded-host", "shop.example.com"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-uri", uri),
        ];
        let response = service.ask("GET", &format!("/v1/auth?{query}"), &headers, b"").await;
        assert_eq!(response.status, status, "{toml} {query} {uri}");
        service.stop().await;
    }
}

#[tokio::test]
async fn a_host_or_path_in_another_form_reaches_no_weaker_route() {
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
    for host in ["api.example.com", "api.example.com.", "API.example.com:443", "other", "a,b", ""] {
        for uri in
            ["/admin", "/admin#x", "/Admin", "/admin.json", "/admin%20", "//admin", "/%61dmin"]
        {
            let headers = [
                ("authorization", header.as_str()),
                ("x-forwarded-host", host),
                ("x-forwarded-uri", uri),
            ];
            let response = service.ask("GET", "/v1/auth", &headers, b"").await;
            assert_eq!(response.status, 401, "{host} {uri}");
        }
    }
    let twice = [
        ("authorization", header.as_str()),
        ("x-forwarded-host", "api.example.com"),
        ("x-forwarded-host", "api.example.com"),
        ("x-forwarded-uri", "/"),
    ];
    assert_eq!(service.ask("GET", "/v1/auth", &twice, b"").await.status, 401);
    assert_eq!(
        service.ask("GET", "/v1/auth", &[&twice[..2], &twice[3..]].concat(), b"").await.status,
        200
    );
    // Over ext_authz, the host is the request's own.
    for (hosts, target, status) in [
        (&["api.example.com"][..], "/", 200),
        (&["api.example.com."][..], "/orders", 200),
        (&["api.example.com."][..], "/admin", 401),
        (&["api.example.com", "api.example.com"][..], "/", 401),
        (&["api.example.com", "other"][..], "/", 401),
        (&["other"][..], "/", 401),
        (&[""][..], "/", 401),
        (&[][..], "/", 401),
    ] {
        let hosts: String = hosts.iter().map(|host| format!("host: {host}\r\n")).collect();
        let request = format!(
            "GET /v1/ext_authz{target} HTTP/1.1\r\n{hosts}authorization: {header}\r\nconnection: close\r\n\r\n"
        );
        let response = service.raw(request.as_bytes()).await;
        assert_eq!(response.status, status, "{hosts:?} {target}");
    }
    service.stop().await;
}

#[tokio::test]
async fn an_empty_allow_list_admits_no_subject() {
    let service = Running::with("policy = { allow = [] }").await;
    let headers = [("authorization", kliento(&TOKEN.der))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(service.ask("GET", TARGET, &headers, b"").await.status, 403);
    service.stop().await;
}

#[tokio::test]
async fn envoy_s_path_and_query_are_the_client_s_and_name_no_audience() {
    let toml = "
        audiences = [\"https://elsewhere.example\"]
        [[routes]]
        host = \"verifier.test\"
        path = \"/orders\"
        audience = \"https://api.example.com\"
    ";
    let service = Running::with(toml).await;
    let header = kliento(&TOKEN.der);
    let headers = [("authorization", header.as_str())];
    let response = service.ask("PUT", "/v1/ext_authz/orders/1?audience=x", &headers, b"").await;
    assert!(is_alice(&response), "{response:?}");
    let query = "/v1/ext_authz/other?audience=https%3A%2F%2Fapi.example.com";
    assert_eq!(service.ask("GET", query, &headers, b"").await.status, 401);
    assert_eq!(service.ask("GET", "/v1/ext_authzorders", &headers, b"").await.status, 404);
    service.stop().await;
}

#[tokio::test]
async fn a_header_with_the_largest_bundle_is_read() {
    let service = Running::with("").await;
    let header = kliento(&vec![0x30; 16 * 1024]);
    assert!(header.len() > 21 * 1024);
    let response = service.ask("GET", TARGET, &[("authorization", &header)], b"").await;
    assert_eq!(response.header("www-authenticate"), Some("Kliento error=\"malformed\""));
    let beyond = "a".repeat(64 * 1024);
    let response = service.ask("GET", TARGET, &[("authorization", &beyond)], b"").await;
    assert_eq!(response.status, 431);
    service.stop().await;
}
