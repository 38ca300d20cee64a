//! Scenarios as chains: valid where a validator must find the answer secure, invalid where it must
//! reject it or cannot prove it.

use veraid_dnssec::{Name, Question, RecordType, TrustAnchors};

use super::chain::{OwnRoot, Signed, anchor_line, ds_rdata, input, read_rrsig, signed_rrsets};
use super::presentation::Record;
use super::rpl::{Entry, Scenario, StepKind};
use super::tally::Tally;
use super::vector::{Expect, PublicVector};

const SOURCE: &str = "scenarios of the crate domain";

/// Scenario and step of every answer that must be rejected, with this project's code. A scenario
/// rarely states the reason; it follows from the scenario's fault.
const REFUSED: [(&str, u32, u16); 28] = [
    ("nsec_ref_to_unsigned1", 20, 2011),
    ("nsec_ref_to_unsigned2", 20, 2011),
    ("nsec_ref_to_unsigned3", 20, 2011),
    ("nsec_wildcard_answer_response", 21, 2015),
    ("nsec_wildcard_answer_response", 23, 2015),
    ("nsec_wildcard_answer_response", 31, 2015),
    ("nsec_wildcard_answer_response", 33, 2015),
    ("nsec_wildcard_answer_response", 51, 2015),
    ("nsec_wildcard_answer_response", 55, 2015),
    ("val_bogus_nodata", 102, 2012),
    ("val_bogus_nodata", 202, 2012),
    ("val_minimal_anotherdomainsignature", 10, 2012),
    ("val_minimal_anotherrrtypesignature", 10, 2012),
    ("val_minimal_baddnskeyalgorithm", 10, 2012),
    ("val_minimal_baddnskeyflags", 10, 2012),
    ("val_minimal_baddnskeyprotocol", 10, 2012),
    ("val_minimal_baddsdigest", 10, 2020),
    ("val_minimal_baddskeytag", 10, 2020),
    ("val_minimal_badpublickey", 10, 2012),
    ("val_minimal_badrrsigalgorithm", 10, 2013),
    ("val_minimal_badrrsigexpiration", 10, 2012),
    ("val_minimal_badrrsiginception", 10, 2012),
    ("val_minimal_badrrsiglabels", 10, 2016),
    ("val_minimal_badrrsigsignature", 10, 2012),
    ("val_minimal_badrrsigtag", 10, 2013),
    ("val_minimal_badrrsigttl", 10, 2012),
    ("val_minimal_beforeinception", 10, 2031),
    ("val_minimal_expiredsignature", 10, 2031),
];

pub(super) fn vectors(
    scenarios: &[Scenario],
    tally: &mut Tally,
) -> Result<Vec<PublicVector>, String> {
    let mut vectors = Vec::new();
    for scenario in scenarios {
        let mut query: Option<&Entry> = None;
        for step in &scenario.steps {
            match (step.kind, query) {
                (StepKind::Query, _) => query = Some(&step.entry),
                (StepKind::CheckAnswer, Some(asked)) => {
                    match vector(scenario, step.number, asked, &step.entry)? {
                        Ok(vector) if is_repeated(&vectors, &vector) => {
                            tally.count(SOURCE, "not applicable: repeats an earlier step");
                        }
                        Ok(vector) => {
                            let outcome = match vector.expect {
                                Expect::Valid { .. } => "valid".to_owned(),
                                Expect::Invalid(code) => format!("invalid, KL{code}"),
                            };
                            tally.count(SOURCE, outcome);
                            vectors.push(vector);
                        }
                        Err(reason) => tally.count(SOURCE, format!("not applicable: {reason}")),
                    }
                }
                (StepKind::CheckAnswer, None) => {}
            }
        }
    }
    Ok(vectors)
}

/// Returns true if an earlier vector has the same chain and question: scenarios repeat questions to
/// test caches.
fn is_repeated(vectors: &[PublicVector], vector: &PublicVector) -> bool {
    vectors.iter().any(|known| {
        (&known.input, &known.question, known.at, &known.trust_anchors)
            == (&vector.input, &vector.question, vector.at, &vector.trust_anchors)
    })
}

