//! The files of test-vectors/ conform to its README and schema.json.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kliento_conformance::discover;
use serde_json::Value;

mod schema;

/// Every vector with its file, relative to test-vectors/.
fn vectors() -> Vec<(PathBuf, Value)> {
    let root = root();
    let found = discover(&root).unwrap_or_else(|error| panic!("{error}"));
    let read =
        |(file, _): (PathBuf, _)| (file.strip_prefix(&root).unwrap().to_owned(), json(&file));
    found.into_iter().map(read).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors")
}

fn json(file: &Path) -> Value {
    let text = std::fs::read_to_string(file).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn every_vector_is_of_the_form_that_the_schema_describes() {
    let schema = json(&root().join("schema.json"));
    let wrong: Vec<String> = vectors()
        .iter()
        .filter_map(|(file, vector)| {
            let problem = schema::check(&schema, vector).err()?;
            Some(format!("{}: {problem}", file.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_schema_rejects_invalid_vectors() {
    let schema = json(&root().join("schema.json"));
    let vector = json(&root().join("token/member-veraid.json"));
    assert_eq!(schema::check(&schema, &vector), Ok(()));
    let changes: [(&str, &str, Value); 15] = [
        ("an unknown member", "/more", Value::Null),
        ("an id of two parts", "/id", "a::b".into()),
        ("an empty description", "/description", "".into()),
        ("another operation", "/operation", "verify".into()),
        ("an instant with a fraction", "/at", "2026-11-22T12:00:00.5Z".into()),
        ("no anchor", "/trust_anchors", Value::Array(vec![])),
        ("an anchor of another zone", "/trust_anchors/0", "com. IN DS 1 13 2 00".into()),
        ("Base64 without padding", "/input", "AAA".into()),
        ("the name of a chain", "/name", "example.".into()),
        ("a leeway below 0", "/leeway", Value::from(-1)),
        ("the form before this one", "/schema", "kliento.vector/v1".into()),
        ("an unknown authority", "/authority", "ietf".into()),
        ("the document of another authority", "/authority", "rfc".into()),
        ("the draft under VeraId", "/authority", "draft".into()),
        ("a fact by its former name", "/expect/signed_by", "member".into()),
    ];
    for (what, place, value) in changes {
        let mut changed = vector.clone();
        match changed.pointer_mut(place) {
            Some(member) => *member = value,
            None => {
                let (parent, member) = place.rsplit_once('/').unwrap();
                changed.pointer_mut(parent).unwrap()[member] = value;
            }
        }
        assert!(schema::check(&schema, &changed).is_err(), "{what} passes");
    }
    let members = [
        "schema",
        "id",
        "description",
        "authority",
        "spec",
        "derived_from",
        "at",
        "audience",
        "input",
        "expect",
    ];
    for member in members {
        let mut changed = vector.clone();
        changed.as_object_mut().unwrap().remove(member).unwrap();
        assert!(schema::check(&schema, &changed).is_err(), "a vector without {member} passes");
    }
}

#[test]
fn ids_are_unique_and_derived_vectors_differ_from_a_valid_vector_of_their_kind() {
    let vectors = vectors();
    let mut by_id: BTreeMap<&str, &Value> = BTreeMap::new();
    for (file, vector) in &vectors {
        let id = vector["id"].as_str().unwrap();
        assert!(
            by_id.insert(id, vector).is_none(),
            "{id} is the id of two, one {}",
            file.display()
        );
    }
    for (file, vector) in &vectors {
        let file = file.display();
        let Some(parent) = vector["derived_from"].as_str() else {
            // A recorded vector keeps its result, valid or not.
            let is_recorded = vector.get("origin").is_some();
            let is_valid = vector["expect"]["result"] == "valid";
            assert!(is_recorded || is_valid, "{file} derives from nothing");
            continue;
        };
        let Some(parent) = by_id.get(parent) else {
            panic!("{file} derives from {parent}, which does not exist");
        };
        assert_eq!(parent["expect"]["result"], "valid", "{file} derives from one that is refused");
        for member in ["operation", "profile"] {
            assert_eq!(parent[member], vector[member], "{file} derives from another {member}");
        }
    }
}
