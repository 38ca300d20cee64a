//! `cargo xtask tidy`: checks that neither compiler nor linter makes.

use std::path::{Path, PathBuf};

use serde_json::Value;

mod architecture;
mod prose;
mod words;

use crate::workspace;

/// The maximum length of a source file, in lines, beyond which it has more than one idea; tables
/// and generated text are exempt.
const MAX_LINES: usize = 700;

/// Folders with files that people do not write: build output, installed packages, vectors, and the
/// output of fuzzing.
const NOT_WRITTEN: [&str; 6] =
    ["target", "node_modules", ".git", "test-vectors", "corpus", "artifacts"];

/// Runs every check and reports all failures.
pub(crate) fn run() -> Result<(), String> {
    let root = workspace::root();
    let mut problems = Vec::new();
    let metadata = workspace::metadata(&[])?;
    check_msrv(&metadata, &mut problems)?;
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md"))
        .map_err(|error| format!("ARCHITECTURE.md: {error}"))?;
    architecture::check(&text, &metadata, &mut problems);
    architecture::check_invariants(&text, &mut problems);
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    for file in &files {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let name = file.strip_prefix(&root).unwrap_or(file).display().to_string();
        check_text(&name, &text, &mut problems);
        prose::check(&name, &text, &mut problems);
        words::check(&name, &text, &mut problems);
        if name.ends_with(".md") {
            check_links(file, &text, &name, &mut problems);
        }
    }
    words::check_allowed(&root, &mut problems);
    if problems.is_empty() {
        println!("tidy: {} files", files.len());
        return Ok(());
    }
    for problem in &problems {
        eprintln!("{problem}");
    }
    Err(format!("{} problems", problems.len()))
}

/// Rejects dependencies that ask for a newer Rust than this workspace promises. For our own code,
/// clippy's `incompatible_msrv` does that.
fn check_msrv(metadata: &Value, problems: &mut Vec<String>) -> Result<(), String> {
    let packages = metadata.get("packages").and_then(Value::as_array).ok_or("no packages")?;
    let version_of = |package: &Value| {
        let text = package.get("rust_version")?.as_str()?;
        let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
        Some((parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0)))
    };
    let ours = packages
        .iter()
        .find(|package| package.get("name").and_then(Value::as_str) == Some("kliento"))
        .and_then(version_of)
        .ok_or("the crate kliento has no rust-version")?;
    for package in packages {
        let name = package.get("name").and_then(Value::as_str).unwrap_or("?");
        match version_of(package) {
            Some(version) if version > ours => {
                problems.push(format!(
                    "{name} needs Rust {version:?}, this workspace supports {ours:?}"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_text(name: &str, text: &str, problems: &mut Vec<String>) {
    // Written apart, so that this file does not find itself.
    let unfinished = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["X", "XX"].concat()];
    let is_source = name.ends_with(".rs") || name.ends_with(".md") || name.ends_with(".mjs");
    for (number, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", number.saturating_add(1));
        if is_source && unfinished.iter().any(|word| line.contains(word.as_str())) {
            problems.push(format!("{place}: unfinished work belongs in an issue"));
        }
        if line.ends_with(' ') && is_source {
            problems.push(format!("{place}: trailing white space"));
        }
    }
    if name.ends_with(".rs") && text.lines().count() > MAX_LINES {
        problems.push(format!("{name}: over {MAX_LINES} lines; split the file"));
    }
}

/// Links to files of this repository must lead somewhere.
fn check_links(file: &Path, text: &str, name: &str, problems: &mut Vec<String>) {
    let folder = file.parent().unwrap_or(file);
    for part in text.split("](").skip(1) {
        let target = part.split(')').next().unwrap_or_default();
        let path = target.split('#').next().unwrap_or_default();
        let is_local = !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:");
        if is_local && !folder.join(path).exists() {
            problems.push(format!("{name}: broken link to {target}"));
        }
    }
}

/// Files of the repository that people write.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !NOT_WRITTEN.contains(&name.as_str()) {
                collect(&path, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}
