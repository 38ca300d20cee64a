//! The command contains no private key of this repository.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a test that fails")]

use std::fs;
use std::path::{Path, PathBuf};

use der::Decode as _;
use der::asn1::{AnyRef, OctetStringRef};
use der::pem::decode_vec;

/// Bytes to search for.
struct Needle {
    name: String,
    bytes: Vec<u8>,
}

/// The command under test.
fn command() -> Vec<u8> {
    fs::read(env!("CARGO_BIN_EXE_kliento")).unwrap()
}

/// The root of this repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names of all needles that `haystack` contains.
fn found<'a>(needles: &'a [Needle], haystack: &[u8]) -> Vec<&'a str> {
    // One pass over 80 MB: few places start with the first two bytes of a needle.
    let mut starts = vec![false; 1 << 16];
    let start = |bytes: &[u8]| usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    for needle in needles {
        starts[start(&needle.bytes)] = true;
    }
    let mut found: Vec<_> = (0..haystack.len().saturating_sub(1))
        .filter(|&place| starts[start(&haystack[place..])])
        .flat_map(|place| {
            needles.iter().filter(move |needle| haystack[place..].starts_with(&needle.bytes))
        })
        .map(|needle| needle.name.as_str())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The files below `folder` whose names end like those of keys and certificates.
fn key_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_made_here = ["target", "node_modules", ".git"].contains(&name.as_str());
        if path.is_dir() && !path.is_symlink() && !is_made_here {
            key_files(&path, files);
        }
        let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() && ["der", "pem", "key", "p8", "pk8"].contains(&ending.as_str()) {
            files.push(path);
        }
    }
}

/// The DER in a file of DER or PEM.
fn der_of(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.starts_with(b"-----BEGIN") { decode_vec(&bytes).unwrap().1 } else { bytes }
}

/// The fields of a SEQUENCE.
fn fields(der: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    Vec::from_der(der).ok()
}

/// The private key in PKCS #8 (RFC 5958 section 2), if `der` is one.
fn private_key(der: &[u8]) -> Option<&[u8]> {
    let fields = fields(der)?;
    let key = fields.get(2)?.decode_as::<&OctetStringRef>().ok()?;
    Some(key.as_bytes())
}

/// The private keys of the repository: each whole, and the first prime of each RSA key, which a
/// parsed and written key has as well.
fn private_keys() -> Vec<Needle> {
    const FIRST_PRIME: usize = 4;
    let mut files = Vec::new();
    key_files(&repository(), &mut files);
    let mut needles = Vec::new();
    for file in files {
        let der = der_of(fs::read(&file).unwrap());
        let Some(key) = private_key(&der) else { continue };
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        // PKCS #1 (RFC 8017 appendix A.1.2).
        if let Some(prime) = fields(key).as_deref().and_then(|fields| fields.get(FIRST_PRIME)) {
            let bytes = prime.value().iter().copied().skip_while(|&byte| byte == 0).collect();
            needles.push(Needle { name: format!("the first prime of {name}"), bytes });
        }
        needles.push(Needle { name, bytes: key.to_vec() });
    }
    needles
}

#[test]
fn the_command_contains_no_private_key_of_the_repository() {
    let keys = private_keys();
    // The keys of the testkit, each of them twice.
    assert!(keys.len() >= 2 * 23, "only {} needles", keys.len());
    assert_eq!(found(&keys, &command()), [""; 0]);
}

#[test]
fn the_command_contains_no_label_that_public_keys_are_derived_from() {
    let label = Needle { name: "label".into(), bytes: b"for DNSSEC algorithm ".to_vec() };
    assert_eq!(found(&[label], &command()), [""; 0]);
}

#[test]
fn the_search_finds_what_the_command_contains() {
    let root_ca = repository().join("crates/veraid-trust-anchors/data/icann-root-ca.der");
    let certificate = Needle { name: "certificate".into(), bytes: fs::read(root_ca).unwrap() };
    let text = Needle { name: "text".into(), bytes: b"kliento dev zone".to_vec() };
    let mut changed = certificate.bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    let changed = Needle { name: "changed certificate".into(), bytes: changed };
    assert_eq!(found(&[certificate, text, changed], &command()), ["certificate", "text"]);
}

#[test]
fn the_search_finds_every_private_key() {
    let keys = private_keys();
    let haystack: Vec<u8> =
        keys.iter().flat_map(|key| [b"before", key.bytes.as_slice(), b"after"].concat()).collect();
    assert_eq!(found(&keys, &haystack).len(), keys.len());
}
