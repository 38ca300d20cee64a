//! `cargo xtask oracle`: the walk from the root compared with brute force, for as long as there is
//! time.
//!
//! The worlds and the brute force are those of the test `oracle` of `veraid-dnssec`.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "no untrusted input is read here; a panic means that a world cannot be made"
)]

use std::time::{Duration, Instant};

#[path = "../../veraid-dnssec/tests/oracle/hash_crypto.rs"]
mod hash_crypto;
#[path = "../../veraid-dnssec/tests/oracle/judge.rs"]
mod judge;
#[path = "../../veraid-dnssec/tests/oracle/random.rs"]
mod random;
#[path = "../../veraid-dnssec/tests/oracle/truth.rs"]
mod truth;
#[path = "../../veraid-dnssec/tests/oracle/world.rs"]
mod world;

/// The number of worlds between two checks of the clock.
const BATCH: u64 = 200;

/// Checks random worlds, for a minute unless the arguments say otherwise.
///
/// # Errors
///
/// Invalid arguments, or the world in which the walk is wrong, with the command that reproduces it.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let (mut end, mut seed) = (End::After(Duration::from_secs(60)), 1);
    let mut rest = arguments;
    while let [name, value, more @ ..] = rest {
        let number: u64 = value.parse().map_err(|_| format!("{value} is not a number"))?;
        match *name {
            "--seconds" => end = End::After(Duration::from_secs(number)),
            "--worlds" => end = End::Worlds(number),
            "--seed" => seed = number,
            _ => return Err(format!("unknown argument {name}; see `cargo xtask`")),
        }
        rest = more;
    }
    if let [name] = rest {
        return Err(format!("{name} needs a number"));
    }

    let start = Instant::now();
    let (mut seen, mut worlds) = (judge::Seen::default(), 0);
    loop {
        let batch = match end {
            End::Worlds(all) => BATCH.min(all - worlds),
            End::After(time) if start.elapsed() < time => BATCH,
            End::After(_) => 0,
        };
        if batch == 0 {
            break;
        }
        let first = seed + worlds;
        seen.add(judge::judge_worlds(first..first + batch)?);
        worlds += batch;
    }
    println!("{worlds} worlds from seed {seed} on: {seen}");
    Ok(())
}

/// The condition for stopping.
enum End {
    After(Duration),
    Worlds(u64),
}
