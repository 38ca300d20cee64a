//! The data of records as people write it.

use std::fmt::Write;

use veraid_dnssec::RecordType;

/// The presentation form of a record's data: character-strings for TXT records, and otherwise the
/// form for any type (RFC 3597 section 5).
pub(crate) fn presentation(record_type: RecordType, rdata: &[u8]) -> String {
    if record_type == RecordType::TXT
        && let Some(text) = character_strings(rdata)
    {
        return text;
    }
    let mut text = format!("\\# {}", rdata.len());
    for (index, octet) in rdata.iter().enumerate() {
        let space = if index == 0 { " " } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{space}{octet:02X}");
    }
    text
}

/// Each character-string in quotes (RFC 1035 section 5.1).
fn character_strings(mut rdata: &[u8]) -> Option<String> {
    let mut strings = Vec::new();
    while let Some((&length, rest)) = rdata.split_first() {
        let (bytes, rest) = rest.split_at_checked(length.into())?;
        rdata = rest;
        let mut string = String::from("\"");
        for &octet in bytes {
            match octet {
                b'"' | b'\\' => string.extend(['\\', octet.into()]),
                b' '..=b'~' => string.push(octet.into()),
                _ => string.push_str(&format!("\\{octet:03}")),
            }
        }
        string.push('"');
        strings.push(string);
    }
    Some(strings.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_character_strings_and_other_data() {
        assert_eq!(presentation(RecordType::TXT, b"\x03a\"\x1b\x00"), r#""a\"\027" """#);
        assert_eq!(presentation(RecordType::TXT, b"\x03a"), r"\# 2 0361");
        assert_eq!(presentation(RecordType::DS, b"\x00\x0A"), r"\# 2 000A");
    }
}
