//! Support for signatures that are made elsewhere.

use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    VerificationAlgorithm,
};
use veraid_core::crypto::DigestAlgorithm;

use crate::error::{IssueError, PolicyError};
use crate::signing_key::SigningKey;

/// The public half of a signing key, to check returned signatures with.
#[derive(Clone, Debug)]
pub(crate) struct SignerKey {
    public_key: ParsedPublicKey,
    pub(crate) digest: DigestAlgorithm,
}

impl SignerKey {
    pub(crate) fn of(key: &dyn SigningKey) -> Result<Self, IssueError> {
        let digest = key.digest_algorithm();
        let algorithm: &'static dyn VerificationAlgorithm = match digest {
            DigestAlgorithm::Sha256 => &RSA_PSS_2048_8192_SHA256,
            DigestAlgorithm::Sha384 => &RSA_PSS_2048_8192_SHA384,
            DigestAlgorithm::Sha512 => &RSA_PSS_2048_8192_SHA512,
        };
        let public_key = ParsedPublicKey::new(algorithm, key.public_key_der()).map_err(|_| {
            IssueError::Policy(PolicyError::Key(veraid_core::AlgorithmProblem::KeyForm))
        })?;
        Ok(Self { public_key, digest })
    }

    /// Checks a signature before it is released: a fault in the computation of an RSA signature can
    /// reveal the key.
    pub(crate) fn check(&self, message: &[u8], signature: &[u8]) -> Result<(), IssueError> {
        self.public_key.verify_sig(message, signature).map_err(|_| IssueError::InvalidSignature)
    }
}
