//! Keys that sign, wherever they are.

use std::fmt;

use veraid_core::crypto::DigestAlgorithm;

/// An RSA key that signs with RSASSA-PSS (RFC 8017 section 8.1).
///
/// Its private half may be in a file, a smart card or another machine's memory. Where asking for a signature takes time, or
/// `async` code, `prepare` what is to be signed instead, have it signed by any means, and `assemble`.
pub trait SigningKey: fmt::Debug + Send + Sync {
    /// The SubjectPublicKeyInfo in DER: rsaEncryption with NULL parameters.
    fn public_key_der(&self) -> &[u8];

    /// The hash that the key signs with; MGF1 uses the same, and the salt is as long as it.
    fn digest_algorithm(&self) -> DigestAlgorithm;

    /// Signs `message`, which is hashed first.
    ///
    /// # Errors
    ///
    /// [`SigningError`] with what the key's keeper says.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError>;
}

/// A key that does not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signing key does not sign: {reason}")]
pub struct SigningError {
    reason: String,
}

impl SigningError {
    /// For this reason, in words for the operator.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}
