//! DNS messages (RFC 1035 section 4).

use veraid_dnssec::{Name, Question, RecordType};

use crate::zone::Rrset;

/// The flags of a recursive server's answer: QR, RD and RA.
pub const ANSWER_FLAGS: u16 = 0x8180;

const CLASS_IN: u16 = 1;

/// A DNS record; its fields need not make sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The owner's name on the wire, uncompressed.
    pub owner: Vec<u8>,
    /// The type.
    pub record_type: RecordType,
    /// The class; IN is 1.
    pub class: u16,
    /// The time to live.
    pub ttl: u32,
    /// The data.
    pub rdata: Vec<u8>,
}

impl Record {
    /// A record of class IN.
    #[must_use]
    pub fn new(owner: &Name, record_type: RecordType, ttl: u32, rdata: Vec<u8>) -> Self {
        Self { owner: owner.as_wire().to_vec(), record_type, class: CLASS_IN, ttl, rdata }
    }
}

/// The compression of names (RFC 1035 section 4.1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// No names are compressed.
    #[default]
    None,
    /// Owner names that equal the first question's name, or one of its ancestors, point into the
    /// question.
    OwnerNames,
}

/// Builds a DNS message: by default, a response without records.
#[derive(Clone, Debug)]
pub struct MessageBuilder {
    /// The identifier.
    pub id: u16,
    /// The flags field.
    pub flags: u16,
    /// The questions, each with its class.
    pub questions: Vec<(Question, u16)>,
    /// The answer section.
    pub answers: Vec<Record>,
    /// The authority section.
    pub authority: Vec<Record>,
    /// The additional section.
    pub additional: Vec<Record>,
    /// The compression of names.
    pub compression: Compression,
    /// The counts of questions, answers, authority and additional records, if they should not be
    /// the true ones.
    pub counts: Option<[u16; 4]>,
    /// Octets after the end of the message.
    pub trailing: Vec<u8>,
}

impl MessageBuilder {
    /// A response to `question`, without records.
    #[must_use]
    pub fn new(question: &Question) -> Self {
        Self {
            id: 0,
            flags: ANSWER_FLAGS,
            questions: vec![(question.clone(), CLASS_IN)],
            answers: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
            compression: Compression::None,
            counts: None,
            trailing: Vec::new(),
        }
    }

    /// Sets the flags.
    #[must_use]
    pub fn flags(mut self, flags: u16) -> Self {
        self.flags = flags;
        self
    }

    /// Adds a question of class IN.
    #[must_use]
    pub fn question(mut self, question: &Question) -> Self {
        self.questions.push((question.clone(), CLASS_IN));
        self
    }

    /// Adds a record to the answer section.
    #[must_use]
    pub fn answer(mut self, record: Record) -> Self {
        self.answers.push(record);
        self
    }

    /// Adds the records of `rrset` to the answer section, and RRSIGs with these data.
    #[must_use]
    pub fn answer_rrset(mut self, rrset: &Rrset, rrsigs: &[Vec<u8>]) -> Self {
        let records = |record_type, rdata: &[Vec<u8>]| -> Vec<Record> {
            rdata
                .iter()
                .map(|rdata| Record::new(&rrset.owner, record_type, rrset.ttl, rdata.clone()))
                .collect()
        };
        self.answers.extend(records(rrset.record_type, &rrset.rdata));
        self.answers.extend(records(RecordType::RRSIG, rrsigs));
        self
    }

    /// Adds a record to the authority section.
    #[must_use]
    pub fn authority(mut self, record: Record) -> Self {
        self.authority.push(record);
        self
    }

    /// Adds a record to the additional section.
    #[must_use]
    pub fn additional(mut self, record: Record) -> Self {
        self.additional.push(record);
        self
    }

    /// Sets the compression of names.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Adds octets after the end of the message.
    #[must_use]
    pub fn trailing(mut self, octets: &[u8]) -> Self {
        self.trailing = octets.to_vec();
        self
    }

    /// The encoded message.
    ///
    /// # Panics
    ///
    /// If a section or the data of a record do not fit into 16 bits.
    #[must_use]
    pub fn build(&self) -> Vec<u8> {
        let sections = [&self.answers, &self.authority, &self.additional];
        let counts = self.counts.unwrap_or_else(|| {
            [self.questions.len(), sections[0].len(), sections[1].len(), sections[2].len()]
                .map(|count| u16::try_from(count).expect("sections have at most 65,535 records"))
        });
        let mut octets = [self.id, self.flags].map(u16::to_be_bytes).concat();
        octets.extend(counts.map(u16::to_be_bytes).concat());
        for (question, class) in &self.questions {
            octets.extend(question.name.as_wire());
            octets.extend(question.record_type.number().to_be_bytes());
            octets.extend(class.to_be_bytes());
        }
        for record in sections.into_iter().flatten() {
            octets.extend(self.owner(&record.owner));
            octets.extend(record.record_type.number().to_be_bytes());
            octets.extend(record.class.to_be_bytes());
            octets.extend(record.ttl.to_be_bytes());
            let length =
                u16::try_from(record.rdata.len()).expect("record data have at most 65,535 octets");
            octets.extend(length.to_be_bytes());
            octets.extend(&record.rdata);
        }
        octets.extend(&self.trailing);
        octets
    }

    fn owner(&self, owner: &[u8]) -> Vec<u8> {
        const QUESTION_OFFSET: usize = 12;
        const POINTER: u16 = 0xC000;
        match (self.compression, self.questions.first()) {
            (Compression::OwnerNames, Some((question, _))) if owner.len() > 1 => {
                let starts = question.name.from_root_down();
                let Some(ancestor) = starts.iter().find(|name| name.as_wire() == owner) else {
                    return owner.to_vec();
                };
                let offset =
                    QUESTION_OFFSET + question.name.as_wire().len() - ancestor.as_wire().len();
                (POINTER | offset as u16).to_be_bytes().to_vec()
            }
            _ => owner.to_vec(),
        }
    }
}

/// A response to `question` with the records of `rrset` and RRSIGs with these data.
#[must_use]
pub fn answer_message(question: &Question, rrset: &Rrset, rrsigs: &[Vec<u8>]) -> Vec<u8> {
    MessageBuilder::new(question).answer_rrset(rrset, rrsigs).build()
}
