//! Private keys derived from a secret that the caller draws.

use rsa::rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest as _, Sha512};
use veraid_dnssec::Name;

/// The secret that the keys of a whole [`Hierarchy`](crate::Hierarchy) are derived from. Its
/// `Debug` does not show it.
#[derive(Clone, Copy)]
pub(crate) struct KeySeed([u8; 32]);

impl KeySeed {
    pub(crate) const fn new(seed: [u8; 32]) -> Self {
        Self(seed)
    }

    /// The secret that the keys of `zone` are derived from.
    pub(crate) fn of_zone(self, zone: &Name) -> [u8; 32] {
        // Names are equal regardless of case (RFC 4034 section 6.2), so their keys must be too.
        let name = zone.as_wire().to_ascii_lowercase();
        Sha512::digest([ZONE, &self.0, &name].concat())[..32].try_into().expect("32 octets")
    }
}

impl std::fmt::Debug for KeySeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeySeed(..)")
    }
}

// Prefixes of the hash inputs, one for each kind of secret, so that no two kinds can coincide.
const ZONE: &[u8] = b"veraid-zones zone\0";
const KEY: &[u8] = b"veraid-zones key\0";
const STREAM: &[u8] = b"veraid-zones stream\0";

/// 64 secret bytes for the key number `index`: the SHA-512 of the parameters, including the number
/// of the `attempt`.
pub(crate) fn key_material(seed: &[u8; 32], algorithm: u8, index: usize, attempt: u64) -> [u8; 64] {
    let hashed =
        [KEY, seed, &[algorithm], &(index as u64).to_be_bytes(), &attempt.to_be_bytes()].concat();
    Sha512::digest(&hashed).into()
}

/// An endless stream of bytes from a secret: the SHA-512 of the secret and a counter. Used to
/// search for RSA keys.
pub(crate) struct SecretStream {
    secret: [u8; 64],
    counter: u64,
    left: Vec<u8>,
}

impl SecretStream {
    pub(crate) fn new(secret: [u8; 64]) -> Self {
        Self { secret, counter: 0, left: vec![] }
    }
}

impl TryRng for SecretStream {
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
        for octet in destination {
            if self.left.is_empty() {
                let hashed = [STREAM, &self.secret, &self.counter.to_be_bytes()].concat();
                self.left = Sha512::digest(&hashed).to_vec();
                self.counter += 1;
            }
            *octet = self.left.pop().expect("a digest was just put there");
        }
        Ok(())
    }
}

impl TryCryptoRng for SecretStream {}
