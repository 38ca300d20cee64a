//! Runs both providers through the same tests: each accepts exactly what the other does.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use proptest::prelude::*;
use veraid_dnssec::crypto::{
    CryptoProvider, DigestAlgorithm, PublicKey, SignatureAlgorithm, SignatureError, rust_crypto,
};
use veraid_testkit::{Digest, FixedKey as _, RsaKey, ZoneAlgorithm, ZoneKey};

const PROVIDERS: [CryptoProvider; 2] = [veraid_aws_lc_rs::PROVIDER, rust_crypto::PROVIDER];
const MESSAGE: &[u8] = b"what is signed";

/// A key, and its signature over [`MESSAGE`] with the scheme.
struct Signed {
    algorithm: SignatureAlgorithm,
    key: Key,
    signature: Vec<u8>,
}

enum Key {
    Rsa(Vec<u8>, Vec<u8>),
    P256([u8; 64]),
    P384([u8; 96]),
    Ed25519([u8; 32]),
    Ed448([u8; 57]),
}

impl Key {
    fn borrow(&self) -> PublicKey<'_> {
        match self {
            Self::Rsa(modulus, exponent) => PublicKey::Rsa { modulus, exponent },
            Self::P256(point) => PublicKey::EcdsaP256(point),
            Self::P384(point) => PublicKey::EcdsaP384(point),
            Self::Ed25519(key) => PublicKey::Ed25519(key),
            Self::Ed448(key) => PublicKey::Ed448(key),
        }
    }

    fn of_zone(key: &ZoneKey) -> Self {
        let octets = key.public_key();
        match key.algorithm {
            8 | 10 => {
                let length = usize::from(octets[0]);
                Self::Rsa(octets[1 + length..].to_vec(), octets[1..=length].to_vec())
            }
            13 => Self::P256(octets.try_into().unwrap()),
            14 => Self::P384(octets.try_into().unwrap()),
            15 => Self::Ed25519(octets.try_into().unwrap()),
            _ => Self::Ed448(octets.try_into().unwrap()),
        }
    }
}

fn zone_algorithm(algorithm: ZoneAlgorithm) -> SignatureAlgorithm {
    match algorithm {
        ZoneAlgorithm::RsaSha256 => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
        ZoneAlgorithm::RsaSha512 => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512),
        ZoneAlgorithm::EcdsaP256 => SignatureAlgorithm::EcdsaP256Sha256,
        ZoneAlgorithm::EcdsaP384 => SignatureAlgorithm::EcdsaP384Sha384,
        ZoneAlgorithm::Ed25519 => SignatureAlgorithm::Ed25519,
        ZoneAlgorithm::Ed448 => SignatureAlgorithm::Ed448,
    }
}

fn signed_by_zone(algorithm: ZoneAlgorithm) -> Signed {
    let key = ZoneKey::fixed(algorithm, 0);
    Signed {
        algorithm: zone_algorithm(algorithm),
        key: Key::of_zone(&key),
        signature: key.sign(MESSAGE),
    }
}

const DIGESTS: [(Digest, DigestAlgorithm); 3] = [
    (Digest::Sha256, DigestAlgorithm::Sha256),
    (Digest::Sha384, DigestAlgorithm::Sha384),
    (Digest::Sha512, DigestAlgorithm::Sha512),
];

fn rsa(key: RsaKey) -> Key {
    Key::Rsa(key.modulus(), vec![1, 0, 1])
}

fn all() -> Vec<Signed> {
    let pss = DIGESTS.into_iter().flat_map(|(digest, algorithm)| {
        [2048, 3072, 4096].map(|bits| {
            let key = RsaKey::fixed(bits, 0);
            Signed {
                algorithm: SignatureAlgorithm::RsaPss(algorithm),
                key: rsa(key),
                signature: key.sign_pss(digest, MESSAGE),
            }
        })
    });
    let small = ZoneKey::fixed_rsa_1024(0);
    let small = Signed {
        algorithm: SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
        key: Key::of_zone(&small),
        signature: small.sign(MESSAGE),
    };
    pss.chain(ZoneAlgorithm::ALL.into_iter().map(signed_by_zone)).chain([small]).collect()
}

#[test]
fn accept_good_signatures_of_every_scheme_and_size() {
    for provider in PROVIDERS {
        for signed in all() {
            let (key, signature) = (signed.key.borrow(), &signed.signature);
            assert_eq!(
                provider.signatures.verify(signed.algorithm, key, MESSAGE, signature),
                Ok(()),
                "{provider:?} {:?}",
                signed.algorithm
            );
        }
    }
}

