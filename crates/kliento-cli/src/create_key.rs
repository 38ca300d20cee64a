//! `kliento key create`.

use veraid_issuer::{SigningKey as _, SoftwareKey};

use crate::cli::KeyCreate;
use crate::failure::Failure;
use crate::files::{Existing, file_name};
use crate::outcome::{Outcome, Stop};
use crate::show_key::KeyFacts;
use crate::{files, keys};

pub(crate) fn run(arguments: &KeyCreate) -> Result<Outcome, Stop> {
    let existing = Existing::of(arguments.force);
    keys::check_target(&arguments.out, existing)?;
    let passphrase = arguments.passphrase_file.as_deref().map(files::passphrase).transpose()?;
    let key = SoftwareKey::generate(arguments.key_type.into())
        .map_err(|error| Failure::key(&error, file_name(&arguments.out)))?;
    let passphrase = passphrase.as_ref().map(|passphrase| passphrase.as_slice());
    keys::write(&key, passphrase, &arguments.out, existing)?;
    let facts = KeyFacts::of(key.public_key_der(), Some(passphrase.is_some()));
    Ok(Outcome::valid(format!("wrote {}\n{}", file_name(&arguments.out), facts.to_text())))
}
