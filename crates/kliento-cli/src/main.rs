//! `kliento`: verifies, inspects and explains Kliento tokens, VeraId signatures and DNSSEC chains, offline.

mod chain_json;
mod cli;
mod clock;
mod codes;
mod explain;
mod failure;
mod input;
mod inspect;
mod json;
mod outcome;
mod place;
mod shown;
mod times;
mod trust;
mod verify_bundle;
mod verify_chain;
mod verify_token;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{BundleVerb, ChainVerb, Cli, Command, TokenVerb};
use crate::outcome::{Exit, Outcome, UsageError};

fn main() -> ExitCode {
    // A panic is a bug of ours; callers learn it from the exit code that is documented for that.
    let exit = std::panic::catch_unwind(|| match Cli::try_parse() {
        Ok(cli) => run(&cli).unwrap_or_else(Outcome::from).write(),
        Err(error) => outcome::write_arguments_error(&error),
    });
    exit.unwrap_or(Exit::Internal).into()
}

fn run(cli: &Cli) -> Result<Outcome, UsageError> {
    match &cli.command {
        Command::Token(TokenVerb::Verify(arguments)) => verify_token::run(arguments),
        Command::Token(TokenVerb::Inspect(arguments)) => inspect::token(arguments),
        Command::Bundle(BundleVerb::Verify(arguments)) => verify_bundle::run(arguments),
        Command::Bundle(BundleVerb::Inspect(arguments)) => inspect::bundle(arguments),
        Command::Chain(ChainVerb::Verify(arguments)) => verify_chain::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
    }
}
