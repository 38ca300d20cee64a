//! `kliento demo`: its output agrees with that of other commands on its files.

use std::fs;

#[cfg(unix)]
use crate::key::mode;
use crate::support::{Folder, Run, kliento_in};

fn demo(folder: &Folder) -> Run {
    let run = kliento_in(folder, &["demo"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    run
}

#[test]
fn shows_one_verdict_and_three_rejections() {
    let run = demo(&Folder::new("demo-shows"));
    let verdicts: Vec<&str> = run
        .stdout
        .lines()
        .map(str::trim)
        .filter(|line| ["VALID", "INVALID"].contains(line) || line.starts_with("error["))
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(
        verdicts,
        [
            "VALID",
            "INVALID",
            "error[KL3002]",
            "INVALID",
            "error[KL2402]",
            "INVALID",
            "error[KL2316]"
        ]
    );
    assert!(run.stdout.contains("subject       alice@example.test\n"));
    assert!(run.stdout.contains("└─ signature: token of alice@example.test\n"));
    for broken in ["✗ audience of the token\n", "✗ signature\n", "✗ signed data (CMS)\n"] {
        let chain = "zone . ─ zone test. ─ zone example.test. ─ organisation certificate";
        assert!(run.stdout.contains(&format!("{chain} ─ {broken}")), "{broken}");
    }
}

#[test]
fn its_commands_have_the_documented_results() {
    let folder = Folder::new("demo-commands");
    let run = demo(&folder);
    let commands: Vec<Vec<&str>> = run
        .stdout
        .lines()
        .filter(|line| line.contains("--trust-anchors"))
        .map(|line| line.split_whitespace().skip(1).collect())
        .collect();
    assert_eq!(commands.len(), 3);
    for command in &commands {
        let run = kliento_in(&folder, command);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{command:?}");
    }
    // The last command signs another token for the same server.
    let signed = kliento_in(&folder, &commands[2]).stdout;
    fs::write(folder.path("bob.header"), signed).unwrap();
    let verify = [
        "token",
        "verify",
        "bob.header",
        "--audience",
        "https://api.example.com",
        "--trust-anchors",
        "kliento-demo/trust-anchors.ds",
    ];
    assert!(kliento_in(&folder, &verify).stdout.contains("subject       bob@example.test\n"));
    // Without the throw-away root the token is invalid.
    assert_eq!(kliento_in(&folder, &verify[..5]).code, 11);
}

#[test]
fn a_second_run_leaves_the_first_alone() {
    let folder = Folder::new("demo-twice");
    demo(&folder);
    let token = fs::read(folder.path("kliento-demo/token.header")).unwrap();
    let run = demo(&folder);
    assert!(run.stdout.contains("kliento-demo-2/token.header"));
    assert_eq!(fs::read(folder.path("kliento-demo/token.header")).unwrap(), token);
    assert_ne!(fs::read(folder.path("kliento-demo-2/token.header")).unwrap(), token);
    let run = kliento_in(&folder, &["demo", "--out", "kliento-demo"]);
    assert_eq!(run.code, 2);
    let expected = "error: the folder exists; choose another with --out, or remove it\n";
    assert!(run.stderr.starts_with(expected), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn key_and_token_are_for_their_owner_alone() {
    let folder = Folder::new("demo-key");
    demo(&folder);
    for secret in ["organisation.key.pem", "token.header"] {
        assert_eq!(mode(&folder.path(&format!("kliento-demo/{secret}"))), 0o600, "{secret}");
    }
}

#[cfg(unix)]
#[test]
fn its_commands_can_be_copied_whatever_the_folder_is_called() {
    use std::process::Command;

    let folder = Folder::new("demo-shell");
    for name in ["it's $(touch broken); `touch broken` \"here\"", "-rf"] {
        let run = kliento_in(&folder, &["demo", &format!("--out={name}")]).ok();
        let commands: Vec<&str> =
            run.stdout.lines().filter(|line| line.contains("--trust-anchors")).collect();
        assert_eq!(commands.len(), 3);
        for command in commands {
            let mut shell = Command::new("sh");
            shell.args(["-c", command]).current_dir(folder.path(""));
            let output = shell.output().unwrap();
            assert!(output.status.success(), "{command}: {output:?}");
        }
        assert_eq!(folder.names(), [name]);
        fs::remove_dir_all(folder.path(name)).unwrap();
    }
    let run = kliento_in(&folder, &["demo", "--out", "a\u{1b}[31m"]).ok();
    assert!(!run.stdout.contains('\u{1b}'), "{:?}", run.stdout);
}
