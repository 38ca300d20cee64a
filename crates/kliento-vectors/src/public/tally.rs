//! Cases of other projects, counted.

use std::collections::BTreeMap;

/// The number of cases of each source that became vectors, and the reasons why others did not.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<&'static str, BTreeMap<String, usize>>);

impl Tally {
    pub(super) fn count(&mut self, source: &'static str, outcome: impl Into<String>) {
        *self.0.entry(source).or_default().entry(outcome.into()).or_default() += 1;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (source, outcomes) in &self.0 {
            writeln!(f, "{source}: {} cases", outcomes.values().sum::<usize>())?;
            for (outcome, count) in outcomes {
                writeln!(f, "  {count:4} {outcome}")?;
            }
        }
        Ok(())
    }
}
