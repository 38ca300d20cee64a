//! `kliento conformance`, with real vectors and with conforming and misbehaving implementations.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Folder, kliento, kliento_with};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-vectors");
const OURSELVES: &str = concat!(env!("CARGO_BIN_EXE_kliento"), " conformance answer");

/// A folder with one valid and one invalid vector.
fn two_vectors(test: &str) -> Folder {
    let folder = Folder::new(test);
    for name in ["token/member-veraid.json", "token/trailing-slash.json"] {
        let from = Path::new(VECTORS).join(name);
        let to = folder.path(from.file_name().unwrap().to_str().unwrap());
        fs::copy(&from, to).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    folder
}

/// A script that acts as an implementation.
fn script(folder: &Folder, text: &str) -> String {
    format!("sh '{}'", folder.file("implementation.sh", text))
}

const VALID: &str = "token::valid::member-veraid";
const INVALID: &str = "token::audience::trailing-slash";

#[test]
fn our_implementation_conforms_with_both_providers() {
    for provider in ["aws-lc-rs", "rust-crypto"] {
        let run =
            kliento(&["conformance", "run", VECTORS, "--provider", provider, "--output", "json"]);
        let report = run.json();
        assert_eq!(run.code, 0, "{}", report["all"]);
        assert_eq!(report["schema"], "kliento.conformance/v1");
        assert_eq!(report["all"]["vectors"], report["all"]["passed"]);
        assert!(report["all"]["vectors"].as_u64() > Some(1300), "{}", report["all"]);
        assert_eq!((&report["all"]["excused"], &report["all"]["failed"]), (&json!(0), &json!(0)));
        assert_eq!(report["implementation"], format!("kliento 0.1.0 ({provider})"));
    }
}

#[test]
fn a_process_that_conforms_passes_line_by_line_and_one_shot() {
    let folder = two_vectors("conformance-process");
    let folder = folder.path("");
    for more in [&["--timeout", "20"][..], &["--one-shot"]] {
        let arguments = ["conformance", "run", &folder, "--implementation", OURSELVES];
        let run = kliento(&[&arguments, more].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
        let table = run.stdout.lines().skip(2).collect::<Vec<_>>().join("\n");
        assert_eq!(
            table,
            "area   vectors    valid   passed  excused   failed
token        2        1        2        0        0
all          2        1        2        0        0"
        );
    }
}

#[test]
fn the_report_shows_where_an_implementation_that_accepts_everything_fails() {
    let folder = two_vectors("conformance-accepts");
    let command = script(
        &folder,
        r#"while read -r line; do id=${line#*\"id\":\"}; echo "{\"id\":\"${id%%\"*}\",\"result\":\"valid\",\"subject\":\"alice@example.com\",\"claims\":{}}"; done"#,
    );
    let (vectors, report) = (folder.path(""), folder.path("report.out"));
    let run = kliento(&[
        "conformance",
        "run",
        &vectors,
        "--implementation",
        &command,
        "--report",
        &report,
    ]);
    assert_eq!((run.code, run.stderr.as_str()), (11, ""));
    let failed = format!("FAILED {INVALID}\n  result is valid, not invalid\n");
    assert!(run.stdout.contains(&failed), "{}", run.stdout);
    let report: Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(
        report["all"],
        json!({"vectors": 2, "valid": 1, "passed": 1, "excused": 0, "failed": 1})
    );
    let entry = report["vectors"].as_array().unwrap().iter().find(|e| e["id"] == INVALID).unwrap();
    assert_eq!(
        *entry,
        json!({"id": INVALID, "verdict": "failed", "expected": "invalid", "found": "valid",
            "differences": ["result is valid, not invalid"]})
    );
}

#[test]
fn known_differences_are_excused_and_unused_exceptions_are_reported() {
    let folder = two_vectors("conformance-excused");
    let command = script(
        &folder,
        r#"while read -r line; do id=${line#*\"id\":\"}; echo "{\"id\":\"${id%%\"*}\",\"result\":\"unsupported\",\"message\":\"no\"}"; done"#,
    );
    let exceptions = |globs: Value| {
        let text = json!({"implementation": "nothing 1.0", "exceptions":
            [{"vectors": globs, "found": "unsupported", "reason": "it does nothing"}]});
        folder.file("exceptions.txt", text.to_string())
    };
    let (vectors, file) = (folder.path(""), exceptions(json!(["token::*"])));
    let arguments =
        ["conformance", "run", &vectors, "--implementation", &command, "--exceptions", &file];
    let run = kliento(&arguments);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.starts_with("nothing 1.0\n"), "{}", run.stdout);

    exceptions(json!([VALID, "bundle::*"]));
    let run = kliento(&arguments);
    assert_eq!(run.code, 11);
    assert!(
        run.stdout
            .contains(&format!("FAILED {INVALID}\n  result is unsupported, not invalid: no\n"))
    );
    assert!(
        run.stdout.contains("UNUSED exception bundle::*: no vector differs in this way; remove it")
    );
}

#[test]
fn implementations_that_end_hang_or_write_nonsense_have_no_answer_and_the_run_goes_on() {
    let folder = two_vectors("conformance-faults");
    let vectors = folder.path("");
    for (text, fault) in [
        ("read -r line; exit 3", "the implementation ended before it answered"),
        ("exec sleep 60", "the implementation took longer than 1 s"),
        ("while read -r line; do echo nonsense; done", "the answer is not a JSON object"),
        (
            "while read -r line; do echo '{\"id\":\"a\",\"result\":\"valid\"}'; done",
            "the answer is for \"a\"",
        ),
    ] {
        let command = script(&folder, text);
        let run = kliento(&[
            "conformance",
            "run",
            &vectors,
            "--implementation",
            &command,
            "--timeout",
            "1",
        ]);
        assert_eq!(run.code, 11, "{text}");
        assert_eq!(run.stdout.matches(fault).count(), 2, "{text}: {}", run.stdout);
    }
}

#[test]
fn an_implementation_that_never_answers_is_given_up() {
    let folder = Folder::new("conformance-gives-up");
    let command = script(&folder, "read -r line; echo started >> \"$0.log\"; exit 3");
    let run = kliento(&[
        "conformance",
        "run",
        VECTORS,
        "--only",
        "header::*",
        "--implementation",
        &command,
    ]);
    assert_eq!(run.code, 11);
    let told = "not asked: no answer to 5 questions in a row";
    assert!(run.stdout.contains(told), "{}", run.stdout);
    let starts = fs::read_to_string(folder.path("implementation.sh.log")).unwrap();
    assert_eq!(starts.lines().count(), 5);
}

#[test]
fn wrong_arguments_are_reported_and_nothing_is_run() {
    let folder = Folder::new("conformance-usage");
    let empty = folder.path("");
    let run = |more: &[&str]| kliento(&[&["conformance", "run"], more].concat());
    run(&[&empty]).rejected(2, &["there are no vectors in this folder"]);
    run(&[VECTORS, "--only", "nothing::*"]).rejected(2, &["no vector matches --only"]);
    run(&[VECTORS, "--implementation", "it's"]).rejected(2, &["a quote that is not closed"]);
    run(&[VECTORS, "--implementation", "./is-not-there"])
        .rejected(2, &["--implementation: the implementation cannot be started: ./is-not-there"]);
    let vector = fs::read(Path::new(VECTORS).join("token/member-veraid.json")).unwrap();
    let (first, second) = (folder.file("a.json", &vector), folder.file("b.json", &vector));
    run(&[&empty]).rejected(2, &["b.json", "token::valid::member-veraid is also the id of"]);
    fs::remove_file(first).and_then(|()| fs::remove_file(second)).unwrap();
    folder.file("other.json", "{}");
    run(&[&empty]).rejected(2, &["other.json", "missing field"]);
}

#[test]
fn answers_one_question_a_line() {
    let file = Path::new(VECTORS).join("token/member-veraid.json");
    let mut vector: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let members = vector.as_object_mut().unwrap();
    for name in ["schema", "description", "authority", "spec", "derived_from", "profile", "expect"]
    {
        members.remove(name).unwrap();
    }
    let without_protocol = json!(members);
    members.insert("protocol".into(), json!(1));
    let of_protocol_1 = json!(members);
    members.insert("protocol".into(), json!(2));
    let questions = format!("{vector}\n\n{without_protocol}\n{of_protocol_1}\n{{\"id\":\"x\"}}\n");
    let run = kliento_with(&["conformance", "answer"], questions.as_bytes()).ok();
    let answers: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [first, refused @ .., last] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((&first["id"], &first["result"]), (&json!(VALID), &json!("valid")));
    assert_eq!(first["subject"], "alice@example.com");
    for (answer, reason) in
        refused.iter().zip(["missing field `protocol`", "`protocol` is 1, not 2"])
    {
        assert_eq!((&answer["id"], &answer["result"]), (&json!(VALID), &json!("unsupported")));
        assert!(answer["message"].as_str().unwrap().contains(reason), "{answer}");
    }
    assert_eq!(refused.len(), 2);
    assert_eq!((&last["id"], &last["result"]), (&json!("x"), &json!("unsupported")));
}
