//! The listed reasons for which two implementations judge a mutant differently.

use std::collections::BTreeMap;
use std::path::Path;

use kliento_conformance::Glob;
use serde_json::Value;

/// The listed reasons; the first that matches counts.
pub(super) struct Reasons(Vec<Reason>);

struct Reason {
    ours: Vec<Glob>,
    theirs: Vec<Glob>,
    text: String,
}

impl Reasons {
    /// Reads `{"reasons": [{"ours": [pattern…], "theirs": [pattern…], "reason": …}]}`.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let fail = |problem: String| format!("{}: {problem}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| fail(error.to_string()))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| fail(error.to_string()))?;
        let list = value.get("reasons").and_then(Value::as_array);
        let reasons = list.into_iter().flatten().map(|item| {
            let patterns = |name: &str| {
                let list = item.get(name).and_then(Value::as_array);
                let globs: Option<Vec<_>> =
                    list.into_iter().flatten().map(|glob| glob.as_str().map(Glob::new)).collect();
                globs.filter(|globs| !globs.is_empty())
            };
            let text = item.get("reason").and_then(Value::as_str).map(str::to_owned);
            Some(Reason { ours: patterns("ours")?, theirs: patterns("theirs")?, text: text? })
        });
        let reasons: Option<Vec<_>> = reasons.collect();
        reasons
            .filter(|reasons| !reasons.is_empty())
            .map(Self)
            .ok_or_else(|| fail("every reason needs `ours`, `theirs` and `reason`".into()))
    }

    /// The reason that matches both verdicts.
    pub(super) fn find(&self, ours: &str, theirs: &str) -> Option<&str> {
        let fits = |globs: &[Glob], text: &str| globs.iter().any(|glob| glob.matches(text));
        self.0
            .iter()
            .find(|reason| fits(&reason.ours, ours) && fits(&reason.theirs, theirs))
            .map(|reason| reason.text.as_str())
    }

    /// Reasons that were not needed.
    pub(super) fn unused(&self, used: &BTreeMap<String, usize>) -> Vec<&str> {
        self.0.iter().map(|r| r.text.as_str()).filter(|text| !used.contains_key(*text)).collect()
    }
}
