//! `kliento`: issues, verifies, inspects and explains Kliento tokens, VeraId signatures and DNSSEC
//! chains.

mod arguments;
mod clock;
mod commands;
mod failure;
mod io;
mod outcome;
mod randomness;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Cli;
use crate::outcome::{Exit, Outcome};

fn main() -> ExitCode {
    // A panic is a bug of ours; callers learn of it from its documented exit code.
    let exit = std::panic::catch_unwind(|| match Cli::try_parse() {
        Ok(cli) => cli.command.run().unwrap_or_else(Outcome::from).write(),
        Err(error) => outcome::write_arguments_error(&error),
    });
    exit.unwrap_or(Exit::Internal).into()
}
