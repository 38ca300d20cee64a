//! A hash in place of cryptography: a signature is the hash of key and message, which anyone can
//! make.
//!
//! The walk cannot tell the difference, and a world with dozens of signatures takes microseconds.

use veraid_dnssec::crypto::{
    CryptoProvider, DigestAlgorithm, Digester, PublicKey, SignatureAlgorithm, SignatureError,
    SignatureVerifier,
};

pub(crate) const PROVIDER: CryptoProvider =
    CryptoProvider { signatures: &HashCrypto, digests: &HashCrypto };

#[derive(Debug)]
struct HashCrypto;

/// The signature over `message` by the key with these octets.
pub(crate) fn sign(key: &[u8], message: &[u8]) -> Vec<u8> {
    hash(1, &[key, message]).to_vec()
}

/// The digest of `data` with `length` octets.
pub(crate) fn digest(length: usize, data: &[u8]) -> Vec<u8> {
    let mut output: Vec<u8> = [hash(2, &[data]).as_slice(), &hash(3, &[data])].concat();
    output.truncate(length);
    output
}

impl SignatureVerifier for HashCrypto {
    fn verify(
        &self,
        _: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let key: &[u8] = match key {
            PublicKey::Ed25519(key) => key,
            PublicKey::EcdsaP256(key) => key,
            _ => return Err(SignatureError),
        };
        if sign(key, message) == signature { Ok(()) } else { Err(SignatureError) }
    }
}

impl Digester for HashCrypto {
    fn digest(&self, algorithm: DigestAlgorithm, data: &[u8], output: &mut Vec<u8>) {
        output.extend(digest(algorithm.output_len(), data));
    }
}

/// 256 bits that differ for different parts, barring malice.
fn hash(purpose: u64, parts: &[&[u8]]) -> [u8; 32] {
    let mut lanes = [purpose, purpose ^ 0xA5A5, purpose ^ 0x5A5A, purpose ^ 0xFF00];
    for part in parts {
        for (lane, state) in lanes.iter_mut().enumerate() {
            *state = mix(*state ^ part.len() as u64 ^ ((lane as u64 + 1) << 32));
            for chunk in part.chunks(8) {
                let mut octets = [0; 8];
                octets[..chunk.len()].copy_from_slice(chunk);
                *state = mix(*state ^ u64::from_le_bytes(octets));
            }
        }
    }
    let mut output = [0; 32];
    for (lane, state) in lanes.iter().enumerate() {
        output[lane * 8..lane * 8 + 8].copy_from_slice(&state.to_le_bytes());
    }
    output
}

const fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let state = (state ^ (state >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    state ^ (state >> 32)
}
