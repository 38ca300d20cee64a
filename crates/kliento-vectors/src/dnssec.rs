//! Chains: the walk from the root's keys to an RRset.

pub(crate) mod compressed;
pub(crate) mod data;
pub(crate) mod delegation;
pub(crate) mod hostile;
pub(crate) mod message;
pub(crate) mod periods;
pub(crate) mod root_roll;
pub(crate) mod signature;

use std::collections::BTreeSet;

use veraid_dnssec::{Name, Question, RecordType, Timestamp, ValidityPeriod};
use veraid_testkit::{
    ChainLink, Compression, FixedKey as _, Hierarchy, KeySplit, MessageBuilder, MockChain, Record,
    Rrset, Zone, ZoneAlgorithm, ZoneKey, ZoneKeys, dnssec_chain_der_in_order, fixed_zones, period,
    txt_rdata,
};

use crate::json::Json;
use crate::scenario::{NOW, small_zones};
use crate::vector::{Vector, period_json};

const PARENT: &str = "dnssec::valid::txt";
const OWNER: &str = "_veraid.example.com";

pub(super) fn vectors() -> Vec<Vector> {
    [valid(), algorithms(), other_types()].concat()
}

pub(super) fn question(name: &str, record_type: &str) -> Question {
    Question { name: name.parse().unwrap(), record_type: record_type.parse().unwrap() }
}

fn txt() -> Question {
    question(OWNER, "TXT")
}

fn id(rule: &str, case: &str) -> String {
    format!("dnssec::{rule}::{case}")
}

/// From 2026-11-15T00:00:00Z to 2026-11-29T00:00:00Z.
fn usual_period() -> ValidityPeriod {
    let start = Timestamp::from_unix_seconds(1_794_700_800);
    period(start, start.saturating_add(14 * 86_400))
}

/// Expects these records, in canonical order, with validity in this run of seconds.
fn proves(vector: Vector, records: &[Vec<u8>], validity: ValidityPeriod) -> Vector {
    records_only(vector, records).fact("validity", Json::List(vec![period_json(validity)]))
}

fn records_only(vector: Vector, records: &[Vec<u8>]) -> Vector {
    let mut records = records.to_vec();
    records.sort();
    records.dedup();
    vector.fact("records", Json::List(records.iter().map(|rdata| Json::octets(rdata)).collect()))
}

fn text() -> Vec<u8> {
    txt_rdata(&[b"text"])
}

/// A chain that still proves the usual record.
fn still_proves(
    rule: &str,
    case: &str,
    description: &str,
    spec: &'static str,
    chain: &MockChain,
) -> Vector {
    let vector = Vector::chain(id(rule, case), description, spec, chain, txt()).from(PARENT);
    proves(vector, &[text()], usual_period())
}

fn fails(
    rule: &str,
    case: &str,
    description: &str,
    spec: &'static str,
    chain: &MockChain,
    code: u16,
) -> Vector {
    Vector::chain(id(rule, case), description, spec, chain, txt()).from(PARENT).invalid(code)
}

fn changed(change: impl FnOnce(&mut MockChain)) -> MockChain {
    let mut chain = small_zones().build();
    change(&mut chain);
    chain
}

fn changed_zones(change: impl FnOnce(&mut Hierarchy)) -> MockChain {
    let mut hierarchy = small_zones().hierarchy();
    change(&mut hierarchy);
    let mut chain = hierarchy.sign();
    // A key with two roles is still a single record.
    for place in 0..chain.links.len() {
        let mut seen = BTreeSet::new();
        chain.links[place].rrset.rdata.retain(|rdata| seen.insert(rdata.clone()));
        chain.messages[place] = chain.links[place].message();
    }
    chain
}

/// The message that answers `question`, to be changed and built.
fn answer(chain: &MockChain, question: &Question) -> MessageBuilder {
    let link = chain.link(question);
    MessageBuilder::new(question).answer_rrset(&link.rrset, &link.rrsigs())
}

fn replaced(
    question: &Question,
    change: impl FnOnce(MessageBuilder, &ChainLink) -> MessageBuilder,
) -> MockChain {
    changed(|chain| {
        let message = change(answer(chain, question), chain.link(question)).build();
        chain.replace(question, message);
    })
}

fn replace_all(octets: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = octets.to_vec();
    let mut place = 0;
    while place + from.len() <= replaced.len() {
        if replaced[place..].starts_with(from) {
            replaced[place..place + to.len()].copy_from_slice(to);
        }
        place += 1;
    }
    replaced
}

fn p256(index: usize) -> ZoneKey {
    ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, index)
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn valid() -> Vec<Vector> {
    let spec = "RFC 4035 section 5";
    let parent = Vector::chain(
        PARENT,
        "A TXT record three zones down, each zone signed with one P-256 key.",
        spec,
        &small_zones().build(),
        txt(),
    );
    let deep = small_zones().owner("_veraid.a.b.example.com").build();
    let top = small_zones().owner("_veraid.example").build();
    let two = small_zones().txt(&["text", "and more"]).build();
    let usual = fixed_zones().build();
    vec![
        proves(parent, &[text()], usual_period()),
        still_proves(
            "valid",
            "rsa-root",
            "The root has a key-signing and a zone-signing RSA key, like the real root.",
            spec,
            &usual,
        ),
        proves(
            Vector::chain(
                id("valid", "five-zones"),
                "Every label of a longer name is a zone.",
                spec,
                &deep,
                deep.question(),
            )
            .from(PARENT),
            &[text()],
            usual_period(),
        ),
        proves(
            Vector::chain(
                id("valid", "top-level-domain"),
                "The record is directly below a top-level domain.",
                spec,
                &top,
                top.question(),
            )
            .from(PARENT),
            &[text()],
            usual_period(),
        ),
        proves(
            Vector::chain(
                id("valid", "two-records"),
                "The RRset has two records, signed in canonical order.",
                "RFC 4034 section 6.3",
                &two,
                txt(),
            )
            .from(PARENT),
            &[text(), txt_rdata(&[b"and more"])],
            usual_period(),
        ),
    ]
}

