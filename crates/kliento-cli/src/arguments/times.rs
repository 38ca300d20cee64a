//! Instants, periods and durations as users type them.

use clap::Args;
use kliento::{Timestamp, ValidityPeriod};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::clock;
use crate::outcome::UsageError;

#[derive(Debug, Args)]
pub(crate) struct InstantArg {
    /// The instant to verify at, in RFC 3339 or Unix seconds [default: now].
    #[arg(long, value_name = "TIME", value_parser = parse)]
    pub(crate) at: Option<Timestamp>,
}

/// The instant or period to verify at.
#[derive(Debug, Args)]
pub(crate) struct PeriodArgs {
    /// The instant to verify at, in RFC 3339 or Unix seconds [default: now].
    #[arg(long, value_name = "TIME", value_parser = parse, conflicts_with_all = ["from", "until"])]
    pub(crate) at: Option<Timestamp>,
    /// The first second of a period; the input must be valid at some second of it.
    #[arg(long, value_name = "TIME", value_parser = parse, requires = "until")]
    pub(crate) from: Option<Timestamp>,
    /// The last second of the period.
    #[arg(long, value_name = "TIME", value_parser = parse, requires = "from")]
    pub(crate) until: Option<Timestamp>,
}

/// Reads RFC 3339 (any offset; a fraction is dropped) or seconds since 1970-01-01T00:00:00Z.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    let is_number = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let seconds = if is_number {
        text.parse().ok()
    } else {
        let time = OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| "expected RFC 3339 or Unix seconds".to_owned())?;
        u64::try_from(time.unix_timestamp()).ok()
    };
    seconds
        .filter(|&seconds| seconds <= Timestamp::MAX.as_unix_seconds())
        .map(Timestamp::from_unix_seconds)
        .ok_or_else(|| format!("it is not between {} and {}", Timestamp::MIN, Timestamp::MAX))
}

/// Reads a whole number of seconds, minutes, hours or days like `30s`, `10m`, `1h` or `30d`, as
/// seconds.
pub(crate) fn parse_duration(text: &str) -> Result<u64, String> {
    let seconds = text.chars().next_back().and_then(|unit| {
        let scale: u64 = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        let number = text.strip_suffix(unit)?;
        let is_number = !number.is_empty() && number.bytes().all(|octet| octet.is_ascii_digit());
        let number: u64 = is_number.then(|| number.parse().ok())??;
        number.checked_mul(scale).filter(|&seconds| seconds > 0)
    });
    seconds.ok_or_else(|| "expected a duration like 30s, 10m, 1h or 30d".to_owned())
}

/// The requested instant, or else the present one.
pub(crate) fn instant(at: Option<Timestamp>) -> Timestamp {
    at.unwrap_or_else(clock::now)
}

/// `period` without the seconds before `start`, but always with `at`.
pub(crate) fn not_before(
    period: ValidityPeriod,
    start: Timestamp,
    at: Timestamp,
) -> ValidityPeriod {
    let start = period.start().max(start).min(at);
    ValidityPeriod::new(start, period.end()).unwrap_or(period)
}

/// The requested period, or else the present second.
pub(crate) fn period(when: &PeriodArgs) -> Result<ValidityPeriod, UsageError> {
    match (when.from, when.until) {
        (Some(from), Some(until)) => ValidityPeriod::new(from, until)
            .map_err(|_| UsageError::new(format!("--from {from} is after --until {until}"))),
        _ => Ok(ValidityPeriod::at(instant(when.at))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rfc_3339_and_unix_seconds() {
        for text in [
            "2026-11-22T12:00:00Z",
            "2026-11-22t12:00:00z",
            "2026-11-22T12:00:00.999999999Z",
            "2026-11-22T14:30:00+02:30",
            "2026-11-21T22:00:00-14:00",
            "1795348800",
        ] {
            assert_eq!(parse(text), Ok(Timestamp::from_unix_seconds(1_795_348_800)), "{text}");
        }
    }

    #[test]
    fn reads_durations_with_a_unit() {
        for (text, seconds) in [("1s", 1), ("90s", 90), ("59m", 3_540), ("1h", 3_600)] {
            assert_eq!(parse_duration(text), Ok(seconds), "{text}");
        }
        assert_eq!(parse_duration("90d"), Ok(7_776_000));
        for text in
            ["", "0s", "600", "h", "-1h", "+1h", "1.5h", "1 h", "1H", "1é", "99999999999999999999d"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert!(parse_duration("18446744073709551615d").is_err());
    }

    #[test]
    fn rejects_text_that_is_not_an_instant() {
        let unknown = "expected RFC 3339 or Unix seconds";
        for text in ["", "now", "2026-11-22", "2026-11-22T12:00:00", "2026-02-29T00:00:00Z", "+1"] {
            assert_eq!(parse(text), Err(unknown.into()), "{text}");
        }
        let outside = "it is not between 1970-01-01T00:00:00Z and 9999-12-31T23:59:59Z";
        for text in ["1969-12-31T23:59:59Z", "253402300800", "99999999999999999999"] {
            assert_eq!(parse(text), Err(outside.into()), "{text}");
        }
    }
}
