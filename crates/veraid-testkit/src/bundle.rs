//! VeraId bundles: everything that offline verification needs, in one SEQUENCE.

use crate::chain_der::octet_strings;
use crate::der_writer::{
    SetOrder, context_constructed, context_primitive, retag, sequence, set_contents,
};

const CHAIN: u8 = 1;
const ORGANISATION_CERTIFICATE: u8 = 0xA2;
const SIGNATURE: u8 = 0xA3;
const MEMBER_CERTIFICATE: u8 = 0xA3;
const INTERMEDIATE_CERTIFICATES: u8 = 4;

/// A signature bundle in DER, if `order` sorts the chain.
///
/// # Panics
///
/// If the certificate or the ContentInfo is empty.
#[must_use]
pub fn signature_bundle_der(
    version: u8,
    messages: &[Vec<u8>],
    organisation_certificate: &[u8],
    content_info: &[u8],
    order: SetOrder,
) -> Vec<u8> {
    bundle(&[
        version_field(version),
        chain_field(messages, order),
        retag(ORGANISATION_CERTIFICATE, organisation_certificate),
        retag(SIGNATURE, content_info),
    ])
}

/// A member id bundle in DER, if `order` sorts the chain. Only DomainAuth has intermediate
/// certificates.
///
/// # Panics
///
/// If a certificate is empty.
#[must_use]
pub fn member_id_bundle_der(
    version: u8,
    messages: &[Vec<u8>],
    organisation_certificate: &[u8],
    member_certificate: &[u8],
    intermediate_certificates: Option<&[Vec<u8>]>,
    order: SetOrder,
) -> Vec<u8> {
    let mut fields = vec![
        version_field(version),
        chain_field(messages, order),
        retag(ORGANISATION_CERTIFICATE, organisation_certificate),
        retag(MEMBER_CERTIFICATE, member_certificate),
    ];
    fields.extend(intermediate_certificates.map(|certificates| {
        context_constructed(INTERMEDIATE_CERTIFICATES, &set_contents(certificates, order))
    }));
    bundle(&fields)
}

/// A bundle of any fields in DER.
#[must_use]
pub fn bundle(fields: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[&fields.concat()])
}

/// The version of a bundle: `[0]`.
#[must_use]
pub fn version_field(version: u8) -> Vec<u8> {
    context_primitive(0, &[version])
}

/// The DNSSEC chain of a bundle: `[1]`.
#[must_use]
pub fn chain_field(messages: &[Vec<u8>], order: SetOrder) -> Vec<u8> {
    context_constructed(CHAIN, &set_contents(&octet_strings(messages), order))
}
