//! The evidence that a result reports.

#![allow(clippy::unwrap_used, reason = "a test that fails by a panic has done its work")]

use veraid_core::{
    CertificateRole, Proof, ProvedCertificate, SignatureBundle, TrustAnchors, ValidityPeriod,
    VerificationPolicy, Verifier,
};
use veraid_testkit::{
    CommonName, Customisation, Digest, KLIENTO_SERVICE, MockBundle, RsaKey, Scenario, Signer,
    TestProfile, common_name_only, default_instant,
};

use CertificateRole::{Intermediate, Organisation, Signer as TheSigner};

fn proof(bundle: &MockBundle) -> Proof {
    proof_by(bundle, VerificationPolicy::default())
}

fn proof_by(bundle: &MockBundle, policy: VerificationPolicy) -> Proof {
    let anchors = TrustAnchors::from_presentation(&bundle.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER).with_policy(policy);
    let period = ValidityPeriod::at(default_instant());
    let parsed = SignatureBundle::from_der(&bundle.der).unwrap();
    let verified = parsed.verify(&KLIENTO_SERVICE.parse().unwrap(), period, &verifier).unwrap();
    verified.proof().clone()
}

fn certificates(roles: &[CertificateRole], scenario: &Scenario) -> Vec<ProvedCertificate> {
    let validity = scenario.certificate_period;
    roles.iter().map(|&role| ProvedCertificate { role, validity }).collect()
}

#[test]
fn the_certificates_lead_from_the_organisation_to_the_signer() {
    let intermediates = vec!["Staff".to_owned(), "Engineers".to_owned()];
    let base = Scenario::of(TestProfile::DomainAuth);
    for (scenario, roles) in [
        (Scenario::signed_by(Signer::Organisation), &[Organisation][..]),
        (Scenario::default(), &[Organisation, TheSigner]),
        (
            Scenario { intermediates, ..base },
            &[Organisation, Intermediate, Intermediate, TheSigner],
        ),
    ] {
        let proof = proof(&scenario.build());
        assert_eq!(proof.certificates(), certificates(roles, &scenario));
        assert!(proof.organisation_certificate_self_issued());
        assert_eq!(proof.ttl_override_seconds(), 3600);
        assert_eq!(proof.window(), ValidityPeriod::at(default_instant()));
        assert_eq!(proof.links().len(), 6);
        // Besides the chain's: each certificate's and the content's.
        let roles = u32::try_from(roles.len()).unwrap();
        assert_eq!(proof.signature_checks(), 6_u32.saturating_add(roles).saturating_add(1));
    }
}

#[test]
fn the_dates_of_an_organisation_certificate_from_elsewhere_count() {
    let scenario = Scenario::of(TestProfile::DomainAuth);
    let bundle = scenario.build_with(&Customisation::new().organisation(|certificate| {
        certificate.issuer = common_name_only(&CommonName::utf8("Some Authority"));
        let tbs = certificate.tbs_certificate(Digest::Sha256);
        certificate.signature = Some(RsaKey::fixed(2048, 5).sign_pss(Digest::Sha256, &tbs));
    }));
    let policy = VerificationPolicy::default().accepting_foreign_issuers();
    let proof = proof_by(&bundle, policy);
    assert_eq!(proof.certificates(), certificates(&[Organisation, TheSigner], &scenario));
    assert!(!proof.organisation_certificate_self_issued());
}
