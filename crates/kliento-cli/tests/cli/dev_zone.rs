//! `kliento dev zone`.

use std::fs;

use crate::issuing::Organisation;
use crate::support::{AT, Folder, kliento, read};

#[test]
fn anchors_warn_against_trusting_them_and_no_two_roots_are_the_same() {
    let folder = Folder::new("dev-anchors");
    let make = |name: &str| {
        let out = folder.path(name);
        let zone = ["dev", "zone", "--org", "example.com", "--txt", "1 id 60", "--at", AT];
        let run = kliento(&[&zone[..], &["--out", &out]].concat()).ok();
        assert_eq!(
            run.stdout,
            format!(
                "wrote {out}/chain.der
wrote {out}/trust-anchors.ds
  records at    _veraid.example.com.
  valid from    2026-11-21T12:00:00Z
  valid until   2026-12-06T12:00:00Z
  note          for development only: never trust these anchors elsewhere
"
            )
        );
        String::from_utf8(read(&format!("{out}/trust-anchors.ds"))).unwrap()
    };
    let (one, other) = (make("one"), make("other"));
    assert!(one.starts_with("; Trust anchor of a throw-away DNS root"), "{one}");
    assert!(one.contains("\n; NEVER TRUST IT IN PRODUCTION"), "{one}");
    assert_ne!(one, other);
}

#[test]
fn every_algorithm_gives_a_chain_that_is_proved() {
    let folder = Folder::new("dev-algorithms");
    for algorithm in ["ecdsa-p256", "ecdsa-p384", "ed25519", "ed448"] {
        let out = folder.path(algorithm);
        let zone = ["dev", "zone", "--org", "example.com", "--txt", "1 id 60", "--at", AT];
        kliento(&[&zone[..], &["--algorithm", algorithm, "--out", &out]].concat()).ok();
        let (chain, anchors) = (format!("{out}/chain.der"), format!("{out}/trust-anchors.ds"));
        let verify = ["chain", "verify", &chain, "--name", "_veraid.example.com", "--type", "TXT"];
        let run = kliento(&[&verify[..], &["--at", AT, "--trust-anchors", &anchors]].concat()).ok();
        assert!(run.stdout.contains("  record        \"1 id 60\"\n"), "{}", run.stdout);
    }
    // Ed448 is so expensive that verifiers allow only 8 signatures of it.
    let out = folder.path("deep");
    let zone = ["dev", "zone", "--org", "a.b.c.example.com", "--txt", "1 id 60", "--at", AT];
    kliento(&[&zone[..], &["--algorithm", "ed448", "--out", &out]].concat())
        .rejected(11, &["error[KL2007]", "use --algorithm ecdsa-p256"]);
    // 60 labels make more messages than a chain may have, whatever the algorithm.
    let deepest = format!("{}com", "a.".repeat(59));
    let zone = ["dev", "zone", "--org", &deepest, "--txt", "1 id 60", "--at", AT, "--out", &out];
    kliento(&zone).rejected(10, &["error[KL1", "or an organisation with fewer labels"]);
    assert!(fs::metadata(out).is_err());
}

#[test]
fn files_and_records_are_checked_before_anything_is_made() {
    let organisation = Organisation::new("dev-bad", "veraid");
    let (dev, before) = (organisation.folder.path("dev"), read(&organisation.chain));
    let zone =
        |org: &str, txt: &str| kliento(&["dev", "zone", "--org", org, "--txt", txt, "--out", &dev]);
    zone("example.com", "1 id 60").rejected(2, &["exists", "--force"]);
    zone("a..b", "1 id 60").rejected(14, &["error[KL5009]"]);
    for txt in ["", "\"1 id 60\"", "1 ü 60", &"a".repeat(256)] {
        zone("example.com", txt).rejected(2, &["kliento zone record --format raw"]);
    }
    assert_eq!(read(&organisation.chain), before);
}
