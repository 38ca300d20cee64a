//! A change of the root's algorithm from RSA to ECDSA on P-256: before, while both sign, and after;
//! and the revocation of an old key.
//!
//! Verifiers have one of the anchors or both. The root's keys are two key-signing and two
//! zone-signing keys, one of each algorithm.

use super::*;

const SPEC: &str = "RFC 6781 section 4.1.4";
const REVOKED: &str = "RFC 5011 section 2.1";

/// The anchors that a verifier has.
#[derive(Clone, Copy, PartialEq)]
enum Held {
    Old,
    New,
    Both,
}

impl Held {
    const ALL: [Self; 3] = [Self::Old, Self::New, Self::Both];

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Old => ("old-anchor", "only the old RSA key is a trust anchor"),
            Self::New => ("new-anchor", "only the new P-256 key is a trust anchor"),
            Self::Both => ("both-anchors", "both keys are trust anchors"),
        }
    }

    fn anchors(self, old: &ZoneKey, new: &ZoneKey) -> String {
        let line = |key: &ZoneKey| key.ds_presentation(&Name::root(), 2);
        match self {
            Self::Old => line(old),
            Self::New => line(new),
            Self::Both => format!("{}\n{}", line(old), line(new)),
        }
    }
}

pub(crate) fn root_roll() -> Vec<Vector> {
    [phases(), faults(), revocations(), sizes()].concat()
}

fn old_ksk() -> ZoneKey {
    ZoneKey::fixed(ZoneAlgorithm::RsaSha256, 0)
}

fn new_ksk() -> ZoneKey {
    p256(70)
}

fn old_zsk() -> ZoneKey {
    ZoneKey::fixed_rsa_1536().with_flags(ZoneKey::ZONE)
}

fn new_zsk() -> ZoneKey {
    p256(71).with_flags(ZoneKey::ZONE)
}

/// The usual zones below a root with these keys, each of which signs.
fn below_root(ksks: &[ZoneKey], zsks: &[ZoneKey]) -> MockChain {
    changed_zones(|hierarchy| {
        hierarchy.root.ksks = ksks.to_vec();
        hierarchy.root.zsks = zsks.to_vec();
    })
}

fn doubly_signed() -> MockChain {
    below_root(&[old_ksk(), new_ksk()], &[old_zsk(), new_zsk()])
}

/// A vector of the chain with some anchors: either it proves the usual record, or no key matches an
/// anchor.
fn held(
    case: &str,
    description: &str,
    spec: &'static str,
    chain: &MockChain,
    held: Held,
    proves: bool,
) -> Vector {
    let (word, words) = held.words();
    let mut vector = still_proves(
        "root-roll",
        &format!("root-roll-{case}-{word}"),
        &format!("{description}; {words}."),
        spec,
        chain,
    );
    vector.trust_anchors = held.anchors(&old_ksk(), &new_ksk());
    if proves { vector } else { vector.invalid(2020) }
}

fn phases() -> Vec<Vector> {
    let before = below_root(&[old_ksk()], &[old_zsk()]);
    let during = doubly_signed();
    let after = below_root(&[new_ksk()], &[new_zsk()]);
    let phases = [
        (
            "before",
            "The root signs with RSA; its zone-signing key has 1536 bits",
            &before,
            Held::New,
        ),
        ("during", "The root signs everything twice, with RSA and with P-256", &during, Held::Both),
        ("after", "The root signs with P-256 only", &after, Held::Old),
    ];
    let mut vectors = Vec::new();
    for (case, description, chain, fails_with) in phases {
        for anchors in Held::ALL {
            let proves = anchors == Held::Both || anchors != fails_with;
            vectors.push(held(case, description, SPEC, chain, anchors, proves));
        }
    }
    // A minimal chain keeps the RRSIG over the keys that older verifiers know, and the shorter one
    // over the DS.
    let mut pruned = during.clone();
    keep(&mut pruned, &question(".", "DNSKEY"), &[0]);
    keep(&mut pruned, &question("com", "DS"), &[1]);
    for anchors in [Held::Old, Held::Both] {
        vectors.push(held(
            "pruned",
            "The root signs everything twice; the chain keeps only the RSA signature over the keys and the P-256 signature over the DS",
            SPEC,
            &pruned,
            anchors,
            true,
        ));
    }
    vectors.push(
        held(
            "pruned",
            "The root signs everything twice; the chain keeps only the RSA signature over the keys and the P-256 signature over the DS",
            SPEC,
            &pruned,
            Held::New,
            true,
        )
        // The key that the anchor names is present, but it did not make the remaining signature.
        .invalid(2013),
    );
    vectors
}

/// Faults in one of the two signatures over the root's keys.
fn faults() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (bad, case, words, fails_with) in [
        (0, "bad-rsa", "the RSA signature over its keys was changed", Held::Old),
        (1, "bad-p256", "the P-256 signature over its keys was changed", Held::New),
    ] {
        let mut chain = doubly_signed();
        let keys = question(".", "DNSKEY");
        let link = chain.link(&keys).clone();
        let mut rrsigs = link.rrsigs();
        *rrsigs[bad].last_mut().unwrap() ^= 1;
        chain.replace(&keys, link.message_with(&rrsigs));
        for anchors in Held::ALL {
            let description = format!("The root signs everything twice, and {words}");
            let vector = held(case, &description, SPEC, &chain, anchors, true);
            vectors.push(if anchors == fails_with { vector.invalid(2012) } else { vector });
        }
    }
    vectors
}

/// Revocation of the old key: it signs with the flag set, and has no effect.
fn revocations() -> Vec<Vector> {
    let revoked = old_ksk().with_flags(ZoneKey::SECURE_ENTRY_POINT | ZoneKey::REVOKE);
    let chain = below_root(&[revoked, new_ksk()], &[new_zsk()]);
    Held::ALL
        .into_iter()
        .map(|anchors| {
            held(
                "revoked",
                "The old key is revoked and signs its own revocation; the new key signs",
                REVOKED,
                &chain,
                anchors,
                anchors != Held::Old,
            )
        })
        .collect()
}

/// Key sizes that a root may have during the change: RSA zone-signing keys.
fn sizes() -> Vec<Vector> {
    [
        ("rsa-1536-zsk", "1536", old_zsk()),
        (
            "rsa-2048-zsk",
            "2048",
            ZoneKey::fixed(ZoneAlgorithm::RsaSha256, 5).with_flags(ZoneKey::ZONE),
        ),
    ]
    .into_iter()
    .map(|(case, bits, zsk)| {
        still_proves(
            "root-roll",
            &format!("root-roll-{case}"),
            &format!("The root has a {bits}-bit RSA zone-signing key and one on P-256."),
            "RFC 3110 section 2",
            &below_root(&[old_ksk()], &[zsk, new_zsk()]),
        )
    })
    .collect()
}

/// Keeps only the RRSIGs by the keys at these positions in the message that answers `question`.
fn keep(chain: &mut MockChain, question: &Question, places: &[usize]) {
    let link = chain.link(question);
    let rrsigs = link.rrsigs();
    let kept: Vec<Vec<u8>> = places.iter().map(|&place| rrsigs[place].clone()).collect();
    let message = link.message_with(&kept);
    chain.replace(question, message);
}
