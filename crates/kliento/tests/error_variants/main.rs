//! Every reason for rejecting input has a vector that is rejected for that reason.
//!
//! The list comes from the source text: every enum that derives `thiserror::Error` in the crates
//! that parse and verify, and every enum of theirs that such an enum contains. The occurrences come
//! from running all vectors.
//!
//! A variant occurs if a value of its very enum was made, at the top of an error or anywhere
//! within: the derived `Debug` text is parsed with the types that the source declares, so that
//! names which several enums share (`LimitExceeded`, `TooLong`) are distinguished. The enum around
//! it makes no difference.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use std::collections::BTreeSet;

mod debug_text;
mod source;
mod vectors;

use source::{Enums, Variant};

/// Variants that no vector can have, each with its reason; `*` stands for all variants of an enum.
const WITHOUT_VECTOR: &[(&str, &str, &str)] = &[
    (
        "veraid_dnssec::SignatureCheckError",
        "*",
        "the answer to one signature check, which whoever asked for it turns into an error of its own",
    ),
    (
        "veraid_dnssec::TrustAnchorProblem",
        "*",
        "trust anchors are what a verifier is set up with, and vectors give good ones",
    ),
];

#[test]
fn every_error_variant_occurs_in_a_vector_or_has_a_reason_why_not() {
    let enums = Enums::read();
    let required = enums.required();
    let mut found: BTreeSet<Variant> = BTreeSet::new();
    for error in vectors::errors() {
        debug_text::variants(&enums, &error.type_name, &error.debug, &mut found);
    }

    let reason = |variant: &Variant| {
        WITHOUT_VECTOR
            .iter()
            .any(|(of, name, _)| *of == variant.of && (*name == "*" || *name == variant.name))
    };
    let missing: Vec<String> = required
        .iter()
        .filter(|variant| !found.contains(variant) && !reason(variant))
        .map(ToString::to_string)
        .collect();
    assert!(missing.is_empty(), "no vector shows {missing:#?}");

    let occur: Vec<String> =
        found.iter().filter(|variant| reason(variant)).map(ToString::to_string).collect();
    assert!(occur.is_empty(), "said to be without a vector, and has one: {occur:#?}");
    for (of, name, _) in WITHOUT_VECTOR {
        let exists =
            |variant: &Variant| *of == variant.of && (*name == "*" || *name == variant.name);
        assert!(required.iter().any(exists), "{of}::{name} does not exist");
    }
}
