//! Bundles with one fault: if one verifies, it states the same as the bundle it was made from.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use base64ct::{Base64, Encoding};
use kliento::{
    SignatureKind, Timestamp, TokenBundle, TokenParseError, TokenPolicy, TrustAnchors, Verifier,
    VerifyError,
};
use serde_json::Value;
use veraid_testkit::{AUDIENCE, MockBundle, Scenario, Signer, TestProfile, default_instant};

/// Everything that a server learns from a token.
#[derive(Debug, PartialEq, Eq)]
struct Facts {
    subject: String,
    claims: Vec<(String, String)>,
    audience: String,
    kind: SignatureKind,
}

enum Outcome {
    Malformed,
    Invalid,
    Valid(Facts),
}

fn verifier(bundle: &MockBundle) -> Verifier {
    let anchors = TrustAnchors::from_presentation(&bundle.trust_anchors).unwrap();
    Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER)
}

fn judge(der: &[u8], verifier: &Verifier) -> Outcome {
    let Ok(bundle) = TokenBundle::from_der(der) else { return Outcome::Malformed };
    match bundle.verify(AUDIENCE, default_instant(), verifier) {
        Ok(token) => Outcome::Valid(Facts {
            subject: token.subject().to_string(),
            claims: token.claims().iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            audience: token.audience().to_owned(),
            kind: token.kind(),
        }),
        Err(_) => Outcome::Invalid,
    }
}

fn facts(bundle: &MockBundle) -> Facts {
    match judge(&bundle.der, &verifier(bundle)) {
        Outcome::Valid(facts) => facts,
        _ => panic!("the bundle itself verifies"),
    }
}

/// Flips every bit; returns how many of the results are malformed, invalid and valid with identical
/// facts.
fn flip_every_bit(bundle: &MockBundle) -> [usize; 3] {
    let (verifier, expected) = (verifier(bundle), facts(bundle));
    let mut counts = [0; 3];
    let mut der = bundle.der.clone();
    for bit in 0..der.len() * 8 {
        der[bit / 8] ^= 1 << (bit % 8);
        match judge(&der, &verifier) {
            Outcome::Malformed => counts[0] += 1,
            Outcome::Invalid => counts[1] += 1,
            Outcome::Valid(found) => {
                assert_eq!(found, expected, "bit {bit}");
                counts[2] += 1;
            }
        }
        der[bit / 8] ^= 1 << (bit % 8);
    }
    counts
}

#[test]
fn every_flipped_bit_of_a_member_signature_fails_or_changes_nothing() {
    let bundle = Scenario::signed_by(Signer::Member).build();
    let [malformed, invalid, valid] = flip_every_bit(&bundle);
    assert_eq!(malformed + invalid + valid, bundle.der.len() * 8);
    // Message ids and flags, TTLs and names' case in the chain, which no signature covers.
    assert!(valid < bundle.der.len() * 8 / 10, "{valid} flipped bits change nothing");
}

#[test]
fn every_flipped_bit_of_an_organisation_signature_fails_or_changes_nothing() {
    let bundle = Scenario::signed_by(Signer::Organisation).build();
    flip_every_bit(&bundle);
}

#[test]
fn every_flipped_bit_of_a_domainauth_bundle_fails_or_changes_nothing() {
    let bundle = Scenario::of(TestProfile::DomainAuth).build();
    flip_every_bit(&bundle);
}

#[test]
fn every_truncation_and_extension_is_malformed() {
    let bundle = Scenario::default().build();
    for length in 0..bundle.der.len() {
        assert!(TokenBundle::from_der(&bundle.der[..length]).is_err(), "{length} octets");
    }
    for octet in [0, 0x30, 0xFF] {
        let extended = [bundle.der.as_slice(), &[octet]].concat();
        assert!(matches!(TokenBundle::from_der(&extended), Err(TokenParseError::Bundle(_))));
    }
}

#[test]
fn every_byte_replaced_by_the_extremes_fails_or_changes_nothing() {
    let bundle = Scenario::default().build();
    let (verifier, expected) = (verifier(&bundle), facts(&bundle));
    for index in 0..bundle.der.len() {
        for value in [0x00, 0x7F, 0x80, 0xFF] {
            let mut der = bundle.der.clone();
            der[index] = value;
            if let Outcome::Valid(found) = judge(&der, &verifier) {
                assert_eq!(found, expected, "octet {index}");
            }
        }
    }
}

/// A token vector made by the deployed JavaScript implementation.
struct JsToken {
    name: String,
    der: Vec<u8>,
    at: Timestamp,
    audience: String,
    verifier: Verifier,
    policy: TokenPolicy,
}

