//! Instants and periods, in whole seconds.
//!
//! DNSSEC, X.509 and VeraId all speak of validity in whole seconds with both ends included, so
//! every type here does too. Nothing in this crate reads a clock: instants come from the caller.

use std::fmt;

/// An instant: whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// ```
/// use veraid_dnssec::Timestamp;
///
/// assert_eq!(Timestamp::from_unix_seconds(1_795_305_600).to_string(), "2026-11-22T00:00:00Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z, the earliest instant that can be expressed.
    pub const MIN: Self = Self(0);
    /// 9999-12-31T23:59:59Z, the latest instant that ASN.1 can write.
    pub const MAX: Self = Self(253_402_300_799);

    /// The instant `seconds` after 1970-01-01T00:00:00Z, at most [`Timestamp::MAX`].
    #[must_use]
    pub const fn from_unix_seconds(seconds: u64) -> Self {
        if seconds > Self::MAX.0 { Self::MAX } else { Self(seconds) }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_unix_seconds(self) -> u64 {
        self.0
    }

    /// The instant `seconds` later, at most [`Timestamp::MAX`].
    #[must_use]
    pub const fn saturating_add(self, seconds: u64) -> Self {
        Self::from_unix_seconds(self.0.saturating_add(seconds))
    }

    /// The instant `seconds` earlier, at least [`Timestamp::MIN`].
    #[must_use]
    pub const fn saturating_sub(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// The instant of a date and time of day in UTC; `None` if there is no such second, or it is
    /// not between [`Timestamp::MIN`] and [`Timestamp::MAX`].
    #[must_use]
    pub fn from_utc(date: UtcDateTime) -> Option<Self> {
        let UtcDateTime { year, month, day, hour, minute, second } = date;
        if !(1970..=9999).contains(&year)
            || !(1..=12).contains(&month)
            || day < 1
            || u64::from(day) > days_in_month(year, month)
            || hour > 23
            || minute > 59
            || second > 59
        {
            return None;
        }
        let days = days_before_year(year)
            .checked_add(days_before_month(year, month))?
            .checked_add(u64::from(day).checked_sub(1)?)?;
        let hours = days.checked_mul(24)?.checked_add(u64::from(hour))?;
        let minutes = hours.checked_mul(60)?.checked_add(u64::from(minute))?;
        Some(Self(minutes.checked_mul(60)?.checked_add(u64::from(second))?))
    }

    /// The date and time of day in UTC.
    #[must_use]
    pub fn to_utc(self) -> UtcDateTime {
        let days = self.0 / 86_400;
        let time_of_day = self.0 % 86_400;
        // Not later than the year sought, and close to it.
        let mut year = u16::try_from(days / 366).unwrap_or(0).saturating_add(1970);
        let mut days = days.saturating_sub(days_before_year(year));
        while let Some(rest) = days.checked_sub(days_in_year(year)) {
            days = rest;
            year = year.saturating_add(1);
        }
        let mut month = 1;
        while let Some(rest) = days.checked_sub(days_in_month(year, month)) {
            days = rest;
            month = month.saturating_add(1);
        }
        let small = |value: u64| u8::try_from(value).unwrap_or(u8::MAX);
        UtcDateTime {
            year,
            month,
            day: small(days.saturating_add(1)),
            hour: small(time_of_day / 3600),
            minute: small(time_of_day / 60 % 60),
            second: small(time_of_day % 60),
        }
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with whole seconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UtcDateTime { year, month, day, hour, minute, second } = self.to_utc();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// A date and time of day in UTC (proleptic Gregorian calendar).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UtcDateTime {
    /// The year, as four digits.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 59: leap seconds cannot be expressed.
    pub second: u8,
}

const fn is_leap_year(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_in_year(year: u16) -> u64 {
    if is_leap_year(year) { 366 } else { 365 }
}

/// The days from 1970 to the beginning of `year`.
fn days_before_year(year: u16) -> u64 {
    let last = u64::from(year).saturating_sub(1);
    // Leap years from 1 to `last`; there were 477 before 1970.
    let leap_years = (last / 4).saturating_sub(last / 100).saturating_add(last / 400);
    u64::from(year)
        .saturating_sub(1970)
        .saturating_mul(365)
        .saturating_add(leap_years)
        .saturating_sub(477)
}

/// The days from the beginning of `year` to that of `month`; for month 13, to the end of the year.
fn days_before_month(year: u16, month: u8) -> u64 {
    const DAYS: [u64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    let days = DAYS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or(0);
    if month > 2 && is_leap_year(year) { days.saturating_add(1) } else { days }
}

fn days_in_month(year: u16, month: u8) -> u64 {
    days_before_month(year, month.saturating_add(1)).saturating_sub(days_before_month(year, month))
}

/// A run of seconds, both ends included; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ValidityPeriod {
    start: Timestamp,
    end: Timestamp,
}

impl ValidityPeriod {
    /// All time that a [`Timestamp`] can express.
    pub const ALWAYS: Self = Self { start: Timestamp::MIN, end: Timestamp::MAX };

    /// The seconds from `start` to `end`, both included.
    ///
    /// # Errors
    ///
    /// [`InvertedPeriod`] if `start` is after `end`.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, InvertedPeriod> {
        if start > end { Err(InvertedPeriod { start, end }) } else { Ok(Self { start, end }) }
    }

    /// The one second `instant`.
    #[must_use]
    pub const fn at(instant: Timestamp) -> Self {
        Self { start: instant, end: instant }
    }

    /// The first second.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        self.start
    }

    /// The last second.
    #[must_use]
    pub const fn end(self) -> Timestamp {
        self.end
    }

    /// Seconds between the first second and the last: 0 for a period of one second, as
    /// `notAfter - notBefore` would be.
    #[must_use]
    pub const fn span_seconds(self) -> u64 {
        self.end.0.saturating_sub(self.start.0)
    }

    /// Returns true if `instant` is one of the seconds.
    #[must_use]
    pub fn contains(self, instant: Timestamp) -> bool {
        self.start <= instant && instant <= self.end
    }

    /// The seconds in both, if there are any.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end)).ok()
    }
}

