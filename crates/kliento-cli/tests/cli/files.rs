//! The treatment of existing files, and the permissions of those that replace them.

use std::fs;
use std::os::unix::fs::symlink;

use crate::issuing::{AUDIENCE, Organisation, private_key};
use crate::key::mode;
use crate::support::{Folder, Run, kliento, read, set_mode};

fn certificate(folder: &Folder, out: &str, extra: &[&str]) -> Run {
    let key = private_key(folder, "key.pem", 0);
    let cert = ["org", "cert", "--org", "example.com", "--key", &key, "--out", out];
    kliento(&[&cert[..], extra].concat())
}

#[test]
fn tokens_are_for_their_owner_alone_even_if_the_replaced_file_was_not() {
    let organisation = Organisation::new("files-token", "veraid");
    let out = organisation.folder.path("token");
    let sign = ["token", "sign", "--audience", AUDIENCE, "--out", &out];
    let sign = [&sign[..], &organisation.signer()].concat();
    kliento(&sign).ok();
    assert_eq!(mode(&out), 0o600);
    set_mode(&out, 0o644);
    kliento(&[&sign[..], &["--force"]].concat()).ok();
    assert_eq!(mode(&out), 0o600);
}

#[test]
fn a_replacement_is_open_only_to_those_who_could_read_the_old_file() {
    let folder = Folder::new("files-mode");
    let out = folder.path("org.crt");
    for old in [0o600, 0o640, 0o400, 0o755] {
        fs::write(&out, "old").unwrap();
        set_mode(&out, old);
        certificate(&folder, &out, &["--force"]).ok();
        assert_eq!(mode(&out) & !old, 0, "{old:o}");
        assert_eq!(mode(&out) & 0o111, 0, "{old:o}");
        assert_eq!(read(&out)[0], 0x30);
        fs::remove_file(&out).unwrap();
    }
}

#[test]
fn links_stay_and_the_file_behind_them_is_replaced() {
    let folder = Folder::new("files-link");
    fs::create_dir(folder.path("real")).unwrap();
    let (real, between, link) =
        (folder.file("real/org.crt", "old"), folder.path("between"), folder.path("link"));
    set_mode(&real, 0o640);
    symlink("real/org.crt", &between).unwrap();
    symlink("between", &link).unwrap();
    certificate(&folder, &link, &[]).rejected(2, &["exists", "--force"]);
    assert_eq!(read(&real), b"old");
    certificate(&folder, &link, &["--force"]).ok();
    assert_eq!(fs::read_link(&link).unwrap().to_str(), Some("between"));
    assert_eq!(fs::read_link(&between).unwrap().to_str(), Some("real/org.crt"));
    assert_eq!((read(&real)[0], mode(&real) & !0o640), (0x30, 0));
    // No temporary file is left where the links or the file are.
    assert_eq!(folder.names(), ["between", "key.der", "key.pem", "link", "real"]);
    assert_eq!(fs::read_dir(folder.path("real")).unwrap().count(), 1);
}

#[test]
fn dangling_links_and_targets_that_are_not_files_are_rejected() {
    let folder = Folder::new("files-dangling");
    let (nothing, itself, inner) =
        (folder.path("nothing"), folder.path("itself"), folder.path("inner"));
    symlink("none", &nothing).unwrap();
    symlink("itself", &itself).unwrap();
    symlink(".", &inner).unwrap();
    for extra in [&[][..], &["--force"]] {
        for link in [&nothing, &itself] {
            certificate(&folder, link, extra)
                .rejected(2, &[&format!("{link} is a dangling link; remove it, or choose")]);
        }
        certificate(&folder, &inner, extra).rejected(2, &["is not a file; choose another name"]);
    }
    assert_eq!(folder.names(), ["inner", "itself", "key.der", "key.pem", "nothing"]);
}

#[test]
fn names_may_be_as_long_as_the_system_allows() {
    let folder = Folder::new("files-long");
    let name = "n".repeat(255);
    let out = folder.path(&name);
    certificate(&folder, &out, &[]).ok();
    certificate(&folder, &out, &["--force"]).ok();
    assert_eq!(folder.names(), ["key.der", "key.pem", &name]);
}
