//! Times in the forms of X.509 and CMS.

use veraid_dnssec::Timestamp;

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
