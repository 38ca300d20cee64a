//! Keys and signatures that make a verifier try every key with every signature (KeyTrap,
//! CVE-2023-50387), and related attacks.

use veraid_dnssec::Name;

use super::bundle::{Attack, compact, filler, organisation};
use super::collision::{forged, pair};
use crate::fixed_keys::fixed_zones;
use crate::scenario::{Scenario, period};
use veraid_zones::KeySplit;
use veraid_zones::{ChainLink, MockChain};
use veraid_zones::{ZoneAlgorithm, ZoneKey, key_tag};

/// The tag of all forged keys.
const TAG: u16 = 4711;

pub(super) fn attacks() -> Vec<Attack> {
    use ZoneAlgorithm::{EcdsaP256, EcdsaP384, Ed448, Ed25519, RsaSha256};
    let mut attacks = Vec::new();
    for (algorithm, name, keys, signatures) in [
        (EcdsaP256, "p256", 84, 68),
        (EcdsaP384, "p384", 60, 51),
        (Ed25519, "ed25519", 120, 74),
        (Ed448, "ed448", 81, 55),
        (RsaSha256, "rsa-4096", 13, 11),
    ] {
        attacks.push(key_sig_trap(name, algorithm, keys, signatures));
    }
    for (algorithm, name) in
        [(EcdsaP256, "p256"), (EcdsaP384, "p384"), (Ed25519, "ed25519"), (Ed448, "ed448")]
    {
        attacks.push(within_limits(name, &pair(algorithm)));
    }
    attacks.push(within_limits_rsa());
    attacks.push(hash_trap());
    attacks.push(hash_trap_within_limits());
    attacks.push(distinct_tags());
    attacks.push(distinct_tags_within_limits());
    attacks
}

/// A root and zones with one P-256 key each above `_veraid.example.com`.
fn small_zones(scenario: &Scenario) -> MockChain {
    let p256 = ZoneAlgorithm::EcdsaP256;
    let combined = KeySplit::Combined;
    fixed_zones()
        .owner(&scenario.profile.owner(&scenario.organisation))
        .txt(&[&scenario.key_record()])
        .zone_algorithms(p256, p256, p256)
        .key_split(combined, combined, combined)
        .build()
}

/// The root's key set with these keys, and with these invalid signatures.
fn root_keys(link: &ChainLink, keys: Vec<Vec<u8>>, signatures: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let fields = link.rrsig_fields(&link.keys[0]);
    let algorithm = keys[0][3];
    let link = ChainLink {
        rrset: veraid_zones::Rrset { rdata: keys, ..link.rrset.clone() },
        ..link.clone()
    };
    let rrsigs: Vec<_> = signatures
        .iter()
        .map(|(key_tag, signature)| {
            let fields =
                veraid_zones::RrsigFields { key_tag: *key_tag, algorithm, ..fields.clone() };
            fields.rdata(signature)
        })
        .collect();
    compact(&link, &rrsigs)
}

/// As many keys with one tag and as many signatures as fit, in the root, which needs no zone above
/// it.
fn key_sig_trap(name: &str, algorithm: ZoneAlgorithm, keys: usize, signatures: usize) -> Attack {
    let forged: Vec<_> = (0..keys).map(|number| forged(algorithm, number, TAG)).collect();
    let rrsigs: Vec<_> =
        (0..signatures).map(|number| (TAG, forged_signature(algorithm, number))).collect();
    at_root(format!("key-sig-trap-{name}-{keys}-keys-{signatures}-signatures"), forged, &rrsigs)
}

/// Keys and signatures in the root, whose first key is the only anchor.
fn at_root(name: String, keys: Vec<Vec<u8>>, signatures: &[(u16, Vec<u8>)]) -> Attack {
    let scenario = organisation("example.com");
    let mut chain = small_zones(&scenario);
    let anchor = anchor_of(&keys[0]);
    let message = root_keys(&chain.links[0], keys, signatures);
    let answer = chain.messages[chain.links.len() - 1].clone();
    chain.messages = vec![message, answer];
    chain.trust_anchors = anchor;
    Attack::on(name, &scenario, &chain)
}