fn js_tokens() -> Vec<JsToken> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/js");
    let mut tokens = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let vector: Value = serde_json::from_str(&text).unwrap();
        if vector["operation"] != "verify-token" {
            continue;
        }
        let text = |field: &str| vector[field].as_str().unwrap().to_owned();
        let lines: Vec<_> = vector["trust_anchors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| l.as_str().unwrap())
            .collect();
        let anchors = TrustAnchors::from_presentation(&lines.join("\n")).unwrap();
        let format = time::format_description::well_known::Rfc3339;
        let at = time::OffsetDateTime::parse(&text("at"), &format).unwrap().unix_timestamp();
        let seconds = vector["max_validity"].as_u64().unwrap_or(3600);
        tokens.push(JsToken {
            name: text("id"),
            der: Base64::decode_vec(&text("input")).unwrap(),
            at: Timestamp::from_unix_seconds(at.try_into().unwrap()),
            audience: text("audience"),
            verifier: Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER),
            policy: TokenPolicy::default().with_max_validity_seconds(seconds),
        });
    }
    assert!(tokens.len() > 50);
    tokens
}

impl JsToken {
    fn verify(&self, der: &[u8], audience: &str, at: Timestamp) -> Result<(), VerifyError> {
        TokenBundle::from_der(der)
            .unwrap()
            .verify_with(self.policy, audience, at, &self.verifier)
            .map(drop)
    }
}

#[test]
fn one_fault_in_a_javascript_bundle_fails_with_its_class() {
    for token in js_tokens() {
        let name = &token.name;
        assert_eq!(token.verify(&token.der, &token.audience, token.at), Ok(()), "{name}");

        // Another audience, another time, other trust anchors: invalid, each with its own reason.
        let error = token.verify(&token.der, "https://other.example", token.at).unwrap_err();
        assert!(matches!(error, VerifyError::Audience { .. }), "{name}: {error:?}");
        for at in [token.at.saturating_sub(400 * 86_400), token.at.saturating_add(400 * 86_400)] {
            let error = token.verify(&token.der, &token.audience, at).unwrap_err();
            assert!(error.is_about_time(), "{name}: {error:?}");
        }
        let others = Verifier::with_crypto(TrustAnchors::iana(), veraid_aws_lc_rs::PROVIDER);
        let error = TokenBundle::from_der(&token.der)
            .unwrap()
            .verify_with(token.policy, &token.audience, token.at, &others)
            .unwrap_err();
        assert_eq!(error.code(), 2020, "{name}: {error:?}");

        // The last octets belong to the signature: invalid.
        let mut der = token.der.clone();
        *der.last_mut().unwrap() ^= 1;
        let error = token.verify(&der, &token.audience, token.at).unwrap_err();
        assert_eq!(error.code(), 2318, "{name}: {error:?}");

        // The version, an octet less, an octet more: malformed.
        let mut der = token.der.clone();
        let version = der.windows(3).position(|octets| octets == [0x80, 1, 0]).unwrap();
        der[version + 2] = 1;
        for der in [der, token.der[..token.der.len() - 1].to_vec(), [&token.der[..], &[0]].concat()]
        {
            if der.len() <= TokenBundle::MAX_SIZE_BYTES {
                let error = TokenBundle::from_der(&der).unwrap_err();
                assert!(matches!(error, TokenParseError::Bundle(_)), "{name}: {error:?}");
            }
        }
    }
}

#[test]
fn a_flipped_bit_in_a_javascript_bundle_never_changes_its_content() {
    // Every 97th bit: with so many bundles each kind of field is reached many times.
    for (offset, token) in js_tokens().into_iter().enumerate() {
        let verify = |der: &[u8]| {
            let bundle = TokenBundle::from_der(der).ok()?;
            let token = bundle
                .verify_with(token.policy, &token.audience, token.at, &token.verifier)
                .ok()?;
            Some((token.subject().clone(), token.claims().clone(), token.kind()))
        };
        let expected = verify(&token.der);
        let mut der = token.der.clone();
        for bit in (offset..der.len() * 8).step_by(97) {
            der[bit / 8] ^= 1 << (bit % 8);
            let found = verify(&der);
            assert!(found.is_none() || found == expected, "{}: bit {bit}", token.name);
            der[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn debug_output_contains_neither_token_nor_claims() {
    let content = veraid_testkit::kliento_token(AUDIENCE, &[("role", "marker-of-a-claim")]);
    let bundle = Scenario { content: content.clone(), ..Scenario::default() }.build();
    let parsed = TokenBundle::from_der(&bundle.der).unwrap();
    let unverified = format!("{parsed:?} {:?}", parsed.as_signature_bundle());
    let verified = parsed.verify(AUDIENCE, default_instant(), &verifier(&bundle)).unwrap();
    let output = format!("{unverified} {verified:?} {:?}", verified.claims());
    assert!(!output.contains("marker-of-a-claim"), "{output}");
    // These octets as a list of numbers.
    let octets = format!("{:?}", &content[content.len() - 20..]);
    assert!(!output.contains(octets.trim_matches(['[', ']'])), "{output}");
    let start = format!("{:?}", &bundle.der[..12]);
    assert!(!output.contains(start.trim_matches(['[', ']'])), "{output}");
}
