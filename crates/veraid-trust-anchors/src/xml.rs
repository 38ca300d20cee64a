//! IANA's `root-anchors.xml` (RFC 9718 section 2; RFC 7958 before it).

use roxmltree::{Document, Node, ParsingOptions};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use veraid_dnssec::{Timestamp, ValidityPeriod};

use crate::entry::{Data, Found};
use crate::error::{At, LineProblem, excerpt};
use crate::keys::Keys;
use crate::records::{check_root, dnskey_rdata, ds_rdata, number};

/// More elements and texts than any file of trust anchors has.
const MAX_NODES: u32 = 10_000;

/// Reads the file. Elements that RFC 9718 does not know are ignored, as readers of RFC 7958 had to
/// ignore `PublicKey`.
pub(crate) fn read(text: &str) -> At<Keys> {
    // Document types and their entities stay forbidden, which is the default.
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let line = usize::try_from(error.pos().row).unwrap_or(0);
        (line, LineProblem::Xml { reason: excerpt(&error.to_string()) })
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "TrustAnchor" {
        let found = excerpt(root.tag_name().name());
        return Err((line(root), LineProblem::Element { found, expected: "TrustAnchor" }));
    }
    let zone = child(root, "Zone", "the element Zone").map_err(|problem| (line(root), problem))?;
    check_root(contents(zone)).map_err(|problem| (line(zone), problem))?;
    let mut keys = Keys::default();
    for element in root.children().filter(|node| node.tag_name().name() == "KeyDigest") {
        let found = read_key(element).map_err(|problem| (line(element), problem))?;
        keys.found.push(found);
    }
    Ok(keys)
}

fn read_key(element: Node<'_, '_>) -> Result<Found, LineProblem> {
    let text = |name, field| child(element, name, field).map(contents);
    let key_tag: u16 = one_number(text("KeyTag", "the element KeyTag")?, "key tag")?;
    let algorithm: u8 =
        one_number(text("Algorithm", "the element Algorithm")?, "algorithm number")?;
    let digest_type: u8 = one_number(text("DigestType", "the element DigestType")?, "digest type")?;
    let digest = without_space(text("Digest", "the element Digest")?);
    let ds = ds_rdata(key_tag, algorithm, digest_type, &digest)?;
    let has = |name| element.children().any(|node| node.tag_name().name() == name);
    let data = if has("PublicKey") || has("Flags") {
        let flags: u16 = one_number(text("Flags", "the element Flags")?, "number of flags")?;
        let key = without_space(text("PublicKey", "the element PublicKey")?);
        // The protocol is always 3 (RFC 4034 section 2.1.2), so the file does not have it.
        Data::Both { ds, dnskey: dnskey_rdata(flags, 3, algorithm, &key)? }
    } else {
        Data::Ds(ds)
    };
    Ok(Found { line: line(element), data, validity: validity(element)?, state: None })
}

/// The period of a key: `validFrom` is required, `validUntil` is optional.
fn validity(element: Node<'_, '_>) -> Result<ValidityPeriod, LineProblem> {
    let from = element
        .attribute("validFrom")
        .ok_or(LineProblem::Missing { field: "the attribute validFrom" })?;
    let (start, fraction) = time(from, "validFrom")?;
    // Never wider than the file says: the first whole second within, and the last.
    let start = if fraction { start.saturating_add(1) } else { start };
    let end = match element.attribute("validUntil") {
        Some(until) => time(until, "validUntil")?.0,
        None => Timestamp::MAX,
    };
    ValidityPeriod::new(start, end).map_err(|_| LineProblem::InvertedPeriod)
}

/// A time in the format of RFC 3339, and if a fraction of a second was cut off.
fn time(text: &str, field: &'static str) -> Result<(Timestamp, bool), LineProblem> {
    let invalid = || LineProblem::Field { field, found: excerpt(text) };
    let time = OffsetDateTime::parse(text.trim(), &Rfc3339).map_err(|_| invalid())?;
    let seconds = u64::try_from(time.unix_timestamp()).map_err(|_| invalid())?;
    if seconds > Timestamp::MAX.as_unix_seconds() {
        return Err(invalid());
    }
    Ok((Timestamp::from_unix_seconds(seconds), time.nanosecond() > 0))
}

/// The only child element with this name.
fn child<'a, 'input>(
    element: Node<'a, 'input>,
    name: &str,
    field: &'static str,
) -> Result<Node<'a, 'input>, LineProblem> {
    let mut children = element.children().filter(|node| node.tag_name().name() == name);
    let found = children.next().ok_or(LineProblem::Missing { field })?;
    if children.next().is_some() { Err(LineProblem::Twice { field }) } else { Ok(found) }
}

fn contents<'a>(element: Node<'a, '_>) -> &'a str {
    element.text().unwrap_or_default().trim()
}

fn without_space(text: &str) -> String {
    text.split_ascii_whitespace().collect()
}

fn one_number<T: std::str::FromStr>(text: &str, field: &'static str) -> Result<T, LineProblem> {
    number(&mut std::iter::once(text).filter(|text| !text.is_empty()), field)
}

fn line(node: Node<'_, '_>) -> usize {
    let position = node.document().text_pos_at(node.range().start);
    usize::try_from(position.row).unwrap_or(0)
}
