//! Every signature names its certificate (RFC 5035), in the smallest form.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a panic is a test that fails"
)]

mod common;

use cms::cert::x509::der::{Decode as _, Encode as _};
use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use common::{Fixture, NOW, certificate_period, key, serial, service};
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::crypto::DigestAlgorithm;
use veraid_core::{Certificate, MemberIdBundle, Profile, SignatureBundle, ValidityPeriod};
use veraid_issuer::{
    CertificateAuthority, CertificateRequest, Content, ProvedPublicKey, SignatureIssuer,
    SigningKey as _,
};

const SIGNING_CERTIFICATE: &str = "1.2.840.113549.1.9.16.2.47";

/// Returns the signing-certificate attributes of the only signer, in DER.
fn attributes(bundle: &SignatureBundle) -> Vec<Vec<u8>> {
    let der = bundle.to_der();
    // Fields of the bundle: the last one is the ContentInfo under [3].
    let mut content_info = fields(&fields(&der)[0]).pop().unwrap();
    content_info[0] = 0x30;
    let content_info = ContentInfo::from_der(&content_info).unwrap();
    let inner = content_info.content.to_der().unwrap();
    let signed_data = SignedData::from_der(&inner).unwrap();
    let signer = signed_data.signer_infos.0.get(0).unwrap();
    let attributes = signer.signed_attrs.as_ref().unwrap().iter();
    attributes
        .filter(|attribute| attribute.oid.to_string() == SIGNING_CERTIFICATE)
        .map(|attribute| attribute.to_der().unwrap())
        .collect()
}

/// Returns the elements of the sequence `der`, or those within a single element.
fn fields(der: &[u8]) -> Vec<Vec<u8>> {
    let split = |der: &[u8]| match der[1] {
        0x82 => (4, usize::from(der[2]) << 8 | usize::from(der[3])),
        0x81 => (3, usize::from(der[2])),
        short => (2, usize::from(short)),
    };
    let (header, length) = split(der);
    if header + length == der.len() && der[0] == 0x30 {
        return vec![der[header..].to_vec()];
    }
    let mut fields = Vec::new();
    let mut rest = der;
    while !rest.is_empty() {
        let (header, length) = split(rest);
        let (field, after) = rest.split_at(header + length);
        fields.push(field.to_vec());
        rest = after;
    }
    fields
}

/// The attribute with only the SHA-256 digest of `certificate`.
fn expected(certificate: &Certificate) -> Vec<u8> {
    let digest = PROVIDER.digest(DigestAlgorithm::Sha256, certificate.as_der());
    let header = [
        0x30, 0x37, 0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F,
        0x31, 0x28, 0x30, 0x26, 0x30, 0x24, 0x30, 0x22, 0x04, 0x20,
    ];
    [&header[..], &digest].concat()
}

#[test]
fn signatures_name_their_certificate_once_in_57_bytes() {
    for profile in [Profile::VeraId, Profile::DomainAuth] {
        // The digest is SHA-256 whichever hash the keys sign with.
        for bits in [2048, 3072] {
            let world = Fixture::with(profile, key(bits, 0), Some(&service()));
            let organisation = world.identity.organisation_certificate().clone();
            let member_key = key(bits, 1);
            let request = CertificateRequest {
                user: None,
                public_key: &ProvedPublicKey::without_proof(member_key.public_key_der()),
                validity: certificate_period(),
                serial_number: serial(2),
            };
            let member = CertificateAuthority::new(
                organisation.clone(),
                profile,
                world.key.clone(),
                PROVIDER,
            )
            .unwrap()
            .issue_member(request)
            .unwrap();
            let id = MemberIdBundle::assemble(&world.identity, &member, &[]).unwrap();
            let verifier = &world.verifier;
            let by_member =
                SignatureIssuer::for_member(&id, member_key, service(), NOW, verifier).unwrap();
            let (identity, key) = (world.identity.clone(), world.key.clone());
            let by_organisation =
                SignatureIssuer::for_organisation(identity, key, service(), NOW, verifier).unwrap();
            for (issuer, certificate) in [(by_member, &member), (by_organisation, &organisation)] {
                let period = ValidityPeriod::at(NOW);
                let issued = issuer.issue(Content::Attached(b"content"), period).unwrap();
                let found = attributes(&issued);
                assert_eq!(found, [expected(certificate)], "{profile} {bits}");
                assert_eq!(found[0].len(), 57);
                issued.verify(&service(), period, verifier).unwrap();
            }
        }
    }
}

#[test]
fn detached_signatures_and_those_that_are_made_elsewhere_name_their_certificate() {
    let world = Fixture::new(Profile::VeraId);
    let issuer = SignatureIssuer::for_organisation(
        world.identity.clone(),
        world.key.clone(),
        service(),
        NOW,
        &world.verifier,
    )
    .unwrap();
    let unsigned = issuer.prepare(Content::Detached(b"text"), ValidityPeriod::at(NOW)).unwrap();
    let signature = world.key.sign(unsigned.to_be_signed()).unwrap();
    let bundle = unsigned.assemble(&signature).unwrap();
    assert_eq!(attributes(&bundle), [expected(world.identity.organisation_certificate())]);
}
