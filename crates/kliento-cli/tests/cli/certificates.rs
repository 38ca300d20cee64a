//! `kliento org cert` and `kliento member`.

use crate::issuing::{AUDIENCE, Organisation, private_key};
use crate::support::{AT, Run, kliento, read};

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
fn certificates_tell_their_period_and_come_in_der_or_pem() {
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
    kliento(&[&cert[..], &["--out", &pem]].concat()).refused(2, &["exists", "--force"]);
    // Both are read where certificates are.
    for certificate in [&der, &pem] {
        let extra = ["--org-cert", certificate, "--audience", AUDIENCE];
        kliento(&[&["token", "sign"], &organisation.signer()[..], &extra].concat()).ok();
    }
    // As long as DomainAuth lets them be, if nobody says; from an hour ago.
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
    end(&["--until", "2026-12-21T12:00:01Z"]).refused(14, &["error[KL5004]", "leave out --days"]);
    end(&["--until", "2026-11-21T12:00:00Z"]).refused(2, &["which is after its end"]);
    end(&["--days", "0"]).refused(2, &["--days"]);
}

#[test]
fn certificates_are_issued_by_their_issuers_key_for_names_that_are_allowed() {
    let organisation = Organisation::new("cert-bad", "veraid");
    let out = organisation.folder.path("out.crt");
    let to = ["--from", AT, "--out", &out];
    member_cert(&organisation, &[], &to).refused(2, &["--user <NAME>|--bot"]);
    member_cert(&organisation, &["--user", "alice", "--bot"], &to).refused(2, &["cannot be used"]);
    member_cert(&organisation, &["--user", "a@b"], &to).refused(14, &["error[KL5009]"]);
    member_cert(&organisation, &["--bot", "--intermediate", "0"], &to)
        .refused(14, &["error[KL5008]", "--profile domainauth"]);
    let stranger = private_key(&organisation.folder, "stranger.pem", 5);
    let issuer = organisation.certificate();
    let with = |issuer: &str, key: &str| {
        let arguments = ["member", "cert", "--org-cert", issuer, "--key", key, "--bot"];
        kliento(&[&arguments[..], &["--member-key", &stranger], &to].concat())
    };
    with(&issuer, &stranger).refused(14, &["error[KL5006]", "kliento key show"]);
    with(&issuer, &organisation.key).ok();
    // A member is no issuer.
    let member = organisation.folder.file("member.crt", read(&out));
    std::fs::remove_file(&out).unwrap();
    with(&member, &stranger).refused(14, &["error[KL5007]"]);
    let long = ["org", "cert", "--org", "example.com", "--key", &organisation.key, "--days", "91"];
    let long = [&long[..], &["--profile", "domainauth", "--out", &out]].concat();
    kliento(&long).refused(14, &["error[KL5003]", "`--days 90`"]);
    assert!(std::fs::metadata(out).is_err());
}

#[test]
fn a_public_key_is_enough_of_a_member() {
    let organisation = Organisation::new("cert-public", "veraid");
    let member_key = private_key(&organisation.folder, "member.pem", 1);
    let public = kliento(&["key", "show", &member_key, "--public"]).ok().stdout;
    let public = organisation.folder.file("public.pem", public);
    let (issuer, out) = (organisation.certificate(), organisation.folder.path("member.crt"));
    let arguments = ["member", "cert", "--org-cert", &issuer, "--key", &organisation.key, "--bot"];
    kliento(&[&arguments[..], &["--member-key", &public, "--from", AT, "--out", &out]].concat())
        .ok();
    assert_eq!(read(&out)[0], 0x30);
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
    bundle(&["--at", AT]).refused(11, &["error[KL2020]"]);
    bundle(&at("2026-12-07T12:00:00Z")).refused(12, &["error[KL2031]"]);
    bundle(&[&at(AT)[..], &["--service", "1.2.3"]].concat()).refused(11, &["error[KL2111]"]);
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
    bundle(&at(AT)).refused(2, &["exists", "--force"]);
}

#[test]
fn under_domainauth_intermediates_stand_between() {
    let organisation = Organisation::new("cert-intermediate", "domainauth");
    let department = organisation.folder.path("department.crt");
    let member = ["--user", "department", "--intermediate", "0"];
    member_cert(&organisation, &member, &["--from", AT, "--out", &department]).ok();
    let department_key = private_key(&organisation.folder, "department.pem", 1);
    let user_key = private_key(&organisation.folder, "user.pem", 2);
    let user = organisation.folder.path("user.crt");
    kliento(&[
        "member",
        "cert",
        "--org-cert",
        &department,
        "--key",
        &department_key,
        "--user",
        "alice",
        "--member-key",
        &user_key,
        "--from",
        AT,
        "--out",
        &user,
    ])
    .ok();
    let (issuer, bundle) = (organisation.certificate(), organisation.folder.path("bundle"));
    kliento(&[
        "member",
        "bundle",
        "--org-cert",
        &issuer,
        "--member-cert",
        &user,
        "--intermediate",
        &department,
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
