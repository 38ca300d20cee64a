//! `cargo xtask mutants`: changes the verifier in one place at a time, and lists the changes that
//! no test detects.
//!
//! cargo-mutants makes the changes and runs the tests. This module selects the modules and the
//! tests, and requires a written reason for every undetected change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::workspace;

/// The version of cargo-mutants whose mutant names are in `xtask/mutants.json`.
const VERSION: &str = "27.1.0";

/// The modules in which every undetected change needs a reason: those for time, and for who may
/// speak for whom.
const MODULES: [&str; 10] = [
    "crates/veraid-dnssec/src/time.rs",
    "crates/veraid-dnssec/src/serial.rs",
    "crates/veraid-dnssec/src/signature.rs",
    "crates/veraid-dnssec/src/chain.rs",
    "crates/veraid-dnssec/src/chain/**",
    "crates/veraid-core/src/window.rs",
    "crates/veraid-core/src/key_record.rs",
    "crates/veraid-core/src/certificate/path.rs",
    "crates/veraid-core/src/signed_data.rs",
    "crates/veraid-core/src/signed_data/**",
];

/// The packages whose tests must detect changes.
const TEST_PACKAGES: [&str; 3] = ["veraid-dnssec", "veraid-core", "kliento"];

/// The test targets of those packages: unit tests, the laws of time and of the walk, policies,
/// proofs, and the vectors. Others would only take longer to build.
const TEST_TARGETS: [&str; 6] =
    ["--lib", "--test=periods", "--test=walk", "--test=policy", "--test=proof", "--test=vectors"];

/// The time limit of a test run, in seconds. All tests together take two; the limit detects changes
/// that make a loop endless.
const TIMEOUT_SECONDS: &str = "20";

/// The arguments of the command.
#[derive(Debug, Default)]
struct Arguments<'a> {
    files: Vec<&'a str>,
    names: Vec<&'a str>,
}

/// Runs the mutants of `--file GLOB`s (default: those of [`MODULES`]) whose names match a
/// `--name REGEX`; fails if one survives without a reason.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let mut asked = Arguments::default();
    for pair in arguments.chunks(2) {
        match pair {
            ["--file", glob] => asked.files.push(glob),
            ["--name", regex] => asked.names.push(regex),
            _ => return Err("the arguments are [--file GLOB]... [--name REGEX]...".into()),
        }
    }
    if asked.files.is_empty() {
        asked.files.extend(MODULES);
    }
    let root = workspace::root();
    let accepted = read_accepted(&root.join("xtask/mutants.json"))?;
    check_tool()?;
    let outcomes = run_tool(&root, &asked)?;
    let tested = read_outcomes(&outcomes)?;
    let judgement = judge(&tested, &accepted, asked.names.is_empty());
    print!("{}", table(&tested, &accepted));
    for problem in &judgement {
        println!("{problem}");
    }
    if judgement.is_empty() { Ok(()) } else { Err(format!("{} problems", judgement.len())) }
}

fn check_tool() -> Result<(), String> {
    let output = Command::new(env!("CARGO")).args(["mutants", "--version"]).output();
    let found = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    match found {
        Ok(found) if found == format!("cargo-mutants {VERSION}") => Ok(()),
        Ok(found) if found.starts_with("cargo-mutants ") => Err(format!(
            "this is {found}; names of mutants are those of {VERSION}: cargo install --locked cargo-mutants@{VERSION}"
        )),
        _ => {
            Err(format!("cargo-mutants is missing: cargo install --locked cargo-mutants@{VERSION}"))
        }
    }
}

/// Runs cargo-mutants on a copy of the tree; returns the file with the outcome of each mutant.
fn run_tool(root: &Path, asked: &Arguments<'_>) -> Result<PathBuf, String> {
    let folder = root.join("target/mutants");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let folder = folder.canonicalize().map_err(|error| error.to_string())?;
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root)
        // A separate folder, so that dependencies are built once and not for each copy of the tree.
        .env("CARGO_TARGET_DIR", folder.join("build"))
        // Nearly all the time goes into building, so our own crates are not optimised and have no
        // debug information.
        .envs([("CARGO_PROFILE_DEV_OPT_LEVEL", "0"), ("CARGO_PROFILE_DEV_DEBUG", "0")])
        .env("CARGO_INCREMENTAL", "1")
        .args(["mutants", "--workspace", "--gitignore=true", "--colors=never", "--output"])
        .arg(&folder)
        .args(["--timeout", TIMEOUT_SECONDS])
        .args(asked.files.iter().flat_map(|glob| ["--file", glob]))
        .args(asked.names.iter().flat_map(|regex| ["--re", regex]))
        .arg("--cargo-arg=--locked")
        // Not as `--test-package`, which the baseline run ignores.
        .args(TEST_PACKAGES.iter().map(|package| format!("--cargo-arg=--package={package}")))
        .args(TEST_TARGETS.iter().map(|target| format!("--cargo-arg={target}")))
        // The vectors under one provider: no rule depends on the provider.
        .args(["--", "--", "--skip", "rust-crypto::"]);
    let status = command.status().map_err(|error| format!("cargo cannot be started: {error}"))?;
    match status.code() {
        // All detected; some missed; some timed out.
        Some(0 | 2 | 3) => Ok(folder.join("mutants.out/outcomes.json")),
        _ => Err(format!("cargo-mutants ended with {status}")),
    }
}

