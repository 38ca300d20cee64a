//! Law of issuing certificates: for any request, either the issued certificate verifies or none is
//! issued.

#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a panic is a test that fails"
)]

mod common;

use std::sync::Arc;

use common::{DAY, Fixture, NOW, key, serial, service};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{
    Certificate, MemberIdBundle, OrganisationCredential, Profile, SignatureKind, UserName,
    ValidityPeriod,
};
use veraid_issuer::{
    CertificateAuthority, CertificateRequest, CertificateUse, Content, ProvedPublicKey,
    SignatureIssuer, SigningKey as _, SoftwareKey,
};

/// Names: first those that members may have under both profiles.
const NAMES: [Option<&str>; 8] = [
    None,
    Some("alice"),
    Some("ops"),
    Some("level-1"),
    Some("zoë"),
    Some("example.com"),
    Some("EXAMPLE.COM."),
    Some("Zoë"),
];
const ALLOWED_NAMES: usize = 5;

/// A certificate to request.
#[derive(Clone, Debug)]
struct Link {
    name: usize,
    /// A key of its own if none is named.
    key: Option<usize>,
    serial_number: u8,
    /// As many levels as follow if none is named.
    path_length: Option<u8>,
    validity: ValidityPeriod,
}

#[derive(Clone, Debug)]
struct Plan {
    profile: Profile,
    /// As many levels as follow if none is named.
    certificate_use: Option<CertificateUse>,
    validity: ValidityPeriod,
    intermediates: Vec<Link>,
    member: Link,
}

/// Usually from an hour ago for 20 days; sometimes at another time or for too long.
fn periods() -> impl Strategy<Value = ValidityPeriod> {
    let earliest = NOW.saturating_sub(40 * DAY);
    let start = prop_oneof![12 => Just(40 * DAY - 3_600), 1 => 0..80 * DAY];
    let length = prop_oneof![12 => Just(20 * DAY), 1 => 0..100 * DAY];
    (start, length).prop_map(move |(start, length)| {
        let start = earliest.saturating_add(start);
        ValidityPeriod::new(start, start.saturating_add(length)).unwrap()
    })
}

/// Usually requests that can be issued; sometimes any.
fn links() -> impl Strategy<Value = Link> {
    let names = prop_oneof![12 => 0..ALLOWED_NAMES, 1 => 0..NAMES.len()];
    let keys = prop_oneof![12 => Just(None), 1 => (0_usize..6).prop_map(Some)];
    let serial_numbers = prop_oneof![12 => 3_u8..=63, 1 => 1_u8..=2];
    let path_lengths = prop_oneof![12 => Just(None), 1 => (0_u8..4).prop_map(Some)];
    (names, keys, serial_numbers, path_lengths, periods()).prop_map(
        |(name, key, serial_number, path_length, validity)| Link {
            name,
            key,
            serial_number,
            path_length,
            validity,
        },
    )
}

fn plans() -> impl Strategy<Value = Plan> {
    let profile = prop_oneof![Just(Profile::VeraId), Just(Profile::DomainAuth)];
    let levels =
        (0_u8..5).prop_map(|intermediate_levels| CertificateUse::Issue { intermediate_levels });
    let certificate_use = prop_oneof![
        12 => Just(None),
        1 => Just(Some(CertificateUse::SignOnly)),
        2 => levels.prop_map(Some),
    ];
    let counts = [0, 0, 0, 1, 1, 2, 2, 3, 3, 4];
    let intermediates = proptest::sample::select(counts.to_vec())
        .prop_flat_map(|count: usize| proptest::collection::vec(links(), count));
    (profile, certificate_use, periods(), intermediates, links()).prop_map(
        |(profile, certificate_use, validity, intermediates, member)| Plan {
            profile,
            certificate_use,
            validity,
            intermediates,
            member,
        },
    )
}

/// The number of levels of intermediates that follow the certificate at `place`, the organisation's
/// being 0.
fn levels_below(plan: &Plan, place: usize) -> u8 {
    u8::try_from(plan.intermediates.len().saturating_sub(place)).unwrap()
}

/// The outcome of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Refused,
    /// The certificates are never valid at the same time as the DNSSEC chain.
    NeverNow,
    Verified,
}

