//! Object identifiers.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::der_reader::check_oid;

/// Content octets of the object identifiers that VeraId names.
pub(crate) mod known {
    /// 1.2.840.113549.1.7.2 (RFC 5652 section 5.1).
    pub(crate) const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
    /// 1.2.840.113549.1.7.1 (RFC 5652 section 4).
    pub(crate) const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];
    /// 1.2.840.113549.1.9.3 (RFC 5652 section 11.1).
    pub(crate) const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
    /// 1.2.840.113549.1.9.4 (RFC 5652 section 11.2).
    pub(crate) const MESSAGE_DIGEST: &[u8] =
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
    /// 1.2.840.113549.1.9.52 (RFC 6211 section 2).
    pub(crate) const ALGORITHM_PROTECTION: &[u8] =
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x34];
    /// 1.2.840.113549.1.9.16.2.47 (RFC 5035 section 3).
    pub(crate) const SIGNING_CERTIFICATE: &[u8] =
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F];
    /// 1.3.6.1.4.1.58708.1.0
    pub(crate) const SIGNATURE_METADATA: &[u8] =
        &[0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xCA, 0x54, 0x01, 0x00];
    /// 1.3.6.1.4.1.58708.1.2
    pub(crate) const MEMBER_ATTRIBUTION: &[u8] =
        &[0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xCA, 0x54, 0x01, 0x02];
    /// 1.2.840.113549.1.1.1 (RFC 8017 appendix C).
    pub(crate) const RSA_ENCRYPTION: &[u8] =
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
    /// 1.2.840.113549.1.1.8 (RFC 8017 appendix C).
    pub(crate) const MGF1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x08];
    /// 1.2.840.113549.1.1.10 (RFC 8017 appendix C).
    pub(crate) const RSASSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A];
    /// 2.16.840.1.101.3.4.2.1
    pub(crate) const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    /// 2.16.840.1.101.3.4.2.2
    pub(crate) const SHA_384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
    /// 2.16.840.1.101.3.4.2.3
    pub(crate) const SHA_512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
    /// 2.5.4.3
    pub(crate) const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
    /// 2.5.29.14
    pub(crate) const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 0x0E];
    /// 2.5.29.15
    pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];
    /// 2.5.29.19
    pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];
    /// 2.5.29.30
    pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x1E];
    /// 2.5.29.35
    pub(crate) const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 0x23];
}

/// The service that a signature is for: an object identifier, chosen by the service's designers.
///
/// ```
/// use veraid_core::ServiceOid;
///
/// let service: ServiceOid = "1.3.6.1.4.1.58708.3.0".parse()?;
/// assert_eq!(service.to_string(), "1.3.6.1.4.1.58708.3.0");
/// # Ok::<(), veraid_core::OidError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServiceOid {
    /// Content octets of the DER encoding.
    octets: Cow<'static, [u8]>,
}

impl ServiceOid {
    /// The maximum octets of an encoding (128: room for 14 arcs of 64 bits, and for any that is in
    /// use).
    pub const MAX_BYTES: usize = 128;

    /// Creates a service from the content octets of a DER encoding, for constants.
    ///
    /// # Panics
    ///
    /// If they are not an object identifier; a constant fails at compile time.
    #[must_use]
    pub const fn new_static(octets: &'static [u8]) -> Self {
        assert!(octets.len() <= Self::MAX_BYTES && check_oid(octets), "not an object identifier");
        Self { octets: Cow::Borrowed(octets) }
    }

    /// Creates a service from the content octets of a DER encoding (X.690 section 8.19); `None` if
    /// they are not an object identifier.
    #[must_use]
    pub fn from_bytes(octets: &[u8]) -> Option<Self> {
        (octets.len() <= Self::MAX_BYTES && check_oid(octets))
            .then(|| Self { octets: Cow::Owned(octets.to_vec()) })
    }

    /// The content octets of the DER encoding (X.690 section 8.19).
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.octets
    }
}

