//! `kliento org cert` and `kliento member`.

use crate::issuing::{AUDIENCE, Organisation, private_key};
use crate::support::{AT, Folder, Run, kliento, read};

fn member_cert(organisation: &Organisation, member: &[&str], extra: &[&str]) -> Run {
    let issuer = organisation.certificate();
    let member_key = private_key(&organisation.folder, "member.pem", 1);
    let arguments = [
        "member",
        "cert",
        "--org-cert",
        &issuer,
        "--key",
        &organisation.key,
        "--member-key",
        &member_key,
    ];
    kliento(&[&arguments, member, extra].concat())
}

#[test]
fn certificates_report_their_period_and_are_der_or_pem() {
    let organisation = Organisation::new("cert-forms", "veraid");
    let (der, pem) = (organisation.folder.path("a.crt"), organisation.folder.path("b.crt"));
    let cert = ["org", "cert", "--org", "Example.com", "--key", &organisation.key];
    let period = ["--from", AT, "--days", "2"];
    let run = kliento(&[&cert[..], &period, &["--out", &der]].concat()).ok();
    assert_eq!(
        run.stdout,
        format!(
            "wrote {der}
  certificate   example.com
  valid from    2026-11-22T12:00:00Z
  valid until   2026-11-24T12:00:00Z
"
        )
    );
    assert_eq!(read(&der)[0], 0x30);
    kliento(&[&cert[..], &period, &["--pem", "--out", &pem]].concat()).ok();
    assert!(read(&pem).starts_with(b"-----BEGIN CERTIFICATE-----\n"));
    kliento(&[&cert[..], &["--out", &pem]].concat()).rejected(2, &["exists", "--force"]);
    // Both forms are accepted wherever a certificate is read.
    for certificate in [&der, &pem] {
        let extra = ["--org-cert", certificate, "--audience", AUDIENCE];
        kliento(&[&["token", "sign"], &organisation.signer()[..], &extra].concat()).ok();
    }
    // By default, as long as DomainAuth allows, from an hour ago.
    kliento(&[&cert[..], &["--profile", "domainauth", "--out", &pem, "--force"]].concat()).ok();
}

#[test]
fn members_are_valid_no_longer_than_their_issuer() {
    let organisation = Organisation::new("cert-period", "veraid");
    let out = organisation.folder.path("member.crt");
    let end = |extra: &[&str]| {
        let extra = [extra, &["--from", AT, "--out", &out, "--force"]].concat();
        member_cert(&organisation, &["--user", "alice"], &extra)
    };
    // The organisation's certificate ends 30 days after 2026-11-21T12:00:00Z.
    assert!(end(&[]).ok().stdout.ends_with("  valid until   2026-12-21T12:00:00Z\n"));
    assert!(end(&["--days", "1"]).ok().stdout.ends_with("  valid until   2026-11-23T12:00:00Z\n"));
    end(&["--until", "2026-12-21T12:00:01Z"]).rejected(14, &["error[KL5004]", "leave out --days"]);
    end(&["--until", "2026-11-21T12:00:00Z"]).rejected(2, &["which is after its end"]);
    end(&["--days", "0"]).rejected(2, &["--days"]);
}

#[test]
fn certificates_are_issued_by_their_issuers_key_for_names_that_are_allowed() {
    let organisation = Organisation::new("cert-bad", "veraid");
    let out = organisation.folder.path("out.crt");
    let to = ["--from", AT, "--out", &out];
    member_cert(&organisation, &[], &to).rejected(2, &["--user <NAME>|--bot"]);
    member_cert(&organisation, &["--user", "alice", "--bot"], &to).rejected(2, &["cannot be used"]);
    member_cert(&organisation, &["--user", "a@b"], &to).rejected(14, &["error[KL5009]"]);
    member_cert(&organisation, &["--bot", "--intermediate", "0"], &to)
        .rejected(14, &["error[KL5008]", "--profile domainauth"]);
    let stranger = private_key(&organisation.folder, "stranger.pem", 5);
    let issuer = organisation.certificate();
    let with = |issuer: &str, key: &str| {
        let arguments = ["member", "cert", "--org-cert", issuer, "--key", key, "--bot"];
        kliento(&[&arguments[..], &["--member-key", &stranger], &to].concat())
    };
    with(&issuer, &stranger).rejected(14, &["error[KL5006]", "kliento key show"]);
    with(&issuer, &organisation.key).ok();
    // A member is not an issuer.
    let member = organisation.folder.file("member.crt", read(&out));
    std::fs::remove_file(&out).unwrap();
    with(&member, &stranger).rejected(14, &["error[KL5007]"]);
    let long = ["org", "cert", "--org", "example.com", "--key", &organisation.key, "--days", "91"];
    let long = [&long[..], &["--profile", "domainauth", "--out", &out]].concat();
    kliento(&long).rejected(14, &["error[KL5003]", "`--days 90`"]);
    assert!(std::fs::metadata(out).is_err());
}

