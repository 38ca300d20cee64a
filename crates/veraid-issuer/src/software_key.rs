//! RSA keys in memory.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeyPair};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
};
use der::Decode as _;
use der::pem::{LineEnding, PemLabel as _};
use pkcs8::pkcs5::pbes2::{self, Kdf};
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef, pkcs5};
use veraid_core::crypto::DigestAlgorithm;
use veraid_core::{OrganisationKey, check_member_key};
use zeroize::Zeroizing;

use crate::error::KeyError;
use crate::proof_of_possession::ProvedPublicKey;
use crate::secret::Secret;
use crate::signing_key::{SigningError, SigningKey};

/// An RSA key in this process's memory, on AWS-LC, whose private operations take constant time.
///
/// AWS-LC draws the randomness of key generation and of RSASSA-PSS itself. It overwrites the key
/// when it is dropped.
pub struct SoftwareKey {
    pair: KeyPair,
    public_key: Vec<u8>,
    bits: usize,
    digest: DigestAlgorithm,
}

/// The length of a new key's modulus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeySize {
    /// 2048 bits: the smallest bundles, best for HTTP headers.
    #[default]
    Rsa2048,
    /// 3072 bits.
    Rsa3072,
    /// 4096 bits.
    Rsa4096,
}

/// The randomness of an encrypted key file: fresh for each file.
#[derive(Clone, Copy, Debug)]
pub struct EncryptionRandomness {
    /// The salt of PBKDF2.
    pub salt: [u8; 16],
    /// The initialisation vector of AES-256 in CBC mode.
    pub initialisation_vector: [u8; 16],
}

impl SoftwareKey {
    /// The iterations of PBKDF2 with HMAC-SHA-256 in key files that are written (600,000: OWASP's
    /// recommendation since 2023).
    pub const PBKDF2_ITERATIONS: u32 = 600_000;

    /// The maximum iterations of PBKDF2 in a key file that is read (2,000,000, over three times as
    /// many as are written: a second or two).
    pub const MAX_PBKDF2_ITERATIONS: u32 = 2_000_000;

    /// The maximum memory for the scrypt of a key file, in bytes (256 MiB).
    pub const MAX_SCRYPT_BYTES: u64 = 256 * 1024 * 1024;

    /// Generates a key with the exponent 65,537.
    ///
    /// # Errors
    ///
    /// [`KeyError::Generation`] if AWS-LC fails.
    pub fn generate(size: KeySize) -> Result<Self, KeyError> {
        let size = match size {
            KeySize::Rsa2048 => rsa::KeySize::Rsa2048,
            KeySize::Rsa3072 => rsa::KeySize::Rsa3072,
            KeySize::Rsa4096 => rsa::KeySize::Rsa4096,
        };
        Self::new(KeyPair::generate(size).map_err(|_| KeyError::Generation)?)
    }

