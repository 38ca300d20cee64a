//! One vector for each distinct RRset and signature of the scenarios whose key is present, below a
//! root of our own that vouches for that key.
//!
//! The expected result is computed from RFC 4035 section 5.3 on the original records, with the
//! testkit's canonical form. The code under test is not used.

use std::collections::BTreeSet;

use veraid_dnssec::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm, rust_crypto};
use veraid_dnssec::{Name, RecordType, Timestamp};
use veraid_testkit::signed_bytes;

use super::chain::{
    OwnRoot, ReadRrsig, Signed, anchor_line, ds_rdata, input, read_rrsig, signed_rrsets,
};
use super::rpl::Scenario;
use super::tally::Tally;
use super::vector::{Expect, PublicVector};

const SOURCE: &str = "RRsets of the crate domain";

pub(super) fn vectors(
    scenarios: &[Scenario],
    tally: &mut Tally,
) -> Result<Vec<PublicVector>, String> {
    let mut vectors = Vec::new();
    let mut seen = BTreeSet::new();
    for scenario in scenarios {
        let Some(at) = scenario.at else { continue };
        let keys = zone_keys(scenario);
        let mut count = 0;
        for (signed, rrsig) in signatures(scenario) {
            let read = read_rrsig(&rrsig);
            let key_tag = read.fields.key_tag;
            let mut candidates: Vec<Vec<u8>> = keys
                .iter()
                .filter(|(zone, key)| {
                    *zone == read.fields.signer && key[3] == read.fields.algorithm
                })
                .filter(|(_, key)| veraid_testkit::key_tag(key) == key_tag)
                .map(|(_, key)| key.clone())
                .collect();
            candidates.sort_unstable();
            candidates.dedup();
            let distinct =
                (signed.question().to_string(), signed.sorted_rdata(), rrsig, candidates.clone());
            if !seen.insert(distinct.clone()) {
                continue;
            }
            if let Some(reason) = not_applicable(&signed, &read, &candidates) {
                tally.count(SOURCE, format!("not applicable: {reason}"));
                continue;
            }
            let signed = Signed { rrsigs: vec![distinct.2], ..signed };
            let expected = expected(&signed, &read, &candidates[0], at);
            tally.count(
                SOURCE,
                match expected {
                    None => format!("valid, algorithm {}", read.fields.algorithm),
                    Some(code) => format!("invalid, algorithm {}, KL{code}", read.fields.algorithm),
                },
            );
            count += 1;
            vectors.push(vector(scenario, count, &signed, &read, &candidates[0], expected, at));
        }
    }
    Ok(vectors)
}

/// Every key in any message of the scenario, with its zone.
fn zone_keys(scenario: &Scenario) -> Vec<(Name, Vec<u8>)> {
    scenario
        .answers
        .iter()
        .flat_map(super::rpl::Entry::records)
        .filter(|record| record.record_type == RecordType::DNSKEY && record.rdata.len() > 4)
        .map(|record| (record.owner.clone(), record.rdata.clone()))
        .collect()
}

/// Every RRset of the scenario with each of its signatures.
fn signatures(scenario: &Scenario) -> Vec<(Signed, Vec<u8>)> {
    scenario
        .answers
        .iter()
        .flat_map(|entry| [&entry.answer, &entry.authority, &entry.additional])
        .flat_map(|section| signed_rrsets(section))
        .flat_map(|signed| {
            let rrsigs = signed.rrsigs.clone();
            rrsigs.into_iter().map(move |rrsig| (signed.clone(), rrsig))
        })
        .collect()
}

fn not_applicable(signed: &Signed, read: &ReadRrsig, keys: &[Vec<u8>]) -> Option<String> {
    let fields = &read.fields;
    if !matches!(fields.algorithm, 8 | 10 | 13..=16) {
        return Some(format!("algorithm {} is not supported", fields.algorithm));
    }
    match keys {
        [] => Some("its key is not in the scenario".into()),
        [_] if !signed.rrset.owner.is_at_or_below(&fields.signer) => {
            Some("the signer is not above the owner".into())
        }
        [_] => None,
        _ => Some("several keys have its tag".into()),
    }
}

