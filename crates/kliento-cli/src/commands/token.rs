//! `kliento token`.

mod inspect;
mod sign;
mod verify;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};

#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Signs a token for an audience.
    #[command(after_help = sign::EXAMPLES)]
    Sign(sign::TokenSign),
    /// Verifies who sent a token, and that it is for an audience.
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::TokenVerify),
    /// Shows a token from the DNS root to its claims: verdict, chain, timeline and sizes.
    #[command(after_help = inspect::EXAMPLES)]
    Inspect(inspect::TokenInspect),
}

impl TokenVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Sign(arguments) => sign::run(arguments),
            Self::Verify(arguments) => verify::run(arguments),
            Self::Inspect(arguments) => inspect::run(arguments),
        }
    }
}
