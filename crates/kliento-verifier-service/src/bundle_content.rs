//! Bundles in request content, decoded by media type.

use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use kliento::TokenParseError;

use crate::reply::Reply;

/// The declared media type of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// A bundle in DER: `application/vnd.kliento.token-bundle`,
    /// `application/vnd.veraid.signature-bundle`, or no type.
    TokenBundle,
    /// A bundle in Base64: `application/vnd.veraid.signature-bundle+base64`.
    Base64,
    /// The value of an `Authorization` header: `application/vnd.kliento.auth-header`.
    AuthHeader,
    /// A file as `curl` sends it by default: a bundle in DER or Base64.
    File,
}

impl MediaType {
    /// Reads the media type from the headers, ignoring its parameters; `None` if it is another type
    /// or is given twice.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(CONTENT_TYPE).iter();
        let Some(value) = values.next() else { return Some(Self::TokenBundle) };
        if values.next().is_some() {
            return None;
        }
        let value = value.to_str().ok()?.trim_matches([' ', '\t']);
        let essence = value.split(';').next()?.trim_end_matches([' ', '\t']);
        match essence.to_ascii_lowercase().as_str() {
            // An empty field means the same as an absent one, and HTTP clients without a type send
            // it.
            "" if value.is_empty() => Some(Self::TokenBundle),
            "application/vnd.kliento.token-bundle" | "application/vnd.veraid.signature-bundle" => {
                Some(Self::TokenBundle)
            }
            "application/vnd.veraid.signature-bundle+base64" => Some(Self::Base64),
            "application/vnd.kliento.auth-header" => Some(Self::AuthHeader),
            "application/octet-stream" | "application/x-www-form-urlencoded" => Some(Self::File),
            _ => None,
        }
    }

    /// Decodes `content` to the DER of the bundle.
    pub(crate) fn decode(self, content: &[u8]) -> Result<Vec<u8>, TokenParseError> {
        match self {
            Self::TokenBundle => Ok(content.to_vec()),
            Self::AuthHeader => {
                let text = std::str::from_utf8(content).map_err(|_| TokenParseError::Base64)?;
                kliento::decode_auth_header(trim_line_break(text))
            }
            Self::File if looks_like_der(content) => Ok(content.to_vec()),
            Self::Base64 | Self::File => {
                let text = std::str::from_utf8(content).map_err(|_| TokenParseError::Base64)?;
                kliento::decode_base64(trim_line_break(text))
            }
        }
    }
}

/// Returns true if the content has a coding such as gzip (RFC 9110 section 8.4). Content is never
/// decoded, so it cannot grow.
pub(crate) fn is_encoded(headers: &HeaderMap) -> bool {
    let codings = |value: &HeaderValue| -> bool {
        let is_identity = |coding: &[u8]| {
            let coding = coding.trim_ascii();
            coding.is_empty() || coding.eq_ignore_ascii_case(b"identity")
        };
        value.as_bytes().split(|octet| *octet == b',').all(is_identity)
    };
    !headers.get_all(CONTENT_ENCODING).iter().all(codings)
}

/// Adds the accepted content coding to a reply (RFC 9110 section 12.5.3).
pub(crate) fn unencoded(reply: Reply) -> Reply {
    reply.with_header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
}

/// Returns true for a SEQUENCE of more than 127 bytes, whose second byte is never a Base64
/// character, and for content that cannot be Base64.
fn looks_like_der(content: &[u8]) -> bool {
    matches!(content, [0x30, length, ..] if !length.is_ascii())
}

/// Removes the line break at the end of a file.
fn trim_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(values: &[&'static str]) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_TYPE, HeaderValue::from_static(value));
        }
        MediaType::of(&headers)
    }

    #[test]
    fn parameters_and_case_are_ignored_and_other_types_differ() {
        assert_eq!(of(&[]), Some(MediaType::TokenBundle));
        let bundle = "Application/VND.kliento.token-bundle ; charset=binary";
        assert_eq!(of(&[bundle]), Some(MediaType::TokenBundle));
        let header = "application/vnd.kliento.auth-header;charset=utf-8";
        assert_eq!(of(&[header]), Some(MediaType::AuthHeader));
        assert_eq!(of(&["application/x-www-form-urlencoded"]), Some(MediaType::File));
        assert_eq!(of(&["application/octet-stream"]), Some(MediaType::File));
        let signature_bundle = "application/vnd.veraid.Signature-Bundle";
        assert_eq!(of(&[signature_bundle]), Some(MediaType::TokenBundle));
        let base64 = "application/vnd.veraid.signature-bundle+base64; charset=us-ascii";
        assert_eq!(of(&[base64]), Some(MediaType::Base64));
        for absent in ["", " ", "\t"] {
            assert_eq!(of(&[absent]), Some(MediaType::TokenBundle));
        }
        for other in [
            ";",
            "; charset=utf-8",
            "multipart/form-data; boundary=x",
            "application/json",
            "text/plain",
            "application/vnd.veraid.member-bundle",
            "application/vnd.veraid.signature-bundle+json",
            "application/vnd.kliento.token-bundle+base64",
        ] {
            assert_eq!(of(&[other]), None, "{other}");
        }
        assert_eq!(of(&["", ""]), None);
        assert_eq!(of(&[bundle, header]), None);
    }

    #[test]
    fn a_file_is_der_or_base64() {
        assert_eq!(MediaType::File.decode(&[0x30, 0x82, 1]), Ok(vec![0x30, 0x82, 1]));
        assert_eq!(MediaType::File.decode(b"MIIB\r\n"), Ok(vec![0x30, 0x82, 1]));
        assert_eq!(MediaType::File.decode(b"MI IB"), Err(TokenParseError::Base64));
        assert_eq!(MediaType::File.decode(b"\xFF"), Err(TokenParseError::Base64));
    }

    #[test]
    fn base64_is_never_taken_for_der() {
        assert_eq!(MediaType::Base64.decode(b"MIIB\n"), Ok(vec![0x30, 0x82, 1]));
        assert_eq!(MediaType::Base64.decode(&[0x30, 0x82, 1]), Err(TokenParseError::Base64));
    }

    #[test]
    fn any_content_coding_except_identity_is_detected() {
        let encoded = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            is_encoded(&headers)
        };
        for plain in [&[][..], &[""], &["identity"], &["Identity , identity"], &["", "identity"]] {
            assert!(!encoded(plain), "{plain:?}");
        }
        for coded in [
            &["gzip"][..],
            &["GZIP"],
            &["br"],
            &["identity, gzip"],
            &["identity", "zstd"],
            &["identity;q=1"],
            &["x"],
        ] {
            assert!(encoded(coded), "{coded:?}");
        }
    }
}
