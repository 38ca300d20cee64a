//! Requested periods that are nearly as long as, or longer than, the time after which RRSIG times
//! repeat.

use super::signature::signed_for;
use super::*;

/// The maximum number of seconds from the first to the last of a requested period.
const LIMIT: u64 = (1 << 31) - 1;

pub(crate) fn long_periods() -> Vec<Vector> {
    let spec = "RFC 4034 section 3.1.5; RFC 1982 section 3.2";
    let usual = usual_period();
    let at = Timestamp::from_unix_seconds;
    let chain = small_zones().build();
    // A period before the usual one would begin before 1970.
    let later = period(at((1 << 32) - 1000), at((1 << 32) + 1000));
    let later_chain = signed_for(later);
    let with_chain = |chain: &MockChain, holds, case: &str, description: &str, start, seconds| {
        let start = at(start);
        let id = id("time", &format!("period-{case}"));
        let vector = Vector::chain(id, description, spec, chain, txt()).from(PARENT);
        proves(vector, &[text()], holds).period(period(start, start.saturating_add(seconds)))
    };
    let with = |case: &str, description: &str, start: Timestamp, seconds| {
        with_chain(&chain, usual, case, description, start.as_unix_seconds(), seconds)
    };
    let with_later = |case: &str, description: &str, before: u64, seconds| {
        let start = later.start().as_unix_seconds() - before;
        with_chain(&later_chain, later, case, description, start, seconds)
    };
    vec![
        with(
            "of-68-years-around",
            "The requested period has 2^31 - 1 seconds; the RRSIGs are valid in the middle of it.",
            at(usual.start().as_unix_seconds() - (1 << 30)),
            LIMIT,
        ),
        with_later(
            "of-68-years-before",
            "The requested period has 2^31 - 1 seconds and ends in the second of the inception.",
            LIMIT,
            LIMIT,
        ),
        with(
            "of-68-years-after",
            "The requested period has 2^31 - 1 seconds and starts in the second of the expiration, so its end is nearer to the next time at which serial numbers equal the inception.",
            usual.end(),
            LIMIT,
        )
        .from("dnssec::time::period-starts-at-expiration"),
        with_later(
            "of-68-years-too-early",
            "The requested period has 2^31 - 1 seconds and ends in the second before the inception.",
            LIMIT + 1,
            LIMIT,
        )
        .invalid(2031),
        with(
            "of-68-years-too-late",
            "The requested period has 2^31 - 1 seconds and starts in the second after the expiration.",
            usual.end().saturating_add(1),
            LIMIT,
        )
        .invalid(2031),
        with_later(
            "over-68-years-before",
            "The requested period has 2^31 seconds and ends in the second of the inception.",
            LIMIT + 1,
            LIMIT + 1,
        )
        .invalid(2050),
        with(
            "over-68-years-after",
            "The requested period has 2^31 seconds and starts in the second of the expiration.",
            usual.end(),
            LIMIT + 1,
        )
        .invalid(2050),
        with(
            "of-all-time",
            "The requested period is from 1970 to the end of 9999.",
            Timestamp::MIN,
            Timestamp::MAX.as_unix_seconds(),
        )
        .invalid(2050),
    ]
}
