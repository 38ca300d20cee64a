//! `kliento key request`.

use kliento::Profile;
use veraid_aws_lc_rs::PROVIDER;
use veraid_issuer::UnsignedCertificateRequest;

use crate::cli::KeyRequest;
use crate::failure::Failure;
use crate::files::{Existing, Form, Readers, file_name};
use crate::outcome::{Outcome, Stop};
use crate::verify_token::line;
use crate::{files, input, keys, names};

pub(crate) fn run(arguments: &KeyRequest) -> Result<Outcome, Stop> {
    let existing = Existing::of(arguments.write.force);
    let out = arguments.write.out.as_deref();
    files::check_destination(out, existing)?;
    let key = &arguments.key;
    input::check_stdin_once([Some(&key.file), key.passphrase_file.as_ref()])?;
    let user = arguments.user.as_deref().map(names::user).transpose()?;
    let organisation = names::organisation(&arguments.organisation, Profile::VeraId)?;
    let key = keys::signing(&arguments.key)?;
    let request = UnsignedCertificateRequest::new(user.as_ref(), &organisation, &*key, PROVIDER)
        .and_then(|request| request.sign(&*key))
        .map_err(|error| Failure::issue_alone(&error))?;
    let pem = keys::certificate_request_pem(&request)?;
    files::deliver(out, pem.into_bytes(), Form::Text, Readers::Usual, existing, || {
        let mut text = String::new();
        if let Some(out) = out {
            text = format!("wrote {}\n", file_name(out));
        }
        let member = user.map_or_else(
            || format!("{organisation} (a bot)"),
            |user| format!("{}@{organisation}", user.as_str()),
        );
        line(&mut text, "request for", &member);
        text
    })
}
