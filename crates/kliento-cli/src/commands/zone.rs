//! `kliento zone`.

mod record;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};
pub(crate) use record::MAX_CHARACTER_STRING;

#[derive(Debug, Subcommand)]
pub(crate) enum ZoneVerb {
    /// Writes the TXT record that names an organisation's key, in the form that a DNS provider
    /// accepts.
    #[command(after_help = record::EXAMPLES)]
    Record(record::ZoneRecord),
}

impl ZoneVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Record(arguments) => record::run(arguments),
        }
    }
}
