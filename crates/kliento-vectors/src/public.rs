//! Vectors from other projects' public data: chains recorded from the live DNS, and scenarios and
//! RRsets for testing DNSSEC validators.
//!
//! The sources are unpacked crates:
//! `cargo xtask public-vectors --domain DIR --dnssec-prover DIR [--check]`. They are not
//! dependencies, so the files in test-vectors/public/ are committed, and each names its origin.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kliento_conformance::SCHEMA;
use veraid_dnssec::{Question, Timestamp, ValidityPeriod};

use super::authority::{self, Citation};
use super::json::Json;

mod chain;
mod dnssec_prover;
mod presentation;
mod rpl;
mod rrsets;
mod scenarios;

/// The folders of test-vectors/public/ that contain only converted files.
const FOLDERS: [&str; 4] = ["dnssec-prover", "rfc9102", "scenario", "rrset"];

const FILES: &str = "files of scenarios";

const USAGE: &str = "cargo xtask public-vectors --domain DIR --dnssec-prover DIR [--check]";

/// Converts all sources and writes the vectors, or compares them with the existing files.
///
/// # Errors
///
/// Arguments or sources that cannot be read, data that contradicts itself, or files that differ.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let (mut domain, mut prover, mut is_check) = (None, None, false);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match *argument {
            "--domain" => domain = arguments.next(),
            "--dnssec-prover" => prover = arguments.next(),
            "--check" => is_check = true,
            other => return Err(format!("{other} is unknown: {USAGE}")),
        }
    }
    let (Some(domain), Some(prover)) = (domain, prover) else { return Err(USAGE.into()) };
    let prover = Path::new(prover).join("src/validation.rs");
    let prover = fs::read_to_string(&prover).map_err(|e| format!("{}: {e}", prover.display()))?;

    let mut tally = Tally::default();
    let scenarios = read_scenarios(&Path::new(domain).join("test-data/validator"), &mut tally)?;
    let vectors = [
        dnssec_prover::vectors(&prover, &mut tally)?,
        scenarios::vectors(&scenarios, &mut tally)?,
        rrsets::vectors(&scenarios, &mut tally)?,
    ]
    .concat();
    print!("{tally}");
    let files = files(&vectors)?;
    if is_check { compare(&files) } else { write(&files) }
}

fn read_scenarios(folder: &Path, tally: &mut Tally) -> Result<Vec<rpl::Scenario>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(|e| e.to_string()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rpl"));
    paths.sort();
    let mut scenarios = Vec::new();
    for path in &paths {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        match rpl::parse(&path.file_stem().unwrap_or_default().to_string_lossy(), &text) {
            Ok(scenario) => {
                tally.count(FILES, "read");
                scenarios.push(scenario);
            }
            Err(problem) => tally.count(FILES, format!("not read: {problem}")),
        }
    }
    Ok(scenarios)
}

/// A chain from another project and its expected result.
#[derive(Clone, Debug)]
struct PublicVector {
    folder: &'static str,
    case: String,
    description: String,
    spec: &'static str,
    derived_from: Option<String>,
    origin: String,
    trust_anchors: Vec<String>,
    at: Timestamp,
    question: Question,
    input: Vec<u8>,
    expect: Expect,
}

#[derive(Clone, Debug)]
enum Expect {
    /// Valid with these records and, if known, the seconds in which they are valid.
    Valid { records: Vec<Vec<u8>>, validity: Option<ValidityPeriod> },
    /// Invalid with this project's code.
    Invalid(u16),
}

impl PublicVector {
    fn id(&self) -> String {
        format!("dnssec::public-{}::{}", self.folder, self.case)
    }

    /// The authority: this project's decisions for the rejection of wildcards, and DNSSEC's rules
    /// for all else.
    fn citation(&self) -> Result<Citation, String> {
        let spec = match self.expect {
            Expect::Invalid(2015) => "Decisions, \"DNSSEC\"",
            _ => self.spec,
        };
        authority::resolve(&self.id(), None, spec)
    }

