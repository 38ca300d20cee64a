//! The `Authorization` header: `Kliento` and the bundle in Base64.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD as STANDARD, BASE64_STANDARD_NO_PAD as STANDARD_NO_PAD};
use base64ct::{Base64, Encoding};

use crate::error::{HeaderProblem, TokenParseError};

/// The maximum size of a bundle: 16 KiB, before Base64.
pub(crate) const MAX_BUNDLE_BYTES: usize = 16 * 1024;

const SCHEME: &str = "Kliento";

/// Decodes the value of an `Authorization` header to the bytes of a bundle: the scheme in any
/// case, one space, standard Base64 (RFC 4648 section 4), padded or not.
///
/// [`TokenBundle::from_auth_header`](crate::TokenBundle::from_auth_header) decodes them too; use
/// this function to see the bytes before they are parsed.
///
/// # Errors
///
/// [`TokenParseError::Header`], [`TokenParseError::Base64`] or [`TokenParseError::TooLarge`].
pub fn decode_auth_header(value: &str) -> Result<Vec<u8>, TokenParseError> {
    let scheme = value.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
    let rest = scheme.and_then(|scheme| value.get(scheme.len()..));
    let rest = rest.ok_or(TokenParseError::Header(HeaderProblem::Scheme))?;
    match rest.strip_prefix(' ') {
        Some(base64) if !base64.starts_with(' ') => decode_base64(base64),
        None if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
            Err(TokenParseError::Header(HeaderProblem::Scheme))
        }
        _ => Err(TokenParseError::Header(HeaderProblem::Separator)),
    }
}

/// Decodes a bundle in standard Base64, with all its padding or without any, and without set bits
/// that the bytes do not use.
///
/// # Errors
///
/// [`TokenParseError::Base64`], or [`TokenParseError::TooLarge`] before anything is decoded.
pub fn decode_base64(text: &str) -> Result<Vec<u8>, TokenParseError> {
    let digits = text.trim_end_matches('=');
    // Checked before decoding: three bytes in four digits.
    let octets = digits.len().saturating_mul(3) / 4;
    let limit = MAX_BUNDLE_BYTES;
    if octets > limit {
        return Err(TokenParseError::TooLarge { bytes: octets, limit });
    }
    if text.len().saturating_sub(digits.len()) > 2 {
        return Err(TokenParseError::Base64);
    }
    let decoded = if digits.len() == text.len() {
        STANDARD_NO_PAD.decode(text)
    } else {
        STANDARD.decode(text)
    };
    decoded.ok().filter(|octets| !octets.is_empty()).ok_or(TokenParseError::Base64)
}

/// Encodes `bundle` as the value of an `Authorization` header.
pub(crate) fn encode(bundle: &[u8]) -> String {
    format!("{SCHEME} {}", Base64::encode_string(bundle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_scheme_in_any_case_and_base64_with_or_without_padding() {
        for value in ["Kliento TQ==", "kLIENTO TQ==", "KLIENTO TQ"] {
            assert_eq!(decode_auth_header(value), Ok(b"M".to_vec()), "{value}");
        }
        assert_eq!(decode_auth_header(&encode(b"Man")), Ok(b"Man".to_vec()));
    }

    #[test]
    fn rejects_other_schemes_and_separators() {
        for (value, problem) in [
            ("", HeaderProblem::Scheme),
            ("Bearer TWFu", HeaderProblem::Scheme),
            (" Kliento TWFu", HeaderProblem::Scheme),
            ("KlientoX TWFu", HeaderProblem::Scheme),
            ("KlientoTWFu", HeaderProblem::Scheme),
            ("Kliënto TWFu", HeaderProblem::Scheme),
            ("Kliento", HeaderProblem::Separator),
            ("Kliento  TWFu", HeaderProblem::Separator),
            ("Kliento\tTWFu", HeaderProblem::Separator),
            ("Kliento\u{A0}TWFu", HeaderProblem::Separator),
        ] {
            assert_eq!(
                decode_auth_header(value),
                Err(TokenParseError::Header(problem)),
                "{value:?}"
            );
        }
    }

    #[test]
    fn rejects_all_but_canonical_base64() {
        for base64 in [
            "", "=", "T", "TQ=", "TQ===", "TR==", "TR", "TWFu=", "TW Fu", "TWFu\n", "TWFu ",
            "-_-_", "TQ==TQ==", "TW=u", "TWFu!",
        ] {
            assert_eq!(
                decode_auth_header(&format!("Kliento {base64}")),
                Err(TokenParseError::Base64),
                "{base64:?}"
            );
        }
    }

    #[test]
    fn rejects_oversized_input_before_it_is_decoded() {
        let limit = MAX_BUNDLE_BYTES;
        assert!(decode_auth_header(&encode(&vec![0; limit])).is_ok());
        assert_eq!(
            decode_auth_header(&encode(&vec![0; limit + 1])),
            Err(TokenParseError::TooLarge { bytes: limit + 1, limit })
        );
        // Too large, though it is not Base64 at all.
        let octets = 3 * 1024 * 1024;
        assert_eq!(
            decode_auth_header(&format!("Kliento {}", "!".repeat(4 * 1024 * 1024))),
            Err(TokenParseError::TooLarge { bytes: octets, limit })
        );
    }
}
