//! Parses SignedData over the received octets.

use crate::algorithm::AlgorithmIdentifier;
use crate::certificate::Certificate;
use crate::der_reader::{Element, Reader, is_sorted, tag};
use crate::oid::{dotted, known};
use crate::parse_error::{BundleParseError, DerProblem, Deviation};
use crate::signature_metadata::SignatureMetadata;
use crate::signed_data::error::SignedDataError;

use super::{AlgorithmProtection, SignedAttributes, SignedData, SignerInfo, SigningCertificate};

/// The maximum number of attached certificates (8: a path of 4, the organisation's, and room).
const MAX_CERTIFICATES: usize = 8;
/// The maximum number of signed attributes (16: deployed software writes up to 6).
const MAX_ATTRIBUTES: usize = 16;
/// The maximum number of announced digest algorithms (8: only three are allowed).
const MAX_DIGEST_ALGORITHMS: usize = 8;

impl SignedData {
    /// Parses a ContentInfo whose own tag a bundle has replaced (IMPLICIT tagging).
    pub(crate) fn parse(content_info: &Element<'_>) -> Result<Self, BundleParseError> {
        let octets = content_info.octets.len();
        let mut fields = content_info.reader("signature");
        let content_type = match fields.oid("contentType")? {
            known::SIGNED_DATA => Ok(()),
            other => Err(SignedDataError::ContentType(dotted(other))),
        };
        let content = fields.read(tag::constructed(0), "content")?;
        fields.finish()?;
        let mut content = content.reader("content");
        let signed_data = content.read(tag::SEQUENCE, "signedData")?;
        content.finish()?;

        let mut deviations = Vec::new();
        let mut fields = signed_data.reader("signedData");
        let version = fields.small_integer(tag::INTEGER, "version")?;
        let mut digest_algorithms = Vec::new();
        for element in set(
            &fields.read(tag::SET, "digestAlgorithms")?,
            "digestAlgorithms",
            MAX_DIGEST_ALGORITHMS,
            &mut deviations,
        )? {
            expect(&element, tag::SEQUENCE, "digestAlgorithm")?;
            digest_algorithms.push(AlgorithmIdentifier::from_element(&element)?.digest());
        }
        let (encapsulated_content_type, content) = parse_content(
            fields.read(tag::SEQUENCE, "encapContentInfo")?.reader("encapContentInfo"),
            &mut deviations,
        )?;
        let mut certificates = Vec::new();
        let mut has_other_certificates = false;
        if let Some(attached) = fields.optional(tag::constructed(0), "certificates")? {
            for element in set(&attached, "certificates", MAX_CERTIFICATES, &mut deviations)? {
                if element.tag == tag::SEQUENCE {
                    certificates.push(Certificate::from_element(&element, "certificate")?);
                } else {
                    has_other_certificates = true;
                }
            }
        }
        let has_revocation_lists = fields.optional(tag::constructed(1), "crls")?.is_some();
        let signers = fields.read(tag::SET, "signerInfos")?;
        fields.finish()?;
        // Only one signer is valid; counting more than a handful is not needed.
        let signers = set(&signers, "signerInfos", MAX_CERTIFICATES, &mut deviations)?;
        let signer = match signers.as_slice() {
            [signer] => {
                expect(signer, tag::SEQUENCE, "signerInfo")?;
                Ok(SignerInfo::parse(signer.reader("signerInfo"), &mut deviations)?)
            }
            other => Err(other.len()),
        };
        if certificates.iter().any(Certificate::needs_tolerance) {
            deviations.push(Deviation::CertificateForm);
        }
        Ok(Self {
            octets,
            content_type,
            version,
            digest_algorithms,
            encapsulated_content_type,
            content,
            certificates,
            has_other_certificates,
            has_revocation_lists,
            signer,
            deviations,
        })
    }
}

