//! Fast cryptography for VeraId verifiers, on AWS-LC.
//!
//! One word at one place makes a verifier use it:
//!
//! ```
//! use veraid_dnssec::{ChainVerifier, TrustAnchors};
//!
//! let verifier = ChainVerifier::new(TrustAnchors::iana(), veraid_aws_lc_rs::PROVIDER);
//! ```
//!
//! AWS-LC has no Ed448, so that one comes from the pure-Rust crate that the other provider uses too.

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

/// The provider on AWS-LC.
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
        // The name is the library's: TLD zone-signing keys of 1024 bits exist. Which sizes count is for the layers above to say.
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

/// A point in the uncompressed form of SEC 1: `04`, x, y.
fn uncompressed<const N: usize>(coordinates: &[u8]) -> [u8; N] {
    let mut point = [0; N];
    if let Some((form, rest)) = point.split_first_mut() {
        *form = 4;
        rest.copy_from_slice(coordinates);
    }
    point
}
