//! `kliento bundle`.

mod inspect;
mod sign;
mod verify;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};

#[derive(Debug, Subcommand)]
pub(crate) enum BundleVerb {
    /// Signs content for a service.
    #[command(after_help = sign::EXAMPLES)]
    Sign(sign::BundleSign),
    /// Verifies who signed content for a service.
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::BundleVerify),
    /// Shows a bundle from the DNS root to its signature: verdict, chain, timeline and sizes.
    #[command(after_help = inspect::EXAMPLES)]
    Inspect(inspect::BundleInspect),
}

impl BundleVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Sign(arguments) => sign::run(arguments),
            Self::Verify(arguments) => verify::run(arguments),
            Self::Inspect(arguments) => inspect::run(arguments),
        }
    }
}