/// The vector of one step, or the reason why there is none.
fn vector(
    scenario: &Scenario,
    number: u32,
    asked: &Entry,
    checked: &Entry,
) -> Result<Result<PublicVector, &'static str>, String> {
    let Some(question) = asked.question.clone() else { return Ok(Err("nothing is asked")) };
    let Some(at) = scenario.at else { return Ok(Err("no date")) };
    let anchors: Vec<&Record> = scenario
        .anchors
        .iter()
        .filter(|anchor| question.name.is_at_or_below(&anchor.owner))
        .collect();
    let Some(zone) = anchors.iter().map(|anchor| &anchor.owner).max_by_key(|n| n.label_count())
    else {
        return Ok(Err("no trust anchor above the name"));
    };
    let anchors: Vec<&Record> =
        anchors.iter().filter(|anchor| anchor.owner == *zone).copied().collect();
    if let Some(reason) = outside_positive_proofs(&question, asked, checked) {
        return Ok(Err(reason));
    }
    let ds: Vec<Vec<u8>> = anchors
        .iter()
        .map(|anchor| match anchor.record_type {
            RecordType::DNSKEY => ds_rdata(zone, &anchor.rdata),
            _ => anchor.rdata.clone(),
        })
        .collect();
    if ds.iter().all(|ds| !is_supported(ds[2]) || !matches!(ds[3], 2 | 4)) {
        let line = anchor_line(&ds[0]);
        if TrustAnchors::from_presentation(&line).is_ok() {
            return Err(format!("{line} is taken as a trust anchor"));
        }
        return Ok(Err("trust anchor of an algorithm or digest that is not supported"));
    }
    let chain = match path(scenario, zone, &question) {
        Ok(chain) => chain,
        Err(reason) => return Ok(Err(reason)),
    };
    let uses_unsupported = chain.iter().any(|signed| {
        !signed.rrsigs.is_empty()
            && signed.rrsigs.iter().all(|rrsig| !is_supported(read_rrsig(rrsig).fields.algorithm))
    });
    let is_minimal = scenario.name.starts_with("val_minimal_");
    if uses_unsupported && !is_minimal {
        return Ok(Err("signed with algorithms that are not supported"));
    }
    let answer = chain.last().ok_or("no answer")?;
    let expect =
        if checked.has("AD") {
            if answer.rrsigs.iter().any(|rrsig| {
                usize::from(read_rrsig(rrsig).fields.labels) < question.name.label_count()
            }) {
                return Ok(Err("wildcard"));
            }
            Expect::Valid { records: answer.sorted_rdata(), validity: None }
        } else {
            let known =
                REFUSED.iter().find(|(name, step, _)| *name == scenario.name && *step == number);
            let Some(&(_, _, code)) = known else {
                return Err(format!(
                    "{} step {number} is rejected, but the expected error is not listed",
                    scenario.name
                ));
            };
            Expect::Invalid(code)
        };
    let own = OwnRoot::around(at);
    let (trust_anchors, above, where_from) = if zone.is_root() {
        (ds.iter().map(|ds| anchor_line(ds)).collect(), Vec::new(), "")
    } else {
        let above = vec![own.keys(&Name::root(), &[]), own.delegation(zone, ds)];
        (vec![own.trust_anchor()], above, "; the root above the anchor's zone is this project's")
    };
    let minimal_parent = (is_minimal && !checked.has("AD"))
        .then(|| "dnssec::public-scenario::val-minimal-noerror-10".to_owned());
    Ok(Ok(PublicVector {
        folder: "scenario",
        case: format!("{}-{number}", scenario.name.replace('_', "-").to_ascii_lowercase()),
        description: format!("{question} of the scenario {:?}.", scenario.title),
        spec: "RFC 4035 section 5",
        derived_from: minimal_parent,
        origin: format!(
            "test-data/validator/{}.rpl of the crate domain 0.12.3, from the tests of Unbound and domain; messages rebuilt from its records{where_from}",
            scenario.name
        ),
        trust_anchors,
        at,
        question,
        input: input(above.iter().chain(&chain)),
        expect,
    }))
}

/// The reason, if any, why a step tests more than a positive proof of the requested records.
fn outside_positive_proofs(
    question: &Question,
    asked: &Entry,
    checked: &Entry,
) -> Option<&'static str> {
    let holds = |record_type: RecordType| {
        checked
            .answer
            .iter()
            .any(|record| record.owner == question.name && record.record_type == record_type)
    };
    if question.name.to_string().starts_with("root-key-sentinel") {
        Some("root key sentinel (RFC 8509)")
    } else if matches!(question.record_type, RecordType::RRSIG)
        || question.record_type.number() == 255
    {
        Some("question for RRSIG or ANY")
    } else if asked.has("CD") {
        Some("checking disabled")
    } else if !asked.has("DO") && !asked.has("AD") {
        Some("whether the answer is secure was not asked")
    } else if checked.has("SERVFAIL") {
        None
    } else if holds(RecordType::CNAME) && question.record_type != RecordType::CNAME {
        Some("alias")
    } else if !holds(question.record_type) {
        Some("denial of existence")
    } else {
        None
    }
}

/// The RRsets from `zone`'s keys to the answer of the scenario's servers, the answer last.
fn path(
    scenario: &Scenario,
    zone: &Name,
    question: &Question,
) -> Result<Vec<Signed>, &'static str> {
    let mut chain = Vec::new();
    let below = question.name.from_root_down().into_iter().filter(|name| name.is_at_or_below(zone));
    for name in below {
        for record_type in [RecordType::DS, RecordType::DNSKEY] {
            let link = Question { name: name.clone(), record_type };
            // The anchor replaces the zone's DS, and the answer is added last.
            if (record_type == RecordType::DS && name == *zone) || link == *question {
                continue;
            }
            chain.extend(rrsets_for(scenario, &link));
        }
    }
    let entries: Vec<&Entry> = scenario
        .answers
        .iter()
        .filter(|entry| entry.question.as_ref() == Some(question))
        .filter(|entry| entry.answer.iter().any(|r| r.record_type == question.record_type))
        .collect();
    let mut answers: Vec<Signed> = Vec::new();
    for entry in &entries {
        if entry.answer.iter().any(|record| {
            matches!(record.record_type, RecordType::CNAME | RecordType::DNAME)
                && record.record_type != question.record_type
        }) {
            return Err("alias");
        }
        for signed in signed_rrsets(&entry.answer) {
            if signed.question() == *question && !answers.contains(&signed) {
                answers.push(signed);
            }
        }
    }
    match answers.len() {
        0 => Err("no server has the answer"),
        1 => {
            chain.append(&mut answers);
            Ok(chain)
        }
        _ => Err("servers have different answers"),
    }
}

/// The distinct RRsets for `question` in any section of any answer.
fn rrsets_for(scenario: &Scenario, question: &Question) -> Vec<Signed> {
    let mut found: Vec<Signed> = Vec::new();
    for entry in &scenario.answers {
        for section in [&entry.answer, &entry.authority, &entry.additional] {
            for signed in signed_rrsets(section) {
                if signed.question() == *question && !found.contains(&signed) {
                    found.push(signed);
                }
            }
        }
    }
    found
}

const fn is_supported(algorithm: u8) -> bool {
    matches!(algorithm, 8 | 10 | 13..=16)
}
