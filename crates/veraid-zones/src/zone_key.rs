//! Keys that sign zones (RFC 4034 section 2).

use std::sync::Arc;

use ed448_goldilocks_plus as ed448;
use p256::ecdsa::signature::Signer as _;
use rsa::RsaPrivateKey;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use sha2::{Digest as _, Sha384};
use veraid_dnssec::Name;

use crate::digest::Digest;
use crate::key_seed::{SecretStream, key_material};
use crate::rsa_key::{CommittedKey, RSA_1024, RSA_1536, RSA_4096, committed_keys, sign_pkcs1};

committed_keys!(
    ZONE_RSA_2048: "zone-rsa-2048-0.der", "zone-rsa-2048-1.der", "zone-rsa-2048-2.der", "zone-rsa-2048-3.der",
    "zone-rsa-2048-4.der", "zone-rsa-2048-5.der", "zone-rsa-2048-6.der", "zone-rsa-2048-7.der",
);

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
/// **Fixed keys are public**: their private half is known to anyone. A key
/// [from a seed](Self::from_seed) is as secret as its seed.
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
    Rsa(RsaZoneKey, Digest),
    EcdsaP256(p256::ecdsa::SigningKey),
    EcdsaP384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Ed448(Box<ed448::SigningKey>),
}

/// An RSA key from the folder `keys`, or one found by searching.
#[derive(Clone)]
enum RsaZoneKey {
    Committed(&'static CommittedKey),
    Generated(Arc<RsaPrivateKey>),
}

impl RsaZoneKey {
    fn get(&self) -> &RsaPrivateKey {
        match self {
            Self::Committed(key) => key.get(),
            Self::Generated(key) => key,
        }
    }
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

