//! `kliento token verify`: forms of input, the whole JSON, every exit code.

use crate::support::{AT, Folder, Run, anchors, bytes, kliento, kliento_with, vector, vectors};
use base64ct::{Base64, Base64Unpadded, Encoding};
use serde_json::{Value, json};
use veraid_testkit::{
    AUDIENCE, Fault, MockBundle, Scenario, Signer, TEST_SERVICE, TestProfile, kliento_token, period,
};

/// Verifies a bundle of the default scenario's kind for the usual audience and instant.
fn verify(test: &str, bundle: &MockBundle, extra: &[&str]) -> Run {
    let folder = Folder::new(test);
    let anchors = folder.file("anchors", &bundle.trust_anchors);
    let input = folder.file("token", &bundle.der);
    let mut arguments = vec!["token", "verify", &input, "--trust-anchors", &anchors];
    if !extra.contains(&"--audience") {
        arguments.extend(["--audience", AUDIENCE]);
    }
    if !extra.contains(&"--at") {
        arguments.extend(["--at", AT]);
    }
    arguments.extend(extra);
    kliento(&arguments)
}

fn failed(status: &str, code: &str, message: &str, reasons: &[&str]) -> Value {
    json!({
        "schema": "kliento.verification/v2",
        "status": status,
        "subject": null,
        "subjectUnicode": null,
        "organisation": null,
        "organisationUnicode": null,
        "user": null,
        "signer": null,
        "claims": null,
        "audience": null,
        "profile": null,
        "validFrom": null,
        "validUntil": null,
        "error": {"code": code, "message": message, "reasons": reasons},
    })
}

fn alice() -> Value {
    json!({
        "schema": "kliento.verification/v2",
        "status": "valid",
        "subject": "alice@example.com",
        "subjectUnicode": "alice@example.com",
        "organisation": "example.com",
        "organisationUnicode": "example.com",
        "user": "alice",
        "signer": "member",
        "claims": {},
        "audience": "https://api.example.com",
        "profile": "veraid",
        "validFrom": "2026-11-22T11:59:00Z",
        "validUntil": "2026-11-22T12:10:00Z",
        "error": null,
    })
}

#[test]
fn a_valid_token_gives_all_facts_in_the_order_of_the_schema() {
    let run = verify("token-facts", &Scenario::default().build(), &["--output", "json"]);
    assert_eq!(run.code, 0);
    assert_eq!(run.json(), alice());
    let places: Vec<_> = [
        "schema",
        "status",
        "subject",
        "subjectUnicode",
        "organisation",
        "organisationUnicode",
        "user",
        "signer",
        "claims",
        "audience",
        "profile",
        "validFrom",
        "validUntil",
        "error",
    ]
    .iter()
    .map(|key| run.stdout.find(&format!("\"{key}\":")).unwrap())
    .collect();
    assert!(places.is_sorted(), "{}", run.stdout);
}

#[test]
fn a_bot_of_domainauth_with_claims_signed_by_the_organisation_is_shown() {
    let bundle = Scenario {
        user: None,
        signer: Signer::Organisation,
        organisation: "xn--bcher-kva.example".into(),
        content: kliento_token(AUDIENCE, &[("role", "deploy"), ("a", "b")]),
        ..Scenario::of(TestProfile::DomainAuth)
    }
    .build();
    let run = verify("token-bot", &bundle, &["--output", "json", "--profile", "domainauth"]);
    assert_eq!(run.code, 0);
    let mut expected = alice();
    expected["subject"] = json!("xn--bcher-kva.example");
    expected["subjectUnicode"] = json!("bücher.example");
    expected["organisation"] = json!("xn--bcher-kva.example");
    expected["organisationUnicode"] = json!("bücher.example");
    expected["user"] = Value::Null;
    expected["signer"] = json!("organisation");
    expected["claims"] = json!({"a": "b", "role": "deploy"});
    expected["profile"] = json!("domainauth");
    assert_eq!(run.json(), expected);
}

