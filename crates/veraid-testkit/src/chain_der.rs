//! DNSSEC chains in DER.

use crate::der_writer::{SetOrder, octet_string, set_of};

/// The DER of a DNSSEC chain alone: SET OF OCTET STRING.
#[must_use]
pub fn dnssec_chain_der(messages: &[Vec<u8>]) -> Vec<u8> {
    dnssec_chain_der_in_order(messages, SetOrder::Sorted)
}

/// The DER of a DNSSEC chain alone, sorted or not.
#[must_use]
pub fn dnssec_chain_der_in_order(messages: &[Vec<u8>], order: SetOrder) -> Vec<u8> {
    set_of(&octet_strings(messages), order)
}

pub(crate) fn octet_strings(messages: &[Vec<u8>]) -> Vec<Vec<u8>> {
    messages.iter().map(|message| octet_string(message)).collect()
}
