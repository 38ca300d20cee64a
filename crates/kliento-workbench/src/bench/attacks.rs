//! Verification times of the most expensive token bundles that 16,384 octets can hold.

use std::hint::black_box;

use kliento::TokenBundle;
use veraid_core::{TrustAnchors, Verifier};
use veraid_testkit::attack::Attack;
use veraid_testkit::{AUDIENCE, default_instant};

use super::measurement::{Row, middle, time};
use super::providers::PROVIDERS;

/// The limit for any input with AWS-LC, in microseconds: a server that checks one on each of two
/// cores still answers 40 a second.
const GOAL: f64 = 50_000.0;
/// The limit for key traps, whose keys and signatures are invalid, in microseconds.
const KEY_TRAP_GOAL: f64 = 10_000.0;

/// The number of times that each is measured: enough to tell expensive from cheap.
const RUNS: usize = 21;

/// One row for each input and provider, whether it is rejected or not.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for attack in Attack::all() {
        let anchors =
            TrustAnchors::from_presentation(&attack.trust_anchors).map_err(|e| e.to_string())?;
        for (provider, crypto) in PROVIDERS {
            let verifier = Verifier::with_crypto(anchors.clone(), crypto);
            let mut verify = || {
                let bundle = TokenBundle::from_der(black_box(&attack.der));
                black_box(bundle.map(|b| b.verify(AUDIENCE, default_instant(), &verifier))).ok();
                true
            };
            let value = middle((0..RUNS).map(|_| time(&mut verify)).collect());
            let name = format!("attack/{}/{provider}", attack.name);
            let is_key_trap = ["key-sig-trap", "hash-trap", "distinct-tags"]
                .iter()
                .any(|family| attack.name.starts_with(family));
            let goal =
                (provider == "aws-lc-rs").then_some(if is_key_trap { KEY_TRAP_GOAL } else { GOAL });
            rows.push(Row { name, value, unit: "us", floor: None, goal });
        }
    }
    Ok(rows)
}
