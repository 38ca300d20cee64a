#![doc = include_str!("../README.md")]
#![allow(
    clippy::disallowed_methods,
    clippy::arithmetic_side_effects,
    reason = "a developer task reads the clock and the environment, and handles no untrusted input"
)]

use std::process::ExitCode;

mod allocator;
mod bench;
mod differential;
mod dns;
mod folder;
mod fuzz;
mod interop;
mod load;
mod oracle;

const USAGE: &str =
    "kliento-workbench (bench | differential | dns | fuzz | interop | load | oracle) [ARGUMENT]...
`cargo xtask` lists the arguments of each.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["bench", rest @ ..] => bench::run(rest),
        ["load", rest @ ..] => load::run(rest),
        ["interop", rest @ ..] => interop::run(rest),
        ["differential", rest @ ..] => differential::run(rest),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["oracle", rest @ ..] => oracle::run(rest),
        ["dns", rest @ ..] => return dns::run(rest),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
