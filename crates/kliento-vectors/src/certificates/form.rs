//! Forms, algorithms and extensions of certificates.

use veraid_testkit::FixedKey as _;

use super::*;

pub(crate) fn vectors() -> Vec<Vector> {
    let of = |profile| [forms(profile), algorithms(profile), extensions(profile)].concat();
    PROFILES.into_iter().flat_map(of).collect()
}

/// Sets the algorithm in both places and makes the matching signature.
fn resign(certificate: &mut CertificateBuilder, algorithm: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>) {
    certificate.inner_algorithm = Some(algorithm.to_vec());
    certificate.outer_algorithm = Some(algorithm.to_vec());
    certificate.signature = Some(sign(&certificate.tbs_certificate(Digest::Sha256)));
}

/// Forms that apply to both the organisation's certificate and the member's.
fn forms(profile: TestProfile) -> Vec<Vector> {
    let utc = |text: &str| der_writer::tlv(der_writer::UTC_TIME, &[text.as_bytes()]);
    let generalized =
        |text: &str| der_writer::tlv(der_writer::GENERALIZED_TIME, &[text.as_bytes()]);
    let tolerated = match profile {
        VeraId => 0,
        DomainAuth => 1006,
    };
    let set_start = |time: Vec<u8>| -> Change { Box::new(move |c| c.not_before.clone_from(&time)) };
    let set_serial =
        |serial: Vec<u8>| -> Change { Box::new(move |c| c.serial.clone_from(&serial)) };
    let add = |extension: Extension| -> Change {
        Box::new(move |c| c.extensions.push(extension.clone()))
    };
    let cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        (
            "version-1",
            "has version 1, encoded explicitly",
            X509,
            Box::new(|c| c.version = Some(0)),
            2203,
        ),
        ("version-2", "has version 2", X509, Box::new(|c| c.version = Some(1)), 2203),
        ("version-4", "has version 4", X509, Box::new(|c| c.version = Some(3)), 2203),
        (
            "version-absent",
            "has no version field, which means version 1",
            X509,
            Box::new(|c| c.version = None),
            2203,
        ),
        (
            "serial-negative",
            "has a negative serial number",
            "RFC 5280 section 4.1.2.2",
            set_serial(vec![0x80; 8]),
            2204,
        ),
        (
            "serial-20-octets",
            "has a serial number of 20 octets",
            "RFC 5280 section 4.1.2.2",
            set_serial(vec![0x41; 20]),
            0,
        ),
        (
            "serial-21-octets",
            "has a serial number of 21 octets",
            "RFC 5280 section 4.1.2.2",
            set_serial(vec![0x41; 21]),
            2204,
        ),
        (
            "serial-padded",
            "has a padded serial number, as one in 512 from a deployed issuer",
            "X.690 section 8.3.2",
            set_serial(vec![0, 1, 2, 3, 4, 5, 6, 7]),
            tolerated,
        ),
        (
            "serial-empty",
            "has a serial number of no octets",
            "X.690 section 8.3.1",
            set_serial(vec![]),
            1004,
        ),
        (
            "period-inverted",
            "ends before it starts",
            "RFC 5280 section 4.1.2.5",
            set_start(utc("270101000000Z")),
            2205,
        ),
        (
            "time-without-seconds",
            "starts at a UTCTime without seconds",
            "RFC 5280 section 4.1.2.5.1",
            set_start(utc("2611010000Z")),
            1004,
        ),
        (
            "time-with-offset",
            "starts at a UTCTime with a UTC offset",
            "RFC 5280 section 4.1.2.5.1",
            set_start(utc("261101000000+0000")),
            1004,
        ),
        (
            "time-with-fraction",
            "starts at a GeneralizedTime with a fraction",
            "RFC 5280 section 4.1.2.5.2",
            set_start(generalized("20261101000000.5Z")),
            1004,
        ),
        (
            "time-month-13",
            "starts in month 13",
            "RFC 5280 section 4.1.2.5",
            set_start(utc("261301000000Z")),
            1004,
        ),
        (
            "unknown-critical-extension",
            "has an unknown critical extension",
            EXTENSIONS,
            add(Extension::unknown_critical()),
            2208,
        ),
        (
            "unknown-extension",
            "has an unknown non-critical extension",
            EXTENSIONS,
            add(Extension::new("1.2.3.4", false, vec![5, 0])),
            0,
        ),
        (
            "name-constraints",
            "has name constraints",
            "RFC 5280 section 4.2.1.10",
            add(Extension::name_constraints("example.com")),
            2209,
        ),
        (
            "extension-twice",
            "has the same extension twice",
            EXTENSIONS,
            Box::new(|c| {
                let first = c.extensions[1].clone();
                c.extensions.push(first);
            }),
            1004,
        ),
        (
            "extensions-empty",
            "has an empty list of extensions",
            "RFC 5280 section 4.1",
            Box::new(|c| {
                c.extensions.clear();
                c.before_extensions =
                    der_writer::context_constructed(3, &der_writer::sequence(&[]));
            }),
            1004,
        ),
        (
            "unique-identifier",
            "has a field after its key",
            X509,
            Box::new(|c| c.before_extensions = der_writer::context_primitive(1, &[0, 1])),
            1004,
        ),
        (
            "signature-with-bit-flip",
            "has a signature with one bit flipped",
            PATH,
            Box::new(|c| {
                let mut signature = RsaKey::fixed(2048, 0)
                    .sign_pss(Digest::Sha256, &c.tbs_certificate(Digest::Sha256));
                signature[100] ^= 1;
                c.signature = Some(signature);
            }),
            2217,
        ),
        (
            "end-stretched",
            "had its end date changed after signing",
            PATH,
            Box::new(|c| {
                let tbs = c.tbs_certificate(Digest::Sha256);
                c.signature = Some(RsaKey::fixed(2048, 0).sign_pss(Digest::Sha256, &tbs));
                c.not_after = veraid_testkit::x509_time(NOW.saturating_add(31 * DAY));
            }),
            2217,
        ),
    ];
    let mut vectors = Vec::new();
    for (case, words, spec, change, code) in &cases {
        for (signer, title) in [(Signer::Organisation, "organisation"), (Signer::Member, "member")]
        {
            let scenario = Scenario { signer, ..member(profile) };
            let customisation = match signer {
                Signer::Organisation => Customisation::new().organisation(change),
                Signer::Member => Customisation::new().member(change),
            };
            let description = format!("The {title}'s certificate {words}.");
            let case = format!("{title}-{case}");
            vectors.push(with_outcome(
                vary("certificate", &case, &description, spec, &scenario, &customisation),
                *code,
            ));
        }
    }
    vectors
}

