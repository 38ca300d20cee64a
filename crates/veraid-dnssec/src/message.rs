//! Parses DNS messages (RFC 1035 section 4) as far as a proof needs: the question and the answer
//! section.
//!
//! Records keep the received octets, since signatures are verified over those.

use hickory_proto::serialize::binary::{BinDecoder, DecodeError};

use crate::limits::{Limit, Limits};
use crate::name::Name;
use crate::rdata::canonical_rdata;
use crate::record_type::RecordType;

const CLASS_IN: u16 = 1;

/// A DNS question: the records of one type at one name, in class IN.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The name.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
}

impl std::fmt::Display for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.record_type)
    }
}

/// A parsed message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    octets: Vec<u8>,
    /// The question that the message answers; `None` if it does not answer one (truncated, an
    /// error, another opcode or class, or not exactly one question).
    question: Option<Question>,
    answers: Vec<Record>,
}

/// A record of class IN in an answer section, at the name in the question, or a DNAME above it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// The owner, if it is not the question's name but above it.
    pub(crate) above: Option<Name>,
    pub(crate) record_type: RecordType,
    rdata_start: usize,
    rdata_end: usize,
}

impl Message {
    /// Parses the message at position `index` of a chain.
    pub(crate) fn parse(
        octets: &[u8],
        index: usize,
        limits: &Limits,
    ) -> Result<Self, ChainParseError> {
        let mut decoder = BinDecoder::new(octets);
        let error = |decoder: &BinDecoder<'_>, problem| ChainParseError::Message {
            message: index,
            offset: decoder.index(),
            problem,
        };
        let header = Header::read(&mut decoder).map_err(|e| error(&decoder, e.into()))?;

        if usize::from(header.questions) > limits.questions_per_message {
            return Err(ChainParseError::LimitExceeded(Limit::QuestionsPerMessage));
        }
        let mut questions = Vec::new();
        for _ in 0..header.questions {
            let question = read_question(&mut decoder).map_err(|e| error(&decoder, e.into()))?;
            // A message may have only one question; the others need only parse.
            if questions.len() < 2 {
                questions.push(question);
            }
        }

        let records = [header.answers, header.authorities, header.additionals];
        let total: usize = records.iter().map(|&count| usize::from(count)).sum();
        if total > limits.records_per_message {
            return Err(ChainParseError::LimitExceeded(Limit::RecordsPerMessage));
        }
        let mut answers = Vec::with_capacity(usize::from(header.answers));
        for position in 0..total {
            let (owner, class, mut record) =
                read_record(&mut decoder).map_err(|e| error(&decoder, e.into()))?;
            let Some((question, _)) = questions.first() else { continue };
            let is_answer = position < usize::from(header.answers) && class == CLASS_IN;
            // Records at other names are not answers. No name is kept for each record: 16 KiB of
            // pointers to a long one fit 1,300.
            if is_answer && owner == question.name {
                answers.push(record);
            } else if is_answer
                && record.record_type == RecordType::DNAME
                && question.name.is_at_or_below(&owner)
                && !answers.iter().any(|known: &Record| known.above.is_some())
            {
                record.above = Some(owner);
                answers.push(record);
            }
        }
        if !decoder.is_empty() {
            return Err(error(&decoder, MessageProblem::TrailingBytes));
        }
        let question = match questions.as_slice() {
            [(question, CLASS_IN)] if header.answers_something() => Some(question.clone()),
            _ => None,
        };
        Ok(Self { octets: octets.to_vec(), question, answers })
    }

    /// The heap size of the message in bytes.
    pub(crate) fn heap_size_bytes(&self) -> usize {
        let name = |name: &Name| name.as_wire().len();
        let question = self.question.as_ref().map_or(0, |question| name(&question.name));
        let above = self.answers.iter().filter_map(|record| record.above.as_ref()).map(name);
        let records = self.answers.capacity().saturating_mul(size_of::<Record>());
        above
            .fold(self.octets.len(), usize::saturating_add)
            .saturating_add(question)
            .saturating_add(records)
    }

    pub(crate) fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(crate) fn answers(&self) -> &[Record] {
        &self.answers
    }

    /// The octets of a record's data as received.
    pub(crate) fn rdata(&self, record: &Record) -> &[u8] {
        self.octets.get(record.rdata_start..record.rdata_end).unwrap_or_default()
    }

    /// The data of `record` in canonical form; `None` if the names in it do not parse.
    pub(crate) fn canonical_rdata(&self, record: &Record) -> Option<Vec<u8>> {
        canonical_rdata(&self.octets, record.record_type, record.rdata_start, record.rdata_end)
    }

    /// Returns true if the answer section has a record of `record_type` at the name in the
    /// question.
    pub(crate) fn has_answer(&self, record_type: RecordType) -> bool {
        self.answers
            .iter()
            .any(|record| record.record_type == record_type && record.above.is_none())
    }
}

