//! UTCTime and GeneralizedTime (X.690 sections 11.7 and 11.8, RFC 5280 section 4.1.2.5).

use veraid_dnssec::{Timestamp, UtcDateTime};

use crate::der_reader::{Element, Reader, tag};
use crate::parse_error::{BundleParseError, DerProblem};

/// The maximum digits of a fraction of a second (9: nanoseconds; deployed software writes up to 3).
const MAX_FRACTION_DIGITS: usize = 9;

/// A time of a certificate: `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
pub(crate) fn read_certificate_time(
    reader: &mut Reader<'_>,
    field: &'static str,
) -> Result<Timestamp, BundleParseError> {
    let element = reader.any(field)?;
    let time = match element.tag {
        tag::UTC_TIME => element.value.split_first_chunk::<2>().and_then(|(year, rest)| {
            // RFC 5280 section 4.1.2.5.1: 50 to 99 are 19xx.
            let century: u16 = if *year < *b"50" { 2000 } else { 1900 };
            parse(century.checked_add(digits(year)?)?, rest.strip_suffix(b"Z")?)
        }),
        tag::GENERALIZED_TIME => {
            element.value.strip_suffix(b"Z").and_then(parse_with_four_digit_year)
        }
        found => {
            return Err(BundleParseError::Der {
                field,
                offset: element.offset,
                problem: DerProblem::Tag { expected: Some(tag::UTC_TIME), found },
            });
        }
    };
    time.ok_or(BundleParseError::Der { field, offset: element.offset, problem: DerProblem::Value })
}

/// A GeneralizedTime of signature metadata and whether it had a fraction of a second, which is
/// dropped.
pub(crate) fn read_metadata_time(
    element: &Element<'_>,
    field: &'static str,
) -> Result<(Timestamp, bool), BundleParseError> {
    let parsed =
        element.value.strip_suffix(b"Z").and_then(|text| match text.split_at_checked(14) {
            Some((whole, [])) => Some((parse_with_four_digit_year(whole)?, false)),
            Some((whole, [b'.', fraction @ ..])) => {
                let is_fraction = (1..=MAX_FRACTION_DIGITS).contains(&fraction.len())
                    && fraction.iter().all(u8::is_ascii_digit);
                Some((parse_with_four_digit_year(whole).filter(|_| is_fraction)?, true))
            }
            _ => None,
        });
    parsed.ok_or(BundleParseError::Der {
        field,
        offset: element.offset,
        problem: DerProblem::Value,
    })
}

fn parse_with_four_digit_year(text: &[u8]) -> Option<Timestamp> {
    let (year, rest) = text.split_first_chunk::<4>()?;
    parse(digits(year)?, rest)
}

/// `MMDDHHMMSS` of `year`.
fn parse(year: u16, rest: &[u8]) -> Option<Timestamp> {
    let fields: &[u8; 10] = rest.try_into().ok()?;
    let mut pairs =
        fields.chunks_exact(2).map(|pair| digits(pair).and_then(|n| u8::try_from(n).ok()));
    let mut next = || pairs.next().flatten();
    Timestamp::from_utc(UtcDateTime {
        year,
        month: next()?,
        day: next()?,
        hour: next()?,
        minute: next()?,
        second: next()?,
    })
}

fn digits(text: &[u8]) -> Option<u16> {
    text.iter().try_fold(0_u16, |value, &octet| {
        let digit = octet.is_ascii_digit().then(|| octet.wrapping_sub(b'0'))?;
        value.checked_mul(10)?.checked_add(u16::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate_time(tag: u8, text: &str) -> Option<String> {
        let octets = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let mut reader = Reader::new(&octets, "validity", 0);
        read_certificate_time(&mut reader, "notBefore").ok().map(|time| time.to_string())
    }

    fn metadata_time(text: &str) -> Option<(String, bool)> {
        let octets = [&[0x80, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let element = Reader::new(&octets, "validityPeriod", 0).any("start").unwrap();
        read_metadata_time(&element, "start")
            .ok()
            .map(|(time, fraction)| (time.to_string(), fraction))
    }

    #[test]
    fn certificate_times_are_utc_times_or_generalized_times_with_seconds_and_z() {
        let utc = |text| certificate_time(tag::UTC_TIME, text);
        assert_eq!(utc("491231235959Z").as_deref(), Some("2049-12-31T23:59:59Z"));
        assert_eq!(utc("700101000000Z").as_deref(), Some("1970-01-01T00:00:00Z"));
        // 1950 and other times before 1970 cannot be expressed.
        for text in [
            "500101000000Z",
            "261122030902",
            "2611220309Z",
            "261122030902+0100",
            "261322030902Z",
            "2611220309.2Z",
        ] {
            assert_eq!(utc(text), None, "{text}");
        }
        let generalized = |text| certificate_time(tag::GENERALIZED_TIME, text);
        assert_eq!(generalized("20500101000000Z").as_deref(), Some("2050-01-01T00:00:00Z"));
        assert_eq!(generalized("99991231235959Z").as_deref(), Some("9999-12-31T23:59:59Z"));
        for text in ["20500101000000.5Z", "20500101000060Z", "205001010000Z", ""] {
            assert_eq!(generalized(text), None, "{text}");
        }
    }

    #[test]
    fn fractions_of_a_second_in_metadata_are_dropped_and_reported() {
        let time = || "2026-11-22T03:09:02Z".to_owned();
        assert_eq!(metadata_time("20261122030902Z"), Some((time(), false)));
        for text in ["20261122030902.781Z", "20261122030902.0Z", "20261122030902.999999999Z"] {
            assert_eq!(metadata_time(text), Some((time(), true)), "{text}");
        }
        for text in [
            "20261122030902.Z",
            "20261122030902.0000000000Z",
            "20261122030902,5Z",
            "20261122030902.5",
            "20261122030902.5+0000",
            "20261122030902",
            "202611220309Z",
            "2026112203Z",
            "20261122030960Z",
            "20261322030902Z",
            "20261122240000Z",
        ] {
            assert_eq!(metadata_time(text), None, "{text}");
        }
    }
}
