//! The detached CMS signature over a file of trust anchors (RFC 9718 section 3, RFC 5652).

use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm};
use veraid_dnssec::{Timestamp, ValidityPeriod};

use crate::certificate::{
    Certificate, CertificateError, certificates_in, digest_algorithm, elements, pem_blocks,
    signature_algorithm, time,
};
use crate::der::{Element, INTEGER, NotDer, OCTET_STRING, OID, SEQUENCE, SET, context, only};

const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 4];
const SIGNING_TIME: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 5];

/// The most certificates in a signature or a file of authorities: IANA's have two.
const MAX_CERTIFICATES: usize = 8;
/// The most certificates from the signer's to an authority's, the former included.
const MAX_PATH: u64 = 4;

/// Certificate authorities whose certificates are trusted for signing trust anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorities(Vec<Vec<u8>>);

/// A detached signature, not verified.
#[derive(Clone, Debug)]
pub struct Signature(Vec<u8>);

/// A signature that was verified. Only [`Signature::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedSignature {
    signer: String,
    signed_at: Option<Timestamp>,
    validity: ValidityPeriod,
}

/// The reason why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// It is not a detached CMS signature by one signer, in DER or PEM.
    #[error("the signature is not detached CMS SignedData by one signer")]
    Malformed,
    /// A certificate cannot be read.
    #[error("a certificate is not an X.509 v3 certificate in DER")]
    MalformedCertificate,
    /// An algorithm or key is not supported: only RSA of 2048 to 4096 bits with SHA-256, SHA-384 or
    /// SHA-512 is.
    #[error(
        "an algorithm or key is not supported (RSA of 2048 to 4096 bits, PKCS #1 v1.5 with SHA-2)"
    )]
    Unsupported,
    /// A certificate has a critical extension that is not known here.
    #[error("a certificate has a critical extension that is not supported")]
    CriticalExtension,
    /// There is no certificate of an authority in the file given.
    #[error("no CA certificate found")]
    NoAuthority,
    /// The signature is over another file.
    #[error("the signature is for a different file: digests differ")]
    OtherContent,
    /// The signature is invalid.
    #[error("the signature is invalid")]
    Invalid,
    /// The signer's certificate is not in the signature.
    #[error("the signer's certificate is not in the signature")]
    NoSignerCertificate,
    /// The signer's certificate is for another purpose.
    #[error("the signer's certificate is not for signing content")]
    NotForSigning,
    /// The signer is not the trusted one.
    #[error("the signature is by {}, not {expected}", Names(.found))]
    OtherSigner {
        /// The e-mail address of the trusted signer.
        expected: String,
        /// The addresses in the signer's certificate.
        found: Vec<String>,
    },
    /// The signer's certificate was not issued by a trusted authority.
    #[error("the signer's certificate was not issued by a trusted authority")]
    Untrusted,
    /// A certificate on the path to the authority is not valid at the time.
    #[error("a certificate of the signature is valid {validity}, not at {at}")]
    NotValidAt {
        /// The time at which all certificates must be valid.
        at: Timestamp,
        /// The period of the certificate.
        validity: ValidityPeriod,
    },
}

/// Lists the signer's addresses.
struct Names<'a>(&'a [String]);

impl std::fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            [] => f.write_str("a signer without an e-mail address"),
            [first, ..] => f.write_str(&crate::error::excerpt(first)),
        }
    }
}

impl From<NotDer> for SignatureError {
    fn from(_: NotDer) -> Self {
        Self::Malformed
    }
}

impl From<CertificateError> for SignatureError {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Malformed => Self::MalformedCertificate,
            CertificateError::Unsupported => Self::Unsupported,
            CertificateError::CriticalExtension => Self::CriticalExtension,
        }
    }
}

impl Authorities {
    /// ICANN's root certificate authority, which certifies the signer of IANA's `root-anchors.xml`.
    ///
    /// Its certificate is valid from 2009-12-23 to 2029-12-18; its SHA-256 fingerprint is
    /// AE:E8:99:06:D7:CC:60:C5:E1:51:F3:BB:92:3A:BF:8A:
    /// 1B:28:DC:85:5D:5E:21:27:CB:52:4E:AD:4A:AD:60:3D.
    #[must_use]
    pub fn icann() -> Self {
        Self(vec![include_bytes!("../data/icann-root-ca.der").to_vec()])
    }

