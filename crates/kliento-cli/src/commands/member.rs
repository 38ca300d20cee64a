//! `kliento member`.

mod bundle;
mod cert;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};

#[derive(Debug, Subcommand)]
pub(crate) enum MemberVerb {
    /// Issues the certificate of a user or a bot.
    #[command(after_help = cert::EXAMPLES)]
    Cert(cert::MemberCert),
    /// Assembles and verifies a member id bundle, which a member needs besides its key to sign.
    #[command(after_help = bundle::EXAMPLES)]
    Bundle(bundle::MemberBundle),
}

impl MemberVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Cert(arguments) => cert::run(arguments),
            Self::Bundle(arguments) => bundle::run(arguments),
        }
    }
}
