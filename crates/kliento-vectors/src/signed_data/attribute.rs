//! Signed attributes: their presence, number and values.

use super::*;

pub(crate) fn vectors() -> Vec<Vector> {
    let of = |profile| [attributes(profile), metadata(profile), attribution(profile)].concat();
    PROFILES.into_iter().flat_map(of).collect()
}

fn attributes(profile: TestProfile) -> Vec<Vector> {
    let without = |oid: &'static str| -> Change {
        Box::new(move |s| {
            let name = der_writer::oid(oid);
            let mut all = s.signed_attributes();
            all.retain(|attribute| veraid_testkit::children(attribute)[0] != name);
            s.signed_attributes = Some(all);
        })
    };
    let with = |extra: Vec<Vec<u8>>| -> Change {
        Box::new(move |s| s.extra_signed_attributes.extend(extra.clone()))
    };
    // Replaces the attribute at this position: content type, digest, metadata.
    let instead = |place: usize, attribute: Vec<u8>| -> Change {
        Box::new(move |s| {
            let mut all = s.signed_attributes();
            all[place].clone_from(&attribute);
            s.signed_attributes = Some(all);
        })
    };
    let time = || signing_time_attribute("20261122120000Z");
    let two_times = attribute(
        "1.2.840.113549.1.9.5",
        &["20261122120000Z", "20261122120001Z"]
            .map(|text| der_writer::tlv(der_writer::GENERALIZED_TIME, &[text.as_bytes()])),
    );
    let protection = |digest, signature| {
        algorithm_protection_attribute(digest, DigestParameters::Absent, signature)
    };
    let cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        (
            "no-content-type",
            "The content-type attribute is missing.",
            "RFC 5652 section 11.1",
            without(veraid_testkit::CONTENT_TYPE),
            2311,
        ),
        (
            "no-message-digest",
            "The message-digest attribute is missing.",
            "RFC 5652 section 11.2",
            without(veraid_testkit::MESSAGE_DIGEST),
            2311,
        ),
        (
            "no-metadata",
            "The metadata attribute is missing.",
            METADATA,
            without(veraid_testkit::SIGNATURE_METADATA),
            2311,
        ),
        (
            "content-type-differs",
            "The content-type attribute is not data.",
            "RFC 5652 section 11.1",
            instead(0, content_type_attribute("1.2.840.113549.1.7.2")),
            2312,
        ),
        (
            "message-digest-differs",
            "The message digest is of other content.",
            "RFC 5652 section 11.2",
            instead(1, message_digest_attribute(Digest::Sha256, b"other")),
            2316,
        ),
        (
            "message-digest-of-other-hash",
            "The message digest uses SHA-512, but the signer's hash is SHA-256.",
            "RFC 5652 section 11.2",
            Box::new(|s| {
                let mut all = s.signed_attributes();
                all[1] = message_digest_attribute(Digest::Sha512, &s.content.octets());
                s.signed_attributes = Some(all);
            }),
            2316,
        ),
        (
            "signing-time",
            "There is a signing-time attribute.",
            "RFC 5652 section 11.3",
            with(vec![time()]),
            0,
        ),
        (
            "signing-time-twice",
            "There are two signing-time attributes.",
            ATTRIBUTES,
            with(vec![time(), time()]),
            2310,
        ),
        (
            "signing-time-two-values",
            "The signing-time attribute has two values.",
            ATTRIBUTES,
            with(vec![two_times]),
            2310,
        ),
        (
            "unknown",
            "There is an unknown attribute.",
            "RFC 5652 section 5.3",
            with(vec![attribute("1.2.3.4", &[der_writer::null()])]),
            0,
        ),
        (
            "unknown-twice",
            "An unknown attribute is present twice.",
            "RFC 5652 section 5.3",
            with(vec![
                attribute("1.2.3.4", &[der_writer::null()]),
                attribute("1.2.3.4", &[der_writer::integer(1)]),
            ]),
            2310,
        ),
        (
            "unknown-without-value",
            "An unknown attribute has no value.",
            "RFC 5652 section 5.3",
            with(vec![attribute("1.2.3.4", &[])]),
            2310,
        ),
        (
            "protection",
            "The algorithm-protection attribute matches the algorithms used.",
            "RFC 6211 section 2",
            with(vec![protection(Digest::Sha256, Digest::Sha256)]),
            0,
        ),
        (
            "protection-digest-differs",
            "The algorithm-protection attribute names another hash.",
            "RFC 6211 section 3",
            with(vec![protection(Digest::Sha512, Digest::Sha256)]),
            2312,
        ),
        (
            "protection-signature-differs",
            "The algorithm-protection attribute names another signature algorithm.",
            "RFC 6211 section 3",
            with(vec![protection(Digest::Sha256, Digest::Sha512)]),
            2312,
        ),
        (
            "metadata-twice",
            "There are two metadata attributes, the second for another service.",
            METADATA,
            with(vec![metadata_attribute(TEST_SERVICE, "20261122115900Z", "20261122121000Z")]),
            2310,
        ),
        (
            "metadata-two-values",
            "The metadata attribute has two values.",
            METADATA,
            Box::new(|s| {
                let mut all = s.signed_attributes();
                let value = |service: &str| {
                    let made = metadata_attribute(service, "20261122115900Z", "20261122121000Z");
                    veraid_testkit::contents(veraid_testkit::children(&made)[1]).to_vec()
                };
                all[2] = attribute(
                    veraid_testkit::SIGNATURE_METADATA,
                    &[value(&s.service), value(TEST_SERVICE)],
                );
                s.signed_attributes = Some(all);
            }),
            2310,
        ),
        (
            "metadata-without-value",
            "The metadata attribute has no value.",
            METADATA,
            instead(2, attribute(veraid_testkit::SIGNATURE_METADATA, &[])),
            2310,
        ),
        (
            "metadata-unsigned",
            "The metadata attribute is not signed.",
            METADATA,
            Box::new(|s| {
                let mut all = s.signed_attributes();
                s.unsigned_attributes = vec![all.remove(2)];
                s.signed_attributes = Some(all);
            }),
            2306,
        ),
    ];
    changed("attribute", &member(profile), cases)
        .into_iter()
        .map(|mut vector| {
            vector.id = vector.id.replace("::attribute::", "::attribute::attribute-");
            vector
        })
        .collect()
}

