//! CMS SignedData (RFC 5652 section 5).

use veraid_dnssec::ValidityPeriod;

use crate::der_reader::CertificateParts;
use crate::der_writer::{
    CONSTRUCTED_OCTET_STRING, INTEGER, SetOrder, context_constructed, integer, octet_string, oid,
    retag, sequence, set_contents, set_of, tlv,
};
use crate::digest::{Digest, DigestParameters};
use crate::rsa_key::{RsaKey, pss_algorithm_der};
use crate::signed_attribute::{
    ID_DATA, ID_SIGNED_DATA, attribution_attribute, content_type_attribute,
    message_digest_attribute, metadata_attribute, signing_certificate_attribute,
};
use crate::times::generalized_time_text;

/// The signed content, encapsulated or detached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Encapsulated in one primitive OCTET STRING.
    Attached(Vec<u8>),
    /// Encapsulated in a constructed OCTET STRING of these chunks, as the JavaScript library writes
    /// it; BER.
    AttachedConstructed(Vec<Vec<u8>>),
    /// Detached.
    Detached(Vec<u8>),
}

impl Content {
    /// The octets that are signed.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        match self {
            Self::Attached(octets) | Self::Detached(octets) => octets.clone(),
            Self::AttachedConstructed(chunks) => chunks.concat(),
        }
    }

    fn encapsulated(&self) -> Vec<u8> {
        let octets = match self {
            Self::Attached(octets) => octet_string(octets),
            Self::AttachedConstructed(chunks) => {
                let chunks: Vec<_> = chunks.iter().map(|chunk| octet_string(chunk)).collect();
                tlv(CONSTRUCTED_OCTET_STRING, &[&chunks.concat()])
            }
            Self::Detached(_) => return vec![],
        };
        context_constructed(0, &octets)
    }
}

/// Builds the ContentInfo of a VeraId signature. Every field can be changed before signing.
#[derive(Clone, Debug)]
pub struct SignedDataBuilder {
    /// The version of SignedData.
    pub version: u64,
    /// The hash of the content.
    pub digest: Digest,
    /// The form of the parameters in the hash's AlgorithmIdentifiers.
    pub digest_parameters: DigestParameters,
    /// The hash of RSASSA-PSS and its MGF1.
    pub signature_digest: Digest,
    /// The content type.
    pub content_type: String,
    /// The content.
    pub content: Content,
    /// The certificates; `None` leaves the field out.
    pub certificates: Option<Vec<Vec<u8>>>,
    /// Fields in DER between certificates and signerInfos, such as crls.
    pub before_signer_infos: Vec<u8>,
    /// The version of SignerInfo.
    pub signer_version: u64,
    /// The sid in DER.
    pub signer_identifier: Vec<u8>,
    /// The signer's certificate in DER, for attributes that name it. Setting it does not attach the
    /// certificate.
    pub signer_certificate: Vec<u8>,
    /// The service in the metadata attribute, in dotted form.
    pub service: String,
    /// The start in the metadata attribute: the contents of a GeneralizedTime.
    pub start: String,
    /// The end in the metadata attribute: the contents of a GeneralizedTime.
    pub end: String,
    /// The member that the signature is attributed to; `None` leaves the attribute out.
    pub attribution: Option<String>,
    /// The attribute that binds the signature to a certificate, in DER; `None` leaves it out.
    pub signing_certificate: Option<Vec<u8>>,
    /// Additional signed attributes in DER.
    pub extra_signed_attributes: Vec<Vec<u8>>,
    /// All signed attributes in DER, in place of those above.
    pub signed_attributes: Option<Vec<Vec<u8>>>,
    /// The order of the signed attributes.
    pub attribute_order: SetOrder,
    /// The AlgorithmIdentifier of the signature; `None` is the one that the signature is made with.
    pub signature_algorithm: Option<Vec<u8>>,
    /// The signature; `None` makes a valid one.
    pub signature: Option<Vec<u8>>,
    /// Unsigned attributes in DER; if empty, the field is left out.
    pub unsigned_attributes: Vec<Vec<u8>>,
    /// The SignerInfos in DER, in place of the one that the fields above describe.
    pub signer_infos: Option<Vec<Vec<u8>>>,
}

