//! `kliento dev`.

mod zone;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};

#[derive(Debug, Subcommand)]
pub(crate) enum DevVerb {
    /// Creates a throw-away DNS root, zones and a chain with the given key records, for trials
    /// without a domain.
    #[command(after_help = zone::EXAMPLES)]
    Zone(zone::DevZone),
}

impl DevVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Zone(arguments) => zone::run(arguments),
        }
    }
}
