//! Attributes of CMS signatures (RFC 5652 section 11 and VeraId's own).

use crate::der_writer::{
    GENERALIZED_TIME, SetOrder, context_constructed, context_primitive, octet_string, oid,
    oid_contents, retag, sequence, set_of, tlv, utf8_string,
};
use crate::digest::{Digest, DigestParameters};
use crate::rsa_key::pss_algorithm_der;

/// The object identifier of the signature metadata attribute.
pub const SIGNATURE_METADATA: &str = "1.3.6.1.4.1.58708.1.0";
/// The object identifier of the member attribution attribute.
pub const MEMBER_ATTRIBUTION: &str = "1.3.6.1.4.1.58708.1.2";
/// The object identifier of the content-type attribute.
pub const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
/// The object identifier of the message-digest attribute.
pub const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
/// The object identifier of the signing-certificate attribute, version 2.
pub const SIGNING_CERTIFICATE: &str = "1.2.840.113549.1.9.16.2.47";
/// The object identifier of plain content.
pub const ID_DATA: &str = "1.2.840.113549.1.7.1";
/// The object identifier of SignedData.
pub const ID_SIGNED_DATA: &str = "1.2.840.113549.1.7.2";

/// An attribute with these values in DER.
#[must_use]
pub fn attribute(object_identifier: &str, values: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[&oid(object_identifier), &set_of(values, SetOrder::Sorted)])
}

/// The content-type attribute.
#[must_use]
pub fn content_type_attribute(content_type: &str) -> Vec<u8> {
    attribute(CONTENT_TYPE, &[oid(content_type)])
}

/// The message-digest attribute of `content`.
#[must_use]
pub fn message_digest_attribute(digest: Digest, content: &[u8]) -> Vec<u8> {
    attribute(MESSAGE_DIGEST, &[octet_string(&digest.of(content))])
}

/// The signature metadata attribute; the times are the contents of GeneralizedTimes.
///
/// # Panics
///
/// If `service` is not an object identifier.
#[must_use]
pub fn metadata_attribute(service: &str, start: &str, end: &str) -> Vec<u8> {
    let period =
        [context_primitive(0, start.as_bytes()), context_primitive(1, end.as_bytes())].concat();
    let value = sequence(&[
        &context_primitive(0, &oid_contents(service)),
        &context_constructed(1, &period),
    ]);
    attribute(SIGNATURE_METADATA, &[value])
}

/// The member attribution attribute; `@` attributes the signature to a bot.
#[must_use]
pub fn attribution_attribute(member: &str) -> Vec<u8> {
    attribute(MEMBER_ATTRIBUTION, &[utf8_string(member)])
}

/// The signing-time attribute with the contents of a GeneralizedTime (RFC 5652 section 11.3).
#[must_use]
pub fn signing_time_attribute(time: &str) -> Vec<u8> {
    attribute("1.2.840.113549.1.9.5", &[tlv(GENERALIZED_TIME, &[time.as_bytes()])])
}

/// The signing-certificate attribute that binds a signature to `certificate` (RFC 5035): one
/// identifier, SHA-256 by default.
#[must_use]
pub fn signing_certificate_attribute(certificate: &[u8]) -> Vec<u8> {
    let identifier = certificate_identifier(None, &Digest::Sha256.of(certificate), None);
    signing_certificate_attribute_of(&[identifier], None)
}

/// The signing-certificate attribute with any ESSCertIDv2 and policies in DER.
#[must_use]
pub fn signing_certificate_attribute_of(
    identifiers: &[Vec<u8>],
    policies: Option<&[u8]>,
) -> Vec<u8> {
    let value = sequence(&[&sequence(&[&identifiers.concat()]), policies.unwrap_or_default()]);
    attribute(SIGNING_CERTIFICATE, &[value])
}

/// An ESSCertIDv2 (RFC 5035 section 4): the hash's AlgorithmIdentifier in DER unless it is the
/// default, the certificate's digest, and the IssuerSerial in DER if there is one.
#[must_use]
pub fn certificate_identifier(
    hash_algorithm: Option<&[u8]>,
    digest: &[u8],
    issuer_serial: Option<&[u8]>,
) -> Vec<u8> {
    sequence(&[
        hash_algorithm.unwrap_or_default(),
        &octet_string(digest),
        issuer_serial.unwrap_or_default(),
    ])
}

/// The algorithm-protection attribute of a signature with these hashes (RFC 6211).
#[must_use]
pub fn algorithm_protection_attribute(
    digest: Digest,
    parameters: DigestParameters,
    signature_digest: Digest,
) -> Vec<u8> {
    let value = sequence(&[
        &digest.algorithm_der(parameters),
        &retag(0xA1, &pss_algorithm_der(signature_digest)),
    ]);
    attribute("1.2.840.113549.1.9.52", &[value])
}
