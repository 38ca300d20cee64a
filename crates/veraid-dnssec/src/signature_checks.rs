//! Counts signature checks, and caches those of zones that all chains share.

use std::fmt;
use std::sync::Arc;

use crate::crypto::{CryptoProvider, DigestAlgorithm, PublicKey, SignatureAlgorithm};
use crate::limits::{Limit, Limits};

/// The weight of a failed Ed448 check against the limit on failures: five of them would take 13 ms,
/// against less than 2 ms of any other kind.
const ED448_FAILURE: u32 = 2;

/// A cache of valid signatures of the root and of top-level domains.
///
/// The validity of a signature does not depend on the time of the check, so a chain with cached
/// signatures is walked like any other: its times, its trust anchors and its limits are checked
/// again.
pub trait SignatureCheckCache: fmt::Debug + Send + Sync {
    /// Returns true if the signature check with this digest (SHA-256 of key, message and signature)
    /// has succeeded before.
    fn contains(&self, check: &[u8; 32]) -> bool;

    /// Records that the signature check with this digest has succeeded.
    fn insert(&self, check: [u8; 32]);
}

/// Signature checks of one verification, counted against their limits.
///
/// One value serves a whole verification, so that a layer above (certificates, content) draws on
/// the same limits as the chain.
#[derive(Clone, Debug)]
pub struct SignatureChecks {
    crypto: CryptoProvider,
    cache: Option<Arc<dyn SignatureCheckCache>>,
    limits: Limits,
    made: u32,
    failed: u32,
    ed448: u32,
}

impl SignatureChecks {
    /// No checks made yet.
    #[must_use]
    pub const fn new(crypto: CryptoProvider, limits: Limits) -> Self {
        Self { crypto, cache: None, limits, made: 0, failed: 0, ed448: 0 }
    }

    /// Caches signatures of the root and of top-level domains in `cache`.
    #[must_use]
    pub fn with_cache(mut self, cache: Arc<dyn SignatureCheckCache>) -> Self {
        self.cache = Some(cache);
        self
    }

    /// The provider that checks.
    #[must_use]
    pub const fn crypto(&self) -> CryptoProvider {
        self.crypto
    }

    /// The number of checks made, counting cached ones.
    #[must_use]
    pub const fn made(&self) -> u32 {
        self.made
    }

    /// Checks one signature, if the limits still allow it.
    ///
    /// # Errors
    ///
    /// [`SignatureCheckError::InvalidSignature`] if the signature is invalid,
    /// [`SignatureCheckError::LimitExceeded`] if no further check is allowed or too many have
    /// failed.
    pub fn check(
        &mut self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureCheckError> {
        self.count(algorithm)?;
        if self.crypto.signatures.verify(algorithm, key, message, signature).is_ok() {
            Ok(())
        } else {
            Err(self.failed(algorithm))
        }
    }

    /// Counts a cached check: it succeeded before over exactly these bytes, and uses as much of the
    /// limits as then.
    ///
    /// # Errors
    ///
    /// [`SignatureCheckError::LimitExceeded`] if no further check is allowed.
    pub fn count_remembered(
        &mut self,
        algorithm: SignatureAlgorithm,
    ) -> Result<(), SignatureCheckError> {
        self.count(algorithm)
    }

    /// Checks a signature over an RRset, and caches the result if many chains share it (`Shared`).
    pub(crate) fn check_zone(
        &mut self,
        sharing: ZoneLevel,
        check: ZoneCheck<'_>,
        signature: &[u8],
    ) -> Result<(), SignatureCheckError> {
        let ZoneCheck { algorithm, public_key, message, .. } = check;
        let cache = match (sharing, &self.cache) {
            (ZoneLevel::RootOrTld, Some(cache)) => Arc::clone(cache),
            _ => return self.check(algorithm, public_key, message, signature),
        };
        let digest = check.digest(signature, self.crypto);
        if digest.is_some_and(|digest| cache.contains(&digest)) {
            return self.count(algorithm);
        }
        self.check(algorithm, public_key, message, signature)?;
        if let Some(digest) = digest {
            cache.insert(digest);
        }
        Ok(())
    }

    /// Counts one more check.
    fn count(&mut self, algorithm: SignatureAlgorithm) -> Result<(), SignatureCheckError> {
        use SignatureCheckError::LimitExceeded;
        if self.made >= self.limits.signature_checks {
            return Err(LimitExceeded(Limit::SignatureChecks));
        }
        if algorithm == SignatureAlgorithm::Ed448 {
            if self.ed448 >= self.limits.ed448_checks {
                return Err(LimitExceeded(Limit::Ed448Checks));
            }
            self.ed448 = self.ed448.saturating_add(1);
        }
        self.made = self.made.saturating_add(1);
        Ok(())
    }

    /// Counts a check that failed.
    fn failed(&mut self, algorithm: SignatureAlgorithm) -> SignatureCheckError {
        let weight = if algorithm == SignatureAlgorithm::Ed448 { ED448_FAILURE } else { 1 };
        self.failed = self.failed.saturating_add(weight);
        if self.failed > self.limits.failed_signature_checks {
            return SignatureCheckError::LimitExceeded(Limit::FailedSignatureChecks);
        }
        SignatureCheckError::InvalidSignature
    }
}

/// The chains likely to share an RRset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ZoneLevel {
    /// The root's or a top-level domain's.
    RootOrTld,
    /// An organisation's, or its registry's about it.
    Below,
}

/// The inputs of a signature check over an RRset, except the signature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ZoneCheck<'a> {
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) public_key: PublicKey<'a>,
    /// The data of the DNSKEY: flags, protocol, algorithm and key.
    pub(crate) key: &'a [u8],
    pub(crate) message: &'a [u8],
}

impl ZoneCheck<'_> {
    /// SHA-256 over everything that the outcome depends on, each part after its length.
    fn digest(&self, signature: &[u8], crypto: CryptoProvider) -> Option<[u8; 32]> {
        let parts = [self.key, self.message, signature];
        let octets = parts.iter().map(|part| part.len().saturating_add(8)).sum();
        let mut all = Vec::with_capacity(octets);
        for part in parts {
            all.extend_from_slice(&u64::try_from(part.len()).ok()?.to_be_bytes());
            all.extend_from_slice(part);
        }
        crypto.digest(DigestAlgorithm::Sha256, &all).try_into().ok()
    }
}

/// The reason why a signature check did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureCheckError {
    /// The signature is invalid.
    #[error("invalid signature")]
    InvalidSignature,
    /// No further check is allowed.
    #[error("too many {0}")]
    LimitExceeded(Limit),
}