fn anchor_of(dnskey_rdata: &[u8]) -> String {
    let digested = [&[0], dnskey_rdata].concat();
    let digest: String =
        crate::Digest::Sha256.of(&digested).iter().map(|octet| format!("{octet:02X}")).collect();
    format!(". IN DS {} {} 2 {digest}", key_tag(dnskey_rdata), dnskey_rdata[3])
}

/// An invalid signature of the right length, which any check must work through before it fails.
fn forged_signature(algorithm: ZoneAlgorithm, number: usize) -> Vec<u8> {
    let octets = match algorithm {
        ZoneAlgorithm::RsaSha256 | ZoneAlgorithm::RsaSha512 => 512,
        ZoneAlgorithm::EcdsaP256 | ZoneAlgorithm::Ed25519 => 64,
        ZoneAlgorithm::EcdsaP384 => 96,
        ZoneAlgorithm::Ed448 => 114,
    };
    let mut signature = filler(&format!("forged signature {number}"), octets);
    // Numbers that are too large are rejected before any work, so r, and the number that RSA
    // raises, are reduced.
    signature[0] &= 0x3F;
    signature
}

/// Two real keys with one tag, both vouched for by the parent, and 8 signatures that they made over
/// other data.
fn within_limits(name: &str, keys: &[ZoneKey; 2]) -> Attack {
    let scenario = organisation("example.com");
    let mut chain = small_zones(&scenario);
    let zone: Name = "example.com".parse().expect("a domain name");
    let [ds, dnskey] = ["DS", "DNSKEY"].map(|record_type| chain.find("example.com", record_type));
    chain.links[ds].rrset.rdata = keys.iter().map(|key| key.ds_rdata(&zone, 2)).collect();
    chain.messages[ds] = chain.links[ds].message();
    chain.links[dnskey].rrset.rdata = keys.iter().map(ZoneKey::dnskey_rdata).collect();
    let link = &chain.links[dnskey];
    let fields = veraid_zones::RrsigFields {
        algorithm: keys[0].algorithm,
        key_tag: keys[0].key_tag(),
        ..link.rrsig_fields(&keys[0])
    };
    let rrsigs: Vec<_> = (0..8_u8).map(|number| fields.rdata(&keys[0].sign(&[number]))).collect();
    chain.messages[dnskey] = compact(link, &rrsigs);
    Attack::on(format!("key-sig-trap-within-limits-{name}"), &scenario, &chain)
}

/// Two keys with moduli of 4096 bits and one tag, and 8 signatures, all in the root: within the
/// limits of verifiers.
fn within_limits_rsa() -> Attack {
    let algorithm = ZoneAlgorithm::RsaSha256;
    let keys: Vec<_> = (0..2).map(|number| forged(algorithm, number, TAG)).collect();
    let rrsigs: Vec<_> = (0..8).map(|number| (TAG, forged_signature(algorithm, number))).collect();
    at_root("key-sig-trap-within-limits-rsa-4096".into(), keys, &rrsigs)
}

/// 75 keys and 68 DSs with one tag, as many as fit. Without a limit, every key is hashed for every
/// DS.
fn hash_trap() -> Attack {
    let algorithm = ZoneAlgorithm::Ed25519;
    let scenario = organisation("example.com");
    let mut chain = small_zones(&scenario);
    let [ds, dnskey] = ["DS", "DNSKEY"].map(|record_type| chain.find("example.com", record_type));
    chain.links[ds].rrset.rdata = (0..68).map(|number| forged_ds(algorithm, TAG, number)).collect();
    chain.messages[ds] = compact(&chain.links[ds], &chain.links[ds].rrsigs());
    chain.links[dnskey].rrset.rdata =
        (0..75).map(|number| forged(algorithm, number, TAG)).collect();
    chain.messages[dnskey] = compact(&chain.links[dnskey], &[]);
    Attack::on("hash-trap-75-keys-68-ds", &scenario, &chain)
}

