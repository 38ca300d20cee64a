//! The CMS structure: content, attributes, algorithms and signature.

pub(crate) mod attribute;

use veraid_testkit::{
    Customisation, Digest, DigestParameters, Encapsulation, MEMBER_ATTRIBUTION, RsaKey, Scenario,
    SetOrder, SignedDataBuilder, Signer, TEST_SERVICE, TestProfile, algorithm_protection_attribute,
    attribute, attribution_attribute, content_type_attribute, der_writer, message_digest_attribute,
    metadata_attribute, pkcs1_algorithm_der, pss_algorithm_der, pss_algorithm_der_with,
    signing_time_attribute,
};

use crate::bundles::strict;
use crate::json::Json;
use crate::scenario::{PROFILES, member, organisation};
use crate::variation::{vary, vary_bundle};
use crate::vector::Vector;

const CMS: &str = "RFC 5652 section 5";
const ATTRIBUTES: &str = "RFC 5652 section 11";
const METADATA: &str = "DomainAuth, \"Signature Metadata\"";
const ATTRIBUTION: &str = "DomainAuth, \"Organisation Signatures\"";
const ALGORITHMS: &str = "DomainAuth, \"Digital Signature Algorithms\"; RFC 4056";
/// RFC 4055 allows more than one form for a key, and recommends the salt's length and one hash; a
/// decision makes rules of that.
const DECISION: &str = "Decisions, \"Bytes\"";

use TestProfile::DomainAuth;

type Change = Box<dyn Fn(&mut SignedDataBuilder)>;