    /// Reads PKCS#8 in DER (RFC 5958).
    ///
    /// # Errors
    ///
    /// [`KeyError::Pkcs8`] if it is not PKCS#8, or not an RSA key of 2048 to 4096 bits.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        PrivateKeyInfoRef::from_der(der)
            .map_err(|_| KeyError::Pkcs8 { reason: "it is not a PrivateKeyInfo in DER" })?;
        let pair = KeyPair::from_pkcs8(der).map_err(|_| KeyError::Pkcs8 {
            reason: "its type or size is not supported, or its numbers are inconsistent",
        })?;
        Self::new(pair)
    }

    /// Reads PKCS#8 in PEM (RFC 7468 section 10).
    ///
    /// # Errors
    ///
    /// [`KeyError::PassphraseMissing`] if it is encrypted, [`KeyError::Pem`] or [`KeyError::Pkcs8`]
    /// if it is not a key.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self, KeyError> {
        match decode_pem(pem)? {
            PemKey::Plain(der) => Self::from_pkcs8_der(&der),
            PemKey::Encrypted(_) => Err(KeyError::PassphraseMissing),
        }
    }

    /// Reads PKCS#8 in PEM, encrypted with a passphrase (RFC 7468 section 11): PBES2 with PBKDF2 or
    /// scrypt, and AES.
    ///
    /// # Errors
    ///
    /// [`KeyError::Passphrase`] if the passphrase is wrong, [`KeyError::Encryption`] if the
    /// encryption is not supported, or as [`SoftwareKey::from_pkcs8_pem`]. A key that is not
    /// encrypted is also read.
    pub fn from_encrypted_pem(pem: &str, passphrase: &[u8]) -> Result<Self, KeyError> {
        let der = match decode_pem(pem)? {
            PemKey::Plain(der) => return Self::from_pkcs8_der(&der),
            PemKey::Encrypted(der) => der,
        };
        let unsupported = |reason| KeyError::Encryption { reason };
        let encrypted = EncryptedPrivateKeyInfoRef::from_der(&der)
            .map_err(|_| unsupported("it is not an EncryptedPrivateKeyInfo in DER with PBES2"))?;
        check_cost(&encrypted.encryption_algorithm)?;
        let plain = encrypted.decrypt(passphrase).map_err(|error| match error {
            // A wrong passphrase passes the check of the padding once in some 250 times, and what
            // it decrypts to is not DER then.
            pkcs8::Error::EncryptedPrivateKey(pkcs5::Error::DecryptFailed)
            | pkcs8::Error::Asn1(_) => KeyError::Passphrase,
            _ => unsupported("it is not PBKDF2 with HMAC-SHA-2 or scrypt, and AES"),
        })?;
        Self::from_pkcs8_der(plain.as_bytes()).map_err(|_| KeyError::Passphrase)
    }

    /// The private key as PKCS#8 in DER, not encrypted.
    ///
    /// # Errors
    ///
    /// [`KeyError::Pkcs8`] if AWS-LC cannot encode it.
    pub fn to_pkcs8_der(&self) -> Result<Secret, KeyError> {
        Ok(Secret::new(self.private_key_info()?))
    }

    /// The private key as PKCS#8 in PEM, not encrypted.
    ///
    /// # Errors
    ///
    /// [`KeyError::Pkcs8`] if AWS-LC cannot encode it.
    pub fn to_pkcs8_pem(&self) -> Result<Secret, KeyError> {
        to_pem(PrivateKeyInfoRef::<'_>::PEM_LABEL, &self.private_key_info()?)
    }

    /// The private key as PKCS#8 in PEM, encrypted with a passphrase: PBES2 with PBKDF2 and
    /// AES-256-CBC (RFC 8018 section 6.2), which OpenSSL, Java and Web browsers' tools can read.
    ///
    /// # Errors
    ///
    /// [`KeyError::Encryption`] if encryption fails.
    pub fn to_encrypted_pem(
        &self,
        passphrase: &[u8],
        randomness: EncryptionRandomness,
    ) -> Result<Secret, KeyError> {
        let failed = || KeyError::Encryption { reason: "it cannot be encrypted" };
        let der = self.private_key_info()?;
        let parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(
            Self::PBKDF2_ITERATIONS,
            &randomness.salt,
            randomness.initialisation_vector,
        )
        .map_err(|_| failed())?;
        let encrypted = PrivateKeyInfoRef::from_der(&der)
            .map_err(|_| KeyError::Pkcs8 { reason: "it is not a PrivateKeyInfo in DER" })?
            .encrypt_with_params(parameters, passphrase)
            .map_err(|_| failed())?;
        to_pem(EncryptedPrivateKeyInfoRef::<'_>::PEM_LABEL, encrypted.as_bytes())
    }

    /// The length of the modulus in bits.
    #[must_use]
    pub const fn bits(&self) -> usize {
        self.bits
    }

    fn new(pair: KeyPair) -> Result<Self, KeyError> {
        let spki: PublicKeyX509Der<'_> = pair
            .public_key()
            .as_der()
            .map_err(|_| KeyError::Pkcs8 { reason: "its public half cannot be encoded" })?;
        let public_key = spki.as_ref().to_vec();
        let bits = check_member_key(&public_key)
            .map_err(|_| KeyError::Pkcs8 { reason: "its size or exponent is not allowed" })?;
        // Only members' keys have sizes that key records cannot name, and any of the hashes will do
        // for them.
        let digest = OrganisationKey::from_spki_der(&public_key)
            .map_or(DigestAlgorithm::Sha256, |key| key.digest_algorithm());
        Ok(Self { pair, public_key, bits, digest })
    }

    fn private_key_info(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let der: Pkcs8V1Der<'_> = self
            .pair
            .as_der()
            .map_err(|_| KeyError::Pkcs8 { reason: "its private half cannot be encoded" })?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }
}

impl ProvedPublicKey {
    /// Takes the public half of an available private key.
    #[must_use]
    pub fn from_private_key(key: &SoftwareKey) -> Self {
        Self::without_proof(&key.public_key)
    }
}

impl SigningKey for SoftwareKey {
    fn public_key_der(&self) -> &[u8] {
        &self.public_key
    }

    fn digest_algorithm(&self) -> DigestAlgorithm {
        self.digest
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let encoding: &'static dyn RsaEncoding = match self.digest {
            DigestAlgorithm::Sha256 => &RSA_PSS_SHA256,
            DigestAlgorithm::Sha384 => &RSA_PSS_SHA384,
            DigestAlgorithm::Sha512 => &RSA_PSS_SHA512,
        };
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(encoding, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| SigningError::new("AWS-LC refuses"))?;
        Ok(signature)
    }
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareKey").field("bits", &self.bits()).finish_non_exhaustive()
    }
}