fn p256_spki() -> Vec<u8> {
    let point = ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 0).public_key();
    der_writer::sequence(&[
        &der_writer::sequence(&[
            &der_writer::oid("1.2.840.10045.2.1"),
            &der_writer::oid("1.2.840.10045.3.1.7"),
        ]),
        &der_writer::bit_string(&[&[4], point.as_slice()].concat()),
    ])
}

fn algorithms(profile: TestProfile) -> Vec<Vector> {
    let key = RsaKey::fixed(2048, 0);
    let set_spki = |spki: Vec<u8>| -> Change {
        Box::new(move |c| c.subject_public_key_info.clone_from(&spki))
    };
    let member_key = RsaKey::fixed(2048, 1);
    let absent = der_writer::sequence(&[&der_writer::oid("1.2.840.113549.1.1.1")]);
    let cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        (
            "spki-pss",
            "The member's key is marked as RSASSA-PSS only.",
            DECISION,
            set_spki(member_key.spki_der_with_algorithm(&pss_algorithm_der(Digest::Sha256))),
            2207,
        ),
        (
            "spki-without-null",
            "The algorithm identifier of the member's key has no parameters.",
            "RFC 3279 section 2.3.1",
            set_spki(member_key.spki_der_with_algorithm(&absent)),
            2207,
        ),
        ("spki-p256", "The member's key is on the curve P-256.", KEYS, set_spki(p256_spki()), 2207),
        (
            "pkcs1",
            "The member's certificate is signed with RSASSA-PKCS1-v1_5.",
            KEYS,
            Box::new(move |c| {
                resign(c, &pkcs1_algorithm_der(Digest::Sha256), |tbs| {
                    key.sign_pkcs1(Digest::Sha256, tbs)
                })
            }),
            2207,
        ),
        (
            "salt-20",
            "The member's certificate is signed with a salt of 20 octets, as its parameters say.",
            DECISION,
            Box::new(move |c| {
                resign(c, &pss_algorithm_der_with(Digest::Sha256, Digest::Sha256, 20), |tbs| {
                    key.sign_pss_with_salt(Digest::Sha256, 20, tbs)
                })
            }),
            2207,
        ),
        (
            "mgf1-differs",
            "The member's certificate names SHA-512 for MGF1 and SHA-256 for the message.",
            DECISION,
            Box::new(move |c| {
                resign(c, &pss_algorithm_der_with(Digest::Sha256, Digest::Sha512, 32), |tbs| {
                    key.sign_pss(Digest::Sha256, tbs)
                })
            }),
            2207,
        ),
        (
            "inner-and-outer-differ",
            "The member's certificate names SHA-256 inside and SHA-384 outside the signed part.",
            "RFC 5280 section 4.1.1.2",
            Box::new(|c| c.inner_algorithm = Some(pss_algorithm_der(Digest::Sha384))),
            2207,
        ),
        (
            "salt-not-as-said",
            "The member's certificate is signed with a salt of 20 octets, but its parameters say 32.",
            "RFC 8017 section 9.1.2",
            Box::new(move |c| {
                c.signature = Some(key.sign_pss_with_salt(
                    Digest::Sha256,
                    20,
                    &c.tbs_certificate(Digest::Sha256),
                ))
            }),
            2217,
        ),
    ];
    let scenario = member(profile);
    let mut vectors: Vec<_> = cases
        .iter()
        .map(|(case, description, spec, change, code)| {
            let customisation = Customisation::new().member(change);
            with_outcome(
                vary(
                    "algorithm",
                    &format!("member-{case}"),
                    description,
                    spec,
                    &scenario,
                    &customisation,
                ),
                *code,
            )
        })
        .collect();
    for digest in [Digest::Sha384, Digest::Sha512] {
        vectors.push(vary(
            "algorithm",
            &format!("{digest:?}").to_lowercase(),
            "The certificates and content are signed with a hash other than SHA-256.",
            KEYS,
            &Scenario { digest, ..scenario.clone() },
            &Customisation::new(),
        ));
    }
    for (bits, code) in [(1024, 2207), (1536, 2207), (2056, 0), (3072, 0), (4096, 0)] {
        let scenario = Scenario { member_key: RsaKey::fixed(bits, 0), ..scenario.clone() };
        let description = format!("The member's key has {bits} bits.");
        let case = format!("member-key-{bits}");
        vectors.push(with_outcome(
            vary("algorithm", &case, &description, KEYS, &scenario, &Customisation::new()),
            code,
        ));
    }
    let odd = RsaKey::fixed_with_exponent_3();
    for bits in [1024, 1536, 2056] {
        let scenario =
            Scenario { organisation_key: RsaKey::fixed(bits, 0), ..organisation(profile) };
        let description = format!("The organisation's key has {bits} bits.");
        let case = format!("organisation-key-{bits}");
        vectors.push(
            vary("algorithm", &case, &description, KEYS, &scenario, &Customisation::new())
                .invalid(2207),
        );
    }
    vectors.push(
        vary(
            "algorithm",
            "member-exponent-3",
            "The member's key has the public exponent 3.",
            KEYS,
            &Scenario { member_key: odd, ..scenario.clone() },
            &Customisation::new(),
        )
        .invalid(2207),
    );
    vectors.push(
        vary(
            "algorithm",
            "organisation-exponent-3",
            "The organisation's key has the public exponent 3.",
            KEYS,
            &Scenario { organisation_key: odd, ..organisation(profile) },
            &Customisation::new(),
        )
        .invalid(2207),
    );
    let pss = RsaKey::fixed(2048, 0).spki_der_with_algorithm(&pss_algorithm_der(Digest::Sha256));
    vectors.push(
        vary(
            "algorithm",
            "organisation-spki-pss",
            "The organisation's key is marked as RSASSA-PSS only.",
            DECISION,
            &organisation(profile),
            &Customisation::new().organisation(set_spki(pss)),
        )
        .invalid(2207),
    );
    vectors
}