pub(super) fn vectors() -> Vec<Vector> {
    PROFILES
        .into_iter()
        .flat_map(|profile| {
            [content(profile), structure(profile), algorithms(profile), tolerated(profile)].concat()
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

fn changed(
    rule: &str,
    scenario: &Scenario,
    cases: Vec<(&str, &str, &'static str, Change, u16)>,
) -> Vec<Vector> {
    cases
        .into_iter()
        .map(|(case, description, spec, change, code)| {
            let customisation = Customisation::new().signed_data(change);
            with_outcome(vary(rule, case, description, spec, scenario, &customisation), code)
        })
        .collect()
}

fn content(profile: TestProfile) -> Vec<Vector> {
    let attached = member(profile);
    let detached = Scenario { encapsulation: Encapsulation::Detached, ..attached.clone() };
    let make = |case: &str, description: &str, scenario: &Scenario| {
        vary(
            "content",
            &format!("content-{case}"),
            description,
            CMS,
            scenario,
            &Customisation::new(),
        )
        .fact("plaintext", Json::octets(&scenario.content))
    };
    let empty = Scenario { content: vec![], ..attached.clone() };
    let empty_detached = Scenario { content: vec![], ..detached.clone() };
    vec![
        make("detached", "The content is detached, and the verifier is given it.", &detached)
            .plaintext(&detached.content),
        make(
            "detached-other",
            "The content is detached, and the verifier is given different content.",
            &detached,
        )
        .plaintext(b"other")
        .invalid(2316),
        make(
            "detached-not-given",
            "The content is detached, and the verifier is given no content.",
            &detached,
        )
        .invalid(2315),
        make(
            "given-twice",
            "The content is attached, and the verifier is given the same content too.",
            &attached,
        )
        .plaintext(&attached.content)
        .invalid(2315),
        make("empty", "The content is attached and empty.", &empty),
        make(
            "detached-empty",
            "The content is detached and empty, and the verifier is given it.",
            &empty_detached,
        )
        .plaintext(b""),
        vary(
            "content",
            "content-changed",
            "The attached content is not the content that was signed.",
            "RFC 5652 section 11.2",
            &attached,
            &Customisation::new().signed_data(|signed| {
                signed.signed_attributes = Some(signed.signed_attributes());
                signed.content = veraid_testkit::Content::Attached(b"other".to_vec());
            }),
        )
        .invalid(2316),
    ]
}

/// A SignerInfo assembled by hand; missing fields are those that `signed` would write.
#[derive(Default)]
struct ByHand {
    digest_algorithm: Option<Vec<u8>>,
    /// The field of the signed attributes; empty leaves it out.
    attributes: Option<Vec<u8>>,
    signature_algorithm: Option<Vec<u8>>,
    signature: Option<Vec<u8>>,
}

fn by_hand(signed: &SignedDataBuilder, key: &RsaKey, hand: ByHand) -> Vec<u8> {
    let usual = der_writer::set_of(&signed.signed_attributes(), SetOrder::Sorted);
    let attributes = hand.attributes.unwrap_or_else(|| der_writer::retag(0xA0, &usual));
    let digest_algorithm = hand
        .digest_algorithm
        .unwrap_or_else(|| Digest::Sha256.algorithm_der(DigestParameters::Absent));
    let algorithm = hand.signature_algorithm.unwrap_or_else(|| pss_algorithm_der(Digest::Sha256));
    let signature = hand.signature.unwrap_or_else(|| key.sign_pss(Digest::Sha256, &usual));
    der_writer::sequence(&[
        &der_writer::integer(1),
        &signed.signer_identifier,
        &digest_algorithm,
        &attributes,
        &algorithm,
        &der_writer::octet_string(&signature),
    ])
}

fn structure(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let key = scenario.member_key;
    let other = RsaKey::fixed(2048, 4);
    let cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        (
            "version-3",
            "SignedData has version 3, as VeraId's specification says; RFC 5652 requires 1 for the content allowed here.",
            "RFC 5652 section 5.1",
            Box::new(|s| s.version = 3),
            if profile == DomainAuth { 2302 } else { 0 },
        ),
        (
            "version-0",
            "SignedData has version 0.",
            "RFC 5652 section 5.1",
            Box::new(|s| s.version = 0),
            2302,
        ),
        (
            "version-99",
            "SignedData has version 99.",
            "RFC 5652 section 5.1",
            Box::new(|s| s.version = 99),
            2302,
        ),
        (
            "signer-version-3",
            "SignerInfo has version 3.",
            "RFC 5652 section 5.3",
            Box::new(|s| s.signer_version = 3),
            2302,
        ),
        (
            "no-signer",
            "There is no SignerInfo.",
            CMS,
            Box::new(|s| s.signer_infos = Some(vec![])),
            2304,
        ),
        (
            "two-signers",
            "There are two SignerInfos, each of which is valid.",
            CMS,
            Box::new(move |s| {
                let first = s.signer_info(&key);
                let mut second = s.clone();
                second.extra_signed_attributes = vec![signing_time_attribute("20261122120000Z")];
                s.signer_infos = Some(vec![first, second.signer_info(&key)]);
            }),
            2304,
        ),
        (
            "signer-by-key-identifier",
            "The signer is identified by its key identifier.",
            "RFC 5652 section 5.3",
            Box::new(move |s| {
                s.signer_identifier = der_writer::context_primitive(0, &key.key_identifier());
            }),
            2305,
        ),
        (
            "unsigned-attributes",
            "There is an unsigned attribute.",
            "RFC 5652 section 5.3",
            Box::new(|s| {
                s.unsigned_attributes = vec![signing_time_attribute("20261122120000Z")];
            }),
            2306,
        ),
        (
            "no-signed-attributes",
            "There are no signed attributes; the signature is over the content.",
            "RFC 5652 section 5.4",
            Box::new(move |s| {
                let signature = key.sign_pss(Digest::Sha256, &s.content.octets());
                let hand = ByHand {
                    attributes: Some(vec![]),
                    signature: Some(signature),
                    ..ByHand::default()
                };
                s.signer_infos = Some(vec![by_hand(s, &key, hand)]);
            }),
            2307,
        ),
        (
            "revocation-lists",
            "There is a set of revocation lists.",
            "RFC 5652 section 5.1",
            Box::new(|s| {
                s.before_signer_infos = der_writer::context_constructed(1, &[]);
            }),
            2308,
        ),
        (
            "attribute-certificate",
            "An attribute certificate is attached too.",
            "RFC 5652 section 10.2.2",
            Box::new(|s| {
                s.certificates.as_mut().unwrap().push(der_writer::context_constructed(2, &[]));
            }),
            2309,
        ),
        (
            "content-type",
            "The encapsulated content is not of type data.",
            CMS,
            Box::new(|s| {
                s.signed_attributes = Some(s.signed_attributes());
                s.content_type = "1.2.840.113549.1.9.16.1.4".into();
            }),
            2303,
        ),
        (
            "signature-bit-flip",
            "A bit of the signature is flipped.",
            "RFC 5652 section 5.6",
            Box::new(move |s| {
                let attributes = der_writer::set_of(&s.signed_attributes(), SetOrder::Sorted);
                let mut signature = key.sign_pss(Digest::Sha256, &attributes);
                signature[100] ^= 1;
                s.signature = Some(signature);
            }),
            2318,
        ),
        (
            "signature-by-other-key",
            "The signature was made by a key other than the member's.",
            "RFC 5652 section 5.6",
            Box::new(move |s| {
                let attributes = der_writer::set_of(&s.signed_attributes(), SetOrder::Sorted);
                s.signature = Some(other.sign_pss(Digest::Sha256, &attributes));
            }),
            2318,
        ),
        (
            "signature-over-implicit-tag",
            "The signature is over the attributes with their implicit tag, not the SET OF tag.",
            "RFC 5652 section 5.4",
            Box::new(move |s| {
                let attributes = der_writer::set_of(&s.signed_attributes(), SetOrder::Sorted);
                s.signature =
                    Some(key.sign_pss(Digest::Sha256, &der_writer::retag(0xA0, &attributes)));
            }),
            2318,
        ),
        (
            "signature-over-content",
            "The signature is over the content, although there are signed attributes.",
            "RFC 5652 section 5.4",
            Box::new(move |s| {
                s.signature = Some(key.sign_pss(Digest::Sha256, &s.content.octets()));
            }),
            2318,
        ),
    ];
    let mut vectors = changed("signed-data", &scenario, cases);
    let mut bundle = scenario.build();
    let signed_data =
        veraid_testkit::children(veraid_testkit::children(&bundle.content_info)[1])[0].to_vec();
    bundle.content_info = veraid_testkit::content_info("1.2.840.113549.1.7.3", &signed_data);
    bundle.der = bundle.reassemble();
    vectors.push(
        vary_bundle(
            "signed-data",
            "not-signed-data",
            "The content is marked as enveloped data.",
            "RFC 5652 section 3",
            &scenario,
            &bundle,
        )
        .invalid(2301),
    );
    vectors
}

fn algorithms(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let key = scenario.member_key;
    let set = |algorithm: Vec<u8>, sign: fn(&RsaKey, &[u8]) -> Vec<u8>| -> Change {
        Box::new(move |s| {
            let attributes = der_writer::set_of(&s.signed_attributes(), SetOrder::Sorted);
            s.signature_algorithm = Some(algorithm.clone());
            s.signature = Some(sign(&key, &attributes));
        })
    };
    let pss: fn(&RsaKey, &[u8]) -> Vec<u8> = |key, data| key.sign_pss(Digest::Sha256, data);
    let sha_1 = der_writer::sequence(&[&der_writer::oid("1.3.14.3.2.26"), &der_writer::null()]);
    let mgf1_sha_1 = {
        let usual = pss_algorithm_der(Digest::Sha256);
        let parts = veraid_testkit::children(&usual);
        let parameters = veraid_testkit::children(parts[1]);
        let mgf1 = der_writer::sequence(&[&der_writer::oid("1.2.840.113549.1.1.8"), &sha_1]);
        der_writer::sequence(&[
            parts[0],
            &der_writer::sequence(&[
                parameters[0],
                &der_writer::tlv(0xA1, &[&mgf1]),
                parameters[2],
            ]),
        ])
    };
    let trailer_2 = {
        let usual = pss_algorithm_der(Digest::Sha256);
        let parts = veraid_testkit::children(&usual);
        let trailer = der_writer::tlv(0xA3, &[&der_writer::integer(2)]);
        der_writer::sequence(&[
            parts[0],
            &der_writer::sequence(&[veraid_testkit::contents(parts[1]), &trailer]),
        ])
    };
    let no_parameters = der_writer::sequence(&[&der_writer::oid("1.2.840.113549.1.1.10")]);
    let empty_parameters = der_writer::sequence(&[
        &der_writer::oid("1.2.840.113549.1.1.10"),
        &der_writer::sequence(&[]),
    ]);
    let sha_1_digest = sha_1.clone();
    let cases: Vec<(&str, &str, &'static str, Change, u16)> = vec![
        (
            "pkcs1",
            "The signature is RSASSA-PKCS1-v1_5.",
            ALGORITHMS,
            set(pkcs1_algorithm_der(Digest::Sha256), |key, data| {
                key.sign_pkcs1(Digest::Sha256, data)
            }),
            2314,
        ),
        (
            "rsa-encryption",
            "The signature algorithm is rsaEncryption.",
            ALGORITHMS,
            set(
                der_writer::sequence(&[
                    &der_writer::oid("1.2.840.113549.1.1.1"),
                    &der_writer::null(),
                ]),
                |key, data| key.sign_pkcs1(Digest::Sha256, data),
            ),
            2314,
        ),
        (
            "pss-no-parameters",
            "RSASSA-PSS has no parameters.",
            "RFC 4056 section 3",
            set(no_parameters, pss),
            2314,
        ),
        (
            "pss-default-parameters",
            "RSASSA-PSS has default parameters, which use SHA-1.",
            "RFC 4055 section 3.1",
            set(empty_parameters, pss),
            2314,
        ),
        (
            "pss-salt-0",
            "RSASSA-PSS has no salt, as its parameters say.",
            DECISION,
            set(pss_algorithm_der_with(Digest::Sha256, Digest::Sha256, 0), |key, data| {
                key.sign_pss_with_salt(Digest::Sha256, 0, data)
            }),
            2314,
        ),
        (
            "pss-salt-20",
            "RSASSA-PSS has a salt of 20 octets, as its parameters say.",
            DECISION,
            set(pss_algorithm_der_with(Digest::Sha256, Digest::Sha256, 20), |key, data| {
                key.sign_pss_with_salt(Digest::Sha256, 20, data)
            }),
            2314,
        ),
        (
            "pss-salt-not-as-said",
            "RSASSA-PSS has a salt of 20 octets, but its parameters say 32.",
            "RFC 8017 section 9.1.2",
            set(pss_algorithm_der(Digest::Sha256), |key, data| {
                key.sign_pss_with_salt(Digest::Sha256, 20, data)
            }),
            2318,
        ),
        (
            "pss-mgf1-differs",
            "RSASSA-PSS names SHA-512 for MGF1.",
            DECISION,
            set(pss_algorithm_der_with(Digest::Sha256, Digest::Sha512, 32), pss),
            2314,
        ),
        (
            "pss-mgf1-sha-1",
            "RSASSA-PSS names SHA-1 for MGF1 and uses SHA-256.",
            "RFC 4055 section 3.1",
            set(mgf1_sha_1, pss),
            2314,
        ),
        (
            "pss-trailer-2",
            "RSASSA-PSS parameters have trailer field 2.",
            "RFC 4055 section 3.1",
            set(trailer_2, pss),
            2314,
        ),
        (
            "pss-other-hash",
            "RSASSA-PSS names SHA-384 and uses SHA-256.",
            "RFC 8017 section 9.1.2",
            set(pss_algorithm_der(Digest::Sha384), pss),
            2318,
        ),
        (
            "pss-sha-512-digest-sha-256",
            "RSASSA-PSS uses SHA-512 and the content's hash is SHA-256, as in deployed software.",
            ALGORITHMS,
            Box::new(|s| s.signature_digest = Digest::Sha512),
            0,
        ),
        (
            "digest-null-parameters",
            "The hash has NULL parameters.",
            "RFC 5754 section 2",
            Box::new(|s| s.digest_parameters = DigestParameters::Null),
            0,
        ),
        (
            "digest-sha-1",
            "The signer's hash is SHA-1.",
            "RFC 5754 section 2",
            Box::new(move |s| {
                let hand =
                    ByHand { digest_algorithm: Some(sha_1_digest.clone()), ..ByHand::default() };
                s.signer_infos = Some(vec![by_hand(s, &key, hand)]);
            }),
            2314,
        ),
        (
            "digest-not-announced",
            "The signer's hash is not in SignedData's digestAlgorithms.",
            "RFC 5652 section 5.1",
            Box::new(move |s| {
                let info = s.signer_info(&key);
                s.signer_infos = Some(vec![info]);
                s.digest = Digest::Sha512;
            }),
            2313,
        ),
        (
            "digest-other-parameters",
            "The signer's hash has an INTEGER as its parameters.",
            "RFC 5754 section 2",
            Box::new(move |s| {
                let odd = der_writer::sequence(&[
                    &der_writer::oid(Digest::Sha256.object_identifier()),
                    &der_writer::integer(1),
                ]);
                let hand = ByHand { digest_algorithm: Some(odd), ..ByHand::default() };
                s.signer_infos = Some(vec![by_hand(s, &key, hand)]);
            }),
            2314,
        ),
    ];
    changed("cms-algorithm", &scenario, cases)
}

/// BER that deployed software writes, and BER that goes further.
fn tolerated(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let mut vectors = Vec::new();
    for (case, description, octets, content) in [
        (
            "one-chunk",
            "The content is a constructed OCTET STRING of one chunk.",
            65_536,
            scenario.content.clone(),
        ),
        (
            "chunks",
            "The content is a constructed OCTET STRING of several chunks.",
            5,
            scenario.content.clone(),
        ),
        ("no-chunks", "The content is empty: a constructed OCTET STRING of no chunks.", 5, vec![]),
        (
            "65536-and-more",
            "The content is a constructed OCTET STRING of 65,536 octets and 16 more, as deployed software splits it.",
            65_536,
            vec![b'x'; 65_552],
        ),
    ] {
        let scenario = Scenario {
            encapsulation: Encapsulation::Constructed(octets),
            content,
            ..scenario.clone()
        };
        let vector = vary(
            "tolerance",
            &format!("constructed-{case}"),
            description,
            "X.690 section 8.7.3",
            &scenario,
            &Customisation::new(),
        );
        vectors.push(strict(profile, vector));
    }
    let by_organisation = organisation(profile);
    let reversed = Customisation::new().signed_data(|s| {
        let mut all = s.signed_attributes();
        all.sort();
        all.reverse();
        s.signed_attributes = Some(all);
        s.attribute_order = SetOrder::AsGiven;
    });
    vectors.push(strict(
        profile,
        vary(
            "tolerance",
            "attributes-not-sorted",
            "The signed attributes are in descending order, and signed in that order.",
            "X.690 section 11.6",
            &by_organisation,
            &reversed,
        ),
    ));
    let key = match by_organisation.signer {
        Signer::Organisation => by_organisation.organisation_key,
        Signer::Member => by_organisation.member_key,
    };
    let sorted_signed = Customisation::new().signed_data(move |s| {
        let mut all = s.signed_attributes();
        all.sort();
        s.signature =
            Some(key.sign_pss(Digest::Sha256, &der_writer::set_of(&all, SetOrder::Sorted)));
        all.reverse();
        s.signed_attributes = Some(all);
        s.attribute_order = SetOrder::AsGiven;
    });
    if profile == TestProfile::VeraId {
        vectors.push(
            vary(
                "tolerance",
                "attributes-sorted-for-signing",
                "The signed attributes are in descending order, but the signature is over the sorted ones: the received encoding must match.",
                "RFC 5652 section 5.4",
                &by_organisation,
                &sorted_signed,
            )
            .invalid(2318),
        );
    }
    // Not tolerated under any profile: chunks within chunks.
    let mut bundle = scenario.build();
    let chunk = der_writer::octet_string(&scenario.content);
    let nested = der_writer::tlv(0x24, &[&der_writer::tlv(0x24, &[&chunk])]);
    let attached = der_writer::octet_string(&scenario.content);
    bundle.content_info = replace_content(&bundle.content_info, &attached, &nested);
    bundle.der = bundle.reassemble();
    vectors.push(
        vary_bundle(
            "tolerance",
            "constructed-nested",
            "The content is a constructed OCTET STRING inside another one.",
            "X.690 section 8.7.3",
            &scenario,
            &bundle,
        )
        .malformed(1004),
    );
    bundle.content_info = {
        let usual = scenario.build().content_info;
        let indefinite = [&[0x24, 0x80], chunk.as_slice(), &[0, 0]].concat();
        replace_content(&usual, &attached, &indefinite)
    };
    bundle.der = bundle.reassemble();
    vectors.push(
        vary_bundle(
            "tolerance",
            "constructed-indefinite",
            "The content is a constructed OCTET STRING with indefinite length.",
            "X.690 section 8.1.3.6",
            &scenario,
            &bundle,
        )
        .malformed(1004),
    );
    vectors
}

/// The ContentInfo with its eContent replaced.
fn replace_content(content_info: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    use veraid_testkit::children;
    let signed_data = children(children(content_info)[1])[0];
    let fields: Vec<Vec<u8>> = children(signed_data)
        .into_iter()
        .enumerate()
        .map(|(place, field)| {
            if place != 2 {
                return field.to_vec();
            }
            let parts = children(field);
            assert_eq!(
                veraid_testkit::contents(parts[1]),
                from,
                "eContent is not what was expected"
            );
            der_writer::sequence(&[parts[0], &der_writer::context_constructed(0, to)])
        })
        .collect();
    veraid_testkit::content_info(
        veraid_testkit::ID_SIGNED_DATA,
        &der_writer::sequence(&[&fields.concat()]),
    )
}
