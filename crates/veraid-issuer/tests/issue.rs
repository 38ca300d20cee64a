//! Issued bundles verify, under both profiles; what verifiers would reject is not signed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a panic is a test that fails"
)]

mod common;

use std::sync::Arc;

use common::{DAY, Fixture, NOW, certificate_period, key, member_request, serial, service};
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{
    Certificate, CertificateProblem, CertificateRole, KeyRecordError, MemberIdBundle, NameProblem,
    OrganisationCredential, Profile, SignatureBundle, SignatureKind, UserName, ValidityPeriod,
    VerifiedSignature, VerifyError,
};
use veraid_issuer::{
    CertificateAuthority, CertificateRequest, Content, IssueError, Organisation, PolicyError,
    SignatureIssuer, SigningKey as _, SoftwareKey,
};
use veraid_testkit::{CertificateBuilder, CommonName, Extension, RsaKey};

const CONTENT: Content<'static> = Content::Attached(b"content");
const PROFILES: [Profile; 2] = [Profile::VeraId, Profile::DomainAuth];

fn user(name: &str) -> UserName {
    UserName::new(name, Profile::VeraId).unwrap()
}

fn certificate_authority(world: &Fixture) -> CertificateAuthority {
    let certificate = world.identity.organisation_certificate().clone();
    CertificateAuthority::new(certificate, world.identity.profile(), world.key.clone(), PROVIDER)
        .unwrap()
}

fn member_bundle(world: &Fixture, user: Option<&UserName>, key: &SoftwareKey) -> MemberIdBundle {
    let certificate = certificate_authority(world).issue_member(member_request(user, key)).unwrap();
    MemberIdBundle::assemble(&world.identity, &certificate, &[]).unwrap()
}

fn organisation_issuer(world: &Fixture) -> SignatureIssuer {
    let (identity, key) = (world.identity.clone(), world.key.clone());
    SignatureIssuer::for_organisation(identity, key, service(), NOW, &world.verifier).unwrap()
}

fn member_issuer(
    world: &Fixture,
    bundle: &MemberIdBundle,
    key: Arc<SoftwareKey>,
) -> Result<SignatureIssuer, IssueError> {
    SignatureIssuer::for_member(bundle, key, service(), NOW, &world.verifier)
}

/// Ten minutes from now on.
fn minutes() -> ValidityPeriod {
    ValidityPeriod::new(NOW, NOW.saturating_add(600)).unwrap()
}

fn verify(world: &Fixture, bundle: SignatureBundle) -> Result<VerifiedSignature, VerifyError> {
    bundle.verify(&service(), ValidityPeriod::at(NOW), &world.verifier)
}

#[test]
fn an_organisation_signs_for_itself_and_on_behalf_of_users() {
    for profile in PROFILES {
        let world = Fixture::new(profile);
        let issuer = organisation_issuer(&world);
        let period = minutes();
        let alice = user("alice");
        for (issuer, subject) in [
            (issuer.clone(), "example.com"),
            (issuer.on_behalf_of(Some(&alice)).unwrap(), "alice@example.com"),
        ] {
            let bundle = issuer.issue(CONTENT, period).unwrap();
            assert_eq!(bundle.deviations(), [], "strict DER");
            // It was assembled from parsed parts: as a whole it parses to the same value.
            let again = SignatureBundle::from_der(&bundle.to_der()).unwrap();
            assert_eq!(verify(&world, again), verify(&world, bundle.clone()));
            let verified = verify(&world, bundle).unwrap();
            assert_eq!(verified.member().to_string(), subject);
            assert_eq!(verified.kind(), SignatureKind::Organisation);
            assert_eq!(verified.profile(), profile);
            assert_eq!(verified.signed_period(), period);
            assert_eq!(verified.plaintext(), b"content");
        }
    }
}

