//! One vector, and its form in JSON.

use std::path::{Path, PathBuf};

use kliento_conformance::SCHEMA;
use veraid_dnssec::{Question, Timestamp, ValidityPeriod};
use veraid_testkit::{
    AUDIENCE, KLIENTO_SERVICE, MockBundle, MockChain, Scenario, Signer, TestProfile,
    dnssec_chain_der,
};

use crate::authority::{self, Citation};
use crate::json::Json;
use crate::scenario::NOW;

/// The folders of test-vectors/ that contain only generated files.
pub(crate) const FOLDERS: [&str; 5] = ["dnssec", "bundle", "token", "header", "member-id"];

/// One vector: an operation, its inputs, and the result that it must have.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    /// The id: area, rule and case.
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) spec: &'static str,
    pub(crate) derived_from: Option<String>,
    pub(crate) operation: &'static str,
    pub(crate) profile: Option<TestProfile>,
    pub(crate) trust_anchors: String,
    pub(crate) when: ValidityPeriod,
    pub(crate) service: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) max_validity: Option<u64>,
    pub(crate) leeway: Option<u64>,
    pub(crate) accepted_profile: Option<TestProfile>,
    pub(crate) accepts_foreign_issuers: bool,
    pub(crate) question: Option<Question>,
    pub(crate) carrier: Carrier,
    pub(crate) plaintext: Option<Vec<u8>>,
    pub(crate) expect: Expect,
}

