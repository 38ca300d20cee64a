//! Reasons why a file has no trust anchors.

use std::fmt;

use crate::skip_reason::SkipReason;

/// A file that has no trust anchors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorFileError {
    /// The file is larger than any file of trust anchors.
    #[error("the trust anchor file has {bytes} bytes, limit is {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The largest size that is read.
        limit: usize,
    },
    /// The file is not text in UTF-8.
    #[error("the trust anchor file is not UTF-8 text")]
    NotText,
    /// A line cannot be read.
    #[error("line {line} of the trust anchors: {problem}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// The problem there.
        problem: LineProblem,
    },
    /// Every key was skipped, or the file does not have any.
    #[error("the file has no usable trust anchor{}", Listed(.skipped))]
    NoneUsable {
        /// The keys that were skipped.
        skipped: Vec<Skipped>,
    },
}

/// A key that is not used, and the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The line of the key, from 1.
    pub line: usize,
    /// The key tag.
    pub key_tag: u16,
    /// The reason.
    pub reason: SkipReason,
}

/// Lists keys that were skipped, after a colon.
struct Listed<'a>(&'a [Skipped]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        for (index, Skipped { line, key_tag, reason }) in self.0.iter().take(SHOWN).enumerate() {
            let separator = if index == 0 { ": " } else { "; " };
            write!(f, "{separator}line {line}, key tag {key_tag}: {reason}")?;
        }
        match self.0.len().checked_sub(SHOWN) {
            Some(more) if more > 0 => write!(f, "; and {more} more"),
            _ => Ok(()),
        }
    }
}

/// The problem with one line. Text from the file is truncated and has no control characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineProblem {
    /// The keys are of another zone than the root.
    #[error(
        "the keys belong to the zone {zone}; only those of the root zone (`.`) are trust anchors here"
    )]
    OtherZone {
        /// The zone.
        zone: String,
    },
    /// The record is neither a DS nor a DNSKEY.
    #[error("a record of type {found} is not a DS or DNSKEY record")]
    OtherType {
        /// The type found.
        found: String,
    },
    /// The record is of another class than IN.
    #[error("unsupported class {found}, expected IN")]
    OtherClass {
        /// The class found.
        found: String,
    },
    /// A field is missing.
    #[error("{field} is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field is malformed.
    #[error("`{found}` is not a valid {field}")]
    Field {
        /// The field.
        field: &'static str,
        /// Its text.
        found: String,
    },
    /// A parenthesis, brace, string or comment has no end, or no beginning.
    #[error("{what} is not closed, or not opened")]
    Unbalanced {
        /// The thing that is not closed.
        what: &'static str,
    },
    /// A master file directive other than `$TTL` and `$ORIGIN`.
    #[error("the directive {found} is not supported")]
    Directive {
        /// The directive.
        found: String,
    },
    /// A statement of BIND other than those that list trust anchors.
    #[error(
        "the statement `{found}` is not supported; only `trust-anchors`, `managed-keys` and `trusted-keys` are"
    )]
    Statement {
        /// The statement.
        found: String,
    },
    /// The text is not well-formed XML.
    #[error("not well-formed XML: {reason}")]
    Xml {
        /// The parser's words.
        reason: String,
    },
    /// The XML is not IANA's.
    #[error("expected element {expected}, found {found}")]
    Element {
        /// The element found.
        found: String,
        /// The element expected.
        expected: &'static str,
    },
    /// An element or attribute occurs twice.
    #[error("{field} occurs more than once")]
    Twice {
        /// The element or attribute.
        field: &'static str,
    },
    /// The period ends before it begins.
    #[error("validUntil is before validFrom")]
    InvertedPeriod,
    /// The public key in the file is not the one that its digest names.
    #[error("public key does not match its digest")]
    KeyMismatch,
}

/// A problem and its line.
pub(crate) type At<T> = Result<T, (usize, LineProblem)>;

/// Text from a file for an error: its first 64 characters, without control characters.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 64;
    let shown: String = text
        .chars()
        .take(SHOWN)
        .map(|character| if character.is_control() { '\u{FFFD}' } else { character })
        .collect();
    if text.chars().nth(SHOWN).is_some() { format!("{shown}…") } else { shown }
}
