//! The records of a chain's messages, unproved.

use hickory_proto::op::Message;
use hickory_proto::rr::{RData, Record};
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder};
use kliento::Timestamp;
use serde::Serialize;
use veraid_dnssec::{DnssecChain, RecordType};

/// A message.
#[derive(Debug, Serialize)]
pub(super) struct MessageView {
    /// Null if the message answers no single question.
    pub(super) question: Option<String>,
    pub(super) bytes: usize,
    /// The records of the answer section.
    pub(super) records: Vec<RecordView>,
}

/// A record.
#[derive(Debug, Serialize)]
pub(super) struct RecordView {
    pub(super) owner: String,
    #[serde(rename = "type")]
    pub(super) record_type: String,
    pub(super) ttl: u32,
    /// The size of the data.
    pub(super) bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signature: Option<RrsigView>,
}

/// The fields of an RRSIG beside the signature (RFC 4034 section 3.1).
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RrsigView {
    pub(super) type_covered: String,
    pub(super) algorithm: u8,
    pub(super) key_tag: u16,
    pub(super) inception: String,
    pub(super) expiration: String,
}

/// Decodes all messages; times are taken to be those nearest to `at`.
pub(super) fn of(chain: &DnssecChain, at: Timestamp) -> Vec<MessageView> {
    chain
        .questions()
        .zip(chain.messages())
        .map(|(question, bytes)| MessageView {
            question: question.map(ToString::to_string),
            bytes: bytes.len(),
            records: records(bytes, at),
        })
        .collect()
}

fn records(bytes: &[u8], at: Timestamp) -> Vec<RecordView> {
    // A message that only the chain's own parser accepts is left out: nothing of it is proved here.
    Message::from_vec(bytes)
        .map(|message| message.answers.iter().map(|record| view(record, at)).collect())
        .unwrap_or_default()
}

fn view(record: &Record, at: Timestamp) -> RecordView {
    let record_type = RecordType::new(record.record_type().into());
    let rdata = rdata(&record.data);
    RecordView {
        owner: record.name.to_ascii(),
        record_type: record_type.to_string(),
        ttl: record.ttl,
        bytes: rdata.len(),
        signature: (record_type == RecordType::RRSIG).then(|| rrsig(&rdata, at)).flatten(),
    }
}

fn rdata(data: &RData) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = BinEncoder::new(&mut bytes);
    // Data that was decoded can be encoded, unless it is too long for a message.
    if data.emit(&mut encoder).is_err() {
        bytes.clear();
    }
    bytes
}

fn rrsig(rdata: &[u8], at: Timestamp) -> Option<RrsigView> {
    let (fixed, _) = rdata.split_first_chunk::<18>()?;
    let [t0, t1, algorithm, _, _, _, _, _, e0, e1, e2, e3, i0, i1, i2, i3, k0, k1] = *fixed;
    Some(RrsigView {
        type_covered: RecordType::new(u16::from_be_bytes([t0, t1])).to_string(),
        algorithm,
        key_tag: u16::from_be_bytes([k0, k1]),
        inception: nearest(u32::from_be_bytes([i0, i1, i2, i3]), at).to_string(),
        expiration: nearest(u32::from_be_bytes([e0, e1, e2, e3]), at).to_string(),
    })
}

/// The instant nearest to `at` with these last 32 bits (RFC 4034 section 3.1.5, RFC 1982).
fn nearest(serial: u32, at: Timestamp) -> Timestamp {
    let low = u32::try_from(at.as_unix_seconds() & u64::from(u32::MAX)).unwrap_or_default();
    let ahead = serial.wrapping_sub(low);
    if ahead < 1 << 31 {
        at.saturating_add(ahead.into())
    } else {
        at.saturating_sub(low.wrapping_sub(serial).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_nearest_to_the_present() {
        let t = Timestamp::from_unix_seconds;
        assert_eq!(nearest(1_795_348_800, t(1_795_348_000)), t(1_795_348_800));
        assert_eq!(nearest(1_795_348_000, t(1_795_348_800)), t(1_795_348_000));
        // In 2106 the counter starts again.
        assert_eq!(nearest(10, t(4_294_967_290)), t(4_294_967_306));
        assert_eq!(nearest(4_294_967_290, t(4_294_967_306)), t(4_294_967_290));
    }
}
