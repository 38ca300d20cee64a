//! Realistic bundles fit into an 8 KiB header: the TLD and the zone have P-256 keys, and the root
//! has the keys of the real one.

#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

mod common;

use common::{DAY, NOW, certificate_period, key, member_request, serial, verifier};
use kliento::{Profile, Token, TokenBundle, service_oid};
use kliento_issuer::TokenIssuer;
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{MemberIdBundle, OrganisationCredential, UserName};
use veraid_dnssec::DnssecChain;
use veraid_issuer::{CertificateAuthority, Organisation};
use veraid_testkit::{Compression, KeySplit, MessageBuilder, ZoneAlgorithm, ZoneKeys, fixed_zones};

/// The maximum length of a header line in bytes for nginx and Apache.
const HEADER_LINE: usize = 8_190;

/// A member-signed and an organisation-signed bundle of alice@example.com.
fn bundles() -> [TokenBundle; 2] {
    let (own_key, member_key) = (key(2048, 0), key(2048, 1));
    let organisation =
        Organisation::new("example.com", Profile::VeraId, own_key.clone(), PROVIDER).unwrap();
    let record = organisation.key_record(DAY, Some(&service_oid())).unwrap();
    let zones = fixed_zones()
        .key_split(KeySplit::Combined, KeySplit::KskAndZsk, KeySplit::KskAndZsk)
        .zone_keys(".", ZoneKeys::two_ksks_and_zsk(ZoneAlgorithm::RsaSha256))
        .owner(&organisation.key_record_owner())
        .txt(&[&record])
        .build();
    // As `kliento chain fetch` keeps responses: owners equal to the question's name point to it.
    let messages: Vec<Vec<u8>> = zones
        .links
        .iter()
        .map(|link| {
            MessageBuilder::new(&link.question())
                .compression(Compression::OwnerNames)
                .answer_rrset(&link.rrset, &link.rrsigs())
                .build()
        })
        .collect();
    let chain = DnssecChain::parse(messages.iter().map(Vec::as_slice)).unwrap();
    let certificate = organisation.issue_certificate(certificate_period(), serial(1)).unwrap();
    let identity = OrganisationCredential::new(chain, certificate.clone()).unwrap();
    let verifier = verifier(&zones);

    let alice = UserName::new("alice", Profile::VeraId).unwrap();
    let member = CertificateAuthority::new(certificate, Profile::VeraId, own_key.clone(), PROVIDER)
        .unwrap()
        .issue_member(member_request(Some(&alice), &member_key))
        .unwrap();
    let member = MemberIdBundle::assemble(&identity, &member, &[]).unwrap();
    let member = TokenIssuer::for_member(&member, member_key, NOW, &verifier).unwrap();
    let organisation = TokenIssuer::for_organisation(identity, own_key, NOW, &verifier)
        .and_then(|issuer| issuer.on_behalf_of(Some(&alice)))
        .unwrap();

    let token = Token::new("https://api.example.com").unwrap();
    [member, organisation].map(|issuer| {
        let bundle = issuer.issue(&token, issuer.period(NOW, 600).unwrap()).unwrap();
        assert!(bundle.clone().verify("https://api.example.com", NOW, &verifier).is_ok());
        bundle
    })
}

#[test]
fn bundles_stay_within_their_budgets_and_an_8_kib_header() {
    for (bundle, budget) in bundles().into_iter().zip([5_160, 4_260]) {
        let bytes = bundle.to_der().len();
        println!("{bytes} octets of {budget}");
        assert!(bytes <= budget, "{bytes} octets, budget is {budget}");
        let line = "Authorization: ".len() + bundle.to_auth_header().len() + "\r\n".len();
        assert!(line <= HEADER_LINE, "{line} octets");
    }
}
