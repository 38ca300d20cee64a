//! Parses X.509 certificates (RFC 5280 section 4) as far as VeraId needs.

use std::ops::Range;

use veraid_dnssec::crypto::SignatureAlgorithm;
use veraid_dnssec::{SignatureCheckError, SignatureChecks, Timestamp, ValidityPeriod};

use crate::algorithm::AlgorithmProblem;
use crate::algorithm::{AlgorithmIdentifier, RsaPublicKey};
use crate::asn1_time::read_certificate_time;
use crate::certificate::problem::CertificateProblem;
use crate::der_reader::{Element, check_structure, read_whole, tag};
use crate::parse_error::{BundleParseError, DerProblem};

pub(crate) mod common_name;
mod extensions;
pub(crate) mod path;
pub(crate) mod problem;

use common_name::{CommonNameProblem, read_name};
use extensions::Extensions;

/// A parsed certificate. It is untrusted until a bundle that contains it is verified.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    to_be_signed: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    serial: Range<usize>,
    subject_public_key_info: Range<usize>,
    signature: Range<usize>,
    is_version_3: bool,
    not_before: Timestamp,
    not_after: Timestamp,
    algorithm: Result<SignatureAlgorithm, AlgorithmProblem>,
    common_name: Result<String, CommonNameProblem>,
    has_unsorted_name: bool,
    public_key: Result<RsaPublicKey, AlgorithmProblem>,
    extensions: Extensions,
}

impl Certificate {
    /// Parses one certificate and nothing after it.
    ///
    /// # Errors
    ///
    /// [`BundleParseError`] with the field and octet at which parsing stopped.
    pub fn from_der(der: &[u8]) -> Result<Self, BundleParseError> {
        let element = read_whole(der, tag::SEQUENCE, "certificate", 0)?;
        check_structure(der, "certificate")?;
        Self::from_element(&element, "certificate")
    }

