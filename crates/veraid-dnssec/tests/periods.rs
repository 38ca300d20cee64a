//! The laws of sets of seconds, against a model that lists every second.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use veraid_dnssec::{Timestamp, ValidityPeriod, ValidityPeriods};

fn period() -> impl Strategy<Value = ValidityPeriod> {
    (0_u64..40, 0_u64..12).prop_map(|(start, span)| {
        let t = Timestamp::from_unix_seconds;
        ValidityPeriod::new(t(start), t(start + span)).unwrap()
    })
}

fn periods() -> impl Strategy<Value = Vec<ValidityPeriod>> {
    prop::collection::vec(period(), 0..6)
}

fn seconds_of(periods: &[ValidityPeriod]) -> BTreeSet<u64> {
    periods.iter().flat_map(|p| p.start().as_unix_seconds()..=p.end().as_unix_seconds()).collect()
}

fn set(periods: &[ValidityPeriod]) -> ValidityPeriods {
    periods.iter().copied().collect()
}

fn seconds(set: &ValidityPeriods) -> BTreeSet<u64> {
    seconds_of(&set.iter().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn a_set_holds_the_seconds_of_its_periods(a in periods()) {
        prop_assert_eq!(seconds(&set(&a)), seconds_of(&a));
    }

    #[test]
    fn runs_are_ascending_and_never_touch(a in periods()) {
        let runs: Vec<_> = set(&a).iter().collect();
        for pair in runs.windows(2) {
            prop_assert!(pair[0].end().as_unix_seconds() + 1 < pair[1].start().as_unix_seconds());
        }
    }

    #[test]
    fn one_set_of_seconds_has_one_form(mut a in periods()) {
        let forwards = set(&a);
        a.reverse();
        prop_assert_eq!(set(&a), forwards);
    }

    #[test]
    fn intersection_and_union_are_those_of_the_seconds(a in periods(), b in periods()) {
        let (x, y) = (set(&a), set(&b));
        prop_assert_eq!(seconds(&x.intersection(&y)), &seconds_of(&a) & &seconds_of(&b));
        prop_assert_eq!(seconds(&x.union(&y)), &seconds_of(&a) | &seconds_of(&b));
        prop_assert_eq!(x.intersection(&y), y.intersection(&x));
        prop_assert_eq!(x.union(&y), y.union(&x));
    }

    #[test]
    fn subset_ends_and_runs_are_those_of_the_seconds(a in periods(), b in periods(), at in 0_u64..60) {
        let (x, y) = (set(&a), set(&b));
        prop_assert_eq!(x.is_subset(&y), seconds_of(&a).is_subset(&seconds_of(&b)));
        prop_assert_eq!(x.earliest().map(Timestamp::as_unix_seconds), seconds_of(&a).first().copied());
        prop_assert_eq!(x.latest().map(Timestamp::as_unix_seconds), seconds_of(&a).last().copied());
        let at = Timestamp::from_unix_seconds(at);
        prop_assert_eq!(x.contains(at), seconds_of(&a).contains(&at.as_unix_seconds()));
        prop_assert_eq!(x.run_around(at).is_some(), x.contains(at));
    }

    #[test]
    fn timestamps_and_dates_round_trip(at in 0_u64..253_402_300_800) {
        let at = Timestamp::from_unix_seconds(at);
        prop_assert_eq!(Timestamp::from_utc(at.to_utc()), Some(at));
    }
}
