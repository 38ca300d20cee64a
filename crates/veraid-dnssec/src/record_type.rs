//! Record types by number and mnemonic.

use std::fmt;
use std::str::FromStr;

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

    /// Parses a mnemonic in any case, or the form `TYPE65280` of RFC 3597 section 5.
    fn from_str(text: &str) -> Result<Self, UnknownRecordType> {
        let unknown = || UnknownRecordType { text: text.chars().take(32).collect() };
        let upper = text.to_ascii_uppercase();
        if let Some(number) = upper.strip_prefix("TYPE") {
            return number.parse().map(Self).map_err(|_| unknown());
        }
        MNEMONICS
            .iter()
            .find(|(_, mnemonic)| *mnemonic == upper)
            .map(|(number, _)| Self(*number))
            .ok_or_else(unknown)
    }
}

/// The registered types in ascending order: IANA's registry "Resource Record (RR) TYPEs", ANY
/// standing for `*`.
const MNEMONICS: [(u16, &str); 97] = [
    (1, "A"),
    (2, "NS"),
    (3, "MD"),
    (4, "MF"),
    (5, "CNAME"),
    (6, "SOA"),
    (7, "MB"),
    (8, "MG"),
    (9, "MR"),
    (10, "NULL"),
    (11, "WKS"),
    (12, "PTR"),
    (13, "HINFO"),
    (14, "MINFO"),
    (15, "MX"),
    (16, "TXT"),
    (17, "RP"),
    (18, "AFSDB"),
    (19, "X25"),
    (20, "ISDN"),
    (21, "RT"),
    (22, "NSAP"),
    (23, "NSAP-PTR"),
    (24, "SIG"),
    (25, "KEY"),
    (26, "PX"),
    (27, "GPOS"),
    (28, "AAAA"),
    (29, "LOC"),
    (30, "NXT"),
    (31, "EID"),
    (32, "NIMLOC"),
    (33, "SRV"),
    (34, "ATMA"),
    (35, "NAPTR"),
    (36, "KX"),
    (37, "CERT"),
    (38, "A6"),
    (39, "DNAME"),
    (40, "SINK"),
    (41, "OPT"),
    (42, "APL"),
    (43, "DS"),
    (44, "SSHFP"),
    (45, "IPSECKEY"),
    (46, "RRSIG"),
    (47, "NSEC"),
    (48, "DNSKEY"),
    (49, "DHCID"),
    (50, "NSEC3"),
    (51, "NSEC3PARAM"),
    (52, "TLSA"),
    (53, "SMIMEA"),
    (55, "HIP"),
    (56, "NINFO"),
    (57, "RKEY"),
    (58, "TALINK"),
    (59, "CDS"),
    (60, "CDNSKEY"),
    (61, "OPENPGPKEY"),
    (62, "CSYNC"),
    (63, "ZONEMD"),
    (64, "SVCB"),
    (65, "HTTPS"),
    (66, "DSYNC"),
    (67, "HHIT"),
    (68, "BRID"),
    (99, "SPF"),
    (100, "UINFO"),
    (101, "UID"),
    (102, "GID"),
    (103, "UNSPEC"),
    (104, "NID"),
    (105, "L32"),
    (106, "L64"),
    (107, "LP"),
    (108, "EUI48"),
    (109, "EUI64"),
    (128, "NXNAME"),
    (249, "TKEY"),
    (250, "TSIG"),
    (251, "IXFR"),
    (252, "AXFR"),
    (253, "MAILB"),
    (254, "MAILA"),
    (255, "ANY"),
    (256, "URI"),
    (257, "CAA"),
    (258, "AVC"),
    (259, "DOA"),
    (260, "AMTRELAY"),
    (261, "RESINFO"),
    (262, "WALLET"),
    (263, "CLA"),
    (264, "IPN"),
    (32768, "TA"),
    (32769, "DLV"),
];

/// A text that is not the name of a record type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is neither a record type's mnemonic nor of the form TYPE123")]
pub struct UnknownRecordType {
    /// The text, at most its first 32 characters.
    pub text: String,
}

impl fmt::Display for RecordType {
    /// The mnemonic, or else the form of RFC 3597 section 5; both can be parsed again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = MNEMONICS.binary_search_by_key(&self.0, |(number, _)| *number).ok();
        match place.and_then(|place| MNEMONICS.get(place)) {
            Some((_, mnemonic)) => f.write_str(mnemonic),
            None => write!(f, "TYPE{}", self.0),
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
            ("MINFO", 14),
            ("NSAP-PTR", 23),
            ("IPSECKEY", 45),
            ("HIP", 55),
            ("EUI64", 109),
            ("WALLET", 262),
            ("DLV", 32769),
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
        assert!(MNEMONICS.is_sorted_by(|(a, _), (b, _)| a < b));
        for text in ["TYPE", "TYPE65536", "TYPE-1", "NOSUCHTYPE"] {
            assert_eq!(text.parse::<RecordType>(), Err(UnknownRecordType { text: text.into() }));
        }
    }
}
