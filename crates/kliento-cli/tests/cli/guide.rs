//! The commands of docs/your-domain.md, in their order, without a domain.

use std::fs;

use crate::support::{Folder, kliento_in};

const GUIDE: &str = include_str!("../../../../docs/your-domain.md");

/// Splits a command into words as a shell would, with as much syntax as the guide uses: quotes and
/// the contents of a file.
fn words(command: &str, folder: &Folder) -> Vec<String> {
    let record = fs::read_to_string(folder.path("record.txt")).unwrap_or_default();
    let mut words = Vec::new();
    for (index, part) in command.split('"').enumerate() {
        match (index % 2, part) {
            (1, "$(cat record.txt)") => words.push(record.trim_end().to_owned()),
            (1, other) => panic!("the guide quotes {other:?}"),
            _ => words.extend(part.split_whitespace().map(str::to_owned)),
        }
    }
    words
}

#[test]
fn every_command_of_the_guide_works_without_a_domain() {
    let folder = Folder::new("guide");
    let mut run = Vec::new();
    for command in GUIDE.lines().filter_map(|line| line.strip_prefix("$ ")) {
        if let Some(files) = command.strip_prefix("cp ") {
            let (from, to) = files.split_once(' ').unwrap();
            fs::copy(folder.path(from), folder.path(to)).unwrap();
            continue;
        }
        let (command, output) = command.split_once(" > ").unwrap_or((command, ""));
        let mut arguments = words(command, &folder);
        assert_eq!(arguments.remove(0), "kliento", "{command}");
        // Commands that need a domain have their own tests, against real servers.
        if arguments.starts_with(&["chain".into(), "fetch".into()]) {
            continue;
        }
        let verb = format!("{} {}", arguments[0], arguments[1]);
        let trusts = ["chain show", "token sign", "token verify", "token inspect", "member bundle"];
        if trusts.contains(&verb.as_str()) {
            arguments.extend(["--trust-anchors".into(), "dev/trust-anchors.ds".into()]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let result = kliento_in(&folder, &arguments);
        assert_eq!((result.code, result.stderr.as_str()), (0, ""), "{command}");
        if !output.is_empty() {
            fs::write(folder.path(output), &result.stdout).unwrap();
        }
        run.push(verb);
    }
    assert_eq!(run.iter().filter(|verb| *verb == "token verify").count(), 2);
    let alice = kliento_in(
        &folder,
        &[
            "token",
            "verify",
            "alice.header",
            "--audience",
            "https://api.example.org",
            "--trust-anchors",
            "dev/trust-anchors.ds",
        ],
    );
    assert!(alice.stdout.contains("subject       alice@example.com\n"));
}

#[test]
fn the_guide_shows_verdicts_as_they_are_printed() {
    // The guide's sample leaves out the times; its lines are the program's own.
    let folder = Folder::new("guide-verdict");
    assert_eq!(kliento_in(&folder, &["demo"]).code, 0);
    let verified = kliento_in(
        &folder,
        &[
            "token",
            "verify",
            "kliento-demo/token.header",
            "--audience",
            "https://api.example.com",
            "--trust-anchors",
            "kliento-demo/trust-anchors.ds",
        ],
    );
    let labels = |text: &str| -> Vec<String> {
        let label = |line: &str| line.get(2..16).map(|label| label.trim().to_owned());
        text.lines().filter(|line| line.starts_with("  ")).filter_map(label).collect()
    };
    let sample = GUIDE.split("VALID\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(labels(sample), labels(&verified.stdout)[..7]);
}