    /// Reads certificates of authorities: one in DER, or any number in PEM.
    ///
    /// # Errors
    ///
    /// [`SignatureError::NoAuthority`] if there is no certificate, or more than 8; others if one of
    /// them cannot be parsed.
    pub fn read(bytes: &[u8]) -> Result<Self, SignatureError> {
        let certificates = certificates_in(bytes);
        if certificates.is_empty() || certificates.len() > MAX_CERTIFICATES {
            return Err(SignatureError::NoAuthority);
        }
        for certificate in &certificates {
            Certificate::read(certificate)?;
        }
        Ok(Self(certificates))
    }
}

impl Signature {
    /// The e-mail address in the certificate of the signer of IANA's `root-anchors.xml`.
    pub const IANA: &str = "dnssec@iana.org";

    /// A signature in DER, as in IANA's `root-anchors.p7s`, or in PEM.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let pem = ["CMS", "PKCS7"].iter().find_map(|label| pem_blocks(bytes, label).pop());
        Self(pem.unwrap_or_else(|| bytes.to_vec()))
    }

    /// Verifies that `signer` signed `content`, and that an authority issued the signer's
    /// certificate.
    ///
    /// Every certificate must be valid at the instant `at`: IANA signs its file anew before the
    /// signer's certificate expires. `signer` is compared with the e-mail addresses of the
    /// certificate, since ICANN's authority certifies others, too.
    ///
    /// # Errors
    ///
    /// [`SignatureError`] with the first reason met.
    pub fn verify(
        &self,
        content: &[u8],
        signer: &str,
        authorities: &Authorities,
        at: Timestamp,
        crypto: CryptoProvider,
    ) -> Result<VerifiedSignature, SignatureError> {
        // RFC 5652 sections 3 and 5.1.
        let mut content_info = only(&self.0, SEQUENCE)?.reader();
        if content_info.expect(OID)?.contents != SIGNED_DATA {
            return Err(SignatureError::Malformed);
        }
        let wrapped = content_info.expect(context(0))?;
        content_info.end()?;
        let mut fields = only(wrapped.contents, SEQUENCE)?.reader();
        fields.expect(INTEGER)?;
        fields.expect(SET)?;
        // Detached: the type of the content, without the content.
        let mut encapsulated = fields.expect(SEQUENCE)?.reader();
        if encapsulated.expect(OID)?.contents != DATA {
            return Err(SignatureError::Malformed);
        }
        encapsulated.end()?;
        let attached = fields.optional(context(0))?;
        fields.optional(context(1))?;
        let mut infos = fields.expect(SET)?.reader();
        fields.end()?;
        let info = SignerInfo::read(infos.expect(SEQUENCE)?)?;
        infos.end()?;

        let attached = match attached {
            Some(set) => elements(set)?,
            None => return Err(SignatureError::NoSignerCertificate),
        };
        if attached.len() > MAX_CERTIFICATES {
            return Err(SignatureError::Malformed);
        }
        // Other attached certificates may be unreadable; they prove nothing.
        let certificates: Vec<Certificate<'_>> =
            attached.iter().filter_map(|der| Certificate::read(der).ok()).collect();
        let is_signers = |certificate: &&Certificate<'_>| {
            certificate.issuer == info.issuer && certificate.serial == info.serial
        };
        let Some(certificate) = certificates.iter().find(is_signers) else {
            // Reports why the signer's own certificate cannot be parsed.
            for der in &attached {
                Certificate::read(der)?;
            }
            return Err(SignatureError::NoSignerCertificate);
        };

        if crypto.digest(info.digest, content) != info.message_digest {
            return Err(SignatureError::OtherContent);
        }
        let algorithm = signature_algorithm(info.signature_algorithm, Some(info.digest))?;
        if !certificate.signed(algorithm, &info.signed_attributes, info.signature, crypto) {
            return Err(SignatureError::Invalid);
        }
        if !certificate.may_sign_content() {
            return Err(SignatureError::NotForSigning);
        }
        if !certificate.emails.iter().any(|email| email.eq_ignore_ascii_case(signer)) {
            let (expected, found) = (signer.to_owned(), certificate.emails.clone());
            return Err(SignatureError::OtherSigner { expected, found });
        }
        let authorities: Vec<Certificate<'_>> =
            authorities.0.iter().map(|der| Certificate::read(der)).collect::<Result<_, _>>()?;
        let path = Path { authorities: &authorities, attached: &certificates, at, crypto };
        let validity = path.verify(certificate)?;
        Ok(VerifiedSignature { signer: signer.to_owned(), signed_at: info.signed_at, validity })
    }
}

