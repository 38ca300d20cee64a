//! Pruning: omits RRSIGs that no proof needs.
//!
//! A zone often signs an RRset more than once: with its zone-signing key in addition to its
//! key-signing key, with an old and a new key during a rollover, with two algorithms. A bundle
//! travels in an HTTP header, so a minimal chain keeps only as many of these as prove the same.
//! RRsets themselves cannot be pruned: an RRSIG covers all records of one.
//!
//! An RRSIG is omitted only if the chain without it is still valid at every second of the run
//! around the present at which the whole chain is. So the period in which a bundle can be used
//! never becomes shorter. Two verifiers check that: the one that fetches, and one that has only the
//! built-in trust anchors, as most verifiers do. Each counts if it can verify the whole chain.

use std::cmp::Reverse;

use veraid_dnssec::{
    ChainVerifier, DnssecChain, Question, RecordType, Timestamp, TrustAnchors, ValidityPeriod,
    key_tag,
};

use crate::minimal::minimal_message;
use crate::response::Response;

/// The maximum number of chains to verify during pruning. Rollovers have a handful of redundant
/// RRSIGs; a server that sends more than this gets a larger chain.
const MAX_TRIES: usize = 32;

/// The range around the present that is considered, in seconds: ten years, beyond any RRSIG in use,
/// and near enough to compare serial numbers.
const HORIZON_SECONDS: u64 = 10 * 366 * 86_400;

/// The messages of a minimal chain, checked by each verifier that can verify the whole one.
pub(crate) fn minimal_messages(
    links: &[(Question, Response)],
    now: Timestamp,
    verifier: &ChainVerifier,
) -> Vec<Vec<u8>> {
    let message = |(question, response): &(Question, Response), dropped: &[Rrsig]| {
        minimal_message(response, question, |rdata| {
            !dropped.iter().any(|rrsig| rrsig.rdata == rdata && rrsig.question == *question)
        })
    };
    let mut messages: Vec<Vec<u8>> = links.iter().map(|link| message(link, &[])).collect();
    let Some((question, _)) = links.first() else { return messages };
    let checks = checks(&messages, question, now, verifier);
    if checks.is_empty() {
        return messages;
    }
    let mut dropped: Vec<Rrsig> = Vec::new();
    for rrsig in candidates(links, now, verifier).into_iter().take(MAX_TRIES) {
        let Some(place) = links.iter().position(|(question, _)| rrsig.question == *question) else {
            continue;
        };
        let (Some(link), Some(whole)) = (links.get(place), messages.get(place).cloned()) else {
            continue;
        };
        dropped.push(rrsig);
        if let Some(slot) = messages.get_mut(place) {
            *slot = message(link, &dropped);
        }
        if !checks.iter().all(|check| check.proves_as_much(&messages, question)) {
            dropped.pop();
            if let Some(slot) = messages.get_mut(place) {
                *slot = whole;
            }
        }
    }
    messages
}

/// An RRSIG that may be omitted.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rrsig {
    question: Question,
    rdata: Vec<u8>,
}

/// A verifier, and the seconds at which it can verify the chain with all RRSIGs.
struct ReducedChainCheck {
    verifier: ChainVerifier,
    asked: ValidityPeriod,
    now: Timestamp,
    run: ValidityPeriod,
}

fn checks(
    messages: &[Vec<u8>],
    question: &Question,
    now: Timestamp,
    verifier: &ChainVerifier,
) -> Vec<ReducedChainCheck> {
    let built_in = TrustAnchors::iana();
    let mut verifiers = vec![verifier.clone()];
    if *verifier.trust_anchors() != built_in {
        verifiers.push(verifier.clone().with_trust_anchors(built_in));
    }
    let wide = ValidityPeriod::new(
        now.saturating_sub(HORIZON_SECONDS),
        now.saturating_add(HORIZON_SECONDS),
    );
    // The whole run is verified as one period, which takes more signature checks than an instant:
    // if they exceed the limit, the instant has to do.
    let asked = [wide.unwrap_or(ValidityPeriod::at(now)), ValidityPeriod::at(now)];
    verifiers
        .into_iter()
        .filter_map(|verifier| {
            asked.into_iter().find_map(|asked| {
                let run = run_around(messages, question, asked, now, &verifier)?;
                Some(ReducedChainCheck { verifier: verifier.clone(), asked, now, run })
            })
        })
        .collect()
}

