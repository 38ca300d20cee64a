//! Compares ARCHITECTURE.md with the crates' manifests.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::workspace::{self, Crates};

/// Checks that the table of crates is true, and that no crate depends on itself through others.
pub(super) fn check(text: &str, metadata: &Value, problems: &mut Vec<String>) {
    let (documented, actual) = (documented(text), workspace::dependencies(metadata));
    let names: BTreeSet<&String> = documented.keys().chain(actual.keys()).collect();
    for name in names {
        let (documented, actual) = (documented.get(name), actual.get(name));
        if documented != actual {
            problems.push(format!(
                "ARCHITECTURE.md: {name} depends on {actual:?}, and the table has {documented:?}"
            ));
        }
    }
    problems.extend(
        actual
            .keys()
            .filter(|name| reaches(&actual, name, name, &mut BTreeSet::new()))
            .map(|name| format!("{name} depends on itself through other crates")),
    );
}

/// Checks that each invariant names the check that fails if it is broken.
pub(super) fn check_invariants(text: &str, problems: &mut Vec<String>) {
    let section = text.split("\n## ").find(|section| section.starts_with("Invariants\n"));
    let mut invariants: Vec<String> = Vec::new();
    for line in section.unwrap_or_default().lines() {
        if line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok()) {
            invariants.push(line.to_owned());
        } else if let Some(last) = invariants.last_mut() {
            last.push_str(line);
        }
    }
    if invariants.is_empty() {
        problems.push("ARCHITECTURE.md: there are no invariants".into());
    }
    let unchecked = invariants.iter().filter(|invariant| !invariant.contains("*Check:"));
    problems.extend(unchecked.map(|invariant| {
        let start = invariant.chars().take(60).collect::<String>();
        format!("ARCHITECTURE.md: the invariant names no check: {start}…")
    }));
}

/// Rows such as ``| `kliento` | the token | `veraid-core` |``.
fn documented(text: &str) -> Crates {
    let table = text.split("\n## ").find(|section| section.starts_with("Crates\n"));
    let rows = table.unwrap_or_default().lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| {
        let mut cells = row.trim_matches('|').split('|');
        let name = quoted(cells.next()?).next()?;
        Some((name, quoted(cells.nth(1)?).collect()))
    })
    .collect()
}

/// The words between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

fn reaches(crates: &Crates, from: &str, to: &str, seen: &mut BTreeSet<String>) -> bool {
    crates
        .get(from)
        .into_iter()
        .flatten()
        .any(|next| next == to || (seen.insert(next.clone()) && reaches(crates, next, to, seen)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata(dependencies_of_a: &[&str]) -> Value {
        let dependency = |name: &&str| json!({"name": name, "kind": null});
        json!({
            "workspace_members": ["a 1", "b 1"],
            "packages": [
                {"id": "a 1", "name": "a",
                    "dependencies": dependencies_of_a.iter().map(dependency).collect::<Vec<_>>()},
                {"id": "b 1", "name": "b", "dependencies": [
                    {"name": "a", "kind": null}, {"name": "serde", "kind": null},
                    {"name": "c", "kind": "dev"}]},
                {"id": "serde 1", "name": "serde", "dependencies": []},
            ],
        })
    }

    fn problems(text: &str, metadata: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        check(text, metadata, &mut problems);
        problems
    }

    const TABLE: &str = "# A\n\n## Crates\n\n| `a` | first | \u{2013} |\n| `b` | second | `a` |\n\n## B\n\n| `c` | x | `d` |\n";

    #[test]
    fn a_true_table_is_accepted_and_every_difference_is_a_problem() {
        assert_eq!(problems(TABLE, &metadata(&[])), Vec::<String>::new());
        assert_eq!(
            problems(&TABLE.replace("| `a` |\n\n", "| \u{2013} |\n\n"), &metadata(&[])),
            ["ARCHITECTURE.md: b depends on Some({\"a\"}), and the table has Some({})"]
        );
        assert_eq!(problems("", &metadata(&[])).len(), 2);
    }

    #[test]
    fn a_cycle_is_a_problem_for_each_crate_on_it() {
        let text = TABLE.replace('\u{2013}', "`b`");
        assert_eq!(
            problems(&text, &metadata(&["b"])),
            [
                "a depends on itself through other crates",
                "b depends on itself through other crates"
            ]
        );
    }

    #[test]
    fn an_invariant_without_a_check_is_a_problem() {
        let problems = |text: &str| {
            let mut problems = Vec::new();
            check_invariants(text, &mut problems);
            problems
        };
        let text = "# A\n\n## Invariants\n\nEach.\n\n1. **B.** C\n   d. *Check: e.*\n2. **F.** G.\n\n## H\n\n3. I";
        assert_eq!(
            problems(text),
            ["ARCHITECTURE.md: the invariant names no check: 2. **F.** G.…"]
        );
        assert_eq!(problems("# A"), ["ARCHITECTURE.md: there are no invariants"]);
    }
}
