//! Private keys in files: written keys can be read again, also by OpenSSL; input that is not a key,
//! or cannot be decrypted, is rejected.

#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::{Encode as _, asn1::OctetStringRef, pem, pem::LineEnding};
use pkcs8::pkcs5::pbes2::Parameters;
use veraid_issuer::{EncryptionRandomness, KeyError, KeySize, SigningKey as _, SoftwareKey};
use veraid_testkit::RsaKey;

const PASSPHRASE: &[u8] = "correct horse \u{1F40E}".as_bytes();
const RANDOMNESS: EncryptionRandomness =
    EncryptionRandomness { salt: [1; 16], initialisation_vector: [2; 16] };

fn key() -> SoftwareKey {
    SoftwareKey::from_pkcs8_der(RsaKey::fixed(2048, 0).pkcs8_der()).unwrap()
}

fn text(secret: &veraid_issuer::Secret) -> String {
    String::from_utf8(secret.as_bytes().to_vec()).unwrap()
}

#[test]
fn keys_of_each_size_are_made_and_sign() {
    for (size, bits) in [(KeySize::Rsa2048, 2048), (KeySize::Rsa3072, 3072)] {
        let key = SoftwareKey::generate(size).unwrap();
        assert_eq!(key.bits(), bits);
        assert_eq!(key.sign(b"message").unwrap().len() * 8, bits);
    }
}

#[test]
fn written_keys_are_read_again() {
    let key = key();
    let der = key.to_pkcs8_der().unwrap();
    assert_eq!(der.as_bytes(), RsaKey::fixed(2048, 0).pkcs8_der());
    let pem = text(&key.to_pkcs8_pem().unwrap());
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    let encrypted = text(&key.to_encrypted_pem(PASSPHRASE, RANDOMNESS).unwrap());
    assert!(encrypted.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    for again in [
        SoftwareKey::from_pkcs8_der(der.as_bytes()),
        SoftwareKey::from_pkcs8_pem(&pem),
        SoftwareKey::from_encrypted_pem(&pem, PASSPHRASE),
        SoftwareKey::from_encrypted_pem(&encrypted, PASSPHRASE),
    ] {
        assert_eq!(again.unwrap().public_key_der(), key.public_key_der());
    }
}

#[test]
fn an_encrypted_key_needs_its_passphrase() {
    let pem = text(&key().to_encrypted_pem(PASSPHRASE, RANDOMNESS).unwrap());
    assert_eq!(SoftwareKey::from_pkcs8_pem(&pem).unwrap_err(), KeyError::PassphraseMissing);
    for wrong in [&b""[..], b"wrong"] {
        assert_eq!(SoftwareKey::from_encrypted_pem(&pem, wrong).unwrap_err(), KeyError::Passphrase);
    }
}

#[test]
fn invalid_keys_are_rejected() {
    for pem in ["", "key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"]
    {
        assert_eq!(SoftwareKey::from_pkcs8_pem(pem).unwrap_err(), KeyError::Pem, "{pem:?}");
    }
    let whole = RsaKey::fixed(2048, 0).pkcs8_der();
    let (cut, longer) = (whole.get(..600).unwrap(), [whole, b"\0"].concat());
    for der in [b"", cut, &longer] {
        let reason = "it is not a PrivateKeyInfo in DER";
        assert_eq!(SoftwareKey::from_pkcs8_der(der).unwrap_err(), KeyError::Pkcs8 { reason });
    }
    // Sizes and exponents that verifiers reject.
    for key in [RsaKey::fixed(1024, 0), RsaKey::fixed(1536, 0), RsaKey::fixed_with_exponent_3()] {
        match SoftwareKey::from_pkcs8_der(key.pkcs8_der()).unwrap_err() {
            KeyError::Pkcs8 { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_key_file_cannot_ask_for_hours_of_work() {
    let key_file = |iterations| {
        let parameters =
            Parameters::generate_pbkdf2_sha256_aes256cbc(iterations, &[0; 16], [0; 16]).unwrap();
        let key = EncryptedPrivateKeyInfoRef {
            encryption_algorithm: parameters.into(),
            encrypted_data: OctetStringRef::new(&[0; 32]).unwrap(),
        };
        let label = "ENCRYPTED PRIVATE KEY";
        pem::encode_string(label, LineEnding::LF, &key.to_der().unwrap()).unwrap()
    };
    let reason = "its key derivation takes too much time or memory";
    assert_eq!(
        SoftwareKey::from_encrypted_pem(&key_file(SoftwareKey::MAX_PBKDF2_ITERATIONS + 1), b"x")
            .unwrap_err(),
        KeyError::Encryption { reason }
    );
    // The maximum number of iterations is performed, and only then the content is found not to be a
    // key.
    assert_eq!(
        SoftwareKey::from_encrypted_pem(&key_file(1000), b"x").unwrap_err(),
        KeyError::Passphrase
    );
}

#[test]
fn debug_output_contains_no_key() {
    let key = key();
    assert_eq!(format!("{key:?}"), "SoftwareKey { bits: 2048, .. }");
    let secret = key.to_pkcs8_der().unwrap();
    assert_eq!(format!("{secret:?}"), format!("Secret({} bytes)", secret.as_bytes().len()));
}

/// Returns the output of `openssl` for these arguments and this input; `None`, with a message, if
/// it is not installed.
fn openssl(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let spawned = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn();
    let Ok(mut child) = spawned else {
        eprintln!("SKIPPED: OpenSSL is not installed, so nothing was exchanged with it");
        return None;
    };
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    Some(output.stdout)
}

#[test]
fn openssl_reads_encrypted_keys_and_its_own_are_read() {
    let key = key();
    let encrypted = key.to_encrypted_pem(b"pass", RANDOMNESS).unwrap();
    let read = ["pkey", "-passin", "pass:pass", "-pubout", "-outform", "DER"];
    if let Some(public_key) = openssl(&read, encrypted.as_bytes()) {
        assert_eq!(public_key, key.public_key_der());
    }
    let plain = key.to_pkcs8_pem().unwrap();
    let sha_1 = ["pkcs8", "-topk8", "-passout", "pass:pass", "-v2prf", "hmacWithSHA1"];
    if let Some(pem) = openssl(&sha_1, plain.as_bytes()) {
        let reason = "it is not PBKDF2 with HMAC-SHA-2 or scrypt, and AES";
        assert_eq!(
            SoftwareKey::from_encrypted_pem(&String::from_utf8(pem).unwrap(), b"pass").unwrap_err(),
            KeyError::Encryption { reason }
        );
    }
    for derivation in [&["-v2", "aes-256-cbc"][..], &["-v2prf", "hmacWithSHA512"], &["-scrypt"]] {
        let write = [&["pkcs8", "-topk8", "-passout", "pass:pass"], derivation].concat();
        if let Some(pem) = openssl(&write, plain.as_bytes()) {
            let pem = String::from_utf8(pem).unwrap();
            let again = SoftwareKey::from_encrypted_pem(&pem, b"pass").unwrap();
            assert_eq!(again.public_key_der(), key.public_key_der(), "{derivation:?}");
        }
    }
}
