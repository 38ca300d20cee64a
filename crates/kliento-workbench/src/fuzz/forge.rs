//! Translation of bundles into the cryptography of the fuzz targets: valid ones stay valid there,
//! invalid ones stay invalid.

use std::sync::Mutex;

use base64ct::{Base64Unpadded, Encoding};
use kliento::crypto::{
    CryptoProvider, DigestAlgorithm, Digester, PublicKey, SignatureAlgorithm, SignatureError,
    SignatureVerifier,
};

use super::stub;

/// Real cryptography that records its inputs and results.
pub(crate) const PROVIDER: CryptoProvider =
    CryptoProvider { signatures: &Recorder, digests: &Recorder };

const REAL: CryptoProvider = veraid_aws_lc_rs::PROVIDER;

/// Pairs of octets: the real ones, and their translation into the targets' cryptography.
static PAIRS: Mutex<Vec<(Vec<u8>, Vec<u8>)>> = Mutex::new(Vec::new());

#[derive(Debug)]
struct Recorder;

/// Takes the pairs recorded since the last call.
pub(crate) fn take_recorded() -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs = PAIRS.lock().map(|mut pairs| std::mem::take(&mut *pairs)).unwrap_or_default();
    // A signature that is invalid under one key and valid under another counts as valid.
    pairs.sort_by_key(|(_, forged)| forged.first() == Some(&0));
    pairs
}

/// Replaces everything that was recorded: signatures and digests themselves, and their Base64 and
/// hexadecimal forms.
pub(crate) fn translate(octets: &[u8], recorded: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut octets = octets.to_vec();
    for (real, forged) in recorded {
        replace(&mut octets, real, forged);
        // The length is equal, so any padding stays as it is.
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
