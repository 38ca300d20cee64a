//! Writes trust anchors as XML of RFC 9718.

use std::fmt::Write;

use base64ct::{Base64, Encoding};
use veraid_dnssec::Timestamp;
use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm};

use crate::entry::Entry;

/// Writes a file with these keys.
pub(crate) fn write<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    source: &str,
    crypto: CryptoProvider,
) -> String {
    let keys: String = entries.enumerate().map(|(index, entry)| key(index, entry)).collect();
    // RFC 9718 requires an identifier that distinguishes sets of anchors: a digest of the set does.
    let digest = crypto.digest(DigestAlgorithm::Sha256, keys.as_bytes());
    let id = digest.iter().take(16).enumerate().fold(String::new(), |mut id, (index, octet)| {
        let dash = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(id, "{dash}{octet:02X}");
        id
    });
    let source = escaped(source);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TrustAnchor id=\"{id}\" source=\"{source}\">\n    <Zone>.</Zone>\n{keys}</TrustAnchor>\n"
    )
}

fn key(index: usize, entry: &Entry) -> String {
    let validity = entry.validity();
    let until = if validity.end() == Timestamp::MAX {
        String::new()
    } else {
        format!(" validUntil=\"{}\"", validity.end())
    };
    let mut elements = vec![
        ("KeyTag", entry.key_tag().to_string()),
        ("Algorithm", entry.algorithm().to_string()),
        ("DigestType", entry.digest_type().to_string()),
        ("Digest", entry.digest().iter().map(|octet| format!("{octet:02X}")).collect()),
    ];
    if let Some(([high, low, _, _], key)) = entry.dnskey_rdata().and_then(<[u8]>::split_first_chunk)
    {
        elements.push(("PublicKey", Base64::encode_string(key)));
        elements.push(("Flags", u16::from_be_bytes([*high, *low]).to_string()));
    }
    let elements: String = elements
        .into_iter()
        .map(|(name, value)| format!("        <{name}>{value}</{name}>\n"))
        .collect();
    format!(
        "    <KeyDigest id=\"K{}-{}\" validFrom=\"{}\"{until}>\n{elements}    </KeyDigest>\n",
        entry.key_tag(),
        index.saturating_add(1),
        validity.start(),
    )
}

/// Text for an attribute, without characters that XML does not allow.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars().filter(|character| !character.is_control()) {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '"' => escaped.push_str("&quot;"),
            // Not characters in XML 1.0.
            '\u{FFFE}' | '\u{FFFF}' => {}
            _ => escaped.push(character),
        }
    }
    escaped
}
