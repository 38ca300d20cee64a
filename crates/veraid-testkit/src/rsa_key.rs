//! RSA keys of certificates and CMS signatures.

use std::sync::OnceLock;

use rsa::pkcs8::DecodePrivateKey as _;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use veraid_zones::{ZoneAlgorithm, ZoneKey};

use crate::der_writer::{
    INTEGER, bit_string, integer, null, oid, sequence, tlv, unsigned_contents,
};
use crate::digest::{Digest, DigestParameters};

/// The DER of an RSA key in the folder `keys`, and the parsed key after its first use.
pub(crate) struct CommittedKey {
    der: &'static [u8],
    parsed: OnceLock<RsaPrivateKey>,
    /// The key for zones, with SHA-256 and with SHA-512.
    zone_keys: [OnceLock<ZoneKey>; 2],
}

impl CommittedKey {
    pub(crate) const fn new(der: &'static [u8]) -> Self {
        Self { der, parsed: OnceLock::new(), zone_keys: [const { OnceLock::new() }; 2] }
    }

    pub(crate) const fn der(&self) -> &'static [u8] {
        self.der
    }

    /// The key for zones of `algorithm`, made by `make` once per process.
    pub(crate) fn zone_key(
        &'static self,
        algorithm: ZoneAlgorithm,
        make: impl FnOnce() -> ZoneKey,
    ) -> ZoneKey {
        let place = usize::from(algorithm == ZoneAlgorithm::RsaSha512);
        self.zone_keys[place].get_or_init(make).clone()
    }

    /// The parsed key. Parsed once per process, because it precomputes values that make signing
    /// fast.
    pub(crate) fn get(&'static self) -> &'static RsaPrivateKey {
        self.parsed
            .get_or_init(|| RsaPrivateKey::from_pkcs8_der(self.der).expect("committed keys parse"))
    }
}

/// Defines statics for the keys in these files.
macro_rules! committed_keys {
    ($(#[$attribute:meta])* $name:ident: $($file:literal),+ $(,)?) => {
        $(#[$attribute])*
        pub(crate) static $name: [$crate::rsa_key::CommittedKey; [$($file),+].len()] =
            [$($crate::rsa_key::CommittedKey::new(include_bytes!(concat!("../keys/", $file)))),+];
    };
}
pub(crate) use committed_keys;

committed_keys!(RSA_1024: "rsa-1024-0.der", "rsa-1024-1.der");
committed_keys!(RSA_1536: "rsa-1536-0.der");
committed_keys!(
    RSA_2048: "rsa-2048-0.der", "rsa-2048-1.der", "rsa-2048-2.der",
    "rsa-2048-3.der", "rsa-2048-4.der", "rsa-2048-5.der",
);
committed_keys!(RSA_2056: "rsa-2056-0.der");
committed_keys!(RSA_3072: "rsa-3072-0.der", "rsa-3072-1.der");
committed_keys!(RSA_4096: "rsa-4096-0.der", "rsa-4096-1.der");
committed_keys!(RSA_EXPONENT_3: "rsa-2048-exponent-3.der");

/// An RSA key of a certificate. **Public**: its private half is committed for anyone to read.
#[derive(Clone, Copy)]
pub struct RsaKey {
    committed: &'static CommittedKey,
}

impl RsaKey {
    /// The key number `index`, modulo the number of keys, with a modulus of `bits`: 1024 (2 keys),
    /// 1536 (1), 2048 (6), 2056 (1), 3072 (2) and 4096 (2). Their exponent is 65537.
    ///
    /// # Panics
    ///
    /// If there is no key of that size.
    #[must_use]
    pub fn fixed(bits: usize, index: usize) -> Self {
        let keys: &'static [CommittedKey] = match bits {
            1024 => &RSA_1024,
            1536 => &RSA_1536,
            2048 => &RSA_2048,
            2056 => &RSA_2056,
            3072 => &RSA_3072,
            4096 => &RSA_4096,
            _ => panic!("no RSA key of {bits} bits is committed"),
        };
        Self { committed: &keys[index % keys.len()] }
    }

    /// A key of 2048 bits whose exponent is 3.
    #[must_use]
    pub fn fixed_with_exponent_3() -> Self {
        Self { committed: &RSA_EXPONENT_3[0] }
    }

    /// The length of the modulus, in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.modulus().len() * 8
    }

    /// The modulus, big-endian without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> Vec<u8> {
        self.committed.get().n().to_be_bytes_trimmed_vartime().into_vec()
    }

    /// The public exponent, big-endian without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> Vec<u8> {
        self.committed.get().e().to_be_bytes_trimmed_vartime().into_vec()
    }

    /// The private key as PKCS#8 in DER.
    #[must_use]
    pub fn pkcs8_der(&self) -> &'static [u8] {
        self.committed.der
    }

    /// The SubjectPublicKeyInfo in DER: rsaEncryption with NULL parameters (RFC 8017 appendix A.1).
    #[must_use]
    pub fn spki_der(&self) -> Vec<u8> {
        self.spki_der_with_algorithm(&sequence(&[&oid("1.2.840.113549.1.1.1"), &null()]))
    }

    /// The SubjectPublicKeyInfo in DER with another AlgorithmIdentifier.
    #[must_use]
    pub fn spki_der_with_algorithm(&self, algorithm_der: &[u8]) -> Vec<u8> {
        let key = sequence(&[
            &tlv(INTEGER, &[&unsigned_contents(&self.modulus())]),
            &tlv(INTEGER, &[&unsigned_contents(&self.exponent())]),
        ]);
        sequence(&[algorithm_der, &bit_string(&key)])
    }

    /// The key identifier in certificates: the SHA-256 of the SubjectPublicKeyInfo.
    #[must_use]
    pub fn key_identifier(&self) -> Vec<u8> {
        Digest::Sha256.of(&self.spki_der())
    }

    /// An RSASSA-PSS signature over `message` (RFC 8017 section 8.1): MGF1 with the same hash, a
    /// salt as long as the hash.
    #[must_use]
    pub fn sign_pss(&self, digest: Digest, message: &[u8]) -> Vec<u8> {
        self.sign_pss_with_salt(digest, digest.output_len(), message)
    }

    /// An RSASSA-PSS signature with a salt of `salt_len` octets, at most 64: the first ones of the
    /// SHA-512 of `message`.
    ///
    /// # Panics
    ///
    /// If the salt is longer than that or does not fit into the modulus.
    #[must_use]
    pub fn sign_pss_with_salt(&self, digest: Digest, salt_len: usize, message: &[u8]) -> Vec<u8> {
        let key = self.committed.get();
        let hashed = digest.of(message);
        let mut salt = FixedSalt(Digest::Sha512.of(message));
        let salt_len = Some(salt_len);
        // Not blinded: these keys have no secrets to leak, and nothing but the salt may be drawn
        // from the generator.
        match digest {
            Digest::Sha256 => key.sign_with_rng(
                &mut salt,
                Pss { blinded: false, digest: Sha256::new(), salt_len },
                &hashed,
            ),
            Digest::Sha384 => key.sign_with_rng(
                &mut salt,
                Pss { blinded: false, digest: Sha384::new(), salt_len },
                &hashed,
            ),
            Digest::Sha512 => key.sign_with_rng(
                &mut salt,
                Pss { blinded: false, digest: Sha512::new(), salt_len },
                &hashed,
            ),
        }
        .expect("the salt fits into the modulus")
    }

    /// An RSASSA-PKCS1-v1_5 signature over `message` (RFC 8017 section 8.2).
    ///
    /// # Panics
    ///
    /// If the modulus is too short for the digest.
    #[must_use]
    pub fn sign_pkcs1(&self, digest: Digest, message: &[u8]) -> Vec<u8> {
        let padding = match digest {
            Digest::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Digest::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Digest::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        };
        let signature = self.committed.get().sign(padding, &digest.of(message));
        signature.expect("committed keys are long enough for their hash")
    }
}

