//! `kliento key create`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use veraid_issuer::{KeySize, SigningKey as _, SoftwareKey};

use super::facts::KeyFacts;
use crate::failure;
use crate::io::files::{self, Existing, file_name};
use crate::io::keys;
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento key create --out org.pem
  kliento key create --type rsa-4096 --out org.pem --passphrase-file passphrase.txt";

#[derive(Debug, Args)]
pub(crate) struct KeyCreate {
    /// The type of the key; longer keys give longer tokens.
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value_t = KeyType::Rsa2048)]
    pub(crate) key_type: KeyType,
    /// Where to write the key: PKCS#8 in PEM, readable only by its owner.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Encrypt the key with the passphrase in this file [default: not encrypted].
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Replace the file if it exists; the key in it is lost.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyType {
    #[value(name = "rsa-2048")]
    Rsa2048,
    #[value(name = "rsa-3072")]
    Rsa3072,
    #[value(name = "rsa-4096")]
    Rsa4096,
}

impl From<KeyType> for KeySize {
    fn from(key_type: KeyType) -> Self {
        match key_type {
            KeyType::Rsa2048 => Self::Rsa2048,
            KeyType::Rsa3072 => Self::Rsa3072,
            KeyType::Rsa4096 => Self::Rsa4096,
        }
    }
}

pub(crate) fn run(arguments: &KeyCreate) -> Result<Outcome, Stop> {
    let existing = Existing::of(arguments.force);
    keys::check_target(&arguments.out, existing)?;
    let passphrase = arguments.passphrase_file.as_deref().map(files::passphrase).transpose()?;
    let key = SoftwareKey::generate(arguments.key_type.into())
        .map_err(|error| failure::key(&error, file_name(&arguments.out)))?;
    let passphrase = passphrase.as_ref().map(|passphrase| passphrase.as_slice());
    keys::write(&key, passphrase, &arguments.out, existing)?;
    let facts = KeyFacts::of(key.public_key_der(), Some(passphrase.is_some()));
    Ok(Outcome::valid(format!("wrote {}\n{}", file_name(&arguments.out), facts.to_text())))
}
