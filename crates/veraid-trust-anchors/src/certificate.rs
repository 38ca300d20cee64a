//! Certificates of the authority that signs trust anchors (RFC 5280).
//!
//! Supports only what that authority uses: RSA keys and PKCS #1 v1.5 signatures, and the extensions
//! that say who may issue and sign.

use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm, PublicKey, SignatureAlgorithm};
use veraid_dnssec::{Timestamp, UtcDateTime, ValidityPeriod};

use crate::der::{
    BIT_STRING, BOOLEAN, Element, GENERALIZED_TIME, INTEGER, NotDer, OCTET_STRING, OID, Reader,
    SEQUENCE, SET, UTC_TIME, bits, context, only, unsigned,
};

const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
const EMAIL_ADDRESS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 1];
const EMAIL_PROTECTION: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 4];
const KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1D, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x25];

/// A parsed certificate, not verified.
#[derive(Clone, Debug)]
pub(crate) struct Certificate<'a> {
    /// The signed bytes, as received.
    tbs: &'a [u8],
    /// Serial number and names as their elements' bytes.
    pub(crate) serial: &'a [u8],
    pub(crate) issuer: &'a [u8],
    pub(crate) subject: &'a [u8],
    pub(crate) validity: ValidityPeriod,
    key: RsaKey<'a>,
    algorithm: SignatureAlgorithm,
    signature: &'a [u8],
    /// E-mail addresses of the subject, also those among its alternative names.
    pub(crate) emails: Vec<String>,
    extensions: Extensions,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct RsaKey<'a> {
    modulus: &'a [u8],
    exponent: &'a [u8],
}

/// The extensions that count here.
#[derive(Clone, Debug, Default)]
struct Extensions {
    is_authority: bool,
    path_length: Option<u64>,
    key_usage: Option<u8>,
    is_for_email: Option<bool>,
}

/// A certificate that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CertificateError {
    Malformed,
    /// Another algorithm than RSA with SHA-2, or a key of another size.
    Unsupported,
    /// A critical extension that is not known.
    CriticalExtension,
}

impl From<NotDer> for CertificateError {
    fn from(_: NotDer) -> Self {
        Self::Malformed
    }
}

impl<'a> Certificate<'a> {
    /// Reads a certificate, all of `der`.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, CertificateError> {
        let mut outer = only(der, SEQUENCE)?.reader();
        let tbs = outer.expect(SEQUENCE)?;
        let outer_algorithm = outer.expect(SEQUENCE)?;
        let signature = bits(outer.expect(BIT_STRING)?)?;
        outer.end()?;

        let mut fields = tbs.reader();
        // Version 3, which is the number 2.
        let version = fields.expect(context(0))?;
        if version.contents != [INTEGER, 1, 2] {
            return Err(CertificateError::Malformed);
        }
        let serial = fields.expect(INTEGER)?.whole;
        let inner_algorithm = fields.expect(SEQUENCE)?;
        if inner_algorithm.whole != outer_algorithm.whole {
            return Err(CertificateError::Malformed);
        }
        let issuer = fields.expect(SEQUENCE)?.whole;
        let validity = validity(fields.expect(SEQUENCE)?)?;
        let subject = fields.expect(SEQUENCE)?;
        let key = RsaKey::read(fields.expect(SEQUENCE)?)?;
        let mut emails = Vec::new();
        let mut extensions = Extensions::default();
        if let Some(wrapped) = fields.optional(context(3))? {
            let mut list = only(wrapped.contents, SEQUENCE)?.reader();
            let mut seen: Vec<&[u8]> = Vec::new();
            while !list.is_empty() {
                let id = extensions.read(list.expect(SEQUENCE)?, &mut emails)?;
                if seen.contains(&id) {
                    return Err(CertificateError::Malformed);
                }
                seen.push(id);
            }
        }
        fields.end()?;
        emails.extend(subject_emails(subject)?);
        Ok(Self {
            tbs: tbs.whole,
            serial,
            issuer,
            subject: subject.whole,
            validity,
            key,
            algorithm: signature_algorithm(outer_algorithm, None)?,
            signature,
            emails,
            extensions,
        })
    }

    /// Returns true if the key of this certificate made `signature` over `message`.
    pub(crate) fn signed(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
        crypto: CryptoProvider,
    ) -> bool {
        let RsaKey { modulus, exponent } = self.key;
        let key = PublicKey::Rsa { modulus, exponent };
        crypto.signatures.verify(algorithm, key, message, signature).is_ok()
    }

    /// Returns true if `issuer` issued this certificate and may do so, with `below` certificates of
    /// authorities between the signer and it.
    pub(crate) fn is_issued_by(
        &self,
        issuer: &Certificate<'_>,
        below: u64,
        crypto: CryptoProvider,
    ) -> bool {
        const KEY_CERT_SIGN: u8 = 0x04;
        let extensions = &issuer.extensions;
        self.issuer == issuer.subject
            && extensions.is_authority
            && extensions.key_usage.is_none_or(|usage| usage & KEY_CERT_SIGN != 0)
            && extensions.path_length.is_none_or(|most| below <= most)
            && issuer.signed(self.algorithm, self.tbs, self.signature, crypto)
    }

    /// Returns true if the certificate may sign content: KeyUsage and ExtendedKeyUsage, where
    /// present, allow it.
    pub(crate) fn may_sign_content(&self) -> bool {
        const DIGITAL_SIGNATURE: u8 = 0x80;
        self.extensions.key_usage.is_none_or(|usage| usage & DIGITAL_SIGNATURE != 0)
            && self.extensions.is_for_email != Some(false)
    }
}

