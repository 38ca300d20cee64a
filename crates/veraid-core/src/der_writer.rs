//! Encodes DER elements (X.690 section 8.1).

use std::collections::BTreeSet;

use crate::der_reader::tag;

/// An element of this tag (one octet) and value, its length in the fewest octets.
pub(crate) fn encode(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len().to_be_bytes();
    let first = length.iter().position(|&octet| octet != 0).unwrap_or(length.len());
    let significant = length.get(first..).unwrap_or_default();
    let mut octets = vec![tag];
    match significant {
        [] => octets.push(0),
        [short] if *short < 0x80 => octets.push(*short),
        _ => {
            // A usize has at most 8 bytes.
            octets.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
            octets.extend_from_slice(significant);
        }
    }
    octets.extend_from_slice(value);
    octets
}

/// A SET OF these elements: sorted by their octets (X.690 section 11.6), without repetitions.
pub(crate) fn encode_set_of(elements: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let sorted: BTreeSet<Vec<u8>> = elements.into_iter().collect();
    encode(tag::SET, &sorted.into_iter().flatten().collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_fewest_bytes() {
        for (length, header) in [
            (0, &[0x04, 0][..]),
            (127, &[0x04, 0x7F]),
            (128, &[0x04, 0x81, 0x80]),
            (256, &[0x04, 0x82, 1, 0]),
            (65_536, &[0x04, 0x83, 1, 0, 0]),
        ] {
            let encoded = encode(0x04, &vec![7; length]);
            assert_eq!((&encoded[..header.len()], encoded.len()), (header, header.len() + length));
        }
    }
}
