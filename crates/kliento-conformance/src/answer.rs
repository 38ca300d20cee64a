//! Answers: the result of an implementation, and the result that a vector expects.

use std::fmt;

use serde_json::{Map, Value};

/// Facts by name.
pub type Facts = Map<String, Value>;

/// The outcome of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The input is valid.
    Valid,
    /// The bytes cannot be parsed.
    Malformed,
    /// The input was parsed, but is invalid.
    Invalid,
    /// The implementation does not support the question.
    Unsupported,
}

impl Outcome {
    const ALL: [Self; 4] = [Self::Valid, Self::Malformed, Self::Invalid, Self::Unsupported];

    /// The value of `result`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
        }
    }

    /// Parses the value of `result`.
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The maximum number of characters of an unusable answer that are shown.
const SHOWN: usize = 60;

/// An outcome with its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The outcome.
    pub outcome: Outcome,
    /// Further results: the facts of test-vectors/README.md, `stage`, `code`, `message`.
    pub facts: Facts,
}

impl Answer {
    /// Creates an answer without facts.
    #[must_use]
    pub fn new(outcome: Outcome) -> Self {
        Self { outcome, facts: Facts::new() }
    }

    /// Creates an answer that `what` is not supported.
    #[must_use]
    pub fn unsupported(what: impl Into<String>) -> Self {
        Self::new(Outcome::Unsupported).with("message", what.into())
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Creates an answer from the member `result` as its outcome and all other members as facts.
    ///
    /// # Errors
    ///
    /// A message if `result` is missing or unknown.
    pub fn from_facts(mut facts: Facts) -> Result<Self, String> {
        let result = facts.remove("result").ok_or("`result` is missing")?;
        let outcome = result.as_str().and_then(Outcome::from_name).ok_or_else(|| {
            format!("`result` is {result}, not valid, malformed, invalid or unsupported")
        })?;
        Ok(Self { outcome, facts })
    }

    /// Parses the line that answers the question `id`.
    ///
    /// # Errors
    ///
    /// The problem, if the line is not a JSON object, has no known `result`, or answers another
    /// question.
    pub fn from_line(line: &str, id: &str) -> Result<Self, String> {
        let mut facts: Facts = serde_json::from_str(line).map_err(|error| {
            let start: String = line.trim_end().chars().take(SHOWN).collect();
            format!("the answer is not a JSON object ({error}): {start:?}")
        })?;
        match facts.remove("id") {
            Some(Value::String(found)) if found == id => Self::from_facts(facts),
            Some(found) => Err(format!("the answer is for {found}")),
            None => Err("the answer has no `id`".into()),
        }
    }

    /// Formats the line that answers the question `id`, without a line break.
    #[must_use]
    pub fn to_line(&self, id: &str) -> String {
        let mut members = Facts::new();
        members.insert("id".into(), id.into());
        members.insert("result".into(), self.outcome.as_str().into());
        members.extend(self.facts.clone());
        Value::Object(members).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_was_written() {
        let answer = Answer::new(Outcome::Valid).with("subject", "alice@example.com");
        let line = answer.to_line("token::a::b");
        assert_eq!(line, r#"{"id":"token::a::b","result":"valid","subject":"alice@example.com"}"#);
        assert_eq!(Answer::from_line(&line, "token::a::b"), Ok(answer));
    }

    #[test]
    fn rejects_responses_to_other_questions() {
        let read = |line| Answer::from_line(line, "a::b::c").unwrap_err();
        assert_eq!(read(r#"{"id":"a::b::d","result":"valid"}"#), r#"the answer is for "a::b::d""#);
        assert_eq!(read(r#"{"result":"valid"}"#), "the answer has no `id`");
        assert_eq!(read(r#"{"id":"a::b::c"}"#), "`result` is missing");
        assert_eq!(
            read(r#"{"id":"a::b::c","result":"ok"}"#),
            r#"`result` is "ok", not valid, malformed, invalid or unsupported"#
        );
        assert!(read("[]").starts_with("the answer is not a JSON object"));
    }
}
