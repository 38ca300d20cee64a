//! The workspace, as Cargo describes it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The crates of the workspace, each with those of them that it depends on.
pub(crate) type Crates = BTreeMap<String, BTreeSet<String>>;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map_or(own.clone(), PathBuf::from)
}

/// The output of `cargo metadata`: the workspace and, unless the arguments say otherwise, all of
/// its dependencies.
pub(crate) fn metadata(arguments: &[&str]) -> Result<Value, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(arguments)
        .current_dir(root())
        .output()
        .map_err(|error| format!("cargo metadata cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim_end().to_owned());
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata did not print JSON: {error}"))
}

/// The packages of the workspace.
pub(crate) fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    let list = |key: &str| metadata.get(key).and_then(Value::as_array).into_iter().flatten();
    let members: Vec<&Value> = list("workspace_members").collect();
    list("packages")
        .filter(move |package| package.get("id").is_some_and(|id| members.contains(&id)))
}

/// Dependencies by the manifests, those of tests and build scripts aside.
pub(crate) fn dependencies(metadata: &Value) -> Crates {
    fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
        value.get(key).and_then(Value::as_str)
    }
    let names: BTreeSet<&str> =
        packages(metadata).filter_map(|package| text(package, "name")).collect();
    packages(metadata)
        .filter_map(|package| {
            let dependencies = package.get("dependencies")?.as_array()?.iter();
            let dependencies = dependencies
                .filter(|dependency| dependency.get("kind").is_some_and(Value::is_null))
                .filter_map(|dependency| text(dependency, "name"))
                .filter(|dependency| names.contains(dependency))
                .map(str::to_owned)
                .collect();
            Some((text(package, "name")?.to_owned(), dependencies))
        })
        .collect()
}