    /// The key number `index` for `algorithm`, with the flags ZONE and SEP.
    ///
    /// RSA keys have 2048 bits and `index` is taken modulo 8, their number. There is no limit on
    /// the number of other keys.
    ///
    /// # Panics
    ///
    /// If the hash that an ECDSA key is made from is not below the group's order: about once in
    /// 2^32 indices.
    #[must_use]
    pub fn fixed(algorithm: ZoneAlgorithm, index: usize) -> Self {
        let rsa = |digest| {
            let committed = &ZONE_RSA_2048[index % ZONE_RSA_2048.len()];
            PrivateKey::Rsa(RsaZoneKey::Committed(committed), digest)
        };
        let private = match algorithm {
            ZoneAlgorithm::RsaSha256 => rsa(Digest::Sha256),
            ZoneAlgorithm::RsaSha512 => rsa(Digest::Sha512),
            ZoneAlgorithm::EcdsaP256 => PrivateKey::EcdsaP256(
                p256::ecdsa::SigningKey::from_slice(&seed(algorithm, index)[..32])
                    .expect("seed is below the order"),
            ),
            ZoneAlgorithm::EcdsaP384 => PrivateKey::EcdsaP384(
                p384::ecdsa::SigningKey::from_slice(&Sha384::digest(seed(algorithm, index)))
                    .expect("seed is below the order"),
            ),
            ZoneAlgorithm::Ed25519 => {
                let seed: [u8; 32] = seed(algorithm, index)[..32].try_into().expect("32 octets");
                PrivateKey::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed))
            }
            ZoneAlgorithm::Ed448 => {
                let seed: [u8; 57] = seed(algorithm, index)[..57].try_into().expect("57 octets");
                PrivateKey::Ed448(Box::new(ed448::SigningKey::from(ed448::SecretKey::from(seed))))
            }
        };
        Self::new(private, algorithm)
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
        let rsa = |digest| {
            let key = RsaPrivateKey::new(&mut SecretStream::new(material(0)), SEEDED_RSA_BITS)
                .expect("2048 bits are enough for two primes");
            PrivateKey::Rsa(RsaZoneKey::Generated(Arc::new(key)), digest)
        };
        let private = match algorithm {
            ZoneAlgorithm::RsaSha256 => rsa(Digest::Sha256),
            ZoneAlgorithm::RsaSha512 => rsa(Digest::Sha512),
            // One number in 2^32 is not below the order (FIPS 186-5 appendix A.2.2); then the next
            // attempt is.
            ZoneAlgorithm::EcdsaP256 => PrivateKey::EcdsaP256(
                (0..)
                    .find_map(|attempt| {
                        p256::ecdsa::SigningKey::from_slice(&material(attempt)[..32]).ok()
                    })
                    .expect("attempts do not run out"),
            ),
            ZoneAlgorithm::EcdsaP384 => PrivateKey::EcdsaP384(
                (0..)
                    .find_map(|attempt| {
                        p384::ecdsa::SigningKey::from_slice(&material(attempt)[..48]).ok()
                    })
                    .expect("attempts do not run out"),
            ),
            ZoneAlgorithm::Ed25519 => {
                let secret: [u8; 32] = material(0)[..32].try_into().expect("32 octets");
                PrivateKey::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret))
            }
            ZoneAlgorithm::Ed448 => {
                let secret: [u8; 57] = material(0)[..57].try_into().expect("57 octets");
                PrivateKey::Ed448(Box::new(ed448::SigningKey::from(ed448::SecretKey::from(secret))))
            }
        };
        Self::new(private, algorithm)
    }

    fn new(private: PrivateKey, algorithm: ZoneAlgorithm) -> Self {
        Self {
            private,
            flags: Self::SECURE_ENTRY_POINT,
            protocol: 3,
            algorithm: algorithm.number(),
        }
    }

    /// An RSA key of 1024 bits for algorithm 8; `index` is taken modulo 2, the number of these
    /// keys.
    #[must_use]
    pub fn fixed_rsa_1024(index: usize) -> Self {
        let committed = RsaZoneKey::Committed(&RSA_1024[index % RSA_1024.len()]);
        Self::new(PrivateKey::Rsa(committed, Digest::Sha256), ZoneAlgorithm::RsaSha256)
    }

    /// The RSA key of 1536 bits for algorithm 8.
    #[must_use]
    pub fn fixed_rsa_1536() -> Self {
        let committed = RsaZoneKey::Committed(&RSA_1536[0]);
        Self::new(PrivateKey::Rsa(committed, Digest::Sha256), ZoneAlgorithm::RsaSha256)
    }

    /// An RSA key of 4096 bits for algorithm 8 with the slowest exponent that verifiers accept: 33
    /// bits, nearly all of them set.
    ///
    /// # Panics
    ///
    /// Never: the exponent has no factor in common with the order of the group.
    #[must_use]
    pub fn fixed_rsa_4096_long_exponent() -> Self {
        let key = RSA_4096[0].get();
        let [p, q] = key.primes() else { unreachable!("committed keys have two primes") };
        let key = RsaPrivateKey::from_p_q(
            p.as_ref().clone(),
            q.as_ref().clone(),
            rsa::BoxedUint::from(LONG_EXPONENT),
        )
        .expect("the exponent has an inverse");
        Self::new(
            PrivateKey::Rsa(RsaZoneKey::Generated(Arc::new(key)), Digest::Sha256),
            ZoneAlgorithm::RsaSha256,
        )
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
            2 => Digest::Sha256.of(&digested),
            4 => Digest::Sha384.of(&digested),
            _ => Digest::Sha256.of(&digested)[..20].to_vec(),
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
            PrivateKey::Rsa(key, digest) => sign_pkcs1(key.get(), *digest, message),
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
            PrivateKey::Rsa(key, _) => rsa_public_key(key.get()),
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

/// A prime below 2^33.
const LONG_EXPONENT: u64 = 8_589_934_583;

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

/// 64 reproducible bytes; they are not secret.
fn seed(algorithm: ZoneAlgorithm, index: usize) -> Vec<u8> {
    Digest::Sha512.of(format!(
        "public test key {index} for DNSSEC algorithm {}",
        algorithm.number()
    )
    .as_bytes())
}
