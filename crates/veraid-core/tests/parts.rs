//! Bundles taken apart, inspected without verification, and assembled again.

#![allow(clippy::unwrap_used, reason = "a test that fails by a panic has done its work")]

use veraid_core::{
    Certificate, MemberIdBundle, OrganisationCredential, Profile, SignatureBundle, TrustAnchors,
    ValidityPeriod, Verifier, encode_dnssec_chain, parse_dnssec_chain,
};
use veraid_testkit::{
    KLIENTO_SERVICE, MockBundle, Scenario, Signer, TestProfile, default_instant, dnssec_chain_der,
};

fn bundles() -> Vec<(Scenario, MockBundle)> {
    let intermediates = vec!["Staff".to_owned()];
    let path = Scenario { intermediates, ..Scenario::of(TestProfile::DomainAuth) };
    [Scenario::default(), Scenario::signed_by(Signer::Organisation), path]
        .into_iter()
        .map(|scenario| (scenario.clone(), scenario.build()))
        .collect()
}

fn verifier(bundle: &MockBundle) -> Verifier {
    let anchors = TrustAnchors::from_presentation(&bundle.trust_anchors).unwrap();
    Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER)
}

fn now() -> ValidityPeriod {
    ValidityPeriod::at(default_instant())
}

fn organisation(made: &MockBundle) -> OrganisationCredential {
    let chain = parse_dnssec_chain(&dnssec_chain_der(&made.chain.messages)).unwrap();
    let certificate = Certificate::from_der(&made.organisation_certificate).unwrap();
    OrganisationCredential::new(chain, certificate).unwrap()
}

const fn profile(scenario: &Scenario) -> Profile {
    match scenario.profile {
        TestProfile::VeraId => Profile::VeraId,
        TestProfile::DomainAuth => Profile::DomainAuth,
    }
}

#[test]
fn the_parts_of_a_bundle_put_together_are_the_bundle() {
    for (scenario, made) in bundles() {
        let organisation = organisation(&made);
        assert_eq!(organisation.profile(), profile(&scenario));
        let bundle = SignatureBundle::assemble(&organisation, &made.content_info).unwrap();
        assert_eq!(bundle.as_der(), made.der);
        assert_eq!(bundle.deviations(), []);
        let Some(member) = &made.member_certificate else { continue };
        let member = Certificate::from_der(member).unwrap();
        let intermediates: Vec<_> = made
            .intermediate_certificates
            .iter()
            .map(|der| Certificate::from_der(der).unwrap())
            .collect();
        let id = MemberIdBundle::assemble(&organisation, &member, &intermediates).unwrap();
        assert_eq!(id.to_der(), made.member_id_bundle());
        assert_eq!(id.member_certificate(), &member);
        assert_eq!(id.intermediates(), intermediates);
        assert_eq!(id.organisation_certificate(), organisation.organisation_certificate());
        let chain = encode_dnssec_chain(id.chain().messages());
        assert_eq!(chain, encode_dnssec_chain(organisation.chain().messages()));
        assert_eq!(id.organisation_credential().profile(), profile(&scenario));
    }
}

#[test]
fn an_organisation_is_proved_by_chain_and_certificate_alone() {
    for (scenario, made) in bundles() {
        let service = KLIENTO_SERVICE.parse().unwrap();
        let id = organisation(&made).verify(&service, now(), &verifier(&made)).unwrap();
        assert_eq!(id.name().as_str(), "example.com");
        assert_eq!(id.profile(), profile(&scenario));
        let both = scenario.certificate_period.intersection(scenario.rrsig_period);
        assert_eq!(Some(id.validity()), both);
        assert_eq!(id.proof().certificates().len(), 1);
    }
}

#[test]
fn certificates_report_their_purpose() {
    let (scenario, made) = bundles().pop().unwrap();
    let organisation = Certificate::from_der(&made.organisation_certificate).unwrap();
    let member = Certificate::from_der(made.member_certificate.as_ref().unwrap()).unwrap();
    assert!(organisation.may_issue() && !member.may_issue());
    assert!(organisation.path_length().is_some());
    assert_eq!(member.path_length(), None);
    let key_identifier = scenario.member_key.key_identifier();
    assert_eq!(member.subject_key_identifier(), Some(&key_identifier[..]));
    assert_eq!(member.not_before(), scenario.certificate_period.start());
    assert_eq!(member.not_after(), scenario.certificate_period.end());
}

#[test]
fn inspecting_without_proof_shows_the_claims_of_a_bundle() {
    for (scenario, made) in bundles() {
        let bundle = SignatureBundle::from_der(&made.der).unwrap();
        let said = bundle.unverified();
        let name = said.organisation_common_name().unwrap();
        assert_eq!(name.trim_end_matches('.'), "example.com");
        assert_eq!(said.user(), Some("alice"));
        assert_eq!(said.service().unwrap().to_string(), KLIENTO_SERVICE);
        assert_eq!(said.signed_period(), Some(scenario.signature_period));
        assert_eq!(said.content(), Some(made.plaintext.as_slice()));
        let attached = made.intermediate_certificates.len().saturating_add(1);
        let attached = if made.member_certificate.is_some() { attached } else { 0 };
        assert_eq!(said.certificates().len(), attached);
        assert_eq!(said.signed_data_len(), made.content_info.len());
    }
}

#[test]
fn a_member_id_bundle_reports_its_member_and_keeps_its_bytes_out_of_logs() {
    let (scenario, made) = bundles().pop().unwrap();
    let bundle = MemberIdBundle::from_der(&made.member_id_bundle()).unwrap();
    let octets = made.member_id_bundle().len();
    assert_eq!(
        format!("{bundle:?}"),
        format!("MemberIdBundle {{ octets: {octets}, profile: DomainAuth, .. }}")
    );
    let service = KLIENTO_SERVICE.parse().unwrap();
    let id = bundle.verify(&service, now(), &verifier(&made)).unwrap();
    assert_eq!(id.profile(), profile(&scenario));
    assert_eq!(id.member().to_string(), "alice@example.com");
    assert_eq!(id.proof().certificates().len(), 3);
}
