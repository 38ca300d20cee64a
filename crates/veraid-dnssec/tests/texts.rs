//! The texts of errors, limits and names.

use veraid_dnssec::{
    ChainError, ChainParseError, DnssecChain, Limit, Question, RecordType, SecurityStatus,
};
use veraid_testkit::MessageBuilder;

#[test]
fn limits_name_the_counted_items() {
    for (limit, text) in [
        (Limit::SignatureChecks, "signature checks in one verification"),
        (Limit::FailedSignatureChecks, "failed signature checks in one verification"),
        (Limit::Ed448Checks, "Ed448 checks in one verification"),
        (Limit::Octets, "bytes in the chain"),
        (Limit::QuestionsPerMessage, "questions in a DNS message"),
        (Limit::Messages, "DNS messages in the chain"),
        (Limit::RecordsPerMessage, "records in a DNS message"),
        (Limit::RrsigsPerRrset, "RRSIGs over one RRset"),
        (Limit::DnskeysPerZone, "DNSKEYs in one zone"),
        (Limit::DsPerZone, "DS records for one zone"),
        (Limit::CollidingKeys, "keys in one zone with the same tag and algorithm"),
        (Limit::AnswerRecords, "records in the requested RRset"),
        (Limit::CandidatesPerQuestion, "distinct messages for one question"),
        (Limit::ZoneCuts, "zones below the root"),
    ] {
        let error = ChainError::LimitExceeded(limit);
        assert_eq!(error.to_string(), format!("too many {text}"));
        assert_eq!(error.status(), SecurityStatus::Bogus);
    }
}

#[test]
fn record_types_are_written_as_mnemonics_where_they_have_one() {
    for (record_type, text) in [
        (RecordType::TXT, "TXT"),
        (RecordType::DS, "DS"),
        (RecordType::RRSIG, "RRSIG"),
        (RecordType::DNSKEY, "DNSKEY"),
        (RecordType::DNAME, "DNAME"),
        (RecordType::new(65_280), "TYPE65280"),
    ] {
        assert_eq!(record_type.to_string(), text);
        assert_eq!(format!("{record_type:?}"), format!("RecordType({text})"));
    }
}

#[test]
fn missing_records_are_reported_by_name_and_type_and_leave_the_verdict_open()
-> Result<(), Box<dyn std::error::Error>> {
    let missing = Question { name: "Example.COM".parse()?, record_type: RecordType::DS };
    assert_eq!(format!("{:?}", missing.name), "Name(example.com.)");
    assert_eq!(missing.to_string(), "example.com. DS");
    let error = ChainError::Incomplete { missing: missing.clone() };
    assert_eq!(error.to_string(), "chain has no answer for example.com. DS");
    assert_eq!(error.status(), SecurityStatus::Indeterminate);
    let error = ChainError::Insecure { zone: missing.name };
    assert_eq!(error.status(), SecurityStatus::Insecure);
    Ok(())
}

#[test]
fn a_chain_has_the_question_of_each_message_and_at_most_64_messages() -> Result<(), ChainParseError>
{
    let question = Question { name: veraid_dnssec::Name::root(), record_type: RecordType::DNSKEY };
    let message = MessageBuilder::new(&question).build();
    let chain = DnssecChain::parse([message.as_slice(); 64])?;
    assert!(chain.questions().all(|found| found == Some(&question)));
    assert_eq!(chain.questions().len(), 64);
    let error = DnssecChain::parse([message.as_slice(); 65]).err();
    assert_eq!(error, Some(ChainParseError::LimitExceeded(Limit::Messages)));
    Ok(())
}