#[test]
fn a_member_proves_possession_of_the_key_unless_the_issuer_waives_it() {
    let organisation = Organisation::new("cert-proof", "veraid");
    let folder = &organisation.folder;
    let member_key = private_key(folder, "member.pem", 1);
    let public = kliento(&["key", "show", &member_key, "--public"]).ok().stdout;
    let public = folder.file("public.pem", public);
    let (issuer, out) = (organisation.certificate(), folder.path("member.crt"));
    let cert = |extra: &[&str]| {
        let arguments = ["member", "cert", "--org-cert", &issuer, "--key", &organisation.key];
        let to = ["--from", AT, "--out", &out, "--force"];
        kliento(&[&arguments[..], &to, extra].concat())
    };
    let request = |extra: &[&str]| {
        let arguments = ["key", "request", "--key", &member_key, "--org", "Example.com."];
        folder.file("member.csr", kliento(&[&arguments[..], extra].concat()).ok().stdout)
    };
    cert(&["--bot", "--member-key", &public])
        .rejected(2, &["nothing proves that the member has the private one", "--without-proof"]);
    assert!(std::fs::metadata(&out).is_err());
    cert(&["--bot", "--member-key", &public, "--without-proof"]).ok();
    cert(&["--bot", "--member-key", &member_key]).ok();
    let alice = request(&["--user", "alice"]);
    cert(&["--user", "alice", "--request", &alice]).ok();
    assert_eq!(read(&out)[0], 0x30);
    // A request is for one member, and unchanged.
    for other in [&["--user", "bob"][..], &["--bot"]] {
        cert(&[other, &["--request", &alice]].concat()).rejected(
            14,
            &["error[KL5056]: certificate request is for alice@example.com", "kliento key request"],
        );
    }
    let mut der = der::pem::decode_vec(&read(&alice)).unwrap().1;
    let in_der = folder.file("alice.der", &der);
    cert(&["--user", "alice", "--request", &in_der]).ok();
    *der.last_mut().unwrap() ^= 1;
    let forged = folder.file("forged.der", der);
    cert(&["--user", "alice", "--request", &forged])
        .rejected(11, &["error[KL5150]", &format!("where     {forged}")]);
    for no_request in [&public, &issuer] {
        cert(&["--bot", "--request", no_request]).rejected(10, &["error[KL5250]", no_request]);
    }
    cert(&["--bot", "--member-key", &alice]).rejected(2, &["is a certificate request, not a key"]);
    let bot = request(&["--bot"]);
    cert(&["--bot", "--request", &bot]).ok();
    cert(&["--bot"]).rejected(2, &["--request <FILE>|--member-key <FILE>"]);
    cert(&["--bot", "--request", &bot, "--without-proof"]).rejected(2, &["cannot be used"]);
    cert(&["--bot", "--request", &bot, "--member-key", &member_key])
        .rejected(2, &["cannot be used"]);
}

#[test]
fn requests_show_their_member() {
    let folder = Folder::new("cert-request");
    let key = private_key(&folder, "key.pem", 1);
    let out = folder.path("alice.csr");
    let request = ["key", "request", "--key", &key, "--org", "example.com", "--out", &out];
    let run = kliento(&[&request[..], &["--user", "alice"]].concat()).ok();
    assert_eq!(run.stdout, format!("wrote {out}\n  request for   alice@example.com\n"));
    assert!(read(&out).starts_with(b"-----BEGIN CERTIFICATE REQUEST-----\n"));
    let run = kliento(&[&request[..], &["--bot", "--force"]].concat()).ok();
    assert_eq!(run.stdout, format!("wrote {out}\n  request for   example.com (a bot)\n"));
    kliento(&[&request[..], &["--bot"]].concat()).rejected(2, &["exists", "--force"]);
    kliento(&[&request[..], &["--user", "a@b", "--force"]].concat())
        .rejected(14, &["error[KL5009]"]);
    kliento(&[&request[..], &["--force"]].concat()).rejected(2, &["--user <NAME>|--bot"]);
}

