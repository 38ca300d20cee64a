//! The texts of verification errors.

#![allow(clippy::unwrap_used, reason = "a test that fails by a panic has done its work")]

use veraid_core::{
    CertificateRole, DerProblem, Profile, SignatureBundle, TrustAnchors, ValidityPeriod, Verifier,
    VerifyError, check_member_key,
};
use veraid_testkit::{KLIENTO_SERVICE, RsaKey, Scenario, default_instant, period};

/// The error some seconds after the default instant; `change` makes the scenario.
fn error_at(seconds: u64, scenario: &Scenario) -> VerifyError {
    let made = scenario.build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
    let at = ValidityPeriod::at(default_instant().saturating_add(seconds));
    let bundle = SignatureBundle::from_der(&made.der).unwrap();
    bundle.verify(&KLIENTO_SERVICE.parse().unwrap(), at, &verifier).unwrap_err()
}

#[test]
fn an_error_of_time_names_first_the_part_that_misses_the_window_alone() {
    let now = default_instant();
    let wide = period(now.saturating_sub(86_400), now.saturating_add(86_400));
    let usual = Scenario { certificate_period: wide, rrsig_period: wide, ..Scenario::default() };
    let all = "DNSSEC chain 2026-11-21T12:00:00Z/2026-11-23T12:00:00Z, certificates 2026-11-21T12:00:00Z/2026-11-23T12:00:00Z, signature";
    let expired = error_at(601, &usual);
    assert!(expired.is_about_time() && !expired.is_about_policy());
    assert_eq!(
        expired.to_string(),
        format!(
            "signature expired at 2026-11-22T12:10:00Z, before 2026-11-22T12:10:01Z: no common second: \
             verification window 2026-11-22T12:10:01Z, {all} 2026-11-22T11:59:00Z/2026-11-22T12:10:00Z"
        )
    );
    let later = period(now.saturating_add(60), now.saturating_add(600));
    let early = error_at(0, &Scenario { signature_period: later, ..usual.clone() });
    assert_eq!(
        early.to_string(),
        format!(
            "signature is not valid until 2026-11-22T12:01:00Z, after 2026-11-22T12:00:00Z: no common second: \
             verification window 2026-11-22T12:00:00Z, {all} 2026-11-22T12:01:00Z/2026-11-22T12:10:00Z"
        )
    );
    // Certificates and signature both.
    let certificates = Scenario { certificate_period: later, signature_period: later, ..usual };
    assert!(error_at(0, &certificates).to_string().starts_with("no common second"));
}

#[test]
fn an_expired_chain_is_an_error_of_time_and_another_service_one_of_policy() {
    let expired = error_at(365 * 86_400, &Scenario::default());
    assert!(expired.is_about_time() && !expired.is_about_policy());
    let other = Scenario { service: "1.2.3".into(), ..Scenario::default() };
    let error = error_at(0, &other);
    assert!(error.is_about_policy() && !error.is_about_time());
}

#[test]
fn a_wrong_element_is_reported_by_its_tag() {
    for (problem, text) in [
        (DerProblem::Tag { expected: Some(0x30), found: 0x31 }, "expected tag 0x30, found 0x31"),
        (DerProblem::Tag { expected: None, found: 0x04 }, "unexpected tag 0x04"),
    ] {
        assert_eq!(problem.to_string(), text);
    }
}

#[test]
fn roles_profiles_and_keys_have_names() {
    let roles = [
        (CertificateRole::Organisation, "organisation certificate"),
        (CertificateRole::Intermediate, "intermediate certificate"),
        (CertificateRole::Signer, "signer's certificate"),
        (CertificateRole::Attached, "attached certificate"),
    ];
    for (role, text) in roles {
        assert_eq!(role.to_string(), text);
    }
    assert_eq!(Profile::VeraId.to_string(), "veraid");
    assert_eq!(Profile::DomainAuth.to_string(), "domainauth");
    assert_eq!(check_member_key(&RsaKey::fixed(3072, 0).spki_der()), Ok(3072));
}
