//! Chains, verified with `veraid-dnssec`.

use veraid_dnssec::crypto::rust_crypto::PROVIDER;
use veraid_dnssec::{
    ChainError, ChainVerifier, DnssecChain, Question, RecordType, TrustAnchors, ValidityPeriod,
    VerifiedRrset,
};
use veraid_testkit::{
    Compression, FixedKey as _, KeySplit, MessageBuilder, MockChain, Scenario, TestProfile,
    ZoneAlgorithm, ZoneKey, ZoneKeys, default_instant, fixed_zones, key_tag,
};

fn verify(chain: &MockChain) -> Result<VerifiedRrset, ChainError> {
    let anchors = TrustAnchors::from_presentation(&chain.trust_anchors).expect("anchors parse");
    let parsed =
        DnssecChain::parse(chain.messages.iter().map(Vec::as_slice)).expect("messages parse");
    parsed.verify(
        &chain.question(),
        ValidityPeriod::at(default_instant()),
        &ChainVerifier::new(anchors, PROVIDER),
    )
}

#[test]
fn proves_the_default_record_with_every_algorithm() {
    for algorithm in ZoneAlgorithm::ALL {
        for split in [KeySplit::Combined, KeySplit::KskAndZsk] {
            let chain = fixed_zones()
                .zone_algorithms(algorithm, algorithm, algorithm)
                .key_split(split, split, split)
                .build();
            let rrset = verify(&chain).unwrap_or_else(|error| panic!("{algorithm:?}: {error}"));
            assert_eq!(rrset.rdata().collect::<Vec<_>>(), [b"\x04text"]);
        }
    }
}

#[test]
fn proves_the_key_record_of_a_scenario() {
    for profile in [TestProfile::VeraId, TestProfile::DomainAuth] {
        let scenario = Scenario::of(profile);
        let chain = scenario.build().chain;
        let rrset = verify(&chain).unwrap();
        let text: Vec<_> = rrset.rdata().map(|rdata| rdata[1..].to_vec()).collect();
        assert_eq!(text, [scenario.key_record().into_bytes()]);
    }
}

#[test]
fn proves_records_at_any_depth_and_across_labels_that_are_not_zones() {
    let deep = fixed_zones().owner("_veraid.a.b.example.com");
    assert_eq!(deep.build().messages.len(), 1 + 2 * 4 + 1);
    assert!(verify(&deep.build()).is_ok());
    let skipping = deep.without_zone("com").without_zone("b.example.com");
    assert_eq!(skipping.build().messages.len(), 1 + 2 * 2 + 1);
    assert!(verify(&skipping.build()).is_ok());
    assert!(verify(&fixed_zones().owner("_veraid.example").build()).is_ok());
}

#[test]
fn proves_with_a_1024_bit_zsk_and_with_sha_384_ds() {
    let mut hierarchy = fixed_zones()
        .zone_keys("com", ZoneKeys::ksk_and_zsk(ZoneAlgorithm::RsaSha256))
        .ds_digest_type(4)
        .hierarchy();
    hierarchy.zones[0].zsks = vec![ZoneKey::fixed_rsa_1024(0).with_flags(ZoneKey::ZONE)];
    assert!(verify(&hierarchy.sign()).is_ok());
}

#[test]
fn proves_from_messages_with_compressed_owners() {
    let mut chain = fixed_zones().build();
    for (link, message) in chain.links.iter().zip(&mut chain.messages) {
        let compressed = MessageBuilder::new(&link.question())
            .answer_rrset(&link.rrset, &link.rrsigs())
            .compression(Compression::OwnerNames)
            .build();
        assert!(
            link.signer.is_root() && link.rrset.owner.is_root() || compressed.len() < message.len()
        );
        *message = compressed;
    }
    assert!(verify(&chain).is_ok());
}

#[test]
fn a_changed_link_is_signed_again_and_a_lying_one_is_not_believed() {
    let mut chain = fixed_zones().build();
    let question = chain.question();
    chain.change_link(&question, |link| link.rrset.ttl = 1);
    assert!(verify(&chain).is_ok());
    chain.change_rrsigs(&question, |fields| fields.labels = 2);
    assert!(matches!(verify(&chain), Err(ChainError::Bogus { .. })));
}

#[test]
fn links_are_found_by_name_and_type() {
    let chain = fixed_zones().build();
    let questions: Vec<_> = chain.links.iter().map(|link| link.question().to_string()).collect();
    assert_eq!(
        questions,
        [
            ". DNSKEY",
            "com. DS",
            "com. DNSKEY",
            "example.com. DS",
            "example.com. DNSKEY",
            "_veraid.example.com. TXT"
        ]
    );
    assert_eq!(chain.find("com", "DNSKEY"), 2);
    let question = Question { name: "com".parse().unwrap(), record_type: RecordType::DS };
    assert_eq!(chain.position(&question), 1);
}

#[test]
fn key_tags_are_those_of_the_anchors() {
    let chain = fixed_zones().build();
    let anchors = TrustAnchors::from_presentation(&chain.trust_anchors).unwrap();
    let root_ksk = ZoneKey::fixed(ZoneAlgorithm::RsaSha256, 0);
    assert_eq!(anchors.key_tags().collect::<Vec<_>>(), [root_ksk.key_tag()]);
    assert_eq!(key_tag(&root_ksk.dnskey_rdata()), root_ksk.key_tag());
}

#[test]
fn signing_on_a_chain_gives_the_bytes_of_signing_anew() {
    let first = Scenario::default();
    let others = [
        first.clone(),
        Scenario { organisation: "other.com".into(), ..first.clone() },
        Scenario { organisation: "example.org".into(), ..first.clone() },
        Scenario { rrsig_period: ValidityPeriod::at(default_instant()), ..first.clone() },
        Scenario { root_keys: ZoneKeys::combined(ZoneAlgorithm::EcdsaP256), ..first.clone() },
    ];
    for other in others {
        let [on_it, anew] = [other.chain_on(&first.chain()), other.chain()];
        assert_eq!((&on_it.messages, &on_it.trust_anchors), (&anew.messages, &anew.trust_anchors));
    }
}

#[test]
fn signing_on_a_chain_takes_the_messages_of_links_that_are_the_same() {
    let mut marked = Scenario::default().chain();
    for message in &mut marked.messages {
        message.push(0);
    }
    let other = Scenario { organisation: "other.com".into(), ..Scenario::default() };
    let taken: Vec<_> = other
        .chain_on(&marked)
        .messages
        .iter()
        .map(|message| marked.messages.contains(message))
        .collect();
    // The root's keys, DS and keys of com are taken; DS, keys and record of the organisation are
    // not.
    assert_eq!(taken, [true, true, true, false, false, false]);
}
