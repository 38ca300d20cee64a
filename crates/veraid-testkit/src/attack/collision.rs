//! Keys that share a key tag.

use crate::fixed_keys::FixedKey as _;
use std::collections::BTreeMap;

use super::bundle::filler;
use veraid_zones::{ZoneAlgorithm, ZoneKey, key_tag};

/// Two keys of `algorithm` with one tag, found among a few hundred. Not for RSA, of which there are
/// 8 keys.
pub(super) fn pair(algorithm: ZoneAlgorithm) -> [ZoneKey; 2] {
    let mut by_tag: BTreeMap<u16, ZoneKey> = BTreeMap::new();
    for index in 5000.. {
        let key = ZoneKey::fixed(algorithm, index);
        if let Some(other) = by_tag.insert(key.key_tag(), key.clone()) {
            return [other, key];
        }
    }
    unreachable!("there are more keys than tags")
}

/// The data of a DNSKEY with the tag `tag`, for which no private key is known.
pub(super) fn forged(algorithm: ZoneAlgorithm, number: usize, tag: u16) -> Vec<u8> {
    let label = format!("forged key {number} for algorithm {}", algorithm.number());
    let public_key = match algorithm {
        ZoneAlgorithm::RsaSha256 | ZoneAlgorithm::RsaSha512 => rsa_4096(&label),
        ZoneAlgorithm::EcdsaP256 => filler(&label, 64),
        ZoneAlgorithm::EcdsaP384 => filler(&label, 96),
        ZoneAlgorithm::Ed25519 => filler(&label, 32),
        ZoneAlgorithm::Ed448 => filler(&label, 57),
    };
    let header = [1, 1, 3, algorithm.number()];
    with_tag([header.as_slice(), &public_key].concat(), tag)
}

/// Exponent and modulus of 4096 bits (RFC 3110 section 2): the slowest exponent below 2^33.
fn rsa_4096(label: &str) -> Vec<u8> {
    let mut modulus = filler(label, 512);
    modulus[0] |= 0x80;
    modulus[511] |= 1;
    [[5, 1, 0xFF, 0xFF, 0xFF, 0xFF].as_slice(), &modulus].concat()
}

/// Changes two octets in the middle of a DNSKEY's data so that its tag is `tag`.
fn with_tag(mut rdata: Vec<u8>, tag: u16) -> Vec<u8> {
    const PLACE: usize = 20;
    for value in 0..=u16::MAX {
        rdata[PLACE..PLACE + 2].copy_from_slice(&value.to_be_bytes());
        if key_tag(&rdata) == tag {
            return rdata;
        }
    }
    unreachable!("16 bits of a sum of 16 bits give every sum")
}
