//! The TXT records in which an organisation names its key.

pub(crate) mod answers;
pub(crate) mod registries;

use veraid_dnssec::RecordType;
use veraid_testkit::{
    Customisation, Digest, KLIENTO_SERVICE, MessageBuilder, Record, RsaKey, Scenario, TEST_SERVICE,
    TestProfile, txt_rdata,
};

use crate::json::base64;
use crate::scenario::{DAY, PROFILES, member, period_before_now, seconds_around_now};
use crate::variation::vary;
use crate::vector::Vector;

const TXT: &str = "DomainAuth, \"TXT Record\"";
const SELECTION: &str = "DomainAuth, \"Verification Procedure\"";
/// Neither document says what a verifier does with a number that is not registered.
const REGISTRIES: &str = "Decisions, \"Key records\"";

use TestProfile::{DomainAuth, VeraId};

/// A record and its result under each profile: 0 is valid, otherwise this project's code.
struct Case {
    name: &'static str,
    description: &'static str,
    spec: &'static str,
    veraid: (&'static str, u16),
    domainauth: (&'static str, u16),
}

const fn case(
    name: &'static str,
    description: &'static str,
    spec: &'static str,
    veraid: (&'static str, u16),
    domainauth: (&'static str, u16),
) -> Case {
    Case { name, description, spec, veraid, domainauth }
}

/// Records of one key; KEY stands for its id in the profile's form.
const CASES: &[Case] = &[
    case(
        "service",
        "The record is bound to the service.",
        SELECTION,
        ("1 KEY 3600 1.3.6.1.4.1.58708.3.0", 0),
        ("0 1 1 KEY 3600 1.3.6.1.4.1.58708.3.0", 0),
    ),
    case(
        "other-service",
        "The record is bound to another service.",
        SELECTION,
        ("1 KEY 3600 1.3.6.1.4.1.58708.1.1", 2111),
        ("0 1 1 KEY 3600 1.3.6.1.4.1.58708.1.1", 2111),
    ),
    case(
        "service-prefix",
        "The record is bound to a prefix of the service's OID.",
        SELECTION,
        ("1 KEY 3600 1.3.6.1.4.1.58708.3", 2111),
        ("0 1 1 KEY 3600 1.3.6.1.4.1.58708.3", 2111),
    ),
    case(
        "service-suffix",
        "The record is bound to an OID below the service's.",
        SELECTION,
        ("1 KEY 3600 1.3.6.1.4.1.58708.3.0.0", 2111),
        ("0 1 1 KEY 3600 1.3.6.1.4.1.58708.3.0.0", 2111),
    ),
    case(
        "service-padded",
        "An arc of the service OID has a leading zero; OIDs are compared as text.",
        SELECTION,
        ("1 KEY 3600 1.3.6.1.4.1.58708.3.00", 2111),
        ("0 1 1 KEY 3600 1.3.6.1.4.1.58708.3.00", 2112),
    ),
    case(
        "service-is-word",
        "The service is not an object identifier.",
        TXT,
        ("1 KEY 3600 kliento", 2111),
        ("0 1 1 KEY 3600 kliento", 2112),
    ),
    case(
        "outer-space",
        "There is a space before the first field and after the last.",
        TXT,
        (" 1 KEY 3600 ", 0),
        (" 0 1 1 KEY 3600 ", 2150),
    ),
    case(
        "tabs",
        "Tabs separate the fields.",
        TXT,
        ("1\tKEY\t3600", 0),
        ("0\t1\t1\tKEY\t3600", 2150),
    ),
    case(
        "double-space",
        "Two spaces separate the last two fields.",
        TXT,
        ("1 KEY  3600", 0),
        ("0 1 1 KEY  3600", 2112),
    ),
    case(
        "extra-field",
        "A field follows the service.",
        TXT,
        ("1 KEY 3600 1.3.6.1.4.1.58708.3.0 more", 0),
        ("0 1 1 KEY 3600 1.3.6.1.4.1.58708.3.0 more", 2112),
    ),
    case(
        "algorithm-padded",
        "The algorithm has a leading zero.",
        TXT,
        ("01 KEY 3600", 2112),
        ("0 01 1 KEY 3600", 2112),
    ),
    case(
        "algorithm-4",
        "The algorithm is not registered, so the record is ignored.",
        REGISTRIES,
        ("4 KEY 3600", 2111),
        ("0 4 1 KEY 3600", 2111),
    ),
    case("algorithm-0", "The algorithm is 0.", TXT, ("0 KEY 3600", 2112), ("0 0 1 KEY 3600", 2112)),
    case("no-ttl", "The record ends after the key id.", TXT, ("1 KEY", 2112), ("0 1 1 KEY", 2112)),
    case(
        "ttl-negative",
        "The TTL override is negative.",
        TXT,
        ("1 KEY -1", 2112),
        ("0 1 1 KEY -1", 2112),
    ),
    case(
        "ttl-plus",
        "The TTL override has a plus sign.",
        TXT,
        ("1 KEY +5", 2112),
        ("0 1 1 KEY +5", 2112),
    ),
    case(
        "ttl-exponent",
        "The TTL override has an exponent.",
        TXT,
        ("1 KEY 1e3", 2112),
        ("0 1 1 KEY 1e3", 2112),
    ),
    case(
        "ttl-hexadecimal",
        "The TTL override is hexadecimal.",
        TXT,
        ("1 KEY 0x10", 2112),
        ("0 1 1 KEY 0x10", 2112),
    ),
    case(
        "ttl-fraction",
        "The TTL override has a fraction.",
        TXT,
        ("1 KEY 60.5", 2112),
        ("0 1 1 KEY 60.5", 2112),
    ),
    case(
        "ttl-other-digits",
        "The TTL override is in Arabic-Indic digits.",
        TXT,
        ("1 KEY \u{0663}\u{0666}", 2112),
        ("0 1 1 KEY \u{0663}\u{0666}", 2112),
    ),
    case(
        "ttl-leading-zero",
        "The TTL override has a leading zero.",
        TXT,
        ("1 KEY 03600", 0),
        ("0 1 1 KEY 03600", 2112),
    ),
    case(
        "ttl-0",
        "The TTL override is 0: rejected, or under VeraId no look back.",
        TXT,
        ("1 KEY 0", 0),
        ("0 1 1 KEY 0", 2112),
    ),
    case("ttl-1", "The TTL override is one second.", TXT, ("1 KEY 1", 0), ("0 1 1 KEY 1", 0)),
    case(
        "ttl-90-days",
        "The TTL override is 90 days.",
        TXT,
        ("1 KEY 7776000", 0),
        ("0 1 1 KEY 7776000", 0),
    ),
    case(
        "ttl-over-90-days",
        "The TTL override is one second over 90 days: rejected, or under VeraId capped.",
        TXT,
        ("1 KEY 7776001", 0),
        ("0 1 1 KEY 7776001", 2112),
    ),
    case(
        "ttl-over-32-bits",
        "The TTL override does not fit into 32 bits.",
        TXT,
        ("1 KEY 4294967296", 0),
        ("0 1 1 KEY 4294967296", 2112),
    ),
    case(
        "ttl-30-digits",
        "The TTL override has 30 digits.",
        TXT,
        ("1 KEY 999999999999999999999999999999", 0),
        ("0 1 1 KEY 999999999999999999999999999999", 2112),
    ),
    case(
        "form-of-other-profile",
        "The record has the form of the other profile.",
        TXT,
        ("0 1 1 KEY 3600", 2150),
        ("1 KEY 3600", 2150),
    ),
    case(
        "padding",
        "The key id is padded where the profile has no padding, or unpadded where it has.",
        TXT,
        ("1 BARE 3600", 2150),
        ("0 1 1 BARE= 3600", 2112),
    ),
    case(
        "case-changed",
        "The key id is in lower case.",
        TXT,
        ("1 LOWER 3600", 2111),
        ("0 1 1 LOWER 3600", 2111),
    ),
];

/// Records that only DomainAuth can have.
const DOMAINAUTH_CASES: &[(&str, &str, &str, u16)] = &[
    ("version-1", "The record has version 1.", "1 1 1 KEY 3600", 2111),
    ("digest-type-0", "The digest type is 0, which is reserved.", "0 1 0 KEY 3600", 2112),
    (
        "digest-type-4",
        "The digest type is not registered, so the record is ignored.",
        "0 1 4 KEY 3600",
        2111,
    ),
    ("digest-type-padded", "The digest type has a leading zero.", "0 1 01 KEY 3600", 2112),
    (
        "digest-type-differs",
        "The digest type is SHA-384, but the digest is SHA-256.",
        "0 1 2 KEY 3600",
        2112,
    ),
    ("sha-384", "A 2048-bit key is named by its SHA-384 digest.", "0 1 2 SHA384 3600", 0),
    ("sha-512", "A 2048-bit key is named by its SHA-512 digest.", "0 1 3 SHA512 3600", 0),
];

fn fill(text: &str, profile: TestProfile) -> String {
    let spki = RsaKey::fixed(2048, 0).spki_der();
    let id = |digest: Digest| base64(&digest.of(&spki));
    let bare = |digest| id(digest).trim_end_matches('=').to_owned();
    let key = match profile {
        VeraId => id(Digest::Sha256),
        DomainAuth => bare(Digest::Sha256),
    };
    text.replace("KEY", &key)
        .replace("BARE", &bare(Digest::Sha256))
        .replace("LOWER", &key.to_lowercase())
        .replace("SHA384", &bare(Digest::Sha384))
        .replace("SHA512", &bare(Digest::Sha512))
}

fn with_records(
    profile: TestProfile,
    name: &str,
    description: &str,
    spec: &'static str,
    records: Vec<Vec<u8>>,
    code: u16,
) -> Vector {
    let scenario = Scenario { records: Some(records), ..member(profile) };
    let vector = vary("key-record", name, description, spec, &scenario, &Customisation::new());
    if code == 0 { vector } else { vector.invalid(code) }
}

fn one(text: &str, profile: TestProfile) -> Vec<u8> {
    txt_rdata(&[fill(text, profile).as_bytes()])
}

/// The usual record with this TTL override and service.
fn usual(profile: TestProfile, ttl: u32, service: Option<&str>) -> Vec<u8> {
    let key = RsaKey::fixed(2048, 0);
    let text = veraid_testkit::organisation_key_record(profile, &key, ttl, service);
    txt_rdata(&[text.as_bytes()])
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for profile in PROFILES {
        for case in CASES {
            let (text, code) = match profile {
                VeraId => case.veraid,
                DomainAuth => case.domainauth,
            };
            vectors.push(with_records(
                profile,
                &format!("record-{}", case.name),
                case.description,
                case.spec,
                vec![one(text, profile)],
                code,
            ));
        }
        vectors.extend(several(profile));
        vectors.extend(key_sizes(profile));
        vectors.extend(look_back(profile));
    }
    for (name, description, text, code) in DOMAINAUTH_CASES {
        vectors.push(with_records(
            DomainAuth,
            &format!("record-{name}"),
            description,
            TXT,
            vec![one(text, DomainAuth)],
            *code,
        ));
    }
    vectors.push(with_records(
        VeraId,
        "record-algorithm-of-other-size",
        "The algorithm is for 3072-bit keys.",
        TXT,
        vec![one("2 KEY 3600", VeraId)],
        2111,
    ));
    vectors.push(with_records(
        DomainAuth,
        "record-algorithm-of-other-size",
        "The algorithm is for 3072-bit keys.",
        TXT,
        vec![one("0 2 1 KEY 3600", DomainAuth)],
        2112,
    ));
    vectors
}

fn several(profile: TestProfile) -> Vec<Vector> {
    let any = || usual(profile, 3600, None);
    let bound = || usual(profile, 3600, Some(KLIENTO_SERVICE));
    let other_key = txt_rdata(&[veraid_testkit::organisation_key_record(
        profile,
        &RsaKey::fixed(2048, 3),
        3600,
        None,
    )
    .as_bytes()]);
    let whole = any()[1..].to_vec();
    let (front, back) = whole.split_at(20);
    let split = txt_rdata(&[front, back]);
    let cases: Vec<(&str, &str, Vec<Vec<u8>>, u16)> = vec![
        (
            "spf-beside",
            "There is also a record of another protocol.",
            vec![txt_rdata(&[b"v=spf1 -all"]), any()],
            0,
        ),
        (
            "empty-beside",
            "There is also a record with an empty character-string.",
            vec![txt_rdata(&[b""]), any()],
            0,
        ),
        (
            "binary-beside",
            "There is also a record that is not valid UTF-8.",
            vec![txt_rdata(&[&[0xFF, 0xFE]]), any()],
            0,
        ),
        (
            "cut-off-beside",
            "There is also a record whose character-string is longer than its data.",
            vec![vec![20, b'x'], any()],
            0,
        ),
        (
            "other-key-beside",
            "There is also a record for another key.",
            vec![other_key.clone(), any()],
            0,
        ),
        ("other-key-only", "The only record is for another key.", vec![other_key], 2111),
        (
            "none",
            "The only record is for another protocol.",
            vec![txt_rdata(&[b"v=spf1 -all"])],
            2111,
        ),
        (
            "bound-and-any",
            "One record is for the service and another for any service; the former takes precedence.",
            vec![bound(), any()],
            0,
        ),
        (
            "other-service-and-any",
            "One record is for another service and another for any service.",
            vec![usual(profile, 60, Some(TEST_SERVICE)), any()],
            0,
        ),
        (
            "two-any",
            "Two records with different TTL overrides are for any service.",
            vec![any(), usual(profile, 60, None)],
            2113,
        ),
        (
            "two-bound",
            "Two records with different TTL overrides are for the service.",
            vec![bound(), usual(profile, 60, Some(KLIENTO_SERVICE))],
            2113,
        ),
        (
            "twice",
            "The same record appears twice in the message; an RRset has no duplicates.",
            vec![any(), any()],
            0,
        ),
        (
            "split",
            "The record is in two character-strings: concatenated, or under VeraId not a key record.",
            vec![split],
            match profile {
                VeraId => 2111,
                DomainAuth => 0,
            },
        ),
    ];
    let mut vectors: Vec<_> = cases
        .into_iter()
        .map(|(name, description, records, code)| {
            with_records(profile, &format!("records-{name}"), description, SELECTION, records, code)
        })
        .collect();
    // The key's record belongs to another name, in the same answer section.
    let scenario =
        Scenario { records: Some(vec![txt_rdata(&[b"v=spf1 -all"])]), ..member(profile) };
    let stray = any();
    let customisation = Customisation::new().chain(|chain| {
        let question = chain.question();
        let link = chain.link(&question).clone();
        let owner = "_veraid.example.org".parse().unwrap();
        let message = MessageBuilder::new(&question)
            .answer_rrset(&link.rrset, &link.rrsigs())
            .answer(Record::new(&owner, RecordType::TXT, 300, stray.clone()))
            .build();
        chain.replace(&question, message);
    });
    vectors.push(
        vary(
            "key-record",
            "records-of-another-name",
            "The key is named by a record with another owner name in the same answer section.",
            SELECTION,
            &scenario,
            &customisation,
        )
        .invalid(2111),
    );
    vectors
}

fn key_sizes(profile: TestProfile) -> Vec<Vector> {
    [3072, 4096]
        .into_iter()
        .map(|bits| {
            let key = RsaKey::fixed(bits, 0);
            let scenario = Scenario { organisation_key: key, ..member(profile) };
            vary(
                "key-record",
                &format!("organisation-key-{bits}"),
                &format!("The organisation's key has {bits} bits."),
                "DomainAuth, \"Digital Signature Algorithms\"",
                &scenario,
                &Customisation::new(),
            )
        })
        .collect()
}

/// The TTL override determines how far before the end of the window the chain may have been valid.
fn look_back(profile: TestProfile) -> Vec<Vector> {
    let spec = "DomainAuth, \"TTL Override\"";
    // The chain is valid until now; certificates and signature are valid for a day more.
    let scenario = |records: Vec<Vec<u8>>| Scenario {
        rrsig_period: period_before_now(DAY, 0),
        signature_period: seconds_around_now(60, DAY),
        records: Some(records),
        ..member(profile)
    };
    let until = |seconds| seconds_around_now(10, seconds);
    let mut vectors = Vec::new();
    for (name, description, records, end, code) in [
        (
            "edge",
            "The chain expires exactly one TTL override before the end of the period.",
            vec![usual(profile, 3600, None)],
            3600,
            0,
        ),
        (
            "beyond",
            "The chain expires one TTL override and one second before the end of the period.",
            vec![usual(profile, 3600, None)],
            3601,
            2402,
        ),
        (
            "bound-shorter",
            "The record for the service looks back 60 s, the one for any service an hour; the former takes precedence.",
            vec![usual(profile, 60, Some(KLIENTO_SERVICE)), usual(profile, 3600, None)],
            61,
            2402,
        ),
        (
            "bound-longer",
            "The record for the service looks back an hour, the one for any service 60 s; the former takes precedence.",
            vec![usual(profile, 3600, Some(KLIENTO_SERVICE)), usual(profile, 60, None)],
            3600,
            0,
        ),
        (
            "ttl-1-edge",
            "A look back of one second, which is exactly enough.",
            vec![usual(profile, 1, None)],
            1,
            0,
        ),
        (
            "ttl-1-beyond",
            "A look back of one second, but two are needed.",
            vec![usual(profile, 1, None)],
            2,
            2402,
        ),
    ] {
        let vector = vary(
            "key-record",
            &format!("look-back-{name}"),
            description,
            spec,
            &scenario(records),
            &Customisation::new(),
        )
        .period(until(end));
        vectors.push(if code == 0 { vector } else { vector.invalid(code) });
    }
    vectors.push({
        let wide = scenario(vec![usual(profile, 3600, None)]);
        let wide = Scenario { signature_period: seconds_around_now(60, 600), ..wide };
        let vector = vary(
            "key-record",
            "look-back-anchor",
            "The period ends in two hours, the signature in ten minutes: the look back of an hour starts from the end of the period, or under VeraId from the end of the signature.",
            spec,
            &wide,
            &Customisation::new(),
        )
        .period(until(7200));
        match profile {
            VeraId => vector,
            DomainAuth => vector.invalid(2402),
        }
    });
    vectors
}
