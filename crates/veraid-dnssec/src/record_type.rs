//! Record types by number and mnemonic.

use std::fmt;
use std::str::FromStr;

use hickory_proto::rr::RecordType as WireType;

/// The type of a DNS record (RFC 1035 section 3.2.2 and the IANA registry).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordType(u16);

impl RecordType {
    /// Canonical name of an alias.
    pub const CNAME: Self = Self(5);
    /// Text.
    pub const TXT: Self = Self(16);
    /// Delegation name (RFC 6672).
    pub const DNAME: Self = Self(39);
    /// Delegation signer (RFC 4034 section 5).
    pub const DS: Self = Self(43);
    /// Signature over an RRset (RFC 4034 section 3).
    pub const RRSIG: Self = Self(46);
    /// A zone's public key (RFC 4034 section 2).
    pub const DNSKEY: Self = Self(48);

    /// The type with this number.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The number of the type.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl FromStr for RecordType {
    type Err = UnknownRecordType;

    /// Reads a mnemonic in any case, or the form `TYPE65280` of RFC 3597 section 5.
    fn from_str(text: &str) -> Result<Self, UnknownRecordType> {
        let unknown = || UnknownRecordType { text: text.chars().take(32).collect() };
        let upper = text.to_ascii_uppercase();
        if let Some(number) = upper.strip_prefix("TYPE") {
            return number.parse().map(Self).map_err(|_| unknown());
        }
        // Not known to the DNS library while its own DNSSEC support is off.
        let number = match upper.as_str() {
            "DS" => 43,
            "RRSIG" => 46,
            "NSEC" => 47,
            "DNSKEY" => 48,
            "NSEC3" => 50,
            "NSEC3PARAM" => 51,
            "CDS" => 59,
            "CDNSKEY" => 60,
            "DNAME" => 39,
            "SPF" => 99,
            "RP" => 17,
            "AFSDB" => 18,
            "LOC" => 29,
            "KX" => 36,
            "URI" => 256,
            _ => WireType::from_str(&upper).map(u16::from).map_err(|_| unknown())?,
        };
        Ok(Self(number))
    }
}

/// A text that names no record type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is neither a record type's mnemonic nor of the form TYPE123")]
pub struct UnknownRecordType {
    /// The text, at most its first 32 characters.
    pub text: String,
}

impl fmt::Display for RecordType {
    /// The mnemonic, or else the form of RFC 3597 section 5; either can be read again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match WireType::from(self.0) {
            WireType::Unknown(number) => match *self {
                Self::DS => f.write_str("DS"),
                Self::RRSIG => f.write_str("RRSIG"),
                Self::DNSKEY => f.write_str("DNSKEY"),
                Self::DNAME => f.write_str("DNAME"),
                _ => write!(f, "TYPE{number}"),
            },
            known => match known.to_string() {
                mnemonic if mnemonic.parse() == Ok(*self) => f.write_str(&mnemonic),
                // The DNS library has names of its own, such as "ZERO", that nobody else reads.
                _ => write!(f, "TYPE{}", self.0),
            },
        }
    }
}

impl fmt::Debug for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordType({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mnemonics_and_numbers_round_trip() {
        for (text, number) in [
            ("TXT", 16),
            ("DS", 43),
            ("DNSKEY", 48),
            ("RRSIG", 46),
            ("CNAME", 5),
            ("TLSA", 52),
            ("TYPE65280", 65280),
        ] {
            let record_type: RecordType = text.parse().unwrap();
            assert_eq!(record_type, RecordType::new(number));
            assert_eq!(record_type.to_string(), text);
        }
        assert_eq!("type16".parse(), Ok(RecordType::TXT));
        for number in 0..=u16::MAX {
            let record_type = RecordType::new(number);
            assert_eq!(record_type.to_string().parse(), Ok(record_type));
        }
        assert_eq!(RecordType::new(0).to_string(), "TYPE0");
        for text in ["TYPE", "TYPE65536", "TYPE-1", "NOSUCHTYPE"] {
            assert_eq!(text.parse::<RecordType>(), Err(UnknownRecordType { text: text.into() }));
        }
    }
}
