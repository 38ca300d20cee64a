//! `kliento serve`.

mod system;
mod telemetry;
mod verifier;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};

#[derive(Debug, Subcommand)]
pub(crate) enum ServeVerb {
    /// Verifies tokens for servers in any language, over HTTP.
    Verifier(verifier::ServeVerifier),
}

impl ServeVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Verifier(arguments) => Ok(verifier::run(arguments)?),
        }
    }
}
