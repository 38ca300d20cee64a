//! Maintenance commands of this repository, run as `cargo xtask NAME`.

#![allow(
    clippy::disallowed_methods,
    clippy::arithmetic_side_effects,
    reason = "a developer task reads the clock and the environment, and handles no untrusted input"
)]

use std::process::ExitCode;

mod coverage;
mod delegate;
mod mutants;
mod rust_tokens;
mod structure;
mod tidy;
mod workspace;

use delegate::Profile;

/// The package that writes the vectors.
const VECTORS: &str = "kliento-vectors";

/// The package with the tools that need the libraries.
const WORKBENCH: &str = "kliento-workbench";

const USAGE: &str = "\
cargo xtask vectors [--check]   write test-vectors/ and docs/conformance-matrix.md, or fail if they differ
cargo xtask bench [--json | --smoke]
                                measure verification against its floor, or only check that the measurement runs
cargo xtask public-vectors --domain DIR --dnssec-prover DIR [--check]
                                write test-vectors/public/ from two crates, unpacked in these folders
cargo xtask interop [--count N] [--seed N]
                                verify random bundles with the JavaScript implementation and OpenSSL
cargo xtask differential [--count N] [--seed N] [--jobs N]
                                verify mutants of valid bundles with this implementation and the JavaScript one
cargo xtask fuzz [--seconds N] [--target NAME] [--replay]
                                run the fuzz targets, or only their seeds and past findings
cargo xtask load [--json | --smoke] [--requests N] [cold] [warm] [others] [memory]
                                measure the verifier service and the JavaScript one over HTTP, including under overload
cargo xtask tidy                check what the compiler does not: MSRV, words, links, sizes
cargo xtask structure           count the imports between the files of each crate; fail if there are new circles
cargo xtask coverage            count the lines of the verifying crates that tests run (needs cargo-llvm-cov)
cargo xtask mutants [--file GLOB]... [--name REGEX]...
                                change the verifier in one place at a time; tests must fail (needs cargo-mutants)
cargo xtask oracle [--seconds N | --worlds N] [--seed N]
                                compare the walk from the root with brute force, in random small worlds
cargo xtask dns up              serve test zones with real DNS software on loopback";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let all = arguments.as_slice();
    let result = match all {
        ["vectors"] | ["vectors", "--check"] | ["public-vectors", ..] => {
            return delegate::run(VECTORS, Profile::Dev, all);
        }
        // Figures of a debug build mean nothing.
        ["bench"] | ["bench", "--json"] => return delegate::run(WORKBENCH, Profile::Release, all),
        ["bench", "--smoke"]
        | ["load" | "interop" | "differential" | "fuzz" | "oracle" | "dns", ..] => {
            return delegate::run(WORKBENCH, Profile::Dev, all);
        }
        ["coverage"] => coverage::run(),
        ["mutants", rest @ ..] => mutants::run(rest),
        ["structure"] => structure::run(),
        ["tidy"] => tidy::run(),
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
