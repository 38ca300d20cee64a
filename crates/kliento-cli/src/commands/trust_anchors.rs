//! `kliento trust-anchors`.

mod check;
mod file;
mod report;
mod show;
mod update;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};

#[derive(Debug, Subcommand)]
pub(crate) enum TrustAnchorsVerb {
    /// Shows the built-in trust anchors, or those of a file.
    #[command(after_help = show::EXAMPLES)]
    Show(show::TrustAnchorsShow),
    /// Compares a file with the built-in trust anchors, and warns of keys that expire soon.
    #[command(after_help = check::EXAMPLES)]
    Check(check::TrustAnchorsCheck),
    /// Writes the usable trust anchors of a file in the only format that keeps their periods (RFC
    /// 9718).
    #[command(after_help = update::EXAMPLES)]
    Update(update::TrustAnchorsUpdate),
}

impl TrustAnchorsVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Show(arguments) => show::run(arguments),
            Self::Check(arguments) => check::run(arguments),
            Self::Update(arguments) => update::run(arguments),
        }
    }
}
