//! `kliento key show`.

use std::path::PathBuf;

use clap::Args;
use kliento_inspect::json::to_line;

use super::facts::KeyFacts;
use crate::arguments::{Output, OutputArgument};
use crate::io::input;
use crate::io::keys::{self, AnyKey, Protection};
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento key show org.pem
  kliento key show org.pem --public > org.public.pem
  kliento key show org.pem --passphrase-file passphrase.txt --output json";

#[derive(Debug, Args)]
pub(crate) struct KeyShow {
    /// A private key (PKCS#8 in PEM or DER) or a public one (PEM or DER); `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// The file with the passphrase of the key.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Print only the public half, in PEM.
    #[arg(long, conflicts_with = "form")]
    pub(crate) public: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &KeyShow) -> Result<Outcome, Stop> {
    input::check_stdin_once([Some(&arguments.input), arguments.passphrase_file.as_ref()])?;
    let key = AnyKey::read(&arguments.input, arguments.passphrase_file.as_deref())?;
    if arguments.public {
        return Ok(Outcome::valid(keys::public_key_pem(key.public_key_der())?));
    }
    let is_encrypted = match key {
        AnyKey::Private(_, protection) => Some(protection == Protection::Passphrase),
        AnyKey::Public(_) => None,
    };
    let facts = KeyFacts::of(key.public_key_der(), is_encrypted);
    Ok(Outcome::valid(match arguments.output.form {
        Output::Text => facts.to_text(),
        Output::Json => to_line(&facts),
    }))
}
