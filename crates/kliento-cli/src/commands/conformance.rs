//! `kliento conformance`.

mod answer;
mod provider;
mod run;

use clap::Subcommand;

use crate::outcome::{Outcome, Stop};

#[derive(Debug, Subcommand)]
pub(crate) enum ConformanceVerb {
    /// Tests an implementation with test vectors, and counts the results by area.
    #[command(after_help = run::EXAMPLES)]
    Run(run::ConformanceRun),
    /// Answers questions from standard input, one per line, as an implementation under test does.
    #[command(after_help = answer::EXAMPLES)]
    Answer(answer::ConformanceAnswer),
}

impl ConformanceVerb {
    pub(super) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Run(arguments) => run::run(arguments),
            Self::Answer(arguments) => answer::run(arguments),
        }
    }
}
