//! Compares the walk with the truth of a world.

use std::fmt;

use veraid_dnssec::{
    ChainError, ChainVerifier, DnssecChain, Limits, Timestamp, TrustAnchors, ValidityPeriod,
    VerifiedRrset,
};

use super::hash_crypto;
use super::random::Random;
use super::truth::{Facts, Requested, Truth};
use super::world::{Anchor, Answer, SECONDS, World};

/// Counts of events, so that a run can show that it covered them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) asked: u64,
    pub(crate) proved: u64,
    pub(crate) proved_in_several_runs: u64,
    pub(crate) proved_at_some_asked_seconds: u64,
    pub(crate) reused: u64,
}

impl Seen {
    /// Adds the counts of another run.
    pub(crate) const fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.proved += other.proved;
        self.proved_in_several_runs += other.proved_in_several_runs;
        self.proved_at_some_asked_seconds += other.proved_at_some_asked_seconds;
        self.reused += other.reused;
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { asked, proved, proved_in_several_runs, proved_at_some_asked_seconds, reused } =
            self;
        write!(
            f,
            "{asked} periods asked, {proved} proved ({proved_in_several_runs} in several runs, {proved_at_some_asked_seconds} at some of the seconds), {reused} results reused"
        )
    }
}

/// Tests worlds, one for each seed.
pub(crate) fn judge_worlds(seeds: impl IntoIterator<Item = u64>) -> Result<Seen, String> {
    let mut seen = Seen::default();
    for seed in seeds {
        judge_world(seed, &mut seen).map_err(|problem| {
            format!("{problem}\nAgain: cargo xtask oracle --worlds 1 --seed {seed}")
        })?;
    }
    Ok(seen)
}

fn judge_world(seed: u64, seen: &mut Seen) -> Result<(), String> {
    let mut random = Random::new(seed);
    let world = World::random(&mut random);
    let walk = Walk::new(&world);
    let facts = Facts::new(&world);
    for _ in 0..3 {
        let requested = random_period(&mut random, &world);
        judge(&facts, &world, &walk, requested, &mut random, seen)
            .map_err(|problem| format!("period {requested:?}: {problem}"))?;
    }
    Ok(())
}

/// A second, the whole minute, or a part of it.
fn random_period(random: &mut Random, world: &World) -> Requested {
    let first = world.start + random.below(SECONDS);
    match random.below(10) {
        0..4 => (first, first),
        4..6 => (world.start, world.start + SECONDS),
        _ => (first, first + random.below(SECONDS / 2)),
    }
}

fn judge(
    facts: &Facts<'_>,
    world: &World,
    walk: &Walk,
    requested: Requested,
    random: &mut Random,
    seen: &mut Seen,
) -> Result<(), String> {
    let truth = Truth::new(facts, requested);
    let asked = requested.0..=requested.1;
    let true_seconds: Vec<u64> = asked.clone().filter(|&second| truth.holds(second)).collect();
    seen.asked += 1;
    let result = walk.prove(requested);
    if walk.prove_in_another_order(requested, random) != result {
        return Err("another order of messages gives another result".into());
    }
    let proved = match result {
        Err(ChainError::LimitExceeded(limit)) => return Err(format!("{limit} has an end")),
        Err(error) if !true_seconds.is_empty() => {
            return Err(format!("holds at {true_seconds:?}, and the walk says: {error}"));
        }
        Err(_) => return Ok(()),
        Ok(proved) => proved,
    };
    seen.proved += 1;
    let contains = |second| proved.validity().contains(Timestamp::from_unix_seconds(second));
    let found: Vec<u64> = asked.filter(|&second| contains(second)).collect();
    if found != true_seconds {
        return Err(format!("holds at {true_seconds:?}, and the walk proves {found:?}"));
    }
    if found.is_empty() {
        return Err("the walk proves no second that was asked for".into());
    }
    let wider = seconds_to_look_at(world, &proved, random)
        .into_iter()
        .find(|&second| contains(second) && !truth.holds(second));
    if let Some(second) = wider {
        return Err(format!("the walk proves {second}, which does not hold"));
    }
    let length = requested.1 - requested.0 + 1;
    seen.proved_in_several_runs += u64::from(proved.validity().iter().len() > 1);
    seen.proved_at_some_asked_seconds += u64::from((found.len() as u64) < length);
    judge_reuse(walk, requested, &proved, random, seen)
}

