//! `kliento conformance answer`.

use std::io::{self, BufRead, Read, Write};

use clap::Args;
use kliento_conformance::{Answer, Question, builtin};

use super::provider::ProviderArgument;
use crate::outcome::{Outcome, Stop, UsageError};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento conformance run --implementation \"kliento conformance answer --provider rust-crypto\"
  kliento conformance answer < questions.jsonl";

#[derive(Debug, Args)]
pub(crate) struct ConformanceAnswer {
    /// The cryptography to verify with.
    #[arg(long, value_enum, default_value_t = ProviderArgument::AwsLcRs)]
    pub(crate) provider: ProviderArgument,
}

/// The maximum size of one question, in bytes (32 MiB: content of 16 MiB in Base64, and room).
const MAX_QUESTION: u64 = 32 * 1024 * 1024;

/// Answers questions line by line, so that the caller can wait for each answer.
pub(crate) fn run(arguments: &ConformanceAnswer) -> Result<Outcome, Stop> {
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