#[test]
fn rejects_other_messages_lengths_and_degenerate_signatures() {
    for provider in PROVIDERS {
        for signed in all() {
            let key = signed.key.borrow();
            let verify = |message: &[u8], signature: &[u8]| {
                provider.signatures.verify(signed.algorithm, key, message, signature)
            };
            let length = signed.signature.len();
            assert_eq!(verify(b"another", &signed.signature), Err(SignatureError));
            for signature in [
                signed.signature[..length - 1].to_vec(),
                [signed.signature.as_slice(), &[0]].concat(),
                [&[0], signed.signature.as_slice()].concat(),
                vec![0; length],
                vec![0xFF; length],
                Vec::new(),
            ] {
                assert_eq!(
                    verify(MESSAGE, &signature),
                    Err(SignatureError),
                    "{:?}",
                    signed.algorithm
                );
            }
        }
    }
}

#[test]
fn rejects_salts_of_another_length_and_the_other_rsa_scheme() {
    let key = RsaKey::fixed(2048, 0);
    for provider in PROVIDERS {
        for (digest, algorithm) in DIGESTS {
            let verify = |signature: &[u8]| {
                let (algorithm, key) = (SignatureAlgorithm::RsaPss(algorithm), rsa(key));
                provider.signatures.verify(algorithm, key.borrow(), MESSAGE, signature)
            };
            let length = algorithm.output_len();
            assert_eq!(verify(&key.sign_pss_with_salt(digest, length, MESSAGE)), Ok(()));
            for salt in [0, 20, length - 1] {
                let signature = key.sign_pss_with_salt(digest, salt, MESSAGE);
                assert_eq!(verify(&signature), Err(SignatureError), "salt of {salt}");
            }
            assert_eq!(verify(&key.sign_pkcs1(digest, MESSAGE)), Err(SignatureError));
        }
    }
}

#[test]
fn rejects_keys_of_another_kind_and_malformed_keys() {
    for provider in PROVIDERS {
        let verify = |algorithm, key: PublicKey<'_>, signature: &[u8]| {
            provider.signatures.verify(algorithm, key, MESSAGE, signature)
        };
        let p256 = signed_by_zone(ZoneAlgorithm::EcdsaP256);
        assert_eq!(
            verify(SignatureAlgorithm::Ed25519, p256.key.borrow(), &p256.signature),
            Err(SignatureError)
        );
        // Not on the curve.
        assert_eq!(
            verify(p256.algorithm, PublicKey::EcdsaP256(&[1; 64]), &p256.signature),
            Err(SignatureError)
        );
        assert_eq!(
            verify(SignatureAlgorithm::EcdsaP384Sha384, PublicKey::EcdsaP384(&[1; 96]), &[1; 96]),
            Err(SignatureError)
        );
        // The neutral element as key and R: valid for any message unless small orders are rejected.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert_eq!(
            verify(SignatureAlgorithm::Ed25519, PublicKey::Ed25519(&neutral), &signature),
            Err(SignatureError)
        );
        let mut neutral = [0; 57];
        neutral[0] = 1;
        let mut signature = [0; 114];
        signature[0] = 1;
        assert_eq!(
            verify(SignatureAlgorithm::Ed448, PublicKey::Ed448(&neutral), &signature),
            Err(SignatureError)
        );
    }
}

#[test]
fn digests_are_those_of_the_standard() {
    for provider in PROVIDERS {
        for (digest, algorithm) in DIGESTS {
            assert_eq!(provider.digest(algorithm, MESSAGE), digest.of(MESSAGE));
            assert_eq!(provider.digest(algorithm, MESSAGE).len(), algorithm.output_len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_reject_every_flipped_bit(which in 0_usize..64, bit in any::<prop::sample::Index>()) {
        let all = all();
        let signed = &all[which % all.len()];
        let mut signature = signed.signature.clone();
        let bit = bit.index(signature.len() * 8);
        signature[bit / 8] ^= 1 << (bit % 8);
        for provider in PROVIDERS {
            prop_assert_eq!(
                provider.signatures.verify(signed.algorithm, signed.key.borrow(), MESSAGE, &signature),
                Err(SignatureError)
            );
        }
    }
}