#[test]
fn a_member_signs_only_for_itself() {
    for profile in PROFILES {
        let world = Fixture::new(profile);
        let alice = user("alice");
        for (name, subject) in [(Some(&alice), "alice@example.com"), (None, "example.com")] {
            let key = key(2048, 1);
            let bundle = member_bundle(&world, name, &key);
            let issuer = member_issuer(&world, &bundle, key).unwrap();
            let period = minutes();
            let issued = issuer.issue(CONTENT, period).unwrap();
            assert_eq!(issued.deviations(), [], "strict DER");
            let verified = verify(&world, issued).unwrap();
            assert_eq!(verified.member().to_string(), subject);
            assert_eq!(verified.kind(), SignatureKind::Member);
            assert_eq!(
                issuer.on_behalf_of(None).unwrap_err(),
                PolicyError::AttributionNotAllowed.into()
            );
        }
    }
}

#[test]
fn keys_of_every_size_sign_with_the_hash_that_goes_with_it() {
    for bits in [2048, 3072, 4096] {
        for profile in PROFILES {
            let world = Fixture::with(profile, key(bits, 0), Some(&service()));
            let issuer = organisation_issuer(&world);
            let issued = issuer.issue(CONTENT, minutes()).unwrap();
            assert!(verify(&world, issued).is_ok(), "{bits} {profile}");
        }
    }
}

#[test]
fn under_domainauth_intermediates_issue_and_sign_on_behalf_of_members() {
    let world = Fixture::new(Profile::DomainAuth);
    let (department_key, user_key) = (key(2048, 2), key(2048, 3));
    let department = user("department");
    let department_certificate = certificate_authority(&world)
        .issue_intermediate(member_request(Some(&department), &department_key), 0)
        .unwrap();
    let department_bundle =
        MemberIdBundle::assemble(&world.identity, &department_certificate, &[]).unwrap();
    let below = CertificateAuthority::for_intermediate(
        &department_bundle,
        department_key.clone(),
        PROVIDER,
    )
    .unwrap();

    let alice = user("alice");
    let certificate = below.issue_member(member_request(Some(&alice), &user_key)).unwrap();
    let bundle = MemberIdBundle::assemble(
        &world.identity,
        &certificate,
        std::slice::from_ref(&department_certificate),
    )
    .unwrap();
    let issuer = member_issuer(&world, &bundle, user_key).unwrap();
    let issued = issuer.issue(CONTENT, minutes()).unwrap();
    let verified = verify(&world, issued).unwrap();
    assert_eq!(verified.member().to_string(), "alice@example.com");

    // The department itself, on behalf of somebody.
    let issuer = member_issuer(&world, &department_bundle, department_key).unwrap();
    let issuer = issuer.on_behalf_of(Some(&user("bob"))).unwrap();
    let issued = issuer.issue(CONTENT, minutes()).unwrap();
    let verified = verify(&world, issued).unwrap();
    assert_eq!(verified.member().to_string(), "bob@example.com");
    assert_eq!(verified.kind(), SignatureKind::Organisation);

    // An intermediate with a path length of 0 cannot issue authorities.
    let request = member_request(None, &world.key);
    assert_eq!(
        below.issue_intermediate(request, 0).unwrap_err(),
        PolicyError::NotAnAuthority.into()
    );
}

#[test]
fn a_user_called_like_the_organisation_gets_no_certificate() {
    for (profile, name) in [
        (Profile::VeraId, "example.com"),
        (Profile::VeraId, "EXAMPLE.com"),
        (Profile::VeraId, "example.com."),
        (Profile::DomainAuth, "example.com"),
        (Profile::DomainAuth, "example.com."),
    ] {
        let world = Fixture::new(profile);
        let (key, namesake) = (key(2048, 1), user(name));
        let named = IssueError::from(PolicyError::NamedLikeOrganisation);
        let request = member_request(Some(&namesake), &key);
        assert_eq!(certificate_authority(&world).issue_member(request).unwrap_err(), named);

        // A bundle with it from elsewhere does not name a member either.
        let own = world.organisation.issue_certificate(certificate_period(), serial(7)).unwrap();
        let bundle = MemberIdBundle::assemble(&world.identity, &own, &[]).unwrap();
        assert_eq!(
            member_issuer(&world, &bundle, world.key.clone()).unwrap_err(),
            IssueError::Identity(VerifyError::AttributionMissing)
        );
    }
}

