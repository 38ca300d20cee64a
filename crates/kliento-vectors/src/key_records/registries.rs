//! Numbers that are not registered yet, and services with large numbers.

use super::*;

pub(crate) fn vectors() -> Vec<Vector> {
    let of = |profile| [registries(profile), services(profile)].concat();
    PROFILES.into_iter().flat_map(of).collect()
}

/// Records with an unregistered version, algorithm or digest type. Such a record is ignored: it
/// neither names the key nor invalidates a record that does. A record that no registration could
/// make valid is malformed, and invalidates the others.
fn registries(profile: TestProfile) -> Vec<Vector> {
    let cases: &[(&str, &str, &str, u16)] = match profile {
        VeraId => &[
            ("algorithm-4", "algorithm 4", "4 KEY 3600", 0),
            ("algorithm-255", "algorithm 255", "255 KEY 3600", 0),
            (
                "algorithm-of-20-digits",
                "an algorithm of 20 digits",
                "10000000000000000000 KEY 3600",
                0,
            ),
            ("algorithm-4-and-other-fields", "algorithm 4 and no TTL override", "4 KEY", 0),
            ("algorithm-0", "algorithm 0", "0 KEY 3600", 2112),
            ("algorithm-padded", "algorithm 04", "04 KEY 3600", 2112),
            ("algorithm-word", "a word as the algorithm", "rsa KEY 3600", 2112),
        ],
        DomainAuth => &[
            ("version-1", "version 1", "1 1 1 KEY 3600", 0),
            ("version-10", "version 10", "10 1 1 KEY 3600", 0),
            ("algorithm-4", "algorithm 4", "0 4 1 KEY 3600", 0),
            ("algorithm-255", "algorithm 255", "0 255 1 KEY 3600", 0),
            (
                "algorithm-of-20-digits",
                "an algorithm of 20 digits",
                "0 10000000000000000000 1 KEY 3600",
                0,
            ),
            ("digest-type-4", "digest type 4", "0 1 4 KEY 3600", 0),
            (
                "algorithm-4-digest-type-0",
                "algorithm 4 and digest type 0, which is reserved for such keys",
                "0 4 0 KEY 3600",
                0,
            ),
            ("both-unregistered", "algorithm 4 and digest type 4", "0 4 4 KEY 3600", 0),
            (
                "algorithm-4-and-other-fields",
                "algorithm 4 and an invalid TTL override",
                "0 4 1 KEY week",
                0,
            ),
            ("algorithm-0", "algorithm 0", "0 0 1 KEY 3600", 2112),
            ("algorithm-padded", "algorithm 04", "0 04 1 KEY 3600", 2112),
            ("algorithm-word", "a word as the algorithm", "0 rsa 1 KEY 3600", 2112),
            ("digest-type-0", "digest type 0", "0 1 0 KEY 3600", 2112),
            ("digest-type-negative", "a negative digest type", "0 1 -1 KEY 3600", 2112),
        ],
    };
    cases
        .iter()
        .map(|(name, words, text, code)| {
            with_records(
                profile,
                &format!("records-{name}-beside"),
                &format!(
                    "There is a record for the same key with {words} in addition to the valid one."
                ),
                REGISTRIES,
                vec![one(text, profile), usual(profile, 3600, None)],
                *code,
            )
        })
        .collect()
}

/// Services compare as object identifiers, however large their numbers are.
fn services(profile: TestProfile) -> Vec<Vector> {
    // 2^128 and the number after it, of which neither fits 128 bits.
    let large = "2.25.340282366920938463463374607431768211456";
    let larger = "2.25.340282366920938463463374607431768211457";
    let record = |service: &str| usual(profile, 3600, Some(service));
    let case = |name: &str, description: &str, records: Vec<Vec<u8>>, code: u16| {
        let scenario =
            Scenario { service: large.into(), records: Some(records), ..member(profile) };
        let vector =
            vary("key-record", name, description, SELECTION, &scenario, &Customisation::new());
        let vector = Vector { service: Some(large.into()), ..vector };
        if code == 0 { vector } else { vector.invalid(code) }
    };
    let mut vectors = vec![
        case(
            "service-over-128-bits",
            "The record is bound to the service, whose OID has a last arc of 129 bits.",
            vec![record(large)],
            0,
        ),
        case(
            "other-service-over-128-bits",
            "The record is bound to a service whose OID has a different last arc of 129 bits.",
            vec![record(larger)],
            2111,
        ),
        case(
            "services-over-128-bits",
            "Two records are bound to services whose OIDs differ in the last arc of 129 bits.",
            vec![record(larger), record(large)],
            0,
        ),
    ];
    // 128 octets of encoding are the most that a service can have. One character-string, as VeraId
    // has it, has no room for more.
    if profile == DomainAuth {
        let key = RsaKey::fixed(2048, 0);
        let long = format!("1.3{}", ".127".repeat(129));
        let text = veraid_testkit::organisation_key_record(profile, &key, 3600, Some(&long));
        let strings: Vec<&[u8]> = text.as_bytes().chunks(255).collect();
        vectors.push(case(
            "service-over-128-octets",
            "One record is bound to an OID that is too long for a service, and another to the service.",
            vec![txt_rdata(&strings), record(large)],
            0,
        ));
    }
    vectors
}
