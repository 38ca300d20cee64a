#![doc = include_str!("../README.md")]

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RsaParameters,
    RsaPublicKeyComponents, VerificationAlgorithm,
};
use veraid_dnssec::crypto::rust_crypto::verify_ed448;
use veraid_dnssec::crypto::{
    CryptoProvider, DigestAlgorithm, Digester, PublicKey, SignatureAlgorithm, SignatureError,
    SignatureVerifier,
};

/// The AWS-LC provider.
pub const PROVIDER: CryptoProvider = CryptoProvider { signatures: &AwsLcRs, digests: &AwsLcRs };

#[derive(Debug)]
struct AwsLcRs;

impl Digester for AwsLcRs {
    fn digest(&self, algorithm: DigestAlgorithm, data: &[u8], output: &mut Vec<u8>) {
        let algorithm = match algorithm {
            DigestAlgorithm::Sha256 => &digest::SHA256,
            DigestAlgorithm::Sha384 => &digest::SHA384,
            DigestAlgorithm::Sha512 => &digest::SHA512,
        };
        output.extend_from_slice(digest::digest(algorithm, data).as_ref());
    }
}

impl SignatureVerifier for AwsLcRs {
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        match (algorithm, key) {
            (
                SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss(_),
                PublicKey::Rsa { modulus, exponent },
            ) => {
                let parameters = rsa_parameters(algorithm)?;
                RsaPublicKeyComponents { n: modulus, e: exponent }
                    .verify(parameters, message, signature)
                    .map_err(|_| SignatureError)
            }
            (SignatureAlgorithm::EcdsaP256Sha256, PublicKey::EcdsaP256(point)) => {
                verify_raw(&ECDSA_P256_SHA256_FIXED, &uncompressed::<65>(point), message, signature)
            }
            (SignatureAlgorithm::EcdsaP384Sha384, PublicKey::EcdsaP384(point)) => {
                verify_raw(&ECDSA_P384_SHA384_FIXED, &uncompressed::<97>(point), message, signature)
            }
            (SignatureAlgorithm::Ed25519, PublicKey::Ed25519(key)) => {
                let nonce = signature.first_chunk::<32>().ok_or(SignatureError)?;
                if has_small_order(key) || has_small_order(nonce) {
                    return Err(SignatureError);
                }
                verify_raw(&ED25519, key, message, signature)
            }
            (SignatureAlgorithm::Ed448, PublicKey::Ed448(key)) => {
                verify_ed448(key, message, signature)
            }
            _ => Err(SignatureError),
        }
    }
}

fn rsa_parameters(algorithm: SignatureAlgorithm) -> Result<&'static RsaParameters, SignatureError> {
    Ok(match algorithm {
        // The name is the library's: TLD zone-signing keys of 1024 bits exist. The layers above
        // decide which sizes count.
        SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256) => {
            &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        }
        SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha384) => {
            &signature::RSA_PKCS1_2048_8192_SHA384
        }
        SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512) => {
            &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY
        }
        SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256) => &signature::RSA_PSS_2048_8192_SHA256,
        SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha384) => &signature::RSA_PSS_2048_8192_SHA384,
        SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha512) => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return Err(SignatureError),
    })
}

fn verify_raw(
    algorithm: &'static dyn VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    algorithm.verify_sig(key, message, signature).map_err(|_| SignatureError)
}

/// Returns true if an encoded point of Curve25519 has an order of 8 or less: such keys and nonces
/// verify almost anything. AWS-LC accepts them, as RFC 8032 permits; the provider in pure Rust does
/// not.
fn has_small_order(point: &[u8; 32]) -> bool {
    let [rest @ .., last] = point;
    // Without the sign of x.
    let y_ends = last & 0x7F;
    SMALL_ORDER_Y.iter().any(|[y @ .., y_last]| y == rest && *y_last == y_ends)
}

/// The y coordinates of the points of small order, little-endian: 0 and 1 (and both plus the
/// prime), -1, and the two of order 8.
const SMALL_ORDER_Y: [[u8; 32]; 7] = {
    const fn near_prime(first: u8) -> [u8; 32] {
        let mut y = [0xFF; 32];
        y[0] = first;
        y[31] = 0x7F;
        y
    }
    let mut one = [0; 32];
    one[0] = 1;
    [
        [0; 32],
        one,
        near_prime(0xEC),
        near_prime(0xED),
        near_prime(0xEE),
        [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF,
            0x98, 0xF0, 0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88,
            0x6D, 0x53, 0xFC, 0x05,
        ],
        [
            0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10,
            0x67, 0x0F, 0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77,
            0x92, 0xAC, 0x03, 0x7A,
        ],
    ]
};

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
    fn the_points_of_small_order_are_those_of_the_other_library() {
        for y in SMALL_ORDER_Y {
            for sign in [0, 0x80] {
                let mut point = y;
                point[31] |= sign;
                assert!(has_small_order(&point));
                // Zero has no negative, so some encodings are not those of a point.
                let key = ed25519_dalek::VerifyingKey::from_bytes(&point);
                assert!(key.is_err() || key.unwrap().is_weak(), "{point:02x?}");
            }
        }
        assert!(!has_small_order(&[2; 32]));
    }
}
