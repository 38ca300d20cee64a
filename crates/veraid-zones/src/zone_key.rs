//! Keys that sign zones (RFC 4034 section 2).

use std::sync::Arc;

use ed448_goldilocks_plus as ed448;
use p256::ecdsa::signature::Signer as _;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use veraid_dnssec::Name;

use crate::key_seed::{SecretStream, key_material};

/// A DNSSEC algorithm (IANA's registry of DNS Security Algorithm Numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ZoneAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, number 8 (RFC 5702).
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-512, number 10 (RFC 5702).
    RsaSha512,
    /// ECDSA on P-256 with SHA-256, number 13 (RFC 6605).
    EcdsaP256,
    /// ECDSA on P-384 with SHA-384, number 14 (RFC 6605).
    EcdsaP384,
    /// Ed25519, number 15 (RFC 8080).
    Ed25519,
    /// Ed448, number 16 (RFC 8080).
    Ed448,
}

impl ZoneAlgorithm {
    /// Every algorithm, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::RsaSha256,
        Self::RsaSha512,
        Self::EcdsaP256,
        Self::EcdsaP384,
        Self::Ed25519,
        Self::Ed448,
    ];

    /// The number in DNSKEY, DS and RRSIG records.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::RsaSha256 => 8,
            Self::RsaSha512 => 10,
            Self::EcdsaP256 => 13,
            Self::EcdsaP384 => 14,
            Self::Ed25519 => 15,
            Self::Ed448 => 16,
        }
    }
}

/// A key that signs a zone, and the fields of its DNSKEY.
///
/// A key [from a seed](Self::from_seed) is as secret as its seed.
#[derive(Clone, Debug)]
pub struct ZoneKey {
    private: PrivateKey,
    /// The flags of the DNSKEY: 257 for a key with the SEP bit, 256 without.
    pub flags: u16,
    /// The protocol of the DNSKEY; any value but 3 makes the key unusable.
    pub protocol: u8,
    /// The algorithm number of DNSKEY, DS and, unless changed there, RRSIG.
    pub algorithm: u8,
}

#[derive(Clone)]
enum PrivateKey {
    Rsa(Arc<RsaPrivateKey>, RsaHash),
    EcdsaP256(p256::ecdsa::SigningKey),
    EcdsaP384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Ed448(Box<ed448::SigningKey>),
}

/// The hash function of RSA signatures.
#[derive(Clone, Copy)]
enum RsaHash {
    Sha256,
    Sha512,
}

// Shows only the kind of key.
impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Rsa(..) => "Rsa",
            Self::EcdsaP256(_) => "EcdsaP256",
            Self::EcdsaP384(_) => "EcdsaP384",
            Self::Ed25519(_) => "Ed25519",
            Self::Ed448(_) => "Ed448",
        })
    }
}

impl ZoneKey {
    /// The flags of a key that only signs zone data: ZONE.
    pub const ZONE: u16 = 0x0100;
    /// The flags of a key that a parent's DS or a trust anchor points at: ZONE and SEP.
    pub const SECURE_ENTRY_POINT: u16 = 0x0101;
    /// The flag of a revoked key (RFC 5011 section 2.1).
    pub const REVOKE: u16 = 0x0080;

