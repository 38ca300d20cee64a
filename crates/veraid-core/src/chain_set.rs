//! `DnssecChain ::= SET OF OCTET STRING`: the DNS messages of a bundle, or of a separate file.

use veraid_dnssec::ChainParseError::LimitExceeded;
use veraid_dnssec::{DnssecChain, Limit};

use crate::der_reader::{Element, check_structure, is_sorted, read_whole, tag};
use crate::der_writer::{encode, encode_set_of};
use crate::parse_error::BundleParseError;

/// Parses a separate chain: a SET OF OCTET STRING, each a DNS message, in any order.
///
/// # Errors
///
/// [`BundleParseError`] if the input is not such a set or a message does not parse.
pub fn parse_dnssec_chain(der: &[u8]) -> Result<DnssecChain, BundleParseError> {
    let field = "dnssecChain";
    let set = read_whole(der, tag::SET, field, 0)?;
    check_structure(der, field)?;
    let (chain, _) = read_chain(&set)?;
    Ok(chain)
}

/// Encodes a separate chain: the messages as a SET OF OCTET STRING in DER, sorted and without
/// repetitions.
#[must_use]
pub fn encode_dnssec_chain<'a>(messages: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    encode_set_of(messages.into_iter().map(|message| encode(tag::OCTET_STRING, message)))
}

/// Parses the messages of `set`, whatever its tag, and reports if they are sorted as DER requires.
pub(crate) fn read_chain(set: &Element<'_>) -> Result<(DnssecChain, bool), BundleParseError> {
    let limit = veraid_dnssec::Limits::DEFAULT.messages;
    let mut reader = set.reader("dnssecChain");
    let mut messages: Vec<Element<'_>> = Vec::new();
    while !reader.is_finished() {
        if messages.len() >= limit {
            return Err(BundleParseError::DnssecChain(LimitExceeded(Limit::Messages)));
        }
        messages.push(reader.read(tag::OCTET_STRING, "dnssecChain")?);
    }
    let sorted = is_sorted(messages.iter().map(|message| message.octets));
    let chain = DnssecChain::parse(messages.iter().map(|message| message.value))
        .map_err(BundleParseError::DnssecChain)?;
    Ok((chain, sorted))
}