impl fmt::Display for ValidityPeriod {
    /// `START/END` (ISO 8601), or one instant where both are the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.start == self.end {
            write!(f, "{}", self.start)
        } else {
            write!(f, "{}/{}", self.start, self.end)
        }
    }
}

/// A period whose start is after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("period starts at {start}, after its end at {end}")]
pub struct InvertedPeriod {
    /// The start.
    pub start: Timestamp,
    /// The end.
    pub end: Timestamp,
}

/// A set of seconds, kept as the fewest runs in ascending order.
///
/// Adjacent runs are merged: `1/2` and `3/4` are the seconds 1 to 4, since no second lies between
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ValidityPeriods(Vec<ValidityPeriod>);

impl ValidityPeriods {
    /// The empty set.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Returns true if the set has no seconds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The runs in ascending order, never adjacent.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = ValidityPeriod> + ExactSizeIterator + '_ {
        self.0.iter().copied()
    }

    /// Returns true if `instant` is in the set.
    #[must_use]
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.0.iter().any(|run| run.contains(instant))
    }

    /// The first second of the set.
    #[must_use]
    pub fn earliest(&self) -> Option<Timestamp> {
        self.0.first().map(|run| run.start)
    }

    /// The last second of the set.
    #[must_use]
    pub fn latest(&self) -> Option<Timestamp> {
        self.0.last().map(|run| run.end)
    }

    /// The run that contains `instant`.
    #[must_use]
    pub fn run_around(&self, instant: Timestamp) -> Option<ValidityPeriod> {
        self.0.iter().copied().find(|run| run.contains(instant))
    }

    /// Adds the seconds of `period`.
    pub fn insert(&mut self, period: ValidityPeriod) {
        let mut merged = period;
        let mut runs = Vec::with_capacity(self.0.len().saturating_add(1));
        let mut placed = false;
        for &run in &self.0 {
            if run.end.saturating_add(1) < merged.start {
                runs.push(run);
            } else if merged.end.saturating_add(1) < run.start {
                if !placed {
                    runs.push(merged);
                    placed = true;
                }
                runs.push(run);
            } else {
                merged.start = merged.start.min(run.start);
                merged.end = merged.end.max(run.end);
            }
        }
        if !placed {
            runs.push(merged);
        }
        self.0 = runs;
    }

    /// The seconds in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for run in other.iter() {
            all.insert(run);
        }
        all
    }

    /// The seconds in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut common = Self::none();
        for run in self.iter() {
            for part in other.iter().filter_map(|other_run| run.intersection(other_run)) {
                common.insert(part);
            }
        }
        common
    }

    /// Returns true if every second of `self` is in `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        // Runs are never adjacent, so a covered run is covered by a single run.
        self.iter().all(|run| other.iter().any(|o| o.start <= run.start && run.end <= o.end))
    }
}

