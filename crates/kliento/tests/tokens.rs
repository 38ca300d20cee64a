//! Tokens and token bundles, from and to their other forms.

#![allow(clippy::unwrap_used, reason = "a test that fails by a panic has done its work")]

use kliento::{Profile, Token, TokenBundle, TrustAnchors, Verifier};
use veraid_core::SignatureBundle;
use veraid_testkit::{AUDIENCE, Scenario, default_instant};

#[test]
fn a_token_comes_from_base64_or_a_signature_bundle_as_from_der() {
    let scenario = Scenario::default();
    let made = scenario.build();
    let from_der = TokenBundle::from_der(&made.der).unwrap();
    let header = from_der.to_auth_header();
    let from_text = TokenBundle::from_base64(header.strip_prefix("Kliento ").unwrap()).unwrap();
    assert_eq!(from_text.to_der(), made.der);
    let bundle = SignatureBundle::from_der(&made.der).unwrap();
    let token = TokenBundle::try_from(bundle).unwrap();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
    let token = token.verify(AUDIENCE, default_instant(), &verifier).unwrap();
    assert_eq!(token.profile(), Profile::VeraId);
    assert_eq!(token.signed_period(), scenario.signature_period);
    assert_eq!(token.proof().certificates().len(), 2);
}

#[test]
fn tokens_are_written_as_deployed_software_does_and_keep_their_claims_out_of_logs() {
    let token = Token::new(AUDIENCE).unwrap();
    assert_eq!(token.to_json(), format!(r#"{{"audience":"{AUDIENCE}"}}"#).as_bytes());
    assert!(token.claims().is_empty());
    let token = token.with_claim("role", "admin");
    let expected = format!(r#"{{"audience":"{AUDIENCE}","claims":{{"role":"admin"}}}}"#);
    assert_eq!(token.to_json(), expected.as_bytes());
    assert_eq!(token.claims().get("role"), Some("admin"));
    assert_eq!(token.claims().get("name"), None);
    assert!(!token.claims().is_empty() && !format!("{token:?}").contains("admin"));
}

#[test]
fn a_bundle_for_another_service_is_an_error_of_policy() {
    let made = Scenario { service: "1.2.3".into(), ..Scenario::default() }.build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
    let token = TokenBundle::from_der(&made.der).unwrap();
    let error = token.verify(AUDIENCE, default_instant(), &verifier).unwrap_err();
    assert!(error.is_about_policy() && !error.is_about_time());
}
