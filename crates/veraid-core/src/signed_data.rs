//! CMS SignedData with one signer (RFC 5652 section 5), as VeraId uses it.

use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm, SignatureAlgorithm};
use veraid_dnssec::{SignatureCheckError, SignatureChecks, ValidityPeriod};

use crate::algorithm::AlgorithmProblem;
use crate::certificate::Certificate;
use crate::certificate::path::VerifiedPath;
use crate::oid::ServiceOid;
use crate::parse_error::Deviation;
use crate::profile::Profile;
use crate::signature_metadata::SignatureMetadata;
use crate::signed_data::error::{ContentProblem, SignedDataError};

pub(crate) mod error;
mod parse;
mod signing_certificate;

use signing_certificate::SigningCertificate;

/// Parsed SignedData. Problems with its values are reported by [`SignedData::verify`].
#[derive(Clone)]
pub(crate) struct SignedData {
    /// The size of the ContentInfo in bytes.
    pub(crate) octets: usize,
    content_type: Result<(), SignedDataError>,
    version: u8,
    digest_algorithms: Vec<Result<DigestAlgorithm, AlgorithmProblem>>,
    encapsulated_content_type: Result<(), SignedDataError>,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) certificates: Vec<Certificate>,
    has_other_certificates: bool,
    has_revocation_lists: bool,
    /// The signer if there is exactly one, otherwise the number of signers.
    signer: Result<SignerInfo, usize>,
    pub(crate) deviations: Vec<Deviation>,
}

/// The one signer.
#[derive(Clone)]
pub(crate) struct SignerInfo {
    version: u8,
    /// Issuer and serial number of the signer's certificate, as encoded; `None` if it is named in
    /// another way.
    identifier: Option<(Vec<u8>, Vec<u8>)>,
    digest_algorithm: Result<DigestAlgorithm, AlgorithmProblem>,
    signed_attributes: Option<SignedAttributes>,
    signature_algorithm: Result<SignatureAlgorithm, AlgorithmProblem>,
    signature: Vec<u8>,
    has_unsigned_attributes: bool,
}

/// The attributes that the signature covers.
#[derive(Clone)]
pub(crate) struct SignedAttributes {
    /// The encoding that the signature covers: the octets received, with the tag `[0]` replaced by
    /// that of a SET (RFC 5652 section 5.4).
    to_be_signed: Vec<u8>,
    /// The first attribute that is repeated or does not have exactly one value, in dotted decimal.
    not_single: Option<String>,
    /// True if the content type attribute is *data*; `None` if there is no such attribute.
    content_type_is_data: Option<bool>,
    message_digest: Option<Vec<u8>>,
    metadata: Option<SignatureMetadata>,
    /// The octets of the UTF8String, which may not be valid UTF-8.
    attribution: Option<Vec<u8>>,
    algorithm_protection: Option<AlgorithmProtection>,
    signing_certificate: Option<SigningCertificate>,
}

/// The algorithms that the signer protects (RFC 6211).
#[derive(Clone)]
struct AlgorithmProtection {
    digest: Result<DigestAlgorithm, AlgorithmProblem>,
    /// `None` if it names a MAC.
    signature: Option<Result<SignatureAlgorithm, AlgorithmProblem>>,
}

/// The signed content with its claimed signer and service; only [`SignedData::verify`] makes one.
pub(crate) struct VerifiedSignedData {
    pub(crate) content: Vec<u8>,
    pub(crate) service: ServiceOid,
    pub(crate) period: ValidityPeriod,
    pub(crate) signature: Vec<u8>,
}

