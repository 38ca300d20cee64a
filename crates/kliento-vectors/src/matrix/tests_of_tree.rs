//! The names of the tests in the tree.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The name of every function below `folder` that is marked as a test.
pub(super) fn names_of_tests(folder: &Path) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    collect(folder, &mut names)?;
    Ok(names)
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            collect(&path, names)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(names_in(&fs::read_to_string(&path).map_err(fail)?));
        }
    }
    Ok(())
}

/// Functions that follow `#[test]` or `#[….test]`, with nothing but attributes and comments
/// between.
fn names_in(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if let Some(attribute) = line.strip_prefix("#[") {
            let path = attribute.split(['(', ']']).next().unwrap_or_default();
            is_test |= path.rsplit("::").next() == Some("test");
            continue;
        }
        if line.starts_with("//") || line.is_empty() {
            continue;
        }
        let function = line.split_once("fn ").map(|(_, rest)| rest);
        let name = function.and_then(|rest| rest.split(['(', '<']).next());
        if let (true, Some(name)) = (is_test, name) {
            names.push(name.to_owned());
        }
        is_test = false;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_functions_marked_as_tests_are_tests() {
        let source = "#[test]\nfn a() {}\nfn b() {}\n#[tokio::test(flavor = \"x\")]\n#[ignore]\n// why\nasync fn c() {}\n\
            #[cfg(test)]\nmod tests {}\n#[test]\nfn d(\n";
        assert_eq!(names_in(source), ["a", "c", "d"]);
    }
}
