//! Cryptography that anybody can do, so that fuzzing gets past it; and it counts what it is asked for.
//!
//! A signature holds unless its first octet is zero. A digest repeats the last octet of what is digested: content can change
//! without its digest, and two keys of a zone still differ.
//!
//! `cargo xtask fuzz` includes this file and translates the vectors into it.

use std::sync::atomic::{AtomicU32, Ordering};

use veraid_dnssec::crypto::{
    CryptoProvider, DigestAlgorithm, Digester, PublicKey, SignatureAlgorithm, SignatureError,
    SignatureVerifier,
};

/// The provider that forges.
pub const PROVIDER: CryptoProvider = CryptoProvider { signatures: &Stub, digests: &Stub };

/// Most signature checks of one verification (docs/decisions.md, "Limits").
const MAX_CHECKS: u32 = 64;
/// Four may fail; the fifth failure ends the verification.
const MAX_FAILED: u32 = 5;
/// Most Ed448 checks of one verification.
const MAX_ED448: u32 = 8;
/// Most digests: for each of 17 zones 16 DSs, each against at most 2 keys that share its tag and algorithm in each of 4 key sets;
/// and for key record, certificates and content fewer than 64.
const MAX_DIGESTS: u32 = 17 * 16 * 2 * 4 + 64;

static CHECKS: AtomicU32 = AtomicU32::new(0);
static FAILED: AtomicU32 = AtomicU32::new(0);
static ED448: AtomicU32 = AtomicU32::new(0);
static DIGESTS: AtomicU32 = AtomicU32::new(0);

#[derive(Debug)]
struct Stub;

/// Whether a signature holds, whatever is signed.
#[must_use]
pub fn holds(signature: &[u8]) -> bool {
    signature.first().is_some_and(|&octet| octet != 0)
}

/// The digest of `data`.
#[must_use]
pub fn digest(algorithm: DigestAlgorithm, data: &[u8]) -> Vec<u8> {
    vec![data.last().copied().unwrap_or(0); algorithm.output_len()]
}

/// Runs one verification and fails if it took more work than it may.
///
/// # Panics
///
/// If it did.
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