impl PartialEq for RsaKey {
    fn eq(&self, other: &Self) -> bool {
        self.committed.der == other.committed.der
    }
}

impl Eq for RsaKey {}

impl std::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RsaKey({} bits)", self.bits())
    }
}

/// The AlgorithmIdentifier of RSASSA-PSS as [`RsaKey::sign_pss`] signs: all parameters except the
/// trailer field.
#[must_use]
pub fn pss_algorithm_der(digest: Digest) -> Vec<u8> {
    pss_algorithm_der_with(digest, digest, digest.output_len() as u64)
}

/// The AlgorithmIdentifier of RSASSA-PSS with these parameters (RFC 4055 section 3.1).
#[must_use]
pub fn pss_algorithm_der_with(digest: Digest, mgf1_digest: Digest, salt_len: u64) -> Vec<u8> {
    let mgf1 = sequence(&[
        &oid("1.2.840.113549.1.1.8"),
        &mgf1_digest.algorithm_der(DigestParameters::Null),
    ]);
    let parameters = sequence(&[
        &tlv(0xA0, &[&digest.algorithm_der(DigestParameters::Null)]),
        &tlv(0xA1, &[&mgf1]),
        &tlv(0xA2, &[&integer(salt_len)]),
    ]);
    sequence(&[&oid("1.2.840.113549.1.1.10"), &parameters])
}

/// The AlgorithmIdentifier of RSASSA-PKCS1-v1_5 with this hash.
#[must_use]
pub fn pkcs1_algorithm_der(digest: Digest) -> Vec<u8> {
    let name = match digest {
        Digest::Sha256 => "1.2.840.113549.1.1.11",
        Digest::Sha384 => "1.2.840.113549.1.1.12",
        Digest::Sha512 => "1.2.840.113549.1.1.13",
    };
    sequence(&[&oid(name), &null()])
}

/// A random number generator with predetermined output.
struct FixedSalt(Vec<u8>);

impl TryRng for FixedSalt {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Self::Error> {
        let drawn: Vec<u8> = self.0.drain(..destination.len()).collect();
        destination.copy_from_slice(&drawn);
        Ok(())
    }
}

impl TryCryptoRng for FixedSalt {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_the_same_message_with_the_same_bytes() {
        let key = RsaKey::fixed(2048, 0);
        assert_eq!(
            key.sign_pss(Digest::Sha256, b"message"),
            key.sign_pss(Digest::Sha256, b"message")
        );
    }

    #[test]
    fn pss_algorithms_have_the_length_of_the_deployed_ones() {
        for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            let algorithm = pss_algorithm_der(digest);
            // In deployed software's output the parameters take 52 octets.
            assert_eq!(
                crate::der_reader::contents(crate::der_reader::children(&algorithm)[1]).len(),
                52
            );
        }
    }
}
