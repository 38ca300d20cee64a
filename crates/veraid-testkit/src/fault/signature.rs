//! Faults in CMS signatures: content, signer and algorithms; attributes are elsewhere.

use super::change::Change;
use super::table::Fault;
use crate::der_reader::children;
use crate::der_writer::{
    CONSTRUCTED_OCTET_STRING, context_constructed, context_primitive, integer, null, octet_string,
    oid, retag, sequence, set_of, tlv,
};
use crate::digest::Digest;
use crate::mock_bundle::MockBundle;
use crate::rsa_key::{RsaKey, pkcs1_algorithm_der, pss_algorithm_der, pss_algorithm_der_with};
use crate::scenario::{Encapsulation, TEST_SERVICE, period};
use crate::signed_attribute::{ID_SIGNED_DATA, signing_time_attribute};
use crate::signed_data::{Content, SignedDataBuilder, content_info};

const DAY: u64 = 86_400;

pub(super) fn change(fault: Fault) -> Option<Change> {
    content(fault)
        .or_else(|| structure(fault))
        .or_else(|| algorithm(fault))
        .or_else(|| purpose(fault))
}

fn content(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::ContentOther => Change::Request(|f, _| f.plaintext = Some(b"other".to_vec())),
        Fault::ContentNotGiven => Change::Request(|f, _| f.plaintext = None),
        Fault::ContentGivenTwice => Change::Request(|f, s| f.plaintext = Some(s.content.clone())),
        Fault::ContentChanged => Change::SignedData(|signed, _| {
            signed.signed_attributes = Some(signed.signed_attributes());
            signed.content = Content::Attached(b"other".to_vec());
        }),
        Fault::ContentInChunks => {
            Change::Scenario(|s| s.encapsulation = Encapsulation::Constructed(16))
        }
        Fault::ContentChunksNested => Change::Bundle(|made, _| {
            let inner = tlv(CONSTRUCTED_OCTET_STRING, &[&octet_string(&made.plaintext)]);
            encapsulate(made, &tlv(CONSTRUCTED_OCTET_STRING, &[&inner]));
        }),
        Fault::ContentLengthIndefinite => Change::Bundle(|made, _| {
            let chunk = octet_string(&made.plaintext);
            encapsulate(
                made,
                &[&[CONSTRUCTED_OCTET_STRING, 0x80], chunk.as_slice(), &[0, 0]].concat(),
            );
        }),
        Fault::ContentTypeOther => Change::SignedData(|signed, _| {
            signed.signed_attributes = Some(signed.signed_attributes());
            signed.content_type = "1.2.840.113549.1.9.16.1.4".into();
        }),
        _ => return None,
    })
}

fn structure(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::SignedDataOfOtherType => Change::Bundle(|made, _| {
            let signed_data = children(children(&made.content_info)[1])[0].to_vec();
            made.content_info = content_info("1.2.840.113549.1.7.3", &signed_data);
        }),
        Fault::SignedDataVersionOther => Change::SignedData(|signed, _| signed.version = 99),
        Fault::SignedDataVersion3 => Change::SignedData(|signed, _| signed.version = 3),
        Fault::RevocationListsAdded => Change::SignedData(|signed, _| {
            signed.before_signer_infos = context_constructed(1, &[]);
        }),
        Fault::SignerMissing => Change::SignedData(|signed, _| signed.signer_infos = Some(vec![])),
        Fault::SignersTwo => Change::SignedData(|signed, key| {
            let mut second = signed.clone();
            second.extra_signed_attributes.push(signing_time_attribute(&signed.start));
            signed.signer_infos = Some(vec![signed.signer_info(key), second.signer_info(key)]);
        }),
        Fault::SignerByKeyIdentifier => Change::SignedData(|signed, key| {
            signed.signer_identifier = context_primitive(0, &key.key_identifier());
        }),
        Fault::SignerCertificateOther => Change::Bundle(|made, s| {
            let mut sister = s.organisation_certificate();
            sister.serial = vec![0x11; 16];
            let sister = sister.sign(&s.organisation_key, s.digest);
            let user = s.user.as_deref().unwrap_or(crate::profile::BOT);
            made.content_info =
                s.signed_data_by(&sister).attribution(user).sign(&s.organisation_key);
        }),
        _ => return None,
    })
}