impl From<ValidityPeriod> for ValidityPeriods {
    fn from(period: ValidityPeriod) -> Self {
        Self(vec![period])
    }
}

impl FromIterator<ValidityPeriod> for ValidityPeriods {
    fn from_iter<I: IntoIterator<Item = ValidityPeriod>>(periods: I) -> Self {
        let mut set = Self::none();
        for period in periods {
            set.insert(period);
        }
        set
    }
}

impl fmt::Display for ValidityPeriods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("never");
        }
        for (index, run) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" and ")?;
            }
            write!(f, "{run}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn p(start: u64, end: u64) -> ValidityPeriod {
        ValidityPeriod::new(t(start), t(end)).unwrap()
    }

    #[test]
    fn timestamps_round_trip_through_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (4_294_967_296, "2106-02-07T06:28:16Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(t(seconds).to_string(), text);
            assert_eq!(Timestamp::from_utc(t(seconds).to_utc()), Some(t(seconds)));
        }
    }

    #[test]
    fn every_day_of_the_calendar_follows_the_one_before() {
        let mut seconds = 0;
        for year in 1970..=9999 {
            let february = if is_leap_year(year) { 29 } else { 28 };
            let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            for (month, length) in (1..).zip(lengths) {
                for day in 1..=length {
                    let date = UtcDateTime { year, month, day, hour: 0, minute: 0, second: 0 };
                    assert_eq!(Timestamp::from_utc(date), Some(t(seconds)));
                    assert_eq!(t(seconds).to_utc(), date);
                    seconds += 86_400;
                }
            }
        }
        assert_eq!(t(seconds - 1), Timestamp::MAX);
    }

    #[test]
    fn rejects_dates_that_do_not_exist() {
        let base = UtcDateTime { year: 2026, month: 2, day: 28, hour: 23, minute: 59, second: 59 };
        assert!(Timestamp::from_utc(base).is_some());
        for date in [
            UtcDateTime { day: 29, ..base },
            UtcDateTime { day: 0, ..base },
            UtcDateTime { month: 13, ..base },
            UtcDateTime { month: 0, ..base },
            UtcDateTime { hour: 24, ..base },
            UtcDateTime { minute: 60, ..base },
            UtcDateTime { second: 60, ..base },
            UtcDateTime { year: 1969, ..base },
            UtcDateTime { year: 2100, day: 29, ..base },
        ] {
            assert_eq!(Timestamp::from_utc(date), None, "{date:?}");
        }
    }

    #[test]
    fn runs_that_touch_become_one() {
        let set: ValidityPeriods = [p(5, 6), p(1, 2), p(3, 4), p(9, 9)].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [p(1, 6), p(9, 9)]);
    }

    #[test]
    fn rejects_a_period_that_ends_before_it_starts() {
        assert_eq!(ValidityPeriod::new(t(2), t(1)), Err(InvertedPeriod { start: t(2), end: t(1) }));
    }
}
