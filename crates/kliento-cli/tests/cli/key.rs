//! `kliento key`: files that only their owner can read, that never replace others, and their
//! contents.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;
use veraid_testkit::RsaKey;

use crate::issuing::{Organisation, private_key};
use crate::support::{Folder, kliento, kliento_with, read, set_mode};

/// The mode of a file.
#[cfg(unix)]
pub(crate) fn mode(path: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).expect("the file is there").permissions().mode() & 0o7777
}

#[test]
fn created_keys_are_for_their_owner_alone_and_are_shown() {
    let folder = Folder::new("key-create");
    for bits in ["2048", "3072", "4096"] {
        let path = folder.path(&format!("{bits}.pem"));
        let made =
            kliento(&["key", "create", "--type", &format!("rsa-{bits}"), "--out", &path]).ok();
        let shown = kliento(&["key", "show", &path]).ok();
        assert_eq!(made.stdout, format!("wrote {path}\n{}", shown.stdout));
        assert!(
            shown.stdout.starts_with(&format!("  type          RSA, private key, {bits} bits\n"))
        );
        assert!(
            String::from_utf8(read(&path)).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n")
        );
        #[cfg(unix)]
        assert_eq!(mode(&path), 0o600);
    }
    // The default type is the shortest, and nothing else is left in the folder.
    let path = folder.path("usual.pem");
    let made = kliento(&["key", "create", "--out", &path]).ok();
    assert!(made.stdout.contains("RSA, private key, 2048 bits"), "{}", made.stdout);
    assert_eq!(folder.names(), ["2048.pem", "3072.pem", "4096.pem", "usual.pem"]);
}

#[test]
fn existing_files_are_kept_without_force() {
    let folder = Folder::new("key-existing");
    let path = folder.secret("key.pem", "precious");
    let message = format!("error: {path} exists; choose another name, or replace it with --force");
    let create = ["key", "create", "--out", &path];
    kliento(&create).rejected(2, &[&message]);
    assert_eq!(read(&path), b"precious");
    kliento(&[&create[..], &["--force"]].concat()).ok();
    assert_ne!(read(&path), b"precious");
    assert_eq!(folder.names(), ["key.pem"]);

    let inner = folder.path("folder");
    fs::create_dir(&inner).unwrap();
    kliento(&["key", "create", "--out", &inner, "--force"]).rejected(2, &["is not a file"]);
    kliento(&["key", "create", "--out", "-"])
        .rejected(2, &["a private key must be written to a file"]);
    kliento(&["key", "create", "--out", &folder.path("none/key.pem")])
        .rejected(2, &["cannot be written"]);
}

#[test]
fn of_two_that_create_one_file_at_once_one_wins() {
    let folder = Folder::new("key-race");
    let path = folder.path("key.pem");
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_kliento"))
            .args(["key", "create", "--out", &path])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    let mut codes: Vec<_> =
        children.into_iter().map(|mut child| child.wait().unwrap().code().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 2, 2, 2]);
    assert_eq!(folder.names(), ["key.pem"]);
    kliento(&["key", "show", &path]).ok();
}

#[test]
fn shows_the_key_ids_of_both_profiles_and_the_public_half() {
    let folder = Folder::new("key-show");
    let key = private_key(&folder, "key.pem", 0);
    let id = KEY_ID.trim_end_matches('=');
    assert_eq!(
        kliento(&["key", "show", &key]).ok().stdout,
        format!(
            "  type          RSA, private key, 2048 bits
  VeraId        1 {KEY_ID}
  DomainAuth    0 1 1 {id}
  encrypted     no
"
        )
    );
    let facts = |kind: &str, encrypted: Option<bool>| {
        json!({
            "schema": "kliento.key/v1",
            "kind": kind,
            "algorithm": "RSA",
            "bits": 2048,
            "veraidKey": format!("1 {KEY_ID}"),
            "domainauthKey": format!("0 1 1 {id}"),
            "encrypted": encrypted,
        })
    };
    let show = |path: &str| kliento(&["key", "show", path, "--output", "json"]).ok().json();
    assert_eq!(show(&key), facts("private", Some(false)));

    // The public half shows the same properties, in PEM and DER, and need not be a secret.
    let public = kliento(&["key", "show", &key, "--public"]).ok().stdout;
    assert!(public.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{public}");
    assert!(!public.contains("PRIVATE"));
    for contents in [public.as_bytes(), &RsaKey::fixed(2048, 0).spki_der()] {
        let path = folder.file("public", contents);
        set_mode(&path, 0o644);
        assert_eq!(show(&path), facts("public", None));
    }
    let piped = kliento_with(&["key", "show", "-", "--output", "json"], public.as_bytes());
    assert_eq!(piped.json(), facts("public", None));
}

/// The SHA-256 of the public test key number 0, as
/// `openssl pkey -pubout -outform DER | openssl sha256 -binary | base64` gives it.
pub(crate) const KEY_ID: &str = "SI2SUopsC9QIh/hyxBnvVBckNRuXbqFIeyil1lL+5/g=";

#[test]
fn passphrases_protect_keys_and_are_needed_to_read_them() {
    let folder = Folder::new("key-passphrase");
    let passphrase = folder.secret("passphrase", "correct horse\n");
    let path = folder.path("key.pem");
    let made = kliento(&["key", "create", "--out", &path, "--passphrase-file", &passphrase]).ok();
    assert!(made.stdout.ends_with("  encrypted     yes\n"), "{}", made.stdout);
    assert!(read(&path).starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));

    let show = |file: &str| kliento(&["key", "show", &path, "--passphrase-file", file]);
    assert!(show(&passphrase).ok().stdout.ends_with("  encrypted     yes\n"));
    // The line end is from an editor, and not part of the passphrase.
    show(&folder.secret("bare", "correct horse")).ok();
    show(&folder.secret("dos", "correct horse\r\n")).ok();
    show(&folder.secret("wrong", "correct horse\n\n")).rejected(
        2,
        &["error[KL5204]: wrong passphrase", "give the right file with --passphrase-file"],
    );
    kliento(&["key", "show", &path]).rejected(
        2,
        &["error[KL5203]: key is encrypted", "--passphrase-file", &format!("where     {path}")],
    );
    show(&folder.secret("empty", "\n")).rejected(2, &["is empty; write the passphrase into it"]);
    show(&folder.path("none")).rejected(2, &["cannot be read"]);
}

