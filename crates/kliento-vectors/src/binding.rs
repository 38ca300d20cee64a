//! Signatures that are bound to their signer's certificate (RFC 5035), and signatures that were
//! moved under another one.

use veraid_testkit::{
    Binding, Customisation, Digest, RsaKey, SIGNING_CERTIFICATE, Scenario, SignedDataBuilder,
    TestProfile, attribute, certificate_identifier, der_writer, issuer_and_serial_number,
    signing_certificate_attribute, signing_certificate_attribute_of,
};

use crate::certificates::assemble;
use crate::scenario::{PROFILES, member, organisation};
use crate::variation::{vary, vary_bundle};
use crate::vector::Vector;

const ATTRIBUTE: &str = "RFC 5035 section 3";
const IDENTIFIER: &str = "RFC 5035 section 4";
const SUBSTITUTION: &str = "RFC 2634 section 5.1";
const ATTRIBUTES: &str = "RFC 5652 section 11";

type Change = Box<dyn Fn(&mut SignedDataBuilder)>;

pub(super) fn vectors() -> Vec<Vector> {
    PROFILES
        .into_iter()
        .flat_map(|profile| {
            [signers(profile), identifiers(profile), occurrences(profile), moved(profile)].concat()
        })
        .collect()
}

fn with_outcome(vector: Vector, code: u16) -> Vector {
    match code {
        0 => vector,
        1000..2000 => vector.malformed(code),
        _ => vector.invalid(code),
    }
}

/// Signers whose signatures name their certificate correctly.
fn signers(profile: TestProfile) -> Vec<Vector> {
    let make = |case: &str, description: &str, scenario: &Scenario| {
        let scenario = Scenario { binding: Binding::Bound, ..scenario.clone() };
        vary("binding", case, description, ATTRIBUTE, &scenario, &Customisation::new())
    };
    let mut vectors = vec![
        make("binding-member", "The signature names the member's certificate.", &member(profile)),
        make(
            "binding-organisation",
            "The organisation's signature names the organisation's certificate.",
            &organisation(profile),
        ),
    ];
    if profile == TestProfile::DomainAuth {
        let intermediates = vec!["staff".to_owned()];
        vectors.push(make(
            "binding-intermediate",
            "The signature names the certificate of a member, issued by an intermediate authority.",
            &Scenario { intermediates, ..member(profile) },
        ));
    }
    let scenario = member(profile);
    let other = Customisation::new().signed_data(|s| {
        s.signing_certificate =
            Some(signing_certificate_attribute(&organisation_certificate(profile)));
    });
    vectors.push(
        vary(
            "binding",
            "binding-member-names-organisation",
            "A member's signature names the organisation's certificate.",
            IDENTIFIER,
            &scenario,
            &other,
        )
        .invalid(2350),
    );
    vectors
}

fn organisation_certificate(profile: TestProfile) -> Vec<u8> {
    let scenario = member(profile);
    scenario.organisation_certificate().sign(&scenario.organisation_key, scenario.digest)
}

/// The AlgorithmIdentifier of a hash, with these parameters.
fn hash(object_identifier: &str, parameters: &[u8]) -> Vec<u8> {
    der_writer::sequence(&[&der_writer::oid(object_identifier), parameters])
}

/// IssuerSerial with this GeneralName, and the serial number of `certificate`.
fn issuer_serial(certificate: &[u8], name: &[u8]) -> Vec<u8> {
    let identifier = issuer_and_serial_number(certificate);
    let serial = veraid_testkit::children(&identifier)[1];
    der_writer::sequence(&[&der_writer::sequence(&[name]), serial])
}

/// The issuer of `certificate` as a GeneralName.
fn directory_name(certificate: &[u8]) -> Vec<u8> {
    let identifier = issuer_and_serial_number(certificate);
    der_writer::context_constructed(4, veraid_testkit::children(&identifier)[0])
}

