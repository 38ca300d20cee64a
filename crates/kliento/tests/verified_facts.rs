//! The names and values of a verdict's facts.
#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

use kliento::{TokenBundle, TrustAnchors, ValidityPeriod, VerifiedFacts, VerifiedToken, Verifier};
use serde_json::{Value, json};
use veraid_core::SignatureBundle;
use veraid_testkit::{
    AUDIENCE, MockBundle, Scenario, Signer, TestProfile, default_instant, kliento_token,
};

fn verifier(bundle: &MockBundle) -> Verifier {
    let anchors = TrustAnchors::from_presentation(&bundle.trust_anchors).unwrap();
    Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER)
}

fn token(scenario: &Scenario) -> VerifiedToken {
    let made = scenario.build();
    let bundle = TokenBundle::from_der(&made.der).unwrap();
    bundle.verify(AUDIENCE, default_instant(), &verifier(&made)).unwrap()
}

/// The serialised facts of a token, checked against the list of their names.
fn facts(scenario: &Scenario) -> Value {
    let token = token(scenario);
    let text = serde_json::to_string(&VerifiedFacts::of_token(&token)).unwrap();
    let places: Vec<usize> = VerifiedFacts::NAMES
        .iter()
        .map(|name| text.find(&format!("\"{name}\":")).unwrap())
        .collect();
    assert!(places.is_sorted(), "{text}");
    let facts: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(facts.as_object().unwrap().len(), VerifiedFacts::NAMES.len());
    facts
}

#[test]
fn each_kind_of_signer_and_subject_has_its_facts() {
    let unicode = "xn--bcher-kva.example";
    let rows = [
        (Signer::Member, Some("alice"), "example.com", "alice@example.com", "alice@example.com"),
        (Signer::Member, None, "example.com", "example.com", "example.com"),
        (
            Signer::Organisation,
            Some("zoë"),
            unicode,
            "zoë@xn--bcher-kva.example",
            "zoë@bücher.example",
        ),
        (Signer::Organisation, None, unicode, unicode, "bücher.example"),
    ];
    for profile in [TestProfile::VeraId, TestProfile::DomainAuth] {
        for (signer, user, organisation, subject, subject_unicode) in rows {
            let scenario = Scenario {
                signer,
                user: user.map(str::to_owned),
                organisation: organisation.into(),
                content: kliento_token(AUDIENCE, &[("role", "deploy")]),
                ..Scenario::of(profile)
            };
            let (_, organisation_unicode) =
                subject_unicode.split_once('@').unwrap_or(("", subject_unicode));
            let expected = json!({
                "subject": subject,
                "subjectUnicode": subject_unicode,
                "organisation": organisation,
                "organisationUnicode": organisation_unicode,
                "user": user,
                "signer": if signer == Signer::Member { "member" } else { "organisation" },
                "claims": {"role": "deploy"},
                "audience": AUDIENCE,
                "profile": if profile == TestProfile::VeraId { "veraid" } else { "domainauth" },
                "validFrom": "2026-11-22T11:59:00Z",
                "validUntil": "2026-11-22T12:10:00Z",
            });
            assert_eq!(facts(&scenario), expected);
        }
    }
}

#[test]
fn a_signature_over_other_content_has_neither_claims_nor_audience() {
    let made = Scenario::default().build();
    let bundle = SignatureBundle::from_der(&made.der).unwrap();
    let period = ValidityPeriod::at(default_instant());
    let signature = bundle.verify(&kliento::service_oid(), period, &verifier(&made)).unwrap();
    let of_signature = serde_json::to_value(VerifiedFacts::of_signature(&signature)).unwrap();
    let mut of_token = facts(&Scenario::default());
    for name in ["claims", "audience"] {
        of_token[name] = Value::Null;
    }
    assert_eq!(of_signature, of_token);
}

#[test]
fn debug_shows_no_claim() {
    let content = kliento_token(AUDIENCE, &[("secret", "zq7-claim-7qz")]);
    let token = token(&Scenario { content, ..Scenario::default() });
    let shown = format!("{:?}", VerifiedFacts::of_token(&token));
    assert!(shown.contains("alice@example.com") && !shown.contains("zq7"), "{shown}");
}
