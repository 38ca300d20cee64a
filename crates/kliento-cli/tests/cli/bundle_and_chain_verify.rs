//! `kliento bundle verify` and `kliento chain verify`.

use crate::support::{AT, Folder, anchors, bytes, kliento, kliento_with, vector};
use base64ct::{Base64, Base64Unpadded, Encoding};
use serde_json::{Value, json};
use veraid_testkit::{Encapsulation, Scenario, TEST_SERVICE, dnssec_chain_der, fixed_zones};

fn signature(encapsulation: Encapsulation) -> Scenario {
    let content = b"hello".to_vec();
    Scenario { service: TEST_SERVICE.into(), content, encapsulation, ..Scenario::default() }
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
        "claims": null,
        "audience": null,
        "profile": "veraid",
        "validFrom": "2026-11-22T11:59:00Z",
        "validUntil": "2026-11-22T12:10:00Z",
        "plaintext": "aGVsbG8=",
        "error": null,
    })
}

#[test]
fn a_valid_bundle_gives_all_facts_and_the_plaintext() {
    let folder = Folder::new("bundle-facts");
    let attached = signature(Encapsulation::Primitive).build();
    let detached = signature(Encapsulation::Detached).build();
    let anchors = folder.file("anchors", &attached.trust_anchors);
    let plaintext = folder.file("plaintext", "hello");
    let base64 = Base64::encode_string(&attached.der);
    for (input, extra) in [
        (attached.der.clone(), &[][..]),
        (base64.clone().into_bytes(), &[]),
        (format!("{base64}\n").into_bytes(), &[]),
        (Base64Unpadded::encode_string(&attached.der).into_bytes(), &[]),
        (detached.der, &["--plaintext", &plaintext]),
    ] {
        let arguments = [
            "bundle",
            "verify",
            "--service",
            TEST_SERVICE,
            "--at",
            AT,
            "--output",
            "json",
            "--trust-anchors",
            &anchors,
        ];
        let run = kliento_with(&[&arguments, extra].concat(), &input);
        assert_eq!(run.code, 0);
        assert_eq!(run.json(), alice());
    }
}

#[test]
fn content_is_given_once() {
    let folder = Folder::new("bundle-content");
    let bundle = signature(Encapsulation::Detached).build();
    let anchors = folder.file("anchors", &bundle.trust_anchors);
    let input = folder.file("bundle", &bundle.der);
    let attached = folder.file("attached", signature(Encapsulation::Primitive).build().der);
    let (right, wrong) = (folder.file("right", "hello"), folder.file("wrong", "hallo"));
    for (input, plaintext, code, error) in [
        (&input, &[][..], 11, "KL2315"),
        (&input, &["--plaintext", &wrong], 11, "KL2316"),
        (&input, &["--plaintext", &right], 0, ""),
        (&attached, &["--plaintext", &right], 11, "KL2315"),
    ] {
        let arguments = [
            "bundle",
            "verify",
            input,
            "--service",
            TEST_SERVICE,
            "--at",
            AT,
            "--output",
            "json",
            "--trust-anchors",
            &anchors,
        ];
        let run = kliento(&[&arguments, plaintext].concat());
        assert_eq!(run.code, code);
        assert_eq!(run.json()["error"]["code"].as_str().unwrap_or_default(), error);
    }
}

#[test]
fn a_bundle_that_fails_has_null_for_every_fact() {
    let bundle = signature(Encapsulation::Primitive).build();
    let folder = Folder::new("bundle-fails");
    let anchors = folder.file("anchors", &bundle.trust_anchors);
    let run = kliento_with(
        &[
            "bundle",
            "verify",
            "--service",
            "1.2.3",
            "--at",
            AT,
            "--output",
            "json",
            "--trust-anchors",
            &anchors,
        ],
        &bundle.der,
    );
    assert_eq!(run.code, 14);
    assert_eq!(
        run.json(),
        json!({
            "schema": "kliento.verification/v2",
            "status": "invalid",
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
            "plaintext": null,
            "error": {
                "code": "KL2401",
                "message": format!("signature is for service {TEST_SERVICE}, not 1.2.3"),
                "reasons": [],
            },
        })
    );
}

