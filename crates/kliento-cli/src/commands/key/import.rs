//! `kliento key import`.

use std::path::PathBuf;

use clap::Args;
use veraid_issuer::SigningKey as _;

use super::facts::KeyFacts;
use crate::io::files::{self, Existing, file_name};
use crate::io::{input, keys};
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento key import key.der --out org.pem
  kliento key import old.pem --passphrase-file old.txt --out org.pem --new-passphrase-file new.txt";

#[derive(Debug, Args)]
pub(crate) struct KeyImport {
    /// The key: PKCS#8 in PEM, encrypted or not, or in DER; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// The file with the passphrase of the key.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Where to write the key: PKCS#8 in PEM, readable only by its owner.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Encrypt the new file with the passphrase in this file [default: not encrypted].
    #[arg(long, value_name = "FILE")]
    pub(crate) new_passphrase_file: Option<PathBuf>,
    /// Replace the file if it exists; the key in it is lost.
    #[arg(long)]
    pub(crate) force: bool,
}

pub(crate) fn run(arguments: &KeyImport) -> Result<Outcome, Stop> {
    let existing = Existing::of(arguments.force);
    keys::check_target(&arguments.out, existing)?;
    input::check_stdin_once([
        Some(&arguments.input),
        arguments.passphrase_file.as_ref(),
        arguments.new_passphrase_file.as_ref(),
    ])?;
    let new_passphrase =
        arguments.new_passphrase_file.as_deref().map(files::passphrase).transpose()?;
    let key = keys::private(&arguments.input, arguments.passphrase_file.as_deref())?;
    let new_passphrase = new_passphrase.as_ref().map(|passphrase| passphrase.as_slice());
    keys::write(&key, new_passphrase, &arguments.out, existing)?;
    let facts = KeyFacts::of(key.public_key_der(), Some(new_passphrase.is_some()));
    Ok(Outcome::valid(format!("wrote {}\n{}", file_name(&arguments.out), facts.to_text())))
}
