//! A bundle in the content of a request, by its media type.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use kliento::ParseError;

/// What the content is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// A bundle in DER: `application/vnd.kliento.token-bundle`, or nothing said.
    TokenBundle,
    /// The value of an `Authorization` header: `application/vnd.kliento.auth-header`.
    AuthHeader,
    /// A file as `curl` sends it if nothing else is asked for: a bundle in DER or Base64.
    File,
}

impl MediaType {
    /// The media type that the headers say, whatever its parameters; `None` if it is another one or is said twice.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(CONTENT_TYPE).iter();
        let Some(value) = values.next() else { return Some(Self::TokenBundle) };
        if values.next().is_some() {
            return None;
        }
        let essence = value.to_str().ok()?.split(';').next()?.trim_matches([' ', '\t']);
        match essence.to_ascii_lowercase().as_str() {
            "application/vnd.kliento.token-bundle" => Some(Self::TokenBundle),
            "application/vnd.kliento.auth-header" => Some(Self::AuthHeader),
            "application/octet-stream" | "application/x-www-form-urlencoded" => Some(Self::File),
            _ => None,
        }
    }

    /// The octets of the bundle in `content`.
    pub(crate) fn decode(self, content: &[u8]) -> Result<Vec<u8>, ParseError> {
        match self {
            Self::TokenBundle => Ok(content.to_vec()),
            Self::AuthHeader => {
                let text = std::str::from_utf8(content).map_err(|_| ParseError::Base64)?;
                kliento::decode_auth_header(trim_line_break(text))
            }
            Self::File if looks_like_der(content) => Ok(content.to_vec()),
            Self::File => {
                let text = std::str::from_utf8(content).map_err(|_| ParseError::Base64)?;
                kliento::decode_base64(trim_line_break(text))
            }
        }
    }
}

/// A SEQUENCE of more than 127 octets, whose second octet is never a character of Base64; or nothing that could be Base64.
fn looks_like_der(content: &[u8]) -> bool {
    matches!(content, [0x30, length, ..] if !length.is_ascii())
}

/// Files have a line break at their end.
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
    fn parameters_and_case_do_not_matter_and_other_types_do() {
        assert_eq!(of(&[]), Some(MediaType::TokenBundle));
        let bundle = "Application/VND.kliento.token-bundle ; charset=binary";
        assert_eq!(of(&[bundle]), Some(MediaType::TokenBundle));
        let header = "application/vnd.kliento.auth-header;charset=utf-8";
        assert_eq!(of(&[header]), Some(MediaType::AuthHeader));
        assert_eq!(of(&["application/x-www-form-urlencoded"]), Some(MediaType::File));
        assert_eq!(of(&["application/octet-stream"]), Some(MediaType::File));
        for other in ["", "multipart/form-data; boundary=x", "application/json", "text/plain"] {
            assert_eq!(of(&[other]), None, "{other}");
        }
        assert_eq!(of(&[bundle, header]), None);
    }

    #[test]
    fn a_file_is_der_or_base64() {
        assert_eq!(MediaType::File.decode(&[0x30, 0x82, 1]), Ok(vec![0x30, 0x82, 1]));
        assert_eq!(MediaType::File.decode(b"MIIB\r\n"), Ok(vec![0x30, 0x82, 1]));
        assert_eq!(MediaType::File.decode(b"MI IB"), Err(ParseError::Base64));
        assert_eq!(MediaType::File.decode(b"\xFF"), Err(ParseError::Base64));
    }
}
