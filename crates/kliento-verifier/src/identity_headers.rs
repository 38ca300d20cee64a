//! The headers that identify the sender to an upstream.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, HeaderValue};
use kliento::VerifiedToken;

/// The sender of the token: `alice@example.com`, or `example.com`.
pub const SUBJECT: HeaderName = HeaderName::from_static("x-kliento-subject");
/// The organisation: `example.com`.
pub const ORGANISATION: HeaderName = HeaderName::from_static("x-kliento-organisation");
/// The user's name: `alice`; empty if the sender is the organisation itself.
pub const USER: HeaderName = HeaderName::from_static("x-kliento-user");
/// The token's claims, as a JSON object in ASCII.
pub const CLAIMS: HeaderName = HeaderName::from_static("x-kliento-claims");
/// The signer of the token: `member`, or `organisation` if it signs on behalf of the member.
pub const SIGNER: HeaderName = HeaderName::from_static("x-kliento-signer");
/// The last second at which the token is valid, in RFC 3339 format.
pub const EXPIRES: HeaderName = HeaderName::from_static("x-kliento-expires");

/// All these headers. Set all of them or none, so that no value from the client remains.
pub const ALL: [HeaderName; 6] = [SUBJECT, ORGANISATION, USER, SIGNER, CLAIMS, EXPIRES];

/// The beginning of every such header's name, without the punctuation.
const LETTERS: &[u8] = b"xkliento";

/// The headers for `token`, in the order of [`ALL`].
///
/// Names are in ASCII: `%`, controls and everything beyond ASCII are percent-encoded as UTF-8, so
/// that no two names look alike and no proxy has to guess an encoding.
#[must_use]
pub fn of(token: &VerifiedToken) -> [(HeaderName, HeaderValue); 6] {
    let member = token.subject();
    let user = member.user().map_or("", |user| user.as_str());
    [
        (SUBJECT, value(percent_encode(&member.to_string()))),
        (ORGANISATION, value(member.organisation().as_str().to_owned())),
        (USER, value(percent_encode(user))),
        (SIGNER, HeaderValue::from_static(token.kind().as_str())),
        (CLAIMS, value(claims_in_ascii(token))),
        (EXPIRES, value(token.expiry().to_string())),
    ]
}

/// Removes every header that could be taken for one of these.
///
/// CGI, PHP, WSGI and others convert names: hyphens, dots and other characters become underscores.
/// So the rule considers letters and digits only: a name whose letters and digits begin with
/// `xkliento`, in any case, is removed, whatever stands before and between them.
pub fn strip(headers: &mut HeaderMap) {
    let looks_like_one = |name: &&HeaderName| looks_like_one(name.as_str());
    let stray: Vec<HeaderName> = headers.keys().filter(looks_like_one).cloned().collect();
    for name in stray {
        headers.remove(name);
    }
}

/// Tests a header name by the rule of [`strip`].
#[must_use]
pub fn looks_like_one(name: &str) -> bool {
    let mut letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    LETTERS
        .iter()
        .all(|wanted| letters.next().is_some_and(|octet| octet.eq_ignore_ascii_case(wanted)))
}

fn value(text: String) -> HeaderValue {
    // All of it is printable ASCII.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Percent-encodes `%` and characters that are not printable ASCII (RFC 3986 section 2.1).
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for octet in text.bytes() {
        match octet {
            b' '..=b'~' if octet != b'%' => encoded.push(char::from(octet)),
            // Writing to a string cannot fail.
            _ => {
                let _ = write!(encoded, "%{octet:02X}");
            }
        }
    }
    encoded
}

/// The claims as JSON with characters beyond ASCII escaped (RFC 8259 section 7).
///
/// U+007F also takes six bytes: JSON has no shorter escape for it, and HTTP does not allow it in a
/// field (RFC 9110 section 5.5). So the claims of the largest bundle take at most 96 KiB. A proxy
/// that has no room for them rejects the request.
fn claims_in_ascii(token: &VerifiedToken) -> String {
    // A map of strings always has a JSON form.
    let json = serde_json::to_string(token.claims()).unwrap_or_default();
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        // JSON has escaped the control characters except U+007F.
        if matches!(character, ' '..='~') {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_ascii_and_no_two_alike() {
        assert_eq!(percent_encode("alice@example.com"), "alice@example.com");
        assert_eq!(percent_encode("zoë"), "zo%C3%AB");
        assert_eq!(percent_encode("zo%C3%AB"), "zo%25C3%25AB");
        assert_eq!(percent_encode("a\r\nb\u{7f}"), "a%0D%0Ab%7F");
    }

    /// The characters of field names besides letters and digits (RFC 9110 section 5.6.2).
    const SEPARATORS: &str = "!#$%&'*+-.^_`|~";

    #[test]
    fn whatever_could_be_taken_for_one_of_ours_is_removed_with_every_separator() {
        let mut headers = HeaderMap::new();
        let mut append = |name: &str| {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name.clone(), HeaderValue::from_static("forged"));
            headers.append(name, HeaderValue::from_static("again"));
        };
        for first in SEPARATORS.chars() {
            append(&format!("{first}X-Kliento-Subject"));
            append(&format!("X{first}K{first}{first}liento{first}New"));
            for second in SEPARATORS.chars() {
                append(&format!("X{first}Kliento{second}Subject"));
                append(&format!("{first}{second}x{second}KLIENTO{first}"));
            }
        }
        for name in ["xkliento", "xklientosubject", "X-KLIENTO", "x-kliento-new"] {
            append(name);
        }
        for other in
            ["x-klient", "kliento-subject", "xx-kliento-subject", "x-1kliento-user", "-", "x"]
        {
            headers.insert(HeaderName::from_static(other), HeaderValue::from_static("other"));
        }
        strip(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(
            left,
            ["-", "kliento-subject", "x", "x-1kliento-user", "x-klient", "xx-kliento-subject"]
        );
    }
}
