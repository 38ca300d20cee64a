//! The normal form of a request's host and path, for comparison with routes.
//!
//! A proxy, the verifier and the server behind it each read host and path for themselves. A rule
//! about either is effective only if all of them read the same thing, so anything that common
//! servers read in different ways is not in normal form and is rejected.
//!
//! ```text
//! host    = name / IPv4 / "[" IPv6 "]"   ; a request may add a port, a final dot and upper case
//! name    = label *( "." label )         ; at most 253 bytes, the last label not a number
//! label   = 1*63( a-z / 0-9 / "-" / "_" ); no hyphen first or last; other scripts as A-labels
//!
//! path    = 1*( "/" segment )            ; only the last segment may be empty; not "." or ".."
//! segment = *( literal / escape )
//! literal = pchar of RFC 3986 section 3.3 without ";" and without "%"
//! escape  = "%" HEXDIG HEXDIG            ; all escapes together are UTF-8, and they never stand for
//!                                        ; a letter, a digit, a control or one of - . _ ~ / \ ; ? # %
//! ```
//!
//! Two paths in normal form can still be one path to some server: one that decodes more than it
//! must (`/%40a`), ignores letter case (`/Admin`), or ignores how a segment ends (`/admin.json`,
//! `/admin%20`). [`RoutePath::could_cover`] is about those.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The maximum length of a domain name as text (RFC 1035 section 2.3.4).
const MAX_NAME_BYTES: usize = 253;
/// The maximum length of a label (RFC 1035 section 2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// A host in normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host(String);

/// The host and port of a request, as in `Host` or `X-Forwarded-Host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostAndPort {
    pub(crate) host: Host,
    pub(crate) port: Option<u16>,
}

/// The path of a request, in normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestPath(Vec<Segment>);

/// The path of a route: the first segments of the paths that it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoutePath(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    /// As received, with upper-case hexadecimal digits.
    exact: String,
    /// Decoded, without letter case and outer white space: equal for segments that some server
    /// confuses.
    folded: String,
}

impl Host {
    /// Reads the host of a route. Upper case, a final dot and U-labels are converted to normal
    /// form.
    ///
    /// # Errors
    ///
    /// The problem, in words.
    pub(crate) fn of_route(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("is empty; remove it to match any host");
        }
        if text.contains("://") {
            return Err("has a scheme; write only the host");
        }
        if text.contains('*') {
            return Err(
                "has a wildcard; write a route for each host, or remove the host to match any",
            );
        }
        if text.contains('@') {
            return Err("has user information; write only the host");
        }
        if text.contains(['/', '?', '#', '\\']) {
            return Err("has a path; write only the host");
        }
        if let Some(host) = Self::parse(text) {
            return Ok(host);
        }
        if HostAndPort::parse(text).is_some() {
            return Err("has a port; write the host without it, which matches every port");
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let ascii = if name.is_ascii() { None } else { idna::domain_to_ascii_strict(name).ok() };
        ascii
            .and_then(|ascii| Self::parse(&ascii))
            .ok_or("is neither a domain name nor an IP address (IPv6 in brackets)")
    }

