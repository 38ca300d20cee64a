//! The data of DNSKEY, DS and RRSIG records, and the canonical form of any record's data.

use hickory_proto::serialize::binary::BinDecoder;

use crate::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};
use crate::name::Name;
use crate::record_type::RecordType;

/// A zone's public key (RFC 4034 section 2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dnskey {
    rdata: Vec<u8>,
    flags: u16,
    protocol: u8,
    algorithm: u8,
    key_tag: u16,
}

impl Dnskey {
    const ZONE: u16 = 0x0100;
    const REVOKE: u16 = 0x0080;
    const HEADER_LEN: usize = 4;

    /// Parses a key; `None` if the data is too short. Such a record is skipped, like one with an
    /// unknown algorithm.
    pub(crate) fn parse(rdata: &[u8]) -> Option<Self> {
        let (&[flags_high, flags_low, protocol, algorithm], _) = rdata.split_first_chunk()?;
        let flags = u16::from_be_bytes([flags_high, flags_low]);
        Some(Self { key_tag: key_tag(rdata), rdata: rdata.to_vec(), flags, protocol, algorithm })
    }

    pub(crate) fn rdata(&self) -> &[u8] {
        &self.rdata
    }

    pub(crate) fn key_tag(&self) -> u16 {
        self.key_tag
    }

    pub(crate) fn algorithm(&self) -> u8 {
        self.algorithm
    }

    /// Returns true if the key is revoked (RFC 5011 section 2.1).
    pub(crate) fn is_revoked(&self) -> bool {
        self.flags & Self::REVOKE != 0
    }

    /// Returns true if signatures by this key may count: a zone key (RFC 4034 section 2.1.1), not
    /// revoked (RFC 5011 section 2.1), with the only valid protocol (RFC 4034 section 2.1.2) and a
    /// supported algorithm and size.
    pub(crate) fn is_usable(&self) -> bool {
        self.flags & Self::ZONE != 0
            && !self.is_revoked()
            && self.protocol == 3
            && self.public_key().is_some()
    }

    /// The scheme and key of a supported algorithm; `None` for any other and for keys with a form
    /// or size that is not allowed.
    pub(crate) fn public_key(&self) -> Option<(SignatureAlgorithm, PublicKey<'_>)> {
        let key = self.rdata.get(Self::HEADER_LEN..)?;
        Some(match self.algorithm {
            8 => (SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256), rsa_key(key)?),
            10 => (SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512), rsa_key(key)?),
            13 => (SignatureAlgorithm::EcdsaP256Sha256, PublicKey::EcdsaP256(key.try_into().ok()?)),
            14 => (SignatureAlgorithm::EcdsaP384Sha384, PublicKey::EcdsaP384(key.try_into().ok()?)),
            15 => (SignatureAlgorithm::Ed25519, PublicKey::Ed25519(key.try_into().ok()?)),
            16 => (SignatureAlgorithm::Ed448, PublicKey::Ed448(key.try_into().ok()?)),
            _ => return None,
        })
    }
}

/// The key tag of a key with this DNSKEY data (RFC 4034 appendix B).
#[must_use]
pub fn key_tag(rdata: &[u8]) -> u16 {
    let sum = rdata.chunks(2).fold(0_u32, |sum, pair| {
        let high = pair.first().copied().unwrap_or(0);
        let low = pair.get(1).copied().unwrap_or(0);
        sum.wrapping_add(u32::from(u16::from_be_bytes([high, low])))
    });
    let folded = sum.wrapping_add(sum >> 16) & 0xFFFF;
    u16::try_from(folded).unwrap_or(u16::MAX)
}