/// Forms of the single certificate identifier, accepted and rejected.
fn identifiers(profile: TestProfile) -> Vec<Vector> {
    // The hash, and functions from the certificate to the digest and to IssuerSerial.
    type Part = fn(&[u8]) -> Vec<u8>;
    let sha_256: Part = |certificate| Digest::Sha256.of(certificate);
    type Case<'a> = (&'a str, &'a str, Option<Vec<u8>>, Part, Option<Part>, u16);
    let cases: Vec<Case<'_>> = vec![
        (
            "sha-384",
            "The signature names its certificate by a SHA-384 digest.",
            Some(hash(Digest::Sha384.object_identifier(), &[])),
            |certificate| Digest::Sha384.of(certificate),
            None,
            0,
        ),
        (
            "sha-512",
            "The signature names its certificate by a SHA-512 digest, with NULL algorithm parameters.",
            Some(hash(Digest::Sha512.object_identifier(), &der_writer::null())),
            |certificate| Digest::Sha512.of(certificate),
            None,
            0,
        ),
        (
            "sha-256-with-null",
            "The hash algorithm of the certificate identifier is SHA-256 with NULL parameters: not the default, so it is encoded.",
            Some(hash(Digest::Sha256.object_identifier(), &der_writer::null())),
            sha_256,
            None,
            0,
        ),
        (
            "sha-256-written",
            "The hash algorithm of the certificate identifier is the default but is encoded, which DER forbids.",
            Some(hash(Digest::Sha256.object_identifier(), &[])),
            sha_256,
            None,
            1004,
        ),
        (
            "sha-1",
            "The signature names its certificate by a SHA-1 digest.",
            Some(hash("1.3.14.3.2.26", &[])),
            |_| vec![7; 20],
            None,
            2351,
        ),
        (
            "hash-parameters",
            "The hash algorithm of the certificate identifier has an INTEGER as its parameters.",
            Some(hash(Digest::Sha384.object_identifier(), &der_writer::integer(1))),
            |certificate| Digest::Sha384.of(certificate),
            None,
            2351,
        ),
        (
            "other-certificate",
            "The signature names another certificate.",
            None,
            |_| Digest::Sha256.of(b"another certificate"),
            None,
            2350,
        ),
        (
            "digest-cut-off",
            "The digest in the certificate identifier lacks its last octet.",
            None,
            |certificate| Digest::Sha256.of(certificate)[..31].to_vec(),
            None,
            2350,
        ),
        (
            "digest-empty",
            "The digest in the certificate identifier is empty.",
            None,
            |_| vec![],
            None,
            2350,
        ),
        (
            "digest-of-other-hash",
            "The digest in the certificate identifier is a SHA-512 digest, but the hash algorithm defaults to SHA-256.",
            None,
            |certificate| Digest::Sha512.of(certificate),
            None,
            2350,
        ),
        (
            "issuer-serial",
            "The certificate identifier has the issuer and serial number beside the digest, which nests deeper than 16 levels.",
            None,
            sha_256,
            Some(|certificate| issuer_serial(certificate, &directory_name(certificate))),
            1004,
        ),
        (
            "issuer-of-other-form",
            "The certificate identifier has the serial number and a DNS name as the issuer beside the digest.",
            None,
            sha_256,
            Some(|certificate| {
                issuer_serial(certificate, &der_writer::context_primitive(2, b"example.com"))
            }),
            2352,
        ),
    ];
    cases
        .into_iter()
        .map(|(case, description, algorithm, digest, issuer_serial, code)| {
            let customisation = Customisation::new().signed_data(|s| {
                let certificate = s.signer_certificate.clone();
                let issuer_serial = issuer_serial.map(|of| of(&certificate));
                let identifier = certificate_identifier(
                    algorithm.as_deref(),
                    &digest(&certificate),
                    issuer_serial.as_deref(),
                );
                s.signing_certificate = Some(signing_certificate_attribute_of(&[identifier], None));
            });
            let case = format!("binding-{case}");
            let scenario = member(profile);
            let vector = vary("binding", &case, description, IDENTIFIER, &scenario, &customisation);
            with_outcome(vector, code)
        })
        .collect()
}