fn algorithms() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for algorithm in ZoneAlgorithm::ALL {
        for (split, word, words) in [
            (KeySplit::Combined, "one-key", "one key"),
            (KeySplit::KskAndZsk, "two-keys", "a key-signing and a zone-signing key"),
        ] {
            let number = algorithm.number();
            let chain = fixed_zones()
                .zone_algorithms(algorithm, algorithm, algorithm)
                .key_split(split, split, split)
                .build();
            vectors.push(still_proves(
                "algorithm",
                &format!("algorithm-{number}-{word}"),
                &format!("Every zone signs with algorithm {number} and {words}."),
                "RFC 9904",
                &chain,
            ));
        }
    }
    let mut hierarchy =
        small_zones().zone_keys("com", ZoneKeys::ksk_and_zsk(ZoneAlgorithm::RsaSha256)).hierarchy();
    hierarchy.zones[0].zsks = vec![ZoneKey::fixed_rsa_1024(0).with_flags(ZoneKey::ZONE)];
    vectors.push(still_proves(
        "algorithm",
        "rsa-1024",
        "A top-level domain signs with a 1024-bit RSA key, as some do.",
        "RFC 5702 section 2",
        &hierarchy.sign(),
    ));
    vectors.push(still_proves(
        "algorithm",
        "ds-sha-384",
        "The trust anchor and the DS records are SHA-384 digests.",
        "RFC 6605 section 2",
        &small_zones().ds_digest_type(4).build(),
    ));
    for number in [5_u8, 7, 12, 253] {
        let chain = changed_zones(|hierarchy| {
            let key = p256(4).with_algorithm_number(number);
            hierarchy.zones[1].ksks = vec![key];
        });
        vectors.push(fails(
            "algorithm",
            &format!("only-algorithm-{number}"),
            &format!(
                "The only key and DS of a zone have algorithm {number}, so the zone is insecure."
            ),
            "RFC 4035 section 5.2",
            &chain,
            2003,
        ));
        let beside = changed_zones(|hierarchy| {
            let zone = &mut hierarchy.zones[1];
            zone.zsks = zone.ksks.clone();
            zone.ksks.push(p256(90).with_algorithm_number(number));
        });
        // The zone's data is signed only by its good key, its DNSKEY RRset by both.
        vectors.push(still_proves(
            "algorithm",
            &format!("algorithm-{number}-beside-good"),
            &format!("A zone has a key, DS and RRSIG of algorithm {number} in addition to valid ones; they are skipped."),
            "RFC 4035 section 5.2",
            &beside,
        ));
    }
    vectors
}

fn other_types() -> Vec<Vector> {
    let chain = small_zones().build();
    let asks = |case: &str, description: &str, spec, chain: &MockChain, asked: Question| {
        Vector::chain(id("type", &format!("type-{case}")), description, spec, chain, asked)
            .from(PARENT)
    };
    let mut vectors = Vec::new();
    for (asked, case, spec) in [
        (question("example.com", "DS"), "ds", "RFC 4035 section 5.2"),
        (question("example.com", "DNSKEY"), "dnskey", "RFC 4035 section 5.2"),
        (question(".", "DNSKEY"), "root-dnskey", "RFC 4035 section 5"),
    ] {
        let vector = asks(case, &format!("The question is {asked}."), spec, &chain, asked.clone());
        vectors.push(proves(vector, &chain.link(&asked).rrset.rdata, usual_period()));
    }
    let exchange = [&[0, 10], name("mail.example.com").as_wire()].concat();
    for (owner, record_type, rdata, spec) in [
        (
            "www.example.com",
            "CNAME",
            name("example.org").as_wire().to_vec(),
            "RFC 1035 section 3.3.1",
        ),
        ("example.com", "MX", exchange, "RFC 4034 section 6.2"),
        (
            "_443._tcp.www.example.com",
            "TLSA",
            [vec![3, 1, 1], vec![0xAB; 32]].concat(),
            "RFC 6698 section 2",
        ),
        ("www.example.com", "A", vec![192, 0, 2, 1], "RFC 1035 section 3.4.1"),
    ] {
        let number = match record_type {
            "CNAME" => 5,
            "MX" => 15,
            "TLSA" => 52,
            _ => 1,
        };
        let asked = Question { name: name(owner), record_type: RecordType::new(number) };
        let rrset = Rrset {
            owner: asked.name.clone(),
            record_type: asked.record_type,
            ttl: 300,
            rdata: vec![rdata.clone()],
        };
        let mut hierarchy = small_zones().hierarchy();
        hierarchy.answer = rrset;
        let chain = hierarchy.sign();
        let vector = asks(
            &record_type.to_lowercase(),
            &format!("The question is for a record of type {record_type}."),
            spec,
            &chain,
            asked.clone(),
        );
        vectors.push(proves(vector, std::slice::from_ref(&rdata), usual_period()));
        if matches!(record_type, "CNAME" | "MX") {
            let mut chain = chain.clone();
            let last = chain.messages.last_mut().unwrap();
            *last = replace_all(last, b"\x07example", b"\x07EXAMPLE");
            let vector = asks(
                &format!("{}-mixed-case", record_type.to_lowercase()),
                &format!(
                    "A {record_type} record in upper case; names in its data are signed, and reported, in lower case."
                ),
                "RFC 4034 section 6.2",
                &chain,
                asked,
            );
            vectors.push(proves(vector, &[rdata], usual_period()));
        }
    }
    vectors
}
