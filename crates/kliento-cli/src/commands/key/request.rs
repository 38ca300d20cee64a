//! `kliento key request`.

use clap::{ArgGroup, Args};
use kliento::Profile;
use kliento_inspect::text::line;
use veraid_aws_lc_rs::PROVIDER;
use veraid_issuer::UnsignedCertificateRequest;

use crate::arguments::{KeyArguments, WriteArguments, names};
use crate::failure;
use crate::io::files::{self, Existing, Form, Readers, file_name};
use crate::io::{input, keys};
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento key request --key alice.pem --org example.com --user alice --out alice.csr
  kliento key request --key ci.pem --org example.com --bot > ci.csr";

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("member").required(true))]
pub(crate) struct KeyRequest {
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    /// The domain of the organisation that will issue the certificate.
    #[arg(long = "org", value_name = "ORG")]
    pub(crate) organisation: String,
    /// The name of the user.
    #[arg(long, value_name = "NAME", group = "member")]
    pub(crate) user: Option<String>,
    /// Request a bot's certificate instead of a user's: a bot speaks for the organisation itself.
    #[arg(long, group = "member")]
    pub(crate) bot: bool,
    #[command(flatten)]
    pub(crate) write: WriteArguments,
}

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
        .map_err(|error| failure::issue_alone(&error))?;
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
