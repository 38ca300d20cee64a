//! Instants as people give them.

use kliento::{Timestamp, ValidityPeriod};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cli::When;
use crate::clock;
use crate::outcome::UsageError;

/// Reads RFC 3339 (any offset; a fraction is dropped) or seconds since 1970-01-01T00:00:00Z.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    let is_number = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let seconds = if is_number {
        text.parse().ok()
    } else {
        let time = OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| "it is neither RFC 3339 nor Unix seconds".to_owned())?;
        u64::try_from(time.unix_timestamp()).ok()
    };
    seconds
        .filter(|&seconds| seconds <= Timestamp::MAX.as_unix_seconds())
        .map(Timestamp::from_unix_seconds)
        .ok_or_else(|| format!("it is not between {} and {}", Timestamp::MIN, Timestamp::MAX))
}

/// The instant that was asked for, or else the present one.
pub(crate) fn instant(at: Option<Timestamp>) -> Timestamp {
    at.unwrap_or_else(clock::now)
}

/// The period that was asked for, or else the present second.
pub(crate) fn period(when: &When) -> Result<ValidityPeriod, UsageError> {
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
    fn refuses_what_is_no_instant() {
        let unknown = "it is neither RFC 3339 nor Unix seconds";
        for text in ["", "now", "2026-11-22", "2026-11-22T12:00:00", "2026-02-29T00:00:00Z", "+1"] {
            assert_eq!(parse(text), Err(unknown.into()), "{text}");
        }
        let outside = "it is not between 1970-01-01T00:00:00Z and 9999-12-31T23:59:59Z";
        for text in ["1969-12-31T23:59:59Z", "253402300800", "99999999999999999999"] {
            assert_eq!(parse(text), Err(outside.into()), "{text}");
        }
    }
}