impl VerifiedSignature {
    /// The signer's e-mail address.
    #[must_use]
    pub fn signer(&self) -> &str {
        &self.signer
    }

    /// The time of signing, as stated by the signer.
    #[must_use]
    pub const fn signed_at(&self) -> Option<Timestamp> {
        self.signed_at
    }

    /// The period in which all certificates on the path to the authority are valid.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.validity
    }
}

/// The path from the signer's certificate to an authority's.
struct Path<'a> {
    authorities: &'a [Certificate<'a>],
    attached: &'a [Certificate<'a>],
    at: Timestamp,
    crypto: CryptoProvider,
}

impl Path<'_> {
    /// Climbs from issuer to issuer until it reaches an authority. Returns the period that all
    /// certificates share.
    fn verify(&self, signer: &Certificate<'_>) -> Result<ValidityPeriod, SignatureError> {
        let mut certificate = signer;
        let mut shared = ValidityPeriod::ALWAYS;
        for below in 0..MAX_PATH {
            shared = self.narrowed(shared, certificate)?;
            let issued_by =
                |issuer: &&Certificate<'_>| certificate.is_issued_by(issuer, below, self.crypto);
            if let Some(authority) = self.authorities.iter().find(issued_by) {
                return self.narrowed(shared, authority);
            }
            certificate = self.attached.iter().find(issued_by).ok_or(SignatureError::Untrusted)?;
        }
        Err(SignatureError::Untrusted)
    }

    fn narrowed(
        &self,
        shared: ValidityPeriod,
        certificate: &Certificate<'_>,
    ) -> Result<ValidityPeriod, SignatureError> {
        let validity = certificate.validity;
        let not_valid = SignatureError::NotValidAt { at: self.at, validity };
        if !validity.contains(self.at) {
            return Err(not_valid);
        }
        shared.intersection(validity).ok_or(not_valid)
    }
}

/// The only SignerInfo (RFC 5652 section 5.3).
struct SignerInfo<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    digest: DigestAlgorithm,
    message_digest: &'a [u8],
    signed_at: Option<Timestamp>,
    /// The signed encoding: the bytes received, with the tag of a SET (section 5.4).
    signed_attributes: Vec<u8>,
    signature_algorithm: Element<'a>,
    signature: &'a [u8],
}

impl<'a> SignerInfo<'a> {
    fn read(info: Element<'a>) -> Result<Self, SignatureError> {
        let mut fields = info.reader();
        fields.expect(INTEGER)?;
        let mut id = fields.expect(SEQUENCE)?.reader();
        let (issuer, serial) = (id.expect(SEQUENCE)?.whole, id.expect(INTEGER)?.whole);
        id.end()?;
        let digest = digest_algorithm(fields.expect(SEQUENCE)?)?;
        let attributes = fields.expect(context(0))?;
        let signature_algorithm = fields.expect(SEQUENCE)?;
        let signature = fields.expect(OCTET_STRING)?.contents;
        fields.optional(context(1))?;
        fields.end()?;

        let content_type = attribute(attributes, CONTENT_TYPE)?.ok_or(SignatureError::Malformed)?;
        if content_type.tag != OID || content_type.contents != DATA {
            return Err(SignatureError::Malformed);
        }
        let message_digest =
            attribute(attributes, MESSAGE_DIGEST)?.ok_or(SignatureError::Malformed)?;
        if message_digest.tag != OCTET_STRING {
            return Err(SignatureError::Malformed);
        }
        let signed_at = attribute(attributes, SIGNING_TIME)?.map(time).transpose()?;
        let mut signed_attributes = attributes.whole.to_vec();
        if let Some(tag) = signed_attributes.first_mut() {
            *tag = SET;
        }
        let message_digest = message_digest.contents;
        Ok(Self {
            issuer,
            serial,
            digest,
            message_digest,
            signed_at,
            signed_attributes,
            signature_algorithm,
            signature,
        })
    }
}

/// The only value of the signed attribute with this type, which occurs at most once.
fn attribute<'a>(
    attributes: Element<'a>,
    id: &[u8],
) -> Result<Option<Element<'a>>, SignatureError> {
    let mut found = None;
    let mut reader = attributes.reader();
    while !reader.is_empty() {
        let mut attribute = reader.expect(SEQUENCE)?.reader();
        if attribute.expect(OID)?.contents != id {
            continue;
        }
        let mut values = attribute.expect(SET)?.reader();
        attribute.end()?;
        if found.replace(values.next()?).is_some() {
            return Err(SignatureError::Malformed);
        }
        values.end()?;
    }
    Ok(found)
}
