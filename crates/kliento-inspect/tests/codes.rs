//! Codes of the explanations against those that test vectors expect.

use std::collections::BTreeSet;
use std::path::Path;

use kliento_inspect::{Explanation, explanations};
use serde_json::Value;

/// The first code that is not about verifying.
const FETCHING: u16 = 4000;

/// Codes of rejected input that no vector can have, each with its reason.
const WITHOUT_VECTOR: &[(u16, &str)] =
    &[(3050, "takes a server's policy on signers, which vectors do not state")];

#[test]
fn codes_ascend_and_each_is_explained() {
    let codes: Vec<_> = explanations().map(|explanation| explanation.code).collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    for Explanation { code, title, meaning, fix, .. } in explanations() {
        assert!(!title.is_empty() && !meaning.is_empty() && !fix.is_empty(), "{code}");
    }
}

/// The codes that test vectors expect.
fn codes_of_vectors() -> BTreeSet<u16> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors");
    let folders = root.read_dir().expect("there are vectors");
    let folders = folders.map(|entry| entry.expect("folders can be read").path());
    let mut codes = BTreeSet::new();
    for folder in folders.filter(|path| path.is_dir()) {
        for entry in folder.read_dir().expect("folders can be read") {
            let path = entry.expect("files can be read").path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("vectors are text");
            let vector: Value = serde_json::from_str(&text).expect("vectors are JSON");
            let code = vector.pointer("/expect/code").and_then(Value::as_str);
            codes.extend(code.map(|code| {
                code.strip_prefix("KL").and_then(|number| number.parse::<u16>().ok()).expect(code)
            }));
        }
    }
    codes
}

#[test]
fn every_code_of_verifying_occurs_in_a_vector_and_every_vector_s_code_is_explained() {
    let occur = codes_of_vectors();
    let explained: BTreeSet<u16> = explanations()
        .map(|explanation| explanation.code)
        .filter(|&code| code < FETCHING)
        .collect();
    let beyond = |some: &BTreeSet<u16>, others: &BTreeSet<u16>| -> Vec<u16> {
        some.difference(others).copied().collect()
    };
    assert_eq!(beyond(&occur, &explained), Vec::<u16>::new());
    let without: Vec<u16> = WITHOUT_VECTOR.iter().map(|(code, _)| *code).collect();
    assert_eq!(beyond(&explained, &occur), without);
}
