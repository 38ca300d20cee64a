//! Signature checks, counted.

use crate::crypto::{CryptoProvider, PublicKey, SignatureAlgorithm};
use crate::limits::{Limit, Limits};

/// What a failed Ed448 check counts among those that may fail: five of them would take 13 ms, against less than 2 ms of any other kind.
const ED448_FAILURE: u32 = 2;

/// Signature checks of one verification, counted against their limits.
///
/// One value serves a whole verification, so that a layer above (certificates, content) draws on the same limits as the
/// chain.
#[derive(Debug)]
pub struct SignatureChecks {
    crypto: CryptoProvider,
    limits: Limits,
    made: u32,
    failed: u32,
    ed448: u32,
}

impl SignatureChecks {
    /// No checks made yet.
    #[must_use]
    pub const fn new(crypto: CryptoProvider, limits: Limits) -> Self {
        Self { crypto, limits, made: 0, failed: 0, ed448: 0 }
    }

    /// The provider that checks.
    #[must_use]
    pub const fn crypto(&self) -> CryptoProvider {
        self.crypto
    }

    /// How many checks were made.
    #[must_use]
    pub const fn made(&self) -> u32 {
        self.made
    }

    /// Checks one signature, if the limits still allow it.
    ///
    /// # Errors
    ///
    /// [`SignatureCheckError::DoesNotHold`] if the signature does not hold, [`SignatureCheckError::LimitExceeded`] if no further check is
    /// allowed or one more failed than may.
    pub fn check(
        &mut self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureCheckError> {
        use SignatureCheckError::{DoesNotHold, LimitExceeded};
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
        if self.crypto.signatures.verify(algorithm, key, message, signature).is_ok() {
            return Ok(());
        }
        let weight = if algorithm == SignatureAlgorithm::Ed448 { ED448_FAILURE } else { 1 };
        self.failed = self.failed.saturating_add(weight);
        if self.failed > self.limits.failed_signature_checks {
            return Err(LimitExceeded(Limit::FailedSignatureChecks));
        }
        Err(DoesNotHold)
    }
}

/// A signature check that gave no good signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureCheckError {
    /// The signature does not hold.
    #[error("signature does not hold")]
    DoesNotHold,
    /// No further check is allowed.
    #[error("there are more {0} than allowed")]
    LimitExceeded(Limit),
}
