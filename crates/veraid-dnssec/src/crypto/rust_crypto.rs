//! Cryptography in pure Rust: builds anywhere, WebAssembly included.

use super::{
    CryptoProvider, DigestAlgorithm, Digester, PublicKey, SignatureAlgorithm, SignatureError,
    SignatureVerifier,
};
use ed448_goldilocks_plus as ed448;
use p256::ecdsa::signature::Verifier as _;
use rsa::{BoxedUint, RsaPublicKey, pkcs1v15, pss};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The provider in pure Rust.
pub const PROVIDER: CryptoProvider =
    CryptoProvider { signatures: &RustCrypto, digests: &RustCrypto };

#[derive(Debug)]
struct RustCrypto;

impl Digester for RustCrypto {
    fn digest(&self, algorithm: DigestAlgorithm, data: &[u8], output: &mut Vec<u8>) {
        match algorithm {
            DigestAlgorithm::Sha256 => output.extend_from_slice(&Sha256::digest(data)),
            DigestAlgorithm::Sha384 => output.extend_from_slice(&Sha384::digest(data)),
            DigestAlgorithm::Sha512 => output.extend_from_slice(&Sha512::digest(data)),
        }
    }
}

impl SignatureVerifier for RustCrypto {
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        match (algorithm, key) {
            (SignatureAlgorithm::RsaPkcs1(digest), PublicKey::Rsa { modulus, exponent }) => {
                verify_pkcs1(digest, rsa_key(modulus, exponent)?, message, signature)
            }
            (SignatureAlgorithm::RsaPss(digest), PublicKey::Rsa { modulus, exponent }) => {
                verify_pss(digest, rsa_key(modulus, exponent)?, message, signature)
            }
            (SignatureAlgorithm::EcdsaP256Sha256, PublicKey::EcdsaP256(point)) => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&uncompressed::<65>(point))
                    .map_err(|_| SignatureError)?;
                let signature =
                    p256::ecdsa::Signature::from_slice(signature).map_err(|_| SignatureError)?;
                key.verify(message, &signature).map_err(|_| SignatureError)
            }
            (SignatureAlgorithm::EcdsaP384Sha384, PublicKey::EcdsaP384(point)) => {
                let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&uncompressed::<97>(point))
                    .map_err(|_| SignatureError)?;
                let signature =
                    p384::ecdsa::Signature::from_slice(signature).map_err(|_| SignatureError)?;
                key.verify(message, &signature).map_err(|_| SignatureError)
            }
            (SignatureAlgorithm::Ed25519, PublicKey::Ed25519(key)) => {
                let key =
                    ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| SignatureError)?;
                let signature =
                    ed25519_dalek::Signature::from_slice(signature).map_err(|_| SignatureError)?;
                // Strict: keys and points of small order verify almost anything.
                key.verify_strict(message, &signature).map_err(|_| SignatureError)
            }
            (SignatureAlgorithm::Ed448, PublicKey::Ed448(key)) => {
                verify_ed448(key, message, signature)
            }
            _ => Err(SignatureError),
        }
    }
}

/// Checks an Ed448 signature (RFC 8032 section 5.2, empty context) in pure Rust.
///
/// Public because other providers, whose libraries lack Ed448, share it.
///
/// # Errors
///
/// [`SignatureError`] if the signature or the key is invalid.
pub fn verify_ed448(
    key: &[u8; 57],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let nonce = signature.first_chunk::<57>().ok_or(SignatureError)?;
    if !is_canonical_ed448(key) || !is_canonical_ed448(nonce) {
        return Err(SignatureError);
    }
    let key = ed448::VerifyingKey::from_bytes(key).map_err(|_| SignatureError)?;
    let signature = ed448::Signature::try_from(signature).map_err(|_| SignatureError)?;
    key.verify_raw(&signature, message).map_err(|_| SignatureError)
}

/// Returns true if an encoded point of edwards448 has y below the prime and no bit set between y
/// and the sign of x. RFC 8032 section 5.2.3 requires decoding to fail otherwise; the library
/// instead drops the bits and reduces y.
fn is_canonical_ed448(point: &[u8; 57]) -> bool {
    const SIGN_OF_X: u8 = 0x80;
    let [y @ .., last] = point;
    last & !SIGN_OF_X == 0 && y.iter().rev().lt(ED448_PRIME.iter().rev())
}

/// 2^448 - 2^224 - 1, little-endian.
const ED448_PRIME: [u8; 56] = {
    let mut prime = [0xFF; 56];
    prime[28] = 0xFE;
    prime
};

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Result<RsaPublicKey, SignatureError> {
    let bits = u32::try_from(modulus.len().saturating_mul(8)).map_err(|_| SignatureError)?;
    let n = BoxedUint::from_be_slice(modulus, bits).map_err(|_| SignatureError)?;
    let e = BoxedUint::from_be_slice(exponent, 64).map_err(|_| SignatureError)?;
    RsaPublicKey::new(n, e).map_err(|_| SignatureError)
}

fn verify_pkcs1(
    digest: DigestAlgorithm,
    key: RsaPublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let signature = pkcs1v15::Signature::try_from(signature).map_err(|_| SignatureError)?;
    match digest {
        DigestAlgorithm::Sha256 => {
            pkcs1v15::VerifyingKey::<Sha256>::new(key).verify(message, &signature)
        }
        DigestAlgorithm::Sha384 => {
            pkcs1v15::VerifyingKey::<Sha384>::new(key).verify(message, &signature)
        }
        DigestAlgorithm::Sha512 => {
            pkcs1v15::VerifyingKey::<Sha512>::new(key).verify(message, &signature)
        }
    }
    .map_err(|_| SignatureError)
}

fn verify_pss(
    digest: DigestAlgorithm,
    key: RsaPublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let signature = pss::Signature::try_from(signature).map_err(|_| SignatureError)?;
    // `VerifyingKey::new` requires a salt as long as the hash.
    match digest {
        DigestAlgorithm::Sha256 => {
            pss::VerifyingKey::<Sha256>::new(key).verify(message, &signature)
        }
        DigestAlgorithm::Sha384 => {
            pss::VerifyingKey::<Sha384>::new(key).verify(message, &signature)
        }
        DigestAlgorithm::Sha512 => {
            pss::VerifyingKey::<Sha512>::new(key).verify(message, &signature)
        }
    }
    .map_err(|_| SignatureError)
}

/// A point in the uncompressed form of SEC 1: `04`, x, y.
fn uncompressed<const N: usize>(coordinates: &[u8]) -> [u8; N] {
    let mut point = [0; N];
    if let Some((form, rest)) = point.split_first_mut() {
        *form = 4;
        rest.copy_from_slice(coordinates);
    }
    point
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ed448_points_have_y_below_the_prime_and_no_spare_bits() {
        let mut prime = [0; 57];
        prime[..56].copy_from_slice(&ED448_PRIME);
        let change = |index: usize, value: u8| {
            let mut point = prime;
            point[index] = value;
            point
        };
        assert!(!is_canonical_ed448(&prime));
        assert!(!is_canonical_ed448(&change(28, 0xFF)));
        assert!(is_canonical_ed448(&change(0, 0xFE)));
        assert!(is_canonical_ed448(&change(55, 0xFE)));
        assert!(is_canonical_ed448(&[0; 57]));
        let last = |value: u8| {
            let mut point = [0; 57];
            point[56] = value;
            point
        };
        assert!(is_canonical_ed448(&last(0x80)));
        for bit in 0..7 {
            assert!(!is_canonical_ed448(&last(1 << bit)), "bit {bit}");
        }
    }
}