    /// Parses a certificate within a larger structure, whatever its tag: bundles replace it
    /// (IMPLICIT tagging).
    pub(crate) fn from_element(
        element: &Element<'_>,
        field: &'static str,
    ) -> Result<Self, BundleParseError> {
        let mut reader = element.reader(field);
        let tbs = reader.read(tag::SEQUENCE, "tbsCertificate")?;
        let outer_algorithm = reader.read(tag::SEQUENCE, "signatureAlgorithm")?;
        let signature = reader.read(tag::BIT_STRING, "signatureValue")?;
        reader.finish()?;
        let signature_bytes = bit_string_octets(&signature, "signatureValue")?;

        let mut fields = tbs.reader("tbsCertificate");
        let version = match fields.optional(tag::constructed(0), "version")? {
            Some(version) => {
                let mut version = version.reader("version");
                let number = version.small_integer(tag::INTEGER, "version")?;
                version.finish()?;
                number
            }
            None => 0,
        };
        let serial = fields.read(tag::INTEGER, "serialNumber")?;
        if serial.value.is_empty() {
            return Err(BundleParseError::Der {
                field: "serialNumber",
                offset: serial.offset,
                problem: DerProblem::Value,
            });
        }
        let inner_algorithm = fields.read(tag::SEQUENCE, "signature")?;
        let issuer = fields.read(tag::SEQUENCE, "issuer")?;
        // The issuer only has to parse: it is compared as bytes.
        let issuer_name = read_name(&issuer, "issuer")?;
        let validity = fields.read(tag::SEQUENCE, "validity")?;
        let mut validity = validity.reader("validity");
        let not_before = read_certificate_time(&mut validity, "notBefore")?;
        let not_after = read_certificate_time(&mut validity, "notAfter")?;
        validity.finish()?;
        let subject = fields.read(tag::SEQUENCE, "subject")?;
        let subject_name = read_name(&subject, "subject")?;
        let spki = fields.read(tag::SEQUENCE, "subjectPublicKeyInfo")?;
        let extensions = match fields.optional(tag::constructed(3), "extensions")? {
            Some(extensions) => Extensions::parse(&extensions)?,
            None => Extensions::default(),
        };
        fields.finish()?;

        let algorithm = if inner_algorithm.octets == outer_algorithm.octets {
            AlgorithmIdentifier::from_element(&outer_algorithm)?.signature()?
        } else {
            AlgorithmIdentifier::from_element(&outer_algorithm)?;
            AlgorithmIdentifier::from_element(&inner_algorithm)?;
            Err(AlgorithmProblem::InnerAndOuterDiffer)
        };
        // The range of a field in the certificate.
        let range = |field: &Element<'_>| {
            let start = field.offset.saturating_sub(element.offset);
            start..start.saturating_add(field.octets.len())
        };
        let end_of = |field: &Element<'_>, value: &[u8]| {
            let end = range(field).end;
            end.saturating_sub(value.len())..end
        };
        let mut der = element.octets.to_vec();
        if let Some(first) = der.first_mut() {
            *first = tag::SEQUENCE;
        }
        Ok(Self {
            to_be_signed: range(&tbs),
            issuer: range(&issuer),
            subject: range(&subject),
            serial: end_of(&serial, serial.value),
            subject_public_key_info: range(&spki),
            signature: end_of(&signature, signature_bytes),
            is_version_3: version == 2,
            not_before,
            not_after,
            algorithm,
            common_name: subject_name.common_name,
            has_unsorted_name: !(issuer_name.is_sorted && subject_name.is_sorted),
            public_key: RsaPublicKey::parse(&spki)?,
            extensions,
            der,
        })
    }

    /// The certificate as received.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The subject's common name, if there is exactly one, of a supported type.
    ///
    /// # Errors
    ///
    /// [`CommonNameProblem`] if it is missing, repeated or cannot be read.
    pub fn common_name(&self) -> Result<&str, CommonNameProblem> {
        self.common_name.as_deref().map_err(|&problem| problem)
    }

    /// The first second in which the certificate is valid.
    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second in which the certificate is valid.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The SubjectPublicKeyInfo as received, which key records hash.
    #[must_use]
    pub fn subject_public_key_info(&self) -> &[u8] {
        self.octets(&self.subject_public_key_info)
    }

    /// Returns true if issuer and subject are the same, byte for byte.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer() == self.subject()
    }

    /// Returns true if the certificate is a certificate authority's: its BasicConstraints are
    /// critical and have cA TRUE, and its KeyUsage, if present, has keyCertSign (RFC 5280 sections
    /// 4.2.1.9 and 4.2.1.3).
    ///
    /// Only an authority issues certificates, and under DomainAuth only an authority below the
    /// organisation speaks for it.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.check_authority().is_ok()
    }

    /// Returns true if verifiers accept certificates that this one issues: it is an
    /// [authority](Self::is_authority), and its own form is valid.
    #[must_use]
    pub fn may_issue(&self) -> bool {
        self.is_authority() && self.check_form().is_ok()
    }

    /// Checks that the certificate is an [authority](Self::is_authority)'s.
    pub(crate) fn check_authority(&self) -> Result<(), CertificateProblem> {
        let Extensions { basic_constraints, key_usage, .. } = &self.extensions;
        if !basic_constraints.is_some_and(|basic| basic.is_critical && basic.is_ca) {
            return Err(CertificateProblem::NotAnAuthority);
        }
        match key_usage {
            Some(usage) if !usage.key_cert_sign => Err(CertificateProblem::KeyUsage),
            _ => Ok(()),
        }
    }

    /// The number of authorities' certificates that may follow on a path below this one; `None` if
    /// unlimited.
    #[must_use]
    pub fn path_length(&self) -> Option<u64> {
        self.extensions.basic_constraints.and_then(|basic| basic.path_len)
    }

    /// The subject key identifier, if there is one (RFC 5280 section 4.2.1.2).
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.subject_key_identifier.as_deref()
    }

    /// The issuer's Name as received, in DER.
    #[must_use]
    pub fn issuer(&self) -> &[u8] {
        self.octets(&self.issuer)
    }

    /// The subject's Name as received, in DER.
    #[must_use]
    pub fn subject(&self) -> &[u8] {
        self.octets(&self.subject)
    }

    /// The serial number as received: the contents of an INTEGER.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        self.octets(&self.serial)
    }

    pub(crate) const fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    pub(crate) fn public_key(&self) -> Result<&RsaPublicKey, CertificateProblem> {
        self.public_key.as_ref().map_err(|&problem| CertificateProblem::Algorithm(problem))
    }

    /// The seconds in which the certificate is valid.
    pub(crate) fn validity(&self) -> Result<ValidityPeriod, CertificateProblem> {
        ValidityPeriod::new(self.not_before, self.not_after)
            .map_err(|_| CertificateProblem::InvertedPeriod)
    }

    /// Returns true if the serial number is padded, an RDN is not sorted, or the extensions have a
    /// form that VeraId tolerates but DER or RFC 5280 does not.
    pub(crate) fn needs_tolerance(&self) -> bool {
        let padded = match self.serial() {
            [0, next, ..] => *next < 0x80,
            [0xFF, next, ..] => *next >= 0x80,
            _ => false,
        };
        padded || self.has_unsorted_name || self.extensions.needs_tolerance
    }

    /// Checks the rules for every certificate that counts, whoever issued it.
    pub(crate) fn check_form(&self) -> Result<(), CertificateProblem> {
        if !self.is_version_3 {
            return Err(CertificateProblem::Version);
        }
        // RFC 5280 section 4.1.2.2: positive and at most 20 octets. Zero is accepted, since
        // deployed issuers can make it.
        if self.serial().len() > 20 || self.serial().first().is_some_and(|&octet| octet >= 0x80) {
            return Err(CertificateProblem::SerialNumber);
        }
        self.validity()?;
        self.extensions.check_understood()
    }

    /// Checks the certificate's signature with its issuer's key, over the octets received.
    pub(crate) fn check_signature(
        &self,
        issuer_key: &RsaPublicKey,
        checks: &mut SignatureChecks,
    ) -> Result<(), CertificateProblem> {
        let algorithm = self.algorithm.map_err(CertificateProblem::Algorithm)?;
        let signed = self.octets(&self.to_be_signed);
        let signature = self.octets(&self.signature);
        checks
            .check(algorithm, issuer_key.as_public_key(), signed, signature)
            .map_err(signature_problem)
    }

    /// Counts a cached check of the signature: it succeeded before over exactly these bytes.
    pub(crate) fn count_signature(
        &self,
        checks: &mut SignatureChecks,
    ) -> Result<(), CertificateProblem> {
        let algorithm = self.algorithm.map_err(CertificateProblem::Algorithm)?;
        checks.count_remembered(algorithm).map_err(signature_problem)
    }

    fn octets(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).unwrap_or_default()
    }
}

fn signature_problem(error: SignatureCheckError) -> CertificateProblem {
    match error {
        SignatureCheckError::LimitExceeded(limit) => CertificateProblem::LimitExceeded(limit),
        _ => CertificateProblem::InvalidSignature,
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

/// The octets of a BIT STRING with no unused bits.
pub(crate) fn bit_string_octets<'a>(
    element: &Element<'a>,
    field: &'static str,
) -> Result<&'a [u8], BundleParseError> {
    match element.value.split_first() {
        Some((0, octets)) => Ok(octets),
        _ => {
            Err(BundleParseError::Der { field, offset: element.offset, problem: DerProblem::Value })
        }
    }
}
