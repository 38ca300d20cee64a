//! Keys from a seed: as secret as the seed, different from each other, and usable in chains.

use std::collections::BTreeSet;

use veraid_dnssec::crypto::rust_crypto::PROVIDER;
use veraid_dnssec::{ChainVerifier, DnssecChain, Timestamp, TrustAnchors, ValidityPeriod};
use veraid_zones::{
    HierarchyBuilder, KeyRole, KeySplit, MockChain, ZoneAlgorithm, ZoneKey, ZoneKeys,
};

const PERIOD: ValidityPeriod = ValidityPeriod::at(Timestamp::from_unix_seconds(1_795_305_600));
const SEED: [u8; 32] = [0x5E; 32];
const P256: ZoneAlgorithm = ZoneAlgorithm::EcdsaP256;

fn proves_its_text(chain: &MockChain) -> bool {
    let anchors = TrustAnchors::from_presentation(&chain.trust_anchors).expect("anchors parse");
    let parsed =
        DnssecChain::parse(chain.messages.iter().map(Vec::as_slice)).expect("messages parse");
    parsed
        .verify(&chain.question(), PERIOD, &ChainVerifier::new(anchors, PROVIDER))
        .is_ok_and(|rrset| rrset.rdata().eq([b"\x04text"]))
}

fn seeded(algorithm: ZoneAlgorithm) -> HierarchyBuilder {
    from_seed(SEED).zone_algorithms(algorithm, algorithm, algorithm)
}

fn from_seed(seed: [u8; 32]) -> HierarchyBuilder {
    HierarchyBuilder::new(seed, PERIOD).zone_algorithms(P256, P256, P256)
}

#[test]
fn one_seed_gives_one_chain_and_another_seed_another() {
    let chain = seeded(P256).build();
    assert_eq!(chain.messages, seeded(P256).build().messages);
    assert_ne!(chain.trust_anchors, from_seed([0x5F; 32]).build().trust_anchors);
}

#[test]
fn chains_of_seeded_keys_verify_with_every_algorithm() {
    for algorithm in ZoneAlgorithm::ALL {
        // One RSA key at a time, because each is slow to find.
        let chain = seeded(P256).zone_keys("com", ZoneKeys::combined(algorithm)).build();
        assert!(proves_its_text(&chain), "{algorithm:?}");
    }
}

#[test]
fn rsa_keys_from_one_seed_are_equal_and_have_2048_bits() {
    let key = ZoneKey::from_seed(ZoneAlgorithm::RsaSha256, &SEED, 0);
    // One octet for the exponent's length, three for 65537.
    assert_eq!(key.public_key().len(), 1 + 3 + 256);
    assert_eq!(
        key.public_key(),
        ZoneKey::from_seed(ZoneAlgorithm::RsaSha256, &SEED, 0).public_key()
    );
}

#[test]
fn no_two_zones_and_no_two_tasks_share_a_key() {
    let split = KeySplit::TwoKsksAndZsk;
    let hierarchy = seeded(P256).key_split(split, split, split).hierarchy();
    let zones = [std::slice::from_ref(&hierarchy.root), &hierarchy.zones].concat();
    let keys: BTreeSet<_> = zones
        .iter()
        .flat_map(|zone| zone.entry_points().chain(&zone.zsks))
        .map(ZoneKey::public_key)
        .collect();
    assert_eq!(keys.len(), 3 * 3);
}

#[test]
fn a_key_depends_on_seed_algorithm_and_index() {
    let [ed25519, ed448] = [ZoneAlgorithm::Ed25519, ZoneAlgorithm::Ed448];
    let key =
        |algorithm, seed: u8, index| ZoneKey::from_seed(algorithm, &[seed; 32], index).public_key();
    let keys = BTreeSet::from([
        key(ed25519, 0, 0),
        key(ed25519, 0, 1),
        key(ed25519, 1, 0),
        key(ed448, 0, 0),
    ]);
    assert_eq!(keys.len(), 4);
}

#[test]
fn a_root_with_two_ksks_has_two_anchors_of_which_either_leads_to_its_keys() {
    let chain = seeded(P256).zone_keys(".", ZoneKeys::two_ksks_and_zsk(P256)).build();
    let anchors: Vec<_> = chain.trust_anchors.lines().collect();
    assert_eq!(anchors.len(), 2);
    let root = &chain.links[0];
    assert_eq!((root.rrset.rdata.len(), root.keys.len()), (3, 1));
    let with = |anchor: &str| MockChain { trust_anchors: anchor.into(), ..chain.clone() };
    assert!(proves_its_text(&chain));
    assert!(proves_its_text(&with(anchors[0])));
    // The standby key has signed nothing.
    assert!(!proves_its_text(&with(anchors[1])));
}

#[test]
fn supplied_keys_sign_for_their_zone_and_role() {
    let chain = HierarchyBuilder::with_keys(PERIOD, |slot| {
        let number = u8::try_from(slot.zone.label_count()).expect("names have at most 127 labels");
        let role = u8::from(slot.role == KeyRole::Zsk);
        ZoneKey::from_private_key(
            ZoneAlgorithm::Ed25519,
            &[[number; 31].as_slice(), &[role]].concat(),
        )
        .expect("32 octets are a key")
    })
    .build();
    assert!(proves_its_text(&chain));
    let signers: BTreeSet<_> =
        chain.links.iter().flat_map(|link| &link.keys).map(ZoneKey::public_key).collect();
    // Two of the root, one of each zone below.
    assert_eq!(signers.len(), 4);
}

#[test]
fn rejects_what_is_not_a_private_key() {
    for algorithm in ZoneAlgorithm::ALL {
        assert!(ZoneKey::from_private_key(algorithm, b"not a key").is_none(), "{algorithm:?}");
    }
    // Zero is not a scalar of ECDSA.
    assert!(ZoneKey::from_private_key(P256, &[0; 32]).is_none());
}

#[test]
fn debug_output_shows_neither_seeds_nor_private_keys() {
    let builder = from_seed([0xAB; 32]);
    let text = format!("{builder:?} {:?} {:?}", builder.hierarchy(), builder.build().links[0].keys);
    assert!(text.contains("KeySeed(..)"), "{text}");
    assert!(!text.contains("171, 171"), "{text}");
    let key = ZoneKey::from_seed(ZoneAlgorithm::Ed25519, &SEED, 0);
    assert_eq!(
        format!("{key:?}"),
        "ZoneKey { private: Ed25519, flags: 257, protocol: 3, algorithm: 15 }"
    );
}
