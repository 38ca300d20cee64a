//! Runs a row: each input is verified, its result compared and its work checked against the bounds.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

use base64ct::{Base64, Encoding};
use kliento::{TokenBundle, TokenPolicy};
use kliento_conformance::{Answer, Glob, Operation, Question, Vector, builtin, discover, judge};
use libtest_mimic::Failed;
use veraid_core::{MemberIdBundle, SignatureBundle};
use veraid_dnssec::ChainVerifier;

use crate::bounds;
use crate::catalogue::{Case, Input, Made, Row, Verdict};
use crate::work::{Counting, Work, peak_heap};

/// The outcome of a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) inputs: usize,
    pub(crate) verdicts: BTreeMap<&'static str, usize>,
    /// The maximum of each count.
    pub(crate) work: Work,
    pub(crate) heap: usize,
    pub(crate) properties: usize,
    pub(crate) not_here: Vec<&'static str>,
}

/// The vectors by id.
pub(crate) struct Runner {
    vectors: BTreeMap<String, Vector>,
}

impl Runner {
    pub(crate) fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors");
        let vectors = discover(&root).unwrap_or_else(|error| panic!("{error}"));
        let vectors = vectors.into_iter().map(|(_, vector)| (vector.id().to_owned(), vector));
        Self { vectors: vectors.collect() }
    }

    pub(crate) fn run(&self, row: &Row, provider: &'static Counting) -> Result<Outcome, Failed> {
        let mut outcome = Outcome::default();
        let mut failures = Vec::new();
        for case in &row.cases {
            self.run_case(case, provider, &mut outcome, &mut failures);
        }
        if row.cases.is_empty() {
            failures.push("the row has no cases".into());
        }
        // The work of properties does not count.
        provider.take();
        if failures.is_empty() { Ok(outcome) } else { Err(failures.join("\n").into()) }
    }

    fn run_case(
        &self,
        case: &Case,
        provider: &'static Counting,
        outcome: &mut Outcome,
        failures: &mut Vec<String>,
    ) {
        match case {
            Case::Vectors { glob, verdict } => {
                let pattern = Glob::new(*glob);
                let mut found =
                    self.vectors.iter().filter(|(id, _)| pattern.matches(id)).peekable();
                if found.peek().is_none() {
                    failures.push(format!("no vector is called {glob}"));
                }
                for (id, vector) in found {
                    let (answer, work, heap) = measured(&vector.question, provider);
                    let held = vector_has(vector, *verdict)
                        .and_then(|()| holds(vector, &answer))
                        .and_then(|()| {
                            outcome.add(&vector.question, *verdict, &answer, work, heap)
                        });
                    failures.extend(held.err().map(|error| format!("{id}: {error}")));
                }
            }
            Case::Made(made) => {
                for (number, Input(input)) in (made.make)().iter().enumerate() {
                    let (answer, work, heap) = measured(input, provider);
                    let held = made
                        .holds(&answer, work)
                        .and_then(|()| outcome.add(input, made.verdict, &answer, work, heap));
                    let name = &made.name;
                    failures.extend(held.err().map(|error| format!("{name}, {number}: {error}")));
                }
            }
            Case::Property { says, holds } => {
                failures.extend(holds().err().map(|error| format!("{says}: {error}")));
                outcome.properties += 1;
            }
            Case::NotHere(reason) => outcome.not_here.push(*reason),
        }
    }
}

impl Outcome {
    fn add(
        &mut self,
        question: &Question,
        verdict: Verdict,
        answer: &Answer,
        work: Work,
        heap: usize,
    ) -> Result<(), String> {
        let octets = match &question.header {
            Some(header) => header.len(),
            None => octets(question.input.as_ref()).len(),
        };
        bounds::check(work, heap, octets, code(answer))?;
        self.inputs += 1;
        *self.verdicts.entry(verdict.as_str()).or_default() += 1;
        self.work = self.work.max(work);
        self.heap = self.heap.max(heap);
        Ok(())
    }
}