#[test]
fn organisations_allow_the_requested_number_of_levels() {
    let organisation = Organisation::new("cert-levels", "domainauth");
    let key = private_key(&organisation.folder, "ops.pem", 1);
    let out = organisation.folder.path("ops.crt");
    let ops = |issuer: &str, path_length: &str| {
        let arguments = ["member", "cert", "--org-cert", issuer, "--key", &organisation.key];
        let member = ["--user", "ops", "--member-key", &key, "--intermediate", path_length];
        kliento(&[&arguments[..], &member, &["--from", AT, "--out", &out, "--force"]].concat())
    };
    ops(&organisation.certificate(), "0")
        .rejected(14, &["error[KL5007]", "`--intermediate-levels`"]);
    let two = organisation.certificate_with(&["--intermediate-levels", "2"]);
    ops(&two, "1").ok();
    ops(&two, "2").rejected(14, &["error[KL5007]"]);
    let none = organisation.certificate_with(&["--sign-only"]);
    ops(&none, "0").rejected(14, &["error[KL5007]"]);
    let token = organisation.folder.path("token");
    let sign = ["token", "sign", "--audience", AUDIENCE, "--org-cert", &none, "--out", &token];
    kliento(&[&sign[..], &organisation.signer()].concat()).ok();

    let veraid = Organisation::new("cert-levels-veraid", "veraid");
    let cert = ["org", "cert", "--org", "example.com", "--key", &veraid.key, "--out", &out];
    let cert = |extra: &[&str]| kliento(&[&cert[..], &["--force"], extra].concat());
    cert(&["--sign-only"]).rejected(14, &["error[KL5050]", "--profile domainauth"]);
    cert(&["--intermediate-levels", "1"]).rejected(14, &["error[KL5008]"]);
    cert(&["--intermediate-levels", "4"]).rejected(2, &["--intermediate-levels"]);
    cert(&["--intermediate-levels", "1", "--sign-only"]).rejected(2, &["cannot be used"]);
}

