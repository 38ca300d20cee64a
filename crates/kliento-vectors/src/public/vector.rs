//! A vector that is converted, and its form in JSON.

use kliento_conformance::SCHEMA;
use veraid_dnssec::{Question, Timestamp, ValidityPeriod};

use crate::authority::{self, Citation};
use crate::json::Json;
use crate::vector::period_json;

/// A chain from another project and its expected result.
#[derive(Clone, Debug)]
pub(super) struct PublicVector {
    pub(super) folder: &'static str,
    pub(super) case: String,
    pub(super) description: String,
    pub(super) spec: &'static str,
    pub(super) derived_from: Option<String>,
    pub(super) origin: String,
    pub(super) trust_anchors: Vec<String>,
    pub(super) at: Timestamp,
    pub(super) question: Question,
    pub(super) input: Vec<u8>,
    pub(super) expect: Expect,
}

#[derive(Clone, Debug)]
pub(super) enum Expect {
    /// Valid with these records and, if known, the seconds in which they are valid.
    Valid { records: Vec<Vec<u8>>, validity: Option<ValidityPeriod> },
    /// Invalid with this project's code.
    Invalid(u16),
}

impl PublicVector {
    pub(super) fn id(&self) -> String {
        format!("dnssec::public-{}::{}", self.folder, self.case)
    }

    /// The authority: this project's decisions for the rejection of wildcards, and DNSSEC's rules
    /// for all else.
    pub(super) fn citation(&self) -> Result<Citation, String> {
        let spec = match self.expect {
            Expect::Invalid(2015) => "Decisions, \"DNSSEC\"",
            _ => self.spec,
        };
        authority::resolve(&self.id(), None, spec)
    }

    pub(super) fn to_json(&self, citation: &Citation) -> Json {
        let expect = match &self.expect {
            Expect::Valid { records, validity } => {
                let mut facts = vec![
                    ("result", Json::text("valid")),
                    ("records", Json::List(records.iter().map(|r| Json::octets(r)).collect())),
                ];
                if let Some(period) = validity {
                    facts.push(("validity", Json::List(vec![period_json(*period)])));
                }
                Json::object(facts)
            }
            Expect::Invalid(code) => Json::object([
                ("result", Json::text("invalid")),
                ("stage", Json::text("dnssec-chain")),
                ("code", Json::text(format!("KL{code}"))),
            ]),
        };
        let anchors = self.trust_anchors.iter().map(Json::text).collect();
        Json::object([
            ("schema", Json::text(SCHEMA)),
            ("id", Json::text(self.id())),
            ("description", Json::text(&self.description)),
            ("authority", Json::text(citation.authority)),
            ("spec", Json::text(&citation.text)),
            ("derived_from", self.derived_from.as_ref().map_or(Json::Null, Json::text)),
            ("origin", Json::text(&self.origin)),
            ("operation", Json::text("verify-chain")),
            ("profile", Json::Null),
            ("trust_anchors", Json::List(anchors)),
            ("at", Json::text(self.at)),
            ("name", Json::text(&self.question.name)),
            ("type", Json::text(self.question.record_type)),
            ("input", Json::octets(&self.input)),
            ("expect", expect),
        ])
    }
}
