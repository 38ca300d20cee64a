//! Records in presentation format (RFC 1035 section 5.1, RFC 4034), one per line, as in files of
//! scenarios.

use base64ct::{Base64, Encoding};
use veraid_dnssec::{Name, RecordType, Timestamp, UtcDateTime};

/// A record of class IN. Names in its data are in lower case, the form that signatures cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) owner: Name,
    pub(super) record_type: RecordType,
    pub(super) ttl: u32,
    pub(super) rdata: Vec<u8>,
}

/// The line without its comment, which starts at a `;` outside quotation marks.
pub(super) fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let end = line.char_indices().find_map(|(index, character)| {
        quoted ^= character == '"';
        (character == ';' && !quoted).then_some(index)
    });
    line[..end.unwrap_or(line.len())].trim()
}

/// Parses a line: owner, then optional time to live and class in any order, then type and data.
pub(super) fn record(line: &str) -> Result<Record, String> {
    let mut fields = line.split_ascii_whitespace();
    let owner = name(fields.next().ok_or("no owner")?)?;
    let mut ttl = 3600;
    let record_type = loop {
        let field = fields.next().ok_or("no type")?;
        match field.parse() {
            Ok(seconds) => ttl = seconds,
            Err(_) if field.eq_ignore_ascii_case("IN") => {}
            Err(_) => break record_type(field)?,
        }
    };
    let fields: Vec<&str> = fields.collect();
    let rdata = rdata(record_type, &fields)
        .map_err(|problem| format!("{problem} in the {record_type} record of {owner}"))?;
    Ok(Record { owner, record_type, ttl, rdata })
}

pub(super) fn name(text: &str) -> Result<Name, String> {
    text.parse().map_err(|_| format!("{text} is not a name"))
}

pub(super) fn record_type(text: &str) -> Result<RecordType, String> {
    text.parse().map_err(|_| format!("{text} is not a type"))
}

fn rdata(record_type: RecordType, fields: &[&str]) -> Result<Vec<u8>, String> {
    let field = |index: usize| fields.get(index).copied().ok_or("too few fields");
    let from = |index: usize| fields.get(index..).ok_or("too few fields");
    let mut data = Vec::new();
    match record_type.number() {
        // A, AAAA
        1 => data.extend(field(0)?.parse::<std::net::Ipv4Addr>().map_err(text)?.octets()),
        28 => data.extend(field(0)?.parse::<std::net::Ipv6Addr>().map_err(text)?.octets()),
        // NS, CNAME, PTR, DNAME
        2 | 5 | 12 | 39 => data.extend(name(field(0)?)?.as_wire()),
        // SOA
        6 => {
            data.extend(name(field(0)?)?.as_wire());
            data.extend(name(field(1)?)?.as_wire());
            for number in from(2)? {
                data.extend(number.parse::<u32>().map_err(text)?.to_be_bytes());
            }
        }
        // MX
        15 => {
            data.extend(field(0)?.parse::<u16>().map_err(text)?.to_be_bytes());
            data.extend(name(field(1)?)?.as_wire());
        }
        // TXT: one character-string for each field, or one in quotation marks.
        16 => {
            let joined = fields.join(" ");
            let strings = match joined.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(inner) => vec![inner],
                None => fields.to_vec(),
            };
            for string in strings {
                if string.contains(['"', '\\']) {
                    return Err(format!("{string} is more than one plain string"));
                }
                data.push(u8::try_from(string.len()).map_err(text)?);
                data.extend(string.as_bytes());
            }
        }
        // DS
        43 => {
            data.extend(field(0)?.parse::<u16>().map_err(text)?.to_be_bytes());
            data.extend([small(field(1)?)?, small(field(2)?)?]);
            data.extend(hex(&from(3)?.concat())?);
        }
        // RRSIG
        46 => {
            data.extend(self::record_type(field(0)?)?.number().to_be_bytes());
            data.extend([small(field(1)?)?, small(field(2)?)?]);
            data.extend(field(3)?.parse::<u32>().map_err(text)?.to_be_bytes());
            data.extend(serial(field(4)?)?.to_be_bytes());
            data.extend(serial(field(5)?)?.to_be_bytes());
            data.extend(field(6)?.parse::<u16>().map_err(text)?.to_be_bytes());
            data.extend(name(field(7)?)?.as_wire());
            data.extend(base64(&from(8)?.concat())?);
        }
        // NSEC
        47 => {
            data.extend(name(field(0)?)?.as_wire());
            data.extend(type_bitmap(from(1)?)?);
        }
        // DNSKEY
        48 => {
            data.extend(field(0)?.parse::<u16>().map_err(text)?.to_be_bytes());
            data.extend([small(field(1)?)?, small(field(2)?)?]);
            data.extend(base64(&from(3)?.concat())?);
        }
        // NSEC3, NSEC3PARAM
        number @ (50 | 51) => {
            data.extend([small(field(0)?)?, small(field(1)?)?]);
            data.extend(field(2)?.parse::<u16>().map_err(text)?.to_be_bytes());
            let salt = if field(3)? == "-" { Vec::new() } else { hex(field(3)?)? };
            data.push(u8::try_from(salt.len()).map_err(text)?);
            data.extend(salt);
            if number == 50 {
                let next = base32(field(4)?)?;
                data.push(u8::try_from(next.len()).map_err(text)?);
                data.extend(next);
                data.extend(type_bitmap(from(5)?)?);
            }
        }
        _ => return Err("data of a type that is not read".into()),
    }
    Ok(data)
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn small(field: &str) -> Result<u8, String> {
    field.parse().map_err(text)
}

