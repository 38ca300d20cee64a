//! Comparison of an answer with the one that a vector expects.

use std::fmt;

use serde_json::Value;

use crate::answer::{Answer, Outcome};
use crate::process::ProcessError;
use crate::vector::Vector;

/// A difference between an answer and the expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The outcome differs.
    Outcome {
        /// The expected value.
        expected: Outcome,
        /// The outcome of the answer.
        found: Outcome,
        /// The message of the implementation.
        message: Option<String>,
    },
    /// A fact differs or is missing.
    Fact {
        /// The name of the fact.
        name: String,
        /// The expected value.
        expected: Value,
        /// The value in the answer; null if missing.
        found: Value,
    },
    /// There is no answer.
    NoAnswer(ProcessError),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outcome { expected, found, message: None } => {
                write!(f, "result is {found}, not {expected}")
            }
            Self::Outcome { expected, found, message: Some(message) } => {
                write!(f, "result is {found}, not {expected}: {message}")
            }
            Self::Fact { name, expected, found } => write!(f, "{name} is {found}, not {expected}"),
            Self::NoAnswer(fault) => write!(f, "{fault}"),
        }
    }
}

/// Facts that every implementation determines, so that omitting them is a difference.
const OWED: [&str; 4] = ["subject", "claims", "plaintext", "records"];

/// Compares `answer` with the expectation of `vector`. It passes if there is no difference.
///
/// The outcome must be the same. Facts that are in both vector and answer must be the same, and
/// `subject`, `claims`, `plaintext` and `records` must not be missing. An implementation that has
/// other stages, no codes, or no validity periods omits those facts.
#[must_use]
pub fn judge(vector: &Vector, answer: &Answer) -> Vec<Difference> {
    let expected = &vector.expect;
    if answer.outcome != expected.outcome {
        let message = answer.facts.get("message").and_then(Value::as_str);
        let message = message.filter(|text| !text.is_empty()).map(str::to_owned);
        let (expected, found) = (expected.outcome, answer.outcome);
        return vec![Difference::Outcome { expected, found, message }];
    }
    expected
        .facts
        .iter()
        .filter_map(|(name, value)| match answer.facts.get(name) {
            Some(found) if found == value => None,
            None if !OWED.contains(&name.as_str()) => None,
            found => Some(Difference::Fact {
                name: name.clone(),
                expected: value.clone(),
                found: found.cloned().unwrap_or_default(),
            }),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(expect: &str) -> Vector {
        Vector::from_json(&format!(
            r#"{{"schema": "kliento.vector/v2", "id": "token::rule::case", "description": "d", "authority": "rfc", "spec": "s",
            "derived_from": null, "operation": "verify-token",
            "profile": null, "trust_anchors": [], "at": "", "input": "", "expect": {expect}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn facts_that_are_stated_must_be_the_expected_ones() {
        let vector = vector(r#"{"result": "valid", "subject": "a", "validFrom": "b"}"#);
        let answer = Answer::new(Outcome::Valid).with("subject", "a");
        assert_eq!(judge(&vector, &answer), []);
        assert_eq!(judge(&vector, &answer.clone().with("audience", "anything")), []);
        let fact = |name: &str, expected: &str, found: Value| Difference::Fact {
            name: name.into(),
            expected: expected.into(),
            found,
        };
        assert_eq!(
            judge(&vector, &answer.with("validFrom", "c")),
            [fact("validFrom", "b", "c".into())]
        );
        assert_eq!(
            judge(&vector, &Answer::new(Outcome::Valid)),
            [fact("subject", "a", Value::Null)]
        );
    }

    #[test]
    fn another_outcome_is_the_only_reported_difference() {
        let vector = vector(r#"{"result": "invalid", "stage": "window", "code": "KL2402"}"#);
        let answer = Answer::new(Outcome::Malformed).with("stage", "parse").with("message", "m");
        assert_eq!(
            judge(&vector, &answer),
            [Difference::Outcome {
                expected: Outcome::Invalid,
                found: Outcome::Malformed,
                message: Some("m".into()),
            }]
        );
    }
}
