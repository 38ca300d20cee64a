//! Times in the forms of X.509 and CMS.

use veraid_dnssec::{Timestamp, ValidityPeriod};

use crate::der_writer::{GENERALIZED_TIME, UTC_TIME, tlv};

/// `YYYYMMDDHHMMSSZ`: the contents of a GeneralizedTime.
#[must_use]
pub fn generalized_time_text(instant: Timestamp) -> String {
    let utc = instant.to_utc();
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second
    )
}

/// A Time: UTCTime through 2049, GeneralizedTime from 2050 on and before 1950 (RFC 5280 section
/// 4.1.2.5).
#[must_use]
pub fn x509_time(instant: Timestamp) -> Vec<u8> {
    let text = generalized_time_text(instant);
    if (1950..2050).contains(&instant.to_utc().year) {
        tlv(UTC_TIME, &[&text.as_bytes()[2..]])
    } else {
        tlv(GENERALIZED_TIME, &[text.as_bytes()])
    }
}

/// From 2026-11-15T00:00:00Z to 2026-11-29T00:00:00Z: two weeks around the instant that tests use.
pub(crate) fn default_rrsig_period() -> ValidityPeriod {
    const START: u64 = 1_794_700_800;
    let instant = Timestamp::from_unix_seconds;
    ValidityPeriod::new(instant(START), instant(START + 14 * 86_400))
        .expect("the end is after the start")
}
