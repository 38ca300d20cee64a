//! Parsed responses of recursive servers, to find zone cuts and to build chains.
//!
//! Nothing here is verified. It only determines the next question and the bytes of the chain, which
//! is verified as a whole afterwards.

use std::ops::Range;

use hickory_proto::rr::Name as WireName;
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder, DecodeError};
use veraid_dnssec::{MessageProblem, Name, Question, RecordType};

use crate::error::ResponseCode;
use crate::query::{CLASS_IN, OPT};

const HEADER_BYTES: usize = 12;

/// A parsed response.
#[derive(Debug)]
pub(crate) struct Response {
    octets: Vec<u8>,
    id: u16,
    flags: u16,
    code: ResponseCode,
    /// The only question in class IN; `None` for another number of questions or class.
    question: Option<Question>,
    /// The position of the questions in the message.
    question_bytes: Range<usize>,
    answers: Vec<Record>,
    authorities: Vec<Record>,
}

/// A record of class IN.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) owner: Name,
    pub(crate) record_type: RecordType,
    pub(crate) ttl: u32,
    rdata: Range<usize>,
}

impl Response {
    pub(crate) fn parse(octets: Vec<u8>) -> Result<Self, MessageProblem> {
        let mut decoder = BinDecoder::new(&octets);
        let mut header = [0_u16; 6];
        for field in &mut header {
            *field = read_u16(&mut decoder)?;
        }
        let [id, flags, questions, answers, authorities, additionals] = header;
        let mut asked = Vec::new();
        for _ in 0..questions {
            let name = read_name(&mut decoder)?;
            let record_type = RecordType::new(read_u16(&mut decoder)?);
            if read_u16(&mut decoder)? == CLASS_IN {
                asked.push(Question { name, record_type });
            }
        }
        let question_bytes = HEADER_BYTES..decoder.index();
        let answers = read_section(&mut decoder, answers)?.records;
        let authorities = read_section(&mut decoder, authorities)?.records;
        let extended_code = read_section(&mut decoder, additionals)?.extended_code;
        if !decoder.is_empty() {
            return Err(MessageProblem::TrailingBytes);
        }
        let question = match <[Question; 1]>::try_from(asked) {
            Ok([question]) if questions == 1 => Some(question),
            _ => None,
        };
        let code = ResponseCode(extended_code << 4 | flags & 0x000F);
        Ok(Self { octets, id, flags, code, question, question_bytes, answers, authorities })
    }

    /// Returns true if this is the response to a query with this id and question (RFC 5452 section
    /// 3).
    pub(crate) fn answers_query(&self, id: u16, question: &Question) -> bool {
        self.id == id && self.flags & QR != 0 && self.question.as_ref() == Some(question)
    }

    pub(crate) const fn code(&self) -> ResponseCode {
        self.code
    }

    pub(crate) const fn flags(&self) -> u16 {
        self.flags
    }

    /// Returns true if the response was too large for its transport (TC).
    pub(crate) const fn is_truncated(&self) -> bool {
        self.flags & TC != 0
    }

    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(crate) fn question_bytes(&self) -> &[u8] {
        self.octets.get(self.question_bytes.clone()).unwrap_or_default()
    }

    pub(crate) fn answers(&self) -> &[Record] {
        &self.answers
    }

    pub(crate) fn rdata(&self, record: &Record) -> &[u8] {
        self.octets.get(record.rdata.clone()).unwrap_or_default()
    }

    /// The records that answer `question`, and the RRSIGs over them.
    pub(crate) fn rrset<'a>(&'a self, question: &'a Question) -> impl Iterator<Item = &'a Record> {
        let covered = question.record_type.number().to_be_bytes();
        self.answers.iter().filter(move |record| {
            record.owner == question.name
                && (record.record_type == question.record_type
                    || record.record_type == RecordType::RRSIG
                        && self.rdata(record).starts_with(&covered))
        })
    }

    /// The data of the RRSIGs over the records that answer `question`.
    pub(crate) fn rrsigs<'a>(&'a self, question: &'a Question) -> impl Iterator<Item = &'a [u8]> {
        let rrsigs = self.rrset(question).filter(|record| record.record_type == RecordType::RRSIG);
        rrsigs.map(|record| self.rdata(record))
    }

