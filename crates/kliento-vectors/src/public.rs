//! Vectors from other projects' public data: chains recorded from the live DNS, and scenarios and
//! RRsets for testing DNSSEC validators.
//!
//! The sources are unpacked crates:
//! `cargo xtask public-vectors --domain DIR --dnssec-prover DIR [--check]`. They are not
//! dependencies, so the files in test-vectors/public/ are committed, and each names its origin.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::folder::test_vectors;

mod chain;
mod dnssec_prover;
mod presentation;
mod rpl;
mod rrsets;
mod scenarios;
mod tally;
mod vector;

use tally::Tally;
use vector::{Expect, PublicVector};

/// The folders of test-vectors/public/ that contain only converted files.
const FOLDERS: [&str; 4] = ["dnssec-prover", "rfc9102", "scenario", "rrset"];

const FILES: &str = "files of scenarios";

const USAGE: &str = "cargo xtask public-vectors --domain DIR --dnssec-prover DIR [--check]";

/// Converts all sources and writes the vectors, or compares them with the existing files.
///
/// # Errors
///
/// Arguments or sources that cannot be read, data that contradicts itself, or files that differ.
pub fn run(arguments: &[&str]) -> Result<(), String> {
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
    test_vectors().join("public")
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
