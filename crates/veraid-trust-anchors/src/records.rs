//! DS and DNSKEY records in presentation format (RFC 1035 section 5.1), and Unbound's states in
//! their comments.

use base64ct::{Base64, Encoding};
use veraid_dnssec::{Name, ValidityPeriod};

use crate::entry::{Data, Found};
use crate::error::{At, LineProblem, excerpt};
use crate::keys::Keys;
use crate::state::State;

const STATE: &str = ";;state=";

/// Parses records, over several lines where parentheses say so.
pub(crate) fn read(text: &str) -> At<Keys> {
    let mut keys = Keys::default();
    let mut context = Context::default();
    let mut record: Option<Record<'_>> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index.saturating_add(1);
        let at = |problem| (number, problem);
        let (data, comment) = match line.find(';') {
            Some(comment) => line.split_at(comment),
            None => (line, ""),
        };
        if data.trim().is_empty() && record.is_none() {
            keys.zone_is_revoked |= comment.trim_end() == ";;REVOKED";
            keys.is_of_unbound |= comment.starts_with("; autotrust trust anchor file");
        }
        let mut current = record.take().unwrap_or_else(|| Record::new(number, data));
        current.append(data).map_err(at)?;
        if let Some(state) = state(comment).map_err(at)? {
            if current.state.replace(state).is_some() {
                return Err(at(LineProblem::Twice { field: "the state" }));
            }
            keys.is_of_unbound = true;
        }
        if current.is_open {
            record = Some(current);
            continue;
        }
        let first_line = current.line;
        if let Some(found) = current.read(&mut context).map_err(|problem| (first_line, problem))? {
            keys.found.push(found);
        }
    }
    match record {
        Some(record) => Err((record.line, LineProblem::Unbalanced { what: "a parenthesis" })),
        None => Ok(keys),
    }
}

/// The names that records leave out.
#[derive(Debug, Default)]
struct Context {
    origin_is_root: bool,
    has_owner: bool,
}

/// The fields of one record, as far as its lines were read.
#[derive(Debug)]
struct Record<'a> {
    line: usize,
    /// True if the owner is that of the record before.
    repeats_owner: bool,
    fields: Vec<&'a str>,
    is_open: bool,
    state: Option<State>,
}

impl<'a> Record<'a> {
    fn new(line: usize, data: &str) -> Self {
        let repeats_owner = data.starts_with([' ', '\t']);
        Self { line, repeats_owner, fields: Vec::new(), is_open: false, state: None }
    }

    fn append(&mut self, data: &'a str) -> Result<(), LineProblem> {
        let mut rest = data;
        while let Some(position) = rest.find(['(', ')']) {
            let (before, after) = rest.split_at(position);
            self.fields.extend(before.split_ascii_whitespace());
            let opens = after.starts_with('(');
            if opens == self.is_open {
                return Err(LineProblem::Unbalanced { what: "a parenthesis" });
            }
            self.is_open = opens;
            rest = after.get(1..).unwrap_or_default();
        }
        self.fields.extend(rest.split_ascii_whitespace());
        Ok(())
    }

    /// The key of the record; `None` for an empty line or a directive without effect.
    fn read(self, context: &mut Context) -> Result<Option<Found>, LineProblem> {
        let mut fields = self.fields.iter().copied();
        if !self.repeats_owner || self.fields.is_empty() {
            let Some(owner) = fields.next() else {
                let field = "the key before its state";
                return if self.state.is_some() {
                    Err(LineProblem::Missing { field })
                } else {
                    Ok(None)
                };
            };
            if owner.starts_with('$') {
                return directive(owner, fields.next(), context).map(|()| None);
            }
            if owner == "@" && context.origin_is_root {
                context.has_owner = true;
            } else {
                check_root(owner)?;
                context.has_owner = true;
            }
        } else if !context.has_owner {
            return Err(LineProblem::Missing { field: "the owner" });
        }
        let record_type = skip_ttl_and_class(&mut fields)?;
        let is_ds = record_type.eq_ignore_ascii_case("DS");
        if !is_ds && !record_type.eq_ignore_ascii_case("DNSKEY") {
            return Err(LineProblem::OtherType { found: excerpt(record_type) });
        }
        let data = if is_ds { ds(&mut fields)? } else { dnskey(&mut fields)? };
        let validity = ValidityPeriod::ALWAYS;
        Ok(Some(Found { line: self.line, data, validity, state: self.state }))
    }
}

fn directive(name: &str, value: Option<&str>, context: &mut Context) -> Result<(), LineProblem> {
    match name.to_ascii_uppercase().as_str() {
        "$TTL" => Ok(()),
        "$ORIGIN" => {
            check_root(value.ok_or(LineProblem::Missing { field: "the origin" })?)?;
            context.origin_is_root = true;
            Ok(())
        }
        _ => Err(LineProblem::Directive { found: excerpt(name) }),
    }
}