#[test]
fn every_failure_of_a_bundle_has_its_exit_code() {
    let bundle = signature(Encapsulation::Primitive).build();
    let folder = Folder::new("bundle-codes");
    let anchors = folder.file("anchors", &bundle.trust_anchors);
    let input = folder.file("bundle", &bundle.der);
    let no_base64 = folder.file("text", "hello!");
    let verify = |input: &str, extra: &[&str]| {
        let arguments = [
            "bundle",
            "verify",
            input,
            "--service",
            TEST_SERVICE,
            "--output",
            "json",
            "--trust-anchors",
            &anchors,
        ];
        kliento(&[&arguments, extra].concat())
    };
    for (input, extra, code, error) in [
        (&no_base64, &["--at", AT][..], 10, "KL1003"),
        (&anchors, &["--at", AT], 10, "KL1003"),
        (&input, &["--at", "2026-11-22T12:10:01Z"], 12, "KL2402"),
        (&input, &["--at", AT, "--max-validity", "659"], 14, "KL2403"),
        (&input, &["--at", AT, "--max-validity", "660"], 0, ""),
        (&input, &["--at", AT, "--profile", "domainauth"], 14, "KL2103"),
        (
            &input,
            &["--from", "2026-11-22T11:00:00Z", "--until", "2026-11-22T11:58:59Z"],
            12,
            "KL2402",
        ),
        (&input, &["--from", "2026-11-22T11:00:00Z", "--until", "2026-11-22T11:59:00Z"], 0, ""),
        (&input, &["--from", AT, "--until", AT], 0, ""),
    ] {
        let run = verify(input, extra);
        assert_eq!(run.code, code, "{extra:?}");
        assert_eq!(run.json()["error"]["code"].as_str().unwrap_or_default(), error, "{extra:?}");
    }
    for extra in [
        &["--from", AT][..],
        &["--until", AT],
        &["--at", AT, "--from", AT, "--until", AT],
        &["--from", "2026-11-22T12:00:01Z", "--until", AT],
        &["--plaintext", "/nonexistent"],
    ] {
        let run = verify(&input, extra);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{extra:?}");
        assert!(!run.stderr.is_empty());
    }
}

#[test]
fn bundles_of_the_javascript_implementation_verify_over_periods_and_detached() {
    let folder = Folder::new("bundle-vectors");
    for name in ["attached-two-chunks", "detached-bot-rsa-4096", "txt-ttl-7776000-period"] {
        let vector = vector(name);
        let input = folder.file("bundle", bytes(&vector, "input"));
        let anchors = folder.file("anchors", anchors(&vector));
        let mut arguments = vec!["bundle", "verify", &input, "--trust-anchors", &anchors];
        arguments.extend(["--service", vector["service"].as_str().unwrap(), "--output", "json"]);
        match vector["period"].as_object() {
            Some(period) => arguments.extend([
                "--from",
                period["from"].as_str().unwrap(),
                "--until",
                period["until"].as_str().unwrap(),
            ]),
            None => arguments.extend(["--at", vector["at"].as_str().unwrap()]),
        }
        let plaintext = vector.get("plaintext").map(|_| bytes(&vector, "plaintext"));
        let plaintext = plaintext.map(|bytes| folder.file("plaintext", bytes));
        if let Some(plaintext) = &plaintext {
            arguments.extend(["--plaintext", plaintext]);
        }
        let run = kliento(&arguments);
        assert_eq!(run.code, 0, "{name}: {}", run.stdout);
        assert_eq!(run.json()["subject"], vector["expect"]["subject"], "{name}");
        assert_eq!(run.json()["plaintext"], vector["expect"]["plaintext"], "{name}");
    }
}

