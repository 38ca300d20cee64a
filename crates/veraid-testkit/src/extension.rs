//! Certificate extensions (RFC 5280 section 4.2).

use crate::der_writer::{BIT_STRING, BOOLEAN, boolean, integer, octet_string, oid, sequence, tlv};

/// An extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The object identifier in dotted form.
    pub object_identifier: String,
    /// True if the extension is critical.
    pub critical: bool,
    /// The extension's value in DER, which goes into the OCTET STRING.
    pub value: Vec<u8>,
}

impl Extension {
    /// The object identifier of BasicConstraints.
    pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
    /// The object identifier of KeyUsage.
    pub const KEY_USAGE: &str = "2.5.29.15";
    /// The object identifier of NameConstraints.
    pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
    /// The object identifier of SubjectKeyIdentifier.
    pub const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
    /// The object identifier of AuthorityKeyIdentifier.
    pub const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";

    /// Any extension.
    #[must_use]
    pub fn new(object_identifier: &str, critical: bool, value: Vec<u8>) -> Self {
        Self { object_identifier: object_identifier.into(), critical, value }
    }

    /// Critical BasicConstraints.
    #[must_use]
    pub fn basic_constraints(value: BasicConstraints) -> Self {
        Self::new(Self::BASIC_CONSTRAINTS, true, value.der())
    }

    /// Critical KeyUsage with these bits, counted from 0 for digitalSignature; keyCertSign is 5.
    #[must_use]
    pub fn key_usage(bits: &[u8]) -> Self {
        let mask: u16 = bits.iter().fold(0, |mask, bit| mask | (0x8000 >> bit));
        let octets = mask.to_be_bytes();
        // DER drops trailing zero bits of a named bit list (X.690 section 11.2.2).
        let used = match octets {
            [0, 0] => 0,
            [_, 0] => 1,
            _ => 2,
        };
        let unused = if used == 0 { 0 } else { octets[used - 1].trailing_zeros() as u8 };
        Self::new(Self::KEY_USAGE, true, tlv(BIT_STRING, &[&[unused], &octets[..used]]))
    }

    /// SubjectKeyIdentifier, not critical.
    #[must_use]
    pub fn subject_key_identifier(identifier: &[u8]) -> Self {
        Self::new(Self::SUBJECT_KEY_IDENTIFIER, false, octet_string(identifier))
    }

    /// AuthorityKeyIdentifier with only the identifier, not critical.
    #[must_use]
    pub fn authority_key_identifier(identifier: &[u8]) -> Self {
        Self::new(Self::AUTHORITY_KEY_IDENTIFIER, false, sequence(&[&tlv(0x80, &[identifier])]))
    }

    /// Critical NameConstraints that permit the DNS name `domain` and those below it.
    #[must_use]
    pub fn name_constraints(domain: &str) -> Self {
        let subtree = sequence(&[&tlv(0x82, &[domain.as_bytes()])]);
        Self::new(Self::NAME_CONSTRAINTS, true, sequence(&[&tlv(0xA0, &[&subtree])]))
    }

    /// A critical extension that no verifier knows.
    #[must_use]
    pub fn unknown_critical() -> Self {
        Self::new("1.2.3.4", true, vec![5, 0])
    }

    /// The extension in DER; `critical` is left out if it is false.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        let critical = if self.critical { boolean(true) } else { vec![] };
        sequence(&[&oid(&self.object_identifier), &critical, &octet_string(&self.value)])
    }
}

/// BasicConstraints in one of the forms that exist in the wild.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BasicConstraints {
    /// `{cA TRUE}`.
    Authority,
    /// `{cA TRUE, pathLen n}`.
    AuthorityWithPathLength(u64),
    /// `{}`: cA left out, as DER requires.
    EndEntity,
    /// `{pathLen n}` without cA, as the JavaScript library writes it for members; RFC 5280 forbids
    /// it.
    PathLengthOnly(u64),
    /// `{cA FALSE}` with an explicit FALSE; DER forbids it.
    ExplicitFalse,
    /// `{cA FALSE, pathLen n}` with an explicit FALSE, as the JVM library writes it for members;
    /// DER and RFC 5280 forbid it.
    ExplicitFalseWithPathLength(u64),
}

impl BasicConstraints {
    /// The encoded BasicConstraints.
    #[must_use]
    pub fn der(self) -> Vec<u8> {
        let explicit_false = tlv(BOOLEAN, &[&[0]]);
        match self {
            Self::Authority => sequence(&[&boolean(true)]),
            Self::AuthorityWithPathLength(length) => sequence(&[&boolean(true), &integer(length)]),
            Self::EndEntity => sequence(&[]),
            Self::PathLengthOnly(length) => sequence(&[&integer(length)]),
            Self::ExplicitFalse => sequence(&[&explicit_false]),
            Self::ExplicitFalseWithPathLength(length) => {
                sequence(&[&explicit_false, &integer(length)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_usage_has_no_trailing_zero_bits() {
        assert_eq!(Extension::key_usage(&[5]).value, [3, 2, 2, 0x04]);
        assert_eq!(Extension::key_usage(&[0]).value, [3, 2, 7, 0x80]);
        assert_eq!(Extension::key_usage(&[0, 8]).value, [3, 3, 7, 0x80, 0x80]);
        assert_eq!(Extension::key_usage(&[]).value, [3, 1, 0]);
    }

    #[test]
    fn basic_constraints_have_the_measured_forms() {
        assert_eq!(
            BasicConstraints::AuthorityWithPathLength(0).der(),
            [0x30, 6, 1, 1, 0xFF, 2, 1, 0]
        );
        assert_eq!(BasicConstraints::PathLengthOnly(0).der(), [0x30, 3, 2, 1, 0]);
    }
}
