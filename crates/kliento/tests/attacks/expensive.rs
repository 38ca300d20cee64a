//! Inputs built to be expensive, each in its row with all its work.

use std::sync::LazyLock;

use veraid_testkit::attack::Attack;

use crate::catalogue::{Case, Input, Made, Row, Verdict};
use crate::work::Work;

/// An input of the testkit: its row, its name, its result and its work.
struct Cost {
    row: &'static str,
    name: &'static str,
    verdict: Verdict,
    code: Option<u16>,
    work: Work,
}

const fn cost(
    row: &'static str,
    name: &'static str,
    (verdict, code): (Verdict, Option<u16>),
    [checks, failed, ed448]: [u32; 3],
    signed_bytes: usize,
    (digests, digested_bytes): (u32, usize),
) -> Cost {
    let work = Work { checks, failed, ed448, signed_bytes, digests, digested_bytes };
    Cost { row, name, verdict, code, work }
}

const MALFORMED_DER: (Verdict, Option<u16>) = (Verdict::Malformed, Some(1004));
const MALFORMED_MESSAGE: (Verdict, Option<u16>) = (Verdict::Malformed, Some(1005));
const OVER_LIMIT: (Verdict, Option<u16>) = (Verdict::Invalid, Some(2007));
const UNPROVED: (Verdict, Option<u16>) = (Verdict::Invalid, Some(2013));
const NO_ANSWER: (Verdict, Option<u16>) = (Verdict::Invalid, Some(2001));
const NO_TOKEN: (Verdict, Option<u16>) = (Verdict::Invalid, Some(3001));
const VALID: (Verdict, Option<u16>) = (Verdict::Valid, None);

const COSTS: &[Cost] = &[
    cost("S01", "key-sig-trap-p256-84-keys-68-signatures", MALFORMED_MESSAGE, [0, 0, 0], 0, (0, 0)),
    cost("S01", "key-sig-trap-within-limits-p256", OVER_LIMIT, [9, 5, 0], 1_480, (6, 466)),
    cost("S02", "key-sig-trap-p384-60-keys-51-signatures", OVER_LIMIT, [0, 0, 0], 0, (0, 0)),
    cost(
        "S02",
        "key-sig-trap-ed25519-120-keys-74-signatures",
        MALFORMED_MESSAGE,
        [0, 0, 0],
        0,
        (0, 0),
    ),
    cost(
        "S02",
        "key-sig-trap-ed448-81-keys-55-signatures",
        MALFORMED_MESSAGE,
        [0, 0, 0],
        0,
        (0, 0),
    ),
    cost("S02", "key-sig-trap-rsa-4096-13-keys-11-signatures", OVER_LIMIT, [0, 0, 0], 0, (0, 0)),
    cost("S02", "key-sig-trap-within-limits-p384", OVER_LIMIT, [9, 5, 0], 1_800, (6, 594)),
    cost("S02", "key-sig-trap-within-limits-ed25519", OVER_LIMIT, [9, 5, 0], 1_160, (6, 338)),
    cost("S02", "key-sig-trap-within-limits-ed448", OVER_LIMIT, [7, 3, 3], 1_012, (6, 438)),
    cost("S02", "key-sig-trap-within-limits-rsa-4096", OVER_LIMIT, [5, 5, 0], 5_425, (2, 1_046)),
    cost("S03", "hash-trap-75-keys-68-ds", OVER_LIMIT, [3, 0, 0], 274, (2, 142)),
    cost("S03", "hash-trap-within-limits", VALID, [23, 0, 0], 10_739, (68, 2_966)),
    cost("S04", "distinct-tags-120-keys-74-signatures", MALFORMED_MESSAGE, [0, 0, 0], 0, (0, 0)),
    cost("S04", "distinct-tags-within-limits", UNPROVED, [0, 0, 0], 0, (32, 1_184)),
    cost("D01", "valid-p384", VALID, [64, 0, 0], 7_273, (15, 1_801)),
    cost("D01", "valid-p384-and-ed448", VALID, [63, 0, 8], 7_262, (14, 1_598)),
    cost("D01", "valid-rsa-4096", VALID, [21, 0, 0], 5_043, (6, 2_436)),
    cost("W02", "pointer-chain", NO_ANSWER, [0, 0, 0], 0, (0, 0)),
    cost("W02", "long-names", NO_ANSWER, [0, 0, 0], 0, (0, 0)),
    cost("B13", "messages-of-12-octets", MALFORMED_MESSAGE, [0, 0, 0], 0, (0, 0)),
    cost("B13", "copies-of-one-message", MALFORMED_MESSAGE, [0, 0, 0], 0, (0, 0)),
    cost("W06", "counts-beyond-the-end", MALFORMED_MESSAGE, [0, 0, 0], 0, (0, 0)),
    cost("W16", "same-question", OVER_LIMIT, [0, 0, 0], 0, (0, 0)),
    cost("B07", "nested-der", MALFORMED_DER, [0, 0, 0], 0, (0, 0)),
    cost("B04", "nested-der-of-indefinite-length", MALFORMED_DER, [0, 0, 0], 0, (0, 0)),
    cost("B11", "flat-der", MALFORMED_DER, [0, 0, 0], 0, (0, 0)),
    cost("B06", "lengths-beyond-the-end", MALFORMED_DER, [0, 0, 0], 0, (0, 0)),
    cost("K05", "json-many-claims", VALID, [8, 0, 0], 1_828, (5, 11_762)),
    cost("K05", "json-many-escapes", VALID, [8, 0, 0], 1_828, (5, 11_568)),
    cost("K01", "json-duplicate-last", NO_TOKEN, [8, 0, 0], 1_828, (5, 11_762)),
    cost("K04", "json-long-number", NO_TOKEN, [8, 0, 0], 1_828, (5, 11_756)),
    cost("K04", "json-long-fraction", VALID, [8, 0, 0], 1_828, (5, 11_761)),
    cost("K04", "json-nested", NO_TOKEN, [8, 0, 0], 1_828, (5, 11_756)),
    cost("K06", "json-wide", VALID, [8, 0, 0], 1_828, (5, 11_759)),
    cost("K06", "json-many-members", VALID, [8, 0, 0], 1_828, (5, 12_451)),
];

/// Made once: they need many signatures.
static ATTACKS: LazyLock<Vec<Attack>> = LazyLock::new(Attack::all);

/// The cases of the row `id`.
pub(crate) fn cases_of(id: &str) -> impl Iterator<Item = Case> {
    COSTS.iter().filter(move |cost| cost.row == id).map(|cost| {
        let make = move || {
            let attack = ATTACKS.iter().find(|attack| attack.name == cost.name);
            vec![Input::from(attack.unwrap_or_else(|| panic!("{} is no attack", cost.name)))]
        };
        Made::new(cost.name, cost.verdict, cost.code, make).taking(cost.work)
    })
}

/// The row of the valid ones: they take the most work, since nothing ends them early.
pub(crate) fn rows() -> Vec<Row> {
    let every_attack_has_its_cost = || {
        let missing: Vec<_> = ATTACKS
            .iter()
            .map(|attack| attack.name.as_str())
            .filter(|name| !COSTS.iter().any(|cost| cost.name == *name))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("no cost is stated of {missing:?}")) }
    };
    vec![Row {
        id: "D01",
        says: "valid, and as dear as fits",
        cases: vec![Case::Property {
            says: "every attack has its cost",
            holds: every_attack_has_its_cost,
        }],
    }]
}
