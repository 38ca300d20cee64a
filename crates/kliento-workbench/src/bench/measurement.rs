//! Times of work, and the figures that are printed.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// One figure; `floor` is the least that is possible, as measured in the same run.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    pub(super) floor: Option<f64>,
    /// The value that it must not exceed.
    pub(super) goal: Option<f64>,
}

impl Row {
    pub(super) fn to_json(&self) -> Value {
        let ratio = self.floor.map(|floor| round(self.value / floor));
        json!({
            "name": self.name,
            "value": round(self.value),
            "unit": self.unit,
            "floor": self.floor.map(round),
            "ratio": ratio,
            "goal": self.goal.map(round),
        })
    }
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The time for which each figure is measured; 3 seconds unless set.
static MEASURED_FOR: OnceLock<Duration> = OnceLock::new();

/// Sets the time to zero: each piece of work is done once.
pub(super) fn measure_once() -> Result<(), String> {
    MEASURED_FOR.set(Duration::ZERO).map_err(|_| "the duration is set once".into())
}

pub(super) fn measured_for() -> Duration {
    *MEASURED_FOR.get_or_init(|| Duration::from_secs(3))
}

/// The median time of `work` in microseconds.
pub(super) fn median(mut work: impl FnMut() -> bool) -> f64 {
    in_turn(&mut work, || true).0
}

/// The median times of `first` and `second` in microseconds, measured in turn.
pub(super) fn in_turn(
    mut first: impl FnMut() -> bool,
    mut second: impl FnMut() -> bool,
) -> (f64, f64) {
    let (mut times_of_first, mut times_of_second) = (Vec::new(), Vec::new());
    let end = Instant::now() + measured_for();
    loop {
        times_of_first.push(time(&mut first));
        times_of_second.push(time(&mut second));
        if Instant::now() >= end {
            break;
        }
    }
    (middle(times_of_first), middle(times_of_second))
}

pub(super) fn time(work: &mut impl FnMut() -> bool) -> f64 {
    let start = Instant::now();
    assert!(work(), "the measured work succeeds");
    start.elapsed().as_secs_f64() * 1e6
}

pub(super) fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
