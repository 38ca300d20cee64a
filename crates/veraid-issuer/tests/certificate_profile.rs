//! Certificates follow RFC 5280: KeyUsage on each, the lowest sufficient path length, no cA on
//! certificates that issue nothing.
//!
//! The command's tests check the same kinds with OpenSSL and pkilint.

#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

mod common;

use common::{Fixture, certificate_period, key, member_request, serial, widest_use};
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{Certificate, MemberIdBundle, OrganisationCredential, Profile, UserName};
use veraid_issuer::{
    CertificateAuthority, CertificateUse, PolicyError, ProvedPublicKey, SigningKey as _,
};
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};

/// The critical flag and the path length of BasicConstraints, if present.
type Constraints = Option<(bool, Option<u8>)>;

fn constraints(certificate: &Certificate) -> Constraints {
    let parsed = x509_cert::Certificate::from_der(certificate.as_der()).unwrap();
    let found = parsed.tbs_certificate().get_extension::<BasicConstraints>().unwrap();
    found.map(|(is_critical, constraints)| {
        assert!(constraints.ca, "an explicit cA FALSE would not be DER");
        (is_critical, constraints.path_len_constraint)
    })
}

fn usages(certificate: &Certificate) -> (bool, KeyUsage) {
    let parsed = x509_cert::Certificate::from_der(certificate.as_der()).unwrap();
    parsed.tbs_certificate().get_extension::<KeyUsage>().unwrap().unwrap()
}

fn authority_of(path_length: u8) -> (Constraints, KeyUsage) {
    let usages = KeyUsage(KeyUsages::DigitalSignature | KeyUsages::KeyCertSign);
    (Some((true, Some(path_length))), usages)
}

fn signer() -> (Constraints, KeyUsage) {
    (None, KeyUsage(KeyUsages::DigitalSignature.into()))
}

#[test]
fn every_certificate_states_exactly_the_uses_of_its_key() {
    let levels = |intermediate_levels| CertificateUse::Issue { intermediate_levels };
    let mut cases = vec![
        (Profile::VeraId, levels(0), authority_of(0)),
        (Profile::VeraId, CertificateUse::default(), authority_of(0)),
        (Profile::DomainAuth, CertificateUse::default(), authority_of(0)),
        (Profile::DomainAuth, CertificateUse::SignOnly, signer()),
    ];
    cases.extend((0..=3).map(|n| (Profile::DomainAuth, levels(n), authority_of(n))));
    for (profile, certificate_use, (expected, usage)) in cases {
        let organisation = Fixture::new(profile).organisation;
        let certificate = organisation
            .issue_certificate_for(certificate_use, certificate_period(), serial(1))
            .unwrap();
        assert_eq!(constraints(&certificate), expected, "{profile} {certificate_use:?}");
        assert_eq!(usages(&certificate), (true, usage), "{profile} {certificate_use:?}");
    }
}

#[test]
fn members_and_intermediates_report_it_too() {
    for profile in [Profile::VeraId, Profile::DomainAuth] {
        let world = Fixture::new(profile);
        let certificate = world.identity.organisation_certificate().clone();
        let certificate_authority =
            CertificateAuthority::new(certificate, profile, world.key.clone(), PROVIDER).unwrap();
        let key = key(2048, 1);
        let member = certificate_authority.issue_member(member_request(None, &key)).unwrap();
        assert_eq!((constraints(&member), usages(&member)), (None, (true, signer().1)));
        if profile == Profile::DomainAuth {
            for path_length in 0..=2 {
                let intermediate = certificate_authority
                    .issue_intermediate(member_request(None, &key), path_length)
                    .unwrap();
                let (expected, usage) = authority_of(path_length);
                assert_eq!(constraints(&intermediate), expected);
                assert_eq!(usages(&intermediate), (true, usage));
            }
        }
    }
}

#[test]
fn uses_that_the_profile_does_not_have_are_rejected() {
    let levels = |intermediate_levels| CertificateUse::Issue { intermediate_levels };
    for (profile, certificate_use, error) in [
        (Profile::VeraId, CertificateUse::SignOnly, PolicyError::SignOnlyUnderVeraId),
        (Profile::VeraId, levels(1), PolicyError::IntermediateUnderVeraId),
        (Profile::DomainAuth, levels(4), PolicyError::TooManyLevels { found: 4, limit: 3 }),
        (Profile::DomainAuth, levels(255), PolicyError::TooManyLevels { found: 255, limit: 3 }),
    ] {
        let organisation = Fixture::new(profile).organisation;
        assert_eq!(
            organisation
                .issue_certificate_for(certificate_use, certificate_period(), serial(1))
                .unwrap_err(),
            error.into()
        );
    }
}

#[test]
fn an_organisation_that_only_signs_issues_nothing() {
    let world = Fixture::new(Profile::DomainAuth);
    let certificate = world
        .organisation
        .issue_certificate_for(CertificateUse::SignOnly, certificate_period(), serial(1))
        .unwrap();
    assert_eq!(
        CertificateAuthority::new(certificate, Profile::DomainAuth, world.key, PROVIDER)
            .unwrap_err(),
        PolicyError::NotAnAuthority.into()
    );
}

