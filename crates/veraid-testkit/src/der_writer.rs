//! A writer of DER, and of anything that a test wants to call DER: nothing here checks that the
//! parts make sense together.

/// Universal tag of BOOLEAN.
pub const BOOLEAN: u8 = 0x01;
/// Universal tag of INTEGER.
pub const INTEGER: u8 = 0x02;
/// Universal tag of BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// Universal tag of OCTET STRING, primitive.
pub const OCTET_STRING: u8 = 0x04;
/// Universal tag of OCTET STRING, constructed (BER only).
pub const CONSTRUCTED_OCTET_STRING: u8 = 0x24;
/// Universal tag of NULL.
pub const NULL: u8 = 0x05;
/// Universal tag of OBJECT IDENTIFIER.
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// Universal tag of UTF8String.
pub const UTF8_STRING: u8 = 0x0C;
/// Universal tag of SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// Universal tag of SET.
pub const SET: u8 = 0x31;
/// Universal tag of PrintableString.
pub const PRINTABLE_STRING: u8 = 0x13;
/// Universal tag of TeletexString.
pub const TELETEX_STRING: u8 = 0x14;
/// Universal tag of IA5String.
pub const IA5_STRING: u8 = 0x16;
/// Universal tag of UTCTime.
pub const UTC_TIME: u8 = 0x17;
/// Universal tag of GeneralizedTime.
pub const GENERALIZED_TIME: u8 = 0x18;
/// Universal tag of UniversalString.
pub const UNIVERSAL_STRING: u8 = 0x1C;
/// Universal tag of BMPString.
pub const BMP_STRING: u8 = 0x1E;

/// The order of the elements of a SET OF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SetOrder {
    /// In ascending order of their encodings, as DER demands (X.690 section 11.6).
    #[default]
    Sorted,
    /// In the order given by the caller.
    AsGiven,
}

/// The shortest form of a length (X.690 section 10.1).
#[must_use]
pub fn length(octets: usize) -> Vec<u8> {
    if octets < 0x80 {
        return vec![octets as u8];
    }
    let big_endian = octets.to_be_bytes();
    let significant: Vec<u8> = big_endian.into_iter().skip_while(|&octet| octet == 0).collect();
    [vec![0x80 | significant.len() as u8], significant].concat()
}

/// Tag, length and the concatenated parts.
#[must_use]
pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    [vec![tag], length(contents.len()), contents].concat()
}

/// A SEQUENCE of these encodings.
#[must_use]
pub fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, elements)
}

/// A SET OF these encodings.
#[must_use]
pub fn set_of(elements: &[Vec<u8>], order: SetOrder) -> Vec<u8> {
    tlv(SET, &[&set_contents(elements, order)])
}

/// The contents of a SET OF these encodings, for use under another tag.
#[must_use]
pub fn set_contents(elements: &[Vec<u8>], order: SetOrder) -> Vec<u8> {
    let mut elements = elements.to_vec();
    if order == SetOrder::Sorted {
        elements.sort();
    }
    elements.concat()
}

/// A primitive element with the context-specific tag `[number]`; `number` is at most 30.
#[must_use]
pub fn context_primitive(number: u8, contents: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, &[contents])
}

/// A constructed element with the context-specific tag `[number]`; `number` is at most 30.
#[must_use]
pub fn context_constructed(number: u8, contents: &[u8]) -> Vec<u8> {
    tlv(0xA0 | number, &[contents])
}

/// `der` with its first octet replaced: an IMPLICIT tag.
///
/// # Panics
///
/// If `der` is empty.
#[must_use]
pub fn retag(tag: u8, der: &[u8]) -> Vec<u8> {
    let (_, rest) = der.split_first().expect("an encoding has a tag");
    [&[tag], rest].concat()
}

/// An OBJECT IDENTIFIER in dotted form.
///
/// # Panics
///
/// If `dotted` is not at least two decimal numbers, separated by dots.
#[must_use]
pub fn oid(dotted: &str) -> Vec<u8> {
    tlv(OBJECT_IDENTIFIER, &[&oid_contents(dotted)])
}