#[test]
fn text_shows_the_facts_line_by_line() {
    let content = kliento_token(AUDIENCE, &[("role", "deploy")]);
    let run = verify("token-text", &Scenario { content, ..Scenario::default() }.build(), &[]);
    assert_eq!(
        (run.code, run.stderr.as_str(), run.stdout.as_str()),
        (
            0,
            "",
            "VALID
  subject       alice@example.com
  organisation  example.com
  user          alice
  signed by     alice
  audience      https://api.example.com
  claims        role = deploy
  profile       veraid
  valid from    2026-11-22T11:59:00Z
  valid until   2026-11-22T12:10:00Z
"
        )
    );
}

#[test]
fn text_names_the_signer_in_words_that_no_user_name_can_imitate() {
    let rows = [
        (Signer::Member, Some("alice"), "alice"),
        (Signer::Member, None, "a bot of the organisation"),
        (Signer::Organisation, Some("alice"), "the organisation on behalf of alice"),
        (Signer::Organisation, None, "the organisation itself"),
        (Signer::Member, Some("the organisation itself"), "\"the organisation itself\""),
        (
            Signer::Member,
            Some("the organisation on behalf of bob"),
            "\"the organisation on behalf of bob\"",
        ),
        (Signer::Organisation, Some("a\" b"), "the organisation on behalf of \"a\\\" b\""),
    ];
    for (index, (signer, user, words)) in rows.into_iter().enumerate() {
        let scenario = Scenario { user: user.map(str::to_owned), ..Scenario::signed_by(signer) };
        let run = verify(&format!("token-signer-{index}"), &scenario.build(), &[]);
        let line = format!("  signed by     {words}\n");
        assert!(run.code == 0 && run.stdout.contains(&line), "{}", run.stdout);
    }
}

