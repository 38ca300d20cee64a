//! `kliento conformance`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use kliento::crypto::{CryptoProvider, rust_crypto};

use crate::cli::{Output, OutputArgument};

#[derive(Debug, Subcommand)]
pub(crate) enum ConformanceVerb {
    /// Tests an implementation with test vectors, and counts the results by area.
    #[command(after_help = CONFORMANCE_RUN_EXAMPLES)]
    Run(ConformanceRun),
    /// Answers questions from standard input, one per line, as an implementation under test does.
    #[command(after_help = CONFORMANCE_ANSWER_EXAMPLES)]
    Answer(ConformanceAnswer),
}

const CONFORMANCE_RUN_EXAMPLES: &str = "\
Examples:
  kliento conformance run
  kliento conformance run test-vectors --implementation ./my-verifier --only 'token::*' --only 'header::*'
  kliento conformance run --implementation \"node interop/js/conformance.mjs\" \\
      --exceptions test-vectors/exceptions/relaycorp-veraid-3.1.2.json --report report.json

The implementation is started once. It reads one question a line from its standard input and writes one
answer a line to its standard output, both in JSON; test-vectors/README.md describes them.";

const CONFORMANCE_ANSWER_EXAMPLES: &str = "\
Examples:
  kliento conformance run --implementation \"kliento conformance answer --provider rust-crypto\"
  kliento conformance answer < questions.jsonl";

/// The argument that selects the built-in implementation.
pub(crate) const BUILT_IN: &str = "self";

#[derive(Debug, Args)]
pub(crate) struct ConformanceRun {
    /// The folder of vectors; every file below it that ends in .json is a vector.
    #[arg(value_name = "DIR", default_value = "test-vectors")]
    pub(crate) folder: PathBuf,
    /// The program to test and its arguments, or `self` for the built-in implementation; no shell
    /// is involved.
    #[arg(long, value_name = "COMMAND", default_value = BUILT_IN)]
    pub(crate) implementation: String,
    /// The cryptography of the built-in implementation.
    #[arg(long, value_enum, default_value_t = ProviderArgument::AwsLcRs)]
    pub(crate) provider: ProviderArgument,
    /// Start the command again for each vector.
    #[arg(long)]
    pub(crate) one_shot: bool,
    /// The time limit for each answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Known differences of the implementation, each with its reason, in JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) exceptions: Option<PathBuf>,
    /// Run only vectors whose id matches, where `*` stands for anything; may be given several
    /// times.
    #[arg(long = "only", value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    /// Also write the report in JSON, with every vector, to this file, and replace it if it exists.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

impl ConformanceRun {
    pub(crate) const fn form(&self) -> Output {
        self.output.form
    }
}

#[derive(Debug, Args)]
pub(crate) struct ConformanceAnswer {
    /// The cryptography to verify with.
    #[arg(long, value_enum, default_value_t = ProviderArgument::AwsLcRs)]
    pub(crate) provider: ProviderArgument,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProviderArgument {
    /// AWS-LC, as in every other command.
    AwsLcRs,
    /// Pure Rust.
    RustCrypto,
}

impl ProviderArgument {
    pub(crate) const fn provider(self) -> CryptoProvider {
        match self {
            Self::AwsLcRs => veraid_aws_lc_rs::PROVIDER,
            Self::RustCrypto => rust_crypto::PROVIDER,
        }
    }

    /// The name of the provider, as the argument spells it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AwsLcRs => "aws-lc-rs",
            Self::RustCrypto => "rust-crypto",
        }
    }
}
