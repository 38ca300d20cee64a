//! Reads and writes key files.

use std::path::Path;
use std::sync::Arc;

use veraid_aws_lc_rs::PROVIDER;
use veraid_core::crypto::DigestAlgorithm;
use veraid_core::{Certificate, OrganisationKey, check_member_key};
use veraid_issuer::{
    EncryptionRandomness, KeyError, PolicyError, ProvedPublicKey, Secret, SigningError, SigningKey,
    SoftwareKey,
};

use crate::arguments::{KeyArguments, PublicKeyArguments};
use crate::io::files::{self, Contents, Existing, Readers};
use crate::io::input::{self, is_stdin, name_of};
use crate::outcome::{Stop, UsageError};
use crate::{failure, randomness};

/// The maximum size of a key file, in bytes (64 KiB: one of 4096 bits has 3.4 KiB).
const MAX_KEY: usize = 64 * 1024;

const PUBLIC_KEY: &str = "PUBLIC KEY";

const CERTIFICATE_REQUEST: &str = "CERTIFICATE REQUEST";

/// The protection of a key in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    None,
    Passphrase,
}

/// A key from a file.
#[derive(Debug)]
pub(crate) enum AnyKey {
    Private(SoftwareKey, Protection),
    /// The SubjectPublicKeyInfo in DER.
    Public(Vec<u8>),
}

impl AnyKey {
    /// Reads a private or public key.
    pub(crate) fn read(path: &Path, passphrase_file: Option<&Path>) -> Result<Self, Stop> {
        let contents = Contents::read(path, MAX_KEY)?;
        if let Some(spki) = public_key(&contents.bytes) {
            check_member_key(&spki).map_err(|problem| {
                failure::policy(&PolicyError::Key(problem)).in_file(&name_of(path))
            })?;
            return Ok(Self::Public(spki));
        }
        if let Some(what) = other_than_key(&contents.bytes) {
            let name = name_of(path);
            return Err(UsageError::new(format!("{name} is {what}, not a key")).into());
        }
        contents.check_secret(path)?;
        let passphrase = passphrase_file.map(files::passphrase).transpose()?;
        let failed = |error| failure::key(&error, name_of(path));
        let Some(pem) = pem_text(&contents.bytes) else {
            let key = SoftwareKey::from_pkcs8_der(&contents.bytes).map_err(failed)?;
            return Ok(Self::Private(key, Protection::None));
        };
        let key = match &passphrase {
            Some(passphrase) => SoftwareKey::from_encrypted_pem(pem, passphrase),
            None => SoftwareKey::from_pkcs8_pem(pem),
        };
        let protection = if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
            Protection::Passphrase
        } else {
            Protection::None
        };
        Ok(Self::Private(key.map_err(failed)?, protection))
    }

    /// The SubjectPublicKeyInfo in DER.
    pub(crate) fn public_key_der(&self) -> &[u8] {
        match self {
            Self::Private(key, _) => key.public_key_der(),
            Self::Public(spki) => spki,
        }
    }
}

/// Reads a private key.
pub(crate) fn private(path: &Path, passphrase_file: Option<&Path>) -> Result<SoftwareKey, Stop> {
    match AnyKey::read(path, passphrase_file)? {
        AnyKey::Private(key, _) => Ok(key),
        AnyKey::Public(_) => Err(UsageError::new(format!(
            "{} is a public key; give the file with the private one",
            name_of(path)
        ))
        .into()),
    }
}

/// Reads the key that signs.
pub(crate) fn signing(arguments: &KeyArguments) -> Result<Arc<SoftwareKey>, Stop> {
    Ok(Arc::new(private(&arguments.file, arguments.passphrase_file.as_deref())?))
}

/// The public half of a key, in a form that key records can name.
pub(crate) fn public_half(arguments: &PublicKeyArguments) -> Result<Arc<PublicHalf>, Stop> {
    let path = &arguments.file;
    let key = AnyKey::read(path, arguments.passphrase_file.as_deref())?;
    Ok(Arc::new(PublicHalf(organisation_key(&key, path)?)))
}

/// The key as key records name it.
pub(crate) fn organisation_key(key: &AnyKey, path: &Path) -> Result<OrganisationKey, Stop> {
    OrganisationKey::from_spki_der(key.public_key_der()).map_err(|problem| {
        failure::policy(&PolicyError::Key(problem)).in_file(&name_of(path)).into()
    })
}

/// A key of which only the public half is known.
#[derive(Debug)]
pub(crate) struct PublicHalf(OrganisationKey);

