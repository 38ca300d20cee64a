//! Certificates and signatures that only an attacker makes.

use veraid_testkit::{
    CertificateBuilder, CommonName, Customisation, Digest, DigestParameters, Extension, RsaKey,
    SignedDataBuilder, attribute, attribute_type_and_value, children, der_writer,
    distinguished_name,
};

use crate::scenario::{PROFILES, common_seconds, member};
use crate::variation::vary;
use crate::vector::Vector;

const KEYS: &str = "DomainAuth, \"X.509 Certificate Profile\"";

/// A change, and the number of the expected error; 0 is valid.
type Change<T> = Box<dyn Fn(&mut T)>;

pub(super) fn vectors() -> Vec<Vector> {
    [extensions(), certificates(), keys(), signatures(), parameters()].concat()
}

/// One vector for each case under each profile.
fn each<T>(
    rule: &str,
    cases: Vec<(&str, &str, &'static str, Change<T>, u16)>,
    customise: impl for<'a> Fn(&'a Change<T>) -> Customisation<'a>,
) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for profile in PROFILES {
        for (case, description, spec, change, code) in &cases {
            let vector = vary(rule, case, description, spec, &member(profile), &customise(change));
            vectors.push(match code {
                0 => vector,
                1000..2000 => vector.malformed(*code),
                _ => vector.invalid(*code),
            });
        }
    }
    vectors
}

fn of_member(change: &Change<CertificateBuilder>) -> Customisation<'_> {
    Customisation::new().member(change)
}

fn extensions() -> Vec<Vector> {
    // BasicConstraints with these contents.
    let constraints = |contents: &'static [&'static [u8]]| -> Change<CertificateBuilder> {
        let value = der_writer::sequence(contents);
        Box::new(move |certificate| {
            let extension = Extension::new(Extension::BASIC_CONSTRAINTS, true, value.clone());
            certificate.extensions.push(extension);
        })
    };
    const TRUE: &[u8] = &[1, 1, 0xFF];
    let usage = |critical| -> Change<CertificateBuilder> {
        // Server authentication, which is unrelated to signing.
        let value = der_writer::sequence(&[&der_writer::oid("1.3.6.1.5.5.7.3.1")]);
        Box::new(move |certificate| {
            certificate.extensions.push(Extension::new("2.5.29.37", critical, value.clone()));
        })
    };
    let mut vectors = each(
        "extension",
        vec![
            (
                "member-true-is-one",
                "The TRUE in the member's BasicConstraints is encoded as 01.",
                "X.690 section 11.1",
                constraints(&[&[1, 1, 1]]),
                1004,
            ),
            (
                "member-path-length-negative",
                "The path length in the member's BasicConstraints is -1.",
                "RFC 5280 section 4.2.1.9",
                constraints(&[TRUE, &[2, 1, 0xFF]]),
                1004,
            ),
            (
                "member-path-length-padded",
                "The path length in the member's BasicConstraints starts with a zero octet.",
                "X.690 section 8.3.2",
                constraints(&[TRUE, &[2, 2, 0, 1]]),
                1004,
            ),
            (
                "member-extended-usage",
                "The member's certificate has a non-critical extended key usage.",
                "RFC 5280 section 4.2",
                usage(false),
                0,
            ),
            (
                "member-extended-usage-critical",
                "The member's certificate has a critical extended key usage.",
                "RFC 5280 section 4.2",
                usage(true),
                2208,
            ),
            (
                "member-critical-is-one",
                "The TRUE of an extension's criticality is encoded as 01.",
                "X.690 section 11.1",
                Box::new(|certificate| {
                    let extension = der_writer::sequence(&[
                        &der_writer::oid("1.2.3.4"),
                        &[1, 1, 1],
                        &der_writer::octet_string(&[5, 0]),
                    ]);
                    let extensions: Vec<_> = std::mem::take(&mut certificate.extensions)
                        .iter()
                        .map(Extension::der)
                        .chain([extension])
                        .collect();
                    let all = der_writer::sequence(&[&extensions.concat()]);
                    certificate.before_extensions = der_writer::context_constructed(3, &all);
                }),
                1004,
            ),
        ],
        of_member,
    );
    let huge = der_writer::sequence(&[TRUE, &der_writer::tlv(2, &[&[0x7F; 9]])]);
    for profile in PROFILES {
        let change = Customisation::new().organisation(|certificate| {
            *certificate = certificate.clone().without_extension(Extension::BASIC_CONSTRAINTS);
            let extension = Extension::new(Extension::BASIC_CONSTRAINTS, true, huge.clone());
            certificate.extensions.push(extension);
        });
        vectors.push(vary(
            "extension",
            "organisation-path-length-huge",
            "The path length in the organisation's BasicConstraints has 72 bits.",
            "RFC 5280 section 4.2.1.9",
            &member(profile),
            &change,
        ));
    }
    vectors
}

