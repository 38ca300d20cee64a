//! `kliento explain`.

use std::collections::BTreeSet;

use crate::support::kliento;

const LIBRARY_ERRORS: [&str; 11] = [
    include_str!("../../../kliento/src/error.rs"),
    include_str!("../../../kliento-issuer/src/error.rs"),
    include_str!("../../../kliento-verifier/src/auth_error.rs"),
    include_str!("../../../veraid-core/src/certificate/problem.rs"),
    include_str!("../../../veraid-core/src/error.rs"),
    include_str!("../../../veraid-core/src/key_record.rs"),
    include_str!("../../../veraid-core/src/parse_error.rs"),
    include_str!("../../../veraid-core/src/signed_data/error.rs"),
    include_str!("../../../veraid-dnssec/src/error.rs"),
    include_str!("../../../veraid-issuer/src/error.rs"),
    include_str!("../../../veraid-resolver/src/error.rs"),
];

/// Codes of the command alone: files of trust anchors, whose library has no codes.
const COMMAND_CODES: [u16; 3] = [5470, 5471, 5472];

/// The numbers of the arms `=> 1234,` of the libraries' `code` functions, and those of the command.
fn codes() -> BTreeSet<u16> {
    LIBRARY_ERRORS
        .iter()
        .flat_map(|source| source.split("=> ").skip(1))
        .filter_map(|arm| arm.split_once(',')?.0.parse().ok())
        .filter(|code| *code >= 1_000)
        .chain(COMMAND_CODES)
        .collect()
}

#[test]
fn every_code_is_explained_and_listed() {
    let codes = codes();
    assert!(codes.len() > 60, "{codes:?}");
    let list = kliento(&["explain"]);
    assert_eq!((list.code, list.stderr.as_str()), (0, ""));
    let listed: BTreeSet<u16> = list
        .stdout
        .lines()
        .map(|line| line[2..6].parse().expect("a line starts with KL"))
        .collect();
    assert_eq!(listed, codes);
    for code in codes {
        let run = kliento(&["explain", &format!("KL{code}")]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert!(run.stdout.starts_with(&format!("KL{code}: ")), "{}", run.stdout);
        assert!(run.stdout.contains("\n\nFix: "), "{}", run.stdout);
    }
}

#[test]
fn codes_are_read_in_any_case_and_without_prefix() {
    let expected = kliento(&["explain", "KL2031"]).stdout;
    for code in ["kl2031", "2031"] {
        assert_eq!(kliento(&["explain", code]).stdout, expected);
    }
}

#[test]
fn codes_that_do_not_exist_are_wrong_arguments() {
    for code in ["KL9999", "KL", "", "20311", "KL+031", "ü031"] {
        let run = kliento(&["explain", code]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{code}");
        assert!(run.stderr.starts_with("error: there is no error code "), "{}", run.stderr);
    }
}