    pub(crate) fn has_answer(&self, question: &Question) -> bool {
        self.rrset(question).any(|record| record.record_type == question.record_type)
    }

    /// The zones that sign the answer to `question`, without duplicates. RRSIGs that do not parse
    /// are ignored.
    pub(crate) fn signers(&self, question: &Question) -> Vec<Name> {
        let mut signers: Vec<Name> = self
            .rrset(question)
            .filter(|record| record.record_type == RecordType::RRSIG)
            .filter_map(|record| signer(self.rdata(record)))
            .collect();
        signers.sort();
        signers.dedup();
        signers
    }

    /// The zone of the SOA record, in an answer or with a denial (RFC 2308 section 2).
    pub(crate) fn zone_of_soa(&self) -> Option<&Name> {
        const SOA: RecordType = RecordType::new(6);
        let mut records = self.answers.iter().chain(&self.authorities);
        records.find(|record| record.record_type == SOA).map(|record| &record.owner)
    }
}

pub(crate) const TC: u16 = 0x0200;
const QR: u16 = 0x8000;

/// Returns true if header and question are those of a truncated response to this query, whatever
/// follows them.
pub(crate) fn is_truncated_response(octets: &[u8], id: u16, question: &Question) -> bool {
    let head = || -> Result<Option<([u16; 3], Question)>, DecodeError> {
        let mut decoder = BinDecoder::new(octets);
        let start = [read_u16(&mut decoder)?, read_u16(&mut decoder)?, read_u16(&mut decoder)?];
        for _ in 0..3 {
            read_u16(&mut decoder)?;
        }
        let name = read_name(&mut decoder)?;
        let record_type = RecordType::new(read_u16(&mut decoder)?);
        let class = read_u16(&mut decoder)?;
        Ok((class == CLASS_IN).then_some((start, Question { name, record_type })))
    };
    match head() {
        Ok(Some(([found, flags, 1], asked))) => {
            found == id && flags & QR != 0 && flags & TC != 0 && asked == *question
        }
        _ => false,
    }
}

/// The signer's name in the data of an RRSIG (RFC 4034 section 3.1.7), which must not be
/// compressed.
pub(crate) fn signer(rdata: &[u8]) -> Option<Name> {
    const SIGNER_AT: usize = 18;
    let rest = rdata.get(SIGNER_AT..)?;
    // The decoder covers the data from the name on: a pointer makes the name shorter than it is
    // uncompressed.
    let mut decoder = BinDecoder::new(rest);
    let name = read_name(&mut decoder).ok()?;
    (decoder.index() == name.as_wire().len()).then_some(name)
}

struct Section {
    records: Vec<Record>,
    /// The upper eight bits of the response code, if there is an OPT record.
    extended_code: u16,
}

fn read_section(decoder: &mut BinDecoder<'_>, count: u16) -> Result<Section, DecodeError> {
    let mut section = Section { records: Vec::new(), extended_code: 0 };
    for _ in 0..count {
        let owner = read_name(decoder)?;
        let record_type = RecordType::new(read_u16(decoder)?);
        let class = read_u16(decoder)?;
        let ttl = decoder.read_u32()?.unverified();
        let length = usize::from(read_u16(decoder)?);
        let start = decoder.index();
        decoder.read_slice(length)?;
        if record_type == OPT {
            section.extended_code = ttl.to_be_bytes()[0].into();
        }
        if class == CLASS_IN {
            section.records.push(Record { owner, record_type, ttl, rdata: start..decoder.index() });
        }
    }
    Ok(section)
}

fn read_name(decoder: &mut BinDecoder<'_>) -> Result<Name, DecodeError> {
    let wire = WireName::read(decoder)?;
    let mut name = Name::root();
    for label in wire.iter().rev() {
        name = name.prepend(label).ok_or(DecodeError::DomainNameTooLong(wire.len()))?;
    }
    Ok(name)
}

/// Callers can handle every 16-bit value.
fn read_u16(decoder: &mut BinDecoder<'_>) -> Result<u16, DecodeError> {
    Ok(decoder.read_u16()?.unverified())
}

#[cfg(test)]
mod tests {
    use super::*;

    use veraid_testkit::{MessageBuilder, Record as TestRecord, fixed_zones};