#[test]
fn common_names_over_64_characters_are_issued_with_a_warning() {
    let folder = Folder::new("cert-long-names");
    let key = private_key(&folder, "org.pem", 0);
    let out = folder.path("org.crt");
    let label = "a".repeat(52);
    // 64 characters with ".example.com", and then 65.
    for (name, is_long) in
        [(format!("{label}.example.com"), false), (format!("{label}a.example.com"), true)]
    {
        let cert = ["org", "cert", "--org", &name, "--key", &key, "--out", &out, "--force"];
        let run = kliento(&cert);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let warning = "the common name has 65 characters; RFC 5280 allows 64";
        assert_eq!(run.stderr.contains(&format!("warning: {warning}")), is_long, "{}", run.stderr);
        assert!(run.stdout.starts_with(&format!("wrote {out}\n")));
        let run = kliento(&[&cert[..], &["--output", "json"]].concat());
        let facts: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(facts["schema"], "kliento.certificate/v1");
        assert_eq!((&facts["status"], &facts["name"]), (&"issued".into(), &name.as_str().into()));
        let warnings = facts["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), usize::from(is_long));
        assert!(warnings.iter().all(|text| text.as_str().unwrap().starts_with(warning)));
    }
    let organisation = Organisation::new("cert-long-user", "veraid");
    let user = "é".repeat(65);
    let to = ["--from", AT, "--out", &out, "--force", "--output", "json"];
    let run = member_cert(&organisation, &["--user", &user], &to);
    assert_eq!(run.code, 0);
    assert!(run.stderr.starts_with("warning: the common name has 65 characters"));
    let run = member_cert(&organisation, &["--user", "a@b"], &to);
    let (code, facts) = (run.code, run.json());
    assert_eq!((code, &facts["status"]), (14, &"invalid".into()));
    assert_eq!(facts["error"]["code"], "KL5009");
    let stdout = ["--from", AT, "--out", "-", "--output", "json"];
    member_cert(&organisation, &["--bot"], &stdout).rejected(2, &["both the certificate and JSON"]);
}

#[test]
fn an_issuer_that_has_expired_or_is_not_valid_yet_issues_nothing() {
    let organisation = Organisation::new("cert-expired", "veraid");
    let key = private_key(&organisation.folder, "member.pem", 1);
    let out = organisation.folder.path("out.crt");
    for from in ["2001-01-01T00:00:00Z", "9990-01-01T00:00:00Z"] {
        let period = ["--from", from, "--days", "30"];
        let issuer = organisation.folder.path("issuer.crt");
        let own = ["org", "cert", "--org", "example.com", "--key", &organisation.key];
        kliento(&[&own[..], &period, &["--out", &issuer, "--force"]].concat()).ok();
        let member = ["member", "cert", "--org-cert", &issuer, "--key", &organisation.key, "--bot"];
        let member = [&member[..], &["--member-key", &key, "--out", &out]].concat();
        kliento(&member).rejected(14, &["error[KL5054]"]);
        // Nor for a period at which the issuer's certificate is not valid.
        kliento(&[&member[..], &["--from", AT, "--days", "1"]].concat())
            .rejected(14, &["error[KL5054]"]);
    }
    assert!(std::fs::metadata(out).is_err());
}

#[test]
fn bundles_that_prove_nothing_are_not_written() {
    let organisation = Organisation::new("cert-bundle", "veraid");
    let member = organisation.folder.path("member.crt");
    member_cert(&organisation, &["--user", "alice"], &["--from", AT, "--out", &member]).ok();
    let (issuer, out) = (organisation.certificate(), organisation.folder.path("bundle"));
    let bundle = |extra: &[&str]| {
        let arguments = ["member", "bundle", "--org-cert", &issuer, "--member-cert", &member];
        let chain = ["--chain", &organisation.chain, "--out", &out];
        kliento(&[&arguments[..], &chain, extra].concat())
    };
    let trusted = ["--trust-anchors", &organisation.anchors[..]];
    let at = |instant| [&trusted[..], &["--at", instant]].concat();
    bundle(&["--at", AT]).rejected(11, &["error[KL2020]"]);
    bundle(&at("2026-12-07T12:00:00Z")).rejected(12, &["error[KL2031]"]);
    bundle(&[&at(AT)[..], &["--service", "1.2.3"]].concat()).rejected(11, &["error[KL2111]"]);
    // The organisation issued another certificate than the one that issued the member's.
    assert!(std::fs::metadata(&out).is_err());
    let run = bundle(&at(AT)).ok();
    assert_eq!(
        run.stdout,
        format!(
            "wrote {out}
  member        alice@example.com
  service       1.3.6.1.4.1.58708.3.0
  profile       veraid
  valid from    2026-11-22T12:00:00Z
  valid until   2026-12-06T12:00:00Z
"
        )
    );
    bundle(&at(AT)).rejected(2, &["exists", "--force"]);
}

#[test]
fn under_domainauth_intermediates_stand_between() {
    let organisation = Organisation::new("cert-intermediate", "domainauth");
    let (department, department_key) = organisation.intermediate_bundle("department", 1, "0");
    let user_key = private_key(&organisation.folder, "user.pem", 2);
    let user = organisation.folder.path("user.crt");
    let below = |issuer: [&str; 2], member: &[&str]| {
        let arguments = ["member", "cert", "--key", &department_key, "--from", AT, "--out", &user];
        let rest = ["--member-key", &user_key, "--force"];
        kliento(&[&arguments[..], &issuer, &rest, member].concat())
    };
    let alice = ["--user", "alice"];
    below(["--member-bundle", &department], &alice).ok();
    // The intermediate's certificate alone does not say what it may issue.
    let certificate = organisation.folder.path("member-1.crt");
    below(["--org-cert", &certificate], &alice)
        .rejected(14, &["error[KL5055]", "--member-bundle instead"]);
    below(["--member-bundle", &department], &["--user", "example.com."])
        .rejected(14, &["error[KL5014]"]);
    below(["--member-bundle", &department], &["--bot", "--intermediate", "0"])
        .rejected(14, &["error[KL5007]"]);
    let (issuer, bundle) =
        (organisation.folder.path("org.crt"), organisation.folder.path("bundle"));
    kliento(&[
        "member",
        "bundle",
        "--org-cert",
        &issuer,
        "--member-cert",
        &user,
        "--intermediate",
        &certificate,
        "--chain",
        &organisation.chain,
        "--at",
        AT,
        "--trust-anchors",
        &organisation.anchors,
        "--out",
        &bundle,
    ])
    .ok();
    let run = kliento(&[
        "token",
        "sign",
        "--member-bundle",
        &bundle,
        "--key",
        &user_key,
        "--at",
        AT,
        "--audience",
        AUDIENCE,
        "--trust-anchors",
        &organisation.anchors,
        "--user",
        "alice",
    ]);
    assert!(run.ok().stdout.starts_with("Kliento "));
}
