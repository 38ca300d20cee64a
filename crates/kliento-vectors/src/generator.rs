//! All vectors and the conformance matrix, written or compared with the files that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kliento_conformance::Exceptions;

use crate::folder::test_vectors;
use crate::vector::{FOLDERS, Outcome};
use crate::{authority, families, matrix};

/// The path from test-vectors/ to the conformance matrix, which the vectors decide.
const MATRIX: &str = "../docs/conformance-matrix.md";

/// Writes all vectors and the conformance matrix, and removes files in the vectors' folders that
/// are not generated.
///
/// # Errors
///
/// A vector that contradicts another, or a file that cannot be written.
pub fn write() -> Result<(), String> {
    let root = test_vectors();
    let files = generate()?;
    for path in existing(&root)?.difference(&files.keys().cloned().collect()) {
        fs::remove_file(root.join(path)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    for (path, text) in &files {
        let path = root.join(path);
        let folder = path.parent().ok_or("a vector has no folder")?;
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        // Unchanged files keep their modification time, so that builds that depend on them are not
        // repeated.
        if fs::read_to_string(&path).ok().as_ref() != Some(text) {
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    println!("{} vectors and the conformance matrix", files.len().saturating_sub(1));
    Ok(())
}

/// Compares the files in test-vectors/ with the output of [`write()`].
///
/// # Errors
///
/// The first few files that differ, are missing or are stale.
pub fn check() -> Result<(), String> {
    const SHOWN: usize = 5;
    let root = test_vectors();
    let files = generate()?;
    let found = existing(&root)?;
    let mut problems: Vec<String> = files
        .iter()
        .filter_map(|(path, text)| match fs::read_to_string(root.join(path)) {
            Ok(there) if there == *text => None,
            Ok(_) => Some(format!("{} differs", path.display())),
            Err(_) => Some(format!("{} is missing", path.display())),
        })
        .collect();
    let stale = found.iter().filter(|path| !files.contains_key(*path));
    problems.extend(stale.map(|path| format!("{} is stale", path.display())));
    if problems.is_empty() {
        return Ok(());
    }
    let shown = problems.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n  ");
    Err(format!(
        "{} files differ from the output of `cargo xtask vectors`:\n  {shown}",
        problems.len()
    ))
}

/// The vectors on which an implementation is known to differ.
fn exceptions(name: &str) -> Result<Exceptions, String> {
    let file = test_vectors().join("exceptions").join(name);
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Exceptions::from_json(&text).map_err(|error| format!("{}: {error}", file.display()))
}

/// Every file in the generated folders, relative to `root`.
fn existing(root: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let mut files = BTreeSet::new();
    for folder in FOLDERS {
        let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
        for entry in entries {
            let entry = entry.map_err(|error| format!("{folder}: {error}"))?;
            files.insert(Path::new(folder).join(entry.file_name()));
        }
    }
    Ok(files)
}

/// All values, or every problem on a line of its own: a new family is often wrong in one way many
/// times.
fn all_or_problems<T>(
    results: impl IntoIterator<Item = Result<T, String>>,
) -> Result<Vec<T>, String> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems.join("\n")) }
}

/// The text of every vector by its file.
fn generate() -> Result<BTreeMap<PathBuf, String>, String> {
    let vectors = families::all();
    let mut results: BTreeMap<&str, Outcome> = BTreeMap::new();
    for vector in &vectors {
        if results.insert(&vector.id, vector.outcome()).is_some() {
            return Err(format!("two vectors have the id {}", vector.id));
        }
    }
    let cited = vectors.iter().map(|vector| Ok((vector.id.as_str(), vector.citation()?)));
    let cited = all_or_problems(cited)?;
    let (reference, literal) = ("relaycorp-veraid-3.1.2.json", "python-draft.json");
    authority::check(&cited, &exceptions(reference)?, &exceptions(literal)?)?;
    let mut files = BTreeMap::new();
    let mut problems = Vec::new();
    for (vector, (_, citation)) in vectors.iter().zip(&cited) {
        match (&vector.derived_from, vector.outcome()) {
            (Some(parent), _) if results.get(parent.as_str()) != Some(&Outcome::Valid) => {
                problems.push(format!("{} derives from {parent}, which is not valid", vector.id));
            }
            (None, Outcome::Malformed | Outcome::Invalid) => {
                problems.push(format!("{} has no parent vector", vector.id));
            }
            _ => {}
        }
        if files.insert(vector.path()?, vector.to_json(citation).to_string()).is_some() {
            problems.push(format!("another vector has the same file as {}", vector.id));
        }
    }
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    files.insert(MATRIX.into(), matrix::text(&vectors, &cited)?);
    Ok(files)
}