/// The data of a DS with SHA-384 that matches no key.
fn forged_ds(algorithm: ZoneAlgorithm, tag: u16, number: usize) -> Vec<u8> {
    let digest = filler(&format!("forged digest {number}"), 48);
    [&tag.to_be_bytes(), [algorithm.number(), 4].as_slice(), &digest].concat()
}

/// Zones with 16 DSs each, which all have the tag of both keys of the zone. Like the key sets, they
/// come in 4 messages each. All but one of the DSs match no key.
fn hash_trap_within_limits() -> Attack {
    const ZONES: usize = 2;
    const COPIES: u64 = 4;
    let algorithm = ZoneAlgorithm::Ed25519;
    let mut keys = pair(algorithm);
    // Of two keys with one tag, the first in order is tried first: if that one signs, no check
    // fails.
    keys.sort_by_key(ZoneKey::dnskey_rdata);
    let scenario = organisation(&["a"; ZONES].join("."));
    let mut hierarchy = fixed_zones()
        .owner(&scenario.profile.owner(&scenario.organisation))
        .txt(&[&scenario.key_record()])
        .hierarchy();
    hierarchy.root.ksks = vec![keys[0].clone()];
    hierarchy.root.zsks = vec![];
    for zone in &mut hierarchy.zones {
        zone.ksks = vec![keys[0].clone()];
    }
    let mut chain = hierarchy.sign();
    chain.messages.clear();
    for link in &mut chain.links {
        match link.rrset.record_type.to_string().as_str() {
            "DS" => link
                .rrset
                .rdata
                .extend((0..15).map(|number| forged_ds(algorithm, keys[0].key_tag(), number))),
            "DNSKEY" => link.rrset.rdata.push(keys[1].dnskey_rdata()),
            _ => {
                chain.messages.push(compact(link, &link.rrsigs()));
                continue;
            }
        }
        for copy in 0..COPIES {
            let period = period(link.period.start().saturating_sub(copy), link.period.end());
            let link = ChainLink { period, ..link.clone() };
            chain.messages.push(compact(&link, &link.rrsigs()));
        }
    }
    Attack::on("hash-trap-within-limits", &scenario, &chain)
}

/// 120 keys and 74 signatures with as many tags, no two of which match (CVE-2026-19668).
fn distinct_tags() -> Attack {
    let algorithm = ZoneAlgorithm::Ed25519;
    let keys = (0..120).map(|number| forged(algorithm, number, TAG + number as u16)).collect();
    let signatures: Vec<_> =
        (0..74).map(|number| (20_000 + number, filler("signature", 64))).collect();
    at_root("distinct-tags-120-keys-74-signatures".into(), keys, &signatures)
}

/// 32 keys and 8 signatures in each of 4 messages, with as many tags, no two of which match.
fn distinct_tags_within_limits() -> Attack {
    let algorithm = ZoneAlgorithm::Ed25519;
    let scenario = organisation("example.com");
    let mut chain = small_zones(&scenario);
    let keys: Vec<_> =
        (0..32).map(|number| forged(algorithm, number, TAG + number as u16)).collect();
    chain.trust_anchors = keys.iter().map(|key| anchor_of(key)).collect::<Vec<_>>().join("\n");
    let answer = chain.messages.pop();
    chain.messages = (0..4_u16)
        .map(|message| {
            let signatures: Vec<_> = (0..8)
                .map(|number| (20_000 + 8 * message + number, filler("signature", 64)))
                .collect();
            root_keys(&chain.links[0], keys.clone(), &signatures)
        })
        .chain(answer)
        .collect();
    Attack::on("distinct-tags-within-limits", &scenario, &chain)
}