fn algorithm(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::SignatureBitFlipped => Change::SignedData(|signed, key| {
            let mut signature = key.sign_pss(signed.signature_digest, &signed_bytes(signed));
            signature[100] ^= 1;
            signed.signature = Some(signature);
        }),
        Fault::SignatureByOtherKey => Change::SignedData(|signed, _| {
            let other = RsaKey::fixed(2048, 4);
            signed.signature = Some(other.sign_pss(signed.signature_digest, &signed_bytes(signed)));
        }),
        Fault::SignaturePkcs1 => Change::SignedData(|signed, key| {
            let digest = signed.signature_digest;
            signed.signature_algorithm = Some(pkcs1_algorithm_der(digest));
            signed.signature = Some(key.sign_pkcs1(digest, &signed_bytes(signed)));
        }),
        Fault::SignatureDefaultParameters => Change::SignedData(|signed, _| {
            let name = oid("1.2.840.113549.1.1.10");
            signed.signature_algorithm = Some(sequence(&[&name, &sequence(&[])]));
        }),
        Fault::SignatureSaltMissing => Change::SignedData(|signed, key| salt(signed, key, 0)),
        Fault::SignatureSaltShort => Change::SignedData(|signed, key| salt(signed, key, 20)),
        Fault::SignatureMaskOther => Change::SignedData(|signed, _| {
            let digest = signed.signature_digest;
            let other = if digest == Digest::Sha512 { Digest::Sha256 } else { Digest::Sha512 };
            let salt_len = digest.output_len() as u64;
            signed.signature_algorithm = Some(pss_algorithm_der_with(digest, other, salt_len));
        }),
        Fault::DigestSha1 => Change::SignedData(|signed, key| {
            let sha_1 = sequence(&[&oid("1.3.14.3.2.26"), &null()]);
            let attributes = signed_bytes(signed);
            let signature = key.sign_pss(signed.signature_digest, &attributes);
            let attributes = retag(0xA0, &attributes);
            signed.signer_infos = Some(vec![signer_info(signed, &sha_1, &attributes, &signature)]);
        }),
        Fault::SignedAttributesMissing => Change::SignedData(|signed, key| {
            // Without attributes the signature is over the content (RFC 5652 section 5.4).
            let signature = key.sign_pss(signed.signature_digest, &signed.content.octets());
            let digest = signed.digest.algorithm_der(signed.digest_parameters);
            signed.signer_infos = Some(vec![signer_info(signed, &digest, &[], &signature)]);
        }),
        _ => return None,
    })
}

/// Faults in the service and the period, signed or requested.
fn purpose(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::ServiceOther => Change::Scenario(|s| s.service = TEST_SERVICE.into()),
        Fault::ServicePrefix => Change::Scenario(|s| {
            let (above, _) = s.service.rsplit_once('.').expect("services have several arcs");
            s.service = above.into();
        }),
        Fault::ServiceSuffix => Change::Scenario(|s| s.service.push_str(".0")),
        Fault::SignedPeriodOver90Days => Change::Scenario(|s| {
            let start = s.at.saturating_sub(60);
            s.signature_period = period(start, start.saturating_add(90 * DAY + 1));
        }),
        Fault::SignedPeriodOver => Change::Scenario(|s| {
            s.signature_period = period(s.at.saturating_sub(600), s.at.saturating_sub(1));
        }),
        Fault::SignedPeriodNotYet => Change::Scenario(|s| {
            s.signature_period = period(s.at.saturating_add(1), s.at.saturating_add(600));
        }),
        Fault::RequestOver90Days => Change::Request(|f, s| {
            let end = s.signature_period.end();
            f.period = period(end.saturating_sub(90 * DAY + 1), end);
        }),
        _ => return None,
    })
}

/// The signed attributes in the encoding that is signed.
fn signed_bytes(signed: &SignedDataBuilder) -> Vec<u8> {
    set_of(&signed.signed_attributes(), signed.attribute_order)
}

/// Signs with a salt of so many octets and declares that length.
fn salt(signed: &mut SignedDataBuilder, key: &RsaKey, octets: usize) {
    let digest = signed.signature_digest;
    signed.signature_algorithm = Some(pss_algorithm_der_with(digest, digest, octets as u64));
    signed.signature = Some(key.sign_pss_with_salt(digest, octets, &signed_bytes(signed)));
}

/// A SignerInfo with this field of signed attributes, as given.
fn signer_info(
    signed: &SignedDataBuilder,
    digest_algorithm: &[u8],
    attributes: &[u8],
    signature: &[u8],
) -> Vec<u8> {
    sequence(&[
        &integer(1),
        &signed.signer_identifier,
        digest_algorithm,
        attributes,
        &pss_algorithm_der(signed.signature_digest),
        &octet_string(signature),
    ])
}

/// Puts `der` in place of the OCTET STRING of the content.
fn encapsulate(made: &mut MockBundle, der: &[u8]) {
    const CONTENT: usize = 2;
    let signed_data = children(children(&made.content_info)[1])[0].to_vec();
    let mut fields = children(&signed_data);
    let content_type = children(fields[CONTENT])[0];
    let encapsulated = sequence(&[content_type, &context_constructed(0, der)]);
    fields[CONTENT] = &encapsulated;
    made.content_info = content_info(ID_SIGNED_DATA, &sequence(&fields));
}
