//! `kliento conformance`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use kliento::crypto::{CryptoProvider, rust_crypto};

use crate::cli::{Output, OutputArgument};

#[derive(Debug, Subcommand)]
pub(crate) enum ConformanceVerb {
    /// Holds an implementation against test vectors and counts by area.
    #[command(after_help = CONFORMANCE_RUN_EXAMPLES)]
    Run(ConformanceRun),
    /// Answers questions on standard input, one a line, as an implementation under test does.
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

/// The implementation that is built in.
pub(crate) const BUILT_IN: &str = "self";

#[derive(Debug, Args)]
pub(crate) struct ConformanceRun {
    /// The folder of vectors; every file below it that ends in .json is one.
    #[arg(value_name = "DIR", default_value = "test-vectors")]
    pub(crate) folder: PathBuf,
    /// The program to test and its arguments, or `self` for the one that is built in; no shell is involved.
    #[arg(long, value_name = "COMMAND", default_value = BUILT_IN)]
    pub(crate) implementation: String,
    /// The cryptography of the implementation that is built in.
    #[arg(long, value_enum, default_value_t = ProviderArgument::AwsLcRs)]
    pub(crate) provider: ProviderArgument,
    /// Starts the command anew for each vector.
    #[arg(long)]
    pub(crate) one_shot: bool,
    /// How long an answer may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Known differences of the implementation, each with its reason, in JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) exceptions: Option<PathBuf>,
    /// Takes only vectors whose id fits, where `*` stands for anything; may be given several times.
    #[arg(long = "only", value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    /// Also writes the report in JSON, with every vector, to this file; replaces it if it is there.
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
    /// AWS-LC, as every other command.
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

    /// As the argument has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AwsLcRs => "aws-lc-rs",
            Self::RustCrypto => "rust-crypto",
        }
    }
}