/// The elements of a SET OF, at most `max`; an unsorted set is recorded as a deviation.
fn set<'a>(
    element: &Element<'a>,
    field: &'static str,
    max: usize,
    deviations: &mut Vec<Deviation>,
) -> Result<Vec<Element<'a>>, BundleParseError> {
    let mut reader = element.reader(field);
    let mut elements: Vec<Element<'a>> = Vec::new();
    while !reader.is_finished() {
        if elements.len() >= max {
            return Err(reader.error(DerProblem::TooMany { limit: max }));
        }
        elements.push(reader.any(field)?);
    }
    if !is_sorted(elements.iter().map(|element| element.octets)) {
        deviations.push(Deviation::UnsortedSet);
    }
    Ok(elements)
}

fn expect(element: &Element<'_>, tag: u8, field: &'static str) -> Result<(), BundleParseError> {
    if element.tag == tag {
        return Ok(());
    }
    let problem = DerProblem::Tag { expected: Some(tag), found: element.tag };
    Err(BundleParseError::Der { field, offset: element.offset, problem })
}

/// The check that the content's type is *data*, and the content if it is attached.
type EncapsulatedContent = (Result<(), SignedDataError>, Option<Vec<u8>>);

/// Parses EncapsulatedContentInfo: the content's type, and the content if it is attached.
///
/// Deployed software writes the content as a constructed OCTET STRING; one level of chunks is
/// accepted.
fn parse_content(
    mut fields: Reader<'_>,
    deviations: &mut Vec<Deviation>,
) -> Result<EncapsulatedContent, BundleParseError> {
    let content_type = match fields.oid("eContentType")? {
        known::DATA => Ok(()),
        other => Err(SignedDataError::EncapsulatedContentType(dotted(other))),
    };
    let content = match fields.optional(tag::constructed(0), "eContent")? {
        Some(explicit) => {
            let mut explicit = explicit.reader("eContent");
            let content = if explicit.peek_tag() == Some(tag::CONSTRUCTED_OCTET_STRING) {
                deviations.push(Deviation::ConstructedContent);
                let mut chunks = explicit.any("eContent")?.reader("eContent");
                let mut content = Vec::new();
                while !chunks.is_finished() {
                    content.extend_from_slice(chunks.read(tag::OCTET_STRING, "eContent")?.value);
                }
                content
            } else {
                explicit.read(tag::OCTET_STRING, "eContent")?.value.to_vec()
            };
            explicit.finish()?;
            Some(content)
        }
        None => None,
    };
    fields.finish()?;
    Ok((content_type, content))
}

impl SignerInfo {
    fn parse(
        mut fields: Reader<'_>,
        deviations: &mut Vec<Deviation>,
    ) -> Result<Self, BundleParseError> {
        let version = fields.small_integer(tag::INTEGER, "version")?;
        let sid = fields.any("sid")?;
        let identifier = if sid.tag == tag::SEQUENCE {
            let mut sid = sid.reader("issuerAndSerialNumber");
            let issuer = sid.read(tag::SEQUENCE, "issuer")?;
            let serial = sid.read(tag::INTEGER, "serialNumber")?;
            sid.finish()?;
            Some((issuer.octets.to_vec(), serial.value.to_vec()))
        } else {
            None
        };
        let digest_algorithm =
            AlgorithmIdentifier::from_element(&fields.read(tag::SEQUENCE, "digestAlgorithm")?)?
                .digest();
        let signed_attributes = match fields.optional(tag::constructed(0), "signedAttrs")? {
            Some(attributes) => Some(SignedAttributes::parse(&attributes, deviations)?),
            None => None,
        };
        let signature_algorithm =
            AlgorithmIdentifier::from_element(&fields.read(tag::SEQUENCE, "signatureAlgorithm")?)?
                .signature()?;
        let signature = fields.read(tag::OCTET_STRING, "signature")?.value.to_vec();
        let has_unsigned_attributes =
            fields.optional(tag::constructed(1), "unsignedAttrs")?.is_some();
        fields.finish()?;
        Ok(Self {
            version,
            identifier,
            digest_algorithm,
            signed_attributes,
            signature_algorithm,
            signature,
            has_unsigned_attributes,
        })
    }
}