/// The data to verify.
#[derive(Clone, Debug)]
pub(crate) enum Carrier {
    Input(Vec<u8>),
    Header(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Valid,
    Malformed,
    Invalid,
}

#[derive(Clone, Debug)]
pub(crate) enum Expect {
    Valid(Vec<(&'static str, Json)>),
    Failure { outcome: Outcome, stage: &'static str, code: u16 },
}

impl Vector {
    /// A vector that is valid until another expectation is set.
    pub(crate) fn new(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        operation: &'static str,
        input: Vec<u8>,
        trust_anchors: &str,
    ) -> Self {
        Self {
            id: id.into(),
            description: description.into(),
            spec,
            derived_from: None,
            operation,
            profile: None,
            trust_anchors: trust_anchors.into(),
            when: ValidityPeriod::at(NOW),
            service: None,
            audience: None,
            max_validity: None,
            leeway: None,
            accepted_profile: None,
            accepts_foreign_issuers: false,
            question: None,
            carrier: Carrier::Input(input),
            plaintext: None,
            expect: Expect::Valid(vec![]),
        }
    }

    /// A signature bundle, verified for the Kliento service.
    pub(crate) fn bundle(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        profile: TestProfile,
        bundle: &MockBundle,
    ) -> Self {
        let input = bundle.der.clone();
        let anchors = &bundle.trust_anchors;
        Self {
            profile: Some(profile),
            service: Some(KLIENTO_SERVICE.into()),
            ..Self::new(id, description, spec, "verify-bundle", input, anchors)
        }
    }

    /// A token bundle, verified for the default audience.
    pub(crate) fn token(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        profile: TestProfile,
        bundle: &MockBundle,
    ) -> Self {
        Self {
            operation: "verify-token",
            service: None,
            audience: Some(AUDIENCE.into()),
            ..Self::bundle(id, description, spec, profile, bundle)
        }
    }

    /// A member id bundle, verified for the Kliento service.
    pub(crate) fn member_id(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        profile: TestProfile,
        bundle: &MockBundle,
    ) -> Self {
        Self {
            operation: "verify-member-id-bundle",
            carrier: Carrier::Input(bundle.member_id_bundle()),
            ..Self::bundle(id, description, spec, profile, bundle)
        }
    }

    /// A chain, verified for the records that it was made for.
    pub(crate) fn chain(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        chain: &MockChain,
        question: Question,
    ) -> Self {
        let input = dnssec_chain_der(&chain.messages);
        Self {
            question: Some(question),
            ..Self::new(id, description, spec, "verify-chain", input, &chain.trust_anchors)
        }
    }

    pub(crate) fn from(mut self, parent: impl Into<String>) -> Self {
        self.derived_from = Some(parent.into());
        self
    }

    pub(crate) fn at(mut self, at: Timestamp) -> Self {
        self.when = ValidityPeriod::at(at);
        self
    }

    pub(crate) fn period(mut self, period: ValidityPeriod) -> Self {
        self.when = period;
        self
    }

    pub(crate) fn input(mut self, input: Vec<u8>) -> Self {
        self.carrier = Carrier::Input(input);
        self
    }

    pub(crate) fn header(mut self, header: impl Into<String>) -> Self {
        self.carrier = Carrier::Header(header.into());
        self
    }

    pub(crate) fn plaintext(mut self, plaintext: &[u8]) -> Self {
        self.plaintext = Some(plaintext.to_vec());
        self
    }

    pub(crate) fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = Some(seconds);
        self
    }

    /// Sets the policy to accept organisation certificates of other issuers.
    pub(crate) fn accepting_foreign_issuers(mut self) -> Self {
        self.accepts_foreign_issuers = true;
        self
    }

    /// Expects input that does not parse, with this project's code.
    pub(crate) fn malformed(mut self, code: u16) -> Self {
        let stage = if matches!(code, 1002 | 1003) { "header" } else { "parse" };
        self.expect = Expect::Failure { outcome: Outcome::Malformed, stage, code };
        self
    }

    /// Expects input that parses and is invalid, with this project's code. The stage follows from
    /// the code.
    pub(crate) fn invalid(mut self, code: u16) -> Self {
        let stage = match code {
            2103 | 2000..=2099 => "dnssec-chain",
            2111..=2113 | 2150 => "key-record",
            2101 | 2102 | 2200..=2299 | 2502 => "certificate",
            2402..=2404 => "window",
            3000..=3999 => "token",
            _ => "signed-data",
        };
        self.expect = Expect::Failure { outcome: Outcome::Invalid, stage, code };
        self
    }

    /// Expects the failure at another stage than the code implies.
    pub(crate) fn stage(mut self, name: &'static str) -> Self {
        if let Expect::Failure { stage, .. } = &mut self.expect {
            *stage = name;
        }
        self
    }

    pub(crate) fn fact(mut self, name: &'static str, value: Json) -> Self {
        if let Expect::Valid(facts) = &mut self.expect {
            facts.retain(|(known, _)| *known != name);
            facts.push((name, value));
        }
        self
    }

    /// Expects the subject and signer of `scenario`.
    pub(crate) fn signed_as(self, scenario: &Scenario) -> Self {
        let user = scenario.user.as_deref();
        let organisation = scenario.organisation.as_str();
        let vector = self.names(user, organisation);
        if vector.operation == "verify-member-id-bundle" {
            return vector;
        }
        vector.signed_by(scenario.signer)
    }

    pub(crate) fn names(self, user: Option<&str>, organisation: &str) -> Self {
        let subject = match user {
            Some(user) => format!("{user}@{organisation}"),
            None => organisation.to_owned(),
        };
        self.fact("subject", Json::text(subject))
            .fact("organisation", Json::text(organisation))
            .fact("user", user.map_or(Json::Null, Json::text))
    }

    pub(crate) fn signed_by(self, signer: Signer) -> Self {
        let kind = match signer {
            Signer::Member => "member",
            Signer::Organisation => "organisation",
        };
        self.fact("signer", Json::text(kind))
    }

    /// Expects validity in this run of seconds.
    pub(crate) fn holds(self, period: ValidityPeriod) -> Self {
        self.fact("validFrom", Json::text(period.start()))
            .fact("validUntil", Json::text(period.end()))
    }

    /// Expects validity in this run of seconds; `None` if the vector is never valid, which a later
    /// call states.
    pub(crate) fn holds_if_ever(self, period: Option<ValidityPeriod>) -> Self {
        match period {
            Some(period) => self.holds(period),
            None => self,
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self.expect {
            Expect::Valid(_) => Outcome::Valid,
            Expect::Failure { outcome, .. } => outcome,
        }
    }

    pub(crate) fn path(&self) -> Result<PathBuf, String> {
        match self.id.split("::").collect::<Vec<_>>()[..] {
            [area, _, case] if FOLDERS.contains(&area) => {
                Ok(Path::new(area).join(format!("{case}.json")))
            }
            _ => Err(format!("{} is not in the form area::rule::case", self.id)),
        }
    }

    pub(crate) fn citation(&self) -> Result<Citation, String> {
        authority::resolve(&self.id, self.profile, self.spec)
    }

    pub(crate) fn to_json(&self, citation: &Citation) -> Json {
        let anchors = self.trust_anchors.lines().map(Json::text).collect();
        let mut members = vec![
            ("schema", Json::text(SCHEMA)),
            ("id", Json::text(&self.id)),
            ("description", Json::text(&self.description)),
            ("authority", Json::text(citation.authority)),
            ("spec", Json::text(&citation.text)),
            ("derived_from", self.derived_from.as_ref().map_or(Json::Null, Json::text)),
            ("operation", Json::text(self.operation)),
            ("profile", self.profile.map_or(Json::Null, |profile| Json::text(label(profile)))),
            ("trust_anchors", Json::List(anchors)),
        ];
        if self.when.start() == self.when.end() {
            members.push(("at", Json::text(self.when.start())));
        } else {
            members.push(("period", period_json(self.when)));
        }
        let texts = [("service", &self.service), ("audience", &self.audience)];
        members.extend(
            texts
                .into_iter()
                .filter_map(|(name, value)| value.as_ref().map(|value| (name, Json::text(value)))),
        );
        let numbers = [("max_validity", self.max_validity), ("leeway", self.leeway)];
        members.extend(
            numbers.into_iter().filter_map(|(name, value)| Some((name, Json::Number(value?)))),
        );
        if let Some(profile) = self.accepted_profile {
            members.push(("accepted_profile", Json::text(label(profile))));
        }
        if self.accepts_foreign_issuers {
            members.push(("foreign_issuers", Json::True));
        }
        if let Some(question) = &self.question {
            members.push(("name", Json::text(&question.name)));
            members.push(("type", Json::text(question.record_type)));
        }
        members.push(match &self.carrier {
            Carrier::Input(octets) => ("input", Json::octets(octets)),
            Carrier::Header(header) => ("header", Json::text(header)),
        });
        if let Some(plaintext) = &self.plaintext {
            members.push(("plaintext", Json::octets(plaintext)));
        }
        members.push(("expect", self.expect.to_json()));
        Json::object(members)
    }
}

impl Expect {
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Valid(facts) => {
                let result = ("result", Json::text("valid"));
                Json::object(std::iter::once(result).chain(facts.iter().cloned()))
            }
            Self::Failure { outcome, stage, code } => {
                let result = match outcome {
                    Outcome::Malformed => "malformed",
                    _ => "invalid",
                };
                Json::object([
                    ("result", Json::text(result)),
                    ("stage", Json::text(*stage)),
                    ("code", Json::text(format!("KL{code}"))),
                ])
            }
        }
    }
}

pub(crate) fn period_json(period: ValidityPeriod) -> Json {
    Json::object([("from", Json::text(period.start())), ("until", Json::text(period.end()))])
}

/// The name of a profile in vectors.
pub(crate) const fn label(profile: TestProfile) -> &'static str {
    match profile {
        TestProfile::VeraId => "veraid",
        TestProfile::DomainAuth => "domainauth",
    }
}
