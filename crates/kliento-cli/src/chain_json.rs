//! Results of chain verification as JSON.

use base64ct::{Base64, Encoding};
use kliento_inspect::Failure;
use kliento_inspect::json::PeriodJson;
use serde::Serialize;
use veraid_dnssec::VerifiedRrset;

/// `kliento.chain-verification/v1`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ChainVerification<'a> {
    schema: &'static str,
    status: &'static str,
    name: Option<String>,
    r#type: Option<String>,
    records: Option<Vec<String>>,
    validity: Option<Vec<PeriodJson>>,
    error: Option<&'a Failure>,
}

impl<'a> ChainVerification<'a> {
    const SCHEMA: &'static str = "kliento.chain-verification/v1";

    pub(crate) fn valid(rrset: &VerifiedRrset) -> Self {
        Self {
            schema: Self::SCHEMA,
            status: "valid",
            name: Some(rrset.question().name.to_string()),
            r#type: Some(rrset.question().record_type.to_string()),
            records: Some(rrset.rdata().map(Base64::encode_string).collect()),
            validity: Some(rrset.validity().iter().map(PeriodJson::from).collect()),
            error: None,
        }
    }

    pub(crate) fn failed(failure: &'a Failure) -> Self {
        Self {
            schema: Self::SCHEMA,
            status: failure.class().status(),
            error: Some(failure),
            ..Self::default()
        }
    }
}
