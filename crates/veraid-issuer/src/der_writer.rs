//! A DER encoder for the subset that certificates and signatures need (X.690 sections 8 and 11).

use der::oid::ObjectIdentifier;
use der::{Encode, Header, Length, Tag, TagNumber};
use veraid_core::crypto::DigestAlgorithm;
use veraid_core::{Timestamp, ValidityPeriod};

use crate::error::IssueError;

/// An encoded element.
pub(crate) type Element = Vec<u8>;

const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// Encodes an element with this tag whose value is the concatenation of `parts`.
pub(crate) fn element(tag: Tag, parts: &[&[u8]]) -> Result<Element, IssueError> {
    let too_large = |_| IssueError::TooLarge;
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let length = Length::try_from(length).map_err(too_large)?;
    let mut bytes = Header::new(tag, length).to_der().map_err(too_large)?;
    for part in parts {
        bytes.extend_from_slice(part);
    }
    Ok(bytes)
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Result<Element, IssueError> {
    element(Tag::Sequence, parts)
}

/// A SET OF, sorted by the bytes of its elements (X.690 section 11.6).
pub(crate) fn set_of(mut elements: Vec<Element>) -> Result<Element, IssueError> {
    elements.sort();
    element(Tag::Set, &elements.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// `[number]` with these contents, constructed.
pub(crate) fn constructed(number: u32, parts: &[&[u8]]) -> Result<Element, IssueError> {
    element(Tag::ContextSpecific { constructed: true, number: TagNumber(number) }, parts)
}

/// `[number]` with these contents, primitive.
pub(crate) fn primitive(number: u32, contents: &[u8]) -> Result<Element, IssueError> {
    element(Tag::ContextSpecific { constructed: false, number: TagNumber(number) }, &[contents])
}

pub(crate) fn oid(oid: &ObjectIdentifier) -> Result<Element, IssueError> {
    element(Tag::ObjectIdentifier, &[oid.as_bytes()])
}

/// An INTEGER from 0 to 127.
pub(crate) fn small_integer(value: u8) -> Result<Element, IssueError> {
    debug_assert!(value < 0x80, "larger values need a sign octet");
    element(Tag::Integer, &[&[value]])
}

/// A BIT STRING of named bits in one byte, without trailing zeros (X.690 section 11.2.2).
pub(crate) fn named_bits(bits: u8) -> Result<Element, IssueError> {
    // At most 8.
    let unused = u8::try_from(bits.trailing_zeros()).unwrap_or_default();
    element(Tag::BitString, &[&[unused, bits]])
}

/// A BIT STRING without unused bits.
pub(crate) fn bit_string(bytes: &[u8]) -> Result<Element, IssueError> {
    element(Tag::BitString, &[&[0], bytes])
}

/// `element` under another tag (IMPLICIT tagging); both tags take one byte.
pub(crate) fn retag(tag: u8, mut element: Element) -> Element {
    if let Some(first) = element.first_mut() {
        *first = tag;
    }
    element
}

/// The AlgorithmIdentifier of a hash, with NULL parameters as deployed software writes them (RFC
/// 5754 section 2).
pub(crate) fn digest_algorithm(digest: DigestAlgorithm) -> Result<Element, IssueError> {
    let algorithm = match digest {
        DigestAlgorithm::Sha256 => SHA_256,
        DigestAlgorithm::Sha384 => SHA_384,
        DigestAlgorithm::Sha512 => SHA_512,
    };
    sequence(&[&oid(&algorithm)?, &element(Tag::Null, &[])?])
}

/// The AlgorithmIdentifier of RSASSA-PSS with this hash throughout and a salt of the same length
/// (RFC 4055 section 3.1).
pub(crate) fn pss_algorithm(digest: DigestAlgorithm) -> Result<Element, IssueError> {
    let hash = digest_algorithm(digest)?;
    pss_algorithm_with(&hash, &hash, digest)
}

/// RSASSA-PSS with these AlgorithmIdentifiers for the hash and for the hash of MGF1, both of
/// `digest`.
pub(crate) fn pss_algorithm_with(
    hash: &[u8],
    mask_hash: &[u8],
    digest: DigestAlgorithm,
) -> Result<Element, IssueError> {
    let mask = sequence(&[&oid(&MGF1)?, mask_hash])?;
    let salt_bytes = match digest {
        DigestAlgorithm::Sha256 => 32,
        DigestAlgorithm::Sha384 => 48,
        DigestAlgorithm::Sha512 => 64,
    };
    let parameters = sequence(&[
        &constructed(0, &[hash])?,
        &constructed(1, &[&mask])?,
        &constructed(2, &[&small_integer(salt_bytes)?])?,
    ])?;
    sequence(&[&oid(&RSASSA_PSS)?, &parameters])
}

/// The contents of a GeneralizedTime in whole seconds: `YYYYMMDDHHMMSSZ`.
pub(crate) fn generalized_time(instant: Timestamp) -> Vec<u8> {
    let t = instant.to_utc();
    let (year, month, day) = (t.year, t.month, t.day);
    let (hour, minute, second) = (t.hour, t.minute, t.second);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z").into_bytes()
}

/// The Validity of a certificate (RFC 5280 section 4.1.2.5).
pub(crate) fn certificate_validity(period: ValidityPeriod) -> Result<Element, IssueError> {
    sequence(&[&certificate_time(period.start())?, &certificate_time(period.end())?])
}

/// UTCTime through 2049, GeneralizedTime from then on.
fn certificate_time(instant: Timestamp) -> Result<Element, IssueError> {
    const YEAR_2050: Timestamp = Timestamp::from_unix_seconds(2_524_608_000);
    let text = generalized_time(instant);
    match text.get(2..) {
        Some(two_digit_year) if instant < YEAR_2050 => element(Tag::UtcTime, &[two_digit_year]),
        _ => element(Tag::GeneralizedTime, &[&text]),
    }
}
