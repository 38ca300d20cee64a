//! The command line of the generator, for `cargo xtask vectors` and `cargo xtask public-vectors`.

#![allow(clippy::disallowed_methods, reason = "a program reads its arguments")]

use std::process::ExitCode;

const USAGE: &str = "\
kliento-vectors vectors [--check]
kliento-vectors public-vectors --domain DIR --dnssec-prover DIR [--check]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["vectors"] => kliento_vectors::write(),
        ["vectors", "--check"] => kliento_vectors::check(),
        ["public-vectors", rest @ ..] => kliento_vectors::public::run(rest),
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
