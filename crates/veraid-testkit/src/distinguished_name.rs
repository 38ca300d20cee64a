//! Names of certificates (RFC 5280 section 4.1.2.4).

use crate::der_writer::{
    BMP_STRING, IA5_STRING, PRINTABLE_STRING, TELETEX_STRING, UNIVERSAL_STRING, UTF8_STRING,
    bmp_string, oid, sequence, tlv,
};

/// A string type of X.520's DirectoryString, or any other type that a test puts in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StringKind {
    /// UTF8String.
    Utf8,
    /// BMPString: UTF-16, big-endian.
    Bmp,
    /// PrintableString; the alphabet is not checked.
    Printable,
    /// TeletexString, containing UTF-8.
    Teletex,
    /// IA5String; ASCII is not checked.
    Ia5,
    /// UniversalString: UTF-32, big-endian.
    Universal,
}

/// A common name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommonName {
    value: Vec<u8>,
}

impl CommonName {
    /// A common name of this text in this string type.
    #[must_use]
    pub fn new(text: &str, kind: StringKind) -> Self {
        let value = match kind {
            StringKind::Utf8 => tlv(UTF8_STRING, &[text.as_bytes()]),
            StringKind::Bmp => bmp_string(text),
            StringKind::Printable => tlv(PRINTABLE_STRING, &[text.as_bytes()]),
            StringKind::Teletex => tlv(TELETEX_STRING, &[text.as_bytes()]),
            StringKind::Ia5 => tlv(IA5_STRING, &[text.as_bytes()]),
            StringKind::Universal => {
                let contents: Vec<u8> =
                    text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
                tlv(UNIVERSAL_STRING, &[&contents])
            }
        };
        Self { value }
    }

    /// A BMPString, which VeraId software writes.
    #[must_use]
    pub fn bmp(text: &str) -> Self {
        Self::new(text, StringKind::Bmp)
    }

    /// A UTF8String.
    #[must_use]
    pub fn utf8(text: &str) -> Self {
        Self::new(text, StringKind::Utf8)
    }

    /// A common name with any tag and contents.
    #[must_use]
    pub fn raw(tag: u8, contents: &[u8]) -> Self {
        Self { value: tlv(tag, &[contents]) }
    }

    /// A BMPString of these UTF-16 code units, which may include lone surrogates.
    #[must_use]
    pub fn utf16(units: &[u16]) -> Self {
        let contents: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        Self::raw(BMP_STRING, &contents)
    }

    /// The AttributeTypeAndValue in DER.
    #[must_use]
    pub fn attribute_der(&self) -> Vec<u8> {
        attribute_type_and_value("2.5.4.3", &self.value)
    }
}

impl From<&str> for CommonName {
    /// A common name as a BMPString.
    fn from(text: &str) -> Self {
        Self::bmp(text)
    }
}

/// An AttributeTypeAndValue in DER.
#[must_use]
pub fn attribute_type_and_value(attribute_type: &str, value_der: &[u8]) -> Vec<u8> {
    sequence(&[&oid(attribute_type), value_der])
}

/// A Name of relative distinguished names with one attribute each.
#[must_use]
pub fn distinguished_name(attributes: &[Vec<u8>]) -> Vec<u8> {
    let rdns: Vec<_> = attributes.iter().map(|attribute| tlv(0x31, &[attribute])).collect();
    sequence(&[&rdns.concat()])
}

/// A Name that consists of this common name.
#[must_use]
pub fn common_name_only(common_name: &CommonName) -> Vec<u8> {
    distinguished_name(&[common_name.attribute_der()])
}
