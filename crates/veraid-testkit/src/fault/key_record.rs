//! Faults in the TXT records that name the organisation's key.

use veraid_dnssec::RecordType;

use super::change::Change;
use super::table::Fault;
use crate::mock_bundle::MockBundle;
use crate::profile::{TestProfile, organisation_key_record};
use crate::rsa_key::RsaKey;
use crate::scenario::{KLIENTO_SERVICE, Scenario, TEST_SERVICE, period};
use veraid_zones::txt_rdata;
use veraid_zones::{MessageBuilder, Record};

/// The longest possible TTL override, in seconds.
const NINETY_DAYS: u32 = 90 * 86_400;

pub(super) fn change(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::KeyRecordMissing => Change::Scenario(|s| set(s, &["v=spf1 -all"])),
        Fault::KeyRecordOfOtherKey => Change::Scenario(|s| {
            let key = RsaKey::fixed(2048, 3);
            set(s, &[&organisation_key_record(s.profile, &key, s.ttl_override_seconds, None)]);
        }),
        Fault::KeyRecordOfOtherName => Change::Bundle(give_to_another_name),
        Fault::KeyRecordOfOtherProfile => Change::Scenario(|s| {
            let other = match s.profile {
                TestProfile::VeraId => TestProfile::DomainAuth,
                TestProfile::DomainAuth => TestProfile::VeraId,
            };
            let ttl = s.ttl_override_seconds;
            set(s, &[&organisation_key_record(other, &s.organisation_key, ttl, None)]);
        }),
        Fault::KeyRecordAsDocumented => {
            Change::Scenario(|s| change_fields(s, |fields| fields.insert(1, "1".into())))
        }
        Fault::KeyRecordForOtherService => {
            Change::Scenario(|s| s.record_service = Some(TEST_SERVICE.into()))
        }
        Fault::KeyRecordPadding => Change::Scenario(|s| {
            change_fields(s, |fields| {
                // The last field before the TTL override.
                let place = fields.len() - 2;
                let key_id = &mut fields[place];
                *key_id = match key_id.strip_suffix('=') {
                    Some(bare) => bare.to_owned(),
                    None => format!("{key_id}="),
                };
            });
        }),
        Fault::KeyRecordAlgorithmOther => Change::Scenario(|s| {
            change_fields(s, |fields| {
                // VeraId's record starts with the algorithm, DomainAuth's with the version.
                let place = fields.len() - 3 - usize::from(fields.len() > 3);
                fields[place] = "2".into();
            });
        }),
        Fault::KeyRecordDigestTypeZero => {
            Change::Scenario(|s| change_fields(s, |fields| fields[2] = "0".into()))
        }
        Fault::KeyRecordDigestTypeUnknown => {
            Change::Scenario(|s| change_fields(s, |fields| fields[2] = "4".into()))
        }
        Fault::KeyRecordTtlZero => Change::Scenario(|s| s.ttl_override_seconds = 0),
        Fault::KeyRecordTtlOver90Days => {
            Change::Scenario(|s| s.ttl_override_seconds = NINETY_DAYS + 1)
        }
        Fault::KeyRecordTtlOver32Bits => Change::Scenario(|s| set_ttl(s, "4294967296")),
        Fault::KeyRecordTtlNegative => Change::Scenario(|s| set_ttl(s, "-1")),
        Fault::KeyRecordTtlPlus => Change::Scenario(|s| set_ttl(s, "+3600")),
        Fault::KeyRecordTtlExponent => Change::Scenario(|s| set_ttl(s, "36e2")),
        Fault::KeyRecordTtlHexadecimal => Change::Scenario(|s| set_ttl(s, "0xE10")),
        Fault::KeyRecordsTwoForAny => Change::Scenario(|s| two_records(s, None)),
        Fault::KeyRecordsTwoForService => {
            Change::Scenario(|s| two_records(s, Some(KLIENTO_SERVICE)))
        }
        Fault::KeyRecordSplit => Change::Scenario(|s| {
            let record = s.key_record();
            let (front, back) = record.as_bytes().split_at(record.len() / 2);
            s.records = Some(vec![txt_rdata(&[front, back])]);
        }),
        Fault::KeyRecordTabs => Change::Scenario(|s| {
            let record = s.key_record().replace(' ', "\t");
            set(s, &[&record]);
        }),
        Fault::KeyRecordTwoSpaces => Change::Scenario(|s| {
            change_fields(s, |fields| {
                let ttl = fields.len() - 1;
                fields[ttl].insert(0, ' ');
            });
        }),
        Fault::KeyRecordLookBackTooShort => Change::ScenarioAndRequest(
            |s| {
                s.ttl_override_seconds = 60;
                let end = s.signature_period.end().saturating_sub(61);
                s.rrsig_period = period(s.rrsig_period.start(), end);
            },
            |faulty, s| faulty.period = period(s.at, s.signature_period.end()),
        ),
        Fault::KeyRecordLookBackFromRequest => Change::Request(|faulty, s| {
            let look_back = u64::from(s.ttl_override_seconds);
            let end = s.signature_period.end().saturating_add(look_back + 1);
            faulty.period = period(s.at, end);
        }),
        _ => return None,
    })
}

fn set(scenario: &mut Scenario, texts: &[&str]) {
    scenario.records = Some(texts.iter().map(|text| txt_rdata(&[text.as_bytes()])).collect());
}

/// Changes the fields of the usual record.
fn change_fields(scenario: &mut Scenario, change: fn(&mut Vec<String>)) {
    let unbound = Scenario { record_service: None, ..scenario.clone() };
    let mut fields: Vec<_> = unbound.key_record().split(' ').map(str::to_owned).collect();
    change(&mut fields);
    set(scenario, &[&fields.join(" ")]);
}

fn set_ttl(scenario: &mut Scenario, text: &str) {
    let record = Scenario { record_service: None, ..scenario.clone() }.key_record();
    let (before, _) = record.rsplit_once(' ').expect("records have several fields");
    set(scenario, &[&format!("{before} {text}")]);
}

fn two_records(scenario: &mut Scenario, service: Option<&str>) {
    let record =
        |ttl| organisation_key_record(scenario.profile, &scenario.organisation_key, ttl, service);
    let ttl = scenario.ttl_override_seconds;
    let (one, other) = (record(ttl), record(ttl + 1));
    set(scenario, &[&one, &other]);
}

/// Signs another record for the organisation's name, and puts the key's beside it under another
/// name.
fn give_to_another_name(made: &mut MockBundle, _: &Scenario) {
    let question = made.chain.question();
    let mut link = made.chain.link(&question).clone();
    let key_records = std::mem::replace(&mut link.rrset.rdata, vec![txt_rdata(&[b"v=spf1 -all"])]);
    let other = "_veraid.other.example".parse().expect("it is a domain name");
    let message = key_records.into_iter().fold(
        MessageBuilder::new(&question).answer_rrset(&link.rrset, &link.rrsigs()),
        |message, rdata| message.answer(Record::new(&other, RecordType::TXT, 300, rdata)),
    );
    made.chain.replace(&question, message.build());
}
