//! Domain names in canonical form.

use std::fmt;
use std::str::FromStr;

use hickory_proto::rr::Name as WireName;
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder, DecodeError};

/// A domain name, absolute and in lower case, as RFC 4034 section 6.2 canonicalises it.
///
/// Equality and order are those of its octets on the wire, so a label with a literal dot never
/// equals two labels.
/// At most 255 octets on the wire, labels of 1 to 63 octets (RFC 1035 section 2.3.4).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// Length-prefixed labels in lower case, the root's empty label included.
    wire: Vec<u8>,
}

impl Name {
    /// The root.
    #[must_use]
    pub fn root() -> Self {
        Self { wire: vec![0] }
    }

    /// Parses a name, compressed or not, and moves `decoder` past it.
    pub(crate) fn read(decoder: &mut BinDecoder<'_>) -> Result<Self, DecodeError> {
        Ok(Self::from_wire_name(&WireName::read(decoder)?))
    }

    fn from_wire_name(name: &WireName) -> Self {
        let mut wire = Vec::with_capacity(name.len().saturating_add(1));
        for label in name.iter() {
            // A label has at most 63 octets, which the decoder has checked.
            wire.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
            wire.extend(label.iter().map(u8::to_ascii_lowercase));
        }
        wire.push(0);
        Self { wire }
    }

    /// The octets on the wire: length-prefixed labels in lower case and the root's empty label,
    /// uncompressed.
    #[must_use]
    pub fn as_wire(&self) -> &[u8] {
        &self.wire
    }

    /// Returns true if this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.wire.len() == 1
    }

    /// The labels from the leftmost on, without the root's.
    pub fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.wire.as_slice();
        std::iter::from_fn(move || {
            let (&length, tail) = rest.split_first()?;
            let (label, tail) = tail.split_at_checked(usize::from(length))?;
            rest = tail;
            (length > 0).then_some(label)
        })
    }

    /// The number of labels without the root's, a leftmost `*` included.
    #[must_use]
    pub fn label_count(&self) -> usize {
        self.labels().count()
    }

    /// Returns true if this name is `ancestor` or below it.
    #[must_use]
    pub fn is_at_or_below(&self, ancestor: &Self) -> bool {
        self.ancestors().any(|name| name == ancestor.wire)
    }

    /// This name and each of its ancestors, down from the root: `.`, `com.`, `example.com.`
    #[must_use]
    pub fn from_root_down(&self) -> Vec<Self> {
        let mut names: Vec<_> = self.ancestors().map(|wire| Self { wire: wire.to_vec() }).collect();
        names.reverse();
        names
    }

    /// Wire forms of this name and its ancestors, up to the root.
    fn ancestors(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = Some(self.wire.as_slice());
        std::iter::from_fn(move || {
            let current = rest?;
            rest = current
                .split_first()
                .filter(|(length, _)| **length > 0)
                .and_then(|(&length, tail)| tail.get(usize::from(length)..));
            Some(current)
        })
    }

    /// The name with `label` put before it; `None` if the label is empty or over 63 octets, or the
    /// name would be over 255.
    #[must_use]
    pub fn prepend(&self, label: &[u8]) -> Option<Self> {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        let mut wire =
            Vec::with_capacity(self.wire.len().saturating_add(label.len()).saturating_add(1));
        wire.push(length);
        wire.extend(label.iter().map(u8::to_ascii_lowercase));
        wire.extend_from_slice(&self.wire);
        (wire.len() <= 255).then_some(Self { wire })
    }
}

impl FromStr for Name {
    type Err = NameError;

    /// Parses the presentation format of RFC 1035 section 5.1 in ASCII, with the escapes `\\X` and
    /// `\\DDD` (decimal); the final dot is optional.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = if text == "." { Some(Self::root()) } else { parse_presentation(text) };
        name.ok_or_else(|| NameError { text: text.chars().take(64).collect() })
    }
}

fn parse_presentation(text: &str) -> Option<Name> {
    let mut labels: Vec<Vec<u8>> = vec![Vec::new()];
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        let value = match octet {
            b'.' => {
                labels.push(Vec::new());
                continue;
            }
            b'\\' => match octets.next()? {
                first if first.is_ascii_digit() => {
                    let digits = [first, octets.next()?, octets.next()?];
                    std::str::from_utf8(&digits).ok()?.parse().ok()?
                }
                escaped => escaped,
            },
            plain => plain,
        };
        if !octet.is_ascii() {
            return None;
        }
        labels.last_mut()?.push(value);
    }
    if labels.last().is_some_and(Vec::is_empty) && labels.len() > 1 {
        labels.pop();
    }
    labels.iter().rev().try_fold(Name::root(), |name, label| name.prepend(label))
}

/// A text that is not a domain name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a domain name")]
pub struct NameError {
    /// The text, at most its first 64 characters.
    pub text: String,
}

impl fmt::Display for Name {
    /// Presentation format with the final dot; octets other than letters, digits, `-`, `_` and `*`
    /// are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        for label in self.labels() {
            for &octet in label {
                if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'*') {
                    write!(f, "{}", char::from(octet))?;
                } else {
                    write!(f, "\\{octet:03}")?;
                }
            }
            f.write_str(".")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn compares_without_case_and_with_or_without_the_final_dot() {
        assert_eq!(name("_VeraId.Example.COM"), name("_veraid.example.com."));
    }

    #[test]
    fn a_label_with_a_dot_in_it_is_not_two_labels() {
        assert_ne!(name(r"example\.com"), name("example.com"));
        assert_eq!(name(r"example\.com").to_string(), r"example\046com.");
        assert_eq!(name(r"example\046com"), name(r"example\.com"));
    }

    #[test]
    fn rejects_empty_labels_and_names_that_are_too_long() {
        for text in ["", ".example.com", "example..com", "example.com..", "..", "bücher.example"] {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
        let label = "a".repeat(63);
        assert!(format!("{label}.{label}.{label}.{}", "a".repeat(61)).parse::<Name>().is_ok());
        assert!(format!("{label}.{label}.{label}.{}", "a".repeat(62)).parse::<Name>().is_err());
        assert!("a".repeat(64).parse::<Name>().is_err());
    }

    #[test]
    fn compares_ancestors_by_whole_labels() {
        assert!(name("a.example.com").is_at_or_below(&name("example.com")));
        assert!(name("example.com").is_at_or_below(&Name::root()));
        assert!(!name("anexample.com").is_at_or_below(&name("example.com")));
        assert_eq!(name("a.b").from_root_down(), [Name::root(), name("b"), name("a.b")]);
    }
}