impl FromStr for ServiceOid {
    type Err = OidError;

    /// Parses dotted decimal without leading zeros; arcs of any size, as long as the encoding has
    /// at most [`ServiceOid::MAX_BYTES`].
    fn from_str(text: &str) -> Result<Self, OidError> {
        let error = || OidError { text: text.chars().take(64).collect() };
        // 128 octets are 896 bits: 270 digits, or 64 arcs of one digit and their dots.
        if text.len() > MAX_TEXT_BYTES || !is_dotted_decimal(text) {
            return Err(error());
        }
        let mut arcs = text.split('.').map(Arc::from_decimal);
        let (first, second) = arcs.next().zip(arcs.next()).ok_or_else(error)?;
        // The first two arcs share a sub-identifier (X.690 section 8.19.4).
        let head = second.plus(first.small().saturating_mul(40));
        let octets: Vec<u8> =
            std::iter::once(head).chain(arcs).flat_map(Arc::into_base_128).collect();
        if octets.len() > Self::MAX_BYTES {
            return Err(error());
        }
        Ok(Self { octets: Cow::Owned(octets) })
    }
}

/// The maximum length of a text that may be an object identifier of [`ServiceOid::MAX_BYTES`]
/// (512; the longest is one of 127 arcs).
const MAX_TEXT_BYTES: usize = 512;

/// Returns true if `text` is an object identifier in dotted decimal, of any length: at least two
/// arcs without leading zeros, the first from 0 to 2, the second below 40 unless the first is 2.
pub(crate) fn is_dotted_decimal(text: &str) -> bool {
    let is_arc = |arc: &str| {
        !arc.is_empty()
            && arc.bytes().all(|octet| octet.is_ascii_digit())
            && (arc == "0" || !arc.starts_with('0'))
    };
    let mut arcs = text.split('.');
    let begins_well = match (arcs.next(), arcs.next()) {
        (Some("0" | "1"), Some(second)) => {
            is_arc(second) && second.parse().is_ok_and(|second: u32| second < 40)
        }
        (Some("2"), Some(second)) => is_arc(second),
        _ => false,
    };
    begins_well && arcs.all(is_arc)
}

/// A number of an object identifier, of any size.
///
/// Nearly every arc fits 128 bits. Others are kept as decimal digits in groups of nine, the lowest
/// first: arcs of different value must not have the same text, or a record for one service would
/// also be for another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Arc {
    groups: Vec<u32>,
}

impl Arc {
    const BASE: u32 = 1_000_000_000;
    const WIDE_BASE: u64 = 1_000_000_000;
    const DIGITS: usize = 9;

    /// Parses ASCII digits.
    fn from_decimal(digits: &str) -> Self {
        let groups = digits.as_bytes().rchunks(Self::DIGITS).map(|group| {
            group.iter().fold(0_u32, |value, digit| {
                value.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0')))
            })
        });
        Self { groups: groups.collect() }
    }

    /// Parses seven bits of each octet, the highest first.
    fn from_base_128(octets: &[u8]) -> Self {
        octets.iter().fold(Self { groups: vec![0] }, |arc, octet| {
            arc.times_plus(128, u32::from(octet & 0x7F))
        })
    }

    fn into_base_128(self) -> Vec<u8> {
        let mut rest = self.groups;
        let mut octets = Vec::new();
        loop {
            let mut remainder = 0_u64;
            for group in rest.iter_mut().rev() {
                let value =
                    remainder.saturating_mul(Self::WIDE_BASE).saturating_add(u64::from(*group));
                *group = u32::try_from(value / 128).unwrap_or(u32::MAX);
                remainder = value % 128;
            }
            let continues = if octets.is_empty() { 0 } else { 0x80 };
            octets.push(u8::try_from(remainder).unwrap_or(0x7F) | continues);
            if rest.iter().all(|&group| group == 0) {
                break;
            }
        }
        octets.reverse();
        octets
    }

    fn plus(self, small: u32) -> Self {
        self.times_plus(1, small)
    }

