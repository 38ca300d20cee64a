//! Recognises and parses a file of trust anchors.

use std::fmt;

use veraid_dnssec::crypto::CryptoProvider;
use veraid_dnssec::{TrustAnchor, TrustAnchors};

use crate::entry::Entry;
use crate::error::{AnchorFileError, Skipped};
use crate::{bind, records, xml, xml_writer};

/// The format of a file of trust anchors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// IANA's `root-anchors.xml` (RFC 9718).
    IanaXml,
    /// Unbound's `auto-trust-anchor-file`, records with states of RFC 5011.
    Unbound,
    /// BIND's statements `trust-anchors`, `managed-keys` and `trusted-keys`.
    Bind,
    /// DS and DNSKEY records in presentation format (RFC 1035 section 5.1).
    Records,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IanaXml => "IANA's XML",
            Self::Unbound => "Unbound's key file",
            Self::Bind => "BIND's trust anchors",
            Self::Records => "DS and DNSKEY records",
        })
    }
}

/// A file that has at least one usable trust anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorFile {
    format: Format,
    entries: Vec<Entry>,
    anchors: TrustAnchors,
}

impl AnchorFile {
    /// The largest file that is read, in bytes: 64 KiB. All keys that the root ever had take a few
    /// KiB.
    pub const MAX_BYTES: usize = 65_536;

    /// Reads a file in any [`Format`].
    ///
    /// Keys that cannot be used (revoked, in a state that is not trusted, of an unsupported
    /// algorithm) are skipped and stay among the [entries](AnchorFile::entries). Anything else that
    /// cannot be parsed makes the file unusable: a file is never used in part.
    ///
    /// # Errors
    ///
    /// [`AnchorFileError`] with the line and the reason, or with every key that was skipped if none
    /// is left.
    pub fn read(bytes: &[u8], crypto: CryptoProvider) -> Result<Self, AnchorFileError> {
        if bytes.len() > Self::MAX_BYTES {
            let (bytes, limit) = (bytes.len(), Self::MAX_BYTES);
            return Err(AnchorFileError::TooLarge { bytes, limit });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| AnchorFileError::NotText)?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        if text.contains('\0') {
            return Err(AnchorFileError::NotText);
        }
        let (format, keys) = if text.trim_start().starts_with('<') {
            (Format::IanaXml, xml::read(text))
        } else if bind::is_of_bind(text) {
            (Format::Bind, bind::read(text))
        } else {
            (Format::Records, records::read(text))
        };
        let at_line = |(line, problem)| AnchorFileError::Line { line, problem };
        let keys = keys.map_err(at_line)?;
        let format = if keys.is_of_unbound { Format::Unbound } else { format };
        let mut entries = Vec::with_capacity(keys.found.len());
        for found in keys.found {
            let line = found.line;
            let entry = found
                .decide(keys.zone_is_revoked, crypto)
                .map_err(|problem| at_line((line, problem)))?;
            entries.push(entry);
        }
        let anchors: Vec<TrustAnchor> = entries.iter().filter_map(Entry::anchor).cloned().collect();
        let anchors = TrustAnchors::new(anchors)
            .map_err(|_| AnchorFileError::NoneUsable { skipped: skipped(&entries) })?;
        Ok(Self { format, entries, anchors })
    }

    /// The format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Every key of the file, in its order, skipped keys included.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The trust anchors, each with the period in which the file says that it is valid.
    #[must_use]
    pub const fn trust_anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    /// Writes the usable keys as XML of RFC 9718, which is the only format that has periods:
    /// [`AnchorFile::read`] reads the same trust anchors again.
    ///
    /// `source` states their origin. The same keys and source give the same bytes.
    #[must_use]
    pub fn to_xml(&self, source: &str, crypto: CryptoProvider) -> String {
        xml_writer::write(self.entries.iter().filter(|e| e.anchor().is_some()), source, crypto)
    }
}

fn skipped(entries: &[Entry]) -> Vec<Skipped> {
    entries
        .iter()
        .filter_map(|entry| {
            let reason = entry.skip_reason()?;
            Some(Skipped { line: entry.line(), key_tag: entry.key_tag(), reason })
        })
        .collect()
}
