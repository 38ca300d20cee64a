//! `kliento conformance`: tests any implementation with vectors.

mod text;

use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use kliento_conformance::{
    Answer, Conversation, Exceptions, Glob, Process, ProcessError, Question, Report, Vector,
    builtin, discover,
};

use crate::cli::{BUILT_IN, ConformanceAnswer, ConformanceRun, Output, ProviderArgument};
use crate::files::{self, Existing, Readers};
use crate::input;
use crate::outcome::{Outcome, Stop, UsageError};

/// The maximum size of one question, in bytes (32 MiB: content of 16 MiB in Base64, and room).
const MAX_QUESTION: u64 = 32 * 1024 * 1024;

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

/// Answers questions line by line, so that the caller can wait for each answer.
pub(crate) fn answer(arguments: &ConformanceAnswer) -> Result<Outcome, Stop> {
    let provider = arguments.provider.provider();
    let mut stdin = io::stdin().lock();
    let mut stdout = io::stdout().lock();
    loop {
        let mut line = String::new();
        let read = (&mut stdin).take(MAX_QUESTION).read_line(&mut line);
        let bytes = read.map_err(|error| {
            UsageError::new(format!("standard input cannot be read as lines of UTF-8: {error}"))
        })?;
        if bytes == 0 {
            return Ok(Outcome::valid(""));
        }
        if line.trim().is_empty() {
            continue;
        }
        let answer = answer_line(&line, |question| builtin::answer(question, provider));
        // A caller that has gone needs no answer.
        if writeln!(stdout, "{answer}").and_then(|()| stdout.flush()).is_err() {
            return Ok(Outcome::valid(""));
        }
    }
}

fn answer_line(line: &str, answer: impl FnOnce(&Question) -> Answer) -> String {
    match serde_json::from_str::<Question>(line) {
        Ok(question) => answer(&question).to_line(&question.id),
        Err(error) => {
            // The caller may at least learn which question it was.
            let id = serde_json::from_str::<serde_json::Value>(line)
                .ok()
                .and_then(|value| value.get("id")?.as_str().map(str::to_owned));
            Answer::unsupported(format!("the question cannot be understood: {error}"))
                .to_line(&id.unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_with_an_unknown_member_is_unsupported() {
        let line = r#"{"id": "a::b::c", "colour": "red"}"#;
        let answer = answer_line(line, |_| panic!("it is not a question"));
        let answer = Answer::from_line(&answer, "a::b::c").unwrap();
        let told = answer.facts["message"].as_str().unwrap();
        assert_eq!(answer.outcome, kliento_conformance::Outcome::Unsupported);
        assert!(
            told.starts_with("the question cannot be understood: unknown field `colour`"),
            "{told}"
        );
    }
}