#[test]
fn a_member_certificate_never_has_the_organisations_serial_number() {
    let world = Fixture::new(Profile::VeraId);
    let key = key(2048, 1);
    let request = CertificateRequest { serial_number: serial(1), ..member_request(None, &key) };
    assert_eq!(
        certificate_authority(&world).issue_member(request).unwrap_err(),
        PolicyError::SerialNumberRepeated.into()
    );
}

#[test]
fn the_verifiers_own_caps_apply_to_issuing() {
    let service = service();
    let world = Fixture::with(Profile::VeraId, key(2048, 0), None);
    let policy = world.verifier.policy().with_max_signed_seconds(60);
    let verifier = world.verifier.clone().with_policy(policy);
    let (identity, key) = (world.identity.clone(), world.key.clone());
    let issuer = SignatureIssuer::for_organisation(identity, key, service, NOW, &verifier).unwrap();
    let period = ValidityPeriod::new(NOW, NOW.saturating_add(61)).unwrap();
    assert_eq!(
        issuer.issue(Content::Attached(b"x"), period).unwrap_err(),
        PolicyError::SignedPeriodTooLong { seconds: 61, limit: 60 }.into()
    );
}

#[test]
fn no_authority_may_have_more_below_it_than_paths_are_long() {
    let world = Fixture::new(Profile::DomainAuth);
    let key = key(2048, 2);
    for path_length in [3, 128, 255] {
        assert_eq!(
            certificate_authority(&world)
                .issue_intermediate(member_request(None, &key), path_length)
                .unwrap_err(),
            PolicyError::NotAnAuthority.into(),
            "{path_length}"
        );
    }
    assert!(
        certificate_authority(&world).issue_intermediate(member_request(None, &key), 2).is_ok()
    );
}

#[test]
fn an_organisation_certificate_whose_key_usage_forbids_it_issues_nothing() {
    let organisation = CertificateBuilder::organisation(
        CommonName::utf8("example.com."),
        &RsaKey::fixed(2048, 0),
        certificate_period(),
    );
    // Only digitalSignature.
    let usage = Extension::new("2.5.29.15", true, vec![0x03, 0x02, 0x07, 0x80]);
    for (certificate, may_issue) in
        [(organisation.clone(), true), (organisation.extension(usage), false)]
    {
        let der = certificate.sign(&RsaKey::fixed(2048, 0), veraid_testkit::Digest::Sha256);
        let certificate = Certificate::from_der(&der).unwrap();
        let certificate_authority =
            CertificateAuthority::new(certificate, Profile::DomainAuth, key(2048, 0), PROVIDER);
        assert_eq!(certificate_authority.is_ok(), may_issue);
        if let Err(error) = certificate_authority {
            assert_eq!(error, PolicyError::NotAnAuthority.into());
        }
    }
}

#[test]
fn only_certificates_on_the_way_are_attached() {
    let world = Fixture::new(Profile::DomainAuth);
    let (member_key, other_key) = (key(2048, 1), key(2048, 2));
    let (alice, other) = (user("alice"), user("other"));
    let member = certificate_authority(&world)
        .issue_member(member_request(Some(&alice), &member_key))
        .unwrap();
    let stray: Vec<Certificate> = (10..18)
        .map(|number| {
            let request = CertificateRequest {
                serial_number: serial(number),
                ..member_request(Some(&other), &other_key)
            };
            certificate_authority(&world).issue_intermediate(request, 0).unwrap()
        })
        .collect();
    let bundle = MemberIdBundle::assemble(&world.identity, &member, &stray).unwrap();
    let issuer = member_issuer(&world, &bundle, member_key).unwrap();
    let issued = issuer.issue(CONTENT, minutes()).unwrap();
    assert_eq!(issued.unverified().certificates().len(), 1);
    assert!(verify(&world, issued).is_ok());
}