/// Requests each certificate of the plan in turn, and verifies every issued one.
fn follow(plan: &Plan, world: &Fixture) -> Result<End, TestCaseError> {
    let intermediate_levels = levels_below(plan, 0);
    let certificate_use =
        plan.certificate_use.unwrap_or(CertificateUse::Issue { intermediate_levels });
    let own = world.organisation.issue_certificate_for(certificate_use, plan.validity, serial(1));
    let Ok(own) = own else { return Ok(End::Refused) };
    let identity =
        OrganisationCredential::new(world.identity.chain().clone(), own.clone()).unwrap();
    let Ok(mut certificate_authority) =
        CertificateAuthority::new(own, plan.profile, world.key.clone(), PROVIDER)
    else {
        return Ok(End::Refused);
    };
    let mut above: Vec<Certificate> = Vec::new();
    let mut end = End::Verified;
    for (place, link) in (1..).zip(&plan.intermediates) {
        let (name, key) = (user(link), key(2048, link.key.unwrap_or(place)));
        let public_key = ProvedPublicKey::from_private_key(&key);
        let request = request(link, name.as_ref(), &public_key);
        let path_length = link.path_length.unwrap_or(levels_below(plan, place));
        let Ok(issued) = certificate_authority.issue_intermediate(request, path_length) else {
            return Ok(End::Refused);
        };
        end = end.min(prove(&identity, &issued, &above, &key, name.as_ref(), world)?);
        let bundle = MemberIdBundle::assemble(&identity, &issued, &above).unwrap();
        certificate_authority = CertificateAuthority::for_intermediate(&bundle, key, PROVIDER)
            .map_err(|error| TestCaseError::fail(format!("issued, and then refused: {error}")))?;
        above.push(issued);
    }
    let place = plan.intermediates.len() + 1;
    let (name, key) = (user(&plan.member), key(2048, plan.member.key.unwrap_or(place)));
    let public_key = ProvedPublicKey::from_private_key(&key);
    let Ok(issued) =
        certificate_authority.issue_member(request(&plan.member, name.as_ref(), &public_key))
    else {
        return Ok(End::Refused);
    };
    Ok(end.min(prove(&identity, &issued, &above, &key, name.as_ref(), world)?))
}

fn user(link: &Link) -> Option<UserName> {
    NAMES
        .get(link.name)
        .copied()
        .flatten()
        .map(|name| UserName::new(name, Profile::VeraId).unwrap())
}

fn request<'a>(
    link: &Link,
    user: Option<&'a UserName>,
    public_key: &'a ProvedPublicKey,
) -> CertificateRequest<'a> {
    CertificateRequest {
        user,
        public_key,
        validity: link.validity,
        serial_number: serial(link.serial_number),
    }
}

/// Seconds at which the DNSSEC chain is valid.
fn chain_validity(world: &Fixture) -> ValidityPeriod {
    let (identity, key) = (world.identity.clone(), world.key.clone());
    let (service, verifier) = (service(), &world.verifier);
    SignatureIssuer::for_organisation(identity, key, service, NOW, verifier).unwrap().validity()
}

/// Signs content with the certificate at the first and last second at which the chain is also
/// valid, and verifies it.
fn prove(
    identity: &OrganisationCredential,
    certificate: &Certificate,
    above: &[Certificate],
    key: &Arc<SoftwareKey>,
    user: Option<&UserName>,
    world: &Fixture,
) -> Result<End, TestCaseError> {
    prop_assert_eq!(certificate.subject_public_key_info(), key.public_key_der());
    let chain = chain_validity(world);
    let own = ValidityPeriod::new(certificate.not_before(), certificate.not_after()).unwrap();
    let Some(common) = chain.intersection(own) else { return Ok(End::NeverNow) };
    let bundle = MemberIdBundle::assemble(identity, certificate, above).unwrap();
    for at in [common.start(), common.end()] {
        let issuer =
            SignatureIssuer::for_member(&bundle, key.clone(), service(), at, &world.verifier)
                .map_err(|error| TestCaseError::fail(format!("{error}: {error:?}")))?;
        let period = ValidityPeriod::at(at);
        let verified = issuer
            .issue(Content::Attached(b"content"), period)
            .unwrap()
            .verify(&service(), period, &world.verifier)
            .map_err(|error| TestCaseError::fail(format!("{error}: {error:?}")))?;
        prop_assert_eq!(verified.kind(), SignatureKind::Member);
        prop_assert_eq!(verified.member().user(), user);
    }
    Ok(End::Verified)
}

#[test]
fn nothing_is_issued_that_does_not_verify() {
    let worlds = [Fixture::new(Profile::VeraId), Fixture::new(Profile::DomainAuth)];
    // Always the same plans: the result for a change must not depend on chance.
    let mut runner = TestRunner::deterministic();
    let strategy = plans();
    let mut deepest_verified = 0;
    let mut counts = [0_u32; 2];
    for _ in 0..1_500 {
        let plan = strategy.new_tree(&mut runner).unwrap().current();
        let [veraid, domainauth] = &worlds;
        let world = if plan.profile == Profile::VeraId { veraid } else { domainauth };
        let end = follow(&plan, world).unwrap_or_else(|error| panic!("{plan:#?}: {error}"));
        let [refused, verified] = &mut counts;
        match end {
            End::Verified => {
                *verified += 1;
                deepest_verified = deepest_verified.max(plan.intermediates.len());
            }
            End::Refused => *refused += 1,
            End::NeverNow => {}
        }
    }
    // Neither outcome is rare, and paths reach the maximum length.
    assert!(counts.iter().all(|&count| count > 50), "{counts:?}");
    assert_eq!(deepest_verified, 3);
}
