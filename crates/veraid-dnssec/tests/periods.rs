//! The laws of sets of seconds, tested against a model that lists every second.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use veraid_dnssec::{Timestamp, ValidityPeriod, ValidityPeriods};

fn p(start: u64, end: u64) -> ValidityPeriod {
    let t = Timestamp::from_unix_seconds;
    ValidityPeriod::new(t(start), t(end)).unwrap()
}

fn period() -> impl Strategy<Value = ValidityPeriod> {
    (0_u64..40, 0_u64..12).prop_map(|(start, span)| p(start, start + span))
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

#[test]
fn instants_after_the_last_one_become_it() {
    let last = Timestamp::MAX.as_unix_seconds();
    assert_eq!(Timestamp::from_unix_seconds(last - 1).as_unix_seconds(), last - 1);
    assert_eq!(Timestamp::from_unix_seconds(last + 1), Timestamp::MAX);
    assert_eq!(Timestamp::from_unix_seconds(u64::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::MAX.saturating_add(1), Timestamp::MAX);
    assert_eq!(Timestamp::MIN.saturating_sub(1), Timestamp::MIN);
}

#[test]
fn periods_are_written_as_their_ends_and_one_second_as_an_instant() {
    assert_eq!(p(0, 60).to_string(), "1970-01-01T00:00:00Z/1970-01-01T00:01:00Z");
    assert_eq!(p(60, 60).to_string(), "1970-01-01T00:01:00Z");
    assert_eq!(ValidityPeriods::none().to_string(), "never");
    assert_eq!(
        set(&[p(0, 0), p(2, 2), p(4, 5)]).to_string(),
        "1970-01-01T00:00:00Z and 1970-01-01T00:00:02Z and 1970-01-01T00:00:04Z/1970-01-01T00:00:05Z"
    );
}

proptest! {
    #[test]
    fn a_period_has_its_span_and_contains_its_seconds(a in period(), at in 0_u64..60) {
        let seconds = seconds_of(&[a]);
        prop_assert_eq!(a.contains(Timestamp::from_unix_seconds(at)), seconds.contains(&at));
        prop_assert_eq!(a.span_seconds(), u64::try_from(seconds.len()).unwrap() - 1);
        prop_assert!(!ValidityPeriods::from(a).is_empty());
    }

    #[test]
    fn a_set_contains_the_seconds_of_its_periods(a in periods()) {
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
        prop_assert_eq!(x.is_empty(), a.is_empty());
    }

    #[test]
    fn timestamps_and_dates_round_trip(at in 0_u64..253_402_300_800) {
        let at = Timestamp::from_unix_seconds(at);
        prop_assert_eq!(Timestamp::from_utc(at.to_utc()), Some(at));
    }
}
