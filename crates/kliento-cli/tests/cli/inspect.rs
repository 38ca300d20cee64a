//! `kliento token inspect` and `kliento bundle inspect`.

use crate::support::{AT, Folder, Run, kliento};
use serde_json::{Value, json};
use veraid_testkit::{
    AUDIENCE, Encapsulation, MockBundle, Scenario, TEST_SERVICE, TestProfile, period,
};

fn inspect(test: &str, kind: &str, bundle: &MockBundle, extra: &[&str]) -> Run {
    let folder = Folder::new(test);
    let anchors = folder.file("anchors", &bundle.trust_anchors);
    let input = folder.file("input", &bundle.der);
    kliento(&[&[kind, "inspect", &input, "--trust-anchors", &anchors], extra].concat())
}

#[test]
fn a_valid_token_is_shown_from_the_root_to_its_claims() {
    let bundle = Scenario::default().build();
    let run = inspect("inspect-valid", "token", &bundle, &["--at", AT]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let text = &run.stdout;
    assert!(text.starts_with("VALID\n  subject       alice@example.com\n"), "{text}");
    for part in [
        "  audience      https://api.example.com  (audience not checked)\n",
        "\nchain\n  trust anchors of the root: key tags ",
        "\n  └─ zone .\n     ├─ . DNSKEY  signed with key tag ",
        ", RSASHA256 (8)\n",
        "\n     └─ zone com.\n        ├─ com. DNSKEY  signed with key tag ",
        ", ECDSAP256SHA256 (13)\n",
        "\n           ├─ _veraid.example.com. TXT  signed with key tag ",
        "\n           └─ organisation certificate: example.com\n",
        "\n              └─ signer's certificate: alice\n",
        "\n                 └─ signature: token of alice@example.com\n",
        "2026-11-22T11:59:00Z/2026-11-22T12:10:00Z  << binds start and end\n",
        "\nsizes in bytes\n  DNSSEC chain ",
        "\nheader size and common limits\n  Authorization: Kliento …",
        "  nginx                               8,192  one line     fits\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn the_audience_is_checked_if_it_is_given() {
    let bundle = Scenario::default().build();
    let right = ["--at", AT, "--audience", AUDIENCE];
    let run = inspect("inspect-audience", "token", &bundle, &right);
    assert_eq!(run.code, 0);
    assert!(!run.stdout.contains("not checked"), "{}", run.stdout);
    let run = inspect("inspect-audience", "token", &bundle, &["--at", AT, "--audience", "other"]);
    assert_eq!((run.code, run.stderr.as_str()), (13, ""));
    let start = "INVALID\nerror[KL3002]: token is for audience \"https://api.example.com\", not \"other\"\n";
    assert!(run.stdout.starts_with(start), "{}", run.stdout);
    assert!(run.stdout.contains("\ncontents of the bundle (UNVERIFIED)\n"));
    assert!(run.stdout.contains("\nchain (its DNSSEC part is valid; "), "{}", run.stdout);
    assert!(run.stdout.contains("\n  └─ zone .\n"), "{}", run.stdout);
}

#[test]
fn an_expired_chain_is_shown_with_the_periods_that_miss_the_instant() {
    let at = Scenario::default().at;
    let rrsig_period = period(at.saturating_sub(86_400), at.saturating_sub(43_200));
    let bundle = Scenario { rrsig_period, ..Scenario::default() }.build();
    let run = inspect("inspect-expired", "token", &bundle, &["--at", AT]);
    assert_eq!(run.code, 12);
    let text = &run.stdout;
    assert!(text.starts_with("INVALID\nerror[KL2031]: "), "{text}");
    assert!(text.contains("\n  asked     2026-11-22T12:00:00Z\n"), "{text}");
    assert!(
        text.contains("chain (its DNSSEC part is valid, but not at the requested time)"),
        "{text}"
    );
    let misses =
        text.lines().filter(|line| line.ends_with("<< misses the requested period")).count();
    assert_eq!(misses, 6, "{text}");
}

#[test]
fn bytes_that_are_not_a_bundle_are_reported_as_malformed() {
    let mut bundle = Scenario::default().build();
    bundle.der.truncate(100);
    let run = inspect("inspect-malformed", "token", &bundle, &["--at", AT]);
    assert_eq!((run.code, run.stderr.as_str()), (10, ""));
    assert!(run.stdout.starts_with("MALFORMED\nerror[KL1004]: "), "{}", run.stdout);
    let run = inspect("inspect-malformed", "bundle", &bundle, &["--output", "json", "--no-verify"]);
    assert_eq!(run.code, 10);
    assert_eq!(run.json()["status"], "malformed");
    assert_eq!(run.json()["unverified"], Value::Null);
}

#[test]
fn an_unverified_inspection_says_so_and_proves_nothing() {
    let bundle = Scenario::default().build();
    let run = inspect("inspect-unverified", "token", &bundle, &["--at", AT, "--no-verify"]);
    assert_eq!(run.code, 0);
    let text = &run.stdout;
    assert!(text.starts_with("UNVERIFIED: nothing here is proved\n"), "{text}");
    assert!(
        text.contains("\n  content       {\"audience\":\"https://api.example.com\"}\n"),
        "{text}"
    );
    assert!(!text.contains("VALID\n") && !text.contains("binds"), "{text}");
    let run = inspect("inspect-unverified", "token", &bundle, &["--no-verify", "--output", "json"]);
    assert_eq!(
        (run.json()["status"].clone(), run.json()["verified"].clone()),
        (json!("unverified"), Value::Null)
    );
    assert_eq!(run.json()["chain"]["status"], "unproved");
}

#[test]
fn json_has_verdict_chain_windows_sizes_and_header() {
    let bundle = Scenario::default().build();
    let run = inspect("inspect-json", "token", &bundle, &["--at", AT, "--output", "json"]);
    assert_eq!(run.code, 0);
    let found = run.json();
    assert_eq!(found["schema"], "kliento.inspection/v2");
    assert_eq!(found["kind"], "token");
    assert_eq!(found["status"], "valid");
    assert_eq!(found["error"], Value::Null);
    assert_eq!(found["audienceChecked"], false);
    assert_eq!(found["serviceChecked"], true);
    assert_eq!(found["verified"]["subject"], "alice@example.com");
    assert_eq!(found["chain"]["status"], "proved");
    let questions: Vec<_> = found["chain"]["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| {
            format!("{} {}", link["name"].as_str().unwrap(), link["type"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        questions,
        [
            ". DNSKEY",
            "com. DS",
            "com. DNSKEY",
            "example.com. DS",
            "example.com. DNSKEY",
            "_veraid.example.com. TXT"
        ]
    );
    let binding: Vec<_> = found["windows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|window| window["bindsStart"] == true || window["bindsEnd"] == true)
        .map(|window| window["label"].as_str().unwrap())
        .collect();
    assert_eq!(binding, ["signature"]);
    let sizes = found["sizes"].as_object().unwrap();
    let parts: u64 = sizes
        .iter()
        .filter(|(part, _)| *part != "total")
        .map(|(_, bytes)| bytes.as_u64().unwrap())
        .sum();
    assert_eq!(sizes["total"], bundle.der.len());
    assert_eq!(parts, sizes["total"].as_u64().unwrap());
    let base64 = bundle.der.len().div_ceil(3) * 4;
    assert_eq!(found["header"]["bytes"], "Authorization: Kliento \r\n".len() + base64);
}

#[test]
fn a_bundle_is_shown_for_its_own_service_unless_another_is_given() {
    let scenario = Scenario {
        service: TEST_SERVICE.into(),
        encapsulation: Encapsulation::Primitive,
        ..Scenario::default()
    };
    let bundle = scenario.build();
    let run = inspect("inspect-bundle", "bundle", &bundle, &["--at", AT]);
    assert_eq!(run.code, 0);
    let note = format!("  service       {TEST_SERVICE}  (service not checked)\n");
    assert!(run.stdout.contains(&note), "{}", run.stdout);
    let run = inspect("inspect-bundle", "bundle", &bundle, &["--at", AT, "--service", "1.2.3"]);
    assert_eq!(run.code, 14);
    assert!(run.stdout.starts_with("INVALID\nerror[KL2401]: "), "{}", run.stdout);
    let run = inspect("inspect-bundle", "token", &bundle, &["--at", AT]);
    assert_eq!(run.code, 14);
}

#[test]
fn a_detached_signature_is_shown_with_its_content() {
    let scenario = Scenario {
        service: TEST_SERVICE.into(),
        content: b"hello".to_vec(),
        encapsulation: Encapsulation::Detached,
        ..Scenario::default()
    };
    let bundle = scenario.build();
    let folder = Folder::new("inspect-plaintext");
    let plaintext = folder.file("plaintext", "hello");
    let extra = ["--from", AT, "--until", AT, "--plaintext", &plaintext];
    assert_eq!(inspect("inspect-detached", "bundle", &bundle, &extra).code, 0);
    let run = inspect("inspect-detached", "bundle", &bundle, &["--at", AT]);
    assert_eq!(run.code, 11);
    assert!(run.stdout.contains("\n  content       detached\n"), "{}", run.stdout);
}

#[test]
fn names_with_control_characters_do_not_reach_the_terminal() {
    let bundle = Scenario { user: Some("al\u{1b}[31mice".into()), ..Scenario::default() }.build();
    for extra in [&["--at", AT][..], &["--at", AT, "--no-verify"]] {
        let run = inspect("inspect-escape", "token", &bundle, extra);
        assert!(run.stdout.contains(r"al\u{1b}[31mice"), "{}", run.stdout);
        assert!(!run.stdout.contains('\u{1b}'));
    }
}

#[test]
fn intermediate_certificates_are_drawn_between_organisation_and_signer() {
    let intermediates = vec!["team".to_owned()];
    let bundle = Scenario { intermediates, ..Scenario::of(TestProfile::DomainAuth) }.build();
    let run = inspect("inspect-intermediate", "token", &bundle, &["--at", AT]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let path = "
           └─ organisation certificate: example.com.
              └─ intermediate certificate
                 └─ signer's certificate: alice
                    └─ signature: token of alice@example.com
";
    assert!(run.stdout.contains(path), "{}", run.stdout);
}
