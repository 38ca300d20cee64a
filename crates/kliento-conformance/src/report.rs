//! The report of a run, counted by area.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::exceptions::Exceptions;
use crate::glob::Glob;
use crate::judge::{Difference, judge};
use crate::process::ProcessError;
use crate::vector::Vector;

/// The verdict on one vector.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VectorResult {
    /// The answer is as expected.
    Passed,
    /// The answer differs in a known way.
    Excused {
        /// The reason for the differences.
        reason: String,
        /// The differences.
        differences: Vec<Difference>,
    },
    /// The answer differs.
    Failed(Vec<Difference>),
}

/// One vector of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The vector's id.
    pub id: String,
    /// The expected outcome.
    pub expected: Outcome,
    /// The outcome of the answer, if there was one.
    pub found: Option<Outcome>,
    /// The verdict.
    pub verdict: VectorResult,
}

/// The counts of one area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AreaCount {
    /// All vectors.
    pub vectors: usize,
    /// Vectors whose expected outcome is valid.
    pub valid: usize,
    /// Answered as expected.
    pub passed: usize,
    /// Excused with a reason.
    pub excused: usize,
    /// Failed.
    pub failed: usize,
}

/// The report of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Every vector in the order of the run.
    pub entries: Vec<Entry>,
    used: BTreeSet<String>,
}

impl Report {
    /// Judges an answer, or its absence, and adds the result.
    pub fn add(
        &mut self,
        vector: &Vector,
        answer: Result<Answer, ProcessError>,
        exceptions: &Exceptions,
    ) {
        let id = vector.id();
        let (found, verdict) = match answer {
            Err(fault) => (None, VectorResult::Failed(vec![Difference::NoAnswer(fault)])),
            Ok(answer) => {
                let differences = judge(vector, &answer);
                let verdict = if differences.is_empty() {
                    VectorResult::Passed
                } else if let Some((reason, globs)) = exceptions.excuse(id, &answer, &differences) {
                    self.used.extend(globs.into_iter().map(Glob::to_string));
                    VectorResult::Excused { reason: reason.to_owned(), differences }
                } else {
                    VectorResult::Failed(differences)
                };
                (Some(answer.outcome), verdict)
            }
        };
        let expected = vector.expect.outcome;
        self.entries.push(Entry { id: id.to_owned(), expected, found, verdict });
    }

    /// Patterns that excused nothing and match either no vector or only vectors that pass: the list
    /// of exceptions is out of date.
    #[must_use]
    pub fn unused<'a>(&self, exceptions: &'a Exceptions) -> Vec<&'a Glob> {
        exceptions.patterns().filter(|glob| !self.used.contains(&glob.to_string())).collect()
    }

    /// The counts by area, and in total.
    #[must_use]
    pub fn areas(&self) -> (BTreeMap<&str, AreaCount>, AreaCount) {
        let mut areas = BTreeMap::<_, AreaCount>::new();
        let mut all = AreaCount::default();
        for entry in &self.entries {
            let area = entry.id.split("::").next().unwrap_or_default();
            for count in [areas.entry(area).or_default(), &mut all] {
                count.add(entry);
            }
        }
        (areas, all)
    }

    /// The entries that failed.
    pub fn failures(&self) -> impl Iterator<Item = (&Entry, &[Difference])> {
        self.entries.iter().filter_map(|entry| match &entry.verdict {
            VectorResult::Failed(differences) => Some((entry, differences.as_slice())),
            _ => None,
        })
    }

    /// The report in JSON.
    #[must_use]
    pub fn to_json(&self, implementation: &str, exceptions: &Exceptions) -> Value {
        let (areas, all) = self.areas();
        let areas: serde_json::Map<_, _> =
            areas.into_iter().map(|(area, count)| (area.to_owned(), count.to_json())).collect();
        json!({
            "schema": "kliento.conformance/v1",
            "implementation": implementation,
            "all": all.to_json(),
            "areas": areas,
            "unused_exceptions": self.unused(exceptions).iter().map(ToString::to_string).collect::<Vec<_>>(),
            "vectors": self.entries.iter().map(Entry::to_json).collect::<Vec<_>>(),
        })
    }
}

impl AreaCount {
    fn add(&mut self, entry: &Entry) {
        let count = match entry.verdict {
            VectorResult::Passed => &mut self.passed,
            VectorResult::Excused { .. } => &mut self.excused,
            VectorResult::Failed(_) => &mut self.failed,
        };
        *count = count.saturating_add(1);
        self.vectors = self.vectors.saturating_add(1);
        self.valid = self.valid.saturating_add(usize::from(entry.expected == Outcome::Valid));
    }

    fn to_json(self) -> Value {
        let Self { vectors, valid, passed, excused, failed } = self;
        json!({"vectors": vectors, "valid": valid, "passed": passed, "excused": excused, "failed": failed})
    }
}

impl Entry {
    fn to_json(&self) -> Value {
        let (verdict, reason, differences): (_, Option<&str>, &[Difference]) = match &self.verdict {
            VectorResult::Passed => ("passed", None, &[]),
            VectorResult::Excused { reason, differences } => ("excused", Some(reason), differences),
            VectorResult::Failed(differences) => ("failed", None, differences),
        };
        let mut entry = json!({
            "id": self.id,
            "verdict": verdict,
            "expected": self.expected.as_str(),
            "found": self.found.map(Outcome::as_str),
        });
        if let Some(members) = entry.as_object_mut() {
            members.extend(reason.map(|reason| ("reason".to_owned(), reason.into())));
            if !differences.is_empty() {
                let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
                members.insert("differences".into(), differences.into());
            }
        }
        entry
    }
}
