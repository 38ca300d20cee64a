//! `kliento token sign`: the whole path from a key to a token that verifies, and the rejections on
//! the way.

use std::fs;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use veraid_testkit::RsaKey;

use crate::issuing::{AUDIENCE, Organisation, private_key};
use crate::support::{AT, Folder, Run, kliento, read};

/// Signs for the usual audience.
fn sign(signer: &[&str], extra: &[&str]) -> Run {
    kliento(&[&["token", "sign", "--audience", AUDIENCE], signer, extra].concat())
}

fn verify_at(token: &str, anchors: &str, at: &str) -> Value {
    let arguments =
        ["token", "verify", token, "--audience", AUDIENCE, "--at", at, "--trust-anchors", anchors];
    kliento(&[&arguments[..], &["--output", "json"]].concat()).json()
}

#[test]
fn from_a_new_key_to_a_token_that_verifies_now() {
    let folder = Folder::new("token-path");
    for profile in ["veraid", "domainauth"] {
        let key = folder.path(&format!("{profile}.pem"));
        kliento(&["key", "create", "--out", &key]).ok();
        let record = ["zone", "record", "--org", "example.com", "--key", &key, "--format", "raw"];
        let record = kliento(&[&record[..], &["--profile", profile]].concat()).ok().stdout;
        let dev = folder.path(profile);
        let zone = ["dev", "zone", "--org", "example.com", "--txt", record.trim_end()];
        kliento(&[&zone[..], &["--profile", profile, "--out", &dev]].concat()).ok();
        let (chain, anchors) = (format!("{dev}/chain.der"), format!("{dev}/trust-anchors.ds"));

        let signer = ["--org", "example.com", "--user", "alice", "--key", &key];
        let evidence = ["--chain", &chain, "--trust-anchors", &anchors];
        let header = sign(&[&signer[..], &evidence].concat(), &[]).ok().stdout;
        assert!(header.starts_with("Kliento MII"), "{header}");
        let token = folder.file("token", header);
        let verify =
            ["token", "verify", &token, "--audience", AUDIENCE, "--trust-anchors", &anchors];
        let text = kliento(&verify).ok().stdout;
        assert!(text.starts_with("VALID\n  subject       alice@example.com\n"), "{text}");
        assert!(text.contains(&format!("  profile       {profile}\n")), "{text}");
    }
}

#[test]
fn the_organisation_signs_for_itself_or_a_user_with_claims_and_times_as_asked() {
    for profile in ["veraid", "domainauth"] {
        let organisation = Organisation::new(&format!("token-facts-{profile}"), profile);
        let out = organisation.folder.path("token");
        let extra = ["--claim", "role=deploy", "--claim", "empty=", "--claim", "a=b=c"];
        let extra = [&extra[..], &["--out", &out]].concat();
        let run = sign(&organisation.signer(), &extra).ok();
        assert!(
            run.stdout.starts_with(&format!(
                "wrote {out}
  organisation  example.com
  user          none (a bot)
  audience      https://api.example.com
  valid from    2026-11-22T11:59:00Z
  valid until   2026-11-22T12:10:00Z
  header        "
            )),
            "{}",
            run.stdout
        );
        let facts = verify_at(&out, &organisation.anchors, AT);
        let expected = json!({
            "schema": "kliento.verification/v2",
            "status": "valid",
            "subject": "example.com",
            "subjectUnicode": "example.com",
            "organisation": "example.com",
            "organisationUnicode": "example.com",
            "user": null,
            "signer": "organisation",
            "claims": {"a": "b=c", "empty": "", "role": "deploy"},
            "audience": AUDIENCE,
            "profile": profile,
            "validFrom": "2026-11-22T11:59:00Z",
            "validUntil": "2026-11-22T12:10:00Z",
            "error": null,
        });
        assert_eq!(facts, expected);

        let extra =
            ["--user", "alice", "--ttl", "1h", "--back-date", "0", "--out", &out, "--force"];
        sign(&organisation.signer(), &extra).ok();
        let facts = verify_at(&out, &organisation.anchors, "2026-11-22T13:00:00Z");
        assert_eq!(facts["subject"], "alice@example.com");
        assert_eq!(facts["validFrom"], "2026-11-22T12:00:00Z");
        assert_eq!(facts["validUntil"], "2026-11-22T13:00:00Z");
    }
}