impl SignedAttributes {
    fn parse(
        element: &Element<'_>,
        deviations: &mut Vec<Deviation>,
    ) -> Result<Self, BundleParseError> {
        let mut to_be_signed = element.octets.to_vec();
        if let Some(first) = to_be_signed.first_mut() {
            *first = tag::SET;
        }
        let mut parsed = Self {
            to_be_signed,
            not_single: None,
            content_type_is_data: None,
            message_digest: None,
            metadata: None,
            attribution: None,
            algorithm_protection: None,
            signing_certificate: None,
        };
        let mut seen: Vec<&[u8]> = Vec::new();
        for attribute in set(element, "signedAttrs", MAX_ATTRIBUTES, deviations)? {
            expect(&attribute, tag::SEQUENCE, "attribute")?;
            let mut fields = attribute.reader("attribute");
            let oid = fields.oid("attrType")?;
            let values = fields.read(tag::SET, "attrValues")?;
            fields.finish()?;
            let mut values = values.reader("attrValues");
            let value = if values.is_finished() { None } else { Some(values.any("attrValue")?) };
            match value {
                Some(value) if values.is_finished() && !seen.contains(&oid) => {
                    parsed.read_attribute(oid, &value)?;
                }
                // Reported when the signature is verified: the structure is well formed.
                _ => parsed.not_single = Some(dotted(oid)),
            }
            seen.push(oid);
        }
        if parsed.metadata.as_ref().is_some_and(|metadata| metadata.has_fraction) {
            deviations.push(Deviation::FractionalSeconds);
        }
        Ok(parsed)
    }

    fn read_attribute(&mut self, oid: &[u8], value: &Element<'_>) -> Result<(), BundleParseError> {
        match oid {
            known::CONTENT_TYPE => {
                expect(value, tag::OID, "contentType")?;
                self.content_type_is_data = Some(value.value == known::DATA);
            }
            known::MESSAGE_DIGEST => {
                expect(value, tag::OCTET_STRING, "messageDigest")?;
                self.message_digest = Some(value.value.to_vec());
            }
            known::SIGNATURE_METADATA => self.metadata = Some(SignatureMetadata::parse(value)?),
            known::MEMBER_ATTRIBUTION => {
                expect(value, tag::UTF8_STRING, "memberAttribution")?;
                self.attribution = Some(value.value.to_vec());
            }
            known::ALGORITHM_PROTECTION => {
                expect(value, tag::SEQUENCE, "cmsAlgorithmProtection")?;
                self.algorithm_protection = Some(AlgorithmProtection::parse(value)?);
            }
            known::SIGNING_CERTIFICATE => {
                expect(value, tag::SEQUENCE, "signingCertificateV2")?;
                self.signing_certificate = Some(SigningCertificate::parse(value)?);
            }
            _ => {}
        }
        Ok(())
    }
}

impl AlgorithmProtection {
    /// ```text
    /// CMSAlgorithmProtection ::= SEQUENCE {
    ///     digestAlgorithm         DigestAlgorithmIdentifier,
    ///     signatureAlgorithm  [1] SignatureAlgorithmIdentifier OPTIONAL,
    ///     macAlgorithm        [2] MessageAuthenticationCodeAlgorithm OPTIONAL
    /// }   -- as defined in RFC 6211 section 2
    /// ```
    fn parse(element: &Element<'_>) -> Result<Self, BundleParseError> {
        let field = "cmsAlgorithmProtection";
        let mut fields = element.reader(field);
        let digest =
            AlgorithmIdentifier::from_element(&fields.read(tag::SEQUENCE, field)?)?.digest();
        let signature = match fields.optional(tag::constructed(1), field)? {
            Some(algorithm) => Some(AlgorithmIdentifier::from_element(&algorithm)?.signature()?),
            None => None,
        };
        fields.optional(tag::constructed(2), field)?;
        fields.finish()?;
        Ok(Self { digest, signature })
    }
}
