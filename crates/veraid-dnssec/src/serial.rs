//! RRSIG times: 32-bit serial numbers (RFC 4034 section 3.1.5, RFC 1982).

use crate::time::{Timestamp, ValidityPeriod};

/// The period from `inception` to `expiration`, each a 32-bit serial number, taken around `reference`.
///
/// `None` if the expiration is before the inception in serial number arithmetic, or the whole period lies before 1970 or
/// after 9999: no second that can be told is in it.
pub(crate) fn resolve_period(
    inception: u32,
    expiration: u32,
    reference: Timestamp,
) -> Option<ValidityPeriod> {
    let length = expiration.wrapping_sub(inception);
    // A distance of 2^31 or more means "before" (RFC 1982 section 3.2).
    if length >= 1 << 31 {
        return None;
    }
    let reference = i64::try_from(reference.as_unix_seconds()).ok()?;
    let start = reference.checked_add(offset(inception, reference)?)?;
    let end = start.checked_add(i64::from(length))?;
    let end = u64::try_from(end).ok()?;
    let start = u64::try_from(start).unwrap_or(0);
    if start > Timestamp::MAX.as_unix_seconds() {
        return None;
    }
    ValidityPeriod::new(Timestamp::from_unix_seconds(start), Timestamp::from_unix_seconds(end)).ok()
}

/// The instants around which `inception` is taken for the same instant as around `reference`.
pub(crate) fn same_references(inception: u32, reference: Timestamp) -> Option<ValidityPeriod> {
    let seconds = i64::try_from(reference.as_unix_seconds()).ok()?;
    let start = seconds.checked_add(offset(inception, seconds)?)?;
    // An instant is 2^31 seconds before to 2^31 - 1 after the reference, as `offset` says.
    let (first, last) = (start.checked_sub((1 << 31) - 1)?, start.checked_add(1 << 31)?);
    let last = Timestamp::from_unix_seconds(u64::try_from(last).ok()?).min(Timestamp::MAX);
    let first = Timestamp::from_unix_seconds(u64::try_from(first).unwrap_or(0));
    ValidityPeriod::new(first, last).ok()
}

/// How far after `reference` the nearest instant is whose low 32 bits are `serial`.
fn offset(serial: u32, reference: i64) -> Option<i64> {
    let low_bits = u32::try_from(reference & 0xFFFF_FFFF).ok()?;
    let ahead = serial.wrapping_sub(low_bits);
    if ahead < 1 << 31 { Some(i64::from(ahead)) } else { i64::from(ahead).checked_sub(1 << 32) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(inception: u32, expiration: u32, reference: u64) -> Option<(u64, u64)> {
        resolve_period(inception, expiration, Timestamp::from_unix_seconds(reference))
            .map(|period| (period.start().as_unix_seconds(), period.end().as_unix_seconds()))
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
    fn an_inception_is_the_same_around_all_references_that_are_told_and_no_others() {
        for (inception, reference) in
            [(1_000, 0x1_8000_0000), (0xFFFF_FFF0, 0x1_0000_0000), (5, 0x2_0000_0000)]
        {
            let t = Timestamp::from_unix_seconds;
            let around = |reference| resolve(inception, inception, reference);
            let same = same_references(inception, t(reference)).unwrap();
            let (first, last) = (same.start().as_unix_seconds(), same.end().as_unix_seconds());
            assert!(same.contains(t(reference)));
            assert_eq!((around(first), around(last)), (around(reference), around(reference)));
            assert_ne!(around(last + 1), around(reference));
            assert!(first == 0 || around(first - 1) != around(reference));
        }
    }

    #[test]
    fn refuses_an_expiration_before_the_inception() {
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
    fn periods_after_9999_hold_no_second_and_are_cut_at_its_end() {
        let last = Timestamp::MAX.as_unix_seconds();
        let serial = u32::try_from(last & 0xFFFF_FFFF).unwrap();
        let [next, later] = [1, 9].map(|seconds| serial.wrapping_add(seconds));
        assert_eq!(resolve(serial, later, last), Some((last, last)));
        assert_eq!(resolve(next, later, last), None);
    }

    #[test]
    fn periods_before_1970_hold_no_second_and_are_cut_at_it() {
        assert_eq!(resolve(0xFFFF_FF00, 0xFFFF_FFFF, 0), None);
        assert_eq!(resolve(0xFFFF_FF00, 0x10, 0), Some((0, 0x10)));
    }
}