#[test]
fn text_escapes_terminal_control_characters() {
    let content = br#"{"audience":"https://api.example.com","claims":{"a":"\u001b[2J\u202e"}}"#;
    let scenario = Scenario { content: content.to_vec(), ..Scenario::default() };
    let run = verify("token-escapes", &scenario.build(), &[]);
    assert!(run.stdout.contains("  claims        a = \\u{1b}[2J\\u{202e}\n"), "{}", run.stdout);
    let run = verify("token-escapes", &scenario.build(), &["--output", "json"]);
    assert!(run.stdout.contains(r#""claims":{"a":"\u001b[2J\u202e"}"#), "{}", run.stdout);
}

#[test]
fn der_base64_and_header_lines_are_distinguished() {
    let vector = vector("rsa-2048-user");
    let folder = Folder::new("token-forms");
    let anchors = folder.file("anchors", anchors(&vector));
    let der = bytes(&vector, "input");
    let (padded, unpadded) = (Base64::encode_string(&der), Base64Unpadded::encode_string(&der));
    let text = |text: String| text.into_bytes();
    for input in [
        der,
        text(padded.clone()),
        text(unpadded.clone()),
        text(format!("{padded}\n")),
        text(format!("{unpadded}\r\n")),
        text(format!("Kliento {padded}")),
        text(format!("kLIENTO {unpadded}\n")),
        text(format!("Authorization: Kliento {padded}\n")),
        text(format!("authorization:Kliento {padded}\r\n")),
        text(format!("AUTHORIZATION: \t kliento {unpadded}")),
    ] {
        let arguments = [
            "token",
            "verify",
            "--audience",
            AUDIENCE,
            "--at",
            "2026-11-22T05:25:42Z",
            "--trust-anchors",
            &anchors,
        ];
        let file = folder.file("input", &input);
        let from_file = kliento(&[&arguments[..2], &[&file], &arguments[2..]].concat());
        let from_stdin = kliento_with(&arguments, &input);
        let from_dash = kliento_with(&[&arguments[..2], &["-"], &arguments[2..]].concat(), &input);
        for run in [from_file, from_stdin, from_dash] {
            let start: String = input.iter().take(24).copied().map(char::from).collect();
            assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{start:?}");
            assert!(run.stdout.starts_with("VALID\n  subject       alice@example.com\n"));
        }
    }
}

#[test]
fn other_input_is_malformed_with_a_reason() {
    let der = Scenario::default().build().der;
    let padded = Base64::encode_string(&der);
    let text = |text: String| text.into_bytes();
    for (input, code, message) in [
        (vec![], "KL1003", "token bundle is not standard Base64"),
        (b"hello".to_vec(), "KL1003", "token bundle is not standard Base64"),
        (text(format!("{padded}\n\n")), "KL1003", "token bundle is not standard Base64"),
        (text(format!(" {padded}")), "KL1003", "token bundle is not standard Base64"),
        (text(format!("Kliento {padded}\n ")), "KL1003", "token bundle is not standard Base64"),
        (
            text(format!("Bearer {padded}")),
            "KL1002",
            "authorization header is malformed: the scheme is not Kliento",
        ),
        (
            text(format!("Authorization: {padded}")),
            "KL1002",
            "authorization header is malformed: the scheme is not Kliento",
        ),
        (
            text(format!("Kliento  {padded}")),
            "KL1002",
            "authorization header is malformed: the scheme is not followed by exactly one space",
        ),
        (vec![b'A'; 40_000], "KL1001", "token bundle has 30000 bytes, limit is 16384"),
        (vec![b'A'; 70_000], "KL1001", "input has more than 65536 bytes"),
        (vec![b'0'; 21_849], "KL1001", "token bundle has 16386 bytes, limit is 16384"),
    ] {
        let run = kliento_with(
            &["token", "verify", "--audience", AUDIENCE, "--at", AT, "--output", "json"],
            &input,
        );
        assert_eq!(run.code, 10, "{message}");
        assert_eq!(run.json(), failed("malformed", code, message, &[]));
    }
}

#[test]
fn bytes_that_are_not_a_bundle_are_malformed_with_their_location() {
    let mut der = Scenario::default().build().der;
    der[4] = 0x81;
    let run = kliento_with(&["token", "verify", "--audience", AUDIENCE, "--at", AT], &der);
    assert_eq!((run.code, run.stdout.as_str()), (10, ""));
    assert_eq!(
        run.stderr,
        "error[KL1004]: the input is not the expected ASN.1 structure
  where     version, octet 4
  reason    version at octet 4: expected tag 0x80, found 0x81
  fix       check that the input is complete and is a signature bundle, not a certificate or a member id bundle; if it is, the issuer's software writes invalid DER
  see       kliento explain KL1004
"
    );
}

#[test]
fn a_bundle_that_was_changed_is_invalid() {
    let mut bundle = Scenario::default().build();
    let last = bundle.der.len() - 1;
    bundle.der[last] ^= 1;
    let run = verify("token-changed", &bundle, &["--output", "json"]);
    assert_eq!(run.code, 11);
    assert_eq!(
        run.json(),
        failed(
            "invalid",
            "KL2318",
            "invalid signature bundle",
            &["invalid signed data", "the signature is invalid"]
        )
    );
}

#[test]
fn a_chain_of_another_root_is_invalid() {
    let bundle = Scenario::default().build();
    let run = kliento_with(
        &["token", "verify", "--audience", AUDIENCE, "--at", AT, "--output", "json"],
        &bundle.der,
    );
    assert_eq!(run.code, 11);
    assert_eq!(run.json()["error"]["code"], "KL2020");
}

#[test]
fn content_that_is_not_a_token_is_invalid() {
    let content = br#"{"claims":{}}"#.to_vec();
    let bundle = Scenario { content, ..Scenario::default() }.build();
    let run = verify("token-none", &bundle, &["--output", "json"]);
    assert_eq!(run.code, 11);
    assert_eq!(
        run.json(),
        failed(
            "invalid",
            "KL3001",
            "signed content is not a Kliento token",
            &["it has no audience"]
        )
    );
}

#[test]
fn a_token_before_or_after_its_time_fails_with_the_requested_instant() {
    let bundle = Scenario::default().build();
    for (at, reason) in [
        ("2026-11-22T11:58:59Z", "signature is not valid until 2026-11-22T11:59:00Z, after"),
        ("2026-11-22T12:10:01Z", "signature expired at 2026-11-22T12:10:00Z, before"),
    ] {
        let run = verify("token-time", &bundle, &["--at", at]);
        assert_eq!((run.code, run.stdout.as_str()), (12, ""));
        let expected = format!(
            "error[KL2402]: it has expired, is not valid yet, or was never valid as a whole\n  where     signature\n  asked     {at}\n  reason    {reason} {at}: no common second: "
        );
        assert!(run.stderr.starts_with(&expected), "{}", run.stderr);
    }
    for at in ["1795348740", "2026-11-22T13:10:00.999+01:00"] {
        assert_eq!(verify("token-time", &bundle, &["--at", at]).code, 0, "{at}");
    }
}

#[test]
fn a_chain_that_expired_is_a_failure_of_time() {
    let at = Scenario::default().at;
    let rrsig_period = period(at.saturating_sub(86_400), at.saturating_sub(43_200));
    let run = verify(
        "token-chain-time",
        &Scenario { rrsig_period, ..Scenario::default() }.build(),
        &["--output", "json"],
    );
    assert_eq!(run.code, 12);
    assert_eq!(run.json()["status"], "invalid");
    assert_eq!(run.json()["error"]["code"], "KL2031");
}

#[test]
fn leeway_helps_early_tokens_but_not_late_ones() {
    let bundle = Scenario::default().build();
    for (at, leeway, code) in [
        ("2026-11-22T11:58:00Z", "60", 0),
        ("2026-11-22T11:58:00Z", "59", 12),
        ("2026-11-22T12:10:01Z", "300", 12),
    ] {
        let run = verify("token-leeway", &bundle, &["--at", at, "--leeway", leeway]);
        assert_eq!(run.code, code, "{at} {leeway}");
    }
}

#[test]
fn a_token_for_another_audience_is_rejected_as_such() {
    let bundle = Scenario::default().build();
    let audience = ["--audience", "https://api.example.com/"];
    let run = verify("token-audience", &bundle, &[&audience[..], &["--output", "json"]].concat());
    assert_eq!(run.code, 13);
    let message =
        r#"token is for audience "https://api.example.com", not "https://api.example.com/""#;
    assert_eq!(run.json(), failed("invalid", "KL3002", message, &[]));
    let run = verify("token-audience", &bundle, &audience);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (
            13,
            "",
            "error[KL3002]: token is for audience \"https://api.example.com\", not \"https://api.example.com/\"
  where     audience of the token
  reason    the token is for another audience
  fix       have the client request a token for your audience; if the token's audience is yours, correct --audience
  see       kliento explain KL3002
"
        )
    );
}

#[test]
fn tokens_outside_the_policy_are_rejected_as_such() {
    let at = Scenario::default().at;
    let long =
        Scenario { signature_period: period(at, at.saturating_add(3_601)), ..Scenario::default() };
    let other_service = Scenario { service: TEST_SERVICE.into(), ..Scenario::default() };
    for (bundle, extra, code, error) in [
        (long.build(), &[][..], 14, "KL2403"),
        (long.build(), &["--max-validity", "3601"], 0, ""),
        (Scenario::default().build(), &["--max-validity", "659"], 14, "KL2403"),
        (Scenario::default().build(), &["--max-validity", "660"], 0, ""),
        (other_service.build(), &[], 14, "KL2401"),
        (Scenario::default().build(), &["--profile", "domainauth"], 14, "KL2103"),
        (Scenario::default().build(), &["--profile", "veraid"], 0, ""),
    ] {
        let run = verify("token-policy", &bundle, &[extra, &["--output", "json"]].concat());
        assert_eq!(run.code, code, "{extra:?}");
        assert_eq!(run.json()["error"]["code"].as_str().unwrap_or_default(), error);
    }
}

#[test]
fn an_organisation_certificate_that_someone_else_issued_takes_a_flag_and_is_reported() {
    let foreign = Fault::OrganisationCertificateForeign;
    let made = foreign.build(&Scenario::of(TestProfile::DomainAuth));
    let folder = Folder::new("token-foreign-issuer");
    let anchors = folder.file("anchors", &made.trust_anchors);
    let input = folder.file("token", &made.der);
    let ask = |verb: &str, extra: &[&str]| {
        let usual = ["token", verb, &input, "--trust-anchors", &anchors, "--audience", AUDIENCE];
        kliento(&[&usual[..], &["--at", AT], extra].concat())
    };
    for verb in ["verify", "inspect"] {
        let run = ask(verb, &["--output", "json"]);
        assert_eq!((run.code, run.json()["error"]["code"].clone()), (14, json!("KL2218")));
        let run = ask(verb, &["--output", "json", "--allow-foreign-issuer"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let facts = if verb == "verify" { run.json() } else { run.json()["verified"].clone() };
        assert_eq!(facts["foreignIssuer"], json!(true));
        let run = ask(verb, &["--allow-foreign-issuer"]);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("someone else issued"), "{}", run.stdout);
    }
}

#[test]
fn wrong_arguments_leave_standard_output_empty() {
    let folder = Folder::new("token-usage");
    let token = folder.file("token", Scenario::default().build().der);
    let bad_anchors = folder.file("anchors", ". IN A 192.0.2.1\n");
    let no_text = folder.file("binary", b"\xFF");
    let missing = format!("{token}.missing");
    let verify = ["token", "verify", &token, "--audience", AUDIENCE];
    let cases: &[&[&str]] = &[
        &[],
        &["token"],
        &["token", "verify", &token],
        &["token", "verify", &token, "--audience", ""],
        &["token", "verify", &missing, "--audience", AUDIENCE],
        &["token", "verify", env!("CARGO_TARGET_TMPDIR"), "--audience", AUDIENCE],
        &[&verify[..], &["--at", "noon"]].concat(),
        &[&verify[..], &["--at", "2026-11-22"]].concat(),
        &[&verify[..], &["--leeway", "301"]].concat(),
        &[&verify[..], &["--leeway", "-1"]].concat(),
        &[&verify[..], &["--max-validity", "1h"]].concat(),
        &[&verify[..], &["--profile", "other"]].concat(),
        &[&verify[..], &["--output", "xml"]].concat(),
        &[&verify[..], &["--trust-anchors", &bad_anchors]].concat(),
        &[&verify[..], &["--trust-anchors", &no_text]].concat(),
        &[&verify[..], &["--trust-anchors", &missing]].concat(),
        &[&verify[..], &["--from", AT, "--until", AT]].concat(),
    ];
    for arguments in cases {
        let run = kliento(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(!run.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_is_not_an_error_and_has_examples() {
    for verb in [&["token", "verify"], &["bundle", "verify"], &["chain", "verify"]] {
        let run = kliento(&[verb, &["--help"][..]].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert!(run.stdout.contains("Examples:"), "{}", run.stdout);
    }
}

#[test]
fn every_token_of_the_javascript_implementation_gives_its_subject_and_claims() {
    let folder = Folder::new("token-vectors");
    let mut seen = 0;
    for entry in std::fs::read_dir(vectors()).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        let vector = vector(&name);
        if vector["operation"] != "verify-token" || vector["expect"]["result"] != "valid" {
            continue;
        }
        let input = folder.file("token", bytes(&vector, "input"));
        let anchors = folder.file("anchors", anchors(&vector));
        let max = vector["max_validity"].as_u64().unwrap_or(3_600).to_string();
        let text = |field: &str| vector[field].as_str().unwrap();
        let run = kliento(&[
            "token",
            "verify",
            &input,
            "--audience",
            text("audience"),
            "--at",
            text("at"),
            "--trust-anchors",
            &anchors,
            "--max-validity",
            &max,
            "--output",
            "json",
        ]);
        let (found, expected) = (run.json(), &vector["expect"]);
        assert_eq!(run.code, 0, "{name}: {found}");
        for (ours, theirs) in [
            ("status", "result"),
            ("subject", "subject"),
            ("organisation", "organisation"),
            ("user", "user"),
            ("signer", "signer"),
            ("claims", "claims"),
        ] {
            assert_eq!(found[ours], expected[theirs], "{name}: {ours}");
        }
        seen += 1;
    }
    assert!(seen > 50, "{seen}");
}
