//! `kliento org`.

mod cert;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};

#[derive(Debug, Subcommand)]
pub(crate) enum OrganisationVerb {
    /// Issues the organisation's own certificate.
    #[command(after_help = cert::EXAMPLES)]
    Cert(cert::OrganisationCert),
}

impl OrganisationVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Cert(arguments) => cert::run(arguments),
        }
    }
}