#[test]
fn all_forms_contain_the_same_kind_of_token() {
    let organisation = Organisation::new("token-forms", "veraid");
    for form in ["header", "base64", "der"] {
        let out = organisation.folder.path(form);
        sign(&organisation.signer(), &["--output", form, "--out", &out]).ok();
        assert_eq!(verify_at(&out, &organisation.anchors, AT)["status"], "valid", "{form}");
    }
    assert!(read(&organisation.folder.path("header")).starts_with(b"Kliento "));
    let base64 = String::from_utf8(read(&organisation.folder.path("base64"))).unwrap();
    assert!(Base64::decode_vec(base64.trim_end()).is_ok());
    assert_eq!(read(&organisation.folder.path("der"))[0], 0x30);
}

#[test]
fn a_given_organisation_certificate_is_used() {
    let organisation = Organisation::new("token-org-cert", "veraid");
    let (certificate, out) = (organisation.certificate(), organisation.folder.path("token"));
    let extra = ["--org-cert", &certificate, "--output", "der", "--out", &out];
    sign(&organisation.signer(), &extra).ok();
    let der = read(&certificate);
    // Within the bundle the certificate has another tag.
    assert!(read(&out).windows(der.len() - 1).any(|bytes| *bytes == der[1..]));
    assert_eq!(verify_at(&out, &organisation.anchors, AT)["status"], "valid");
}

#[test]
fn members_sign_with_their_bundle() {
    for profile in ["veraid", "domainauth"] {
        let organisation = Organisation::new(&format!("token-member-{profile}"), profile);
        let (bundle, key) = organisation.member_bundle(&["--user", "alice"], 1);
        let (anchors, out) = (&organisation.anchors, organisation.folder.path("token"));
        let member = ["--member-bundle", &bundle, "--key", &key, "--trust-anchors", anchors];
        let signer = [&member[..], &["--at", AT, "--out", &out, "--force"]].concat();
        for extra in [
            &[][..],
            &["--org", "Example.com.", "--user", "alice"],
            // A fresher chain.
            &["--chain", &organisation.chain],
        ] {
            sign(&signer, extra).ok();
            let facts = verify_at(&out, anchors, AT);
            assert_eq!(facts["subject"], "alice@example.com");
            assert_eq!(facts["signer"], "member");
            assert_eq!(facts["profile"], profile);
        }
        let (bundle, key) = organisation.member_bundle(&["--bot"], 2);
        let bot = ["--member-bundle", &bundle, "--key", &key, "--trust-anchors", anchors];
        sign(&[&bot[..], &["--at", AT, "--out", &out, "--force"]].concat(), &[]).ok();
        assert_eq!(verify_at(&out, anchors, AT)["subject"], "example.com");

        // The arguments must agree with the bundle.
        sign(&signer, &["--org", "example.org"]).rejected(
            14,
            &["error[KL5012]: certificate belongs to example.com, not to example.org"],
        );
        sign(&signer, &["--user", "bob"])
            .rejected(2, &["--user is bob, but the member bundle is alice@example.com's"]);
        sign(&signer[2..], &["--member-bundle", &bundle])
            .rejected(14, &["error[KL5006]: private key does not match the member certificate"]);
    }
}

#[test]
fn a_fresher_chain_replaces_that_of_the_bundle() {
    let organisation = Organisation::new("token-fresh", "veraid");
    let (bundle, key) = organisation.member_bundle(&["--user", "alice"], 1);
    let late = "2026-12-10T12:00:00Z";
    let old_anchors = organisation.folder.file("old.ds", read(&organisation.anchors));
    let signer = ["--member-bundle", &bundle, "--key", &key, "--at", late];
    sign(&signer, &["--trust-anchors", &old_anchors])
        .rejected(12, &["error[KL2031]", "fetch a fresh chain"]);
    organisation.make_zone("example.com", &[], late);
    let out = organisation.folder.path("token");
    let fresh = ["--trust-anchors", &organisation.anchors, "--chain", &organisation.chain];
    sign(&signer, &[&fresh[..], &["--out", &out]].concat()).ok();
    assert_eq!(verify_at(&out, &organisation.anchors, late)["status"], "valid");
}

#[test]
fn lifetimes_over_an_hour_are_rejected_before_anything_is_read() {
    let nothing = ["--org", "example.com", "--key", "none", "--chain", "none"];
    for extra in [
        &["--ttl", "3601s"][..],
        &["--ttl", "1h", "--back-date", "1"],
        &["--ttl", "59m", "--back-date", "61"],
    ] {
        sign(&nothing, extra).rejected(
            14,
            &["error[KL5001]: signed period lasts 3601 seconds", "`--ttl 1h` or less"],
        );
    }
    sign(&nothing, &["--ttl", "2h", "--back-date", "0"]).rejected(14, &["error[KL5001]"]);
    for ttl in ["600", "0s", "1.5h"] {
        sign(&nothing, &["--ttl", ttl])
            .rejected(2, &["expected a duration like 30s, 10m, 1h or 30d"]);
    }
    let help = kliento(&["token", "sign", "--help"]).ok().stdout;
    // Its lines are as long as the terminal is wide.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("like 30s or 10m; at most 1h"), "{help}");
}

