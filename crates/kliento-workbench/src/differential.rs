//! `cargo xtask differential`: mutants of valid bundles, verified by ours and by the deployed
//! JavaScript implementation.
//!
//! Wherever one accepts what the other rejects, or both accept with different results, a reason
//! must be listed in `test-vectors/exceptions/differential-relaycorp-veraid-3.1.2.json`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "places are drawn from existing nodes; a panic is a bug in this task"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use kliento_conformance::{
    Answer, Conversation, Operation, Outcome, Process, Question, VectorProfile, builtin, discover,
};
use proptest::prelude::RngExt as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::json;

mod der_tree;
mod mutate;
mod reasons;

use reasons::Reasons;

use crate::folder::in_repository;

/// The number of mutants, the seed that selects them, and the number of parallel jobs.
struct Arguments {
    count: usize,
    seed: u64,
    jobs: usize,
}

/// Both verdicts on a mutant that the implementations judge differently.
struct Disagreement {
    question: Question,
    mutation: String,
    ours: String,
    theirs: String,
}

impl Disagreement {
    /// The disagreement as a line of JSON.
    fn to_line(&self) -> String {
        let Self { question, mutation, ours, theirs } = self;
        let line =
            json!({"ours": ours, "theirs": theirs, "mutation": mutation, "question": question});
        format!("{line}\n")
    }
}

/// The results of some mutants.
#[derive(Default)]
struct Tally {
    mutants: usize,
    accepted_by_both: usize,
    refused_by_both: usize,
    explained: BTreeMap<String, usize>,
    unexplained: Vec<Disagreement>,
}

/// Verifies `count` mutants; fails if the implementations differ on one for no listed reason.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let arguments = parse(arguments)?;
    let reasons =
        Reasons::read(&root().join("exceptions/differential-relaycorp-veraid-3.1.2.json"))?;
    let seeds = seeds()?;
    println!("{} mutants of {} bundles, seed {}", arguments.count, seeds.len(), arguments.seed);
    let tally = judge_all(&arguments, &seeds, &reasons)?;
    report(&tally)?;
    let unused = reasons.unused(&tally.explained);
    for reason in &unused {
        println!("unused in this run: {reason}");
    }
    if tally.unexplained.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} mutants have different verdicts without a listed reason",
        tally.unexplained.len()
    ))
}

fn parse(arguments: &[&str]) -> Result<Arguments, String> {
    // Each run uses other mutants; the seed is printed so that a run can be repeated.
    let seconds = std::time::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs());
    let mut parsed = Arguments { count: 2000, seed: seconds, jobs: 2 };
    let usage = || "the arguments are [--count N] [--seed N] [--jobs N]".to_owned();
    for pair in arguments.chunks(2) {
        match pair {
            ["--count", count] => parsed.count = count.parse().map_err(|_| usage())?,
            ["--seed", seed] => parsed.seed = seed.parse().map_err(|_| usage())?,
            ["--jobs", jobs] => parsed.jobs = jobs.parse().map_err(|_| usage())?,
            _ => return Err(usage()),
        }
    }
    if parsed.jobs == 0 { Err(usage()) } else { Ok(parsed) }
}

fn root() -> PathBuf {
    in_repository("test-vectors")
}

/// Every bundle for VeraId that both accept. A token becomes a signature for Kliento's service,
/// because the JavaScript library does not read its JSON.
fn seeds() -> Result<Vec<Question>, String> {
    let vectors = discover(&root()).map_err(|error| error.to_string())?;
    let mut theirs = javascript()?;
    let mut seeds = Vec::new();
    for (_, vector) in vectors {
        let is_bundle = vector.profile == Some(VectorProfile::VeraId)
            && vector.expect.outcome == Outcome::Valid
            && vector.question.input.is_some()
            && vector.question.leeway.is_none();
        if !is_bundle {
            continue;
        }
        let mut question = vector.question;
        if question.operation == Operation::VerifyToken {
            question.operation = Operation::VerifyBundle;
            question.service = Some(kliento::service_oid().to_string());
            question.audience = None;
            question.max_validity = None;
        }
        let answer = theirs.ask(&question).map_err(|fault| fault.to_string())?;
        if answer.outcome == Outcome::Valid && ours(&question).outcome == Outcome::Valid {
            seeds.push(question);
        }
    }
    if seeds.is_empty() { Err("no bundle is accepted by both".into()) } else { Ok(seeds) }
}

fn javascript() -> Result<Process, String> {
    let script = root().join("../interop/js/conformance.mjs");
    if !script.with_file_name("node_modules").is_dir() {
        return Err("run `npm ci --ignore-scripts` in interop/js first".into());
    }
    let words = vec!["node".to_owned(), script.display().to_string()];
    Ok(Process::new(words, Conversation::Lines, Duration::from_secs(20)))
}

fn ours(question: &Question) -> Answer {
    builtin::answer(question, veraid_aws_lc_rs::PROVIDER)
}