/// All seconds of the world, and those around the ends of each run.
fn seconds_to_look_at(world: &World, proved: &VerifiedRrset, random: &mut Random) -> Vec<u64> {
    let mut seconds: Vec<u64> =
        (world.start.saturating_sub(2 * SECONDS)..world.start + 4 * SECONDS).collect();
    for run in proved.validity().iter() {
        let (first, last) = (run.start().as_unix_seconds(), run.end().as_unix_seconds());
        seconds.extend([first.saturating_sub(1), first, last, last + 1]);
        seconds.push(random.between(first, last));
    }
    seconds
}

/// Every period within the reuse period must give an equal result.
fn judge_reuse(
    walk: &Walk,
    requested: Requested,
    proved: &VerifiedRrset,
    random: &mut Random,
    seen: &mut Seen,
) -> Result<(), String> {
    let Some(reuse_period) = proved.reuse_period() else { return Ok(()) };
    let (first, last) =
        (reuse_period.start().as_unix_seconds(), reuse_period.end().as_unix_seconds());
    if first > requested.0 || last < requested.1 {
        return Err(format!("the period for reuse, {reuse_period}, lacks a requested second"));
    }
    let one = random.between(first, last);
    let other = random.between(first, last);
    let inside = (one.min(other), one.max(other));
    let near = random.between(requested.0, last.min(requested.1 + 2 * SECONDS));
    for part in [(first, first), (last, last), (first, last), inside, (near, near), (first, near)] {
        seen.reused += 1;
        if walk.prove(part).as_ref() != Ok(proved) {
            return Err(format!("the result is said to be that of {part:?}, too, and is not"));
        }
    }
    Ok(())
}

/// The chain and verifier of a world.
struct Walk {
    messages: Vec<Vec<u8>>,
    chain: DnssecChain,
    verifier: ChainVerifier,
    question: veraid_dnssec::Question,
}

impl Walk {
    fn new(world: &World) -> Self {
        let messages: Vec<Vec<u8>> = world.answers.iter().map(Answer::to_wire).collect();
        let anchors = world.anchors.iter().map(Anchor::to_anchor).collect();
        let anchors = TrustAnchors::new(anchors).unwrap();
        let verifier = ChainVerifier::new(anchors, hash_crypto::PROVIDER).with_limits(no_limits());
        let verifier = match world.max_signature_seconds {
            Some(seconds) => verifier.with_max_signature_seconds(seconds),
            None => verifier,
        };
        Self { chain: parse(&messages), messages, verifier, question: world.question() }
    }

    fn prove(&self, requested: Requested) -> Result<VerifiedRrset, ChainError> {
        self.chain.verify(&self.question, period(requested), &self.verifier)
    }

    fn prove_in_another_order(
        &self,
        requested: Requested,
        random: &mut Random,
    ) -> Result<VerifiedRrset, ChainError> {
        let mut messages = self.messages.clone();
        random.shuffle(&mut messages);
        parse(&messages).verify(&self.question, period(requested), &self.verifier)
    }
}

fn parse(messages: &[Vec<u8>]) -> DnssecChain {
    DnssecChain::parse(messages.iter().map(Vec::as_slice)).unwrap()
}

fn period((first, last): Requested) -> ValidityPeriod {
    let t = Timestamp::from_unix_seconds;
    ValidityPeriod::new(t(first), t(last)).unwrap()
}

/// Limits have their own tests; here they would only hide the rest.
fn no_limits() -> Limits {
    let mut limits = Limits::DEFAULT;
    limits.signature_checks = u32::MAX;
    limits.failed_signature_checks = u32::MAX;
    limits.colliding_keys = usize::MAX;
    limits
}
