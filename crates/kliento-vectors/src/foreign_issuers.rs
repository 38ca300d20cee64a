//! Organisation certificates that someone else issued, given to verifiers whose policy accepts
//! them.

use veraid_testkit::{
    Binding, CertificateBuilder, Customisation, Extension, MockBundle, Scenario, TestProfile,
    signing_certificate_attribute,
};

use crate::certificates::foreign;
use crate::scenario::{DAY, NOW, PROFILES, member, organisation, period_before_now};
use crate::variation::{vary, vary_bundle};
use crate::vector::Vector;

const DRAFT: &str = "DomainAuth, \"X.509 Certificate Profile\"";
const PROCEDURE: &str = "DomainAuth, \"Verification Procedure\"";
const SUBSTITUTION: &str = "RFC 2634 section 5.1";

use TestProfile::{DomainAuth, VeraId};

type Change = fn(&mut CertificateBuilder);

pub(super) fn vectors() -> Vec<Vector> {
    PROFILES
        .into_iter()
        .flat_map(|profile| {
            [accepted(profile), signing(profile), under_another_name(profile)].concat()
        })
        .collect()
}

/// Expects rejection under VeraId, where no policy accepts foreign issuers, and `code` under
/// DomainAuth.
fn with_outcome(profile: TestProfile, vector: Vector, code: u16) -> Vector {
    let vector = vector.accepting_foreign_issuers();
    match (profile, code) {
        (VeraId, _) => vector.invalid(2216),
        (DomainAuth, 0) => vector,
        (DomainAuth, _) => vector.invalid(code),
    }
}

/// The rules for any other organisation certificate, which apply to these as well.
fn accepted(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        ("", "", DRAFT, |_| {}, 0),
        (
            "-expired",
            " and has expired",
            PROCEDURE,
            |c| *c = c.clone().period(period_before_now(20 * DAY, 10 * DAY)),
            2402,
        ),
        (
            "-too-early",
            " and starts tomorrow",
            PROCEDURE,
            |c| {
                let (start, end) = (NOW.saturating_add(DAY), NOW.saturating_add(2 * DAY));
                *c = c.clone().period(veraid_testkit::period(start, end));
            },
            2402,
        ),
        (
            "-inverted",
            " and ends before it starts",
            "RFC 5280 section 4.1.2.5",
            |c| std::mem::swap(&mut c.not_before, &mut c.not_after),
            2205,
        ),
        (
            "-over-90-days",
            " for 90 days and a second",
            "DomainAuth, \"Maximum Validity Period\"",
            |c| {
                let (start, end) = (NOW.saturating_sub(DAY), NOW.saturating_add(89 * DAY + 1));
                *c = c.clone().period(veraid_testkit::period(start, end));
            },
            2206,
        ),
        ("-version-1", " and is an X.509 v1 certificate", DRAFT, |c| c.version = Some(0), 2203),
        (
            "-critical-extension",
            " with an unknown critical extension",
            "RFC 5280 section 4.2",
            |c| c.extensions.push(Extension::unknown_critical()),
            2208,
        ),
        (
            "-serial",
            " with a serial number that is negative and too long",
            "RFC 5280 section 4.1.2.2",
            |c| c.serial = vec![0x80; 24],
            2204,
        ),
        (
            "-no-authority",
            " without BasicConstraints, and it issued the member's",
            DRAFT,
            |c| *c = c.clone().basic_constraints(None),
            2210,
        ),
        (
            "-usage",
            " with a KeyUsage of digitalSignature only, and it issued the member's",
            "RFC 5280 section 4.2.1.3",
            |c| c.extensions.push(Extension::key_usage(&[0])),
            2213,
        ),
        (
            "-key-identifier",
            " with a subject key identifier that the member's certificate does not name",
            "RFC 5280 section 4.2.1.1",
            |c| {
                *c = c
                    .clone()
                    .without_extension(Extension::SUBJECT_KEY_IDENTIFIER)
                    .extension(Extension::subject_key_identifier(&[7; 32]));
            },
            2214,
        ),
    ];
    cases
        .into_iter()
        .map(|(case, words, spec, change, code)| {
            let vector = vary(
                "foreign-issuer",
                &format!("foreign-accepted{case}"),
                &format!(
                    "The verifier accepts organisation certificates from other issuers; another party issued this one{words}."
                ),
                spec,
                &scenario,
                &Customisation::new().organisation(foreign(change)),
            );
            with_outcome(profile, vector, code)
        })
        .collect()
}

/// Signatures by the organisation itself with such a certificate.
fn signing(profile: TestProfile) -> Vec<Vector> {
    let scenario = organisation(profile);
    let make = |case: &str, description: &str, change: Change, code| {
        let customisation = Customisation::new().organisation(foreign(change));
        let vector = vary("foreign-issuer", case, description, DRAFT, &scenario, &customisation);
        with_outcome(profile, vector, code)
    };
    vec![
        make(
            "foreign-accepted-signs",
            "The verifier accepts organisation certificates from other issuers, and the organisation signs with one.",
            |_| {},
            0,
        ),
        make(
            "foreign-accepted-signs-usage",
            "The verifier accepts organisation certificates from other issuers, and the organisation signs with one whose KeyUsage is keyCertSign only.",
            |c| c.extensions.push(Extension::key_usage(&[5])),
            2213,
        ),
    ]
}

/// The public key of example.com in a certificate for evil.com, beside a key record that evil.com
/// publishes for it.
fn under_another_name(profile: TestProfile) -> Vec<Vector> {
    let original = organisation(profile);
    let thief = Scenario { organisation: "evil.com".into(), ..original.clone() };
    let build = |binding: Binding| -> MockBundle {
        let customisation = Customisation::new().organisation(foreign(|_| {})).signed_data(|s| {
            // The signed data is that of example.com.
            s.signing_certificate = (binding == Binding::Bound)
                .then(|| signing_certificate_attribute(&original.build().organisation_certificate));
        });
        thief.build_with(&customisation)
    };
    let make = |case: &str, description: &str, binding| {
        let made = build(binding);
        vary_bundle("foreign-issuer", case, description, SUBSTITUTION, &thief, &made)
    };
    let by_default = make(
        "foreign-other-name",
        "The public key of example.com is in a certificate for evil.com, issued by another party, and evil.com has a key record for it: example.com's signature would be attributed to evil.com.",
        Binding::Unbound,
    );
    vec![
        by_default.invalid(if profile == VeraId { 2216 } else { 2218 }),
        with_outcome(
            profile,
            make(
                "foreign-accepted-other-name",
                "A verifier that accepts other issuers attributes example.com's signature to evil.com, which has a certificate for example.com's public key: the signature does not name its certificate.",
                Binding::Unbound,
            ),
            0,
        ),
        with_outcome(
            profile,
            make(
                "foreign-accepted-other-name-bound",
                "The verifier accepts other issuers, and evil.com has a certificate for example.com's public key, but example.com's signature names its own certificate.",
                Binding::Bound,
            ),
            2350,
        ),
    ]
}
