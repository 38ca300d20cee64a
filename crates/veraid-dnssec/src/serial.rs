//! RRSIG times: 32-bit serial numbers (RFC 4034 section 3.1.5, RFC 1982).

use crate::time::{Timestamp, ValidityPeriod};

/// The maximum number of seconds from the first to the last of a requested period (2^31 − 1, about
/// 68 years).
///
/// RRSIG times repeat every 2^32 seconds, and an RRSIG lasts less than 2^31. So two of its
/// repetitions are more than 2^31 seconds apart, and a longer request could meet both: it would be
/// unknown which of them the signer meant.
pub(crate) const MAX_REQUESTED_SECONDS: u64 = (1 << 31) - 1;

/// The period of an RRSIG from `inception` to `expiration`, and the requested periods for which it
/// is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// `None` if the expiration is before the inception in serial number arithmetic, or if no
    /// second of the period can be expressed as a [`Timestamp`].
    pub(crate) period: Option<ValidityPeriod>,
    /// A requested period within these seconds, of at most [`MAX_REQUESTED_SECONDS`], resolves to
    /// the same period; `None` if no other is known to.
    pub(crate) same_requests: Option<ValidityPeriod>,
}

/// Resolves the times of an RRSIG for `requested`, which has at most [`MAX_REQUESTED_SECONDS`].
///
/// Of the repetitions of the period, it takes the one with seconds of `requested`: there is at most
/// one. Otherwise it takes the one whose inception is nearest to the end of `requested`, so that
/// errors can say when the RRSIG expired or begins.
pub(crate) fn resolve(inception: u32, expiration: u32, requested: ValidityPeriod) -> Resolved {
    let nearest = repetition(inception, expiration, requested.end(), 0);
    let overlaps = |period: &ValidityPeriod| period.intersection(requested).is_some();
    // The nearest inception lies less than 2^31 seconds before the end, or after it. A repetition
    // that began earlier may still reach into the start of a long request. Later repetitions begin
    // after the request.
    if !nearest.is_some_and(|period| overlaps(&period))
        && let Some(earlier) = repetition(inception, expiration, requested.end(), CYCLE)
        && overlaps(&earlier)
    {
        return Resolved { period: Some(earlier), same_requests: None };
    }
    Resolved { period: nearest, same_requests: same_references(inception, requested.end()) }
}

/// The seconds after which serial numbers repeat.
const CYCLE: i64 = 1 << 32;

/// The period with its inception nearest to `reference`, or `seconds_earlier` than that.
fn repetition(
    inception: u32,
    expiration: u32,
    reference: Timestamp,
    seconds_earlier: i64,
) -> Option<ValidityPeriod> {
    let length = expiration.wrapping_sub(inception);
    // A distance of 2^31 or more means "before" (RFC 1982 section 3.2).
    if length >= 1 << 31 {
        return None;
    }
    let reference = i64::try_from(reference.as_unix_seconds()).ok()?;
    let start =
        reference.checked_add(offset(inception, reference)?)?.checked_sub(seconds_earlier)?;
    let end = start.checked_add(i64::from(length))?;
    let end = u64::try_from(end).ok()?;
    let start = u64::try_from(start).unwrap_or(0);
    if start > Timestamp::MAX.as_unix_seconds() {
        return None;
    }
    ValidityPeriod::new(Timestamp::from_unix_seconds(start), Timestamp::from_unix_seconds(end)).ok()
}

/// The instants for which `inception` resolves to the same instant as for `reference`.
fn same_references(inception: u32, reference: Timestamp) -> Option<ValidityPeriod> {
    let seconds = i64::try_from(reference.as_unix_seconds()).ok()?;
    let start = seconds.checked_add(offset(inception, seconds)?)?;
    // An instant is 2^31 seconds before to 2^31 - 1 after the reference, as in `offset`.
    let (first, last) = (start.checked_sub((1 << 31) - 1)?, start.checked_add(1 << 31)?);
    let last = Timestamp::from_unix_seconds(u64::try_from(last).ok()?).min(Timestamp::MAX);
    let first = Timestamp::from_unix_seconds(u64::try_from(first).unwrap_or(0));
    ValidityPeriod::new(first, last).ok()
}

