//! `POST /v1/verify`.

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};
use veraid_testkit::{Fault, Scenario, Signer, TestProfile, default_instant};

use crate::running::{AUDIENCE, Running, TOKEN, kliento, token_for};

const TARGET: &str = "/v1/verify?audience=https%3A%2F%2Fapi.example.com";
const BUNDLE: (&str, &str) = ("content-type", "application/vnd.kliento.token-bundle");
const HEADER: (&str, &str) = ("content-type", "application/vnd.kliento.auth-header");

fn alice() -> Value {
    json!({
        "schema": "kliento.identity/v1",
        "subject": "alice@example.com",
        "subjectUnicode": "alice@example.com",
        "organisation": "example.com",
        "organisationUnicode": "example.com",
        "user": "alice",
        "signer": "member",
        "claims": { "role": "reader" },
        "audience": AUDIENCE,
        "profile": "veraid",
        "validFrom": "2026-11-22T11:59:00Z",
        "validUntil": "2026-11-22T12:10:00Z",
    })
}

fn problem(class: &str, title: &str, code: &str) -> Value {
    json!({
        "type": format!("urn:kliento:problem:{class}"),
        "title": title,
        "status": 422,
        "class": class,
        "code": code,
    })
}

#[tokio::test]
async fn the_response_has_all_verified_facts() {
    let service = Running::with("").await;
    let response = service.ask("POST", TARGET, &[BUNDLE], &TOKEN.der).await;
    assert_eq!((response.status, response.json()), (200, alice()));
    let response = service.ask("POST", TARGET, &[HEADER], kliento(&TOKEN.der).as_bytes()).await;
    assert_eq!((response.status, response.json()), (200, alice()));
    let base64 = Base64::encode_string(&TOKEN.der);
    let (der, text) = (&TOKEN.der[..], format!("{base64}\n"));
    for (media_type, content) in [
        ("", der),
        ("application/vnd.veraid.signature-bundle", der),
        ("application/vnd.veraid.signature-bundle+base64", base64.as_bytes()),
        ("application/vnd.veraid.signature-bundle+base64; charset=utf-8", text.as_bytes()),
    ] {
        let headers = [("content-type", media_type)];
        let response = service.ask("POST", TARGET, &headers, content).await;
        assert_eq!((response.status, response.json()), (200, alice()), "{media_type}");
    }
    // With a declared type of Base64, the content is not sniffed.
    let headers = [("content-type", "application/vnd.veraid.signature-bundle+base64")];
    let response = service.ask("POST", TARGET, &headers, der).await;
    assert_eq!((response.status, &response.json()["class"]), (422, &json!("malformed")));
    service.stop().await;
}

#[tokio::test]
async fn an_organisation_s_own_token_has_no_user() {
    let service = Running::with("").await;
    let bot = Scenario { user: None, ..Scenario::signed_by(Signer::Organisation) };
    let response = service.ask("POST", TARGET, &[BUNDLE], &bot.build_on(&TOKEN.chain).der).await;
    let expected = json!({
        "schema": "kliento.identity/v1",
        "subject": "example.com",
        "subjectUnicode": "example.com",
        "organisation": "example.com",
        "organisationUnicode": "example.com",
        "user": null,
        "signer": "organisation",
        "claims": {},
        "audience": AUDIENCE,
        "profile": "veraid",
        "validFrom": "2026-11-22T11:59:00Z",
        "validUntil": "2026-11-22T12:10:00Z",
    });
    assert_eq!((response.status, response.json()), (200, expected));
    service.stop().await;
}

#[tokio::test]
async fn rejections_have_a_class_and_a_code() {
    let service = Running::with("").await;
    let mut forged = TOKEN.der.clone();
    *forged.last_mut().unwrap() ^= 1;
    let cases = [
        (
            token_for("https://other.example"),
            "audience",
            "The token is for another audience",
            "KL3002",
        ),
        (b"0".to_vec(), "malformed", "The credentials are not a Kliento token bundle", "KL1004"),
        (forged, "untrusted", "The token cannot be trusted", "KL2318"),
    ];
    for (content, class, title, code) in cases {
        let response = service.ask("POST", TARGET, &[BUNDLE], &content).await;
        assert_eq!((response.status, response.json()), (422, problem(class, title, code)));
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
    }
    service.stop().await;

    let late = Running::at("", default_instant().saturating_add(601)).await;
    let response = late.ask("POST", TARGET, &[BUNDLE], &TOKEN.der).await;
    let title = "The token has expired or is not valid yet";
    assert_eq!((response.status, response.json()), (422, problem("expired", title, "KL2402")));
    late.stop().await;
}

#[tokio::test]
async fn any_configured_audience_is_accepted_if_the_request_has_none() {
    let toml = "audiences = [\"https://first.example\", \"https://api.example.com\"]";
    let service = Running::with(toml).await;
    let response = service.ask("POST", "/v1/verify", &[BUNDLE], &TOKEN.der).await;
    assert_eq!((response.status, response.json()), (200, alice()));
    let elsewhere = "/v1/verify?audience=https%3A%2F%2Felsewhere.example";
    let response = service.ask("POST", elsewhere, &[BUNDLE], &TOKEN.der).await;
    let title = "This verifier does not serve that audience";
    assert_eq!((response.status, response.json()), (422, problem("audience", title, "KL6003")));
    service.stop().await;
}