/// An RSA key in the format of RFC 3110 section 2, if it is allowed.
///
/// A modulus of 1024 to 4096 bits (TLD zone-signing keys of 1024 exist), the exponent odd and from
/// 3 to below 2^33, neither with leading zeros, so that one key has one form and no check is slow.
fn rsa_key(key: &[u8]) -> Option<PublicKey<'_>> {
    let (&first, rest) = key.split_first()?;
    let (exponent_len, rest) = if first == 0 {
        let (&length, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(length));
        // The long form is only for lengths that do not fit the short one.
        (Some(length).filter(|&length| length > 255)?, rest)
    } else {
        (usize::from(first), rest)
    };
    let (exponent, modulus) = rest.split_at_checked(exponent_len)?;
    is_allowed_rsa(modulus, exponent, 1024, 3).then_some(PublicKey::Rsa { modulus, exponent })
}

/// Returns true if an RSA key is in minimal form, `min_bits` to 4096 bits long, with an odd
/// exponent from `min_exponent` to below 2^33.
fn is_allowed_rsa(modulus: &[u8], exponent: &[u8], min_bits: usize, min_exponent: u64) -> bool {
    let (Some(&first), Some(&last)) = (modulus.first(), modulus.last()) else { return false };
    let leading_zeros = usize::try_from(first.leading_zeros()).unwrap_or(8);
    let bits = modulus.len().saturating_mul(8).saturating_sub(leading_zeros);
    let value = exponent
        .iter()
        .take(9)
        .fold(0_u64, |value, &octet| value.saturating_mul(256).saturating_add(u64::from(octet)));
    first != 0
        && last % 2 == 1
        && (min_bits..=4096).contains(&bits)
        && exponent.len() <= 5
        && exponent.first().is_some_and(|&octet| octet != 0)
        && value % 2 == 1
        && (min_exponent..1 << 33).contains(&value)
}

/// A delegation signer (RFC 4034 section 5).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ds {
    pub(crate) key_tag: u16,
    pub(crate) algorithm: u8,
    pub(crate) digest_type: u8,
    pub(crate) digest: Vec<u8>,
}

impl Ds {
    /// Parses a DS; `None` if the data is too short.
    pub(crate) fn parse(rdata: &[u8]) -> Option<Self> {
        let (&[tag_high, tag_low, algorithm, digest_type], digest) = rdata.split_first_chunk()?;
        let key_tag = u16::from_be_bytes([tag_high, tag_low]);
        Some(Self { key_tag, algorithm, digest_type, digest: digest.to_vec() })
    }

    /// The digest algorithm, if it is trusted and the digest has its length. SHA-1 (type 1) is not
    /// trusted.
    pub(crate) fn digest_algorithm(&self) -> Option<DigestAlgorithm> {
        let algorithm = match self.digest_type {
            2 => DigestAlgorithm::Sha256,
            4 => DigestAlgorithm::Sha384,
            _ => return None,
        };
        (self.digest.len() == algorithm.output_len()).then_some(algorithm)
    }

    /// Returns true if a key with this DS could be used: its algorithm and digest type are
    /// supported.
    pub(crate) fn is_usable(&self) -> bool {
        self.digest_algorithm().is_some() && matches!(self.algorithm, 8 | 10 | 13..=16)
    }
}

/// A signature over an RRset (RFC 4034 section 3).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rrsig {
    pub(crate) type_covered: RecordType,
    pub(crate) algorithm: u8,
    pub(crate) labels: u8,
    pub(crate) original_ttl: [u8; 4],
    pub(crate) expiration: u32,
    pub(crate) inception: u32,
    pub(crate) key_tag: u16,
    pub(crate) signer: Name,
    pub(crate) signature: Vec<u8>,
    /// Type covered to key tag, as received.
    fixed: [u8; 18],
}

