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
    /// The most octets of an encoding (128: room for 14 arcs of 64 bits, and for any that is in use).
    pub const MAX_OCTETS: usize = 128;

    /// From the content octets of a DER encoding, for constants.
    ///
    /// # Panics
    ///
    /// If they are no object identifier, which a constant shows when it is compiled.
    #[must_use]
    pub const fn new_static(octets: &'static [u8]) -> Self {
        assert!(octets.len() <= Self::MAX_OCTETS && check_oid(octets), "no object identifier");
        Self { octets: Cow::Borrowed(octets) }
    }

    /// From the content octets of a DER encoding (X.690 section 8.19); `None` if they are no object identifier.
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        (octets.len() <= Self::MAX_OCTETS && check_oid(octets))
            .then(|| Self { octets: Cow::Owned(octets.to_vec()) })
    }

    /// The content octets of the DER encoding (X.690 section 8.19).
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        &self.octets
    }
}

impl FromStr for ServiceOid {
    type Err = OidError;

    /// Reads dotted decimal without leading zeros; arcs may have up to 128 bits.
    fn from_str(text: &str) -> Result<Self, OidError> {
        let error = || OidError { text: text.chars().take(64).collect() };
        if text.len() > 512 {
            return Err(error());
        }
        let arcs: Vec<u128> = text
            .split('.')
            .map(|arc| {
                let plain = arc.bytes().all(|octet| octet.is_ascii_digit())
                    && (arc == "0" || !arc.starts_with('0'));
                if plain { arc.parse().map_err(|_| error()) } else { Err(error()) }
            })
            .collect::<Result<_, _>>()?;
        let (&[first, second], rest) = arcs.split_first_chunk().ok_or_else(error)?;
        if first > 2 || (first < 2 && second > 39) {
            return Err(error());
        }
        // The first two arcs share a sub-identifier (X.690 section 8.19.4).
        let head =
            first.checked_mul(40).and_then(|head| head.checked_add(second)).ok_or_else(error)?;
        let mut octets = Vec::new();
        for arc in std::iter::once(head).chain(rest.iter().copied()) {
            push_base_128(&mut octets, arc);
        }
        if octets.len() > Self::MAX_OCTETS {
            return Err(error());
        }
        Ok(Self { octets: Cow::Owned(octets) })
    }
}

fn push_base_128(octets: &mut Vec<u8>, arc: u128) {
    let groups = 128_u32.saturating_sub(arc.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let bits = u8::try_from(arc >> group.saturating_mul(7) & 0x7F).unwrap_or(0x7F);
        octets.push(if group > 0 { bits | 0x80 } else { bits });
    }
}

/// Writes the dotted decimal form of an object identifier's content octets.
pub(crate) fn write_dotted(octets: &[u8], f: &mut impl fmt::Write) -> fmt::Result {
    let mut value: Option<u128> = Some(0);
    let mut is_first = true;
    for &octet in octets {
        value = value
            .and_then(|value| value.checked_mul(128))
            .and_then(|value| value.checked_add(u128::from(octet & 0x7F)));
        if octet & 0x80 != 0 {
            continue;
        }
        match (is_first, value) {
            (true, Some(head)) => {
                let first = (head / 40).min(2);
                write!(f, "{first}.{}", head.saturating_sub(first.saturating_mul(40)))?;
            }
            (false, Some(arc)) => write!(f, ".{arc}")?,
            // Larger than anything that could be compared with it.
            (_, None) => f.write_str(".?")?,
        }
        is_first = false;
        value = Some(0);
    }
    Ok(())
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

/// A text that is no object identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an object identifier in dotted decimal")]
pub struct OidError {
    /// The text, at most its first 64 characters.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_decimal_round_trips() {
        for text in [
            "1.3.6.1.4.1.58708.3.0",
            "0.0",
            "2.999.1",
            "1.39",
            "2.25.340282366920938463463374607431768211455",
        ] {
            let oid: ServiceOid = text.parse().unwrap();
            assert!(check_oid(oid.as_octets()));
            assert_eq!(oid.to_string(), text);
        }
        assert_eq!(
            "1.3.6.1.4.1.58708.1.0".parse::<ServiceOid>().unwrap().as_octets(),
            known::SIGNATURE_METADATA
        );
    }

    #[test]
    fn refuses_what_is_no_object_identifier() {
        for text in
            ["", "1", "1.", ".1", "1..2", "1.03", "3.1", "1.40", "1.-2", "1.+2", "1.2.x", "1.2 "]
        {
            assert_eq!(text.parse::<ServiceOid>(), Err(OidError { text: text.into() }));
        }
    }
}
