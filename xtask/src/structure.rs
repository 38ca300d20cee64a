//! `cargo xtask structure`: the imports between the files of each crate, and the circles in them.
//!
//! Files on a circle can only be understood, tested and moved together. A circle is an error unless
//! it is in the list of [`known::KNOWN`] ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

mod circles;
mod known;
mod module_tree;
mod scanner;
#[cfg(test)]
mod tests;

use circles::circles;
use known::{KNOWN, Known};
use module_tree::{Imports, ModuleTree};

use crate::workspace;

/// Reads the sources of all crates and prints their figures.
///
/// # Errors
///
/// Circles that are not known, known ones that are gone, and sources that cannot be read.
pub(crate) fn run() -> Result<(), String> {
    let metadata = workspace::metadata(&["--no-deps"])?;
    let mut crates = Vec::new();
    for package in workspace::packages(&metadata) {
        let read = |path: &Path| std::fs::read_to_string(path).ok();
        crates.push(Structure::of_package(package, &read)?);
    }
    print!("{}", table(&crates));
    let mut problems = problems(&crates, KNOWN);
    let edges = workspace::dependencies(&metadata);
    let edges =
        edges.iter().flat_map(|(from, all)| all.iter().map(move |to| (from.clone(), to.clone())));
    let between = circles(&edges.collect());
    problems.extend(
        between.iter().map(|circle| format!("crates depend on each other: {}", list(circle))),
    );
    println!("between crates: {} circles", between.len());
    for problem in &problems {
        eprintln!("{problem}");
    }
    if problems.is_empty() { Ok(()) } else { Err(format!("{} problems", problems.len())) }
}

/// The figures of one crate.
#[derive(Debug)]
struct Structure {
    package: String,
    /// The folder from which files are named.
    folder: PathBuf,
    tree: ModuleTree,
    imports: Imports,
    circles: BTreeSet<BTreeSet<String>>,
}

impl Structure {
    /// Reads the library and the binaries of a package, as Cargo describes it.
    fn of_package(
        package: &Value,
        read: &impl Fn(&Path) -> Option<String>,
    ) -> Result<Self, String> {
        let text = |value: &Value, key: &str| {
            value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let mut roots = Vec::new();
        for target in package.get("targets").and_then(Value::as_array).into_iter().flatten() {
            let kinds = target.get("kind").and_then(Value::as_array);
            let is = |kind: &str| kinds.is_some_and(|all| all.iter().any(|k| k == kind));
            let name = text(target, "name");
            if is("lib") || is("proc-macro") {
                roots.push((name.replace('-', "_"), text(target, "src_path")));
            } else if is("bin") {
                // No path can begin with this, so nothing leads into a binary.
                roots.push((format!("bin {name}"), text(target, "src_path")));
            }
        }
        let folder = Path::new(&text(package, "manifest_path")).with_file_name("src");
        Self::read(&text(package, "name"), folder, &roots, read)
    }

    fn read(
        package: &str,
        folder: PathBuf,
        roots: &[(String, String)],
        read: &impl Fn(&Path) -> Option<String>,
    ) -> Result<Self, String> {
        let mut tree = ModuleTree::default();
        for (name, root) in roots {
            tree.add(name, Path::new(root), read)?;
        }
        let imports = tree.imports();
        let circles = circles(&imports.keys().cloned().collect());
        let names = |circle: &BTreeSet<PathBuf>| {
            circle.iter().map(|file| file_name(&folder, file)).collect()
        };
        let circles = circles.iter().map(names).collect();
        Ok(Self { package: package.to_owned(), folder, tree, imports, circles })
    }

    /// The imports between the files of a circle.
    fn within(&self, circle: &BTreeSet<String>) -> String {
        let mut lines = String::new();
        for ((from, to), names) in &self.imports {
            let [from, to] = [from, to].map(|file| file_name(&self.folder, file));
            if circle.contains(&from) && circle.contains(&to) {
                let _ = write!(lines, "\n  {from} -> {to}: {}", list(names));
            }
        }
        lines
    }
}

fn file_name(folder: &Path, file: &Path) -> String {
    file.strip_prefix(folder).unwrap_or(file).display().to_string()
}

fn list(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn table(crates: &[Structure]) -> String {
    let mut text =
        format!("{:24} {:>5} {:>6} {:>7} {:>7}\n", "crate", "files", "lines", "imports", "circles");
    for Structure { package, tree, imports, circles, .. } in crates {
        let (files, lines) = (tree.files.len(), tree.files.values().sum::<usize>());
        let (imports, circles) = (imports.len(), circles.len());
        let _ = writeln!(text, "{package:24} {files:>5} {lines:>6} {imports:>7} {circles:>7}");
    }
    text
}

/// Circles that are not known, and known ones that are not there.
fn problems(crates: &[Structure], known: &[Known]) -> Vec<String> {
    let mut left: BTreeMap<(&str, BTreeSet<String>), &str> = known
        .iter()
        .map(|Known { package, files, reason }| {
            ((*package, files.iter().map(|file| (*file).to_owned()).collect()), *reason)
        })
        .collect();
    let mut problems = Vec::new();
    for krate in crates {
        for circle in &krate.circles {
            if left.remove(&(krate.package.as_str(), circle.clone())).is_none() {
                let Structure { package, .. } = krate;
                let files: Vec<&String> = circle.iter().collect();
                problems.push(format!(
                    "{package}: a circle of files:{}\nTo keep it, add this to KNOWN with a reason: \
                     Known {{ package: {package:?}, files: &{files:?}, reason: \"\" }}",
                    krate.within(circle)
                ));
            }
        }
    }
    problems.extend(left.iter().map(|((package, circle), reason)| {
        format!(
            "{package}: no circle of just these files, remove it from KNOWN: {} ({reason})",
            list(circle)
        )
    }));
    problems
}