/// The contents of an OBJECT IDENTIFIER (X.690 section 8.19).
///
/// # Panics
///
/// If `dotted` is not at least two decimal numbers, separated by dots.
#[must_use]
pub fn oid_contents(dotted: &str) -> Vec<u8> {
    let mut arcs = dotted.split('.').map(decimal_digits);
    let first = arcs.next().expect("an object identifier has a first arc");
    let mut head = arcs.next().expect("an object identifier has a second arc");
    // The first arc has one digit and counts 40 for each step, so its digit times 4 is added to the
    // tens.
    head.splice(0..0, [0, 0, 0]);
    let tens = head.len() - 2;
    head[tens] += first[0] * 4;
    std::iter::once(head).chain(arcs).flat_map(|arc| base_128(&arc)).collect()
}

fn decimal_digits(number: &str) -> Vec<u32> {
    number.chars().map(|digit| digit.to_digit(10).expect("arcs are numbers")).collect()
}

/// The number of these decimal digits, the highest first, in groups of seven bits.
fn base_128(digits: &[u32]) -> Vec<u8> {
    let mut rest = digits.to_vec();
    let mut octets = Vec::new();
    loop {
        let mut remainder = 0;
        for digit in &mut rest {
            let value = remainder * 10 + *digit;
            (*digit, remainder) = (value / 128, value % 128);
        }
        octets.push(remainder as u8 | if octets.is_empty() { 0 } else { 0x80 });
        if rest.iter().all(|&digit| digit == 0) {
            break;
        }
    }
    octets.reverse();
    octets
}

/// An INTEGER that is not negative, in the fewest octets.
#[must_use]
pub fn integer(value: u64) -> Vec<u8> {
    tlv(INTEGER, &[&unsigned_contents(&value.to_be_bytes())])
}

/// The contents of an INTEGER that is not negative, from big-endian octets, in the fewest octets.
#[must_use]
pub fn unsigned_contents(big_endian: &[u8]) -> Vec<u8> {
    let significant: Vec<u8> = big_endian.iter().copied().skip_while(|&octet| octet == 0).collect();
    match significant.first() {
        Some(&first) if first < 0x80 => significant,
        _ => [vec![0], significant].concat(),
    }
}

/// A BOOLEAN in DER: `FF` or `00`.
#[must_use]
pub fn boolean(value: bool) -> Vec<u8> {
    tlv(BOOLEAN, &[&[if value { 0xFF } else { 0 }]])
}

/// NULL.
#[must_use]
pub fn null() -> Vec<u8> {
    tlv(NULL, &[])
}

/// A primitive OCTET STRING.
#[must_use]
pub fn octet_string(contents: &[u8]) -> Vec<u8> {
    tlv(OCTET_STRING, &[contents])
}

/// A BIT STRING of whole octets.
#[must_use]
pub fn bit_string(contents: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], contents])
}

/// A UTF8String.
#[must_use]
pub fn utf8_string(text: &str) -> Vec<u8> {
    tlv(UTF8_STRING, &[text.as_bytes()])
}

/// A BMPString; characters beyond the Basic Multilingual Plane become surrogate pairs, as deployed
/// software writes them.
#[must_use]
pub fn bmp_string(text: &str) -> Vec<u8> {
    let contents: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    tlv(BMP_STRING, &[&contents])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_fewest_bytes() {
        assert_eq!(length(127), [0x7F]);
        assert_eq!(length(128), [0x81, 0x80]);
        assert_eq!(length(256), [0x82, 1, 0]);
    }

    #[test]
    fn integers_take_the_fewest_bytes_and_stay_positive() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 0x7F]);
        assert_eq!(integer(128), [2, 2, 0, 0x80]);
    }

    #[test]
    fn writes_object_identifiers_in_base_128() {
        assert_eq!(oid("1.2.840.113549"), [6, 6, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D]);
        assert_eq!(oid("2.999.3"), [6, 3, 0x88, 0x37, 3]);
    }

    #[test]
    fn sorts_sets_by_default() {
        let elements = [integer(2), integer(1)];
        assert_eq!(set_of(&elements, SetOrder::Sorted), [0x31, 6, 2, 1, 1, 2, 1, 2]);
        assert_eq!(set_of(&elements, SetOrder::AsGiven), [0x31, 6, 2, 1, 2, 2, 1, 1]);
    }
}
