//! W: the wire format of DNS.

use crate::catalogue::{Case, Row, invalid, malformed, row, valid};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows: Vec<_> = names().into_iter().chain(messages()).collect();
    rows.sort_by_key(|row| row.id);
    rows
}

fn names() -> Vec<Row> {
    vec![
        row(
            "W01",
            "compression pointers to themselves, to each other, ahead, or into the header",
            vec![
                malformed("dnssec::wire::compression-loop"),
                malformed("dnssec::wire::compression-two-cycle"),
                malformed("dnssec::wire::forward-pointer"),
                valid("dnssec::wire::compressed-owners"),
            ],
        ),
        row(
            "W02",
            "pointers that lead to pointers, thousands of times (see D01, too)",
            vec![
                valid("dnssec::limit::limit-chain-octets-65536"),
                malformed("dnssec::limit::limit-chain-octets-65537"),
            ],
        ),
        row(
            "W03",
            "labels and names that are too long, of an unknown kind, or without end",
            vec![
                malformed("dnssec::wire::name-over-255-octets"),
                malformed("dnssec::wire::unknown-label-type*"),
                malformed("dnssec::wire::name-without-end"),
            ],
        ),
        row(
            "W04",
            "a compressed signer's name",
            vec![invalid("dnssec::signature::signer-name-compressed")],
        ),
        row(
            "W05",
            "data that ends before or after its length",
            vec![
                malformed("dnssec::wire::data-length-too-long"),
                invalid("dnssec::wire::data-length-0-*"),
                invalid("dnssec::wire::name-crosses-data-end"),
            ],
        ),
        row(
            "W06",
            "counts beyond what is there",
            vec![
                malformed("dnssec::wire::record-missing"),
                malformed("dnssec::wire::counts-65535"),
            ],
        ),
        row("W07", "octets after the last record", vec![malformed("dnssec::wire::trailing-octet")]),
        row(
            "W13",
            "labels that hold a dot, a backslash or any octet",
            vec![invalid("dnssec::wire::dot-within-label")],
        ),
    ]
}

fn messages() -> Vec<Row> {
    vec![
        row(
            "W08",
            "flags and codes that make a message no answer, and those that do not",
            vec![
                invalid("dnssec::message::truncated-flag-*"),
                invalid("dnssec::message::nxdomain-answer"),
                invalid("dnssec::message::servfail-answer"),
                invalid("dnssec::message::opcode-status-answer"),
                valid("dnssec::message::all-harmless-flags"),
                valid("dnssec::message::no-flags"),
            ],
        ),
        row(
            "W09",
            "no question, or two, or very many",
            vec![
                invalid("dnssec::message::no-question"),
                invalid("dnssec::message::two-questions"),
                valid("dnssec::limit::limit-questions-8"),
                malformed("dnssec::limit::limit-questions-9"),
            ],
        ),
        row(
            "W10",
            "records of another class",
            vec![
                invalid("dnssec::message::record-class-chaos"),
                invalid("dnssec::message::question-class-chaos"),
            ],
        ),
        row(
            "W11",
            "a record twice, or with another TTL",
            vec![
                valid("dnssec::signature::record-repeated"),
                valid("dnssec::signature::ttl-counted-down"),
            ],
        ),
        row(
            "W12",
            "names in mixed case",
            vec![valid("dnssec::wire::mixed-case"), valid("dnssec::type::*-mixed-case")],
        ),
        row(
            "W14",
            "a TXT record of no character-string, of two, or with one cut off",
            vec![
                valid("bundle::key-record::records-empty-beside-*"),
                valid("bundle::key-record::records-binary-beside-*"),
                valid("bundle::key-record::records-split-domainauth"),
                invalid("bundle::key-record::records-split-veraid"),
                valid("bundle::key-record::records-cut-off-beside-*"),
            ],
        ),
        row(
            "W15",
            "an answer in another section",
            vec![
                invalid("dnssec::message::record-in-additional-section"),
                valid("dnssec::message::other-sections"),
            ],
        ),
        row(
            "W16",
            "two answers to a question, one of them forged",
            vec![
                invalid("dnssec::message::answer-twice"),
                invalid("dnssec::message::two-answers"),
                valid("dnssec::message::bogus-*"),
            ],
        ),
        row(
            "W17",
            "pseudo-records: ignored, as everything is outside of the answer section",
            vec![valid("dnssec::message::two-opt-records")],
        ),
        row(
            "W18",
            "a record more than was signed",
            vec![invalid("dnssec::signature::record-added")],
        ),
        row(
            "W19",
            "a header and nothing else",
            vec![
                malformed("dnssec::wire::header-cut-off"),
                malformed("dnssec::wire::empty-message"),
                valid("dnssec::wire::header-only-beside"),
                Case::NotHere("no message of a token can be over 65,535 octets"),
            ],
        ),
    ]
}