/// Verifies the chain of the default hierarchy, with further arguments.
fn verify_chain(test: &str, extra: &[&str]) -> crate::support::Run {
    let folder = Folder::new(test);
    let chain = fixed_zones().build();
    let input = folder.file("chain", dnssec_chain_der(&chain.messages));
    let anchors = folder.file("anchors", &chain.trust_anchors);
    kliento(&[&["chain", "verify", &input, "--trust-anchors", &anchors], extra].concat())
}

#[test]
fn a_proved_rrset_is_shown_with_all_its_periods() {
    let run = verify_chain(
        "chain-json",
        &["--name", "_VeraId.example.com", "--type", "txt", "--at", AT, "--output", "json"],
    );
    assert_eq!(run.code, 0);
    let found = run.json();
    assert_eq!(
        found,
        json!({
            "schema": "kliento.chain-verification/v1",
            "status": "valid",
            "name": "_veraid.example.com.",
            "type": "TXT",
            "records": ["BHRleHQ="],
            "validity": found["validity"],
            "error": null,
        })
    );
    let validity = found["validity"].as_array().unwrap();
    assert_eq!(validity.len(), 1);
    assert!(
        validity[0]["from"].as_str().unwrap() < AT && AT < validity[0]["until"].as_str().unwrap()
    );
    let places: Vec<_> = ["schema", "status", "name", "type", "records", "validity", "error"]
        .iter()
        .map(|key| run.stdout.find(&format!("\"{key}\":")).unwrap())
        .collect();
    assert!(places.is_sorted(), "{}", run.stdout);
}

#[test]
fn a_proved_rrset_is_shown_in_presentation_format() {
    let run = verify_chain(
        "chain-text",
        &["--name", "_veraid.example.com", "--type", "TYPE16", "--at", AT],
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let start = "VALID\n  name          _veraid.example.com.\n  type          TXT\n  record        \"text\"\n  valid         20";
    assert!(run.stdout.starts_with(start), "{}", run.stdout);
}

#[test]
fn every_failure_of_a_chain_has_its_exit_code() {
    let null = |status: &str, error: Value| {
        json!({
            "schema": "kliento.chain-verification/v1",
            "status": status,
            "name": null,
            "type": null,
            "records": null,
            "validity": null,
            "error": error,
        })
    };
    let question = ["--name", "_veraid.example.com", "--type", "TXT", "--output", "json"];
    let run =
        verify_chain("chain-time", &[&question[..], &["--at", "2030-01-01T00:00:00Z"]].concat());
    assert_eq!(run.code, 12);
    assert_eq!(run.json(), null("invalid", run.json()["error"].clone()));
    assert_eq!(run.json()["error"]["code"], "KL2031");

    let run = verify_chain(
        "chain-missing",
        &["--name", "_443._tcp.example.com", "--type", "TLSA", "--at", AT, "--output", "json"],
    );
    assert_eq!(run.code, 11);
    let message = "chain has no answer for _443._tcp.example.com. TLSA";
    let error = json!({"code": "KL2001", "message": message, "reasons": []});
    assert_eq!(run.json(), null("invalid", error));

    let run = kliento_with(&[&["chain", "verify", "-"], &question[..]].concat(), b"hello");
    assert_eq!(run.code, 10);
    assert_eq!(run.json(), null("malformed", run.json()["error"].clone()));
    assert_eq!(run.json()["error"]["code"], "KL1004");
}

#[test]
fn nonsensical_questions_are_wrong_arguments() {
    for extra in [
        &["--name", "_veraid.example.com", "--type", "NOSUCHTYPE"][..],
        &["--name", "a..b", "--type", "TXT"],
        &["--name", "_veraid.example.com"],
        &["--type", "TXT"],
        &["--name", "a", "--type", "TXT", "--from", "2", "--until", "1"],
    ] {
        let run = verify_chain("chain-usage", extra);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{extra:?}");
        assert!(!run.stderr.is_empty());
    }
}