    /// Multiplies by `factor` and adds `small`, both below 1,000.
    fn times_plus(mut self, factor: u32, small: u32) -> Self {
        let mut carry = u64::from(small);
        for group in &mut self.groups {
            let value = u64::from(*group).saturating_mul(u64::from(factor)).saturating_add(carry);
            *group = u32::try_from(value % Self::WIDE_BASE).unwrap_or(0);
            carry = value / Self::WIDE_BASE;
        }
        if carry > 0 {
            self.groups.push(u32::try_from(carry).unwrap_or(u32::MAX));
        }
        self
    }

    /// Subtracts 40 as often as possible, at most `times`; returns the number of subtractions and
    /// the rest.
    fn less_forties(mut self, times: u32) -> (u32, Self) {
        let is_small = self.groups.iter().skip(1).all(|&group| group == 0);
        let lowest = self.small();
        let taken = if is_small { (lowest / 40).min(times) } else { times };
        let mut borrow = taken.saturating_mul(40);
        for group in &mut self.groups {
            if *group >= borrow {
                *group = group.saturating_sub(borrow);
                break;
            }
            *group = group.saturating_add(Self::BASE).saturating_sub(borrow);
            borrow = 1;
        }
        (taken, self)
    }

    /// The lowest nine digits.
    fn small(&self) -> u32 {
        self.groups.first().copied().unwrap_or(0)
    }
}

impl fmt::Display for Arc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups = self.groups.iter().rev().skip_while(|&&group| group == 0);
        write!(f, "{}", groups.next().unwrap_or(&0))?;
        groups.try_for_each(|group| write!(f, "{group:09}"))
    }
}

/// Writes the dotted decimal form of an object identifier's content octets.
///
/// Arcs of more than [`ServiceOid::MAX_BYTES`], which only unknown extensions and attributes can
/// have, are written `?`: the work grows with the square of their length.
fn write_dotted(octets: &[u8], f: &mut impl fmt::Write) -> fmt::Result {
    for (place, arc) in octets.split_inclusive(|octet| octet & 0x80 == 0).enumerate() {
        if place > 0 {
            f.write_char('.')?;
        }
        if arc.len() > ServiceOid::MAX_BYTES {
            f.write_char('?')?;
            continue;
        }
        let arc = Arc::from_base_128(arc);
        if place == 0 {
            let (first, second) = arc.less_forties(2);
            write!(f, "{first}.{second}")?;
        } else {
            write!(f, "{arc}")?;
        }
    }
    Ok(())
}

/// An object identifier in dotted decimal, for errors.
pub(crate) fn dotted(oid: &[u8]) -> String {
    // Enough for any real one: the sender chooses the length.
    let start = oid.get(..32).unwrap_or(oid);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_dotted(start, &mut text);
    if start.len() < oid.len() {
        text.push('…');
    }
    text
}

impl fmt::Display for ServiceOid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_dotted(&self.octets, f)
    }
}

impl fmt::Debug for ServiceOid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceOid({self})")
    }
}