    /// The key with this private half, with the flags ZONE and SEP; `None` if `private_key` is not
    /// a private key for `algorithm`.
    ///
    /// RSA keys are PKCS#8 in DER. Other keys are the octets of a scalar (ECDSA) or seed (EdDSA),
    /// as in the field `PrivateKey` of BIND's key files.
    #[must_use]
    pub fn from_private_key(algorithm: ZoneAlgorithm, private_key: &[u8]) -> Option<Self> {
        let rsa = |hash| {
            let key = RsaPrivateKey::from_pkcs8_der(private_key).ok()?;
            Some(PrivateKey::Rsa(Arc::new(key), hash))
        };
        let private = match algorithm {
            ZoneAlgorithm::RsaSha256 => rsa(RsaHash::Sha256)?,
            ZoneAlgorithm::RsaSha512 => rsa(RsaHash::Sha512)?,
            ZoneAlgorithm::EcdsaP256 => {
                PrivateKey::EcdsaP256(p256::ecdsa::SigningKey::from_slice(private_key).ok()?)
            }
            ZoneAlgorithm::EcdsaP384 => {
                PrivateKey::EcdsaP384(p384::ecdsa::SigningKey::from_slice(private_key).ok()?)
            }
            ZoneAlgorithm::Ed25519 => PrivateKey::Ed25519(ed25519_dalek::SigningKey::from_bytes(
                private_key.try_into().ok()?,
            )),
            ZoneAlgorithm::Ed448 => {
                let secret: [u8; 57] = private_key.try_into().ok()?;
                PrivateKey::Ed448(Box::new(ed448::SigningKey::from(ed448::SecretKey::from(secret))))
            }
        };
        Some(Self::new(private, algorithm))
    }

    /// The key number `index` for `algorithm`, derived from a secret `seed`, with the flags ZONE
    /// and SEP. RSA keys have 2048 bits.
    ///
    /// The same arguments give the same key, and no key reveals the seed or another key. Draw the
    /// seed from the operating system's randomness and discard it with the zone. With optimisation,
    /// an RSA key takes about 0.1 s to find and seldom more than 0.3 s, and any other key less than
    /// a millisecond. Another release of this crate may find another RSA key.
    ///
    /// # Panics
    ///
    /// Never: 2048 bits are enough for two primes.
    #[must_use]
    pub fn from_seed(algorithm: ZoneAlgorithm, seed: &[u8; 32], index: usize) -> Self {
        let material = |attempt| key_material(seed, algorithm.number(), index, attempt);
        let key = |octets: usize| {
            // One number in 2^32 is not below an ECDSA group's order (FIPS 186-5 appendix A.2.2);
            // then the next attempt is.
            (0..)
                .find_map(|attempt| Self::from_private_key(algorithm, &material(attempt)[..octets]))
                .expect("attempts do not run out")
        };
        let rsa = |hash| {
            let key = RsaPrivateKey::new(&mut SecretStream::new(material(0)), SEEDED_RSA_BITS)
                .expect("2048 bits are enough for two primes");
            Self::new(PrivateKey::Rsa(Arc::new(key), hash), algorithm)
        };
        match algorithm {
            ZoneAlgorithm::RsaSha256 => rsa(RsaHash::Sha256),
            ZoneAlgorithm::RsaSha512 => rsa(RsaHash::Sha512),
            ZoneAlgorithm::EcdsaP256 | ZoneAlgorithm::Ed25519 => key(32),
            ZoneAlgorithm::EcdsaP384 => key(48),
            ZoneAlgorithm::Ed448 => key(57),
        }
    }

    fn new(private: PrivateKey, algorithm: ZoneAlgorithm) -> Self {
        Self {
            private,
            flags: Self::SECURE_ENTRY_POINT,
            protocol: 3,
            algorithm: algorithm.number(),
        }
    }

    /// Sets the flags in the DNSKEY.
    #[must_use]
    pub fn with_flags(self, flags: u16) -> Self {
        Self { flags, ..self }
    }

    /// Sets the protocol in the DNSKEY.
    #[must_use]
    pub fn with_protocol(self, protocol: u8) -> Self {
        Self { protocol, ..self }
    }

    /// Sets the algorithm number in the DNSKEY, without changing how the key signs.
    #[must_use]
    pub fn with_algorithm_number(self, algorithm: u8) -> Self {
        Self { algorithm, ..self }
    }

    /// The data of the DNSKEY record.
    #[must_use]
    pub fn dnskey_rdata(&self) -> Vec<u8> {
        let flags = self.flags.to_be_bytes();
        [&flags, [self.protocol, self.algorithm].as_slice(), &self.public_key()].concat()
    }

