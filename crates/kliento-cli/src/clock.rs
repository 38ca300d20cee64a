//! The only place that reads the clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kliento::Timestamp;

/// The present second. A clock set to before 1970 gives 1970, at which nothing is valid.
pub(crate) fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command has to read the clock, since the libraries must not"
    )]
    let now = SystemTime::now();
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Timestamp::from_unix_seconds(seconds)
}

/// Starts a stopwatch: the returned function gives the time since the start.
pub(crate) fn stopwatch() -> impl FnOnce() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "the measured time is only displayed")]
    let start = Instant::now();
    move || start.elapsed()
}
