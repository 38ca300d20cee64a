//! The common name in a distinguished name (RFC 5280 section 4.1.2.4).

use crate::der_reader::{Element, is_sorted, tag};
use crate::oid::known;
use crate::parse_error::BundleParseError;

/// The reason why a certificate does not have a usable common name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommonNameProblem {
    /// There is no common name.
    #[error("no common name")]
    Missing,
    /// There is more than one, and implementations differ in which they use.
    #[error("more than one common name")]
    Several,
    /// Its type is not UTF8String, BMPString or PrintableString.
    #[error("the common name has type {0:#04x}, expected UTF8String, BMPString or PrintableString")]
    Type(u8),
    /// It is not valid text of its type.
    #[error("the common name is not valid text of its type")]
    Encoding,
}

/// The parts of a Name that are used.
pub(crate) struct Name {
    /// The only common name.
    pub(crate) common_name: Result<String, CommonNameProblem>,
    /// True if the attributes of each RDN, a SET OF, are in DER's order.
    pub(crate) is_sorted: bool,
}

/// Parses a Name and its only common name; other attributes only have to parse.
pub(crate) fn read_name(name: &Element<'_>, field: &'static str) -> Result<Name, BundleParseError> {
    let mut found: Option<Element<'_>> = None;
    let mut several = false;
    let mut all_sorted = true;
    let mut rdns = name.reader(field);
    while !rdns.is_finished() {
        let mut rdn = rdns.read(tag::SET, field)?.reader(field);
        let mut attributes = Vec::new();
        // RelativeDistinguishedName is a SET SIZE (1..MAX).
        loop {
            let element = rdn.read(tag::SEQUENCE, field)?;
            attributes.push(element.octets);
            let mut attribute = element.reader(field);
            let oid = attribute.oid(field)?;
            let value = attribute.any(field)?;
            attribute.finish()?;
            if oid == known::COMMON_NAME {
                several |= found.replace(value).is_some();
            }
            if rdn.is_finished() {
                break;
            }
        }
        all_sorted &= is_sorted(attributes);
    }
    let common_name = match found {
        _ if several => Err(CommonNameProblem::Several),
        None => Err(CommonNameProblem::Missing),
        Some(value) => decode(&value),
    };
    Ok(Name { common_name, is_sorted: all_sorted })
}

fn decode(value: &Element<'_>) -> Result<String, CommonNameProblem> {
    let octets = value.value;
    match value.tag {
        tag::UTF8_STRING => std::str::from_utf8(octets).ok().map(str::to_owned),
        tag::PRINTABLE_STRING => {
            let is_printable =
                |octet: &u8| octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(octet);
            octets
                .iter()
                .all(is_printable)
                .then(|| octets.iter().copied().map(char::from).collect())
        }
        // Big-endian UTF-16; deployed software writes pairs for characters beyond the basic plane.
        tag::BMP_STRING => {
            let pairs = octets.chunks_exact(2);
            let is_whole = pairs.remainder().is_empty();
            let units = pairs.filter_map(|pair| pair.try_into().ok().map(u16::from_be_bytes));
            char::decode_utf16(units).collect::<Result<_, _>>().ok().filter(|_| is_whole)
        }
        other => return Err(CommonNameProblem::Type(other)),
    }
    .ok_or(CommonNameProblem::Encoding)
}