/// Rejects names other than the root's.
pub(crate) fn check_root(name: &str) -> Result<(), LineProblem> {
    match name.parse::<Name>() {
        Ok(name) if name.is_root() => Ok(()),
        Ok(_) => Err(LineProblem::OtherZone { zone: excerpt(name) }),
        Err(_) => Err(LineProblem::Field { field: "domain name", found: excerpt(name) }),
    }
}

/// Skips TTL and class, in either order; returns the type.
fn skip_ttl_and_class<'a>(
    fields: &mut impl Iterator<Item = &'a str>,
) -> Result<&'a str, LineProblem> {
    let (mut has_ttl, mut has_class) = (false, false);
    loop {
        let field = fields.next().ok_or(LineProblem::Missing { field: "the type" })?;
        let upper = field.to_ascii_uppercase();
        if !has_ttl && is_ttl(&upper) {
            has_ttl = true;
        } else if !has_class && upper == "IN" {
            has_class = true;
        } else if !has_class
            && (matches!(upper.as_str(), "CH" | "HS") || upper.starts_with("CLASS"))
        {
            return Err(LineProblem::OtherClass { found: excerpt(field) });
        } else {
            return Ok(field);
        }
    }
}

/// Returns true if a field is a time to live: digits, or digits with the units of BIND
/// (`1w2d3h4m5s`).
fn is_ttl(field: &str) -> bool {
    let is_unit = |octet: u8| matches!(octet, b'W' | b'D' | b'H' | b'M' | b'S');
    field.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && field.bytes().all(|octet| octet.is_ascii_digit() || is_unit(octet))
}

/// The rest of a DS record: tag, algorithm, digest type and the digest in hexadecimal, with spaces
/// anywhere.
pub(crate) fn ds<'a>(fields: &mut impl Iterator<Item = &'a str>) -> Result<Data, LineProblem> {
    let key_tag: u16 = number(fields, "key tag")?;
    let algorithm: u8 = number(fields, "algorithm number")?;
    let digest_type: u8 = number(fields, "digest type")?;
    let text: String = fields.collect();
    Ok(Data::Ds(ds_rdata(key_tag, algorithm, digest_type, &text)?))
}

pub(crate) fn ds_rdata(
    key_tag: u16,
    algorithm: u8,
    digest_type: u8,
    digest: &str,
) -> Result<Vec<u8>, LineProblem> {
    if digest.is_empty() {
        return Err(LineProblem::Missing { field: "the digest" });
    }
    let octets = decode_hex(digest).ok_or_else(|| LineProblem::Field {
        field: "hexadecimal digest",
        found: excerpt(digest),
    })?;
    Ok([key_tag.to_be_bytes().as_slice(), &[algorithm, digest_type], &octets].concat())
}

/// The rest of a DNSKEY record: flags, protocol, algorithm and the key in Base64, with spaces
/// anywhere.
pub(crate) fn dnskey<'a>(fields: &mut impl Iterator<Item = &'a str>) -> Result<Data, LineProblem> {
    let flags: u16 = number(fields, "number of flags")?;
    let protocol: u8 = number(fields, "protocol number")?;
    let algorithm: u8 = number(fields, "algorithm number")?;
    let text: String = fields.collect();
    Ok(Data::Dnskey(dnskey_rdata(flags, protocol, algorithm, &text)?))
}

pub(crate) fn dnskey_rdata(
    flags: u16,
    protocol: u8,
    algorithm: u8,
    key: &str,
) -> Result<Vec<u8>, LineProblem> {
    if key.is_empty() {
        return Err(LineProblem::Missing { field: "the public key" });
    }
    let octets = Base64::decode_vec(key)
        .map_err(|_| LineProblem::Field { field: "public key in Base64", found: excerpt(key) })?;
    Ok([flags.to_be_bytes().as_slice(), &[protocol, algorithm], &octets].concat())
}

/// A decimal number without sign.
pub(crate) fn number<'a, T: std::str::FromStr>(
    fields: &mut impl Iterator<Item = &'a str>,
    field: &'static str,
) -> Result<T, LineProblem> {
    let text = fields.next().ok_or(LineProblem::Missing { field })?;
    let is_number = text.bytes().all(|octet| octet.is_ascii_digit());
    is_number
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(|| LineProblem::Field { field, found: excerpt(text) })
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let nibbles: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect::<Option<_>>()?;
    let pairs = nibbles.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| pair.iter().fold(0, |octet, nibble| octet << 4 | nibble)).collect())
}

/// The state in a comment, if there is one.
fn state(comment: &str) -> Result<Option<State>, LineProblem> {
    let Some((_, rest)) = comment.split_once(STATE) else { return Ok(None) };
    if rest.contains(STATE) {
        return Err(LineProblem::Twice { field: "the state" });
    }
    let text = rest.split([' ', '\t']).next().unwrap_or_default();
    let number = match text.as_bytes() {
        [digit @ b'0'..=b'9'] => State::from_number(digit.saturating_sub(b'0')),
        _ => None,
    };
    number
        .map(Some)
        .ok_or_else(|| LineProblem::Field { field: "state of RFC 5011", found: excerpt(text) })
}
