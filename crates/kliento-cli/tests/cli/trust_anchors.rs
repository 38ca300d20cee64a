//! `kliento trust-anchors`.

use std::path::PathBuf;

use serde_json::json;

use crate::issuing::Organisation;
use crate::support::{AT, Folder, kliento, kliento_with, read};

/// An instant at which the committed signature was current.
const THEN: &str = "2025-01-01T00:00:00Z";

fn iana(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/public/iana");
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn shows_what_is_built_in() {
    let text = kliento(&["trust-anchors", "show", "--at", AT]).ok().stdout;
    assert_eq!(
        text,
        "  source        built in (IANA's)
  at            2026-11-22T12:00:00Z

  key tag 20326, RSASHA256 (8)
    status      trusted
    digest 2    E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
    valid from  2017-02-02T00:00:00Z
    valid until no end

  key tag 38696, RSASHA256 (8)
    status      trusted
    digest 2    683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
    valid from  2024-07-18T00:00:00Z
    valid until no end
"
    );
    let before =
        kliento(&["trust-anchors", "show", "--at", "2020-01-01T00:00:00Z", "--output", "json"]);
    let json = before.ok().json();
    assert_eq!(json["schema"], "kliento.trust-anchors/v1");
    let trusted: Vec<_> =
        json["anchors"].as_array().unwrap().iter().map(|row| &row["trusted"]).collect();
    assert_eq!(trusted, [&json!(true), &json!(false)]);
}

#[test]
fn shows_keys_that_are_skipped_and_why() {
    let folder = Folder::new("anchors-skipped");
    let file = folder.file(
        "root.key",
        "; autotrust trust anchor file\n\
         . 86400 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D ;;state=4 [ REVOKED ]\n\
         . 86400 IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16 ;;state=2 [  VALID  ]\n",
    );
    let json = kliento(&["trust-anchors", "show", "--from", &file, "--at", AT, "--output", "json"])
        .ok()
        .json();
    assert_eq!(json["format"], "Unbound's key file");
    let rows = json["anchors"].as_array().unwrap();
    assert_eq!(
        rows[0]["skipped"],
        "its state is REVOKED, but only keys that are VALID or MISSED are trusted"
    );
    assert_eq!((&rows[0]["trusted"], &rows[0]["state"]), (&json!(false), &json!("REVOKED")));
    assert_eq!(
        (&rows[1]["trusted"], &rows[1]["builtIn"], &rows[1]["line"]),
        (&json!(true), &json!(true), &json!(3))
    );
    let text = kliento(&["trust-anchors", "show", "--from", &file, "--at", AT]).ok().stdout;
    assert!(text.contains("\n  key tag 20326, RSASHA256 (8), also built in, line 2\n    status      skipped: its state is REVOKED"), "{text}");
}

#[test]
fn checks_ianas_file_with_its_signature() {
    let (xml, p7s) = (iana("root-anchors.xml"), iana("root-anchors.p7s"));
    let check = ["trust-anchors", "check", "--from", &xml, "--signature", &p7s];
    let run = kliento(&[&check[..], &["--at", THEN, "--output", "json"]].concat()).ok().json();
    assert_eq!(run["signature"]["signer"], "dnssec@iana.org");
    assert_eq!(run["signature"]["validUntil"], "2026-07-07T22:48:13Z");
    assert_eq!(run["onlyBuiltIn"], json!([]));
    assert_eq!(run["warnings"], json!([]));
    let tags: Vec<_> =
        run["anchors"].as_array().unwrap().iter().map(|row| &row["keyTag"]).collect();
    assert_eq!(tags, [&json!(19036), &json!(20326), &json!(38696)]);
    // Its certificates are about to end, have ended, or belong to another signer.
    let soon = kliento(&[&check[..], &["--at", "2026-06-01T00:00:00Z"]].concat()).ok().stdout;
    assert!(
        soon.ends_with(
            "  warning       the signature's certificates expire at 2026-07-07T22:48:13Z\n"
        ),
        "{soon}"
    );
    let late = kliento(&[&check[..], &["--at", AT]].concat());
    late.rejected(12, &["error[KL5471]: ", "2026-07-07T22:48:13Z", "root-anchors.p7s"]);
    let other = kliento(&[&check[..], &["--at", THEN, "--signer", "other@iana.org"]].concat());
    other.rejected(
        11,
        &["error[KL5471]: ", "the signature is by dnssec@iana.org, not other@iana.org"],
    );
    let json = kliento(&[&check[..], &["--at", AT, "--output", "json"]].concat());
    assert_eq!((json.code, &json.json()["error"]["code"]), (12, &json!("KL5471")));
    let folder = Folder::new("anchors-signature");
    let changed = String::from_utf8(read(&xml)).unwrap().replace("19036", "19037");
    let changed = folder.file("changed.xml", changed);
    let run =
        kliento(&["trust-anchors", "check", "--from", &changed, "--signature", &p7s, "--at", THEN]);
    run.rejected(11, &["error[KL5471]: ", "digests differ"]);
}

#[test]
fn checks_a_file_against_a_chain() {
    let organisation = Organisation::new("anchors-chain", "veraid");
    let check = ["trust-anchors", "check", "--at", AT, "--chain", &organisation.chain, "--from"];
    let json =
        kliento(&[&check[..], &[&organisation.anchors, "--output", "json"]].concat()).ok().json();
    assert_eq!(json["chain"]["organisation"], "example.com");
    assert_eq!(json["chain"]["provedByBuiltIn"], false);
    assert_eq!(json["onlyBuiltIn"].as_array().unwrap().len(), 2);
    assert_eq!(
        json["warnings"],
        json!(["no key of the file is built in: chains of the public root may fail"])
    );
    let run = kliento(&[&check[..], &[&iana("root-anchors.xml")]].concat());
    run.rejected(11, &["error[KL2020]: ", "chain.der"]);
}

#[test]
fn writes_the_usable_keys_to_a_file_that_is_trusted() {
    let folder = Folder::new("anchors-update");
    let organisation = Organisation::new("anchors-update-org", "veraid");
    let out = folder.path("trust-anchors.xml");
    let update = ["trust-anchors", "update", "--at", AT, "--out", &out, "--from"];
    let run = kliento(&[&update[..], &[&organisation.anchors]].concat()).ok();
    assert!(run.stdout.starts_with(&format!("wrote {out}\n")), "{}", run.stdout);
    let verify = |anchors: &str| {
        kliento(&["chain", "show", &organisation.chain, "--at", AT, "--trust-anchors", anchors])
            .code
    };
    assert_eq!((verify(&organisation.anchors), verify(&out)), (0, 0));

    // An existing file is replaced on demand, as a whole, and the changes are reported.
    let written = read(&out);
    let xml = iana("root-anchors.xml");
    kliento(&[&update[..], &[&xml]].concat()).rejected(2, &["exists"]);
    assert_eq!(read(&out), written);
    let run = kliento(&[&update[..], &[&xml, "--force", "--output", "json"]].concat()).ok().json();
    assert_eq!(run["added"], json!([19036, 20326, 38696]));
    assert!(!run["removed"].as_array().unwrap().is_empty());
    assert_eq!(verify(&out), 11);
    assert_eq!(folder.names(), ["trust-anchors.xml"]);

    // There is never less than one usable anchor: an unusable source leaves the file alone.
    let written = read(&out);
    let none = folder.file("none.ds", "; nothing\n");
    let ended = String::from_utf8(read(&xml)).unwrap();
    let ended = folder.file(
        "ended.xml",
        ended
            .replace("validFrom=\"20", "validUntil=\"2025-01-01T00:00:00Z\" validFrom=\"20")
            .replacen("validUntil=\"2025-01-01T00:00:00Z\" ", "", 1),
    );
    for (file, code, words) in [(&none, 2, "error[KL5470]: "), (&ended, 12, "error[KL5472]: ")] {
        kliento(&[&update[..], &[file, "--force"]].concat()).rejected(code, &[words]);
        assert_eq!(read(&out), written);
    }
}

#[test]
fn reports_the_line_and_the_reason_wherever_anchors_are_given() {
    let organisation = Organisation::new("anchors-line", "veraid");
    let run = kliento_with(
        &["chain", "show", &organisation.chain, "--trust-anchors", "-"],
        b". IN NS a.root-servers.net.\n",
    );
    run.rejected(2, &["standard input: line 1 of the trust anchors: a record of type NS is not a DS or DNSKEY record"]);
    let run = kliento_with(&["trust-anchors", "show", "--from", "-"], b"com. IN DS 1 8 2 00\n");
    run.rejected(
        2,
        &["error[KL5470]: ", "line 1 of the trust anchors: the keys belong to the zone com."],
    );
}
