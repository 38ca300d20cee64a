//! DNS messages that are expensive to read.

use veraid_dnssec::{Question, RecordType};

use super::bundle::{Attack, around, organisation};
use veraid_zones::{MessageBuilder, Record};

/// The room for messages beside certificate and signature, in octets.
const ROOM: usize = 14_000;

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        pointer_chain(),
        long_names(),
        messages("messages-of-12-octets", 900, |_| vec![0; 12]),
        messages("copies-of-one-message", 600, |_| empty("a", "TXT")),
        messages("counts-beyond-the-end", 64, |_| [[0_u8; 4], [0, 8, 0, 128], [0; 4]].concat()),
        same_question(),
    ]
}

fn question(name: &str, record_type: &str) -> Question {
    Question {
        name: name.parse().expect("a domain name"),
        record_type: record_type.parse().expect("a record type"),
    }
}

fn empty(name: &str, record_type: &str) -> Vec<u8> {
    MessageBuilder::new(&question(name, record_type)).build()
}

fn messages(name: &str, count: usize, message: impl Fn(usize) -> Vec<u8>) -> Attack {
    let (der, anchors) = around((0..count).map(message).collect());
    Attack::new(name, der, &anchors)
}

/// A message whose first record contains only pointers, each to the one before, and 127 records
/// whose owners point to the last of them.
fn pointer_chain() -> Attack {
    const START: usize = 12 + 5 + 11;
    const RECORDS: usize = 127;
    let asked = question(".", "A");
    let pointers = (ROOM - START - RECORDS * 12) / 2;
    // The question's name, the root, is at 12.
    let chain: Vec<u8> = (0..pointers)
        .flat_map(|number| pointer(if number == 0 { 12 } else { START + 2 * (number - 1) }))
        .collect();
    let last = pointer(START + 2 * (pointers - 1)).to_vec();
    let mut message = MessageBuilder::new(&asked).answer(Record::new(
        &asked.name,
        RecordType::new(65_280),
        0,
        chain,
    ));
    for _ in 0..RECORDS {
        let record = Record::new(&asked.name, RecordType::new(65_280), 0, vec![]);
        message = message.answer(Record { owner: last.clone(), ..record });
    }
    let (der, anchors) = around(vec![message.build()]);
    Attack::new("pointer-chain", der, &anchors)
}

/// Messages whose records' owners are pointers to a name of 255 octets.
fn long_names() -> Attack {
    const RECORDS: usize = 128;
    let label = "a".repeat(63);
    let name = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    let asked = question(&name, "TXT");
    let message = (0..RECORDS).fold(MessageBuilder::new(&asked), |message, _| {
        let record = Record::new(&asked.name, RecordType::TXT, 0, vec![]);
        message.answer(Record { owner: pointer(12).to_vec(), ..record })
    });
    let message = message.build();
    let (der, anchors) = around(vec![message.clone(); ROOM / message.len()]);
    Attack::new("long-names", der, &anchors)
}

/// 63 of the root's key sets, as well as the key records.
fn same_question() -> Attack {
    let answer = organisation("example.com").chain().messages.pop();
    let messages = (0..63).map(key_set).chain(answer).collect();
    let (der, anchors) = around(messages);
    Attack::new("same-question", der, &anchors)
}

/// A key set of the root, different for each `number`, whose records are not real keys.
fn key_set(number: u8) -> Vec<u8> {
    let asked = question(".", "DNSKEY");
    (0..8_u8)
        .fold(MessageBuilder::new(&asked), |message, record| {
            let rdata = vec![1, 1, 3, 253, number, record];
            message.answer(Record::new(&asked.name, RecordType::DNSKEY, 0, rdata))
        })
        .build()
}

fn pointer(place: usize) -> [u8; 2] {
    (0xC000 | place as u16).to_be_bytes()
}
