//! Circles in small crates that are made up.

use std::collections::BTreeMap;

use super::*;

/// Reads a crate of these files, with its root in `lib.rs`.
fn read(files: &[(&str, &str)]) -> Structure {
    let files: BTreeMap<PathBuf, &str> =
        files.iter().map(|(name, text)| (Path::new("src").join(name), *text)).collect();
    let read = |path: &Path| files.get(path).map(|text| (*text).to_owned());
    let mut roots = vec![("own_lib".to_owned(), "src/lib.rs".to_owned())];
    if files.contains_key(Path::new("src/main.rs")) {
        roots.push(("bin own".to_owned(), "src/main.rs".to_owned()));
    }
    Structure::read("own", "src".into(), &roots, &read).unwrap()
}

fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    read(files).circles.iter().map(list).collect()
}

#[test]
fn there_is_no_circle_where_imports_go_one_way() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use a::A; pub use b::*;"),
        ("a.rs", "use crate::b::B; use crate::c; pub struct A(c::C);"),
        ("b.rs", "use super::c::C; pub struct B;"),
        ("c.rs", "use std::fmt; pub struct C; // crate::a::A\nconst D: &str = \"crate::a::A\";"),
    ];
    let found = read(&files);
    assert_eq!(found.circles, BTreeSet::new());
    assert_eq!((found.tree.files.len(), found.imports.len()), (4, 3));
    assert_eq!(problems(&[found], &[]), Vec::<String>::new());
}

#[test]
fn two_files_that_import_each_other_are_a_circle() {
    let lib = ("lib.rs", "mod a; mod b;");
    let (a, b) =
        ("pub struct A; fn c(_: crate::b::B) {}", "use crate::{a::{self, A}}; pub struct B;");
    assert_eq!(circles_of(&[lib, ("a.rs", a), ("b.rs", b)]), ["a.rs, b.rs"]);
    // Inline, by the name of a module.
    let b = "use super::a; pub struct B; fn d(_: a::A) {}";
    assert_eq!(circles_of(&[lib, ("a.rs", a), ("b.rs", b)]), ["a.rs, b.rs"]);
}

#[test]
fn three_files_in_a_ring_are_a_circle() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub fn a() {}"),
        ("b.rs", "pub struct B; impl B { fn c() { crate::c::c() } }"),
        ("c.rs", "pub fn c() { super::a::a() }"),
    ];
    assert_eq!(circles_of(&files), ["a.rs, b.rs, c.rs"]);
}

#[test]
fn parent_and_child_that_use_each_other_are_a_circle() {
    let child = ("a/b.rs", "use super::A; pub(super) struct B;");
    let lib = ("lib.rs", "mod a;");
    assert_eq!(circles_of(&[lib, ("a.rs", "mod b; pub struct A(b::B);"), child]), ["a.rs, a/b.rs"]);
    let private = ("a.rs", "mod b; use b::B; pub struct A;");
    assert_eq!(circles_of(&[lib, private, child]), ["a.rs, a/b.rs"]);
    let glob = ("a/b.rs", "use super::*; pub struct B(A);");
    assert_eq!(circles_of(&[lib, private, glob]), ["a.rs, a/b.rs"]);
    let used = ("a.rs", "mod b; pub use b::B; pub struct A(B);");
    assert_eq!(circles_of(&[lib, used, child]), ["a.rs, a/b.rs"]);
}

#[test]
fn a_parent_that_only_declares_and_re_exports_is_on_no_circle() {
    let lib = ("lib.rs", "mod a;");
    let child = ("a/b.rs", "use super::A; pub struct B;");
    assert!(circles_of(&[lib, ("a.rs", "mod b; pub use b::B; pub struct A;"), child]).is_empty());
    assert!(circles_of(&[lib, ("a.rs", "mod b; pub struct A;"), child]).is_empty());
}

#[test]
fn a_re_export_leads_to_the_file_that_defines_the_item() {
    let files = [
        ("lib.rs", "mod a; mod b; mod inner; pub use a::A; pub use inner::*;"),
        ("a.rs", "pub struct A; use crate::B;"),
        ("b.rs", "use crate::A as Other; pub struct B;"),
        ("inner.rs", "pub use super::b::B;"),
    ];
    assert_eq!(circles_of(&files), ["a.rs, b.rs"]);
}

#[test]
fn a_macro_leads_to_the_file_that_defines_it() {
    let files = [
        ("lib.rs", "#[macro_use] mod a; mod b;"),
        ("a.rs", "macro_rules! list { () => { $crate::b::B } }"),
        ("b.rs", "pub struct B; list!();"),
    ];
    assert_eq!(circles_of(&files), ["a.rs, b.rs"]);
}

#[test]
fn modules_for_tests_and_in_blocks_are_no_files() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub struct A; #[cfg(test)] mod tests; mod c { use crate::b::B; }"),
        ("b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }"),
        ("a/tests.rs", "use super::A;"),
    ];
    let found = read(&files);
    assert_eq!(found.circles, BTreeSet::new());
    assert_eq!((found.tree.files.len(), found.imports.len()), (3, 1));
}

#[test]
fn a_binary_uses_the_library_of_its_package() {
    let files = [
        ("lib.rs", "mod a; pub use a::A;"),
        ("a.rs", "pub struct A;"),
        ("main.rs", "use own_lib::A; mod b; fn main() { b::c() }"),
        ("b.rs", "pub fn c() { crate::main() }"),
    ];
    let found = read(&files);
    assert_eq!(found.circles.iter().map(list).collect::<Vec<_>>(), ["b.rs, main.rs"]);
    assert_eq!(found.imports.len(), 3);
}

#[test]
fn a_circle_is_a_problem_unless_it_is_known_with_just_its_files() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::a::A; pub struct B;"),
        ("c.rs", ""),
    ];
    let known = |files| Known { package: "own", files, reason: "it is small" };
    let circle = "own: a circle of files:\n  a.rs -> b.rs: B\n  b.rs -> a.rs: A\nTo keep it, add this to \
                  KNOWN with a reason: Known { package: \"own\", files: &[\"a.rs\", \"b.rs\"], reason: \"\" }";
    assert_eq!(problems(&[read(&files)], &[]), [circle]);
    assert!(problems(&[read(&files)], &[known(&["a.rs", "b.rs"])]).is_empty());
    let stale =
        "own: no circle of just these files, remove it from KNOWN: a.rs, b.rs, c.rs (it is small)";
    assert_eq!(problems(&[read(&files)], &[known(&["a.rs", "b.rs", "c.rs"])]), [circle, stale]);
}
