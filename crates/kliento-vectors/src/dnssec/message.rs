//! Messages: their order, the ones that count as answers, and malformed ones.

use super::signature::alias;
use super::*;

/// A chain whose messages stand in this order.
fn ordered(vector: Vector, messages: &[Vec<u8>]) -> Vector {
    vector.input(dnssec_chain_der_in_order(messages, veraid_testkit::SetOrder::AsGiven))
}

fn bogus_copy(chain: &MockChain, question: &Question) -> Vec<u8> {
    let link = chain.link(question);
    let mut rrsigs = link.rrsigs();
    *rrsigs[0].last_mut().unwrap() ^= 1;
    link.message_with(&rrsigs)
}

pub(crate) fn messages() -> Vec<Vector> {
    let chain = small_zones().build();
    let reversed: Vec<_> = chain.messages.iter().rev().cloned().collect();
    let mut vectors = vec![ordered(
        still_proves(
            "message",
            "reversed-order",
            "The messages are in order from the record up to the root.",
            "DomainAuth, \"DNSSEC Chain Serialisation\"",
            &chain,
        ),
        &reversed,
    )];
    for (asked, case) in [
        (question(".", "DNSKEY"), "root-dnskey"),
        (question("example.com", "DS"), "ds"),
        (question("example.com", "DNSKEY"), "dnskey"),
    ] {
        let bogus = bogus_copy(&chain, &asked);
        for (place, word) in [(0, "first"), (chain.messages.len(), "last")] {
            let mut messages = chain.messages.clone();
            messages.insert(place, bogus.clone());
            vectors.push(ordered(
                still_proves(
                    "message",
                    &format!("bogus-{case}-{word}"),
                    &format!("A second answer for {asked}, with a bad signature, comes {word}."),
                    "RFC 4035 section 5",
                    &chain,
                ),
                &messages,
            ));
        }
    }
    let mut twice = chain.clone();
    twice.messages.push(chain.messages.last().unwrap().clone());
    let mut two = chain.clone();
    two.messages.push({
        let mut link = chain.links.last().unwrap().clone();
        link.rrset.rdata = vec![txt_rdata(&[b"other"])];
        link.message()
    });
    for (chain, case, words) in [
        (twice, "answer-twice", "Two identical messages answer the question."),
        (
            two,
            "two-answers",
            "Two messages answer the question with different records, both signed.",
        ),
    ] {
        vectors.push(fails(
            "message",
            case,
            words,
            "DomainAuth, \"DNSSEC Chain Serialisation\"",
            &chain,
            2006,
        ));
    }
    for (case, words, flags) in [
        ("truncated-flag", "has the TC flag", 0x8380),
        ("nxdomain", "has the response code 3 (no such name)", 0x8183),
        ("servfail", "has the response code 2 (server failure)", 0x8182),
        ("opcode-status", "has the opcode 2 (status)", 0x9180),
    ] {
        vectors.push(fails(
            "message",
            &format!("{case}-answer"),
            &format!("The message with the record {words}, so it answers nothing."),
            "RFC 1035 section 4.1.1",
            &replaced(&txt(), |message, _| message.flags(flags)),
            2001,
        ));
    }
    vectors.push(fails(
        "message",
        "truncated-flag-dnskey",
        "The message with a zone's keys has the TC flag, so it answers nothing.",
        "RFC 1035 section 4.1.1",
        &replaced(&question("example.com", "DNSKEY"), |message, _| message.flags(0x8380)),
        2001,
    ));
    for (case, words, flags) in [
        ("no-flags", "no flags at all, not even QR (response)", 0),
        ("all-harmless-flags", "the flags QR, AA, RD, RA, AD and CD", 0x85B0),
    ] {
        vectors.push(still_proves(
            "message",
            case,
            &format!("The message with the record has {words}."),
            "RFC 4035 section 5",
            &replaced(&txt(), |message, _| message.flags(flags)),
        ));
    }
    vectors.extend([
        fails(
            "message",
            "two-questions",
            "The message with the record has two questions.",
            "RFC 9619",
            &replaced(&txt(), |message, _| message.question(&question(OWNER, "A"))),
            2001,
        ),
        fails(
            "message",
            "no-question",
            "The message with the record has no question.",
            "RFC 1035 section 4.1.2",
            &replaced(&txt(), |mut message, _| {
                message.questions.clear();
                message
            }),
            2001,
        ),
        fails(
            "message",
            "question-class-chaos",
            "The question is of class CH.",
            "RFC 1035 section 3.2.4",
            &replaced(&txt(), |mut message, _| {
                message.questions[0].1 = 3;
                message
            }),
            2001,
        ),
        fails(
            "message",
            "record-class-chaos",
            "The TXT record is of class CH.",
            "RFC 1035 section 3.2.4",
            &replaced(&txt(), |mut message, _| {
                message.answers[0].class = 3;
                message
            }),
            2001,
        ),
        fails(
            "message",
            "record-in-additional-section",
            "The TXT record and its RRSIG are in the additional section.",
            "RFC 1035 section 4.1",
            &replaced(&txt(), |mut message, _| {
                message.additional.append(&mut message.answers);
                message
            }),
            2001,
        ),
        fails(
            "message",
            "record-of-another-name",
            "The record in the answer section has another owner name.",
            "RFC 4035 section 5.3.1",
            &replaced(&txt(), |mut message, _| {
                for record in &mut message.answers {
                    record.owner = name("_veraid.example.org").as_wire().to_vec();
                }
                message
            }),
            2001,
        ),
        still_proves(
            "message",
            "other-sections",
            "The message has an NS record in its authority section and an OPT record.",
            "RFC 6891 section 6.1.1",
            &replaced(&txt(), |message, _| {
                let ns = alias("example.com", RecordType::new(2), "ns.example.com");
                let opt = Record {
                    owner: vec![0],
                    record_type: RecordType::new(41),
                    class: 1232,
                    ttl: 0x8000,
                    rdata: vec![],
                };
                message.authority(ns).additional(opt)
            }),
        ),
        still_proves(
            "message",
            "unused-messages",
            "The chain has unneeded messages, one of them with an error response code.",
            "DomainAuth, \"DNSSEC Chain Serialisation\"",
            &changed(|chain| {
                let other = question("www.example.com", "A");
                chain.messages.push(MessageBuilder::new(&other).build());
                chain.messages.push(MessageBuilder::new(&other).flags(0x8183).build());
            }),
        ),
    ]);
    vectors
}

