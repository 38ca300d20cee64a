//! Certificates before they are signed (RFC 5280 section 4).

use der::Tag;
use der::oid::ObjectIdentifier;
use veraid_core::crypto::{CryptoProvider, DigestAlgorithm};
use veraid_core::{Certificate, Profile, ValidityPeriod};

use crate::der_writer::{
    Element, bit_string, certificate_validity, constructed, element, named_bits, oid, primitive,
    pss_algorithm, sequence, small_integer,
};
use crate::error::IssueError;
use crate::serial_number::SerialNumber;
use crate::signing_key::SigningKey;
use crate::unsigned::SignerKey;

pub(crate) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");

/// The fields of a certificate.
pub(crate) struct Fields<'a> {
    /// The issuer's Name in DER; `None` if it is the subject's own.
    pub(crate) issuer: Option<&'a [u8]>,
    /// The issuer's key identifier.
    pub(crate) authority_key_identifier: &'a [u8],
    /// The subject's Name in DER.
    pub(crate) subject: Element,
    pub(crate) public_key: &'a [u8],
    pub(crate) validity: ValidityPeriod,
    pub(crate) serial_number: SerialNumber,
    /// The maximum number of authorities below, if the subject is an authority.
    pub(crate) path_length: Option<u8>,
}

/// A certificate to be signed by its issuer.
#[derive(Clone, Debug)]
pub struct UnsignedCertificate {
    to_be_signed: Vec<u8>,
    signer: SignerKey,
}

impl UnsignedCertificate {
    pub(crate) fn new(fields: Fields<'_>, signer: SignerKey) -> Result<Self, IssueError> {
        let version = constructed(0, &[&small_integer(2)?])?;
        let serial = element(Tag::Integer, &[fields.serial_number.as_bytes()])?;
        let subject = fields.subject;
        let extensions = extensions(
            fields.path_length,
            fields.authority_key_identifier,
            &key_identifier(fields.public_key, signer.crypto),
        )?;
        let to_be_signed = sequence(&[
            &version,
            &serial,
            &pss_algorithm(signer.digest)?,
            fields.issuer.unwrap_or(&subject),
            &certificate_validity(fields.validity)?,
            &subject,
            fields.public_key,
            &constructed(3, &[&extensions])?,
        ])?;
        Ok(Self { to_be_signed, signer })
    }

    /// The TBSCertificate in DER: the bytes to sign.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The hash for the RSASSA-PSS signature; MGF1 uses the same, and the salt has its length.
    #[must_use]
    pub const fn digest_algorithm(&self) -> DigestAlgorithm {
        self.signer.digest
    }

    /// Adds the signature.
    ///
    /// # Errors
    ///
    /// [`IssueError::InvalidSignature`] if the signature is not the issuer's over
    /// [`to_be_signed`](Self::to_be_signed).
    pub fn assemble(self, signature: &[u8]) -> Result<Certificate, IssueError> {
        self.signer.check(&self.to_be_signed, signature)?;
        let der = sequence(&[
            &self.to_be_signed,
            &pss_algorithm(self.signer.digest)?,
            &bit_string(signature)?,
        ])?;
        Certificate::from_der(&der).map_err(IssueError::Malformed)
    }

    pub(crate) fn sign(self, key: &dyn SigningKey) -> Result<Certificate, IssueError> {
        let signature = key.sign(&self.to_be_signed)?;
        self.assemble(&signature)
    }
}

/// The SHA-256 of a SubjectPublicKeyInfo, as in deployed issuers, whatever the size of the key.
pub(crate) fn key_identifier(public_key: &[u8], crypto: CryptoProvider) -> Vec<u8> {
    crypto.digest(DigestAlgorithm::Sha256, public_key)
}

/// A common name in the form that `profile`'s deployed software reads: BMPString for VeraId,
/// UTF8String for DomainAuth.
///
/// BMPString is for 16-bit characters (X.680 section 41.15). JavaScript reads surrogate pairs in
/// it, OpenSSL rejects them; both read UTF8String, so it is used for names beyond U+FFFF.
pub(crate) fn common_name(text: &str, profile: Profile) -> Result<Element, IssueError> {
    let utf_16: Vec<u16> = text.encode_utf16().collect();
    if profile == Profile::VeraId && utf_16.len() == text.chars().count() {
        let bytes: Vec<u8> = utf_16.into_iter().flat_map(u16::to_be_bytes).collect();
        element(Tag::BmpString, &[&bytes])
    } else {
        element(Tag::Utf8String, &[text.as_bytes()])
    }
}

/// A Name with one relative distinguished name that has one common name.
pub(crate) fn name(common_name: &[u8]) -> Result<Element, IssueError> {
    let attribute = sequence(&[&oid(&COMMON_NAME)?, common_name])?;
    sequence(&[&element(Tag::Set, &[&attribute])?])
}

/// The bits of KeyUsage that are used (RFC 5280 section 4.2.1.3), as X.690 counts them: the first
/// is the highest.
const DIGITAL_SIGNATURE: u8 = 0b1000_0000;
const KEY_CERT_SIGN: u8 = 0b0000_0100;

fn extensions(
    path_length: Option<u8>,
    authority_key_identifier: &[u8],
    subject_key_identifier: &[u8],
) -> Result<Element, IssueError> {
    let critical = element(Tag::Boolean, &[&[0xFF]])?;
    let basic_constraints = match path_length {
        Some(path_length) => {
            let value = sequence(&[&critical, &small_integer(path_length)?])?;
            extension(&BASIC_CONSTRAINTS, Some(&critical), &value)?
        }
        None => Vec::new(),
    };
    // RFC 5280 section 4.2.1.9: a path length requires keyCertSign. Authorities sign content too.
    let usage = match path_length {
        Some(_) => DIGITAL_SIGNATURE | KEY_CERT_SIGN,
        None => DIGITAL_SIGNATURE,
    };
    let certificate_authority = sequence(&[&primitive(0, authority_key_identifier)?])?;
    let subject = element(Tag::OctetString, &[subject_key_identifier])?;
    sequence(&[
        &basic_constraints,
        &extension(&KEY_USAGE, Some(&critical), &named_bits(usage)?)?,
        &extension(&AUTHORITY_KEY_IDENTIFIER, None, &certificate_authority)?,
        &extension(&SUBJECT_KEY_IDENTIFIER, None, &subject)?,
    ])
}

fn extension(
    id: &ObjectIdentifier,
    critical: Option<&[u8]>,
    value: &[u8],
) -> Result<Element, IssueError> {
    let value = element(Tag::OctetString, &[value])?;
    sequence(&[&oid(id)?, critical.unwrap_or_default(), &value])
}
