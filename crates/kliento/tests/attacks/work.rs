//! Counts work: a provider that counts the calls to another, and the heap in use.

use std::sync::Mutex;

use kliento::crypto::{
    CryptoProvider, DigestAlgorithm, Digester, PublicKey, SignatureAlgorithm, SignatureError,
    SignatureVerifier, rust_crypto,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The calls of a verification to its provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Signature checks.
    pub(crate) checks: u32,
    /// The checks that failed.
    pub(crate) failed: u32,
    /// The checks of Ed448.
    pub(crate) ed448: u32,
    /// Octets that signatures were checked over.
    pub(crate) signed_bytes: usize,
    /// Digests beside those of signatures.
    pub(crate) digests: u32,
    /// Octets that were digested for them.
    pub(crate) digested_bytes: usize,
}

impl Work {
    /// The larger of each count.
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            checks: self.checks.max(other.checks),
            failed: self.failed.max(other.failed),
            ed448: self.ed448.max(other.ed448),
            signed_bytes: self.signed_bytes.max(other.signed_bytes),
            digests: self.digests.max(other.digests),
            digested_bytes: self.digested_bytes.max(other.digested_bytes),
        }
    }
}

/// A provider that counts the calls to `inner`.
#[derive(Debug)]
pub(crate) struct Counting {
    pub(crate) name: &'static str,
    inner: CryptoProvider,
    work: Mutex<Work>,
}

static AWS_LC_RS: Counting =
    Counting { name: "aws-lc-rs", inner: veraid_aws_lc_rs::PROVIDER, work: Mutex::new(ZERO) };
static RUST_CRYPTO: Counting =
    Counting { name: "rust-crypto", inner: rust_crypto::PROVIDER, work: Mutex::new(ZERO) };
const ZERO: Work =
    Work { checks: 0, failed: 0, ed448: 0, signed_bytes: 0, digests: 0, digested_bytes: 0 };

impl Counting {
    /// Both providers of this project.
    pub(crate) const ALL: [&'static Self; 2] = [&AWS_LC_RS, &RUST_CRYPTO];

    /// The provider that counts.
    pub(crate) fn provider(&'static self) -> CryptoProvider {
        CryptoProvider { signatures: self, digests: self }
    }

    /// The work since the last call.
    pub(crate) fn take(&self) -> Work {
        std::mem::take(&mut *self.work.lock().unwrap())
    }
}

impl SignatureVerifier for Counting {
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let result = self.inner.signatures.verify(algorithm, key, message, signature);
        let mut work = self.work.lock().unwrap();
        work.checks += 1;
        work.failed += u32::from(result.is_err());
        work.ed448 += u32::from(algorithm == SignatureAlgorithm::Ed448);
        work.signed_bytes += message.len();
        result
    }
}

impl Digester for Counting {
    fn digest(&self, algorithm: DigestAlgorithm, data: &[u8], output: &mut Vec<u8>) {
        let mut work = self.work.lock().unwrap();
        work.digests += 1;
        work.digested_bytes += data.len();
        self.inner.digests.digest(algorithm, data, output);
    }
}

/// The peak heap of `work` beyond the heap in use before, in bytes. It is that of the process:
/// nothing else may run.
pub(crate) fn peak_heap(work: impl FnOnce()) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    work();
    ALLOCATOR.peak_usage().saturating_sub(before)
}