pub(super) fn malformed(
    case: &str,
    description: &str,
    spec: &'static str,
    message: Vec<u8>,
) -> Vector {
    let chain = changed(|chain| chain.messages.push(message));
    Vector::chain(id("wire", case), description, spec, &chain, txt()).from(PARENT).malformed(1005)
}

/// A message that answers no needed question, with one answer of this owner and these data octets
/// after a length field.
pub(super) fn unused_message(owner: &[u8], rdlength: u16, rdata: &[u8]) -> Vec<u8> {
    let mut message = MessageBuilder::new(&question("x.example", "TXT")).build();
    message[7] = 1;
    message.extend_from_slice(owner);
    message.extend([0, 16, 0, 1, 0, 0, 0, 0]);
    message.extend(rdlength.to_be_bytes());
    message.extend_from_slice(rdata);
    message
}

pub(crate) fn wire_format() -> Vec<Vector> {
    let names = "RFC 1035 section 4.1.4";
    let compressed = changed(|chain| {
        for place in 0..chain.messages.len() {
            let link = &chain.links[place];
            chain.messages[place] = MessageBuilder::new(&link.question())
                .answer_rrset(&link.rrset, &link.rrsigs())
                .compression(Compression::OwnerNames)
                .build();
        }
    });
    let mixed_case = changed(|chain| {
        for message in &mut chain.messages {
            *message = replace_all(message, b"\x07example", b"\x07ExAmPlE");
        }
    });
    let long_name: Vec<u8> = [[1, b'a']; 128].concat();
    vec![
        still_proves(
            "wire",
            "compressed-owners",
            "Owner names are compressed.",
            names,
            &compressed,
        ),
        still_proves(
            "wire",
            "mixed-case",
            "Questions, owners and signer names are in mixed case; the signature is over the canonical form.",
            "RFC 4034 section 6.2",
            &mixed_case,
        ),
        malformed(
            "trailing-octet",
            "One extra octet follows the last record of a message.",
            "RFC 1035 section 4.1",
            MessageBuilder::new(&question("x.example", "TXT")).trailing(&[0]).build(),
        ),
        malformed(
            "compression-loop",
            "A compression pointer points at itself.",
            names,
            unused_message(&[0xC0, 27], 0, &[]),
        ),
        malformed(
            "forward-pointer",
            "A compression pointer points forwards.",
            names,
            unused_message(&[0xC0, 40], 1, &[0]),
        ),
        malformed(
            "unknown-label-type",
            "A label has type bits 01, which are undefined.",
            "RFC 6891 section 5",
            unused_message(&[0x41, 0], 0, &[]),
        ),
        malformed(
            "name-over-255-octets",
            "A name has 257 octets.",
            "RFC 1035 section 2.3.4",
            unused_message(&[long_name, vec![0]].concat(), 0, &[]),
        ),
        malformed(
            "data-length-too-long",
            "The length of a record's data extends past the end of the message.",
            "RFC 1035 section 4.1.3",
            unused_message(&[0], 5, &[1, 2, 3, 4]),
        ),
        malformed(
            "header-cut-off",
            "A message has 11 octets, one fewer than its header.",
            "RFC 1035 section 4.1.1",
            vec![0; 11],
        ),
        malformed("empty-message", "A message has no octets.", "RFC 1035 section 4.1.1", vec![]),
        malformed(
            "record-missing",
            "The header counts one more answer than the message has.",
            "RFC 1035 section 4.1.1",
            {
                let mut message = MessageBuilder::new(&question("x.example", "TXT")).build();
                message[7] = 1;
                message
            },
        ),
    ]
}
