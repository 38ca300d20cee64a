//! Standard input: read once, for any one of the files that a command reads.

use crate::issuing::{AUDIENCE, Organisation};
use crate::support::{AT, Folder, kliento, kliento_with, read};

const REFUSAL: &str = "standard input can be read only once: give files for the others";

#[test]
fn no_command_reads_it_for_two_things() {
    let folder = Folder::new("stdin-twice");
    let out = folder.path("out");
    let signer = ["--audience", AUDIENCE, "--org", "example.com", "--out", &out];
    let sign = |files: &[&'static str]| [&["token", "sign"], &signer[..], files].concat();
    let anchors = ["--trust-anchors", "-"];
    let commands: Vec<Vec<&str>> = vec![
        sign(&["--key", "-", "--chain", "-"]),
        sign(&["--key", "-", "--passphrase-file", "-", "--chain", "none"]),
        sign(&["--key", "-", "--chain", "none", "--org-cert", "-"]),
        sign(&["--key", "-", "--member-bundle", "-"]),
        sign(&["--key", "none", "--chain", "-", "--trust-anchors", "-"]),
        vec!["token", "verify", "--audience", AUDIENCE, anchors[0], anchors[1]],
        vec!["token", "inspect", "-", anchors[0], anchors[1]],
        vec!["bundle", "sign", "--service", "1.2.3", "--member-bundle", "m", "--key", "-"],
        vec!["bundle", "verify", "--service", "1.2.3", anchors[0], anchors[1]],
        vec!["bundle", "verify", "-", "--service", "1.2.3", "--plaintext", "-"],
        vec!["bundle", "inspect", "none", "--plaintext", "-", anchors[0], anchors[1]],
        vec!["chain", "verify", "-", "--name", "a", "--type", "TXT", anchors[0], anchors[1]],
        vec!["chain", "show", anchors[0], anchors[1]],
        vec!["chain", "fetch", "a.test", "--out", &out, "--key", "-", anchors[0], anchors[1]],
        vec!["chain", "fetch", "a.test", "--out", &out, "--key", "-", "--passphrase-file", "-"],
        vec!["chain", "fetch", "a.test", "--out", &out, "--key", "-", "--tls-roots", "-"],
        vec!["zone", "record", "--org", "a.test", "--key", "-", "--passphrase-file", "-"],
        vec!["key", "show", "-", "--passphrase-file", "-"],
        vec!["key", "import", "-", "--out", &out, "--new-passphrase-file", "-"],
        vec![
            "org",
            "cert",
            "--org",
            "a.test",
            "--out",
            &out,
            "--key",
            "-",
            "--passphrase-file",
            "-",
        ],
        vec![
            "member",
            "cert",
            "--bot",
            "--out",
            &out,
            "--org-cert",
            "-",
            "--key",
            "k",
            "--member-key",
            "-",
        ],
        vec![
            "member",
            "cert",
            "--bot",
            "--out",
            &out,
            "--org-cert",
            "c",
            "--key",
            "-",
            "--member-key",
            "k",
            "--member-passphrase-file",
            "-",
        ],
        vec![
            "member",
            "cert",
            "--bot",
            "--out",
            &out,
            "--member-bundle",
            "-",
            "--key",
            "k",
            "--request",
            "-",
        ],
        vec![
            "key",
            "request",
            "--bot",
            "--org",
            "example.com",
            "--key",
            "-",
            "--passphrase-file",
            "-",
        ],
        vec![
            "member",
            "bundle",
            "--out",
            &out,
            "--org-cert",
            "c",
            "--member-cert",
            "-",
            "--chain",
            "-",
        ],
        vec![
            "member",
            "bundle",
            "--out",
            &out,
            "--org-cert",
            "c",
            "--member-cert",
            "m",
            "--chain",
            "d",
            "--intermediate",
            "-",
            "--intermediate",
            "-",
        ],
    ];
    for command in commands {
        let run = kliento(&command);
        assert!(run.stderr.contains(REFUSAL), "{command:?}: {}", run.stderr);
        run.rejected(2, &[]);
    }
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn any_one_file_may_come_from_it() {
    let organisation = Organisation::new("stdin-once", "veraid");
    let (key, chain, anchors) = (&organisation.key, &organisation.chain, &organisation.anchors);
    let token = organisation.folder.path("token");
    for (key, chain, anchors, piped) in [
        ("-", &chain[..], &anchors[..], key),
        (key, "-", anchors, chain),
        (key, chain, "-", anchors),
    ] {
        let files = ["--key", key, "--chain", chain, "--trust-anchors", anchors];
        let sign = ["token", "sign", "--org", "example.com", "--audience", AUDIENCE, "--at", AT];
        let out = ["--out", &token, "--force"];
        kliento_with(&[&sign[..], &files, &out].concat(), &read(piped)).ok();
    }
    for verb in ["verify", "inspect"] {
        let arguments = ["token", verb, &token, "--audience", AUDIENCE, "--at", AT];
        let arguments = [&arguments[..], &["--trust-anchors", "-"]].concat();
        let run = kliento_with(&arguments, &read(anchors)).ok();
        assert!(run.stdout.starts_with("VALID\n"), "{}", run.stdout);
        // The facts about the anchors are those of the same anchors from a file.
        let from_file = [&arguments[..arguments.len() - 1], &[&anchors[..]]].concat();
        assert_eq!(kliento(&from_file).ok().stdout, run.stdout);
    }
}