impl SignedDataBuilder {
    /// A signature by the subject of `signer_certificate`, with SHA-256 throughout, without
    /// certificates.
    ///
    /// # Panics
    ///
    /// If `signer_certificate` was not made by [`CertificateBuilder`](crate::CertificateBuilder).
    #[must_use]
    pub fn new(
        content: Content,
        signer_certificate: &[u8],
        service: &str,
        period: ValidityPeriod,
    ) -> Self {
        Self {
            version: 1,
            digest: Digest::Sha256,
            digest_parameters: DigestParameters::Absent,
            signature_digest: Digest::Sha256,
            content_type: ID_DATA.into(),
            content,
            certificates: None,
            before_signer_infos: vec![],
            signer_version: 1,
            signer_identifier: issuer_and_serial_number(signer_certificate),
            signer_certificate: signer_certificate.to_vec(),
            service: service.into(),
            start: generalized_time_text(period.start()),
            end: generalized_time_text(period.end()),
            attribution: None,
            signing_certificate: None,
            extra_signed_attributes: vec![],
            signed_attributes: None,
            attribute_order: SetOrder::Sorted,
            signature_algorithm: None,
            signature: None,
            unsigned_attributes: vec![],
            signer_infos: None,
        }
    }

    /// Attaches these certificates.
    #[must_use]
    pub fn certificates(mut self, certificates: &[Vec<u8>]) -> Self {
        self.certificates = Some(certificates.to_vec());
        self
    }

    /// Attributes the signature to `member`.
    #[must_use]
    pub fn attribution(mut self, member: &str) -> Self {
        self.attribution = Some(member.into());
        self
    }

    /// Binds the signature to the signer's certificate with a signing-certificate attribute.
    #[must_use]
    pub fn bound(mut self) -> Self {
        self.signing_certificate = Some(signing_certificate_attribute(&self.signer_certificate));
        self
    }

    /// The signed attributes in DER, in the order content-type, message-digest, metadata,
    /// attribution, signing certificate and the extra ones.
    #[must_use]
    pub fn signed_attributes(&self) -> Vec<Vec<u8>> {
        if let Some(attributes) = &self.signed_attributes {
            return attributes.clone();
        }
        let mut attributes = vec![
            content_type_attribute(&self.content_type),
            message_digest_attribute(self.digest, &self.content.octets()),
            metadata_attribute(&self.service, &self.start, &self.end),
        ];
        attributes.extend(self.attribution.as_deref().map(attribution_attribute));
        attributes.extend(self.signing_certificate.clone());
        attributes.extend_from_slice(&self.extra_signed_attributes);
        attributes
    }

    /// The SignerInfo in DER.
    #[must_use]
    pub fn signer_info(&self, key: &RsaKey) -> Vec<u8> {
        // RFC 5652 section 5.4: the signed form has the tag of SET OF, the transmitted form has
        // [0].
        let signed_attributes = set_of(&self.signed_attributes(), self.attribute_order);
        let algorithm = self
            .signature_algorithm
            .clone()
            .unwrap_or_else(|| pss_algorithm_der(self.signature_digest));
        let signature = self
            .signature
            .clone()
            .unwrap_or_else(|| key.sign_pss(self.signature_digest, &signed_attributes));
        let unsigned_attributes = match self.unsigned_attributes.as_slice() {
            [] => vec![],
            attributes => context_constructed(1, &set_contents(attributes, SetOrder::Sorted)),
        };
        sequence(&[
            &integer(self.signer_version),
            &self.signer_identifier,
            &self.digest.algorithm_der(self.digest_parameters),
            &retag(0xA0, &signed_attributes),
            &algorithm,
            &octet_string(&signature),
            &unsigned_attributes,
        ])
    }

    /// The ContentInfo in DER, signed with RSASSA-PSS.
    #[must_use]
    pub fn sign(&self, key: &RsaKey) -> Vec<u8> {
        let signer_infos = self.signer_infos.clone().unwrap_or_else(|| vec![self.signer_info(key)]);
        let certificates = self.certificates.as_ref().map_or(vec![], |certificates| {
            context_constructed(0, &set_contents(certificates, SetOrder::Sorted))
        });
        let digest_algorithm = self.digest.algorithm_der(self.digest_parameters);
        let signed_data = sequence(&[
            &integer(self.version),
            &set_of(&[digest_algorithm], SetOrder::Sorted),
            &sequence(&[&oid(&self.content_type), &self.content.encapsulated()]),
            &certificates,
            &self.before_signer_infos,
            &set_of(&signer_infos, SetOrder::Sorted),
        ]);
        content_info(ID_SIGNED_DATA, &signed_data)
    }
}

/// A ContentInfo of this type (RFC 5652 section 3).
#[must_use]
pub fn content_info(content_type: &str, content_der: &[u8]) -> Vec<u8> {
    sequence(&[&oid(content_type), &context_constructed(0, content_der)])
}

/// The issuerAndSerialNumber that identifies `certificate` as the signer's.
///
/// # Panics
///
/// If `certificate` was not made by [`CertificateBuilder`](crate::CertificateBuilder).
#[must_use]
pub fn issuer_and_serial_number(certificate: &[u8]) -> Vec<u8> {
    let parts = CertificateParts::of(certificate);
    sequence(&[&parts.issuer, &tlv(INTEGER, &[&parts.serial])])
}