    fn to_json(&self, citation: &Citation) -> Json {
        let expect = match &self.expect {
            Expect::Valid { records, validity } => {
                let mut facts = vec![
                    ("result", Json::text("valid")),
                    ("records", Json::List(records.iter().map(|r| Json::octets(r)).collect())),
                ];
                if let Some(period) = validity {
                    facts.push(("validity", Json::List(vec![super::period_json(*period)])));
                }
                Json::object(facts)
            }
            Expect::Invalid(code) => Json::object([
                ("result", Json::text("invalid")),
                ("stage", Json::text("dnssec-chain")),
                ("code", Json::text(format!("KL{code}"))),
            ]),
        };
        let anchors = self.trust_anchors.iter().map(Json::text).collect();
        Json::object([
            ("schema", Json::text(SCHEMA)),
            ("id", Json::text(self.id())),
            ("description", Json::text(&self.description)),
            ("authority", Json::text(citation.authority)),
            ("spec", Json::text(&citation.text)),
            ("derived_from", self.derived_from.as_ref().map_or(Json::Null, Json::text)),
            ("origin", Json::text(&self.origin)),
            ("operation", Json::text("verify-chain")),
            ("profile", Json::Null),
            ("trust_anchors", Json::List(anchors)),
            ("at", Json::text(self.at)),
            ("name", Json::text(&self.question.name)),
            ("type", Json::text(self.question.record_type)),
            ("input", Json::octets(&self.input)),
            ("expect", expect),
        ])
    }
}

/// The text of every vector by its file.
fn files(vectors: &[PublicVector]) -> Result<BTreeMap<PathBuf, String>, String> {
    let valid: BTreeSet<String> = vectors
        .iter()
        .filter(|vector| matches!(vector.expect, Expect::Valid { .. }))
        .map(PublicVector::id)
        .collect();
    let mut files = BTreeMap::new();
    for vector in vectors {
        if let Some(parent) = &vector.derived_from
            && !valid.contains(parent)
        {
            return Err(format!("{} derives from {parent}, which is not valid", vector.id()));
        }
        let path = Path::new(vector.folder).join(format!("{}.json", vector.case));
        if files.insert(path, vector.to_json(&vector.citation()?).to_string()).is_some() {
            return Err(format!("two vectors have the id {}", vector.id()));
        }
    }
    Ok(files)
}

fn root() -> PathBuf {
    super::root().join("public")
}

fn existing() -> Result<BTreeSet<PathBuf>, String> {
    let mut files = BTreeSet::new();
    for folder in FOLDERS {
        let Ok(entries) = fs::read_dir(root().join(folder)) else { continue };
        for entry in entries {
            let entry = entry.map_err(|error| format!("{folder}: {error}"))?;
            files.insert(Path::new(folder).join(entry.file_name()));
        }
    }
    Ok(files)
}

fn write(files: &BTreeMap<PathBuf, String>) -> Result<(), String> {
    let stale = existing()?.into_iter().filter(|path| !files.contains_key(path));
    for path in stale {
        fs::remove_file(root().join(&path)).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    for (path, text) in files {
        let path = root().join(path);
        fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(|e| e.to_string())?;
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    println!("{} vectors", files.len());
    Ok(())
}

fn compare(files: &BTreeMap<PathBuf, String>) -> Result<(), String> {
    let mut problems: Vec<String> = files
        .iter()
        .filter(|(path, text)| fs::read_to_string(root().join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| format!("{} differs or is missing", path.display()))
        .collect();
    let stale = existing()?.into_iter().filter(|path| !files.contains_key(path));
    problems.extend(stale.map(|path| format!("{} is stale", path.display())));
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// The number of cases of each source that became vectors, and the reasons why others did not.
#[derive(Debug, Default)]
struct Tally(BTreeMap<&'static str, BTreeMap<String, usize>>);

impl Tally {
    fn count(&mut self, source: &'static str, outcome: impl Into<String>) {
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