fn judge_all(
    arguments: &Arguments,
    seeds: &[Question],
    reasons: &Reasons,
) -> Result<Tally, String> {
    let share = arguments.count.div_ceil(arguments.jobs);
    let tallies: Vec<Result<Tally, String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..arguments.jobs)
            .map(|job| {
                let count = share.min(arguments.count.saturating_sub(job * share));
                scope.spawn(move || judge(count, rng(arguments.seed, job), seeds, reasons))
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err("a worker ended early".into())))
            .collect()
    });
    let mut all = Tally::default();
    for tally in tallies {
        let tally = tally?;
        all.mutants += tally.mutants;
        all.accepted_by_both += tally.accepted_by_both;
        all.refused_by_both += tally.refused_by_both;
        for (reason, count) in tally.explained {
            *all.explained.entry(reason).or_default() += count;
        }
        all.unexplained.extend(tally.unexplained);
    }
    Ok(all)
}

fn rng(seed: u64, job: usize) -> TestRng {
    let mut octets = [0; 32];
    octets.iter_mut().zip(seed.to_be_bytes()).for_each(|(to, from)| *to = from);
    octets.iter_mut().rev().zip(job.to_le_bytes()).for_each(|(to, from)| *to = from);
    TestRng::from_seed(RngAlgorithm::ChaCha, &octets)
}

fn judge(
    count: usize,
    mut rng: TestRng,
    seeds: &[Question],
    reasons: &Reasons,
) -> Result<Tally, String> {
    let mut theirs = javascript()?;
    let mut tally = Tally::default();
    while tally.mutants < count {
        let seed = &seeds[rng.random_range(0..seeds.len())];
        let other = &seeds[rng.random_range(0..seeds.len())];
        let Some((question, mutation)) = mutate::mutant(seed, other, &mut rng) else { continue };
        tally.mutants += 1;
        let our_answer = ours(&question);
        let their_answer = theirs.ask(&question);
        let accepted = |answer: &Answer| answer.outcome == Outcome::Valid;
        let theirs_accepts = their_answer.as_ref().is_ok_and(accepted);
        match (accepted(&our_answer), theirs_accepts, &their_answer) {
            (false, false, Ok(_)) => {
                tally.refused_by_both += 1;
                continue;
            }
            (true, true, Ok(theirs)) if says_the_same(&our_answer, theirs) => {
                tally.accepted_by_both += 1;
                continue;
            }
            _ => {}
        }
        let ours = describe_ours(&question, &our_answer);
        let theirs = their_answer.map_or_else(|fault| format!("fault: {fault}"), |a| describe(&a));
        match reasons.find(&ours, &theirs) {
            Some(reason) => *tally.explained.entry(reason.to_owned()).or_default() += 1,
            None => tally.unexplained.push(Disagreement { question, mutation, ours, theirs }),
        }
    }
    Ok(tally)
}

/// Returns true if both report the same facts about a bundle that they accept.
fn says_the_same(ours: &Answer, theirs: &Answer) -> bool {
    ["subject", "signer", "plaintext"]
        .into_iter()
        .all(|fact| ours.facts.get(fact) == theirs.facts.get(fact))
}

/// Describes our verdict: `valid: subject`, or the result, code and error, each error with its
/// sources.
fn describe_ours(question: &Question, answer: &Answer) -> String {
    match builtin::verify(question, veraid_aws_lc_rs::PROVIDER) {
        Ok(_) => describe(answer),
        Err(refusal) => {
            let mut text = format!(
                "{} {}",
                answer.outcome,
                answer.facts.get("code").and_then(|code| code.as_str()).unwrap_or("-")
            );
            let mut error = refusal.error();
            while let Some(found) = error {
                text.push_str(&format!(": {found}"));
                error = found.source();
            }
            text
        }
    }
}

fn describe(answer: &Answer) -> String {
    let text = |fact: &str| answer.facts.get(fact).and_then(|value| value.as_str());
    let what = text("message").or_else(|| text("subject")).unwrap_or("-");
    format!("{}: {what}", answer.outcome)
}

fn report(tally: &Tally) -> Result<(), String> {
    println!(
        "same verdict: {} accepted, {} rejected",
        tally.accepted_by_both, tally.refused_by_both
    );
    for (reason, count) in &tally.explained {
        println!("{count:>7}  {reason}");
    }
    // Enough to see the problem; the same fault appears many times.
    const SHOWN: usize = 20;
    for disagreement in tally.unexplained.iter().take(SHOWN) {
        let Disagreement { question, mutation, ours, theirs } = disagreement;
        println!("\n{}, {mutation}\n  ours:   {ours}\n  theirs: {theirs}", question.id);
    }
    if tally.unexplained.is_empty() {
        return Ok(());
    }
    let file = root().join("../target/differential.jsonl");
    let lines: String = tally.unexplained.iter().map(Disagreement::to_line).collect();
    std::fs::write(&file, lines).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("\nall of them, with their requests, are in target/differential.jsonl");
    Ok(())
}