impl SignedData {
    /// The parts of the only signer that lead to its certificate, if the structure has the shape
    /// that `profile` allows.
    pub(crate) fn signer(&self, profile: Profile) -> Result<FoundSigner<'_>, SignedDataError> {
        self.content_type.clone()?;
        // RFC 5652 section 5.1 requires 1 for the structures allowed here; VeraId's specification
        // says 3.
        match (self.version, profile) {
            (1, _) | (3, Profile::VeraId) => {}
            _ => return Err(SignedDataError::Version("SignedData", self.version)),
        }
        self.encapsulated_content_type.clone()?;
        if self.has_other_certificates {
            return Err(SignedDataError::CertificateForm);
        }
        if self.has_revocation_lists {
            return Err(SignedDataError::RevocationLists);
        }
        let info = self.signer.as_ref().map_err(|&count| SignedDataError::SignerCount(count))?;
        if info.version != 1 {
            return Err(SignedDataError::Version("SignerInfo", info.version));
        }
        let (issuer, serial) = info.identifier.as_ref().ok_or(SignedDataError::SignerIdentifier)?;
        if info.has_unsigned_attributes {
            return Err(SignedDataError::UnsignedAttributes);
        }
        let attributes =
            info.signed_attributes.as_ref().ok_or(SignedDataError::NoSignedAttributes)?;
        if let Some(oid) = &attributes.not_single {
            return Err(SignedDataError::AttributeNotSingle(oid.clone()));
        }
        let metadata = attributes
            .metadata
            .as_ref()
            .ok_or(SignedDataError::AttributeMissing("signature metadata"))?;
        let period = metadata.period().map_err(|_| SignedDataError::InvertedPeriod)?;
        let attribution = match &attributes.attribution {
            Some(octets) => Some(
                std::str::from_utf8(octets)
                    .map_err(|_| SignedDataError::AttributeValue("member attribution"))?,
            ),
            None => None,
        };
        let service = &metadata.service;
        Ok(FoundSigner { info, attributes, issuer, serial, attribution, service, period })
    }

    /// Checks the signature by the key at the end of `path`, over the octets received, and the
    /// content's digest.
    ///
    /// `given` is the content of a detached signature.
    pub(crate) fn verify(
        &self,
        signer: &FoundSigner<'_>,
        path: &VerifiedPath<'_>,
        given: Option<&[u8]>,
        checks: &mut SignatureChecks,
    ) -> Result<VerifiedSignedData, SignedDataError> {
        let content = match (&self.content, given) {
            (Some(content), None) => content.as_slice(),
            (None, Some(content)) => content,
            (None, None) => return Err(SignedDataError::Content(ContentProblem::NotGiven)),
            (Some(_), Some(_)) => return Err(SignedDataError::Content(ContentProblem::GivenTwice)),
        };
        let digest = signer.check_algorithms(&self.digest_algorithms)?;
        signer.check_content(content, digest, checks.crypto())?;
        signer.check_signing_certificate(path, checks.crypto())?;
        signer.check_signature(path, checks)?;
        Ok(VerifiedSignedData {
            content: content.to_vec(),
            service: signer.service.clone(),
            period: signer.period,
            signature: signer.info.signature.clone(),
        })
    }
}

/// The statements of a signer, not yet proved.
pub(crate) struct FoundSigner<'a> {
    info: &'a SignerInfo,
    attributes: &'a SignedAttributes,
    pub(crate) issuer: &'a [u8],
    pub(crate) serial: &'a [u8],
    pub(crate) attribution: Option<&'a str>,
    pub(crate) service: &'a ServiceOid,
    pub(crate) period: ValidityPeriod,
}

impl FoundSigner<'_> {
    /// Checks that the algorithms are allowed and agree wherever they are named; returns the
    /// content's.
    fn check_algorithms(
        &self,
        announced: &[Result<DigestAlgorithm, AlgorithmProblem>],
    ) -> Result<DigestAlgorithm, SignedDataError> {
        let digest = self.info.digest_algorithm.map_err(SignedDataError::Algorithm)?;
        let signature = self.info.signature_algorithm.map_err(SignedDataError::Algorithm)?;
        if !announced.contains(&Ok(digest)) {
            return Err(SignedDataError::DigestNotAnnounced);
        }
        match &self.attributes.algorithm_protection {
            Some(protection)
                if protection.digest != Ok(digest)
                    || protection.signature != Some(Ok(signature)) =>
            {
                Err(SignedDataError::AttributeValue("algorithm protection"))
            }
            _ => Ok(digest),
        }
    }

    /// Checks the content's type and digest against the signed attributes (RFC 5652 sections 11.1
    /// and 11.2).
    fn check_content(
        &self,
        content: &[u8],
        digest: DigestAlgorithm,
        crypto: CryptoProvider,
    ) -> Result<(), SignedDataError> {
        match self.attributes.content_type_is_data {
            Some(true) => {}
            Some(false) => return Err(SignedDataError::AttributeValue("content type")),
            None => return Err(SignedDataError::AttributeMissing("content type")),
        }
        let signed = self
            .attributes
            .message_digest
            .as_ref()
            .ok_or(SignedDataError::AttributeMissing("message digest"))?;
        if crypto.digest(digest, content) == *signed {
            Ok(())
        } else {
            Err(SignedDataError::DigestMismatch)
        }
    }

    /// Checks that the signature is for the certificate that it is verified with, if it names one
    /// (RFC 5035).
    fn check_signing_certificate(
        &self,
        path: &VerifiedPath<'_>,
        crypto: CryptoProvider,
    ) -> Result<(), SignedDataError> {
        match (&self.attributes.signing_certificate, path.signer()) {
            (Some(named), Some(signer)) => {
                named.check(signer, crypto).map_err(SignedDataError::SigningCertificate)
            }
            _ => Ok(()),
        }
    }

    fn check_signature(
        &self,
        path: &VerifiedPath<'_>,
        checks: &mut SignatureChecks,
    ) -> Result<(), SignedDataError> {
        let algorithm = self.info.signature_algorithm.map_err(SignedDataError::Algorithm)?;
        // The path has checked the key; a path without a signer does not have a key.
        let key = path
            .signer()
            .and_then(|signer| signer.public_key().ok())
            .ok_or(SignedDataError::Algorithm(AlgorithmProblem::KeyForm))?;
        checks
            .check(
                algorithm,
                key.as_public_key(),
                &self.attributes.to_be_signed,
                &self.info.signature,
            )
            .map_err(|error| match error {
                SignatureCheckError::LimitExceeded(limit) => SignedDataError::LimitExceeded(limit),
                _ => SignedDataError::InvalidSignature,
            })
    }
}