    fn response() -> Vec<u8> {
        fixed_zones().build().messages.pop().unwrap()
    }

    #[test]
    fn reads_records_of_the_internet_class_and_their_signers() {
        let question =
            Question { name: "_veraid.example.com".parse().unwrap(), record_type: RecordType::TXT };
        let mut chaos = TestRecord::new(&question.name, RecordType::TXT, 9, b"\x01x".to_vec());
        chaos.class = 3;
        let octets = MessageBuilder::new(&question)
            .answer(chaos)
            .answer(TestRecord::new(&question.name, RecordType::TXT, 300, b"\x01y".to_vec()))
            .build();
        let parsed = Response::parse(octets).unwrap();
        let rrset: Vec<_> = parsed.rrset(&question).map(|record| parsed.rdata(record)).collect();
        assert_eq!((rrset, parsed.signers(&question)), (vec![b"\x01y".as_slice()], vec![]));
        let signed = Response::parse(response()).unwrap();
        assert!(signed.answers_query(0, &question) && !signed.answers_query(1, &question));
        assert_eq!(signed.signers(&question), ["example.com".parse().unwrap()]);
    }

    #[test]
    fn a_query_is_not_a_response_and_a_response_has_one_question_of_the_internet_class() {
        let question = Question { name: Name::root(), record_type: RecordType::DNSKEY };
        let answers = |message: &MessageBuilder| {
            Response::parse(message.build()).unwrap().answers_query(0, &question)
        };
        let message = MessageBuilder::new(&question);
        assert!(answers(&message));
        assert!(!answers(&message.clone().flags(0x0100)));
        assert!(!answers(&message.clone().question(&question)));
        let other_type = Question { record_type: RecordType::DS, ..question.clone() };
        assert!(!answers(&MessageBuilder::new(&other_type)));
        let mut chaos = message.clone();
        chaos.questions[0].1 = 3;
        assert!(!answers(&chaos));
        assert!(!answers(&MessageBuilder { questions: vec![], ..message }));
    }

    #[test]
    fn responses_that_end_early_or_continue_are_rejected() {
        let octets = response();
        for length in 0..octets.len() {
            let problem = Response::parse(octets[..length].to_vec()).unwrap_err();
            assert_eq!(problem, MessageProblem::Truncated, "{length}");
        }
        let longer = [octets.as_slice(), &[0]].concat();
        assert_eq!(Response::parse(longer).unwrap_err(), MessageProblem::TrailingBytes);
    }

    #[test]
    fn a_truncated_response_counts_as_one_wherever_it_is_cut() {
        let question =
            Question { name: "_veraid.example.com".parse().unwrap(), record_type: RecordType::TXT };
        let mut octets = response();
        octets[2] |= 0x80;
        assert!(!is_truncated_response(&octets, 0, &question), "TC is clear");
        octets[2] |= 0x02;
        let head = 12 + question.name.as_wire().len() + 4;
        for length in 0..octets.len() {
            let is_one = is_truncated_response(&octets[..length], 0, &question);
            assert_eq!(is_one, length >= head, "{length}");
        }
        assert!(!is_truncated_response(&octets, 1, &question), "another id");
        let other = Question { record_type: RecordType::DS, ..question };
        assert!(!is_truncated_response(&octets, 0, &other), "another question");
    }

    #[test]
    fn changed_responses_have_one_question_or_are_rejected() {
        let octets = response();
        for position in 0..octets.len() {
            for value in [0, 1, 0x3F, 0x40, 0x80, 0xC0, 0xFF] {
                let mut changed = octets.clone();
                changed[position] = value;
                // Whatever it is, it answers one question or none.
                if let Ok(response) = Response::parse(changed) {
                    let asked = response.question.clone();
                    assert!(asked.is_none_or(|asked| response.signers(&asked).len() <= 1));
                }
            }
        }
    }

    #[test]
    fn a_compressed_signer_name_is_rejected() {
        let data = |name: &[u8]| [&[0; 18], name, b"signature"].concat();
        assert_eq!(signer(&data(b"\x03COM\x00")), Some("com".parse().unwrap()));
        assert_eq!(signer(&data(b"\x03com\xC0\x00")), None);
        assert_eq!(signer(&[0; 18]), None);
    }
}