fn certificates() -> Vec<Vector> {
    let mut vectors = each::<CertificateBuilder>(
        "certificate",
        vec![
            (
                "member-subject-empty",
                "The member's certificate has an empty subject.",
                KEYS,
                Box::new(|certificate| certificate.subject = der_writer::sequence(&[])),
                2502,
            ),
            (
                "member-issuer-empty",
                "The member's certificate has an empty issuer.",
                KEYS,
                Box::new(|certificate| certificate.issuer = der_writer::sequence(&[])),
                2215,
            ),
            (
                "member-subject-200-names",
                "The member's subject has 200 organisation names after the common name.",
                KEYS,
                Box::new(|certificate| {
                    let own = der_writer::tlv(0x31, &[&CommonName::utf8("alice").attribute_der()]);
                    let other = attribute_type_and_value("2.5.4.10", &der_writer::utf8_string("x"));
                    let others = der_writer::tlv(0x31, &[&other]).repeat(200);
                    certificate.subject = der_writer::sequence(&[&own, &others]);
                }),
                0,
            ),
        ],
        of_member,
    );
    for profile in PROFILES {
        let change = Customisation::new().member(|certificate| {
            certificate.not_after = der_writer::tlv(0x18, &[b"99991231235959Z"]);
        });
        let vector = vary(
            "certificate",
            "member-until-9999",
            "The member's certificate has no expiry date (99991231235959Z).",
            "RFC 5280 section 4.1.2.5",
            &member(profile),
            &change,
        );
        vectors.push(match profile {
            veraid_testkit::TestProfile::VeraId => {
                let scenario = member(profile);
                // All parts except this certificate have the usual periods.
                vector.holds_if_ever(common_seconds(&scenario))
            }
            veraid_testkit::TestProfile::DomainAuth => vector.invalid(2206),
        });
    }
    for (case, description, common_name) in [
        ("nul", "The common name has a NUL.", "example.com\0.evil"),
        ("override", "The common name has U+202E.", "example.com\u{202E}"),
        ("zero-width", "The common name has U+200B.", "exam\u{200B}ple.com"),
        ("full-width", "The common name contains a full-width letter.", "\u{FF45}xample.com"),
        ("cyrillic", "One letter of the common name is Cyrillic.", "ex\u{430}mple.com"),
    ] {
        for profile in PROFILES {
            let name = CommonName::utf8(common_name);
            let change = Customisation::new().organisation(move |certificate| {
                certificate.subject = distinguished_name(&[name.attribute_der()]);
                certificate.issuer = certificate.subject.clone();
            });
            let case = format!("common-name-{case}");
            let spec = "DomainAuth, \"Organisation Certificate\"";
            vectors.push(
                vary("organisation", &case, description, spec, &member(profile), &change)
                    .invalid(2102),
            );
        }
    }
    for profile in PROFILES {
        let name = CommonName::utf8(&"a".repeat(10_240));
        let change = Customisation::new().member(move |certificate| {
            certificate.subject = distinguished_name(&[name.attribute_der()]);
        });
        let spec = "DomainAuth, \"Member Certificate\"";
        let description = "The name has 10,240 octets.";
        vectors.push(
            vary("user", "member-10-kib", description, spec, &member(profile), &change)
                .invalid(2501)
                .stage("certificate"),
        );
    }
    vectors
}

