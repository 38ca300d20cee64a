//! The interface between this project and cryptographic libraries.
//!
//! A provider says what it *can* verify; the layers above it decide which algorithms and key sizes
//! a protocol *allows*. All data here is public, so nothing needs to run in constant time.

use std::fmt::Debug;

#[cfg(feature = "rust-crypto")]
pub mod rust_crypto;

/// A signature scheme with all its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) with this hash, over keys of 1024 to 4096 bits
    /// (with SHA-384 from 2048).
    RsaPkcs1(DigestAlgorithm),
    /// RSASSA-PSS (RFC 8017 section 8.1) with this hash, MGF1 with the same hash, a salt as long as
    /// the hash and the trailer field 1.
    RsaPss(DigestAlgorithm),
    /// ECDSA on P-256 with SHA-256; the signature is r and s, 32 octets each.
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384; the signature is r and s, 48 octets each.
    EcdsaP384Sha384,
    /// Ed25519 (RFC 8032 section 5.1).
    Ed25519,
    /// Ed448 (RFC 8032 section 5.2) with an empty context.
    Ed448,
}

/// A hash function. A provider must have all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigestAlgorithm {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-384 (FIPS 180-4).
    Sha384,
    /// SHA-512 (FIPS 180-4).
    Sha512,
}

impl DigestAlgorithm {
    /// The length of a digest, in bytes.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A public key as untrusted bytes; the provider checks that it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey<'a> {
    /// An RSA key: modulus and public exponent, big-endian without leading zeros.
    Rsa {
        /// The modulus n.
        modulus: &'a [u8],
        /// The public exponent e.
        exponent: &'a [u8],
    },
    /// A point of P-256: x and y, 32 octets each, without a leading form octet.
    EcdsaP256(&'a [u8; 64]),
    /// A point of P-384: x and y, 48 octets each, without a leading form octet.
    EcdsaP384(&'a [u8; 96]),
    /// An Ed25519 key.
    Ed25519(&'a [u8; 32]),
    /// An Ed448 key.
    Ed448(&'a [u8; 57]),
}

/// Checks signatures.
pub trait SignatureVerifier: Debug + Send + Sync {
    /// Checks that `signature` over `message` was made with the private half of `key`. The provider
    /// hashes.
    ///
    /// # Errors
    ///
    /// [`SignatureError`] without further detail if the signature or the key is invalid, or the key
    /// does not fit the algorithm.
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError>;
}

/// Hashes.
pub trait Digester: Debug + Send + Sync {
    /// Appends the digest of `data` to `output`.
    fn digest(&self, algorithm: DigestAlgorithm, data: &[u8], output: &mut Vec<u8>);
}

/// The cryptography that a verifier uses.
#[derive(Clone, Copy, Debug)]
pub struct CryptoProvider {
    /// Checks signatures.
    pub signatures: &'static dyn SignatureVerifier,
    /// Hashes.
    pub digests: &'static dyn Digester,
}

impl CryptoProvider {
    /// The digest of `data`.
    #[must_use]
    pub fn digest(&self, algorithm: DigestAlgorithm, data: &[u8]) -> Vec<u8> {
        let mut output = Vec::with_capacity(algorithm.output_len());
        self.digests.digest(algorithm, data, &mut output);
        output
    }
}

/// An invalid signature. Deliberately without detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid signature")]
pub struct SignatureError;
