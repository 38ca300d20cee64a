//! The signing-certificate attribute: the certificate that a signature is bound to (RFC 5035).

use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm};

use crate::algorithm::AlgorithmIdentifier;
use crate::certificate::Certificate;
use crate::der_reader::{Element, tag};
use crate::parse_error::{BundleParseError, DerProblem};
use crate::signed_data::error::SigningCertificateProblem;

const FIELD: &str = "signingCertificateV2";

/// The certificate that the signer names as its own in the signed attributes.
///
/// The `sid` of a SignerInfo is not signed. Without this attribute a signature can be moved to any
/// certificate of the same key (RFC 2634 section 5.1).
#[derive(Clone, Debug)]
pub(super) struct SigningCertificate {
    /// `None` if it is not an allowed hash.
    digest_algorithm: Option<DigestAlgorithm>,
    certificate_digest: Vec<u8>,
    /// True if it contains more: further certificates, policies, or issuer and serial number.
    says_more: bool,
}

impl SigningCertificate {
    /// ```text
    /// SigningCertificateV2 ::= SEQUENCE {
    ///     certs     SEQUENCE OF ESSCertIDv2,
    ///     policies  SEQUENCE OF PolicyInformation OPTIONAL
    /// }
    /// ESSCertIDv2 ::= SEQUENCE {
    ///     hashAlgorithm  AlgorithmIdentifier DEFAULT {algorithm id-sha256},
    ///     certHash       OCTET STRING,
    ///     issuerSerial   IssuerSerial OPTIONAL
    /// }   -- as defined in RFC 5035 sections 3 and 4
    /// ```
    pub(super) fn parse(element: &Element<'_>) -> Result<Self, BundleParseError> {
        let mut fields = element.reader(FIELD);
        let certificates = fields.read(tag::SEQUENCE, "certs")?;
        let has_policies = fields.optional(tag::SEQUENCE, "policies")?.is_some();
        fields.finish()?;
        let mut certificates = certificates.reader("certs");
        let first = certificates.read(tag::SEQUENCE, "ESSCertIDv2")?;
        let has_more = !certificates.is_finished();

        let mut fields = first.reader("ESSCertIDv2");
        let digest_algorithm = match fields.optional(tag::SEQUENCE, "hashAlgorithm")? {
            Some(written) => read_hash(&written)?,
            None => Some(DigestAlgorithm::Sha256),
        };
        let certificate_digest = fields.read(tag::OCTET_STRING, "certHash")?.value.to_vec();
        // An issuer's name there exceeds the nesting limit for DER. The digest covers it anyway.
        let has_issuer_serial = fields.optional(tag::SEQUENCE, "issuerSerial")?.is_some();
        fields.finish()?;
        let says_more = has_policies || has_more || has_issuer_serial;
        Ok(Self { digest_algorithm, certificate_digest, says_more })
    }

    /// Checks that this names `signer`, and contains nothing that is not supported.
    pub(super) fn check(
        &self,
        signer: &Certificate,
        crypto: CryptoProvider,
    ) -> Result<(), SigningCertificateProblem> {
        // Further certificates and policies limit the allowed paths, and that is not enforced.
        if self.says_more {
            return Err(SigningCertificateProblem::Restricted);
        }
        let digest = self.digest_algorithm.ok_or(SigningCertificateProblem::DigestNotAllowed)?;
        if crypto.digest(digest, signer.as_der()) == self.certificate_digest {
            Ok(())
        } else {
            Err(SigningCertificateProblem::OtherCertificate)
        }
    }
}

/// Parses a hash that is written out. DER leaves a default out (X.690 section 11.5), and the
/// default is SHA-256 without parameters.
fn read_hash(written: &Element<'_>) -> Result<Option<DigestAlgorithm>, BundleParseError> {
    let algorithm = AlgorithmIdentifier::from_element(written)?;
    let digest = algorithm.digest().ok();
    if digest == Some(DigestAlgorithm::Sha256) && !algorithm.has_parameters() {
        let (field, offset) = ("hashAlgorithm", written.offset);
        return Err(BundleParseError::Der { field, offset, problem: DerProblem::Value });
    }
    Ok(digest)
}