#[test]
fn path_lengths_of_every_certificate_above_count() {
    let world = Fixture::new(Profile::DomainAuth);
    for (levels, intermediates, may_issue) in
        [(0, 1, false), (1, 1, true), (1, 2, false), (2, 2, true)]
    {
        let certificate = world
            .organisation
            .issue_certificate_for(
                CertificateUse::Issue { intermediate_levels: levels },
                certificate_period(),
                serial(1),
            )
            .unwrap();
        let identity =
            OrganisationCredential::new(world.identity.chain().clone(), certificate.clone())
                .unwrap();
        let mut certificate_authority = CertificateAuthority::new(
            certificate,
            Profile::DomainAuth,
            world.key.clone(),
            PROVIDER,
        )
        .unwrap();
        let mut above = Vec::new();
        let mut refused = None;
        for number in 1..=intermediates {
            let (name, key) = (format!("level-{number}"), key(2048, number));
            let user = UserName::new(&name, Profile::DomainAuth).unwrap();
            let path_length = u8::try_from(intermediates - number).unwrap();
            match certificate_authority
                .issue_intermediate(member_request(Some(&user), &key), path_length)
            {
                Ok(certificate) => {
                    let bundle = MemberIdBundle::assemble(&identity, &certificate, &above).unwrap();
                    certificate_authority =
                        CertificateAuthority::for_intermediate(&bundle, key, PROVIDER).unwrap();
                    above.push(certificate);
                }
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        let expected = (!may_issue).then_some(PolicyError::NotAnAuthority.into());
        assert_eq!(refused, expected, "{levels} {intermediates}");
    }
}

#[test]
fn an_intermediates_certificate_alone_issues_nothing() {
    let world = Fixture::new(Profile::DomainAuth);
    let certificate = world.identity.organisation_certificate().clone();
    let certificate_authority =
        CertificateAuthority::new(certificate, Profile::DomainAuth, world.key.clone(), PROVIDER)
            .unwrap();
    let key = key(2048, 1);
    let intermediate =
        certificate_authority.issue_intermediate(member_request(None, &key), 0).unwrap();
    assert_eq!(
        CertificateAuthority::new(intermediate, Profile::DomainAuth, key, PROVIDER).unwrap_err(),
        PolicyError::IssuerPathMissing.into()
    );
    // VeraId has no intermediates.
    let world = Fixture::new(Profile::VeraId);
    let own = world.identity.organisation_certificate();
    let bundle = MemberIdBundle::assemble(&world.identity, own, &[]).unwrap();
    assert_eq!(
        CertificateAuthority::for_intermediate(&bundle, world.key, PROVIDER).unwrap_err(),
        PolicyError::IntermediateUnderVeraId.into()
    );
}

#[test]
fn no_key_of_a_certificate_above_is_certified_again() {
    for profile in [Profile::VeraId, Profile::DomainAuth] {
        let world = Fixture::new(profile);
        let certificate = world.identity.organisation_certificate().clone();
        let certificate_authority =
            CertificateAuthority::new(certificate, profile, world.key.clone(), PROVIDER).unwrap();
        let request = member_request(None, &world.key);
        assert_eq!(
            certificate_authority.issue_member(request).unwrap_err(),
            PolicyError::KeyCertifiedTwice.into()
        );
    }
    let world = Fixture::new(Profile::DomainAuth);
    let certificate = world.identity.organisation_certificate().clone();
    let certificate_authority =
        CertificateAuthority::new(certificate, Profile::DomainAuth, world.key.clone(), PROVIDER)
            .unwrap();
    let key = key(2048, 1);
    let intermediate =
        certificate_authority.issue_intermediate(member_request(None, &key), 0).unwrap();
    let bundle = MemberIdBundle::assemble(&world.identity, &intermediate, &[]).unwrap();
    let below = CertificateAuthority::for_intermediate(&bundle, key.clone(), PROVIDER).unwrap();
    for own in [&key, &world.key] {
        let public_key = &ProvedPublicKey::without_proof(own.public_key_der());
        let request = veraid_issuer::CertificateRequest { public_key, ..member_request(None, own) };
        assert_eq!(below.issue_member(request).unwrap_err(), PolicyError::KeyCertifiedTwice.into());
    }
}

#[test]
fn an_issuer_whose_certificate_is_not_valid_then_issues_nothing() {
    for profile in [Profile::VeraId, Profile::DomainAuth] {
        let world = Fixture::new(profile);
        let valid = certificate_period();
        let certificate = world
            .organisation
            .issue_certificate_for(widest_use(profile), valid, serial(1))
            .unwrap();
        let certificate_authority =
            CertificateAuthority::new(certificate, profile, world.key, PROVIDER).unwrap();
        let at = |start: veraid_core::Timestamp| veraid_core::ValidityPeriod::at(start);
        for period in [at(valid.start().saturating_sub(1)), at(valid.end().saturating_add(1))] {
            let request = veraid_issuer::CertificateRequest {
                validity: period,
                ..member_request(None, &key(2048, 1))
            };
            assert_eq!(
                certificate_authority.issue_member(request).unwrap_err(),
                PolicyError::IssuerNotValid { period, issuer: Some(valid) }.into()
            );
        }
    }
}
