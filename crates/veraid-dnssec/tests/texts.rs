//! The texts of errors, limits and names.

use veraid_dnssec::{
    ChainError, ChainParseError, DnssecChain, Limit, Question, RecordType, SecurityStatus,
};
use veraid_testkit::MessageBuilder;

#[test]
fn limits_say_what_there_is_too_much_of() {
    for (limit, text) in [
        (Limit::SignatureChecks, "signature checks of one verification"),
        (Limit::FailedSignatureChecks, "failed signature checks of one verification"),
        (Limit::Ed448Checks, "Ed448 checks of one verification"),
        (Limit::Octets, "octets of a chain"),
        (Limit::QuestionsPerMessage, "questions of a DNS message"),
        (Limit::Messages, "DNS messages of a chain"),
        (Limit::RecordsPerMessage, "records of a DNS message"),
        (Limit::RrsigsPerRrset, "RRSIGs over one RRset"),
        (Limit::DnskeysPerZone, "DNSKEYs of one zone"),
        (Limit::DsPerZone, "DSs of one zone"),
        (Limit::CollidingKeys, "keys of one zone with the same tag and algorithm"),
        (Limit::AnswerRecords, "records of the RRset asked for"),
        (Limit::CandidatesPerQuestion, "distinct messages for one question"),
        (Limit::ZoneCuts, "zones below the root"),
    ] {
        let error = ChainError::LimitExceeded(limit);
        assert_eq!(error.to_string(), format!("there are more {text} than allowed"));
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
fn what_is_missing_is_told_by_name_and_type_and_leaves_the_verdict_open()
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
fn a_chain_tells_what_each_message_answers_and_has_at_most_64() -> Result<(), ChainParseError> {
    let question = Question { name: veraid_dnssec::Name::root(), record_type: RecordType::DNSKEY };
    let message = MessageBuilder::new(&question).build();
    let chain = DnssecChain::parse([message.as_slice(); 64])?;
    assert!(chain.questions().all(|found| found == Some(&question)));
    assert_eq!(chain.questions().len(), 64);
    let error = DnssecChain::parse([message.as_slice(); 65]).err();
    assert_eq!(error, Some(ChainParseError::LimitExceeded(Limit::Messages)));
    Ok(())
}
