//! Bundles in the forms in which people have them.

use base64ct::{Base64, Base64Unpadded, Encoding};
use kliento::TokenBundle;
use veraid_core::SignatureBundle;

use crate::failure::Failure;

/// Parses a token bundle: a header line, its value, Base64 or DER.
///
/// # Errors
///
/// A [`Failure`] of class [`FailureClass::Malformed`](crate::FailureClass::Malformed).
pub fn parse_token(octets: &[u8]) -> Result<TokenBundle, Failure> {
    let bundle = match Form::of(octets) {
        Form::Header(value) => TokenBundle::from_auth_header(value),
        Form::Base64(text) => TokenBundle::from_base64(text),
        Form::Der(der) => TokenBundle::from_der(der),
    };
    bundle.map_err(|error| Failure::token_malformed(&error))
}

/// Parses a signature bundle: Base64 or DER.
///
/// # Errors
///
/// A [`Failure`] of class [`FailureClass::Malformed`](crate::FailureClass::Malformed).
pub fn parse_bundle(octets: &[u8]) -> Result<SignatureBundle, Failure> {
    let decoded;
    let der = match Form::of(octets) {
        Form::Der(der) => der,
        Form::Base64(text) | Form::Header(text) => {
            decoded = decode(text).ok_or_else(|| Failure::not_base64("bundle"))?;
            &decoded
        }
    };
    SignatureBundle::from_der(der).map_err(|error| Failure::malformed(&error))
}

/// Standard Base64, padded or not (RFC 4648 section 4).
fn decode(text: &str) -> Option<Vec<u8>> {
    let decoded = if text.ends_with('=') {
        Base64::decode_vec(text)
    } else {
        Base64Unpadded::decode_vec(text)
    };
    decoded.ok().filter(|octets| !octets.is_empty())
}

/// The apparent form of input; its parser decides if it really is that.
#[derive(Debug, PartialEq, Eq)]
enum Form<'a> {
    /// The value of an `Authorization` header.
    Header(&'a str),
    Base64(&'a str),
    Der(&'a [u8]),
}

impl<'a> Form<'a> {
    fn of(octets: &'a [u8]) -> Self {
        // No DER of a bundle is text: after its length comes the octet 0x80, for the version.
        let Some(text) = std::str::from_utf8(octets).ok().filter(|text| is_text(text)) else {
            return Self::Der(octets);
        };
        let text =
            text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
        if let Some(value) = strip_field_name(text) {
            Self::Header(value)
        } else if has_scheme(text) {
            Self::Header(text)
        } else {
            Self::Base64(text)
        }
    }
}

fn is_text(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
}

/// The text after `Authorization:` and spaces.
fn strip_field_name(text: &str) -> Option<&str> {
    const NAME: &str = "Authorization:";
    let name = text.get(..NAME.len())?;
    let value = text.get(NAME.len()..)?;
    name.eq_ignore_ascii_case(NAME).then(|| value.trim_start_matches([' ', '\t']))
}

/// Returns true if the text starts with `Kliento`, or with a word and a space as any other scheme
/// would.
fn has_scheme(text: &str) -> bool {
    const SCHEME: &str = "Kliento";
    let is_kliento = text.get(..SCHEME.len()).is_some_and(|s| s.eq_ignore_ascii_case(SCHEME));
    let is_other = text.split_once(' ').is_some_and(|(word, _)| {
        (1..=SCHEME.len().saturating_mul(2)).contains(&word.len())
            && word.bytes().all(|octet| octet.is_ascii_alphabetic())
    });
    is_kliento || is_other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_headers_base64_and_der() {
        for (octets, form) in [
            ("Authorization: Kliento MII", Form::Header("Kliento MII")),
            ("authorization:Kliento MII\r\n", Form::Header("Kliento MII")),
            ("AUTHORIZATION: \t kliento MII\n", Form::Header("kliento MII")),
            ("Authorization: Kliento MII\n\n", Form::Header("Kliento MII\n")),
            ("Kliento MII", Form::Header("Kliento MII")),
            ("KLIENTO MII\n", Form::Header("KLIENTO MII")),
            ("Bearer MII", Form::Header("Bearer MII")),
            ("MII=\n", Form::Base64("MII=")),
            ("MII\r\n", Form::Base64("MII")),
            ("0\n", Form::Base64("0")),
            ("", Form::Base64("")),
            (" MII", Form::Base64(" MII")),
        ] {
            assert_eq!(Form::of(octets.as_bytes()), form, "{octets:?}");
        }
        for der in [&b"\x30\x03\x80\x01\x00"[..], b"\x80\n", b"\x30\x82\x01\x00"] {
            assert_eq!(Form::of(der), Form::Der(der));
        }
    }

    #[test]
    fn reads_base64_with_all_padding_or_none() {
        assert_eq!(decode("TQ=="), Some(b"M".to_vec()));
        assert_eq!(decode("TQ"), Some(b"M".to_vec()));
        for text in ["", "TQ=", "TQ===", "TR", "T Q", "TWFu=", "-_-_"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