    /// The key tag (RFC 4034 appendix B).
    #[must_use]
    pub fn key_tag(&self) -> u16 {
        key_tag(&self.dnskey_rdata())
    }

    /// The data of the DS record that points at this key in the zone `owner`.
    ///
    /// Digest type 2 is SHA-256 and 4 is SHA-384. For any other, the digest is the first 20 octets
    /// of SHA-256.
    #[must_use]
    pub fn ds_rdata(&self, owner: &Name, digest_type: u8) -> Vec<u8> {
        let digested = [owner.as_wire(), &self.dnskey_rdata()].concat();
        let digest = match digest_type {
            2 => Sha256::digest(&digested).to_vec(),
            4 => Sha384::digest(&digested).to_vec(),
            _ => Sha256::digest(&digested)[..20].to_vec(),
        };
        let tag = self.key_tag().to_be_bytes();
        [&tag, [self.algorithm, digest_type].as_slice(), &digest].concat()
    }

    /// The DS record in presentation format: a trust anchor, if `owner` is the root.
    #[must_use]
    pub fn ds_presentation(&self, owner: &Name, digest_type: u8) -> String {
        let rdata = self.ds_rdata(owner, digest_type);
        let digest: String = rdata[4..].iter().map(|octet| format!("{octet:02X}")).collect();
        format!("{owner} IN DS {} {} {digest_type} {digest}", self.key_tag(), self.algorithm)
    }

    /// The signature over `message` in the form of an RRSIG.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.private {
            PrivateKey::Rsa(key, hash) => hash.sign(key, message),
            PrivateKey::EcdsaP256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            PrivateKey::EcdsaP384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            PrivateKey::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            PrivateKey::Ed448(key) => key.sign_raw(message).to_bytes().to_vec(),
        }
    }

    /// The public key field of the DNSKEY.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        match &self.private {
            PrivateKey::Rsa(key, _) => rsa_public_key(key),
            // Without the form octet of SEC 1 (RFC 6605 section 4).
            PrivateKey::EcdsaP256(key) => {
                key.verifying_key().to_sec1_point(false).as_bytes()[1..].to_vec()
            }
            PrivateKey::EcdsaP384(key) => {
                key.verifying_key().to_sec1_point(false).as_bytes()[1..].to_vec()
            }
            PrivateKey::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
            PrivateKey::Ed448(key) => key.verifying_key().to_bytes().to_vec(),
        }
    }
}

impl RsaHash {
    /// An RSASSA-PKCS1-v1_5 signature over `message` (RFC 8017 section 8.2).
    fn sign(self, key: &RsaPrivateKey, message: &[u8]) -> Vec<u8> {
        let signature = match self {
            Self::Sha256 => key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message)),
            Self::Sha512 => key.sign(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message)),
        };
        signature.expect("RSA keys are long enough for their hash")
    }
}

/// The modulus length of keys from a seed, equal to that of the real root's keys.
const SEEDED_RSA_BITS: usize = 2048;

/// Exponent and modulus (RFC 3110 section 2); our keys have exponents of less than 256 octets.
fn rsa_public_key(key: &RsaPrivateKey) -> Vec<u8> {
    let exponent = key.e().to_be_bytes_trimmed_vartime().into_vec();
    let modulus = key.n().to_be_bytes_trimmed_vartime().into_vec();
    [vec![exponent.len() as u8], exponent, modulus].concat()
}

/// The key tag of a DNSKEY's data (RFC 4034 appendix B).
#[must_use]
pub fn key_tag(dnskey_rdata: &[u8]) -> u16 {
    let sum: u32 = dnskey_rdata
        .iter()
        .enumerate()
        .map(
            |(position, &octet)| {
                if position % 2 == 0 { u32::from(octet) << 8 } else { u32::from(octet) }
            },
        )
        .sum();
    (sum + (sum >> 16)) as u16
}
