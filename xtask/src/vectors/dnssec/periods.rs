//! Requested periods that are nearly as long as, or longer than, the time after which RRSIG times repeat.

use super::*;

/// Most seconds from the first to the last of a requested period.
const LIMIT: u64 = (1 << 31) - 1;

pub(super) fn long_periods() -> Vec<Vector> {
    let spec = "RFC 4034 section 3.1.5; RFC 1982 section 3.2";
    let usual = usual_period();
    let at = Timestamp::from_unix_seconds;
    let chain = small_zones().build();
    let with = |case: &str, description: &str, start: Timestamp, seconds: u64| {
        let vector = still_proves("time", &format!("period-{case}"), description, spec, &chain);
        vector.period(period(start, start.saturating_add(seconds)))
    };
    vec![
        with(
            "of-68-years-around",
            "The period that is asked for has 2^31 - 1 seconds; the RRSIGs hold in the middle of it.",
            at(usual.start().as_unix_seconds() - (1 << 30)),
            LIMIT,
        ),
        with(
            "of-68-years-before",
            "The period that is asked for has 2^31 - 1 seconds and ends in the second of the inception.",
            at(usual.start().as_unix_seconds() - LIMIT),
            LIMIT,
        )
        .from("dnssec::time::period-ends-at-inception"),
        with(
            "of-68-years-after",
            "The period that is asked for has 2^31 - 1 seconds and starts in the second of the expiration, so its end is nearer to the next time at which serial numbers are those of the inception.",
            usual.end(),
            LIMIT,
        )
        .from("dnssec::time::period-starts-at-expiration"),
        with(
            "of-68-years-too-early",
            "The period that is asked for has 2^31 - 1 seconds and ends in the second before the inception.",
            at(usual.start().as_unix_seconds() - LIMIT - 1),
            LIMIT,
        )
        .invalid(2031),
        with(
            "of-68-years-too-late",
            "The period that is asked for has 2^31 - 1 seconds and starts in the second after the expiration.",
            usual.end().saturating_add(1),
            LIMIT,
        )
        .invalid(2031),
        with(
            "over-68-years-before",
            "The period that is asked for has 2^31 seconds and ends in the second of the inception.",
            at(usual.start().as_unix_seconds() - LIMIT - 1),
            LIMIT + 1,
        )
        .invalid(2050),
        with(
            "over-68-years-after",
            "The period that is asked for has 2^31 seconds and starts in the second of the expiration.",
            usual.end(),
            LIMIT + 1,
        )
        .invalid(2050),
        with(
            "of-all-time",
            "The period that is asked for goes from 1970 to the end of 9999.",
            Timestamp::MIN,
            Timestamp::MAX.as_unix_seconds(),
        )
        .invalid(2050),
    ]
}
