//! `kliento key import`.

use veraid_issuer::SigningKey as _;

use crate::cli::KeyImport;
use crate::files::{Existing, file_name};
use crate::outcome::{Outcome, Stop};
use crate::show_key::KeyFacts;
use crate::{files, input, keys};

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