impl<'a> RsaKey<'a> {
    /// Reads a SubjectPublicKeyInfo.
    fn read(info: Element<'a>) -> Result<Self, CertificateError> {
        let mut fields = info.reader();
        let algorithm = fields.expect(SEQUENCE)?;
        if algorithm.reader().expect(OID)?.contents != RSA_ENCRYPTION {
            return Err(CertificateError::Unsupported);
        }
        let key = bits(fields.expect(BIT_STRING)?)?;
        fields.end()?;
        let mut numbers = only(key, SEQUENCE)?.reader();
        let modulus = unsigned(numbers.expect(INTEGER)?)?;
        let exponent = unsigned(numbers.expect(INTEGER)?)?;
        numbers.end()?;
        let is_odd = |number: &[u8]| number.last().is_some_and(|octet| octet % 2 == 1);
        // 2048 to 4096 bits, and no exponent that is slow to check with.
        let has_size = (256..=512).contains(&modulus.len())
            && (modulus.len() > 256 || modulus.first().is_some_and(|octet| octet & 0x80 != 0))
            && exponent.len() <= 4;
        if has_size && is_odd(modulus) && is_odd(exponent) && exponent != [1] {
            Ok(Self { modulus, exponent })
        } else {
            Err(CertificateError::Unsupported)
        }
    }
}

impl Extensions {
    fn read<'a>(
        &mut self,
        extension: Element<'a>,
        emails: &mut Vec<String>,
    ) -> Result<&'a [u8], CertificateError> {
        let mut fields = extension.reader();
        let id = fields.expect(OID)?.contents;
        let is_critical =
            fields.optional(BOOLEAN)?.is_some_and(|critical| critical.contents == [0xFF]);
        let value = fields.expect(OCTET_STRING)?.contents;
        fields.end()?;
        match id {
            BASIC_CONSTRAINTS => {
                let mut constraints = only(value, SEQUENCE)?.reader();
                self.is_authority = constraints
                    .optional(BOOLEAN)?
                    .is_some_and(|is_authority| is_authority.contents == [0xFF]);
                if let Some(length) = constraints.optional(INTEGER)? {
                    let [length @ 0..=0x7F] = *length.contents else {
                        return Err(CertificateError::Malformed);
                    };
                    self.path_length = Some(length.into());
                }
                constraints.end()?;
            }
            KEY_USAGE => {
                let usage = only(value, BIT_STRING)?.contents;
                // The first byte says how many bits are not used, the second has the bits that
                // count here.
                self.key_usage = Some(usage.get(1).copied().unwrap_or(0));
            }
            EXTENDED_KEY_USAGE => {
                let mut purposes = only(value, SEQUENCE)?.reader();
                let mut is_for_email = false;
                while !purposes.is_empty() {
                    is_for_email |= purposes.expect(OID)?.contents == EMAIL_PROTECTION;
                }
                self.is_for_email = Some(is_for_email);
            }
            SUBJECT_ALTERNATIVE_NAME => {
                const RFC822_NAME: u8 = 0x81;
                let mut names = only(value, SEQUENCE)?.reader();
                while !names.is_empty() {
                    let name = names.next()?;
                    if name.tag == RFC822_NAME {
                        emails.push(String::from_utf8_lossy(name.contents).into_owned());
                    }
                }
            }
            _ if is_critical => return Err(CertificateError::CriticalExtension),
            _ => {}
        }
        Ok(id)
    }
}

