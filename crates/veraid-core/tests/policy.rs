//! Requirements that a verifier may have beyond the profiles' rules.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use veraid_core::{
    CertificateProblem, CertificateRole, Profile, SignatureBundle, TrustAnchors, ValidityPeriod,
    VerificationPolicy, VerifiedSignature, Verifier, VerifyError,
};
use veraid_dnssec::{ChainError, Limit, Limits};
use veraid_testkit::{
    CertificateBuilder, CommonName, Customisation, Digest, KLIENTO_SERVICE, MockBundle, RsaKey,
    Scenario, TestProfile, common_name_only, default_instant, period,
};

const DAY: u64 = 86_400;

fn verifier(bundle: &MockBundle, policy: VerificationPolicy) -> Verifier {
    let anchors = TrustAnchors::from_presentation(&bundle.trust_anchors).unwrap();
    Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER).with_policy(policy)
}

fn verify_with(
    bundle: &MockBundle,
    requested: ValidityPeriod,
    verifier: &Verifier,
) -> Result<VerifiedSignature, VerifyError> {
    let parsed = SignatureBundle::from_der(&bundle.der).unwrap();
    parsed.verify(&KLIENTO_SERVICE.parse().unwrap(), requested, verifier)
}

fn verify(
    bundle: &MockBundle,
    policy: VerificationPolicy,
) -> Result<VerifiedSignature, VerifyError> {
    verify_with(bundle, ValidityPeriod::at(default_instant()), &verifier(bundle, policy))
}

fn days_around(before: u64, after: u64) -> ValidityPeriod {
    let now = default_instant();
    period(now.saturating_sub(before * DAY), now.saturating_add(after * DAY))
}

#[test]
fn a_signed_period_beyond_the_maximum_lifetime_is_rejected() {
    let bundle = Scenario::default().build();
    let policy = VerificationPolicy::default();
    let verified = verify(&bundle, policy.with_max_signed_seconds(660)).unwrap();
    assert_eq!(verified.signed_period(), Scenario::default().signature_period);
    assert_eq!(
        verify(&bundle, policy.with_max_signed_seconds(659)).unwrap_err(),
        VerifyError::SignedPeriodTooLong { seconds: 660, limit: 659 }
    );
}

#[test]
fn veraid_has_caps_only_on_request() {
    let caps = VerificationPolicy::default().with_veraid_caps();
    let limit = 90 * DAY;
    let scenario = Scenario { certificate_period: days_around(45, 45), ..Scenario::default() };
    verify(&scenario.build(), caps).unwrap();
    let scenario = Scenario { certificate_period: days_around(45, 46), ..Scenario::default() };
    let bundle = scenario.build();
    verify(&bundle, VerificationPolicy::default()).unwrap();
    let error = verify(&bundle, caps).unwrap_err();
    let problem = CertificateProblem::PeriodTooLong { seconds: 91 * DAY, limit };
    let certificate = CertificateRole::Organisation;
    assert_eq!(error, VerifyError::Certificate { certificate, problem });
    assert!(error.is_about_policy());
    let bundle = Scenario::default().build();
    let error = verify_with(&bundle, days_around(45, 46), &verifier(&bundle, caps)).unwrap_err();
    assert_eq!(error, VerifyError::RequestedPeriodTooLong { seconds: 91 * DAY, limit });
}

#[test]
fn an_organisation_certificate_from_elsewhere_is_accepted_only_by_a_policy() {
    let scenario = Scenario::of(TestProfile::DomainAuth);
    let foreign = |certificate: &mut CertificateBuilder| {
        certificate.issuer = common_name_only(&CommonName::utf8("Some Authority"));
        let tbs = certificate.tbs_certificate(Digest::Sha256);
        certificate.signature = Some(RsaKey::fixed(2048, 5).sign_pss(Digest::Sha256, &tbs));
    };
    let bundle = scenario.build_with(&Customisation::new().organisation(foreign));
    let accepting = VerificationPolicy::default().accepting_foreign_issuers();
    let verified = verify(&bundle, accepting).unwrap();
    assert_eq!(verified.profile(), Profile::DomainAuth);
    assert_eq!(verified.service().to_string(), KLIENTO_SERVICE);
    assert!(!verified.proof().organisation_certificate_self_issued());
    let error = verify(&bundle, VerificationPolicy::default()).unwrap_err();
    let problem = CertificateProblem::ForeignIssuer;
    let certificate = CertificateRole::Organisation;
    assert_eq!(error.code(), 2218);
    assert!(error.is_about_policy());
    assert_eq!(error, VerifyError::Certificate { certificate, problem });

    // Under VeraId no policy accepts one.
    let bundle = Scenario::default().build_with(&Customisation::new().organisation(foreign));
    let error = verify(&bundle, accepting).unwrap_err();
    let problem = CertificateProblem::NotSelfIssued;
    assert!(!error.is_about_policy());
    assert_eq!(error, VerifyError::Certificate { certificate, problem });
}

#[test]
fn a_verifier_may_set_lower_limits() {
    let bundle = Scenario::default().build();
    let mut limits = Limits::default();
    for (checks, expected) in [
        (9, None),
        (5, Some(VerifyError::DnssecChain(ChainError::LimitExceeded(Limit::SignatureChecks)))),
    ] {
        limits.signature_checks = checks;
        let verifier = verifier(&bundle, VerificationPolicy::default()).with_limits(limits);
        let found = verify_with(&bundle, ValidityPeriod::at(default_instant()), &verifier);
        assert_eq!(found.err(), expected, "{checks} checks");
    }
}

#[test]
fn an_error_names_the_certificate_that_is_wrong() {
    let intermediates = vec!["Staff".to_owned()];
    let scenario = Scenario { intermediates, ..Scenario::of(TestProfile::DomainAuth) };
    let other = RsaKey::fixed(2048, 3);
    let bundle = scenario.build_with(&Customisation::new().member(|c| {
        c.signature = Some(other.sign_pss(Digest::Sha256, &c.tbs_certificate(Digest::Sha256)));
    }));
    let error = verify(&bundle, VerificationPolicy::default()).unwrap_err();
    let problem = CertificateProblem::InvalidSignature;
    assert_eq!(error, VerifyError::Certificate { certificate: CertificateRole::Signer, problem });

    // The chain and certificate of another organisation, which did not issue the intermediate
    // certificate.
    let elsewhere = Scenario { organisation: "example.org".into(), ..scenario.clone() }.build();
    let mut bundle = scenario.build();
    bundle.chain = elsewhere.chain;
    bundle.trust_anchors = elsewhere.trust_anchors;
    bundle.organisation_certificate = elsewhere.organisation_certificate;
    bundle.der = bundle.reassemble();
    let error = verify(&bundle, VerificationPolicy::default()).unwrap_err();
    let problem = CertificateProblem::NotIssuedByOrganisation;
    let certificate = CertificateRole::Intermediate;
    assert_eq!(error, VerifyError::Certificate { certificate, problem });
    assert_eq!(error.to_string(), "invalid intermediate certificate");
}