/// A time of an RRSIG (RFC 4034 section 3.2): `YYYYMMDDHHmmSS`, or seconds.
fn serial(field: &str) -> Result<u32, String> {
    if field.len() != 14 {
        return field.parse().map_err(text);
    }
    u32::try_from(instant(field)?.as_unix_seconds()).map_err(text)
}

/// An instant as `YYYYMMDDHHmmSS`.
pub(super) fn instant(field: &str) -> Result<Timestamp, String> {
    let part = |from: usize, to: usize| field.get(from..to).ok_or(format!("{field} is not a time"));
    let two = |from: usize| small(part(from, from + 2)?);
    Timestamp::from_utc(UtcDateTime {
        year: part(0, 4)?.parse().map_err(text)?,
        month: two(4)?,
        day: two(6)?,
        hour: two(8)?,
        minute: two(10)?,
        second: two(12)?,
    })
    .ok_or_else(|| format!("{field} is not a time"))
}

pub(super) fn base64(text: &str) -> Result<Vec<u8>, String> {
    Base64::decode_vec(text).map_err(|_| format!("{text} is not Base64"))
}

pub(super) fn hex(text: &str) -> Result<Vec<u8>, String> {
    let pair =
        |index: usize| text.get(index..index + 2).and_then(|p| u8::from_str_radix(p, 16).ok());
    (0..text.len())
        .step_by(2)
        .map(|index| pair(index).ok_or_else(|| format!("{text} is not hexadecimal")))
        .collect()
}

/// Decodes Base 32 with the extended hex alphabet and without padding (RFC 4648 section 7), as in
/// hashes of NSEC3.
fn base32(text: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in text.chars() {
        let value = digit.to_digit(32).ok_or(format!("{text} is not Base 32"))?;
        bits = bits << 5 | value;
        count += 5;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count & 0xFF) as u8);
        }
    }
    Ok(octets)
}

/// The types of an NSEC or NSEC3 (RFC 4034 section 4.1.2).
fn type_bitmap(types: &[&str]) -> Result<Vec<u8>, String> {
    let mut windows: std::collections::BTreeMap<u8, [u8; 32]> = std::collections::BTreeMap::new();
    for text in types {
        let [window, low] = record_type(text)?.number().to_be_bytes();
        windows.entry(window).or_default()[usize::from(low / 8)] |= 0x80 >> (low % 8);
    }
    let mut octets = Vec::new();
    for (window, bits) in windows {
        let length = 32 - bits.iter().rev().take_while(|octet| **octet == 0).count();
        octets.extend([window, length as u8]);
        octets.extend(&bits[..length]);
    }
    Ok(octets)
}