/// The e-mail addresses among the attributes of a name.
fn subject_emails(name: Element<'_>) -> Result<Vec<String>, NotDer> {
    let mut emails = Vec::new();
    let mut sets = name.reader();
    while !sets.is_empty() {
        let mut attributes = sets.expect(SET)?.reader();
        while !attributes.is_empty() {
            let mut attribute = attributes.expect(SEQUENCE)?.reader();
            let id = attribute.expect(OID)?.contents;
            let value = attribute.next()?;
            if id == EMAIL_ADDRESS {
                emails.push(String::from_utf8_lossy(value.contents).into_owned());
            }
        }
    }
    Ok(emails)
}

fn validity(element: Element<'_>) -> Result<ValidityPeriod, NotDer> {
    let mut times = element.reader();
    let start = time(times.next()?)?;
    let end = time(times.next()?)?;
    times.end()?;
    ValidityPeriod::new(start, end).map_err(|_| NotDer)
}

/// A UTCTime or GeneralizedTime in the one form that RFC 5280 section 4.1.2.5 allows.
pub(crate) fn time(element: Element<'_>) -> Result<Timestamp, NotDer> {
    let text = std::str::from_utf8(element.contents).map_err(|_| NotDer)?;
    let digits = text.strip_suffix('Z').ok_or(NotDer)?;
    let (year_digits, length) = match element.tag {
        UTC_TIME => (2, 12),
        GENERALIZED_TIME => (4, 14),
        _ => return Err(NotDer),
    };
    if digits.len() != length || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(NotDer);
    }
    let (year, rest) = digits.split_at(year_digits);
    let mut year: u16 = year.parse().map_err(|_| NotDer)?;
    if year_digits == 2 {
        year = year.saturating_add(if year < 50 { 2000 } else { 1900 });
    }
    let field = |place: usize| {
        let digits = rest.get(place.saturating_mul(2)..).and_then(|rest| rest.get(..2));
        digits.and_then(|digits| digits.parse().ok()).ok_or(NotDer)
    };
    let date = UtcDateTime {
        year,
        month: field(0)?,
        day: field(1)?,
        hour: field(2)?,
        minute: field(3)?,
        second: field(4)?,
    };
    Timestamp::from_utc(date).ok_or(NotDer)
}

/// The hash with this AlgorithmIdentifier.
pub(crate) fn digest_algorithm(
    identifier: Element<'_>,
) -> Result<DigestAlgorithm, CertificateError> {
    match identifier.reader().expect(OID)?.contents {
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => Ok(DigestAlgorithm::Sha256),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => Ok(DigestAlgorithm::Sha384),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => Ok(DigestAlgorithm::Sha512),
        _ => Err(CertificateError::Unsupported),
    }
}

/// The signature algorithm with this AlgorithmIdentifier; in CMS it may name the key's algorithm
/// alone, and `digest` completes it (RFC 3370 section 3.2).
pub(crate) fn signature_algorithm(
    identifier: Element<'_>,
    digest: Option<DigestAlgorithm>,
) -> Result<SignatureAlgorithm, CertificateError> {
    let id = identifier.reader().expect(OID)?.contents;
    let named = match id {
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11] => Some(DigestAlgorithm::Sha256),
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 12] => Some(DigestAlgorithm::Sha384),
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 13] => Some(DigestAlgorithm::Sha512),
        id if id == RSA_ENCRYPTION => digest,
        _ => None,
    };
    let named = named.ok_or(CertificateError::Unsupported)?;
    // A signature over another hash than the announced one would be over other content.
    if digest.is_some_and(|digest| digest != named) {
        return Err(CertificateError::Unsupported);
    }
    Ok(SignatureAlgorithm::RsaPkcs1(named))
}

/// The DER of the certificates in PEM or DER; empty if there are no certificates.
pub(crate) fn certificates_in(bytes: &[u8]) -> Vec<Vec<u8>> {
    if let Ok(certificate) = only(bytes, SEQUENCE) {
        return vec![certificate.whole.to_vec()];
    }
    pem_blocks(bytes, "CERTIFICATE")
}

/// The contents of all PEM blocks with this label (RFC 7468); text around them is ignored.
pub(crate) fn pem_blocks(bytes: &[u8], label: &str) -> Vec<Vec<u8>> {
    use base64ct::{Base64, Encoding};
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    text.split(&begin)
        .skip(1)
        .filter_map(|rest| rest.split_once(&end))
        .filter_map(|(base64, _)| {
            let base64: String = base64.split_ascii_whitespace().collect();
            Base64::decode_vec(&base64).ok()
        })
        .collect()
}

/// The reader over a certificate set or list.
pub(crate) fn elements(set: Element<'_>) -> Result<Vec<&[u8]>, NotDer> {
    let mut reader: Reader<'_> = set.reader();
    let mut elements = Vec::new();
    while !reader.is_empty() {
        elements.push(reader.next()?.whole);
    }
    Ok(elements)
}
