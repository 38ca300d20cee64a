//! Keys of zones that are the same on every run, and public.

use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::traits::PrivateKeyParts as _;
use veraid_zones::{HierarchyBuilder, KeyRole, KeySlot, ZoneAlgorithm, ZoneKey};

use crate::digest::Digest;
use crate::rsa_key::{CommittedKey, RSA_1024, RSA_1536, RSA_4096, committed_keys};
use crate::times::default_rrsig_period;

committed_keys!(
    ZONE_RSA_2048: "zone-rsa-2048-0.der", "zone-rsa-2048-1.der", "zone-rsa-2048-2.der", "zone-rsa-2048-3.der",
    "zone-rsa-2048-4.der", "zone-rsa-2048-5.der", "zone-rsa-2048-6.der", "zone-rsa-2048-7.der",
);

/// A prime below 2^33.
const LONG_EXPONENT: u64 = 8_589_934_583;

/// A builder of the default hierarchy, whose keys are fixed and **public**: anybody can sign for
/// them.
///
/// RRSIGs are valid for two weeks around [`default_instant`](crate::default_instant). There are two
/// keys for each depth, so no two zones share one until RSA keys run out.
///
/// ```
/// use veraid_testkit::fixed_zones;
///
/// let chain = fixed_zones().owner("_veraid.example.org").txt(&["text"]).build();
/// assert_eq!(chain.trust_anchors, fixed_zones().build().trust_anchors);
/// ```
#[must_use]
pub fn fixed_zones() -> HierarchyBuilder {
    HierarchyBuilder::with_keys(default_rrsig_period(), |slot| {
        ZoneKey::fixed(slot.algorithm, index_of(slot))
    })
}

/// The number of the fixed key of a zone and role. Standby keys have numbers that no depth reaches.
fn index_of(slot: KeySlot<'_>) -> usize {
    let depth = slot.zone.label_count();
    match slot.role {
        KeyRole::Ksk => depth * 2,
        KeyRole::Zsk => depth * 2 + 1,
        KeyRole::Standby => depth * 2 + 260,
    }
}

/// Fixed keys of zones. **Public**: anybody can sign for them.
pub trait FixedKey: Sized {
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
    fn fixed(algorithm: ZoneAlgorithm, index: usize) -> Self;

    /// An RSA key of 1024 bits for algorithm 8; `index` is taken modulo 2, the number of these
    /// keys.
    #[must_use]
    fn fixed_rsa_1024(index: usize) -> Self;

    /// The RSA key of 1536 bits for algorithm 8.
    #[must_use]
    fn fixed_rsa_1536() -> Self;

    /// An RSA key of 4096 bits for algorithm 8 with the slowest exponent that verifiers accept: 33
    /// bits, nearly all of them set.
    ///
    /// # Panics
    ///
    /// Never: the exponent has no factor in common with the order of the group.
    #[must_use]
    fn fixed_rsa_4096_long_exponent() -> Self;
}

impl FixedKey for ZoneKey {
    fn fixed(algorithm: ZoneAlgorithm, index: usize) -> Self {
        let seed = seed(algorithm, index);
        match algorithm {
            ZoneAlgorithm::RsaSha256 | ZoneAlgorithm::RsaSha512 => {
                rsa(algorithm, &ZONE_RSA_2048[index % ZONE_RSA_2048.len()])
            }
            ZoneAlgorithm::EcdsaP256 | ZoneAlgorithm::Ed25519 => private(algorithm, &seed[..32]),
            ZoneAlgorithm::EcdsaP384 => private(algorithm, &Digest::Sha384.of(&seed)),
            ZoneAlgorithm::Ed448 => private(algorithm, &seed[..57]),
        }
    }

    fn fixed_rsa_1024(index: usize) -> Self {
        rsa(ZoneAlgorithm::RsaSha256, &RSA_1024[index % RSA_1024.len()])
    }

    fn fixed_rsa_1536() -> Self {
        rsa(ZoneAlgorithm::RsaSha256, &RSA_1536[0])
    }

    fn fixed_rsa_4096_long_exponent() -> Self {
        let key = RSA_4096[0].get();
        let [p, q] = key.primes() else { unreachable!("committed keys have two primes") };
        let key = RsaPrivateKey::from_p_q(
            p.as_ref().clone(),
            q.as_ref().clone(),
            rsa::BoxedUint::from(LONG_EXPONENT),
        )
        .expect("the exponent has an inverse");
        let der = key.to_pkcs8_der().expect("RSA keys can be written");
        private(ZoneAlgorithm::RsaSha256, der.as_bytes())
    }
}

fn rsa(algorithm: ZoneAlgorithm, committed: &'static CommittedKey) -> ZoneKey {
    committed.zone_key(algorithm, || private(algorithm, committed.der()))
}

fn private(algorithm: ZoneAlgorithm, private_key: &[u8]) -> ZoneKey {
    ZoneKey::from_private_key(algorithm, private_key).expect("fixed keys are valid")
}

/// 64 reproducible bytes; they are not secret.
fn seed(algorithm: ZoneAlgorithm, index: usize) -> Vec<u8> {
    Digest::Sha512.of(format!(
        "public test key {index} for DNSSEC algorithm {}",
        algorithm.number()
    )
    .as_bytes())
}