impl Made {
    fn holds(&self, answer: &Answer, work: Work) -> Result<(), String> {
        let found = answer.outcome.as_str();
        let is_so = match self.verdict {
            Verdict::Refused => found == "invalid" || found == "malformed",
            verdict => found == verdict.as_str(),
        };
        if !is_so || self.code.is_some() && code(answer) != self.code {
            return Err(format!("{answer:?}, not {:?} {:?}", self.verdict, self.code));
        }
        match self.work {
            Some(expected) if expected != work => Err(format!("{work:?}, not {expected:?}")),
            _ => Ok(()),
        }
    }
}

/// The number in `KL2007`.
fn code(answer: &Answer) -> Option<u16> {
    answer.facts.get("code")?.as_str()?.strip_prefix("KL")?.parse().ok()
}

/// Checks that the vector expects what the row says.
fn vector_has(vector: &Vector, verdict: Verdict) -> Result<(), String> {
    let expected = vector.expect.outcome.as_str();
    if expected == verdict.as_str() {
        Ok(())
    } else {
        Err(format!("the vector expects {expected}, and the row {verdict:?}"))
    }
}

/// Checks that the answer is the one that the vector expects.
fn holds(vector: &Vector, answer: &Answer) -> Result<(), String> {
    judge(vector, answer).first().map_or(Ok(()), |difference| Err(difference.to_string()))
}

/// Verifies twice: once for the answer, once for work and heap alone.
fn measured(question: &Question, provider: &'static Counting) -> (Answer, Work, usize) {
    let answer = builtin::answer(question, provider.provider());
    let verify = bare(question, provider);
    provider.take();
    let heap = peak_heap(verify);
    (answer, provider.take(), heap)
}

/// Prepares only the parsing and verifying of the input.
fn bare(question: &Question, provider: &'static Counting) -> Box<dyn FnOnce()> {
    let verifier = builtin::verifier(question, provider.provider()).unwrap();
    let (period, service) =
        (builtin::period(question).unwrap(), builtin::service(question).unwrap());
    let header = question.header.clone();
    let input = octets(question.input.as_ref());
    match question.operation {
        Operation::VerifyToken => {
            let audience = question.audience.clone().unwrap();
            let policy = question.max_validity.map_or_else(TokenPolicy::default, |limit| {
                TokenPolicy::default().with_max_validity_seconds(limit)
            });
            Box::new(move || {
                let bundle = match &header {
                    Some(header) => TokenBundle::from_auth_header(header),
                    None => TokenBundle::from_der(&input),
                };
                let at = period.start();
                black_box(bundle.map(|b| b.verify_with(policy, &audience, at, &verifier))).ok();
            })
        }
        Operation::VerifyBundle => {
            let plaintext = question.plaintext.as_ref().map(|text| octets(Some(text)));
            Box::new(move || {
                let verified = SignatureBundle::from_der(&input).map(|b| match &plaintext {
                    Some(content) => b.verify_detached(content, &service, period, &verifier),
                    None => b.verify(&service, period, &verifier),
                });
                black_box(verified).ok();
            })
        }
        Operation::VerifyMemberIdBundle => Box::new(move || {
            let bundle = MemberIdBundle::from_der(&input);
            black_box(bundle.map(|b| b.verify(&service, period, &verifier))).ok();
        }),
        Operation::VerifyChain => {
            let name = question.name.as_ref().unwrap().parse().unwrap();
            let record_type = question.record_type.as_ref().unwrap().parse().unwrap();
            let asked = veraid_dnssec::Question { name, record_type };
            let anchors = builtin::anchors(question).unwrap();
            let chains = ChainVerifier::new(anchors, provider.provider());
            Box::new(move || {
                let chain = veraid_core::parse_dnssec_chain(&input);
                black_box(chain.map(|c| c.verify(&asked, period, &chains))).ok();
            })
        }
        other => panic!("{other:?} is new"),
    }
}

/// Decodes Base64; empty if there is no text.
fn octets(text: Option<&String>) -> Vec<u8> {
    text.map_or_else(Vec::new, |text| Base64::decode_vec(text).unwrap())
}
