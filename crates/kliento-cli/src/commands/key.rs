//! `kliento key`.

mod create;
mod facts;
mod import;
mod request;
mod show;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};

#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    /// Creates a private key.
    #[command(after_help = create::EXAMPLES)]
    Create(create::KeyCreate),
    /// Shows the properties of a key, never its private half.
    #[command(after_help = show::EXAMPLES)]
    Show(show::KeyShow),
    /// Imports a private key that was created elsewhere.
    #[command(after_help = import::EXAMPLES)]
    Import(import::KeyImport),
    /// Creates a certificate request for a key, which proves that you have it.
    #[command(after_help = request::EXAMPLES)]
    Request(request::KeyRequest),
}

impl KeyVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Create(arguments) => create::run(arguments),
            Self::Show(arguments) => show::run(arguments),
            Self::Import(arguments) => import::run(arguments),
            Self::Request(arguments) => request::run(arguments),
        }
    }
}