fn keys() -> Vec<Vector> {
    let usual = RsaKey::fixed(2048, 1);
    let spki = |modulus: &[u8], exponent: &[u8]| -> Change<CertificateBuilder> {
        let integer = |value: &[u8]| der_writer::tlv(2, &[&der_writer::unsigned_contents(value)]);
        let key = der_writer::sequence(&[&integer(modulus), &integer(exponent)]);
        let algorithm =
            der_writer::sequence(&[&der_writer::oid("1.2.840.113549.1.1.1"), &der_writer::null()]);
        let spki = der_writer::sequence(&[&algorithm, &der_writer::bit_string(&key)]);
        Box::new(move |certificate| certificate.subject_public_key_info.clone_from(&spki))
    };
    let modulus = usual.modulus();
    let f4: &[u8] = &[1, 0, 1];
    let mut even = modulus.clone();
    *even.last_mut().unwrap() ^= 1;
    let mut short = modulus.clone();
    short[0] = 0x7F;
    each(
        "algorithm",
        vec![
            ("member-key-2047", "The member's key has 2047 bits.", KEYS, spki(&short, f4), 2207),
            (
                "member-key-8192",
                "The member's key has 8192 bits.",
                KEYS,
                spki(&modulus.repeat(4), f4),
                2207,
            ),
            (
                "member-exponent-1",
                "The member's key has the exponent 1.",
                KEYS,
                spki(&modulus, &[1]),
                2207,
            ),
            (
                "member-exponent-even",
                "The member's key has the exponent 65536.",
                KEYS,
                spki(&modulus, &[1, 0, 0]),
                2207,
            ),
            (
                "member-exponent-34-bits",
                "The exponent of the member's key is 2^33 + 1.",
                KEYS,
                spki(&modulus, &[2, 0, 0, 0, 1]),
                2207,
            ),
            (
                "member-modulus-even",
                "The modulus of the member's key is even.",
                KEYS,
                spki(&even, f4),
                2207,
            ),
        ],
        of_member,
    )
}

fn of_signature(change: &Change<SignedDataBuilder>) -> Customisation<'_> {
    Customisation::new().signed_data(change)
}

fn signatures() -> Vec<Vector> {
    const SPEC: &str = "RFC 8017 section 8.1.2";
    let key = RsaKey::fixed(2048, 1);
    // A signature made from the valid one.
    let changed = |change: fn(&RsaKey, &mut Vec<u8>)| -> Change<SignedDataBuilder> {
        Box::new(move |signed| {
            let attributes =
                der_writer::set_of(&signed.signed_attributes(), der_writer::SetOrder::Sorted);
            let mut signature = key.sign_pss(Digest::Sha256, &attributes);
            change(&key, &mut signature);
            signed.signature = Some(signature);
        })
    };
    let mut vectors = each(
        "signed-data",
        vec![
            (
                "signature-octet-less",
                "The signature is one octet too short.",
                SPEC,
                changed(|_, s| {
                    s.pop();
                }),
                2318,
            ),
            (
                "signature-octet-more",
                "The signature is one octet too long.",
                SPEC,
                changed(|_, s| s.push(0)),
                2318,
            ),
            (
                "signature-octet-before",
                "A zero octet precedes the signature.",
                SPEC,
                changed(|_, s| s.insert(0, 0)),
                2318,
            ),
            (
                "signature-octet-none",
                "The signature has no octets.",
                SPEC,
                changed(|_, s| s.clear()),
                2318,
            ),
            (
                "signature-number-0",
                "The signature is the number 0.",
                SPEC,
                changed(|_, s| s.fill(0)),
                2318,
            ),
            (
                "signature-number-1",
                "The signature is the number 1.",
                SPEC,
                changed(|_, s| {
                    s.fill(0);
                    s[255] = 1;
                }),
                2318,
            ),
            (
                "signature-number-all-ones",
                "The signature is the largest number of its length.",
                SPEC,
                changed(|_, s| s.fill(0xFF)),
                2318,
            ),
            (
                "signature-number-modulus",
                "The signature is the modulus.",
                SPEC,
                changed(|key, s| *s = key.modulus()),
                2318,
            ),
        ],
        of_signature,
    );
    vectors.extend(each::<SignedDataBuilder>(
        "metadata",
        vec![(
            "metadata-service-huge-arc",
            "An arc of the service OID has 140 bits.",
            "X.690 section 8.19.2",
            Box::new(|signed| {
                let arc = [[0xFF; 19].as_slice(), &[0x7F]].concat();
                let service = der_writer::tlv(0x80, &[&[0x2A], &arc]);
                let period = [
                    der_writer::tlv(0x80, &[signed.start.as_bytes()]),
                    der_writer::tlv(0x81, &[signed.end.as_bytes()]),
                ];
                let period = der_writer::tlv(0xA1, &[&period.concat()]);
                let value = der_writer::sequence(&[&service, &period]);
                let mut attributes = signed.signed_attributes();
                attributes[2] = attribute(veraid_testkit::SIGNATURE_METADATA, &[value]);
                signed.signed_attributes = Some(attributes);
            }),
            2401,
        )],
        of_signature,
    ));
    vectors
}