#[tokio::test]
async fn the_policy_decides_who_is_admitted() {
    let toml = |policy: &str| format!("[policy]\n{policy}");
    let forbidden =
        |code| problem("forbidden", "The sender of the token is not allowed here", code);
    let too_long = problem("policy", "The token is of a kind that is not accepted here", "KL2403");
    let profile = problem("policy", "The token is of a kind that is not accepted here", "KL2103");
    let cases = [
        ("allow = [\"example.org\", \"*@example.com\"]", 200, alice()),
        ("allow = [\"example.org\"]", 422, forbidden("KL6005")),
        ("deny = [\"alice@*\"]", 422, forbidden("KL6005")),
        ("allow = [\"example.com\"]\ndeny = [\"alice@example.com\"]", 422, forbidden("KL6005")),
        ("required_claims = { role = \"reader\" }", 200, alice()),
        ("required_claims = { role = \"writer\" }", 422, forbidden("KL6006")),
        ("required_claims = { team = \"a\" }", 422, forbidden("KL6006")),
        ("max_validity_seconds = 60", 422, too_long),
        ("profiles = [\"domainauth\"]", 422, profile),
    ];
    for (policy, status, body) in cases {
        let service = Running::with(&toml(policy)).await;
        let response = service.ask("POST", TARGET, &[BUNDLE], &TOKEN.der).await;
        assert_eq!((response.status, response.json()), (status, body), "{policy}");
        service.stop().await;
    }
}

#[tokio::test]
async fn a_clock_that_is_behind_is_given_leeway() {
    let early = default_instant().saturating_sub(90);
    for (toml, status) in [("", 422), ("policy = { leeway_seconds = 30 }", 200)] {
        let service = Running::at(toml, early).await;
        let response = service.ask("POST", TARGET, &[BUNDLE], &TOKEN.der).await;
        assert_eq!(response.status, status, "{toml}");
        service.stop().await;
    }
}

#[tokio::test]
async fn an_organisation_certificate_that_someone_else_issued_takes_a_policy() {
    let foreign = Fault::OrganisationCertificateForeign;
    let made = foreign.build(&Scenario::of(TestProfile::DomainAuth));
    assert_eq!(made.trust_anchors, TOKEN.trust_anchors);
    for (toml, status) in [("", 422), ("policy = { foreign_issuers = true }", 200)] {
        let service = Running::with(toml).await;
        let response = service.ask("POST", TARGET, &[BUNDLE], &made.der).await;
        assert_eq!(response.status, status, "{toml}");
        service.stop().await;
    }
}

#[tokio::test]
async fn a_domainauth_token_reports_its_profile() {
    let service = Running::with("").await;
    let scenario = Scenario::of(TestProfile::DomainAuth);
    let bundle = scenario.build();
    assert_eq!(bundle.trust_anchors, TOKEN.trust_anchors);
    let response = service.ask("POST", TARGET, &[BUNDLE], &bundle.der).await;
    assert_eq!((response.status, response.json()["profile"].clone()), (200, json!("domainauth")));
    service.stop().await;
}

#[tokio::test]
async fn an_invalid_request_gets_a_detail() {
    let service = Running::with("").await;
    let wrong = |status, title, detail| json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
    let response = service.ask("POST", "/v1/verify", &[BUNDLE], &TOKEN.der).await;
    let detail = "neither the query nor the configuration has an audience";
    assert_eq!((response.status, response.json()), (400, wrong(400, "Bad Request", detail)));
    let response = service.ask("POST", "/v1/verify?audience=a&audience=a", &[BUNDLE], b"").await;
    let detail = "the query has more than one audience";
    assert_eq!((response.status, response.json()), (400, wrong(400, "Bad Request", detail)));
    let response = service.ask("POST", "/v1/verify?audience=", &[BUNDLE], b"").await;
    let detail = "the query's audience is empty";
    assert_eq!((response.status, response.json()), (400, wrong(400, "Bad Request", detail)));
    let bytes = [("content-type", "application/octet-stream")];
    let response = service.ask("POST", TARGET, &bytes, &TOKEN.der).await;
    let detail = "unsupported content type, expected application/vnd.kliento.token-bundle, application/vnd.kliento.auth-header, application/vnd.veraid.signature-bundle or application/vnd.veraid.signature-bundle+base64";
    assert_eq!(
        (response.status, response.json()),
        (415, wrong(415, "Unsupported Media Type", detail))
    );
    let response = service.ask("GET", TARGET, &[], b"").await;
    assert_eq!((response.status, response.header("allow")), (405, Some("POST")));
    service.stop().await;
}

#[tokio::test]
async fn a_one_time_token_is_admitted_once_in_any_form() {
    let service = Running::with("[one_time]").await;
    let response = service.ask("POST", TARGET, &[BUNDLE], &TOKEN.der).await;
    assert_eq!((response.status, response.json()), (200, alice()));
    let response = service.ask("POST", TARGET, &[HEADER], kliento(&TOKEN.der).as_bytes()).await;
    let replayed = problem("replayed", "The token was used before", "KL6007");
    assert_eq!((response.status, response.json()), (422, replayed));
    service.stop().await;
}