    /// Reads a host without port.
    fn parse(text: &str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('[') {
            let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
            return Some(Self(format!("[{address}]")));
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        if name.len() > MAX_NAME_BYTES || !name.split('.').all(is_label) {
            return None;
        }
        // WHATWG URL, "ends in a number": programs that open connections read such a name as an
        // address, including `127.1` and `0x7f.1`.
        let last = name.rsplit('.').next().unwrap_or_default();
        let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
        let hexadecimal = |text: &str| text.bytes().all(|octet| octet.is_ascii_hexdigit());
        if digits(last) || last.strip_prefix("0x").is_some_and(hexadecimal) {
            let _: Ipv4Addr = name.parse().ok()?;
        }
        // Labels are not decoded, since nothing compares their meaning; an invalid A-label matches
        // no route.
        Some(Self(name))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HostAndPort {
    /// Reads `uri-host [ ":" port ]` (RFC 9110 section 7.2); `None` if there is anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            // The last colon is within the brackets of an IPv6 address.
            Some((_, rest)) if rest.ends_with(']') => (text, None),
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        };
        let port = match port {
            Some(digits) if digits.bytes().all(|octet| octet.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            Some(_) => return None,
            None => None,
        };
        Some(Self { host: Host::parse(host)?, port })
    }
}

fn is_label(label: &str) -> bool {
    let is_of_label = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    (1..=MAX_LABEL_BYTES).contains(&label.len())
        && label.bytes().all(is_of_label)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl RequestPath {
    /// Reads the path of a request's target, which ends at the first `?`; `None` if it is not in
    /// normal form.
    pub(crate) fn of_target(target: &str) -> Option<Self> {
        let path = target.split('?').next().unwrap_or_default();
        segments(path).ok().map(Self)
    }
}

impl RoutePath {
    /// Reads the path of a route. A final slash makes no difference.
    ///
    /// # Errors
    ///
    /// The problem, in words.
    pub(crate) fn of_route(text: &str) -> Result<Self, &'static str> {
        if text.contains('?') {
            return Err("has a query, which routes ignore");
        }
        if text.contains('#') {
            return Err("has a fragment, which clients do not send");
        }
        if text.contains('*') {
            return Err("has a wildcard; a route covers all paths below its own without one");
        }
        if text.contains("/:") || text.contains(['{', '}', '<', '>']) {
            return Err("has a placeholder, which routes do not support");
        }
        if text.bytes().any(|octet| !octet.is_ascii()) {
            return Err("is not ASCII; percent-encode it as UTF-8");
        }
        let mut segments = segments(text)?;
        segments.pop_if(|last| last.exact.is_empty());
        if segments.iter().any(Segment::encodes_what_it_need_not) {
            return Err("percent-encodes a character that does not need it");
        }
        Ok(Self(segments))
    }

    /// The number of segments.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if the path begins with this route's segments.
    pub(crate) fn covers(&self, path: &RequestPath) -> bool {
        self.begins(&path.0, |own, segment| own.exact == segment.exact)
    }

    /// Returns true if the path begins with this route's segments for a server that decodes more
    /// than it must, ignores letter case, or ignores what follows the last word of a segment.
    pub(crate) fn could_cover(&self, path: &RequestPath) -> bool {
        self.begins(&path.0, Segment::could_be)
    }

    /// Returns true if this path could cover another route's path. Two such routes are told apart
    /// by their author.
    pub(crate) fn could_cover_route(&self, other: &Self) -> bool {
        self.begins(&other.0, Segment::could_be)
    }

    /// Returns true if the paths are equal for a server that ignores letter case.
    pub(crate) fn is_alike(&self, other: &Self) -> bool {
        let (own, other) = (self.0.iter(), other.0.iter());
        own.map(|segment| &segment.folded).eq(other.map(|segment| &segment.folded))
    }

    fn begins(&self, path: &[Segment], is: impl Fn(&Segment, &Segment) -> bool) -> bool {
        path.get(..self.0.len())
            .is_some_and(|first| self.0.iter().zip(first).all(|(own, segment)| is(own, segment)))
    }
}

/// Splits a path in normal form into segments.
fn segments(path: &str) -> Result<Vec<Segment>, &'static str> {
    let path = path.strip_prefix('/').ok_or("does not begin with /")?;
    let mut segments = path.split('/').map(Segment::parse).collect::<Result<Vec<_>, _>>()?;
    let last = segments.pop();
    if segments.iter().any(|segment| segment.exact.is_empty()) {
        return Err("has an empty segment (//)");
    }
    segments.extend(last);
    Ok(segments)
}

impl Segment {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if matches!(text, "." | "..") {
            return Err("has a dot segment");
        }
        let (mut exact, mut decoded) = (String::with_capacity(text.len()), Vec::new());
        let mut octets = text.bytes();
        while let Some(octet) = octets.next() {
            if octet == b'%' {
                let (Some(high), Some(low)) = (octets.next(), octets.next()) else {
                    return Err("has an incomplete percent-encoding");
                };
                let escaped = escaped(high, low)
                    .ok_or("percent-encodes a character that servers treat differently")?;
                exact.push('%');
                exact.push(char::from(high.to_ascii_uppercase()));
                exact.push(char::from(low.to_ascii_uppercase()));
                decoded.push(escaped);
            } else if is_literal(octet) {
                exact.push(char::from(octet));
                decoded.push(octet);
            } else {
                return Err("has a character that servers treat differently");
            }
        }
        // This also rejects overlong forms and surrogates.
        let decoded =
            String::from_utf8(decoded).map_err(|_| "percent-encodes bytes that are not UTF-8")?;
        Ok(Self { exact, folded: fold(decoded.trim()) })
    }

    /// Returns true if some server takes `found` for this segment: it continues with something that
    /// is not part of a word, or not at all.
    fn could_be(&self, found: &Self) -> bool {
        let is_of_word = |character: char| character.is_alphanumeric() || "-_".contains(character);
        found
            .folded
            .strip_prefix(&self.folded)
            .is_some_and(|rest| !rest.chars().next().is_some_and(is_of_word))
    }

    fn encodes_what_it_need_not(&self) -> bool {
        self.exact.split('%').skip(1).any(|escape| {
            let digits = escape.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
            digits.is_some_and(is_literal)
        })
    }
}

/// The byte for an escape, unless no client need encode it or some server acts on it.
fn escaped(high: u8, low: u8) -> Option<u8> {
    let digit = |octet: u8| char::from(octet).to_digit(16);
    let octet = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
    let octet = u8::try_from(octet).ok()?;
    let is_unclear = octet.is_ascii_alphanumeric()
        || octet.is_ascii_control()
        || b"-._~/\\;?#%".contains(&octet);
    (!is_unclear).then_some(octet)
}

/// Returns true for `pchar` of RFC 3986 section 3.3, without `;`, which begins parameters for some
/// servers, and without `%`.
fn is_literal(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@".contains(&octet)
}

/// Removes letter case, as leniently as any regular expression: via upper case, so that `ſ` is `s`,
/// and without the dot that remains of `İ`.
fn fold(text: &str) -> String {
    let upper = text.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).filter(|character| *character != '\u{307}').collect()
}

#[cfg(test)]
mod tests;