/// The outcome of one mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Caught,
    TimedOut,
    Missed,
    /// The mutant does not compile.
    Unviable,
}

/// A mutant, identified by its file and by its name without line and column, which change with
/// every edit above it.
#[derive(Debug)]
struct Mutant {
    file: String,
    name: String,
    /// The name with line and column.
    place: String,
    outcome: Outcome,
}

fn read_outcomes(file: &Path) -> Result<Vec<Mutant>, String> {
    let json = read_json(file)?;
    let outcomes = json.get("outcomes").and_then(Value::as_array).ok_or("missing outcomes")?;
    // The baseline run is the first; the tool ends with an error if that fails.
    let outcomes = outcomes.iter().filter(|outcome| outcome.pointer("/scenario/Mutant").is_some());
    outcomes
        .map(|outcome| {
            let text = |pointer| outcome.pointer(pointer).and_then(Value::as_str);
            let place = text("/scenario/Mutant/name").ok_or("a mutant has no name")?;
            let file = text("/scenario/Mutant/file").ok_or("a mutant has no file")?;
            let change = place.splitn(4, ':').nth(3).ok_or("a mutant has no change")?;
            let outcome = match text("/summary") {
                Some("CaughtMutant") => Outcome::Caught,
                Some("Timeout") => Outcome::TimedOut,
                Some("MissedMutant") => Outcome::Missed,
                Some("Unviable") => Outcome::Unviable,
                other => return Err(format!("{place}: unknown outcome {other:?}")),
            };
            let name = format!("{file}:{change}");
            Ok(Mutant { file: file.into(), name, place: place.into(), outcome })
        })
        .collect()
}

/// Mutants of one name that may survive, with the reason.
#[derive(Debug)]
struct Accepted {
    name: String,
    /// The number of mutants of that name: one operator can occur several times in a function.
    count: u64,
}

fn read_accepted(file: &Path) -> Result<Vec<Accepted>, String> {
    let json = read_json(file)?;
    let entries =
        json.get("accepted").and_then(Value::as_array).ok_or("missing list `accepted`")?;
    let mut names = BTreeSet::new();
    entries
        .iter()
        .map(|entry| {
            let text = |field| entry.get(field).and_then(Value::as_str).unwrap_or_default();
            let (name, reason) = (text("mutant"), text("reason"));
            if name.is_empty() || reason.is_empty() {
                return Err(format!("an entry has no mutant or no reason: {entry}"));
            }
            if !names.insert(name) {
                return Err(format!("there are two entries for {name}"));
            }
            let count = entry.get("count").map_or(Some(1), Value::as_u64);
            let count = count.ok_or_else(|| format!("the count of {name} is not a number"))?;
            Ok(Accepted { name: name.into(), count })
        })
        .collect()
}

fn read_json(file: &Path) -> Result<Value, String> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}

/// Survivors without a reason, and reasons without a survivor.
///
/// An entry without a mutant is an error only if all mutants of the files were tested.
fn judge(tested: &[Mutant], accepted: &[Accepted], tested_all: bool) -> Vec<String> {
    let mut survivors: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
    for mutant in tested.iter().filter(|mutant| mutant.outcome == Outcome::Missed) {
        survivors.entry(&mutant.name).or_default().push(mutant);
    }
    let mut problems = Vec::new();
    for entry in accepted {
        let found = survivors.get(entry.name.as_str()).map_or(0, Vec::len);
        let was_tested = tested.iter().any(|mutant| {
            mutant.name == entry.name || tested_all && entry.name.starts_with(&mutant.file)
        });
        if was_tested && u64::try_from(found).is_ok_and(|found| found < entry.count) {
            let Accepted { name, count } = entry;
            problems.push(format!("stale: {count} accepted, {found} survived: {name}"));
        }
    }
    for (name, mutants) in survivors {
        let entry = accepted.iter().find(|entry| entry.name == name);
        let allowed = entry.map_or(0, |entry| entry.count);
        if u64::try_from(mutants.len()).is_ok_and(|found| found > allowed) {
            problems.extend(
                mutants.iter().map(|mutant| format!("survived without reason: {}", mutant.place)),
            );
        }
    }
    problems
}

