//! Support for signatures that are made elsewhere.

use veraid_core::RsaPublicKey;
use veraid_core::crypto::{CryptoProvider, DigestAlgorithm, SignatureAlgorithm};

use crate::error::{IssueError, PolicyError};
use crate::signing_key::SigningKey;

/// The public half of a signing key, and the cryptography to check returned signatures with.
#[derive(Clone, Debug)]
pub(crate) struct SignerKey {
    public_key: RsaPublicKey,
    pub(crate) digest: DigestAlgorithm,
    pub(crate) crypto: CryptoProvider,
}

impl SignerKey {
    pub(crate) fn of(key: &dyn SigningKey, crypto: CryptoProvider) -> Result<Self, IssueError> {
        let public_key =
            RsaPublicKey::from_spki_der(key.public_key_der()).map_err(PolicyError::Key)?;
        Ok(Self { public_key, digest: key.digest_algorithm(), crypto })
    }

    /// Checks a signature before it is released: a fault in the computation of an RSA signature can
    /// reveal the key.
    pub(crate) fn check(&self, message: &[u8], signature: &[u8]) -> Result<(), IssueError> {
        let algorithm = SignatureAlgorithm::RsaPss(self.digest);
        let key = self.public_key.as_public_key();
        self.crypto
            .signatures
            .verify(algorithm, key, message, signature)
            .map_err(|_| IssueError::InvalidSignature)
    }
}
