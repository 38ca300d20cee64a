//! Headers with credentials: accepted and rejected forms.

use kliento_verifier::KlientoLayer;

use crate::tokens;
use crate::world::{Answer, answer, request, with};

fn strict() -> KlientoLayer {
    KlientoLayer::new(tokens::authenticator())
}

fn staged() -> KlientoLayer {
    strict().beside_other_schemes()
}

const JWT: &str = "Bearer eyJhbGciOiJub25lIn0.e30.";

#[tokio::test]
async fn forged_identity_headers_never_arrive() {
    let forged: [(&str, &str); 8] = [
        ("x-kliento-subject", "root@example.com"),
        ("x-kliento-subject", "admin@example.com"),
        ("x-kliento-organisation", "example.org"),
        ("x-kliento-user", "root"),
        ("x-kliento-claims", r#"{"role":"admin"}"#),
        ("x-kliento-signer", "member"),
        ("x-kliento-expires", "2099-01-01T00:00:00Z"),
        ("x_kliento_subject", "root@example.com"),
    ];
    let alice = tokens::alice();
    let headers: Vec<_> = forged.into_iter().chain([("authorization", alice.as_str())]).collect();
    let welcome = Answer::welcome("alice@example.com \"the body\"");
    assert_eq!(answer(&strict(), request(&headers)).await, welcome);
    assert_eq!(answer(&staged(), request(&headers)).await, welcome);
    let nobody = Answer::welcome("nobody \"the body\"");
    assert_eq!(answer(&staged(), request(&forged)).await, nobody);
}

#[tokio::test]
async fn other_schemes_pass_only_beside_other_schemes_and_without_an_identity() {
    let nobody = Answer::welcome("nobody \"the body\"");
    for other in [JWT, "Basic YTpi", "Klientos x", "Kliento2 x", ""] {
        assert_eq!(answer(&strict(), with(other)).await, Answer::missing(), "{other}");
        assert_eq!(answer(&staged(), with(other)).await, nobody, "{other}");
    }
    assert_eq!(answer(&staged(), request(&[])).await, nobody);
    let two = request(&[("authorization", JWT), ("authorization", "Basic YTpi")]);
    assert_eq!(answer(&staged(), two).await, nobody);
    let not_ascii = request(&[("authorization", "Basic \u{fc}")]);
    assert_eq!(answer(&staged(), not_ascii).await, nobody);
}

#[tokio::test]
async fn bad_kliento_credentials_are_rejected_beside_other_schemes_too() {
    for bad in ["Kliento", "kliento ?", "KLIENTO  TQ==", "Kliento\tTQ==", "Kliento \u{fc}"] {
        assert_eq!(answer(&strict(), with(bad)).await, Answer::malformed(), "{bad}");
        assert_eq!(answer(&staged(), with(bad)).await, Answer::malformed(), "{bad}");
    }
    assert_eq!(answer(&staged(), with(&tokens::tampered())).await.status, 401);
}

#[tokio::test]
async fn two_authorization_headers_are_always_rejected() {
    let alice = tokens::alice();
    for (first, second) in [(alice.as_str(), alice.as_str()), (&alice, JWT), (JWT, &alice)] {
        let both = || request(&[("authorization", first), ("authorization", second)]);
        assert_eq!(answer(&strict(), both()).await, Answer::malformed());
        assert_eq!(answer(&staged(), both()).await, Answer::malformed());
    }
}

#[tokio::test]
async fn a_token_within_other_credentials_is_ignored() {
    let within = format!("Bearer {}", tokens::alice());
    assert_eq!(answer(&strict(), with(&within)).await, Answer::missing());
    let nobody = Answer::welcome("nobody \"the body\"");
    assert_eq!(answer(&staged(), with(&within)).await, nobody);
}

#[tokio::test]
async fn a_token_in_another_header_is_ignored() {
    for name in ["x-forwarded-authorization", "proxy-authorization", "x-authorization", "cookie"] {
        let token = tokens::alice();
        let elsewhere = request(&[(name, token.as_str())]);
        assert_eq!(answer(&strict(), elsewhere).await, Answer::missing(), "{name}");
    }
}

#[tokio::test]
async fn the_scheme_has_no_case() {
    let shouted = tokens::alice().replacen("Kliento", "KLIENTO", 1);
    let welcome = Answer::welcome("alice@example.com \"the body\"");
    assert_eq!(answer(&strict(), with(&shouted)).await, welcome);
    assert_eq!(answer(&staged(), with(&shouted)).await, welcome);
}