/// The number of attributes, values and identifiers, and the parts of an attribute.
fn occurrences(profile: TestProfile) -> Vec<Vector> {
    fn identifier(certificate: &[u8]) -> Vec<u8> {
        certificate_identifier(None, &Digest::Sha256.of(certificate), None)
    }
    let value = |value: Vec<u8>| -> Change {
        Box::new(move |s| {
            s.signing_certificate =
                Some(attribute(SIGNING_CERTIFICATE, std::slice::from_ref(&value)));
        })
    };
    let cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        (
            "twice",
            "There are two signing-certificate attributes, and both name the certificate.",
            ATTRIBUTES,
            Box::new(|s| {
                *s = s.clone().bound();
                s.extra_signed_attributes.extend(s.signing_certificate.clone());
            }),
            2310,
        ),
        (
            "two-values",
            "The signing-certificate attribute has two values, the first of which names the certificate.",
            ATTRIBUTES,
            Box::new(|s| {
                let values = [s.signer_certificate.as_slice(), b"another certificate"]
                    .map(|one| der_writer::sequence(&[&der_writer::sequence(&[&identifier(one)])]));
                s.signing_certificate = Some(attribute(SIGNING_CERTIFICATE, &values));
            }),
            2310,
        ),
        (
            "without-value",
            "The signing-certificate attribute has no value.",
            ATTRIBUTES,
            Box::new(|s| s.signing_certificate = Some(attribute(SIGNING_CERTIFICATE, &[]))),
            2310,
        ),
        (
            "two-identifiers",
            "The signature names a second certificate after the signer's, which restricts the path.",
            ATTRIBUTE,
            Box::new(|s| {
                let both = [identifier(&s.signer_certificate), identifier(b"another certificate")];
                s.signing_certificate = Some(signing_certificate_attribute_of(&both, None));
            }),
            2352,
        ),
        (
            "policies",
            "The signature names a policy in addition to its certificate, which restricts the path.",
            ATTRIBUTE,
            Box::new(|s| {
                let policy = der_writer::sequence(&[&der_writer::oid("2.5.29.32.0")]);
                let policies = der_writer::sequence(&[&policy]);
                let own = identifier(&s.signer_certificate);
                s.signing_certificate =
                    Some(signing_certificate_attribute_of(&[own], Some(&policies)));
            }),
            2352,
        ),
        (
            "no-identifier",
            "The signing-certificate attribute names no certificate.",
            ATTRIBUTE,
            Box::new(|s| s.signing_certificate = Some(signing_certificate_attribute_of(&[], None))),
            1004,
        ),
        (
            "not-a-sequence",
            "The signing-certificate attribute is an OCTET STRING.",
            ATTRIBUTE,
            value(der_writer::octet_string(&[7; 32])),
            1004,
        ),
        (
            "digest-alone",
            "The signing-certificate attribute is a list of digests, which no version of it allows.",
            IDENTIFIER,
            value(der_writer::sequence(&[&der_writer::sequence(&[&der_writer::octet_string(
                &[7; 32],
            )])])),
            1004,
        ),
        (
            "digest-missing",
            "The certificate identifier has a hash algorithm but no digest.",
            IDENTIFIER,
            value(der_writer::sequence(&[&der_writer::sequence(&[&der_writer::sequence(&[
                &hash(Digest::Sha384.object_identifier(), &[]),
            ])])])),
            1004,
        ),
        (
            "trailing-element",
            "The certificate identifier has an extra element.",
            IDENTIFIER,
            value(der_writer::sequence(&[&der_writer::sequence(&[&der_writer::sequence(&[
                &der_writer::octet_string(&[7; 32]),
                &der_writer::null(),
            ])])])),
            1004,
        ),
    ];
    cases
        .into_iter()
        .map(|(case, description, spec, change, code)| {
            let customisation = Customisation::new().signed_data(change);
            let case = format!("binding-{case}");
            with_outcome(
                vary("binding", &case, description, spec, &member(profile), &customisation),
                code,
            )
        })
        .collect()
}

/// Alice's signature under a certificate for mallory@evil.com that evil.com issued for Alice's
/// public key.
///
/// This needs nothing from Alice or her organisation except what is in every bundle.
fn moved(profile: TestProfile) -> Vec<Vector> {
    let alice = member(profile);
    let mallory = Scenario {
        organisation: "evil.com".into(),
        user: Some("mallory".into()),
        organisation_key: RsaKey::fixed(2048, 3),
        ..alice.clone()
    };
    let made = mallory.build();
    let certificate = made.member_certificate.clone().unwrap();
    // No other signed field names the signer, so the signature is Alice's to the last octet.
    let unbound = assemble(
        &mallory,
        None,
        std::slice::from_ref(&certificate),
        &certificate,
        &alice.member_key,
        None,
    );
    assert_eq!(signature(&unbound.content_info), signature(&alice.build().content_info));
    let bound = Customisation::new().signed_data(|s| {
        let original = alice.build().member_certificate.unwrap();
        s.signing_certificate = Some(signing_certificate_attribute(&original));
    });
    vec![
        vary_bundle(
            "binding",
            "moved",
            "Another organisation certified the public key of alice@example.com as mallory's and bundled Alice's signature with that certificate. The signature does not name its certificate, so it is as valid for Mallory as for Alice.",
            SUBSTITUTION,
            &mallory,
            &unbound,
        ),
        vary(
            "binding",
            "moved-bound",
            "Another organisation certified the public key of alice@example.com as mallory's and bundled Alice's signature with that certificate. The signature names Alice's certificate.",
            SUBSTITUTION,
            &mallory,
            &bound,
        )
        .invalid(2350),
    ]
}

/// The signature of the only signer.
fn signature(content_info: &[u8]) -> Vec<u8> {
    use veraid_testkit::children;
    let signed_data = children(children(content_info)[1])[0];
    let signer_infos = *children(signed_data).last().unwrap();
    children(children(signer_infos)[0])[5].to_vec()
}