impl Rrsig {
    /// Parses a signature; `None` if the data is not one. The signer's name must not be compressed
    /// (RFC 4034 section 3.1.7).
    pub(crate) fn parse(rdata: &[u8]) -> Option<Self> {
        let (&fixed, rest) = rdata.split_first_chunk::<18>()?;
        let [t0, t1, algorithm, labels, o0, o1, o2, o3, e0, e1, e2, e3, i0, i1, i2, i3, k0, k1] =
            fixed;
        let (signer, signature) = read_uncompressed_name(rest)?;
        Some(Self {
            type_covered: RecordType::new(u16::from_be_bytes([t0, t1])),
            algorithm,
            labels,
            original_ttl: [o0, o1, o2, o3],
            expiration: u32::from_be_bytes([e0, e1, e2, e3]),
            inception: u32::from_be_bytes([i0, i1, i2, i3]),
            key_tag: u16::from_be_bytes([k0, k1]),
            signer,
            signature: signature.to_vec(),
            fixed,
        })
    }

    /// Appends the part that the signature covers before the RRset: the record's data without the
    /// signature, with the signer's name in canonical form (RFC 4034 section 3.1.8.1).
    pub(crate) fn append_signed_prefix(&self, output: &mut Vec<u8>) {
        output.extend_from_slice(&self.fixed);
        output.extend_from_slice(self.signer.as_wire());
    }
}

/// The name at the start of `octets`, which must not be compressed, and the rest.
fn read_uncompressed_name(octets: &[u8]) -> Option<(Name, &[u8])> {
    // A decoder over these octets alone: a pointer in them cannot lead to other data, and makes the
    // name shorter than its uncompressed form.
    let mut decoder = BinDecoder::new(octets);
    let name = Name::read(&mut decoder).ok()?;
    let consumed = decoder.index();
    (consumed == name.as_wire().len()).then(|| octets.get(consumed..).map(|rest| (name, rest)))?
}

/// The data of a record in canonical form (RFC 4034 section 6.2 with RFC 6840 section 5.1): names
/// of the types listed there uncompressed and in lower case, everything else as received.
///
/// `None` if a name in it does not parse, is compressed where RFC 3597 section 4 forbids it, or
/// extends past the end of the data. A6 is not among the types: it is historic (RFC 6563), and its
/// data is taken as received.
pub(crate) fn canonical_rdata(
    message: &[u8],
    record_type: RecordType,
    start: usize,
    end: usize,
) -> Option<Vec<u8>> {
    let rdata = message.get(start..end)?;
    let Some(layout) = Layout::of(record_type) else { return Some(rdata.to_vec()) };
    // The message up to the end of this data, so that a name cannot be read past it.
    let mut decoder = BinDecoder::new(message.get(..end)?);
    decoder.read_slice(start).ok()?;
    let mut canonical = Vec::with_capacity(rdata.len());
    canonical.extend_from_slice(decoder.read_slice(layout.fixed_bytes).ok()?.unverified());
    for _ in 0..layout.character_strings {
        let string = decoder.read_character_data().ok()?.unverified();
        canonical.push(u8::try_from(string.len()).ok()?);
        canonical.extend_from_slice(string);
    }
    for _ in 0..layout.names {
        let before = decoder.index();
        let name = Name::read(&mut decoder).ok()?;
        let consumed = decoder.index().checked_sub(before)?;
        if !layout.compressible && consumed != name.as_wire().len() {
            return None;
        }
        canonical.extend_from_slice(name.as_wire());
    }
    let rest = decoder.len();
    if layout.ends_with_names && rest > 0 {
        return None;
    }
    canonical.extend_from_slice(decoder.read_slice(rest).ok()?.unverified());
    Some(canonical)
}

/// The position of the names in the data of a type: after some octets and character-strings.
struct Layout {
    fixed_bytes: usize,
    character_strings: usize,
    names: usize,
    /// True if names may be compressed: in the types of RFC 1035, and in those that were specified
    /// before compression was confined to these, which receivers should decompress (RFC 3597
    /// section 4).
    compressible: bool,
    ends_with_names: bool,
}

