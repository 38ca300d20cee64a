//! Reports of the library alone; the tests of the command have their whole text.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails by a panic has done its work"
)]

use kliento::{TokenPolicy, TrustAnchors, Verifier};
use kliento_inspect::{
    BundleQuestion, FailureClass, Inspection, TokenQuestion, parse_bundle, parse_token,
};
use veraid_core::ValidityPeriod;
use veraid_testkit::{AUDIENCE, MockBundle, Scenario, default_instant};

/// Inspects a token as its server does, or as another one.
fn inspected(made: &MockBundle, audience: &str) -> Inspection {
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let question = TokenQuestion {
        audience: Some(audience),
        at: default_instant(),
        policy: TokenPolicy::default(),
        verifier: &Verifier::new(anchors.clone()),
        anchors: &anchors,
    };
    question.inspect(parse_token(&made.der).unwrap())
}

#[test]
fn a_valid_token_has_its_facts_and_no_failure() {
    let inspection = inspected(&Scenario::default().build(), AUDIENCE);
    assert_eq!(inspection.status(), "valid");
    assert!(inspection.failure().is_none());
    assert!(inspection.to_text().starts_with(&inspection.verdict_and_chain()));
    let json = serde_json::to_value(&inspection).unwrap();
    assert_eq!(json["schema"], "kliento.inspection/v2");
    assert_eq!(json["verified"]["subject"], "alice@example.com");
}

#[test]
fn a_token_for_another_audience_fails_with_code_location_and_fix() {
    let inspection = inspected(&Scenario::default().build(), "https://other.example");
    let failure = inspection.failure().unwrap();
    assert_eq!((failure.class(), failure.code()), (FailureClass::Audience, 3002));
    assert_eq!(failure.location(), Some("audience of the token"));
    let explanation = kliento_inspect::explanation(3002).unwrap();
    assert_eq!(failure.fix(), Some(explanation.fix));
    let json = serde_json::to_value(failure).unwrap();
    assert_eq!(json["code"], "KL3002");
    assert_eq!(json["message"], failure.message());
}

#[test]
fn a_bundle_can_be_shown_without_being_verified() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::iana();
    let question = BundleQuestion {
        service: None,
        period: ValidityPeriod::at(default_instant()),
        plaintext: None,
        verifier: &Verifier::new(anchors.clone()),
        anchors: &anchors,
    };
    let inspection = question.inspect_unverified(&parse_bundle(&made.der).unwrap());
    assert_eq!(inspection.status(), "unverified");
    let failure = parse_bundle(b"\x30\x00").unwrap_err();
    assert_eq!(question.malformed(failure).status(), "malformed");
}