fn parameters() -> Vec<Vector> {
    let named = |parameters: Vec<u8>| -> Change<SignedDataBuilder> {
        let algorithm =
            der_writer::sequence(&[&der_writer::oid("1.2.840.113549.1.1.10"), &parameters]);
        Box::new(move |signed| signed.signature_algorithm = Some(algorithm.clone()))
    };
    let hash = Digest::Sha256.algorithm_der(DigestParameters::Null);
    let mgf1 = der_writer::sequence(&[&der_writer::oid("1.2.840.113549.1.1.8"), &hash]);
    let pss = |salt: &[u8], more: &[u8]| {
        der_writer::sequence(&[
            &der_writer::context_constructed(0, &hash),
            &der_writer::context_constructed(1, &mgf1),
            &der_writer::context_constructed(2, &der_writer::tlv(2, &[salt])),
            more,
        ])
    };
    let key = RsaKey::fixed(2048, 1);
    let digest = |object_identifier: &str| -> Change<SignedDataBuilder> {
        let algorithm = der_writer::sequence(&[&der_writer::oid(object_identifier)]);
        Box::new(move |signed| {
            let info = signed.signer_info(&key);
            let mut fields: Vec<Vec<u8>> =
                children(&info).into_iter().map(<[u8]>::to_vec).collect();
            fields[2].clone_from(&algorithm);
            signed.signer_infos = Some(vec![der_writer::sequence(&[&fields.concat()])]);
        })
    };
    let (pss_spec, hash_spec) = ("RFC 4055 section 3.1", "RFC 5754 section 2");
    let arc = "2.16.840.1.101.3.4.2.";
    each(
        "cms-algorithm",
        vec![
            (
                "pss-salt-negative",
                "RSASSA-PSS parameters have a salt length of -1.",
                pss_spec,
                named(pss(&[0xFF], &[])),
                2314,
            ),
            (
                "pss-salt-31",
                "RSASSA-PSS parameters have a salt length of 31.",
                pss_spec,
                named(pss(&[31], &[])),
                2314,
            ),
            (
                "pss-salt-222",
                "RSASSA-PSS parameters have the largest salt length that fits the key.",
                pss_spec,
                named(pss(&[0, 222], &[])),
                2314,
            ),
            (
                "pss-salt-huge",
                "RSASSA-PSS parameters have a salt length of 2^71.",
                pss_spec,
                named(pss(&[0x7F; 9], &[])),
                2314,
            ),
            (
                "pss-extra-field",
                "RSASSA-PSS parameters have a fifth field.",
                pss_spec,
                named(pss(&[32], &der_writer::context_constructed(4, &der_writer::integer(1)))),
                1004,
            ),
            (
                "digest-sha-224",
                "The signer's hash is SHA-224.",
                hash_spec,
                digest(&format!("{arc}4")),
                2314,
            ),
            (
                "digest-sha-512-256",
                "The signer's hash is SHA-512/256.",
                hash_spec,
                digest(&format!("{arc}6")),
                2314,
            ),
            (
                "digest-shake-256",
                "The signer's hash is SHAKE256.",
                hash_spec,
                digest(&format!("{arc}12")),
                2314,
            ),
        ],
        of_signature,
    )
}