#[test]
fn openssl_reads_encrypted_keys() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!(
            "SKIPPED: openssl is not installed, so no other software reads our encrypted keys"
        );
        return;
    }
    let folder = Folder::new("key-openssl");
    let (passphrase, path) =
        (folder.secret("passphrase", "correct horse\n"), folder.path("key.pem"));
    kliento(&["key", "create", "--out", &path, "--passphrase-file", &passphrase]).ok();
    let mut openssl = Command::new("openssl")
        .args(["pkey", "-in", &path, "-passin", "stdin", "-pubout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    openssl.stdin.take().unwrap().write_all(b"correct horse\n").unwrap();
    let theirs = openssl.wait_with_output().unwrap();
    assert!(theirs.status.success());
    let ours = kliento(&["key", "show", &path, "--passphrase-file", &passphrase, "--public"]).ok();
    assert_eq!(ours.stdout.as_bytes(), theirs.stdout);
}

#[test]
#[cfg(unix)]
fn secrets_that_others_can_access_are_rejected() {
    let folder = Folder::new("key-modes");
    let key = private_key(&folder, "key.pem", 0);
    for open in [0o640, 0o604, 0o620, 0o601] {
        set_mode(&key, open);
        kliento(&["key", "show", &key]).rejected(
            2,
            &[&format!(
                "{key} is a secret that other users can access (its mode is {open:04o}): `chmod 600 {key}`"
            )],
        );
    }
    let spaced = folder.file("it's mine.pem", read(&key));
    set_mode(&spaced, 0o644);
    let fix = format!("`chmod 600 '{}'`", spaced.replace('\'', r"'\''"));
    kliento(&["key", "show", &spaced]).rejected(2, &[&fix]);
    for closed in [0o600, 0o400] {
        set_mode(&key, closed);
        kliento(&["key", "show", &key]).ok();
    }
    let passphrase = folder.file("passphrase", "correct horse");
    set_mode(&passphrase, 0o644);
    let out = folder.path("new.pem");
    kliento(&["key", "create", "--out", &out, "--passphrase-file", &passphrase])
        .rejected(2, &["`chmod 600 "]);
    assert!(fs::metadata(out).is_err());
}

#[test]
fn imports_der_and_pem_and_changes_the_passphrase() {
    let folder = Folder::new("key-import");
    let der = RsaKey::fixed(2048, 0).pkcs8_der();
    let (old, new) = (folder.secret("old", "old"), folder.secret("new", "new"));
    let from_der = folder.path("1.pem");
    kliento(&["key", "import", &folder.secret("key.der", der), "--out", &from_der]).ok();
    let encrypted = folder.path("2.pem");
    let import = ["key", "import", &from_der, "--out", &encrypted, "--new-passphrase-file", &old];
    kliento(&import).ok();
    let changed = folder.path("3.pem");
    kliento(&[
        "key",
        "import",
        &encrypted,
        "--passphrase-file",
        &old,
        "--out",
        &changed,
        "--new-passphrase-file",
        &new,
    ])
    .ok();
    let plain = folder.path("4.pem");
    kliento(&["key", "import", &changed, "--passphrase-file", &new, "--out", &plain]).ok();
    assert_eq!(read(&plain), read(&from_der));
    assert!(read(&changed).starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    #[cfg(unix)]
    for path in [&from_der, &encrypted, &changed, &plain] {
        assert_eq!(mode(path), 0o600);
    }
}

#[test]
fn input_that_is_not_a_private_key_is_rejected_with_the_file_and_a_fix() {
    let folder = Folder::new("key-bad");
    let out = folder.path("out.pem");
    let import = |path: &str| kliento(&["key", "import", path, "--out", &out]);
    let pkcs1 = "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n";
    let path = folder.secret("pkcs1.pem", pkcs1);
    import(&path)
        .rejected(2, &["error[KL5201]", &format!("where     {path}"), "openssl pkcs8 -topk8"]);
    import(&folder.secret("empty", "")).rejected(2, &["error[KL5201]"]);
    import(&folder.secret("der", b"\x30\x03\x02\x01\xff")).rejected(2, &["error[KL5202]"]);
    let public = kliento(&["key", "show", &private_key(&folder, "key.pem", 0), "--public"]).stdout;
    import(&folder.file("public.pem", public))
        .rejected(2, &["is a public key; give the file with"]);
    import(&folder.secret("large", vec![b'a'; 65_537])).rejected(2, &["more than 65536 bytes"]);
    assert!(fs::metadata(out).is_err());
}

#[test]
fn a_certificate_in_place_of_a_key_is_reported_as_one() {
    let organisation = Organisation::new("key-certificate", "veraid");
    let certificate = organisation.certificate();
    set_mode(&certificate, 0o644);
    let mistaken = ["key", "show", &certificate];
    kliento(&mistaken).rejected(2, &["is a certificate, not a key"]);
}