#[test]
fn veraid_has_no_intermediates() {
    let world = Fixture::new(Profile::VeraId);
    let key = key(2048, 1);
    assert_eq!(
        certificate_authority(&world)
            .issue_intermediate(member_request(None, &key), 0)
            .unwrap_err(),
        PolicyError::IntermediateUnderVeraId.into()
    );
}

#[test]
fn content_of_any_service_is_signed_attached_or_detached_for_longer_than_the_chain_is_valid() {
    let service = service();
    for profile in PROFILES {
        let world = Fixture::with(profile, key(2048, 0), None);
        let issuer = SignatureIssuer::for_organisation(
            world.identity.clone(),
            world.key.clone(),
            service.clone(),
            NOW,
            &world.verifier,
        )
        .unwrap();
        // The chain is valid until seven days after, and verification may look back a day.
        let (start, end) = (NOW, issuer.validity().end().saturating_add(DAY));
        let period = ValidityPeriod::new(start, end).unwrap();
        let bundle = issuer.issue(Content::Attached(b"content"), period).unwrap();
        let verified = bundle.verify(&service, period, &world.verifier).unwrap();
        assert_eq!(verified.plaintext(), b"content");
        assert_eq!(verified.signed_period(), period);

        let bundle = issuer.issue(Content::Detached(b"content"), period).unwrap();
        assert!(
            bundle.clone().verify_detached(b"content", &service, period, &world.verifier).is_ok()
        );
        assert!(bundle.verify_detached(b"other", &service, period, &world.verifier).is_err());

        let too_long = ValidityPeriod::new(start, end.saturating_add(1)).unwrap();
        assert_eq!(
            issuer.issue(Content::Attached(b"content"), too_long).unwrap_err(),
            PolicyError::NotCovered { period: too_long, validity: issuer.validity() }.into()
        );
    }
}

#[test]
fn signatures_can_be_made_elsewhere() {
    let world = Fixture::new(Profile::VeraId);
    let unsigned = world.organisation.prepare_certificate(certificate_period(), serial(9)).unwrap();
    let signature = world.key.sign(unsigned.to_be_signed()).unwrap();
    let certificate = unsigned.clone().assemble(&signature).unwrap();
    assert_eq!(certificate.subject_public_key_info(), world.key.public_key_der());

    let issuer = organisation_issuer(&world);
    let prepared = issuer.prepare(CONTENT, minutes()).unwrap();
    let signature = world.key.sign(prepared.to_be_signed()).unwrap();
    let issued = prepared.clone().assemble(&signature).unwrap();
    assert!(verify(&world, issued).is_ok());

    // A signature by another key, and one over other bytes.
    let foreign = key(2048, 4).sign(prepared.to_be_signed()).unwrap();
    for wrong in [foreign, world.key.sign(b"else").unwrap(), vec![]] {
        assert_eq!(prepared.clone().assemble(&wrong).unwrap_err(), IssueError::InvalidSignature);
        assert_eq!(unsigned.clone().assemble(&wrong).unwrap_err(), IssueError::InvalidSignature);
    }
}

