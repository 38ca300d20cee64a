//! `kliento bundle sign`: content attached and detached, by organisations and members.

use serde_json::Value;

use crate::issuing::Organisation;
use crate::support::{AT, Run, kliento, kliento_with, read};

const SERVICE: &str = "1.3.6.1.4.1.58708.1.1";

fn sign(signer: &[&str], extra: &[&str], content: &[u8]) -> Run {
    kliento_with(&[&["bundle", "sign", "--service", SERVICE], signer, extra].concat(), content)
}

fn verify(bundle: &str, anchors: &str, extra: &[&str]) -> (i32, Value) {
    let arguments = ["bundle", "verify", bundle, "--service", SERVICE, "--trust-anchors", anchors];
    let run = kliento(&[&arguments[..], &["--output", "json"], extra].concat());
    (run.code, run.json())
}

fn organisation(test: &str, profile: &'static str) -> Organisation {
    Organisation::with_record(&format!("{test}-{profile}"), profile, &["--service", SERVICE])
}

#[test]
fn content_is_attached_or_travels_apart() {
    for profile in ["veraid", "domainauth"] {
        let organisation = organisation("bundle-content", profile);
        let out = organisation.folder.path("bundle");
        let to_file = ["--out", &out, "--force", "--user", "alice"];
        let run = sign(&organisation.signer(), &to_file, b"content").ok();
        assert_eq!(
            run.stdout,
            format!(
                "wrote {out}
  organisation  example.com
  user          alice
  service       {SERVICE}
  plaintext     7 bytes, attached
  valid from    2026-11-22T12:00:00Z
  valid until   2026-11-22T13:00:00Z
"
            )
        );
        let (code, facts) = verify(&out, &organisation.anchors, &["--at", AT]);
        assert_eq!((code, &facts["subject"]), (0, &"alice@example.com".into()));
        assert_eq!(facts["plaintext"], "Y29udGVudA==");
        assert_eq!(facts["profile"], profile);

        let content = organisation.folder.file("content", "content");
        let detached = ["--detached", "--in", &content, "--output", "base64"];
        sign(&organisation.signer(), &[&to_file[..], &detached].concat(), b"").ok();
        assert!(read(&out).starts_with(b"MII"));
        let plaintext = ["--at", AT, "--plaintext", &content];
        assert_eq!(verify(&out, &organisation.anchors, &plaintext).0, 0);
        let other = organisation.folder.file("other", "other");
        let plaintext = ["--at", AT, "--plaintext", &other];
        assert_eq!(verify(&out, &organisation.anchors, &plaintext).0, 11);
    }
}

#[test]
fn members_sign_with_their_bundle() {
    for profile in ["veraid", "domainauth"] {
        let organisation = Organisation::with_record(
            &format!("bundle-member-{profile}"),
            profile,
            &["--any-service"],
        );
        let (bundle, key) = organisation.member_bundle(&["--user", "alice"], 1);
        let (anchors, out) = (&organisation.anchors, organisation.folder.path("bundle"));
        let member = ["--member-bundle", &bundle, "--key", &key, "--trust-anchors", anchors];
        let until = ["--at", AT, "--until", "2026-11-29T12:00:00Z", "--out", &out];
        sign(&[&member[..], &until].concat(), &[], b"content").ok();
        let (code, facts) = verify(&out, anchors, &["--at", "2026-11-29T12:00:00Z"]);
        assert_eq!((code, &facts["subject"]), (0, &"alice@example.com".into()));
        assert_eq!(facts["signer"], "member");
    }
}

#[test]
fn intermediates_sign_on_behalf_of_others() {
    let organisation =
        Organisation::with_record("bundle-delegate", "domainauth", &["--any-service"]);
    let (bundle, key) = organisation.intermediate_bundle("ops", 1, "0");
    let (anchors, out) = (&organisation.anchors, organisation.folder.path("bundle"));
    let ops = ["--member-bundle", &bundle, "--key", &key, "--trust-anchors", anchors];
    let ops = [&ops[..], &["--at", AT, "--out", &out, "--force"]].concat();
    for (extra, subject) in
        [(&["--user", "carol"][..], "carol@example.com"), (&["--bot"], "example.com")]
    {
        sign(&ops, extra, b"content").ok();
        let (code, facts) = verify(&out, anchors, &["--at", AT]);
        assert_eq!((code, &facts["subject"]), (0, &subject.into()));
        assert_eq!(facts["signer"], "organisation");
    }
}

#[test]
fn for_kliento_nothing_but_an_hour_of_a_token_is_signed() {
    for profile in ["veraid", "domainauth"] {
        let organisation = Organisation::new(&format!("bundle-kliento-{profile}"), profile);
        let out = organisation.folder.path("bundle");
        let sign = |extra: &[&str], content: &[u8]| {
            let arguments = ["bundle", "sign", "--service", "1.3.6.1.4.1.58708.3.0"];
            let to = ["--out", &out, "--force"];
            let arguments = [&arguments[..], &organisation.signer(), &to, extra].concat();
            kliento_with(&arguments, content)
        };
        let token = br#"{"audience":"https://api.example.com"}"#;
        sign(&["--ttl", "3601s"], token).rejected(14, &["error[KL5001]", "`--ttl 1h`"]);
        sign(&["--ttl", "10d"], token).rejected(14, &["error[KL5001]"]);
        sign(&["--detached"], token).rejected(14, &["error[KL5052]", "kliento token sign"]);
        for content in [&b"no token"[..], b"", br#"{"audience":""}"#] {
            sign(&[], content).rejected(14, &["error[KL5051]", "kliento token sign"]);
        }
        assert!(std::fs::metadata(&out).is_err());
        sign(&["--ttl", "1h"], token).ok();
        let verify = ["token", "verify", &out, "--audience", "https://api.example.com"];
        kliento(&[&verify[..], &["--at", AT, "--trust-anchors", &organisation.anchors]].concat())
            .ok();
    }
}

#[test]
fn signatures_may_outlive_the_chain_by_the_ttl_override() {
    let organisation = organisation("bundle-long", "veraid");
    // The chain ends on 2026-12-06T12:00:00Z, and verification looks back a day.
    let until = |until: &str| sign(&organisation.signer(), &["--until", until], b"content");
    let out = organisation.folder.path("bundle");
    let last = ["--until", "2026-12-07T12:00:00Z", "--out", &out];
    sign(&organisation.signer(), &last, b"content").ok();
    let asked = ["--from", "2026-12-01T00:00:00Z", "--until", "2026-12-07T12:00:00Z"];
    assert_eq!(verify(&out, &organisation.anchors, &asked).0, 0);
    until("2026-12-07T12:00:01Z").rejected(14, &["error[KL5002]"]);
    until("2026-11-22T11:59:59Z").rejected(2, &["is before the signature starts"]);
}

#[test]
fn domainauth_signs_for_90_days_at_most() {
    let organisation = organisation("bundle-90", "domainauth");
    let out = organisation.folder.path("bundle");
    sign(&organisation.signer(), &["--ttl", "91d", "--out", &out], b"content")
        .rejected(14, &["error[KL5001]", "--ttl 90d"]);
    assert!(std::fs::metadata(out).is_err());
}

#[test]
fn standard_input_is_read_for_one_thing() {
    let signer = ["--org", "example.com", "--key", "-", "--chain", "none"];
    sign(&signer, &[], b"").rejected(2, &["standard input can be read only once"]);
}
