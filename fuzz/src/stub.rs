//! Cryptography in which anybody can sign, so that fuzzing gets past it. It also counts its calls.
//!
//! A signature is valid unless its first octet is zero. A digest repeats the last octet of its
//! input: content can change without its digest, and two keys of a zone still differ.
//!
//! `cargo xtask fuzz` includes this file and translates the vectors into it.

use std::sync::atomic::{AtomicU32, Ordering};

use veraid_dnssec::crypto::{
    CryptoProvider, DigestAlgorithm, Digester, PublicKey, SignatureAlgorithm, SignatureError,
    SignatureVerifier,
};

/// The provider of forgeable cryptography.
pub const PROVIDER: CryptoProvider = CryptoProvider { signatures: &Stub, digests: &Stub };

/// The limit on signature checks in one verification (docs/decisions.md, "Limits").
const MAX_CHECKS: u32 = 64;
/// The number of failed checks that ends a verification: four may fail, the fifth ends it.
const MAX_FAILED: u32 = 5;
/// The limit on Ed448 checks in one verification.
const MAX_ED448: u32 = 8;
/// The limit on digests in one verification.
///
/// For each of 17 zones there are 16 DSs, each compared with at most 2 keys that share its tag and
/// algorithm in each of 4 key sets. Key record, certificates and content take fewer than 64.
const MAX_DIGESTS: u32 = 17 * 16 * 2 * 4 + 64;

static CHECKS: AtomicU32 = AtomicU32::new(0);
static FAILED: AtomicU32 = AtomicU32::new(0);
static ED448: AtomicU32 = AtomicU32::new(0);
static DIGESTS: AtomicU32 = AtomicU32::new(0);

#[derive(Debug)]
struct Stub;

/// Returns true if a signature is valid, which does not depend on the signed data.
#[must_use]
pub fn holds(signature: &[u8]) -> bool {
    signature.first().is_some_and(|&octet| octet != 0)
}

/// The digest of `data`.
#[must_use]
pub fn digest(algorithm: DigestAlgorithm, data: &[u8]) -> Vec<u8> {
    vec![data.last().copied().unwrap_or(0); algorithm.output_len()]
}

/// Runs one verification and checks that it stays within its limits.
///
/// # Panics
///
/// If it exceeds a limit.
pub fn within_budget<T>(verification: impl FnOnce() -> T) -> T {
    let counters = [&CHECKS, &FAILED, &ED448, &DIGESTS];
    counters.iter().for_each(|counter| counter.store(0, Ordering::Relaxed));
    let result = verification();
    let [checks, failed, ed448, digests] = counters.map(|counter| counter.load(Ordering::Relaxed));
    assert!(checks <= MAX_CHECKS, "{checks} signature checks");
    assert!(failed <= MAX_FAILED, "{failed} signature checks failed");
    assert!(ed448 <= MAX_ED448, "{ed448} Ed448 checks");
    assert!(digests <= MAX_DIGESTS, "{digests} digests");
    result
}

fn count(counter: &AtomicU32) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl SignatureVerifier for Stub {
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        _: PublicKey<'_>,
        _: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        count(&CHECKS);
        if algorithm == SignatureAlgorithm::Ed448 {
            count(&ED448);
        }
        if holds(signature) {
            return Ok(());
        }
        count(&FAILED);
        Err(SignatureError)
    }
}

impl Digester for Stub {
    fn digest(&self, algorithm: DigestAlgorithm, data: &[u8], output: &mut Vec<u8>) {
        count(&DIGESTS);
        output.extend(digest(algorithm, data));
    }
}