#[test]
fn a_key_that_is_not_in_the_record_issues_nothing() {
    let world = Fixture::new(Profile::VeraId);
    let stranger = key(2048, 5);
    let other =
        Organisation::new("example.com", Profile::VeraId, stranger.clone(), PROVIDER).unwrap();
    let certificate = other.issue_certificate(certificate_period(), serial(1)).unwrap();
    let chain = world.identity.chain().clone();
    let identity = OrganisationCredential::new(chain, certificate).unwrap();
    match SignatureIssuer::for_organisation(identity, stranger, service(), NOW, &world.verifier)
        .unwrap_err()
    {
        IssueError::Identity(VerifyError::KeyRecord(KeyRecordError::NotFound {
            records, ..
        })) => assert_eq!(records, 1),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_that_is_not_the_certificates_issues_nothing() {
    let world = Fixture::new(Profile::VeraId);
    let (member, stranger) = (key(2048, 1), key(2048, 5));
    let bundle = member_bundle(&world, None, &member);
    let mismatch = |certificate| IssueError::from(PolicyError::KeyMismatch { certificate });
    assert_eq!(member_issuer(&world, &bundle, stranger.clone()).unwrap_err(), mismatch("member"));
    assert_eq!(
        SignatureIssuer::for_organisation(
            world.identity.clone(),
            stranger.clone(),
            service(),
            NOW,
            &world.verifier
        )
        .unwrap_err(),
        mismatch("organisation")
    );
    let certificate = world.identity.organisation_certificate().clone();
    assert_eq!(
        CertificateAuthority::new(certificate, Profile::VeraId, stranger, PROVIDER).unwrap_err(),
        mismatch("issuer")
    );
}

#[test]
fn a_member_certificate_issues_no_other() {
    let world = Fixture::new(Profile::VeraId);
    let member = key(2048, 1);
    let bundle = member_bundle(&world, None, &member);
    let certificate = bundle.member_certificate().clone();
    assert_eq!(
        CertificateAuthority::new(certificate, Profile::VeraId, member, PROVIDER).unwrap_err(),
        PolicyError::NotAnAuthority.into()
    );
}

#[test]
fn names_that_verifiers_reject_are_not_issued() {
    let key = key(2048, 1);
    for (name, problem) in [
        ("", NameProblem::EmptyLabel),
        ("example..com", NameProblem::EmptyLabel),
        ("bücher.example", NameProblem::NotLettersDigitsHyphens),
        ("-a.com", NameProblem::Label),
    ] {
        assert_eq!(
            Organisation::new(name, Profile::VeraId, key.clone(), PROVIDER).unwrap_err(),
            PolicyError::Name { what: "organisation name", problem }.into(),
            "{name:?}"
        );
    }
    // A name that VeraId allows and DomainAuth does not.
    let world = Fixture::new(Profile::DomainAuth);
    let loud = user("Alice");
    let name = PolicyError::Name { what: "user name", problem: NameProblem::NotPrecis };
    assert_eq!(
        certificate_authority(&world).issue_member(member_request(Some(&loud), &key)).unwrap_err(),
        name.clone().into()
    );
    assert_eq!(organisation_issuer(&world).on_behalf_of(Some(&loud)).unwrap_err(), name.into());
}

#[test]
fn certificates_outlive_neither_their_issuers_nor_under_domainauth_90_days() {
    let key = key(2048, 1);
    for profile in PROFILES {
        let world = Fixture::new(profile);
        let issuer = certificate_period();
        let validity = ValidityPeriod::new(issuer.start(), issuer.end().saturating_add(1)).unwrap();
        let request = CertificateRequest { validity, ..member_request(None, &key) };
        assert_eq!(
            certificate_authority(&world).issue_member(request).unwrap_err(),
            PolicyError::OutlivesIssuer { period: validity, issuer }.into()
        );
    }
    let validity = ValidityPeriod::new(NOW, NOW.saturating_add(90 * DAY + 1)).unwrap();
    let world = Fixture::new(Profile::DomainAuth);
    assert_eq!(
        world.organisation.issue_certificate(validity, serial(1)).unwrap_err(),
        PolicyError::CertificatePeriodTooLong { seconds: 90 * DAY + 1, limit: 90 * DAY }.into()
    );
    assert!(
        Fixture::new(Profile::VeraId).organisation.issue_certificate(validity, serial(1)).is_ok()
    );
}

#[test]
fn a_bundle_that_has_expired_signs_nothing() {
    let world = Fixture::new(Profile::VeraId);
    let key = key(2048, 1);
    let bundle = member_bundle(&world, None, &key);
    let later = certificate_period().end().saturating_add(1);
    match SignatureIssuer::for_member(&bundle, key, service(), later, &world.verifier).unwrap_err()
    {
        IssueError::Identity(error) => assert!(error.is_about_time(), "{error:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn certificates_have_the_form_that_deployed_software_reads() {
    use x509_cert::der::{Decode as _, Encode as _};

    for (profile, name) in [(Profile::VeraId, 0x1E), (Profile::DomainAuth, 0x0C)] {
        let world = Fixture::new(profile);
        let key = key(2048, 1);
        let member = member_bundle(&world, None, &key).member_certificate().clone();
        let organisation = world.identity.organisation_certificate();
        for (certificate, extensions) in [(organisation, 4), (&member, 3)] {
            let parsed = x509_cert::Certificate::from_der(certificate.as_der()).unwrap();
            assert_eq!(parsed.to_der().unwrap(), certificate.as_der());
            let tbs = parsed.tbs_certificate();
            assert_eq!(tbs.extensions().unwrap().len(), extensions);
            assert_eq!(tbs.serial_number().as_bytes().len(), 16);
            let subject = tbs.subject().to_der().unwrap();
            assert_eq!(subject[11], name, "the tag of the common name in {subject:02x?}");
        }
        assert!(organisation.is_authority() && !member.is_authority());
        assert_eq!(
            organisation.common_name(),
            Ok(if profile == Profile::VeraId { "example.com" } else { "example.com." })
        );
        assert_eq!(member.common_name(), Ok("@"));
    }
}

#[test]
fn signatures_parse_as_strict_cms() {
    use cms::cert::x509::der::{Decode as _, Encode as _};
    use cms::content_info::ContentInfo;

    let world = Fixture::new(Profile::VeraId);
    let key = key(2048, 1);
    let bundle = member_bundle(&world, None, &key);
    let member = member_issuer(&world, &bundle, key).unwrap();
    for (issuer, certificates) in [(member, 1), (organisation_issuer(&world), 0)] {
        let issued = issuer.issue(CONTENT, minutes()).unwrap();
        let der = issued.to_der();
        // The last field of the bundle, with the tag [3] instead of SEQUENCE.
        let mut content_info = last_field(&der);
        content_info[0] = 0x30;
        let parsed = ContentInfo::from_der(&content_info).unwrap();
        let inner = parsed.content.to_der().unwrap();
        let signed_data = cms::signed_data::SignedData::from_der(&inner).unwrap();
        assert_eq!(signed_data.to_der().unwrap(), inner);
        assert_eq!(signed_data.certificates.map_or(0, |set| set.0.len()), certificates);
        assert_eq!(signed_data.signer_infos.0.len(), 1);
    }
}

/// The last element of a SEQUENCE whose lengths take two octets.
fn last_field(der: &[u8]) -> Vec<u8> {
    let mut rest = &der[4..];
    loop {
        let (header, length) = match rest[1] {
            0x82 => (4, usize::from(rest[2]) << 8 | usize::from(rest[3])),
            0x81 => (3, usize::from(rest[2])),
            short => (2, usize::from(short)),
        };
        let (field, after) = rest.split_at(header + length);
        if after.is_empty() {
            return field.to_vec();
        }
        rest = after;
    }
}

#[test]
fn a_forged_member_certificate_is_rejected_before_anything_is_signed() {
    let world = Fixture::new(Profile::VeraId);
    let (member, stranger) = (key(2048, 1), key(2048, 5));
    let other =
        Organisation::new("example.com", Profile::VeraId, stranger.clone(), PROVIDER).unwrap();
    let forged: Certificate = other.issue_certificate(certificate_period(), serial(1)).unwrap();
    let forged = CertificateAuthority::new(forged, Profile::VeraId, stranger, PROVIDER)
        .unwrap()
        .issue_member(member_request(None, &member))
        .unwrap();
    let bundle = MemberIdBundle::assemble(&world.identity, &forged, &[]).unwrap();
    assert_eq!(
        member_issuer(&world, &bundle, member).unwrap_err(),
        IssueError::Identity(VerifyError::Certificate {
            certificate: CertificateRole::Signer,
            problem: CertificateProblem::KeyIdentifiersDiffer,
        })
    );
}
