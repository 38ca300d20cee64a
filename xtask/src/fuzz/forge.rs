//! Bundles translated into the cryptography of the fuzz targets: what held still holds there, what did not does not.

use std::sync::Mutex;

use base64ct::{Base64Unpadded, Encoding};
use kliento::crypto::{
    CryptoProvider, DigestAlgorithm, Digester, PublicKey, SignatureAlgorithm, SignatureError,
    SignatureVerifier,
};

use super::stub;

/// Real cryptography that writes down what it was asked.
pub(crate) const PROVIDER: CryptoProvider =
    CryptoProvider { signatures: &Recorder, digests: &Recorder };

const REAL: CryptoProvider = veraid_aws_lc_rs::PROVIDER;

/// Pairs of octets: as they are, and as the targets' cryptography wants them.
static PAIRS: Mutex<Vec<(Vec<u8>, Vec<u8>)>> = Mutex::new(Vec::new());

#[derive(Debug)]
struct Recorder;

/// What was recorded since the last time.
pub(crate) fn take_recorded() -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs = PAIRS.lock().map(|mut pairs| std::mem::take(&mut *pairs)).unwrap_or_default();
    // A signature that fails under one key and holds under another holds.
    pairs.sort_by_key(|(_, forged)| forged.first() == Some(&0));
    pairs
}

/// The octets with all that was recorded replaced: signatures and digests as they are, digests in Base64 and hexadecimal too.
pub(crate) fn translate(octets: &[u8], recorded: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut octets = octets.to_vec();
    for (real, forged) in recorded {
        replace(&mut octets, real, forged);
        // Of one length: the padding, where there is some, stays as it is.
        let base64 = |octets: &[u8]| Base64Unpadded::encode_string(octets).into_bytes();
        replace(&mut octets, &base64(real), &base64(forged));
        let hexadecimal = |octets: &[u8]| {
            octets.iter().flat_map(|octet| format!("{octet:02X}").into_bytes()).collect::<Vec<_>>()
        };
        replace(&mut octets, &hexadecimal(real), &hexadecimal(forged));
    }
    octets
}

/// Replaces octets wherever they occur by as many others.
fn replace(octets: &mut [u8], from: &[u8], to: &[u8]) {
    let places: Vec<usize> = octets
        .windows(from.len().max(1))
        .enumerate()
        .filter_map(|(place, window)| (window == from).then_some(place))
        .collect();
    for place in places {
        let target = octets.get_mut(place..).into_iter().flatten();
        target.zip(to).for_each(|(octet, new)| *octet = *new);
    }
}

fn record(real: &[u8], forged: Vec<u8>) {
    if let Ok(mut pairs) = PAIRS.lock() {
        pairs.push((real.to_vec(), forged));
    }
}

impl SignatureVerifier for Recorder {
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let result = REAL.signatures.verify(algorithm, key, message, signature);
        let mut forged = signature.to_vec();
        if let Some(first) = forged.first_mut() {
            *first = if result.is_ok() { (*first).max(1) } else { 0 };
        }
        record(signature, forged);
        result
    }
}

impl Digester for Recorder {
    fn digest(&self, algorithm: DigestAlgorithm, data: &[u8], output: &mut Vec<u8>) {
        let real = REAL.digest(algorithm, data);
        record(&real, stub::digest(algorithm, data));
        output.extend(real);
    }
}
