//! `kliento chain`.

mod fetch;
mod presentation;
mod show;
mod subject;
mod verify;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};
pub(crate) use subject::subject;

#[derive(Debug, Subcommand)]
pub(crate) enum ChainVerb {
    /// Fetches and verifies the chain of an organisation's key records.
    #[command(after_help = fetch::EXAMPLES)]
    Fetch(fetch::ChainFetch),
    /// Shows a chain's messages, records and signatures, and what they prove.
    #[command(after_help = show::EXAMPLES)]
    Show(show::ChainShow),
    /// Verifies DNS records, and shows when they are valid.
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::ChainVerify),
}

impl ChainVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Fetch(arguments) => fetch::run(arguments),
            Self::Show(arguments) => show::run(arguments),
            Self::Verify(arguments) => verify::run(arguments),
        }
    }
}
