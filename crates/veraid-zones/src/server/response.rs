//! Responses before they are encoded.

use hickory_server::proto::rr::rdata::NULL;
use hickory_server::proto::rr::{Name as WireName, RData, Record as WireRecord};
use hickory_server::proto::serialize::binary::{BinDecodable as _, BinDecoder};
use veraid_dnssec::{Question, RecordType};

use super::answer::{Answer, Status};
use super::catalogue::SignedRrset;
use crate::message::Record;

/// A response before it is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The id. Over UDP it may differ from the question's; over TCP, nothing is sent then.
    pub id: u16,
    /// The response code: 0 is NOERROR, 2 SERVFAIL, 3 NXDOMAIN and 5 REFUSED.
    pub code: u16,
    /// The AA flag.
    pub is_authoritative: bool,
    /// The TC flag. Set in any case if the response is too large for its transport.
    pub is_truncated: bool,
    /// The question that is repeated, of class IN.
    pub question: Question,
    /// The answer section.
    pub answers: Vec<Record>,
    /// The authority section.
    pub authority: Vec<Record>,
    /// The additional section, without OPT.
    pub additional: Vec<Record>,
}

impl Response {
    /// The response to `question` with these contents, with RRSIGs or without.
    pub(super) fn new(
        id: u16,
        question: &Question,
        answer: &Answer,
        signatures: Signatures,
    ) -> Self {
        let records = |rrsets: &[SignedRrset]| -> Vec<Record> {
            rrsets
                .iter()
                .filter(|signed| {
                    signatures == Signatures::Included
                        || signed.rrset.record_type != RecordType::DS
                        || question.record_type == RecordType::DS
                })
                .flat_map(|signed| records_of(signed, signatures))
                .collect()
        };
        Self {
            id,
            code: match answer.status {
                Status::NoError => 0,
                Status::NoSuchName => 3,
                Status::Refused => 5,
            },
            is_authoritative: answer.is_authoritative,
            is_truncated: false,
            question: question.clone(),
            answers: records(&answer.answers),
            authority: records(&answer.authority),
            additional: records(&answer.additional),
        }
    }

    /// The response with empty sections, NOERROR and neither AA nor TC.
    #[must_use]
    pub fn without_records(self) -> Self {
        Self {
            id: self.id,
            code: 0,
            is_authoritative: false,
            is_truncated: false,
            question: self.question,
            answers: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
        }
    }
}

/// The choice between a response with RRSIGs and one without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signatures {
    Included,
    LeftOut,
}

/// The records of an RRset, with their data as they were signed.
fn records_of(signed: &SignedRrset, signatures: Signatures) -> Vec<Record> {
    let SignedRrset { rrset, rrsigs, .. } = signed;
    let rrsigs = match signatures {
        Signatures::Included => rrsigs.as_slice(),
        Signatures::LeftOut => &[],
    };
    let records = rrset.rdata.iter().map(|rdata| (rrset.record_type, rdata));
    let signatures = rrsigs.iter().map(|rdata| (RecordType::RRSIG, rdata));
    records
        .chain(signatures)
        .map(|(record_type, rdata)| {
            Record::new(&rrset.owner, record_type, rrset.ttl, rdata.clone())
        })
        .collect()
}

/// The record in hickory's form.
pub(super) fn wire_record(record: &Record) -> WireRecord {
    // Hickory neither changes nor compresses the data of a type that it does not know.
    let code = record.record_type.number().into();
    let rdata = RData::Unknown { code, rdata: NULL::with(record.rdata.clone()) };
    let mut wire = WireRecord::from_rdata(wire_name(&record.owner), record.ttl, rdata);
    wire.dns_class = record.class.into();
    wire
}

fn wire_name(wire: &[u8]) -> WireName {
    WireName::read(&mut BinDecoder::new(wire)).expect("owners of records are names")
}
