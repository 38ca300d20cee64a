//! A clock that tests control, and tokens for its seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kliento::Timestamp;
use kliento_verifier::Clock;
use veraid_testkit::{Scenario, default_instant, kliento_token, period};

use crate::running::{AUDIENCE, TOKEN, kliento};

/// Seconds since two hours before the second that tokens are made for: a store that is empty at
/// that time is old enough later.
#[derive(Clone, Debug)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(crate) fn early() -> Self {
        Self(Arc::new(AtomicU64::new(default_instant().as_unix_seconds() - 7_200)))
    }

    /// Sets the clock to this many seconds after the second that tokens are made for.
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(default_instant().as_unix_seconds() + seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// The value of `Authorization` with a token that begins a minute before that second plus
/// `seconds`, and lasts until ten minutes after.
pub(crate) fn token(name: &str, seconds: u64) -> String {
    let at = default_instant().saturating_add(seconds);
    let scenario = Scenario {
        content: kliento_token(AUDIENCE, &[("n", name)]),
        signature_period: period(at.saturating_sub(60), at.saturating_add(600)),
        ..Scenario::default()
    };
    kliento(&scenario.build_on(&TOKEN.chain).der)
}