impl SigningKey for PublicHalf {
    fn public_key_der(&self) -> &[u8] {
        self.0.as_spki_der()
    }

    fn digest_algorithm(&self) -> DigestAlgorithm {
        self.0.digest_algorithm()
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SigningError> {
        Err(SigningError::new("only its public half is available"))
    }
}

/// Writes a private key for its owner alone, encrypted if there is a passphrase.
pub(crate) fn write(
    key: &SoftwareKey,
    passphrase: Option<&[u8]>,
    path: &Path,
    existing: Existing,
) -> Result<(), Stop> {
    let pem = to_pem(key, passphrase).map_err(|error| match error {
        PemError::Key(error) => failure::key(&error, files::file_name(path)).into(),
        PemError::Stop(stop) => stop,
    })?;
    files::write(path, pem.as_bytes(), Readers::Owner, existing)
}

/// Rejects a target that is not fit for a private key, or that already exists.
pub(crate) fn check_target(path: &Path, existing: Existing) -> Result<(), UsageError> {
    if is_stdin(path) {
        return Err(UsageError::new(
            "a private key must be written to a file, not to standard output: give --out FILE",
        ));
    }
    files::check_target(path, existing)
}

enum PemError {
    Key(KeyError),
    Stop(Stop),
}

fn to_pem(key: &SoftwareKey, passphrase: Option<&[u8]>) -> Result<Secret, PemError> {
    let Some(passphrase) = passphrase else { return key.to_pkcs8_pem().map_err(PemError::Key) };
    let randomness = EncryptionRandomness {
        salt: randomness::bytes().map_err(PemError::Stop)?,
        initialisation_vector: randomness::bytes().map_err(PemError::Stop)?,
    };
    key.to_encrypted_pem(passphrase, randomness).map_err(PemError::Key)
}

/// A public key in PEM.
pub(crate) fn public_key_pem(spki: &[u8]) -> Result<String, Stop> {
    der::pem::encode_string(PUBLIC_KEY, der::pem::LineEnding::LF, spki)
        .map_err(|error| UsageError::new(format!("the key cannot be written: {error}")).into())
}

/// The public key of a certificate request in PEM or DER, once its signature is checked.
pub(crate) fn certificate_request(path: &Path) -> Result<ProvedPublicKey, Stop> {
    let bytes = input::certificate(path)?;
    let decoded = match der::pem::decode_label(&bytes) {
        // OpenSSL once wrote NEW before the label.
        Ok(label) if label.ends_with(CERTIFICATE_REQUEST) => {
            der::pem::decode_vec(&bytes).ok().map(|(_, der)| der)
        }
        _ => None,
    };
    ProvedPublicKey::from_certificate_request(decoded.as_deref().unwrap_or(&bytes), PROVIDER)
        .map_err(|error| failure::proof(&error).in_file(&name_of(path)).into())
}

/// A certificate request in PEM.
pub(crate) fn certificate_request_pem(request: &[u8]) -> Result<String, Stop> {
    der::pem::encode_string(CERTIFICATE_REQUEST, der::pem::LineEnding::LF, request)
        .map_err(|error| UsageError::new(format!("the request cannot be written: {error}")).into())
}

/// The text of a file that has PEM.
fn pem_text(bytes: &[u8]) -> Option<&str> {
    // DER begins with the byte 0x30, which is a digit in ASCII, and does not go on as text.
    std::str::from_utf8(bytes).ok()
}

/// The kind of a file that is given in place of a key by mistake.
fn other_than_key(bytes: &[u8]) -> Option<&'static str> {
    match pem_text(bytes) {
        Some(pem) if der::pem::decode_label(pem.as_bytes()) == Ok("CERTIFICATE") => {
            Some("a certificate")
        }
        Some(pem) if der::pem::decode_label(pem.as_bytes()) == Ok(CERTIFICATE_REQUEST) => {
            Some("a certificate request")
        }
        None if Certificate::from_der(bytes).is_ok() => Some("a certificate"),
        _ => None,
    }
}

/// The public key in a file, if it is one: PEM, or SubjectPublicKeyInfo in DER.
fn public_key(bytes: &[u8]) -> Option<Vec<u8>> {
    match pem_text(bytes) {
        // The label first: a private key must not be decoded into memory that is not overwritten.
        Some(pem) if der::pem::decode_label(pem.as_bytes()) == Ok(PUBLIC_KEY) => {
            der::pem::decode_vec(pem.as_bytes()).ok().map(|(_, spki)| spki)
        }
        Some(_) => None,
        None => check_member_key(bytes).is_ok().then(|| bytes.to_vec()),
    }
}