fn extensions(profile: TestProfile) -> Vec<Vector> {
    use BasicConstraints as Bc;
    let constraints = |value: Option<Bc>| -> Change {
        Box::new(move |c| *c = c.clone().basic_constraints(value))
    };
    let usage = |bits: &'static [u8]| -> Change {
        Box::new(move |c| c.extensions.push(Extension::key_usage(bits)))
    };
    let without =
        |oid: &'static str| -> Change { Box::new(move |c| *c = c.clone().without_extension(oid)) };
    let tolerated = match profile {
        VeraId => 0,
        DomainAuth => 1006,
    };
    let bc = "RFC 5280 section 4.2.1.9";
    let ku = "RFC 5280 section 4.2.1.3";
    let organisation_cases: Vec<(Signer, &str, &str, &'static str, Change, u16)> = vec![
        (
            Signer::Member,
            "no-constraints",
            "The organisation's certificate has no BasicConstraints but issued the member's.",
            bc,
            constraints(None),
            2210,
        ),
        (
            Signer::Organisation,
            "no-constraints-signs",
            "The organisation's certificate has no BasicConstraints and signs the content.",
            DRAFT,
            constraints(None),
            0,
        ),
        (
            Signer::Member,
            "no-authority",
            "The organisation's certificate has BasicConstraints without cA but issued the member's.",
            bc,
            constraints(Some(Bc::EndEntity)),
            2210,
        ),
        (
            Signer::Member,
            "no-path-length",
            "The organisation's certificate has cA TRUE and no path length.",
            bc,
            constraints(Some(Bc::Authority)),
            0,
        ),
        (
            Signer::Member,
            "constraints-not-critical",
            "The organisation's BasicConstraints are not critical.",
            bc,
            Box::new(|c| c.extensions[0].critical = false),
            2210,
        ),
        (
            Signer::Member,
            "usage-cert-sign",
            "The organisation's KeyUsage is keyCertSign; it issues.",
            ku,
            usage(&[5]),
            0,
        ),
        (
            Signer::Member,
            "usage-digital-signature",
            "The organisation's KeyUsage is digitalSignature; it issues.",
            ku,
            usage(&[0]),
            2213,
        ),
        (
            Signer::Organisation,
            "usage-digital-signature-signs",
            "The organisation's KeyUsage is digitalSignature; it signs the content.",
            ku,
            usage(&[0]),
            0,
        ),
        (
            Signer::Organisation,
            "usage-cert-sign-signs",
            "The organisation's KeyUsage is keyCertSign; it signs the content.",
            ku,
            usage(&[5]),
            2213,
        ),
        (
            Signer::Member,
            "no-subject-key-identifier",
            "The organisation's certificate has no subject key identifier.",
            EXTENSIONS,
            without(Extension::SUBJECT_KEY_IDENTIFIER),
            0,
        ),
        (
            Signer::Member,
            "no-authority-key-identifier",
            "The organisation's certificate has no authority key identifier.",
            EXTENSIONS,
            without(Extension::AUTHORITY_KEY_IDENTIFIER),
            0,
        ),
        (
            Signer::Organisation,
            "key-identifiers-differ",
            "The organisation's authority key identifier is not its own subject key identifier.",
            "RFC 5280 section 4.2.1.1",
            Box::new(|c| {
                *c = c
                    .clone()
                    .without_extension(Extension::AUTHORITY_KEY_IDENTIFIER)
                    .extension(Extension::authority_key_identifier(&[7; 32]));
            }),
            2214,
        ),
    ];
    let member_cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        (
            "constraints-empty",
            "The member's BasicConstraints are empty.",
            bc,
            constraints(Some(Bc::EndEntity)),
            0,
        ),
        (
            "path-length-only",
            "The member's BasicConstraints have a path length without cA, as deployed issuers encode them.",
            bc,
            constraints(Some(Bc::PathLengthOnly(0))),
            tolerated,
        ),
        (
            "explicit-false",
            "The member's BasicConstraints encode cA FALSE explicitly.",
            "X.690 section 11.5",
            constraints(Some(Bc::ExplicitFalse)),
            tolerated,
        ),
        (
            "explicit-false-path-length",
            "The member's BasicConstraints have cA FALSE and a path length, as deployed issuers encode them.",
            bc,
            constraints(Some(Bc::ExplicitFalseWithPathLength(0))),
            tolerated,
        ),
        (
            "authority",
            "The member's certificate is also a CA certificate; without attribution it signs as the member.",
            DRAFT,
            constraints(Some(Bc::AuthorityWithPathLength(0))),
            0,
        ),
        (
            "usage-digital-signature",
            "The member's KeyUsage is digitalSignature.",
            ku,
            usage(&[0]),
            0,
        ),
        (
            "usage-key-encipherment",
            "The member's KeyUsage is keyEncipherment.",
            ku,
            usage(&[2]),
            2213,
        ),
        (
            "no-key-identifiers",
            "The member's certificate has no key identifiers.",
            EXTENSIONS,
            Box::new(|c| c.extensions.clear()),
            0,
        ),
        (
            "key-identifiers-differ",
            "The member's authority key identifier is not the organisation's subject key identifier.",
            "RFC 5280 section 4.2.1.1",
            Box::new(|c| {
                *c = c
                    .clone()
                    .without_extension(Extension::AUTHORITY_KEY_IDENTIFIER)
                    .extension(Extension::authority_key_identifier(&[7; 32]));
            }),
            2214,
        ),
    ];
    let mut vectors = Vec::new();
    for (signer, case, description, spec, change, code) in &organisation_cases {
        let scenario = Scenario { signer: *signer, ..member(profile) };
        let customisation = Customisation::new().organisation(change);
        let case = format!("organisation-{case}");
        vectors.push(with_outcome(
            vary("extension", &case, description, spec, &scenario, &customisation),
            *code,
        ));
    }
    for (case, description, spec, change, code) in &member_cases {
        let customisation = Customisation::new().member(change);
        let case = format!("member-{case}");
        let scenario = member(profile);
        vectors.push(with_outcome(
            vary("extension", &case, description, spec, &scenario, &customisation),
            *code,
        ));
    }
    vectors
}
