//! The providers that are measured, and one that records.

use std::sync::Mutex;

use kliento::crypto::{
    CryptoProvider, PublicKey, SignatureAlgorithm, SignatureError, SignatureVerifier, rust_crypto,
};

pub(super) const PROVIDERS: [(&str, CryptoProvider); 2] =
    [("aws-lc-rs", veraid_aws_lc_rs::PROVIDER), ("pure-rust", rust_crypto::PROVIDER)];

/// The checks of the last verification with [`Recorder`].
pub(super) static RECORDED: Mutex<Vec<Check>> = Mutex::new(Vec::new());

pub(super) struct Check {
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) key: OwnedKey,
    pub(super) message: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

pub(super) enum OwnedKey {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    EcdsaP256([u8; 64]),
}

impl OwnedKey {
    pub(super) fn borrow(&self) -> PublicKey<'_> {
        match self {
            Self::Rsa { modulus, exponent } => PublicKey::Rsa { modulus, exponent },
            Self::EcdsaP256(point) => PublicKey::EcdsaP256(point),
        }
    }
}

/// A provider that records each check and makes it with AWS-LC.
#[derive(Debug)]
pub(super) struct Recorder;

impl SignatureVerifier for Recorder {
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let owned = match key {
            PublicKey::Rsa { modulus, exponent } => {
                OwnedKey::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() }
            }
            PublicKey::EcdsaP256(point) => OwnedKey::EcdsaP256(*point),
            _ => return Err(SignatureError),
        };
        let (message_copy, signature_copy) = (message.to_vec(), signature.to_vec());
        if let Ok(mut recorded) = RECORDED.lock() {
            recorded.push(Check {
                algorithm,
                key: owned,
                message: message_copy,
                signature: signature_copy,
            });
        }
        veraid_aws_lc_rs::PROVIDER.signatures.verify(algorithm, key, message, signature)
    }
}