#[test]
fn tokens_are_back_dated_by_a_minute_or_what_their_lifetime_leaves_of_the_hour() {
    let organisation = Organisation::new("token-hour", "veraid");
    let out = organisation.folder.path("token");
    for (extra, from, until) in [
        (&["--ttl", "60m"][..], "12:00:00", "13:00:00"),
        (&["--ttl", "1h", "--back-date", "0"], "12:00:00", "13:00:00"),
        (&["--ttl", "3570s"], "11:59:30", "12:59:30"),
        (&["--ttl", "59m"], "11:59:00", "12:59:00"),
        (&["--ttl", "5m", "--back-date", "55m"], "", ""),
        (&["--ttl", "5m", "--back-date", "3300"], "11:05:00", "12:05:00"),
    ] {
        let run = sign(&organisation.signer(), &[extra, &["--out", &out, "--force"]].concat());
        if from.is_empty() {
            // The number of seconds has no unit.
            run.rejected(2, &["--back-date"]);
            continue;
        }
        run.ok();
        let facts = verify_at(&out, &organisation.anchors, AT);
        assert_eq!(facts["validFrom"], format!("2026-11-22T{from}Z"), "{extra:?}");
        assert_eq!(facts["validUntil"], format!("2026-11-22T{until}Z"), "{extra:?}");
    }
}

#[test]
fn intermediates_sign_on_behalf_of_others_and_plain_members_do_not() {
    let organisation = Organisation::new("token-delegate", "domainauth");
    let (bundle, key) = organisation.intermediate_bundle("ops", 1, "0");
    let (anchors, out) = (&organisation.anchors, organisation.folder.path("token"));
    let signer = ["--member-bundle", &bundle, "--key", &key, "--trust-anchors", anchors];
    let signer = [&signer[..], &["--at", AT, "--out", &out, "--force"]].concat();
    for (extra, subject, signed_by) in [
        (&["--user", "carol"][..], "carol@example.com", "organisation"),
        (&["--bot"], "example.com", "organisation"),
        (&["--user", "ops"], "ops@example.com", "member"),
        (&[], "ops@example.com", "member"),
    ] {
        sign(&signer, extra).ok();
        let facts = verify_at(&out, anchors, AT);
        assert_eq!((&facts["subject"], &facts["signer"]), (&subject.into(), &signed_by.into()));
    }
    sign(&signer, &["--user", "Carol"]).rejected(14, &["error[KL5009]"]);
    sign(&signer, &["--user", "carol", "--bot"]).rejected(2, &["cannot be used"]);
    sign(&signer, &["--user", "carol", "--org", "example.org"]).rejected(14, &["error[KL5012]"]);
    for profile in ["veraid", "domainauth"] {
        let organisation = Organisation::new(&format!("token-no-delegate-{profile}"), profile);
        let (bundle, key) = organisation.member_bundle(&["--user", "alice"], 1);
        let anchors = &organisation.anchors;
        let signer = ["--member-bundle", &bundle, "--key", &key, "--trust-anchors", anchors];
        let signer = [&signer[..], &["--at", AT]].concat();
        for (extra, asked) in [(&["--user", "carol"][..], "--user is carol"), (&["--bot"], "--bot")]
        {
            sign(&signer, extra).rejected(2, &[asked, "who is not an intermediate"]);
        }
    }
}

#[test]
fn claims_need_a_name_and_a_value_and_come_once() {
    let nothing = ["--org", "example.com", "--key", "none", "--chain", "none"];
    sign(&nothing, &["--claim", "role"])
        .rejected(2, &["claim role has no `=`: write it as --claim NAME=VALUE"]);
    sign(&nothing, &["--claim", "a=1", "--claim", "b=1", "--claim", "a=2"])
        .rejected(2, &["claim a is given twice: leave one of them out"]);
}

