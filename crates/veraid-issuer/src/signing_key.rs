//! Signing keys, wherever they are kept.

use std::fmt;

use veraid_core::crypto::DigestAlgorithm;

/// An RSA key that signs with RSASSA-PSS (RFC 8017 section 8.1).
///
/// Its private half may be in a file, a smart card or another machine's memory. If a signature
/// takes time, or needs `async` code, call a `prepare` method instead, have its bytes signed by any
/// means, and call `assemble`.
pub trait SigningKey: fmt::Debug + Send + Sync {
    /// The SubjectPublicKeyInfo in DER: rsaEncryption with NULL parameters.
    fn public_key_der(&self) -> &[u8];

    /// The hash that the key signs with; MGF1 uses the same, and the salt has its length.
    fn digest_algorithm(&self) -> DigestAlgorithm;

    /// Hashes and signs `message`.
    ///
    /// # Errors
    ///
    /// [`SigningError`] with the reason from wherever the key is kept.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError>;
}

/// The reason that a key cannot sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signing failed: {reason}")]
pub struct SigningError {
    reason: String,
}

impl SigningError {
    /// Creates an error with this reason, in words for the operator.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}
