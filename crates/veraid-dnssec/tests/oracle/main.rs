//! Compares the walk with brute force: random small worlds in which every second is decided by
//! definition.
//!
//! Each test run judges the same worlds, in about half a minute. `cargo xtask oracle` judges as
//! many others as there is time for.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "nothing here reads what a stranger wrote; a panic is a test that fails"
)]

mod hash_crypto;
mod judge;
mod random;
mod truth;
mod world;

/// The seed of the first world.
const SEED: u64 = 20_261_127_000_000;
const WORLDS: u64 = 60_000;

#[test]
fn the_walk_proves_exactly_the_valid_seconds() {
    let mut seen = judge::Seen::default();
    seen.add(
        judge::judge_worlds(SEED..SEED + WORLDS).unwrap_or_else(|problem| panic!("{problem}")),
    );
    println!("{WORLDS} worlds: {seen}");
    // Each kind of result has to occur often enough to mean something.
    assert!(seen.proved * 4 > seen.asked, "{seen:?}");
    assert!(seen.proved_in_several_runs * 100 > seen.asked, "{seen:?}");
    assert!(seen.proved_at_some_asked_seconds * 20 > seen.asked, "{seen:?}");
    assert!(seen.reused > seen.asked / 2, "{seen:?}");
}