fn metadata(profile: TestProfile) -> Vec<Vector> {
    let start = |text: &'static str| -> Change { Box::new(move |s| s.start = text.into()) };
    let end = |text: &'static str| -> Change { Box::new(move |s| s.end = text.into()) };
    let service = |text: &'static str| -> Change { Box::new(move |s| s.service = text.into()) };
    let time = "X.690 section 11.7";
    let fraction = if profile == DomainAuth { 1006 } else { 0 };
    let cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        (
            "start-fraction",
            "The start has a fraction of a second, as deployed software encodes it.",
            time,
            start("20261122115900.781Z"),
            fraction,
        ),
        (
            "end-fraction",
            "The end has a fraction of a second, which is discarded.",
            time,
            end("20261122121000.999Z"),
            fraction,
        ),
        (
            "fraction-9-digits",
            "The start has a fraction of nine digits.",
            time,
            start("20261122115900.123456789Z"),
            fraction,
        ),
        (
            "fraction-10-digits",
            "The start has a fraction of ten digits.",
            time,
            start("20261122115900.1234567890Z"),
            1004,
        ),
        (
            "fraction-no-digits",
            "The start has a decimal point without a fraction.",
            time,
            start("20261122115900.Z"),
            1004,
        ),
        (
            "fraction-comma",
            "The start has a fraction, written with a comma.",
            time,
            start("20261122115900,5Z"),
            1004,
        ),
        ("offset", "The start has a UTC offset.", time, start("20261122115900+0000"), 1004),
        ("local-time", "The start has no Z.", time, start("20261122115900"), 1004),
        ("no-seconds", "The start has no seconds.", time, start("202611221159Z"), 1004),
        ("no-minutes", "The start has no minutes.", time, start("2026112211Z"), 1004),
        ("second-60", "The start is in second 60.", time, start("20261122115860Z"), 1004),
        ("hour-24", "The start is in hour 24.", time, start("20261121240000Z"), 1004),
        ("month-13", "The start is in month 13.", time, start("20261322115900Z"), 1004),
        (
            "day-31-of-november",
            "The end is on the 31st of November.",
            time,
            end("20261131115900Z"),
            1004,
        ),
        ("two-digit-year", "The start has a two-digit year.", time, start("261122115900Z"), 1004),
        ("empty-time", "The start is empty.", time, start(""), 1004),
        ("inverted", "The end is before the start.", METADATA, end("20261122115859Z"), 2317),
        (
            "other-service",
            "The signature is for another service.",
            METADATA,
            service(TEST_SERVICE),
            2401,
        ),
        (
            "service-prefix",
            "The signature is for a prefix of the service's OID.",
            METADATA,
            service("1.3.6.1.4.1.58708.3"),
            2401,
        ),
        (
            "service-suffix",
            "The signature is for an OID below the service's.",
            METADATA,
            service("1.3.6.1.4.1.58708.3.0.0"),
            2401,
        ),
    ];
    changed("metadata", &member(profile), cases)
        .into_iter()
        .map(|mut vector| {
            vector.id = vector.id.replace("::metadata::", "::metadata::metadata-");
            vector
        })
        .collect()
}

fn attribution(profile: TestProfile) -> Vec<Vector> {
    let value = |values: Vec<Vec<u8>>| -> Change {
        Box::new(move |s| {
            s.attribution = None;
            s.extra_signed_attributes = vec![attribute(MEMBER_ATTRIBUTION, &values)];
        })
    };
    let utf8 = |text: &str| der_writer::utf8_string(text);
    let cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        (
            "attribution-printable",
            "The attribution is a PrintableString.",
            ATTRIBUTION,
            value(vec![der_writer::tlv(der_writer::PRINTABLE_STRING, &[b"alice"])]),
            1004,
        ),
        (
            "attribution-no-utf-8",
            "The attribution is not valid UTF-8.",
            ATTRIBUTION,
            value(vec![der_writer::tlv(der_writer::UTF8_STRING, &[b"ali\xFFce"])]),
            2312,
        ),
        (
            "attribution-two-values",
            "The attribution has two values.",
            ATTRIBUTION,
            value(vec![utf8("alice"), utf8("bob")]),
            2310,
        ),
        (
            "attribution-without-value",
            "The attribution has no value.",
            ATTRIBUTION,
            value(vec![]),
            2310,
        ),
        (
            "attribution-twice",
            "There are two attributions.",
            ATTRIBUTION,
            Box::new(|s| {
                s.extra_signed_attributes = vec![attribution_attribute("bob")];
            }),
            2310,
        ),
        (
            "attribution-unsigned",
            "The attribution is not signed.",
            ATTRIBUTION,
            Box::new(|s| {
                s.attribution = None;
                s.unsigned_attributes = vec![attribution_attribute("alice")];
            }),
            2306,
        ),
    ];
    changed("attribution", &organisation(profile), cases)
}
