//! `kliento conformance run`: tests any implementation with vectors.

mod text;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use kliento_conformance::{
    Answer, Conversation, Exceptions, Glob, Process, ProcessError, Question, Report, Vector,
    builtin, discover,
};

use super::provider::ProviderArgument;
use crate::arguments::{Output, OutputArgument};
use crate::io::files::{self, Existing, Readers};
use crate::io::input;
use crate::outcome::{Outcome, Stop, UsageError};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento conformance run
  kliento conformance run test-vectors --implementation ./my-verifier --only 'token::*' --only 'header::*'
  kliento conformance run --implementation \"node interop/js/conformance.mjs\" \\
      --exceptions test-vectors/exceptions/relaycorp-veraid-3.1.2.json --report report.json

The implementation is started once. It reads one question a line from its standard input and writes one
answer a line to its standard output, both in JSON; test-vectors/README.md describes them.";

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

/// The implementation under test.
enum Implementation {
    BuiltIn(ProviderArgument),
    Other(Process),
}

pub(crate) fn run(arguments: &ConformanceRun) -> Result<Outcome, Stop> {
    let exceptions = exceptions(arguments)?;
    let vectors = vectors(arguments)?;
    let mut implementation = Implementation::of(arguments)?;
    let mut report = Report::default();
    for vector in &vectors {
        let answer = implementation.ask(&vector.question);
        // Nothing can be learnt from a command that does not start.
        if let Err(fault @ ProcessError::NotStarted(_)) = &answer {
            return Err(UsageError::new(format!("--implementation: {fault}")).into());
        }
        report.add(vector, answer, &exceptions);
    }
    // A subset of the vectors cannot use all exceptions.
    let unused = if arguments.only.is_empty() { report.unused(&exceptions) } else { Vec::new() };
    let conforms = report.failures().next().is_none() && unused.is_empty();
    let name = implementation.name(arguments, &exceptions);
    let json = format!("{}\n", report.to_json(&name, &exceptions));
    if let Some(file) = &arguments.report {
        files::write(file, json.as_bytes(), Readers::Usual, Existing::Replace)?;
    }
    let stdout = match arguments.form() {
        Output::Json => json,
        Output::Text => text::of(&name, &report, &unused),
    };
    Ok(Outcome::conformance(stdout, conforms))
}

impl Implementation {
    fn of(arguments: &ConformanceRun) -> Result<Self, UsageError> {
        if arguments.implementation == BUILT_IN {
            return Ok(Self::BuiltIn(arguments.provider));
        }
        let words = shlex::split(&arguments.implementation)
            .ok_or_else(|| UsageError::new("--implementation has a quote that is not closed"))?;
        let conversation =
            if arguments.one_shot { Conversation::OneShot } else { Conversation::Lines };
        let timeout = Duration::from_secs(arguments.timeout);
        Ok(Self::Other(Process::new(words, conversation, timeout)))
    }

    fn ask(&mut self, question: &Question) -> Result<Answer, ProcessError> {
        match self {
            Self::BuiltIn(provider) => Ok(builtin::answer(question, provider.provider())),
            Self::Other(process) => process.ask(question),
        }
    }

    fn name(&self, arguments: &ConformanceRun, exceptions: &Exceptions) -> String {
        match self {
            Self::BuiltIn(provider) => {
                format!("kliento {} ({})", env!("CARGO_PKG_VERSION"), provider.name())
            }
            Self::Other(_) => {
                exceptions.implementation().unwrap_or(&arguments.implementation).to_owned()
            }
        }
    }
}

fn exceptions(arguments: &ConformanceRun) -> Result<Exceptions, UsageError> {
    let Some(file) = &arguments.exceptions else { return Ok(Exceptions::default()) };
    let text = input::exceptions(file)?;
    Exceptions::from_json(&text)
        .map_err(|error| UsageError::new(format!("{}: {error}", input::name_of(file))))
}

fn vectors(arguments: &ConformanceRun) -> Result<Vec<Vector>, UsageError> {
    let vectors =
        discover(&arguments.folder).map_err(|error| UsageError::new(error.to_string()))?;
    let only: Vec<_> = arguments.only.iter().map(Glob::new).collect();
    let vectors: Vec<_> = vectors
        .into_iter()
        .map(|(_, vector)| vector)
        .filter(|vector| only.is_empty() || only.iter().any(|glob| glob.matches(vector.id())))
        .collect();
    if vectors.is_empty() {
        return Err(UsageError::new(
            "no vector matches --only; ids are like token::valid::member-veraid",
        ));
    }
    Ok(vectors)
}
