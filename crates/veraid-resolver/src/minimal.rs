//! Minimal messages: the smallest that prove the content of a response.

use veraid_dnssec::{Question, RecordType};

use crate::query::CLASS_IN;
use crate::response::{Record, Response, TC, signer};

/// Returns a message with only the header, the question and the RRset of `response`.
///
/// The id is 0, TC is clear, and owners point to the question. Records keep their order, without
/// duplicates, RRSIGs whose signer does not parse (no verifier reads them), and RRSIGs for which
/// `is_kept` returns false. Letter case is as received.
///
/// The types of RFC 1035 may have compressed names in their data (RFC 3597 section 4), whose
/// pointers would break: such a response is returned unchanged.
pub(crate) fn minimal_message(
    response: &Response,
    question: &Question,
    is_kept: impl Fn(&[u8]) -> bool,
) -> Vec<u8> {
    const POINTER_TO_QUESTION: [u8; 2] = [0xC0, 0x0C];
    if may_have_compressed_names(question.record_type) {
        return response.octets().to_vec();
    }
    // The root is shorter than a pointer.
    let owner: &[u8] = if question.name.is_root() { &[0] } else { &POINTER_TO_QUESTION };
    let mut records: Vec<Vec<u8>> = Vec::new();
    for record in response.rrset(question) {
        let rdata = response.rdata(record);
        if record.record_type == RecordType::RRSIG && (signer(rdata).is_none() || !is_kept(rdata)) {
            continue;
        }
        let octets = encode_record(owner, record, rdata);
        if !records.contains(&octets) {
            records.push(octets);
        }
    }
    let count = u16::try_from(records.len()).unwrap_or(u16::MAX);
    let mut message = Vec::with_capacity(response.octets().len());
    for field in [0, response.flags() & !TC, 1, count, 0, 0] {
        message.extend(field.to_be_bytes());
    }
    message.extend_from_slice(response.question_bytes());
    message.extend(records.into_iter().flatten());
    message
}

fn encode_record(owner: &[u8], record: &Record, rdata: &[u8]) -> Vec<u8> {
    let mut octets = owner.to_vec();
    octets.extend(record.record_type.number().to_be_bytes());
    octets.extend(CLASS_IN.to_be_bytes());
    octets.extend(record.ttl.to_be_bytes());
    // The data comes from a record, so its length fits.
    octets.extend(u16::try_from(rdata.len()).unwrap_or(u16::MAX).to_be_bytes());
    octets.extend_from_slice(rdata);
    octets
}

/// NS, MD, MF, CNAME, SOA, MB, MG, MR, PTR, MINFO and MX; and RP, AFSDB, RT, PX, SRV, NAPTR and the
/// like, which old software also compresses.
const fn may_have_compressed_names(record_type: RecordType) -> bool {
    matches!(
        record_type.number(),
        2..=9 | 12 | 14 | 15 | 17 | 18 | 21 | 24 | 26 | 30 | 33 | 35 | 36 | 39
    )
}
