//! The handling of standard output.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

fn explain_into(stdout: Stdio) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kliento"))
        .arg("explain")
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .output()
        .expect("the binary runs");
    let stderr = String::from_utf8(output.stderr).expect("standard error is UTF-8");
    (output.status.code().expect("the binary ends by itself"), stderr)
}

#[test]
fn a_reader_that_went_away_changes_no_verdict() {
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    drop(reader);
    assert_eq!(explain_into(writer.into()), (0, String::new()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_standard_output_that_cannot_be_written_is_an_internal_error() {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("/dev/full is there");
    let (code, stderr) = explain_into(full.into());
    assert_eq!(code, 1);
    assert!(stderr.starts_with("error: standard output cannot be written: "), "{stderr}");
}

#[test]
fn the_committed_example_verifies() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let run = crate::support::kliento(&[
        "token",
        "verify",
        &format!("{examples}/token.header"),
        "--audience",
        "https://api.example.com",
        "--at",
        "2026-11-22T05:25:42Z",
        "--trust-anchors",
        &format!("{examples}/trust-anchors.ds"),
    ]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.starts_with("VALID\n  subject       alice@example.com\n"));
}