/// The figures of each module, in Markdown. The score counts mutants that compile: those detected,
/// or accepted with a reason.
fn table(tested: &[Mutant], accepted: &[Accepted]) -> String {
    let files: BTreeSet<&str> = tested.iter().map(|mutant| mutant.file.as_str()).collect();
    let mut lines = vec![
        "| module | mutants | caught | timed out | missed | of them with a reason | do not compile | score |".to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    let all = files.iter().map(|file| (*file, *file)).chain([("all", "")]);
    for (title, file) in all {
        let of_file: Vec<_> = tested.iter().filter(|m| m.file.starts_with(file)).collect();
        let count = |outcome| of_file.iter().filter(|mutant| mutant.outcome == outcome).count();
        let is_excused = |mutant: &&&Mutant| {
            mutant.outcome == Outcome::Missed && accepted.iter().any(|a| a.name == mutant.name)
        };
        let excused = of_file.iter().filter(is_excused).count();
        let (caught, timed_out) = (count(Outcome::Caught), count(Outcome::TimedOut));
        let (missed, unviable) = (count(Outcome::Missed), count(Outcome::Unviable));
        let viable = caught + timed_out + missed;
        let score = (caught + timed_out + excused) * 1000 / viable.max(1);
        let (whole, tenth) = (score / 10, score % 10);
        lines.push(format!(
            "| {title} | {} | {caught} | {timed_out} | {missed} | {excused} | {unviable} | {whole}.{tenth} % |",
            of_file.len(),
        ));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(line: u32, change: &str, outcome: Outcome) -> Mutant {
        let file = "crates/a/src/b.rs".to_owned();
        let (name, place) = (format!("{file}: {change}"), format!("{file}:{line}:1: {change}"));
        Mutant { file, name, place, outcome }
    }

    fn accepted(change: &str, count: u64) -> Accepted {
        Accepted { name: format!("crates/a/src/b.rs: {change}"), count }
    }

    #[test]
    fn a_survivor_needs_a_reason() {
        let tested = [mutant(1, "x", Outcome::Missed), mutant(2, "y", Outcome::Caught)];
        let problem = "survived without reason: crates/a/src/b.rs:1:1: x";
        assert_eq!(judge(&tested, &[], true), [problem]);
        assert!(judge(&tested, &[accepted("x", 1)], true).is_empty());
    }

    #[test]
    fn an_entry_excuses_its_stated_number_and_no_more() {
        let tested = [mutant(1, "x", Outcome::Missed), mutant(2, "x", Outcome::Missed)];
        assert_eq!(judge(&tested, &[accepted("x", 1)], true).len(), 2);
        assert!(judge(&tested, &[accepted("x", 2)], true).is_empty());
    }

    #[test]
    fn an_entry_that_excuses_nothing_is_stale() {
        let tested = [mutant(1, "x", Outcome::Caught)];
        let stale = "stale: 1 accepted, 0 survived: crates/a/src/b.rs: x";
        assert_eq!(judge(&tested, &[accepted("x", 1)], false), [stale]);
        assert_eq!(judge(&tested, &[accepted("gone", 1)], true).len(), 1);
        assert!(judge(&tested, &[accepted("not asked for", 1)], false).is_empty());
    }

    #[test]
    fn the_score_is_of_those_that_compile() {
        let tested = [
            mutant(1, "w", Outcome::Caught),
            mutant(2, "x", Outcome::TimedOut),
            mutant(3, "y", Outcome::Missed),
            mutant(4, "z", Outcome::Unviable),
        ];
        let row = "| crates/a/src/b.rs | 4 | 1 | 1 | 1 | 0 | 1 | 66.6 % |\n";
        assert!(table(&tested, &[]).contains(row));
        assert!(table(&tested, &[accepted("y", 1)]).contains("| 1 | 1 | 1 | 1 | 1 | 100.0 % |"));
    }
}