impl Layout {
    fn of(record_type: RecordType) -> Option<Self> {
        let names = |fixed_bytes, names, compressible| Self {
            fixed_bytes,
            character_strings: 0,
            names,
            compressible,
            ends_with_names: true,
        };
        Some(match record_type.number() {
            // NS, MD, MF, CNAME, MB, MG, MR, PTR
            2 | 3 | 4 | 5 | 7 | 8 | 9 | 12 => names(0, 1, true),
            // SOA: two names, then numbers.
            6 => Self { ends_with_names: false, ..names(0, 2, true) },
            // MINFO
            14 => names(0, 2, true),
            // MX
            15 => names(2, 1, true),
            // RP
            17 => names(0, 2, true),
            // AFSDB, RT
            18 | 21 => names(2, 1, true),
            // SIG
            24 => Self { ends_with_names: false, ..names(18, 1, true) },
            // PX
            26 => names(2, 2, true),
            // NXT
            30 => Self { ends_with_names: false, ..names(0, 1, true) },
            // SRV
            33 => names(6, 1, true),
            // NAPTR
            35 => Self { character_strings: 3, ..names(4, 1, true) },
            // KX
            36 => names(2, 1, false),
            // DNAME
            39 => names(0, 1, false),
            // RRSIG
            46 => Self { ends_with_names: false, ..names(18, 1, false) },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A DNSKEY of 1024 bits with the given exponent octets.
    fn rsa_rdata(exponent: &[u8], modulus_bytes: usize, first: u8) -> Vec<u8> {
        let mut rdata = vec![1, 0, 3, 8, u8::try_from(exponent.len()).unwrap()];
        rdata.extend_from_slice(exponent);
        rdata.push(first);
        rdata.extend(vec![0xFF; modulus_bytes.saturating_sub(1)]);
        rdata
    }

    fn is_key(rdata: &[u8]) -> bool {
        Dnskey::parse(rdata).unwrap().public_key().is_some()
    }

    #[test]
    fn rsa_exponents_are_odd_minimal_and_from_3_to_below_2_to_the_33() {
        for exponent in [&[3][..], &[1, 0, 1], &[1, 0xFF, 0xFF, 0xFF, 0xFF]] {
            assert!(is_key(&rsa_rdata(exponent, 128, 0x80)), "{exponent:?}");
        }
        for exponent in [&[1][..], &[2], &[0, 3], &[2, 0, 0, 0, 1], &[1, 0, 0]] {
            assert!(!is_key(&rsa_rdata(exponent, 128, 0x80)), "{exponent:?}");
        }
    }

    #[test]
    fn rsa_moduli_have_1024_to_4096_bits() {
        for (octets, first, allowed) in [
            (128, 0x80, true),
            (128, 0x7F, false),
            (512, 0x80, true),
            (513, 1, false),
            (129, 0, false),
        ] {
            assert_eq!(is_key(&rsa_rdata(&[1, 0, 1], octets, first)), allowed, "{octets} {first}");
        }
    }

    #[test]
    fn keys_of_no_zone_or_revoked_or_of_another_protocol_are_not_usable() {
        let usable = rsa_rdata(&[1, 0, 1], 128, 0x80);
        assert!(Dnskey::parse(&usable).unwrap().is_usable());
        for (index, value) in [(0, 0), (1, 0x80), (2, 2), (3, 5), (3, 253)] {
            let mut rdata = usable.clone();
            rdata[index] = value;
            assert!(!Dnskey::parse(&rdata).unwrap().is_usable(), "octet {index} = {value}");
        }
        assert_eq!(Dnskey::parse(&usable[..3]), None);
    }

    #[test]
    fn rrsig_signer_may_not_be_compressed() {
        let mut rdata = vec![0; 18];
        rdata.extend_from_slice(b"\x03com\x00sig");
        let rrsig = Rrsig::parse(&rdata).unwrap();
        assert_eq!(rrsig.signer, "com".parse().unwrap());
        assert_eq!(rrsig.signature, b"sig");
        // "a" and a pointer to "com" further ahead, then one to before it.
        for pointer in [b"\x03com\x00\x01a\xC0\x00".as_slice(), b"\x01a\xC0\x02"] {
            let mut rdata = vec![0; 18];
            rdata.extend_from_slice(pointer);
            let parsed = Rrsig::parse(&rdata);
            assert!(parsed.is_none_or(|rrsig| rrsig.signer == "com".parse().unwrap()));
        }
    }

    #[test]
    fn names_in_data_are_decompressed_and_put_in_lower_case() {
        // "COM" at 0, MX data at 5: preference and "A" with a pointer to it.
        let message = b"\x03COM\x00\x00\x0A\x01A\xC0\x00";
        let mx = RecordType::new(15);
        assert_eq!(
            canonical_rdata(message, mx, 5, message.len()).as_deref(),
            Some(b"\x00\x0A\x01a\x03com\x00".as_slice())
        );
        // A KX with that pointer, which RFC 3597 forbids.
        assert_eq!(canonical_rdata(message, RecordType::new(36), 5, message.len()), None);
        // A name that extends past the end of the data.
        assert_eq!(canonical_rdata(message, mx, 5, message.len() - 1), None);
        // An unknown type is taken as received.
        assert_eq!(
            canonical_rdata(message, RecordType::new(65_280), 5, 9).as_deref(),
            Some(b"\x00\x0A\x01A".as_slice())
        );
    }

    #[test]
    fn names_of_these_types_are_in_lower_case_and_all_else_is_as_received() {
        // Octets and character-strings before the names, number of names, octets after them, true
        // if names may be compressed.
        let strings = [&[b'A'; 4][..], &[1, b'U', 2, b'A', b'B', 0]].concat();
        type Case<'a> = (u16, &'a [u8], usize, &'a [u8], bool);
        let cases: [Case<'_>; 23] = [
            (2, &[], 1, &[], true),
            (3, &[], 1, &[], true),
            (4, &[], 1, &[], true),
            (5, &[], 1, &[], true),
            (6, &[], 2, &[b'A'; 20], true),
            (7, &[], 1, &[], true),
            (8, &[], 1, &[], true),
            (9, &[], 1, &[], true),
            (12, &[], 1, &[], true),
            (14, &[], 2, &[], true),
            (15, &[b'A'; 2], 1, &[], true),
            (17, &[], 2, &[], true),
            (18, &[b'A'; 2], 1, &[], true),
            (21, &[b'A'; 2], 1, &[], true),
            (24, &[b'A'; 18], 1, &[b'S'; 8], true),
            (26, &[b'A'; 2], 2, &[], true),
            (30, &[], 1, &[b'A'; 4], true),
            (33, &[b'A'; 6], 1, &[], true),
            (35, &strings, 1, &[], true),
            (36, &[b'A'; 2], 1, &[], false),
            (39, &[], 1, &[], false),
            (46, &[b'A'; 18], 1, &[b'S'; 8], false),
            // NSEC is not one of these types: RFC 6840 section 5.1 removed it.
            (47, &[1, b'A', 0], 0, &[b'A'; 4], false),
        ];
        for (number, before, names, after, compressible) in cases {
            let made = |name: &[u8]| [before, &name.repeat(names), after].concat();
            let (received, canonical) = (made(b"\x01A\x02Bc\x00"), made(b"\x01a\x02bc\x00"));
            let record_type = RecordType::new(number);
            let found = canonical_rdata(&received, record_type, 0, received.len());
            assert_eq!(found, Some(canonical), "type {number}");
            // Data that ends within a name, a number or a string is invalid.
            let end = before.len().saturating_add(names.saturating_mul(2));
            let cut = canonical_rdata(&received, record_type, 0, end);
            assert!(names == 0 || cut.is_none(), "type {number}");
            if names == 0 {
                continue;
            }
            // The message begins with "Bc", to which each name points.
            let message = [b"\x02Bc\x00".as_slice(), &made(b"\x01A\xC0\x00")].concat();
            let found = canonical_rdata(&message, record_type, 4, message.len());
            let decompressed = compressible.then(|| made(b"\x01a\x02bc\x00"));
            assert_eq!(found, decompressed, "type {number}");
        }
    }
}