/// The fixed part of a message (RFC 1035 section 4.1.1).
struct Header {
    flags: u16,
    questions: u16,
    answers: u16,
    authorities: u16,
    additionals: u16,
}

impl Header {
    fn read(decoder: &mut BinDecoder<'_>) -> Result<Self, DecodeError> {
        let _id = read_u16(decoder)?;
        Ok(Self {
            flags: read_u16(decoder)?,
            questions: read_u16(decoder)?,
            answers: read_u16(decoder)?,
            authorities: read_u16(decoder)?,
            additionals: read_u16(decoder)?,
        })
    }

    /// Returns true if the answer section can be evidence: a whole message (TC 0), a standard query
    /// (OPCODE 0), no error (RCODE 0).
    ///
    /// QR, AA and AD add nothing to a signature, and mock chains have QR 0.
    fn answers_something(&self) -> bool {
        const TC: u16 = 0x0200;
        const OPCODE: u16 = 0x7800;
        const RCODE: u16 = 0x000F;
        self.flags & (TC | OPCODE | RCODE) == 0
    }
}

fn read_question(decoder: &mut BinDecoder<'_>) -> Result<(Question, u16), DecodeError> {
    let name = Name::read(decoder)?;
    let record_type = RecordType::new(read_u16(decoder)?);
    let class = read_u16(decoder)?;
    Ok((Question { name, record_type }, class))
}

/// Owner, class and the rest of a record.
fn read_record(decoder: &mut BinDecoder<'_>) -> Result<(Name, u16, Record), DecodeError> {
    let owner = Name::read(decoder)?;
    let record_type = RecordType::new(read_u16(decoder)?);
    let class = read_u16(decoder)?;
    let _ttl = decoder.read_u32()?;
    let length = usize::from(read_u16(decoder)?);
    let rdata_start = decoder.index();
    decoder.read_slice(length)?;
    let rdata_end = decoder.index();
    Ok((owner, class, Record { above: None, record_type, rdata_start, rdata_end }))
}

/// Every value of 16 bits is one that the callers handle.
fn read_u16(decoder: &mut BinDecoder<'_>) -> Result<u16, DecodeError> {
    Ok(decoder.read_u16()?.unverified())
}

/// The input is not a DNSSEC chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainParseError {
    /// A message does not parse (RFC 1035 section 4).
    #[error("DNS message {message} is malformed at octet {offset}: {problem}")]
    Message {
        /// The position of the message in the chain, from 0.
        message: usize,
        /// The octet of the message at which parsing stopped.
        offset: usize,
        /// The problem there.
        problem: MessageProblem,
    },
    /// A limit on the size of a chain was exceeded.
    #[error("too many {0}")]
    LimitExceeded(Limit),
}

/// The problem with a DNS message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageProblem {
    /// The message is truncated.
    #[error("the message is truncated")]
    Truncated,
    /// An invalid name: a label type that does not exist, over 255 octets, or a pointer that does
    /// not point back.
    #[error("malformed name")]
    Name,
    /// Bytes follow the last record.
    #[error("trailing bytes after the last record")]
    TrailingBytes,
}

impl From<DecodeError> for MessageProblem {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::InsufficientBytes => Self::Truncated,
            _ => Self::Name,
        }
    }
}