/// The code of the expected error, or `None` if the signature is valid.
fn expected(signed: &Signed, read: &ReadRrsig, key: &[u8], at: Timestamp) -> Option<u16> {
    let fields = &read.fields;
    let owner_labels = signed.rrset.owner.label_count();
    let is_zone_key = key[0] & 1 == 1 && key[1] & 0x80 == 0 && key[2] == 3;
    let is_dnskey = signed.rrset.record_type == RecordType::DNSKEY;
    let period = u64::from(fields.inception)..=u64::from(fields.expiration);
    let Some((algorithm, public_key)) = public_key(key).filter(|_| is_zone_key) else {
        // Only a key that a DS or an anchor names may sign.
        return Some(match (is_dnskey, fields.signer.is_root()) {
            (true, true) => 2020,
            (true, false) => 2019,
            _ => 2013,
        });
    };
    if usize::from(fields.labels) < owner_labels {
        Some(2015)
    } else if usize::from(fields.labels) > owner_labels {
        Some(2016)
    } else if !period.contains(&at.as_unix_seconds()) {
        Some(2031)
    } else {
        let octets = signed_bytes(&signed.rrset, fields);
        let verifier = rust_crypto::PROVIDER.signatures;
        let holds = verifier.verify(algorithm, public_key, &octets, &read.signature).is_ok();
        (!holds).then_some(2012)
    }
}

/// The key of a DNSKEY; for RSA, only if its size is supported.
fn public_key(dnskey: &[u8]) -> Option<(SignatureAlgorithm, PublicKey<'_>)> {
    let key = &dnskey[4..];
    let rsa = || {
        // No key of these files has an exponent of more than 255 octets.
        let (exponent, modulus) = key[1..].split_at_checked(usize::from(key[0]))?;
        (128..=512).contains(&modulus.len()).then_some(PublicKey::Rsa { modulus, exponent })
    };
    Some(match dnskey[3] {
        8 => (SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256), rsa()?),
        10 => (SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512), rsa()?),
        13 => (SignatureAlgorithm::EcdsaP256Sha256, PublicKey::EcdsaP256(key.try_into().ok()?)),
        14 => (SignatureAlgorithm::EcdsaP384Sha384, PublicKey::EcdsaP384(key.try_into().ok()?)),
        15 => (SignatureAlgorithm::Ed25519, PublicKey::Ed25519(key.try_into().ok()?)),
        _ => (SignatureAlgorithm::Ed448, PublicKey::Ed448(key.try_into().ok()?)),
    })
}

fn vector(
    scenario: &Scenario,
    count: usize,
    signed: &Signed,
    read: &ReadRrsig,
    key: &[u8],
    expected: Option<u16>,
    at: Timestamp,
) -> PublicVector {
    let zone = &read.fields.signer;
    let own = OwnRoot::around(at);
    let question = signed.question();
    let (anchors, chain) = if question.record_type == RecordType::DNSKEY {
        // The set under test is the zone's own, and the key is the one that the parent names.
        let ds = ds_rdata(zone, key);
        if zone.is_root() {
            (anchor_line(&ds), vec![signed.clone()])
        } else {
            let root = own.keys(&Name::root(), &[]);
            (own.trust_anchor(), vec![root, own.delegation(zone, vec![ds]), signed.clone()])
        }
    } else if zone.is_root() {
        let keys = own.keys(zone, &[key.to_vec()]);
        (own.trust_anchor(), vec![keys, signed.clone()])
    } else {
        let root = own.keys(&Name::root(), &[]);
        let keys = own.keys(zone, &[key.to_vec()]);
        (own.trust_anchor(), vec![root, own.own_delegation(zone), keys, signed.clone()])
    };
    PublicVector {
        folder: "rrset",
        case: format!("{}-{count}", scenario.name.replace('_', "-").to_ascii_lowercase()),
        description: format!(
            "{question} and one RRSIG of {zone} of the scenario {:?}, below a root of this project.",
            scenario.title
        ),
        spec: "RFC 4035 section 5.3",
        derived_from: None,
        origin: format!(
            "RRset, RRSIG and DNSKEY: test-data/validator/{}.rpl of the crate domain 0.12.3; the keys above are this project's",
            scenario.name
        ),
        trust_anchors: vec![anchors],
        at,
        question,
        input: input(&chain),
        expect: match expected {
            None => Expect::Valid { records: signed.sorted_rdata(), validity: None },
            Some(code) => Expect::Invalid(code),
        },
    }
}
