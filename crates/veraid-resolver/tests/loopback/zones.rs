//! Zones for the servers, and resolvers for them.

use std::collections::HashMap;
use std::time::Duration;

use veraid_core::{OrganisationName, Profile, TrustAnchors};
use veraid_dnssec::{ChainVerifier, Name, Question, RecordType};
use veraid_resolver::{FetchError, FetchedChain, Form, Resolver, ResolverAddress, ResolverOptions};
use veraid_testkit::{
    HierarchyBuilder, KeySplit, MessageBuilder, MockChain, Record, ZoneAlgorithm, default_instant,
    fixed_zones,
};

pub(crate) const SOA: RecordType = RecordType::new(6);
const NS: RecordType = RecordType::new(2);

/// Responses to questions, each a message whose id is still to be set.
#[derive(Clone)]
pub(crate) struct Zones {
    responses: HashMap<Question, MessageBuilder>,
    /// From the root down.
    names: Vec<Name>,
    pub(crate) trust_anchors: String,
}

impl Zones {
    /// All RRsets of a chain, signed, with authority and additional sections as servers add them.
    pub(crate) fn of(chain: &MockChain) -> Self {
        let mut zones = Self {
            responses: HashMap::new(),
            names: Vec::new(),
            trust_anchors: chain.trust_anchors.clone(),
        };
        for link in &chain.links {
            let question = link.question();
            if question.record_type == RecordType::DNSKEY {
                zones.names.push(question.name.clone());
            }
            let ns = Record::new(&link.signer, NS, 300, name("ns.example").as_wire().to_vec());
            let response = MessageBuilder::new(&question)
                .answer_rrset(&link.rrset, &link.rrsigs())
                .authority(ns)
                .additional(opt(0));
            zones.responses.insert(question, response);
        }
        zones
    }

    /// The messages of a chain unchanged, including changes after signing.
    pub(crate) fn with_messages(chain: &MockChain) -> Self {
        let mut zones = Self::of(chain);
        for (link, message) in chain.links.iter().zip(&chain.messages) {
            let mut response = zones.respond(&link.question());
            response.answers = answers(message, &link.rrset.owner);
            zones.responses.insert(link.question(), response);
        }
        zones
    }

    pub(crate) fn p256() -> Self {
        Self::of(&p256().build())
    }

    /// Changes the response to a question.
    pub(crate) fn change(
        mut self,
        owner: &str,
        record_type: RecordType,
        change: impl FnOnce(&mut MessageBuilder),
    ) -> Self {
        let question = question(owner, record_type);
        let mut response = self.respond(&question);
        change(&mut response);
        self.responses.insert(question, response);
        self
    }

    /// Removes the records of a name and type.
    pub(crate) fn without(mut self, owner: &str, record_type: RecordType) -> Self {
        self.responses.remove(&question(owner, record_type)).expect("there is such an RRset");
        self
    }

    /// Removes all signatures over the records of a name and type.
    pub(crate) fn unsigned(self, owner: &str, record_type: RecordType) -> Self {
        self.change(owner, record_type, |response| {
            response.answers.retain(|record| record.record_type != RecordType::RRSIG);
        })
    }

    /// The response to `question`: its records, or a denial with the SOA of the zone.
    pub(crate) fn respond(&self, question: &Question) -> MessageBuilder {
        if let Some(response) = self.responses.get(question) {
            return response.clone();
        }
        // A DS is in the parent zone.
        let holds = |zone: &&Name| {
            question.name.is_at_or_below(zone)
                && (question.record_type != RecordType::DS || **zone != question.name)
        };
        let zone = self.names.iter().rfind(holds).expect("the root holds every name");
        let soa = Record::new(zone, SOA, 300, vec![0; 22]);
        let response = MessageBuilder::new(question).additional(opt(0));
        if question.record_type == SOA && *zone == question.name {
            response.answer(soa)
        } else {
            response.authority(soa)
        }
    }

    pub(crate) fn verifier(&self) -> ChainVerifier {
        let anchors = TrustAnchors::from_presentation(&self.trust_anchors).expect("anchors parse");
        ChainVerifier::new(anchors, veraid_aws_lc_rs::PROVIDER)
    }

    /// A resolver that asks `servers`, with a timeout for tests.
    pub(crate) fn resolver(&self, servers: impl IntoIterator<Item = ResolverAddress>) -> Resolver {
        Resolver::new(options(servers), self.verifier()).expect("options are sound")
    }
}

/// The answer section of a message without compressed names, all of whose records are at `owner`.
fn answers(message: &[u8], owner: &Name) -> Vec<Record> {
    let u16_at = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
    let name_length = owner.as_wire().len();
    let mut at = 12 + name_length + 4;
    let mut records = Vec::new();
    for _ in 0..u16_at(6) {
        let fields = at + name_length;
        let data = fields + 10;
        let end = data + usize::from(u16_at(fields + 8));
        let record_type = RecordType::new(u16_at(fields));
        records.push(Record::new(owner, record_type, 300, message[data..end].to_vec()));
        at = end;
    }
    records
}

/// The timeout of one try: long for a server on loopback, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_millis(1500);

pub(crate) fn options(servers: impl IntoIterator<Item = ResolverAddress>) -> ResolverOptions {
    ResolverOptions::new().servers(servers).query_timeout(PATIENCE)
}

/// An OPT record with the upper bits of a response code (RFC 6891 section 6.1.3).
pub(crate) fn opt(extended_code: u8) -> Record {
    let mut record =
        Record::new(&Name::root(), RecordType::new(41), u32::from(extended_code) << 24, vec![]);
    record.class = 1232;
    record
}

/// Key records of example.com below zones with a P-256 key each.
pub(crate) fn p256() -> HierarchyBuilder {
    let algorithm = ZoneAlgorithm::EcdsaP256;
    fixed_zones().zone_algorithms(algorithm, algorithm, algorithm).key_split(
        KeySplit::Combined,
        KeySplit::Combined,
        KeySplit::Combined,
    )
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().expect("tests give domain names")
}

pub(crate) fn question(owner: &str, record_type: RecordType) -> Question {
    Question { name: name(owner), record_type }
}

/// The question for `_veraid.example.com` TXT.
pub(crate) fn key_records() -> Question {
    question("_veraid.example.com", RecordType::TXT)
}

pub(crate) fn organisation(text: &str) -> OrganisationName {
    OrganisationName::from_common_name(text, Profile::VeraId).expect("tests give organisations")
}

/// Fetches the key records of example.com under VeraId at the instant that zones are signed around.
pub(crate) async fn fetch(resolver: &Resolver) -> Result<FetchedChain, FetchError> {
    let organisation = organisation("example.com");
    resolver.fetch(&organisation, Profile::VeraId, Form::Minimal, default_instant()).await
}
