//! Certificates and CMS signatures, checked with other implementations of DER.

use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use der::{Decode as _, Encode as _};
use veraid_dnssec::crypto::rust_crypto::PROVIDER;
use veraid_dnssec::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};
use veraid_testkit::{
    CertificateParts, CommonName, Customisation, Digest, Encapsulation, RsaKey, Scenario, SetOrder,
    Signer, TestProfile, children, contents,
};
use x509_cert::Certificate;

fn assert_signed(message: &[u8], signature: &[u8], key: &RsaKey, digest: DigestAlgorithm) {
    let key = PublicKey::Rsa { modulus: &key.modulus(), exponent: &key.exponent() };
    let algorithm = SignatureAlgorithm::RsaPss(digest);
    assert_eq!(PROVIDER.signatures.verify(algorithm, key, message, signature), Ok(()));
}

#[test]
fn keys_of_every_size_sign_with_every_hash() {
    for bits in [1024, 1536, 2048, 2056, 3072, 4096] {
        let key = RsaKey::fixed(bits, 0);
        assert_eq!(key.bits(), bits);
        let digests =
            [(Digest::Sha256, DigestAlgorithm::Sha256), (Digest::Sha384, DigestAlgorithm::Sha384)];
        for (digest, algorithm) in digests {
            assert_signed(b"message", &key.sign_pss(digest, b"message"), &key, algorithm);
        }
    }
    let key = RsaKey::fixed(2048, 5);
    assert_signed(
        b"message",
        &key.sign_pss(Digest::Sha512, b"message"),
        &key,
        DigestAlgorithm::Sha512,
    );
    assert_eq!(RsaKey::fixed_with_exponent_3().exponent(), [3]);
}

#[test]
fn certificates_are_der_and_signed_by_their_issuer() {
    for profile in [TestProfile::VeraId, TestProfile::DomainAuth] {
        let bundle = Scenario::of(profile).build();
        let member = bundle.member_certificate.unwrap();
        for certificate in [&bundle.organisation_certificate, &member] {
            assert_eq!(&Certificate::from_der(certificate).unwrap().to_der().unwrap(), certificate);
            let fields = children(certificate);
            let signature = &contents(fields[2])[1..];
            assert_signed(fields[0], signature, &bundle.organisation_key, DigestAlgorithm::Sha256);
        }
        let organisation = CertificateParts::of(&bundle.organisation_certificate);
        assert_eq!(organisation.issuer, organisation.subject);
        assert_eq!(CertificateParts::of(&member).issuer, organisation.subject);
        assert_eq!(organisation.serial.len(), 16);
    }
}

#[test]
fn signatures_are_der_and_valid() {
    for signer in [Signer::Member, Signer::Organisation] {
        for encapsulation in [Encapsulation::Primitive, Encapsulation::Detached] {
            let scenario = Scenario { encapsulation, ..Scenario::signed_by(signer) };
            let bundle = scenario.build();
            let content_info = ContentInfo::from_der(&bundle.content_info).unwrap();
            let signed_data = content_info.content.decode_as::<SignedData>().unwrap();
            assert_eq!(signed_data.to_der().unwrap(), content_info.content.to_der().unwrap());
            assert_eq!(signed_data.certificates.is_some(), signer == Signer::Member);
            let signer_info = signed_data.signer_infos.0.get(0).unwrap();
            let attributes = signer_info.signed_attrs.as_ref().unwrap();
            assert_eq!(attributes.len(), if signer == Signer::Member { 3 } else { 4 });
            let key = match signer {
                Signer::Member => bundle.member_key,
                Signer::Organisation => bundle.organisation_key,
            };
            let signed = attributes.to_der().unwrap();
            assert_signed(&signed, signer_info.signature.as_bytes(), &key, DigestAlgorithm::Sha256);
        }
    }
}

#[test]
fn bundles_have_four_fields_with_implicit_tags() {
    let bundle = Scenario::default().build();
    let tags: Vec<_> = children(&bundle.der).iter().map(|field| field[0]).collect();
    assert_eq!(tags, [0x80, 0xA1, 0xA2, 0xA3]);
    assert!(bundle.der.len() < 16_384);
    let tags: Vec<_> = children(&bundle.member_id_bundle()).iter().map(|field| field[0]).collect();
    assert_eq!(tags, [0x80, 0xA1, 0xA2, 0xA3]);
}

#[test]
fn chains_are_sorted_by_default() {
    let sorted = Scenario::default().build();
    let as_given = Scenario { chain_order: SetOrder::AsGiven, ..Scenario::default() }.build();
    assert_ne!(sorted.der, as_given.der);
    let messages = children(children(&sorted.der)[1]);
    assert!(messages.is_sorted());
}

#[test]
fn customised_parts_are_referred_to_as_customised() {
    let customisation = Customisation::new()
        .organisation(|certificate| {
            *certificate =
                certificate.clone().subject_common_names(&[CommonName::utf8("example.org")]);
            certificate.issuer.clone_from(&certificate.subject);
        })
        .member(|certificate| certificate.serial = vec![0, 1])
        .signed_data(|signed_data| signed_data.start = "20261122115900.123Z".into());
    let bundle = Scenario::default().build_with(&customisation);
    let organisation = CertificateParts::of(&bundle.organisation_certificate);
    let member = CertificateParts::of(bundle.member_certificate.as_ref().unwrap());
    assert_eq!(member.issuer, organisation.subject);
    assert_eq!(member.serial, [0, 1]);
    let contains =
        |needle: &[u8]| bundle.content_info.windows(needle.len()).any(|window| window == needle);
    assert!(contains(b"20261122115900.123Z"));
    assert!(contains(b"\x02\x02\x00\x01"));
}

#[test]
fn intermediates_lead_from_the_organisation_to_the_member() {
    let scenario = Scenario {
        intermediates: vec!["staff".into(), "team".into()],
        ..Scenario::of(TestProfile::DomainAuth)
    };
    let bundle = scenario.build();
    let path = [
        &bundle.organisation_certificate,
        &bundle.intermediate_certificates[0],
        &bundle.intermediate_certificates[1],
        bundle.member_certificate.as_ref().unwrap(),
    ];
    for pair in path.windows(2) {
        assert_eq!(CertificateParts::of(pair[0]).subject, CertificateParts::of(pair[1]).issuer);
    }
    assert_eq!(children(&bundle.member_id_bundle())[4][0], 0xA4);
}
