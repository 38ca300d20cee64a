//! `kliento chain show`.

use crate::issuing::Organisation;
use crate::key::KEY_ID;
use crate::support::{AT, kliento, kliento_with, read};

#[test]
fn shows_what_a_chain_proves_and_its_messages() {
    for (profile, record) in [
        ("veraid", format!("\"1 {KEY_ID} 86400 1.3.6.1.4.1.58708.3.0\"")),
        (
            "domainauth",
            format!("\"0 1 1 {} 86400 1.3.6.1.4.1.58708.3.0\"", KEY_ID.trim_end_matches('=')),
        ),
    ] {
        let organisation = Organisation::new(&format!("show-{profile}"), profile);
        let show = ["chain", "show", &organisation.chain, "--at", AT];
        let trusted = [&show[..], &["--trust-anchors", &organisation.anchors]].concat();
        let text = kliento(&trusted).ok().stdout;
        assert!(
            text.starts_with(&format!(
                "VALID
  organisation  example.com
  profile       {profile}
  key record    {record}
  valid         2026-11-21T12:00:00Z/2026-12-06T12:00:00Z

messages: 6, "
            )),
            "{text}"
        );
        let json = kliento(&[&trusted[..], &["--output", "json"]].concat()).ok().json();
        assert_eq!(json["schema"], "kliento.chain/v1");
        assert_eq!(json["status"], "valid");
        assert_eq!(json["organisation"], "example.com");
        assert_eq!(json["keyRecords"], serde_json::json!([record]));
        let messages = json["messages"].as_array().unwrap();
        let bytes: u64 = messages.iter().map(|message| message["bytes"].as_u64().unwrap()).sum();
        // The chain also has tags and lengths around the messages.
        let chain = read(&organisation.chain);
        assert!((1..64).contains(&(chain.len() as u64 - bytes)));
        let key_records = messages
            .iter()
            .find(|message| message["question"] == format!("_{profile}.example.com. TXT"))
            .unwrap();
        let signature = &key_records["records"][1]["signature"];
        assert_eq!(signature["typeCovered"], "TXT");
        assert_eq!(signature["algorithm"], 13);
        assert_eq!(signature["inception"], "2026-11-21T12:00:00Z");
        assert_eq!(signature["expiration"], "2026-12-06T12:00:00Z");
    }
}

#[test]
fn shows_invalid_chains_and_says_why() {
    let organisation = Organisation::new("show-fails", "veraid");
    let show = ["chain", "show", &organisation.chain];
    for (extra, code, start) in [
        (&["--at", AT][..], 11, "INVALID\nerror[KL2020]: "),
        (
            &["--at", "2027-01-01T00:00:00Z", "--trust-anchors", &organisation.anchors],
            12,
            "INVALID\nerror[KL2031]: ",
        ),
        (&["--at", AT, "--no-verify"], 0, "UNVERIFIED: nothing here is proved\n"),
    ] {
        let run = kliento(&[&show[..], extra].concat());
        assert_eq!((run.code, run.stderr.as_str()), (code, ""), "{}", run.stdout);
        assert!(run.stdout.starts_with(start), "{}", run.stdout);
        assert!(run.stdout.contains("  organisation  example.com\n"), "{}", run.stdout);
        assert!(run.stdout.contains("\nmessages: 6, "), "{}", run.stdout);
        let json = kliento(&[&show[..], extra, &["--output", "json"]].concat());
        assert_eq!(json.code, code);
        assert!(json.json()["keyRecords"].is_null());
    }
    let run = kliento_with(&["chain", "show"], b"\x31\x00");
    assert_eq!(run.code, 0, "{}", run.stdout);
    let run = kliento_with(&["chain", "show"], b"hello");
    assert_eq!(run.code, 10);
    assert!(run.stdout.starts_with("MALFORMED\nerror[KL1004]: "), "{}", run.stdout);
}
