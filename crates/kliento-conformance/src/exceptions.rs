//! Known differences of an implementation, each with its reason.

use serde::Deserialize;

use crate::answer::{Answer, Outcome};
use crate::glob::Glob;
use crate::judge::Difference;

/// The known differences of one implementation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    implementation: Option<String>,
    exceptions: Vec<Exception>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Exception {
    vectors: Vec<Glob>,
    found: Outcome,
    facts: Vec<String>,
    reason: String,
}

/// The reason that a text is not a list of exceptions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExceptionsError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    implementation: String,
    exceptions: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    vectors: Vec<String>,
    found: String,
    #[serde(default)]
    facts: Vec<String>,
    reason: String,
}

impl Exceptions {
    /// Reads
    /// `{"implementation": …, "exceptions": [{"vectors": [pattern…], "found": result, "facts": [name…], "reason": …}]}`.
    ///
    /// # Errors
    ///
    /// [`ExceptionsError`] if it is not of that form, or a reason is missing.
    pub fn from_json(text: &str) -> Result<Self, ExceptionsError> {
        let file: File =
            serde_json::from_str(text).map_err(|error| ExceptionsError(error.to_string()))?;
        let exceptions = file.exceptions.into_iter().map(|item| {
            let found = Outcome::from_name(&item.found).ok_or_else(|| {
                ExceptionsError(format!("`found` is {:?}, which is not a result", item.found))
            })?;
            if item.reason.trim().is_empty() {
                return Err(ExceptionsError(format!("{:?} have no reason", item.vectors)));
            }
            if item.vectors.is_empty() {
                return Err(ExceptionsError(format!("{:?} names no vectors", item.reason)));
            }
            let vectors = item.vectors.into_iter().map(Glob::new).collect();
            Ok(Exception { vectors, found, facts: item.facts, reason: item.reason })
        });
        let exceptions = exceptions.collect::<Result<_, _>>()?;
        Ok(Self { implementation: Some(file.implementation), exceptions })
    }

    /// The name of the implementation.
    #[must_use]
    pub fn implementation(&self) -> Option<&str> {
        self.implementation.as_deref()
    }

    /// The reason that `answer` is acceptable for the vector `id` despite `differences`, and the
    /// matching patterns.
    ///
    /// A missing answer is never excused.
    #[must_use]
    pub fn excuse(
        &self,
        id: &str,
        answer: &Answer,
        differences: &[Difference],
    ) -> Option<(&str, Vec<&Glob>)> {
        let differs_only_in = |facts: &[String]| {
            differences.iter().all(|difference| match difference {
                Difference::Outcome { .. } => true,
                Difference::Fact { name, .. } => facts.contains(name),
                Difference::NoAnswer(_) => false,
            })
        };
        self.exceptions.iter().find_map(|exception| {
            let globs: Vec<_> = exception.vectors.iter().filter(|glob| glob.matches(id)).collect();
            let fits = !globs.is_empty()
                && exception.found == answer.outcome
                && differs_only_in(&exception.facts);
            fits.then_some((exception.reason.as_str(), globs))
        })
    }

    /// All patterns.
    pub fn patterns(&self) -> impl Iterator<Item = &Glob> {
        self.exceptions.iter().flat_map(|exception| &exception.vectors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"implementation": "other 1.0", "exceptions": [
        {"vectors": ["token::a::*", "token::b::c"], "found": "valid", "reason": "takes anything"},
        {"vectors": ["token::d::*"], "found": "valid", "facts": ["validFrom"], "reason": "counts otherwise"}]}"#;

    fn accepts_anything() -> (Answer, Vec<Difference>) {
        let (expected, found) = (Outcome::Invalid, Outcome::Valid);
        let differences = vec![Difference::Outcome { expected, found, message: None }];
        (Answer::new(Outcome::Valid), differences)
    }

    #[test]
    fn excuses_exactly_the_named_vectors_with_the_stated_results() {
        let exceptions = Exceptions::from_json(FILE).unwrap();
        let (answer, differences) = accepts_anything();
        let (reason, globs) = exceptions.excuse("token::a::x", &answer, &differences).unwrap();
        assert_eq!((reason, globs), ("takes anything", vec![&Glob::new("token::a::*")]));
        assert_eq!(exceptions.excuse("token::b::x", &answer, &differences), None);
        let malformed = Answer::new(Outcome::Malformed);
        assert_eq!(exceptions.excuse("token::a::x", &malformed, &differences), None);
    }

    #[test]
    fn excuses_only_the_facts_that_it_names() {
        let exceptions = Exceptions::from_json(FILE).unwrap();
        let answer = Answer::new(Outcome::Valid);
        let fact = |name: &str| Difference::Fact {
            name: name.into(),
            expected: "a".into(),
            found: "b".into(),
        };
        assert!(exceptions.excuse("token::d::x", &answer, &[fact("validFrom")]).is_some());
        let both = [fact("validFrom"), fact("subject")];
        assert_eq!(exceptions.excuse("token::d::x", &answer, &both), None);
    }

    #[test]
    fn rejects_exceptions_without_a_reason_or_a_result() {
        let read = |from, to| Exceptions::from_json(&FILE.replace(from, to)).unwrap_err().0;
        assert_eq!(read("takes anything", " "), r#"["token::a::*", "token::b::c"] have no reason"#);
        assert_eq!(
            read(r#""found": "valid", "reason""#, r#""found": "ok", "reason""#),
            r#"`found` is "ok", which is not a result"#
        );
        assert_eq!(read(r#""token::d::*""#, ""), r#""counts otherwise" names no vectors"#);
        assert!(read("implementation", "name").contains("unknown field `name`"));
    }
}