impl ReducedChainCheck {
    /// Returns true if these messages prove the answer at every second at which all messages do.
    fn proves_as_much(&self, messages: &[Vec<u8>], question: &Question) -> bool {
        run_around(messages, question, self.asked, self.now, &self.verifier)
            .is_some_and(|run| run.start() <= self.run.start() && self.run.end() <= run.end())
    }
}

fn run_around(
    messages: &[Vec<u8>],
    question: &Question,
    asked: ValidityPeriod,
    now: Timestamp,
    verifier: &ChainVerifier,
) -> Option<ValidityPeriod> {
    let messages = messages.iter().map(Vec::as_slice);
    let chain = DnssecChain::parse_within(messages, verifier.limits()).ok()?;
    chain.verify(question, asked, verifier).ok()?.validity().run_around(now)
}

/// The RRSIGs of RRsets that have more than one, in the order in which to omit them.
///
/// Over the root's keys, the RRSIG by the trust anchor that has been built in for the longest time
/// comes last, since most verifiers know that key. Otherwise algorithms 8 and 13 are preferred,
/// which every validator has to support (RFC 8624 section 3.1); then the shorter one, then the one
/// that expires later.
fn candidates(
    links: &[(Question, Response)],
    now: Timestamp,
    verifier: &ChainVerifier,
) -> Vec<Rrsig> {
    let mut candidates = Vec::new();
    for (question, response) in links {
        let mut rrsigs: Vec<&[u8]> = response.rrsigs(question).collect();
        rrsigs.sort_unstable();
        rrsigs.dedup();
        if rrsigs.len() < 2 {
            continue;
        }
        let is_of_root = question.name.is_root() && question.record_type == RecordType::DNSKEY;
        rrsigs.sort_by_key(|rdata| {
            let fields = Fields::of(rdata);
            let known_for =
                if is_of_root { known_for(response, question, fields, verifier) } else { 0 };
            let small_number = if is_of_root { Reverse(fields.algorithm) } else { Reverse(0) };
            let is_common = matches!(fields.algorithm, 8 | 13);
            (known_for, is_common, small_number, Reverse(rdata.len()), fields.seconds_left(now))
        });
        candidates.extend(
            rrsigs
                .into_iter()
                .map(|rdata| Rrsig { question: question.clone(), rdata: rdata.to_vec() }),
        );
    }
    candidates
}

/// The time for which the key of an RRSIG over the root's keys has been a built-in trust anchor; 0
/// if it is not one.
fn known_for(
    response: &Response,
    question: &Question,
    fields: Fields,
    verifier: &ChainVerifier,
) -> u64 {
    let built_in = TrustAnchors::iana();
    response
        .rrset(question)
        .filter(|record| record.record_type == RecordType::DNSKEY)
        .map(|record| response.rdata(record))
        .filter(|key| key.get(3) == Some(&fields.algorithm) && key_tag(key) == fields.key_tag)
        .filter_map(|key| built_in.vouch_for(key, verifier.crypto()).earliest())
        .map(|start| u64::MAX.saturating_sub(start.as_unix_seconds()))
        .max()
        .unwrap_or(0)
}

/// The fields of an RRSIG that matter for the choice (RFC 4034 section 3.1).
#[derive(Clone, Copy, Debug, Default)]
struct Fields {
    algorithm: u8,
    expiration: u32,
    key_tag: u16,
}

impl Fields {
    /// Reads the data of an RRSIG; fields beyond its end are zero.
    fn of(rdata: &[u8]) -> Self {
        match rdata.first_chunk() {
            Some(&[_, _, algorithm, _, _, _, _, _, e0, e1, e2, e3, _, _, _, _, k0, k1]) => Self {
                algorithm,
                expiration: u32::from_be_bytes([e0, e1, e2, e3]),
                key_tag: u16::from_be_bytes([k0, k1]),
            },
            None => Self::default(),
        }
    }

    /// Seconds from `now` to the expiration, in serial number arithmetic.
    fn seconds_left(self, now: Timestamp) -> i32 {
        let low_bits = u32::try_from(now.as_unix_seconds() & 0xFFFF_FFFF).unwrap_or(0);
        self.expiration.wrapping_sub(low_bits).cast_signed()
    }
}