#[test]
fn chains_that_expire_before_the_token_are_rejected() {
    let organisation = Organisation::new("token-outlives", "veraid");
    // The zone is signed for 14 days from AT on.
    let sign_at = |at: &str, ttl: &str| {
        let (key, chain, anchors) = (&organisation.key, &organisation.chain, &organisation.anchors);
        let signer = ["--org", "example.com", "--key", key, "--chain", chain, "--at", at];
        sign(&signer, &["--trust-anchors", anchors, "--ttl", ttl])
    };
    sign_at("2026-12-06T11:55:00Z", "5m").ok();
    sign_at("2026-12-06T11:55:00Z", "301s").rejected(
        14,
        &[
            "error[KL5002]: signed period is 2026-12-06T11:54:00Z/2026-12-06T12:00:01Z",
            "kliento chain fetch",
        ],
    );
    sign_at("2026-12-06T12:00:01Z", "5m").rejected(12, &["error[KL2031]"]);
    sign_at("2026-11-20T12:00:00Z", "5m").rejected(12, &["error[KL2031]"]);
    // At the chain's first second there is no time for the back-dating.
    sign_at("2026-11-21T12:00:00Z", "5m").ok();
}

#[test]
fn keys_that_no_record_names_are_rejected() {
    let organisation = Organisation::new("token-key", "veraid");
    let stranger = private_key(&organisation.folder, "stranger.pem", 5);
    let out = organisation.folder.path("token");
    let (chain, anchors) = (&organisation.chain, &organisation.anchors);
    let evidence = ["--chain", chain, "--at", AT, "--trust-anchors", anchors, "--out", &out];
    let signer = ["--org", "example.com", "--key", &stranger];
    sign(&[&signer[..], &evidence].concat(), &[]).rejected(
        11,
        &["error[KL2111]: no key record names the organisation's key", "publish a TXT record"],
    );
    let signer = ["--org", "example.org", "--key", &organisation.key];
    sign(&[&signer[..], &evidence].concat(), &[]).rejected(11, &["error[KL2001]"]);
    // The record is for another service.
    organisation.make_zone("example.com", &["--service", "1.2.3"], AT);
    let signer = ["--org", "example.com", "--key", &organisation.key];
    sign(&[&signer[..], &evidence].concat(), &[]).rejected(11, &["error[KL2111]"]);
    assert!(fs::metadata(out).is_err());
}

#[test]
fn wrong_anchors_keys_files_and_names_are_rejected() {
    let organisation = Organisation::new("token-bad", "domainauth");
    let signer = organisation.signer();
    let without_anchors = &signer[..signer.len() - 2];
    sign(without_anchors, &[]).rejected(11, &["error[KL2020]", "--trust-anchors"]);
    sign(&signer, &["--user", "a@b"]).rejected(14, &["error[KL5009]: invalid user name"]);
    // Capital letters are for VeraId only.
    sign(&signer, &["--user", "Alice"]).rejected(14, &["error[KL5009]"]);
    sign(&signer[2..], &[]).rejected(2, &["--org"]);
    let existing = organisation.folder.file("existing", "precious");
    sign(&signer, &["--out", &existing]).rejected(2, &["exists", "--force"]);
    assert_eq!(read(&existing), b"precious");

    let garbage = organisation.folder.file("garbage", b"\x30\x00");
    let (key, anchors) = (&organisation.key, &organisation.anchors);
    let rest = ["--org", "example.com", "--key", key, "--at", AT, "--trust-anchors", anchors];
    let with_chain = |chain: &str| sign(&rest, &["--chain", chain]);
    with_chain(&garbage).rejected(10, &["error[KL1004]", &garbage]);
    with_chain(&organisation.folder.path("none")).rejected(2, &["cannot be read"]);
    sign(&rest, &["--member-bundle", &garbage]).rejected(10, &["error[KL1004]"]);
    sign(&signer, &["--org-cert", &garbage]).rejected(10, &["give one certificate, in PEM or DER"]);
    sign(&signer, &["--org-cert", &organisation.key]).rejected(2, &["PRIVATE KEY in PEM"]);
    let other = organisation.folder.path("other.crt");
    let cert = ["org", "cert", "--org", "example.org", "--key", key, "--out", &other];
    kliento(&[&cert[..], &["--profile", "domainauth"]].concat()).ok();
    sign(&signer, &["--org-cert", &other])
        .rejected(14, &["error[KL5012]: certificate belongs to example.org, not to example.com"]);
    let small = organisation.folder.secret("pss", RsaKey::fixed_with_exponent_3().pkcs8_der());
    let small = ["--org", "example.com", "--key", &small, "--chain", &organisation.chain];
    sign(&small, &["--at", AT]).rejected(2, &["error[KL5202]"]);
}