enum PemKey {
    Plain(Zeroizing<Vec<u8>>),
    Encrypted(Vec<u8>),
}

fn decode_pem(pem: &str) -> Result<PemKey, KeyError> {
    let (label, der) = der::pem::decode_vec(pem.as_bytes()).map_err(|_| KeyError::Pem)?;
    let der = Zeroizing::new(der);
    if label == PrivateKeyInfoRef::<'_>::PEM_LABEL {
        Ok(PemKey::Plain(der))
    } else if label == EncryptedPrivateKeyInfoRef::<'_>::PEM_LABEL {
        Ok(PemKey::Encrypted(der.to_vec()))
    } else {
        Err(KeyError::Pem)
    }
}

fn to_pem(label: &'static str, der: &[u8]) -> Result<Secret, KeyError> {
    let pem = der::pem::encode_string(label, LineEnding::LF, der).map_err(|_| KeyError::Pem)?;
    Ok(Secret::new(Zeroizing::new(pem.into_bytes())))
}

/// Rejects key derivation that is too expensive in time or memory.
fn check_cost(scheme: &pkcs5::EncryptionScheme) -> Result<(), KeyError> {
    let kdf = scheme
        .pbes2()
        .map(|parameters| &parameters.kdf)
        .ok_or(KeyError::Encryption { reason: "it uses PBES1" })?;
    let is_bearable = match kdf {
        Kdf::Pbkdf2(parameters) => parameters.iteration_count <= SoftwareKey::MAX_PBKDF2_ITERATIONS,
        Kdf::Scrypt(parameters) => {
            // RFC 7914 section 2: 128 * r bytes, N times, plus those of each of p.
            let block = u64::from(parameters.block_size).saturating_mul(128);
            let bytes = block.saturating_mul(parameters.cost_parameter);
            let work = bytes.saturating_mul(u64::from(parameters.parallelization));
            work <= SoftwareKey::MAX_SCRYPT_BYTES
        }
        _ => return Err(KeyError::Encryption { reason: "its key derivation is not supported" }),
    };
    if is_bearable {
        Ok(())
    } else {
        Err(KeyError::Encryption { reason: "its key derivation takes too much time or memory" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_passphrase_is_reported_as_one() {
        let key = SoftwareKey::generate(KeySize::Rsa2048).unwrap();
        let der = key.private_key_info().unwrap();
        let parameters =
            pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(1, &[7; 16], [9; 16]).unwrap();
        let encrypted = PrivateKeyInfoRef::from_der(&der)
            .unwrap()
            .encrypt_with_params(parameters, "right")
            .unwrap();
        let pem = to_pem(EncryptedPrivateKeyInfoRef::<'_>::PEM_LABEL, encrypted.as_bytes());
        let pem = std::str::from_utf8(pem.unwrap().as_bytes()).unwrap().to_owned();
        assert!(SoftwareKey::from_encrypted_pem(&pem, b"right").is_ok());
        let mut not_der = 0;
        for number in 0..3_000 {
            let wrong = format!("wrong {number}");
            let found = SoftwareKey::from_encrypted_pem(&pem, wrong.as_bytes()).err();
            assert_eq!(found, Some(KeyError::Passphrase), "{wrong}");
            let encrypted = EncryptedPrivateKeyInfoRef::from_der(encrypted.as_bytes()).unwrap();
            let failed = encrypted.decrypt(&wrong).err();
            not_der += usize::from(matches!(failed, Some(pkcs8::Error::Asn1(_))));
        }
        assert!(not_der > 0, "no passphrase passed the check of the padding");
    }
}
