//! Every kind of certificate that the command issues, checked by OpenSSL with `-x509_strict` and by
//! pkilint.
//!
//! Tests whose tools are not installed are skipped, loudly. With `KLIENTO_REQUIRE_LINTERS=1` that
//! is a failure.

use std::process::{Command, Output};

use veraid_core::{Timestamp, ValidityPeriod};
use veraid_testkit::{CertificateBuilder, CommonName, Digest, RsaKey};

use crate::issuing::{Organisation, private_key};
use crate::support::{AT, kliento};

/// A certificate in PEM, with those above it: the organisation's first.
struct Kind {
    name: &'static str,
    path: String,
    above: Vec<String>,
}

/// Issues one certificate of each kind.
fn kinds(organisation: &Organisation) -> Vec<Kind> {
    let own = |name: &'static str, extra: &[&str]| {
        let path = organisation.folder.path(&format!("{name}.pem"));
        let cert = ["org", "cert", "--org", "example.com", "--key", &organisation.key, "--pem"];
        let period = ["--from", AT, "--days", "30", "--profile", organisation.profile];
        kliento(&[&cert[..], &period, &["--out", &path], extra].concat()).ok();
        Kind { name, path, above: Vec::new() }
    };
    let issue = |name: &'static str, issuer: [&str; 4], index, member: &[&str], above: &[&str]| {
        let path = organisation.folder.path(&format!("{name}.pem"));
        let key = private_key(&organisation.folder, &format!("{name}.key"), index);
        let cert = ["member", "cert", "--member-key", &key, "--from", AT, "--pem", "--out", &path];
        kliento(&[&cert[..], &issuer, member].concat()).ok();
        Kind { name, path, above: above.iter().map(|&path| path.to_owned()).collect() }
    };
    let usual = own("organisation", &[]);
    let issuer = ["--org-cert", &usual.path, "--key", &organisation.key];
    let mut kinds = vec![
        issue("user", issuer, 1, &["--user", "alice"], &[&usual.path]),
        issue("user-with-umlaut", issuer, 1, &["--user", "zoë"], &[&usual.path]),
        issue("bot", issuer, 1, &["--bot"], &[&usual.path]),
    ];
    if organisation.profile == "domainauth" {
        kinds.push(own("organisation-sign-only", &["--sign-only"]));
        // The bundle comes with the organisation's certificate for three levels.
        let (bundle, key) = organisation.intermediate_bundle("ops", 2, "2");
        let pem = |name: &str| {
            let der = organisation.folder.path(&format!("{name}.crt"));
            let path = organisation.folder.path(&format!("{name}-of-ops.pem"));
            openssl(&["x509", "-inform", "DER", "-in", &der, "-out", &path]);
            path
        };
        let (three_levels, ops) = (pem("org"), pem("member-2"));
        let issuer = ["--member-bundle", &bundle, "--key", &key];
        let above = [&three_levels[..], &ops];
        kinds.push(issue("below", issuer, 3, &["--user", "bob"], &above));
        let below = ["--user", "team", "--intermediate", "1"];
        kinds.push(issue("intermediate-below", issuer, 4, &below, &above));
        kinds.push(Kind { name: "intermediate", path: ops, above: vec![three_levels.clone()] });
        kinds.push(Kind { name: "organisation-3-levels", path: three_levels, above: Vec::new() });
    }
    kinds.push(usual);
    kinds
}

fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
}

fn text(output: &Output) -> String {
    let (stdout, stderr) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr))
}

/// Returns false, and reports it, if a program cannot be started.
fn is_there(program: &str, argument: &str) -> bool {
    let started = Command::new(program).arg(argument).output();
    let Err(error) = started else { return true };
    let why = format!("{program} cannot be started, so it checks no certificate: {error}");
    let is_required = std::env::var_os("KLIENTO_REQUIRE_LINTERS").is_some_and(|value| value == "1");
    assert!(!is_required, "{why}");
    eprintln!("SKIPPED: {why}");
    false
}

/// An organisation's certificate without KeyUsage, which is invalid: a linter that accepts it tests
/// nothing.
fn without_key_usage(organisation: &Organisation) -> String {
    let instant = Timestamp::from_unix_seconds;
    let period = ValidityPeriod::new(instant(1_795_262_400), instant(1_795_435_200)).unwrap();
    let key = RsaKey::fixed(2048, 0);
    let der = CertificateBuilder::organisation(CommonName::utf8("example.com."), &key, period)
        .sign(&key, Digest::Sha256);
    let (der, path) =
        (organisation.folder.file("bad.der", der), organisation.folder.path("bad.pem"));
    openssl(&["x509", "-inform", "DER", "-in", &der, "-out", &path]);
    path
}

/// Runs `openssl verify -x509_strict` on a certificate, a minute after `AT`, and returns the
/// verdict and its text.
fn verify_strictly(path: &str, above: &[String]) -> (bool, String) {
    let strict = ["verify", "-x509_strict", "-attime", "1795348860"];
    let root = above.first().map_or(path, String::as_str);
    let mut arguments = [&strict[..], &["-CAfile", root]].concat();
    for intermediate in above.iter().skip(1) {
        arguments.extend(["-untrusted", intermediate]);
    }
    arguments.push(path);
    let output = Command::new("openssl").args(&arguments).output().unwrap();
    (output.status.success() && text(&output).ends_with(": OK\n"), text(&output))
}

/// Runs pkilint on a certificate, and returns true if there are no findings, and its text.
fn lint(path: &str) -> (bool, String) {
    let arguments = ["lint", "--severity", "WARNING", path];
    let output = Command::new("lint_pkix_cert").args(arguments).output().unwrap();
    (output.status.success() && text(&output).trim().is_empty(), text(&output))
}

#[test]
fn openssl_accepts_every_kind_under_its_strict_rules() {
    if !is_there("openssl", "version") {
        return;
    }
    for profile in ["veraid", "domainauth"] {
        let organisation = Organisation::new(&format!("strict-openssl-{profile}"), profile);
        for kind in kinds(&organisation) {
            let (is_accepted, said) = verify_strictly(&kind.path, &kind.above);
            assert!(is_accepted, "{profile}, {}: {said}", kind.name);
        }
        // OpenSSL also checks issuing certificates that are not trusted.
        let issuer = without_key_usage(&organisation);
        let (member, key) = (
            organisation.folder.path("below-bad.pem"),
            private_key(&organisation.folder, "below-bad.key", 1),
        );
        let cert = ["member", "cert", "--org-cert", &issuer, "--key", &organisation.key, "--bot"];
        let to = ["--member-key", &key, "--from", AT, "--days", "1", "--pem", "--out", &member];
        kliento(&[&cert[..], &to].concat()).ok();
        let (is_accepted, said) = verify_strictly(&member, &[issuer]);
        assert!(!is_accepted && said.contains("key usage"), "{said}");
    }
}

#[test]
fn pkilint_finds_nothing_wrong_in_any_kind() {
    if !is_there("lint_pkix_cert", "--help") || !is_there("openssl", "version") {
        return;
    }
    for profile in ["veraid", "domainauth"] {
        let organisation = Organisation::new(&format!("strict-pkilint-{profile}"), profile);
        for kind in kinds(&organisation) {
            let (is_clean, said) = lint(&kind.path);
            assert!(is_clean, "{profile}, {}: {said}", kind.name);
        }
        let (is_clean, said) = lint(&without_key_usage(&organisation));
        assert!(!is_clean && said.contains("no_ku_extension"), "{said}");
    }
}