/// A text that is not an object identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an object identifier in dotted decimal")]
pub struct OidError {
    /// The text, at most its first 64 characters.
    pub text: String,
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic on an overflow")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dotted_decimal_round_trips() {
        for text in [
            "1.3.6.1.4.1.58708.3.0",
            "0.0",
            "2.999.1",
            "1.39",
            "2.25.340282366920938463463374607431768211455",
            "2.25.340282366920938463463374607431768211456",
            "2.340282366920938463463374607431768211456",
            "2.1000000000000000000.0",
            "2.999999999999999999",
            "2.39",
            "2.40",
            "0.39.1000000000",
        ] {
            let oid: ServiceOid = text.parse().unwrap();
            assert!(check_oid(oid.as_bytes()));
            assert_eq!(oid.to_string(), text);
        }
        assert_eq!(
            "1.3.6.1.4.1.58708.1.0".parse::<ServiceOid>().unwrap().as_bytes(),
            known::SIGNATURE_METADATA
        );
    }

    #[test]
    fn rejects_invalid_object_identifiers() {
        for text in [
            "",
            "1",
            "1.",
            ".1",
            "1..2",
            "1.03",
            "3.1",
            "1.40",
            "1.-2",
            "1.+2",
            "1.2.x",
            "1.2 ",
            "00.1",
            "1.4294967297",
        ] {
            assert_eq!(text.parse::<ServiceOid>(), Err(OidError { text: text.into() }));
        }
    }

    #[test]
    fn encodings_have_at_most_128_bytes() {
        // 126 arcs of 7 bits behind the first two, and one more.
        let longest = format!("1.3{}", ".127".repeat(127));
        let parsed: ServiceOid = longest.parse().unwrap();
        assert_eq!((parsed.as_bytes().len(), parsed.to_string()), (128, longest.clone()));
        assert!(format!("{longest}.1").parse::<ServiceOid>().is_err());
        // The largest number of 127 groups of 7 bits.
        let octets = [&[0x2B][..], &[0xFF; 126], &[0x7F]].concat();
        let greatest = ServiceOid::from_bytes(&octets).unwrap();
        assert_eq!(greatest.to_string().parse(), Ok(greatest));
    }

    #[test]
    fn arcs_that_no_service_can_have_are_not_written_out() {
        let mut text = String::new();
        write_dotted(&[&[0x2B][..], &[0xFF; 128], &[0x7F, 0x01]].concat(), &mut text).unwrap();
        assert_eq!(text, "1.3.?.1");
    }

    /// Content octets of object identifiers: small arcs, and some of up to 900 bits.
    fn encoded() -> impl Strategy<Value = Vec<u8>> {
        let length = prop_oneof![3 => 0_usize..3, 1 => 0_usize..59];
        let arc = (length, prop::collection::vec(any::<u8>(), 60));
        prop::collection::vec(arc, 1..5).prop_map(|arcs| {
            let mut octets = Vec::new();
            for (length, random) in arcs {
                octets.extend(random.iter().take(length).enumerate().map(|(place, octet)| {
                    // The first group of an arc is not 0.
                    0x80 | if place == 0 { *octet | 1 } else { *octet }
                }));
                octets.push(random[59] & 0x7F);
            }
            octets
        })
    }

    proptest! {
        /// So comparing texts is equivalent to comparing octets.
        #[test]
        fn different_object_identifiers_have_different_texts(octets in encoded(), others in encoded()) {
            prop_assume!(octets.len() <= 128 && others.len() <= 128);
            if let Some((oid, other)) =
                ServiceOid::from_bytes(&octets).zip(ServiceOid::from_bytes(&others))
            {
                prop_assert_eq!(oid.to_string() == other.to_string(), oid == other);
                prop_assert_eq!(oid.to_string().parse(), Ok(oid));
                prop_assert!(is_dotted_decimal(&other.to_string()));
            }
        }

        /// Compares with arithmetic of 128 bits.
        #[test]
        fn arcs_of_128_bits_are_read_and_written_as_numbers(first in 0_u128..3, second in any::<u128>(), third in any::<u128>()) {
            let second = if first < 2 { second % 40 } else { second >> 1 };
            let text = format!("{first}.{second}.{third}");
            let oid: ServiceOid = text.parse().unwrap();
            let mut expected = Vec::new();
            for arc in [first * 40 + second, third] {
                let groups = (0..19).rev().map(|group| u8::try_from(arc >> (7 * group) & 0x7F).unwrap());
                let mut groups: Vec<u8> = groups.skip_while(|&group| group == 0).collect();
                let last = groups.pop().unwrap_or(0);
                expected.extend(groups.iter().map(|group| group | 0x80));
                expected.push(last);
            }
            prop_assert_eq!(oid.as_bytes(), expected);
            prop_assert_eq!(oid.to_string(), text);
        }
    }
}
