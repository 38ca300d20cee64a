//! Faults in Kliento tokens.

use super::change::Change;
use super::table::Fault;
use crate::scenario::{AUDIENCE, Encapsulation, Scenario, TEST_SERVICE, kliento_token, period};

pub(super) fn change(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::TokenBundleTooLarge => Change::Scenario(|s| {
            // White space is allowed around a token, so only the size is wrong.
            const MORE_THAN_16_KIB: usize = 16 * 1024;
            s.content.extend(vec![b' '; MORE_THAN_16_KIB]);
        }),
        Fault::TokenDetached => Change::ScenarioAndRequest(
            |s| s.encapsulation = Encapsulation::Detached,
            |faulty, _| faulty.plaintext = None,
        ),
        Fault::TokenForOtherService => Change::Scenario(|s| s.service = TEST_SERVICE.into()),
        Fault::TokenOverOneHour => Change::Scenario(|s| {
            s.signature_period = period(s.at.saturating_sub(60), s.at.saturating_add(3541));
        }),
        Fault::TokenAudienceOther => {
            Change::Request(|faulty, _| faulty.audience = "https://other.example".into())
        }
        Fault::TokenAudienceUpperCase => {
            Change::Request(|faulty, _| faulty.audience = AUDIENCE.to_uppercase())
        }
        Fault::TokenAudienceTrailingSlash => Change::Request(|faulty, _| faulty.audience.push('/')),
        Fault::TokenAudienceMissing => Change::Scenario(|s| s.content = b"{}".to_vec()),
        Fault::TokenAudienceEmpty => Change::Scenario(|s| s.content = kliento_token("", &[])),
        Fault::TokenAudienceRepeated => Change::Scenario(|s| {
            let audience = format!(r#""audience":"{AUDIENCE}""#);
            s.content = format!("{{{audience},{audience}}}").into_bytes();
        }),
        Fault::TokenClaimNumber => Change::Scenario(|s| claims(s, r#"{"claim":1}"#)),
        Fault::TokenClaimNull => Change::Scenario(|s| claims(s, r#"{"claim":null}"#)),
        Fault::TokenClaimObject => Change::Scenario(|s| claims(s, r#"{"claim":{}}"#)),
        Fault::TokenNotUtf8 => Change::Scenario(|s| {
            claims(s, r#"{"claim":"?"}"#);
            let place = s.content.iter().position(|&octet| octet == b'?').expect("it is there");
            s.content[place] = 0xFF;
        }),
        Fault::TokenByteOrderMark => Change::Scenario(|s| {
            s.content.splice(..0, *b"\xEF\xBB\xBF");
        }),
        Fault::TokenArray => Change::Scenario(|s| {
            s.content.insert(0, b'[');
            s.content.push(b']');
        }),
        Fault::TokenTrailingText => Change::Scenario(|s| s.content.extend(b" {}")),
        _ => return None,
    })
}

/// A token with these claims, as they stand in JSON.
fn claims(scenario: &mut Scenario, json: &str) {
    scenario.content = format!(r#"{{"audience":"{AUDIENCE}","claims":{json}}}"#).into_bytes();
}