/// The seconds from `reference` to the nearest instant whose low 32 bits are `serial`.
fn offset(serial: u32, reference: i64) -> Option<i64> {
    let low_bits = u32::try_from(reference & 0xFFFF_FFFF).ok()?;
    let ahead = serial.wrapping_sub(low_bits);
    if ahead < 1 << 31 { Some(i64::from(ahead)) } else { i64::from(ahead).checked_sub(1 << 32) }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic on an overflow")]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn p(start: u64, end: u64) -> ValidityPeriod {
        let t = Timestamp::from_unix_seconds;
        ValidityPeriod::new(t(start), t(end)).unwrap()
    }

    fn resolve(inception: u32, expiration: u32, reference: u64) -> Option<(u64, u64)> {
        resolve_within(inception, expiration, p(reference, reference))
    }

    fn resolve_within(
        inception: u32,
        expiration: u32,
        requested: ValidityPeriod,
    ) -> Option<(u64, u64)> {
        super::resolve(inception, expiration, requested)
            .period
            .map(|period| (period.start().as_unix_seconds(), period.end().as_unix_seconds()))
    }

    /// Returns true if an RRSIG is valid at an instant: inception ≤ instant ≤ expiration in serial
    /// number arithmetic (RFC 4034 section 3.1.5 with RFC 1982).
    fn holds_at(inception: u32, expiration: u32, instant: u64) -> bool {
        let serial = u32::try_from(instant % (1 << 32)).unwrap();
        serial.wrapping_sub(inception) < 1 << 31 && expiration.wrapping_sub(serial) < 1 << 31
    }

    #[test]
    fn takes_times_around_the_reference() {
        assert_eq!(resolve(1_000, 2_000, 1_500), Some((1_000, 2_000)));
        // Over 2^31 (2038) and 2^32 (2106).
        assert_eq!(
            resolve(0x7FFF_FFF0, 0x8000_0010, 0x8000_0000),
            Some((0x7FFF_FFF0, 0x8000_0010))
        );
        assert_eq!(resolve(0xFFFF_FFF0, 0x10, 0x1_0000_0000), Some((0xFFFF_FFF0, 0x1_0000_0010)));
        assert_eq!(resolve(0xFFFF_FFF0, 0x10, 0xFFFF_FFF5), Some((0xFFFF_FFF0, 0x1_0000_0010)));
        assert_eq!(resolve(5, 10, 0x2_0000_0000), Some((0x2_0000_0005, 0x2_0000_000A)));
    }

    #[test]
    fn an_inception_is_the_same_around_exactly_the_reported_references() {
        for (inception, reference) in
            [(1_000, 0x1_8000_0000), (0xFFFF_FFF0, 0x1_0000_0000), (5, 0x2_0000_0000)]
        {
            let t = Timestamp::from_unix_seconds;
            let around = |reference| resolve(inception, inception, reference);
            let same = super::resolve(inception, inception, p(reference, reference));
            let same = same.same_requests.unwrap();
            let (first, last) = (same.start().as_unix_seconds(), same.end().as_unix_seconds());
            assert!(same.contains(t(reference)));
            assert_eq!((around(first), around(last)), (around(reference), around(reference)));
            assert_ne!(around(last + 1), around(reference));
            assert!(first == 0 || around(first - 1) != around(reference));
        }
    }

    #[test]
    fn rejects_an_expiration_before_the_inception() {
        assert_eq!(resolve(2_000, 1_999, 1_500), None);
        assert_eq!(resolve(1_000, 1_000, 1_500), Some((1_000, 1_000)));
        assert_eq!(resolve(0, 0x7FFF_FFFF, 0), Some((0, 0x7FFF_FFFF)));
        assert_eq!(resolve(0, 0x8000_0000, 0), None);
    }

    #[test]
    fn an_inception_half_a_turn_away_lies_in_the_past() {
        let reference = 0x1_0000_0000;
        let past = Some((0x8000_0000, 0x8000_0000));
        assert_eq!(resolve(0x8000_0000, 0x8000_0000, reference), past);
        let ahead = Some((0x1_7FFF_FFFF, 0x1_8000_0000));
        assert_eq!(resolve(0x7FFF_FFFF, 0x8000_0000, reference), ahead);
    }

    #[test]
    fn periods_after_9999_have_no_second_and_are_cut_at_its_end() {
        let last = Timestamp::MAX.as_unix_seconds();
        let serial = u32::try_from(last & 0xFFFF_FFFF).unwrap();
        let [next, later] = [1, 9].map(|seconds| serial.wrapping_add(seconds));
        assert_eq!(resolve(serial, later, last), Some((last, last)));
        assert_eq!(resolve(next, later, last), None);
    }

    #[test]
    fn periods_before_1970_have_no_second_and_are_cut_at_it() {
        assert_eq!(resolve(0xFFFF_FF00, 0xFFFF_FFFF, 0), None);
        assert_eq!(resolve(0xFFFF_FF00, 0x10, 0), Some((0, 0x10)));
    }

    #[test]
    fn a_period_that_reaches_into_either_end_of_a_long_request_is_found() {
        // 1970 to 2038 and a second less than the limit; RRSIGs around both ends and in the middle.
        let requested = p(1_000, 1_000 + MAX_REQUESTED_SECONDS);
        let last = u32::try_from(requested.end().as_unix_seconds()).unwrap();
        for (inception, expiration) in
            [(0, 1_000), (1_000, 1_001), (900, 2_000), (1 << 30, (1 << 30) + 9), (last, last + 9)]
        {
            let expected = Some((u64::from(inception), u64::from(expiration)));
            assert_eq!(resolve_within(inception, expiration, requested), expected);
        }
        let later = p(1 << 32, (1 << 32) + MAX_REQUESTED_SECONDS);
        assert_eq!(
            resolve_within(u32::MAX - 9, 5, later),
            Some((u64::from(u32::MAX) - 9, (1 << 32) + 5))
        );
    }

    /// Any period of an RRSIG: mostly weeks, some nearly as long as possible.
    fn rrsig_times() -> impl Strategy<Value = (u32, u32)> {
        let length = prop_oneof![0_u32..4, 0_u32..10_000_000, (1_u32 << 31) - 4..1 << 31];
        let inception = prop_oneof![0_u32..4, any::<u32>(), u32::MAX - 4..=u32::MAX];
        (inception, length)
            .prop_map(|(inception, length)| (inception, inception.wrapping_add(length)))
    }

    /// Requested periods of up to [`MAX_REQUESTED_SECONDS`], in the first three cycles.
    fn requests() -> impl Strategy<Value = ValidityPeriod> {
        let span = prop_oneof![
            Just(0),
            0_u64..10_000_000,
            MAX_REQUESTED_SECONDS - 4..=MAX_REQUESTED_SECONDS,
            0..=MAX_REQUESTED_SECONDS,
        ];
        (0_u64..3 << 32, span).prop_map(|(start, span)| p(start, start + span))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// Compares with the definition, second by second wherever anything can change.
        #[test]
        fn a_resolved_period_has_exactly_the_requested_seconds_of_the_rrsig(
            (inception, expiration) in rrsig_times(),
            requested in requests(),
            permille in 0..1_000_u64,
        ) {
            let resolved = super::resolve(inception, expiration, requested).period;
            let (start, end) = (requested.start().as_unix_seconds(), requested.end().as_unix_seconds());
            let mut instants = vec![start, end, start + (end - start) * permille / 1_000];
            for serial in [inception, expiration] {
                for cycle in 0..=3_u64 {
                    let at = u64::from(serial) + (cycle << 32);
                    instants.extend([at.saturating_sub(1), at, at + 1]);
                }
            }
            for instant in instants.into_iter().filter(|instant| (start..=end).contains(instant)) {
                let found = resolved
                    .is_some_and(|period| period.contains(Timestamp::from_unix_seconds(instant)));
                prop_assert_eq!(found, holds_at(inception, expiration, instant), "at {}", instant);
            }
        }

        /// The cache relies on this to reuse a walk's result for other requests.
        #[test]
        fn requests_that_should_resolve_alike_do(
            (inception, expiration) in rrsig_times(),
            requested in requests(),
            (from, to) in (0..=1_000_u64, 0..=1_000_u64),
        ) {
            let resolved = super::resolve(inception, expiration, requested);
            if let Some(same) = resolved.same_requests {
                prop_assert!(same.contains(requested.end()));
                let (first, last) = (same.start().as_unix_seconds(), same.end().as_unix_seconds());
                let place = |permille: u64| first + (last - first) * permille / 1_000;
                let (start, end) = (place(from.min(to)), place(from.max(to)));
                let other = p(start, end.min(start + MAX_REQUESTED_SECONDS));
                let other = super::resolve(inception, expiration, other);
                prop_assert_eq!(other.period, resolved.period);
            }
        }
    }
}
