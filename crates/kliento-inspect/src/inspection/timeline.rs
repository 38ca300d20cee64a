//! Validity windows side by side on one timeline.

use std::fmt::Write;

use kliento::{Timestamp, ValidityPeriod};

use crate::text::escape_for_terminal;

const COLUMNS: u64 = 40;

/// The seconds at which one piece of evidence is valid.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub(super) label: String,
    pub(super) periods: Vec<ValidityPeriod>,
    /// True if the window counts towards the verdict; if not, it can neither bind nor miss.
    pub(super) is_evidence: bool,
}

/// The effect of a window on the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Role {
    /// The run of seconds at which everything is valid starts because of it.
    pub(super) binds_start: bool,
    /// The run of seconds at which everything is valid ends because of it.
    pub(super) binds_end: bool,
    /// It has no second of the requested period.
    pub(super) misses: bool,
}

impl Window {
    pub(super) fn evidence(label: impl Into<String>, period: ValidityPeriod) -> Self {
        Self { label: label.into(), periods: vec![period], is_evidence: true }
    }

    /// The window's effect; `validity` is the verdict's, and evidence had to be valid in `asked`.
    pub(super) fn role(&self, validity: Option<ValidityPeriod>, asked: ValidityPeriod) -> Role {
        let any = |matches: &dyn Fn(ValidityPeriod) -> bool| {
            self.is_evidence && self.periods.iter().copied().any(matches)
        };
        Role {
            binds_start: validity.is_some_and(|all| any(&|period| period.start() == all.start())),
            binds_end: validity.is_some_and(|all| any(&|period| period.end() == all.end())),
            misses: validity.is_none()
                && self.is_evidence
                && self.periods.iter().all(|period| period.intersection(asked).is_none()),
        }
    }
}

/// The span of time that is drawn.
#[derive(Clone, Copy, Debug)]
struct Axis {
    start: Timestamp,
    end: Timestamp,
}

impl Axis {
    /// Covers the requested period, the seconds at which everything is valid or else the windows'
    /// nearest ends, and a margin.
    fn around(windows: &[Window], asked: ValidityPeriod, validity: Option<ValidityPeriod>) -> Self {
        let mut instants = vec![asked.start(), asked.end()];
        match validity {
            Some(all) => instants.extend([all.start(), all.end()]),
            None => {
                let evidence = windows.iter().filter(|window| window.is_evidence);
                for &period in evidence.flat_map(|window| &window.periods) {
                    instants.push(nearest_end(period, asked));
                }
            }
        }
        let start = instants.iter().copied().min().unwrap_or(asked.start());
        let end = instants.iter().copied().max().unwrap_or(asked.end());
        let span = end.as_unix_seconds().saturating_sub(start.as_unix_seconds());
        let margin = (span / 6).max(1);
        Self { start: start.saturating_sub(margin), end: end.saturating_add(margin) }
    }

    /// The column of an instant, 0 to `COLUMNS` - 1; instants outside get the nearest.
    fn column(self, instant: Timestamp) -> u64 {
        let start = self.start.as_unix_seconds();
        let span = self.end.as_unix_seconds().saturating_sub(start).max(1);
        let offset = instant.as_unix_seconds().saturating_sub(start).min(span);
        offset.saturating_mul(COLUMNS.saturating_sub(1)).checked_div(span).unwrap_or(0)
    }

    /// A bar for each period; arrows where it goes on beyond the axis.
    fn bar(self, periods: &[ValidityPeriod]) -> String {
        (0..COLUMNS)
            .map(|column| {
                let here = periods.iter().find_map(|&period| self.mark(period, column));
                here.unwrap_or('·')
            })
            .collect()
    }

    fn mark(self, period: ValidityPeriod, column: u64) -> Option<char> {
        let last = COLUMNS.saturating_sub(1);
        if period.end() < self.start {
            return (column == 0).then_some('◄');
        }
        if period.start() > self.end {
            return (column == last).then_some('►');
        }
        let (from, until) = (self.column(period.start()), self.column(period.end()));
        if column < from || column > until {
            return None;
        }
        Some(match (column == from, column == until) {
            (true, true) => '◆',
            (true, false) if period.start() < self.start => '◄',
            (true, false) => '├',
            (false, true) if period.end() > self.end => '►',
            (false, true) => '┤',
            (false, false) => '─',
        })
    }
}

/// The end of a period that lies nearest to the requested period.
fn nearest_end(period: ValidityPeriod, asked: ValidityPeriod) -> Timestamp {
    let from_start = distance(period.start(), asked);
    let from_end = distance(period.end(), asked);
    if from_start < from_end { period.start() } else { period.end() }
}

fn distance(instant: Timestamp, asked: ValidityPeriod) -> u64 {
    let seconds = instant.as_unix_seconds();
    let (start, end) = (asked.start().as_unix_seconds(), asked.end().as_unix_seconds());
    start.abs_diff(seconds).min(end.abs_diff(seconds))
}

/// All windows, each with its bar, its period and its effect on the verdict.
pub(super) fn draw(
    windows: &[Window],
    asked: ValidityPeriod,
    validity: Option<ValidityPeriod>,
    counted: ValidityPeriod,
) -> String {
    let axis = Axis::around(windows, asked, validity);
    let width = windows.iter().map(|window| window.label.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for window in windows {
        let bar = axis.bar(&window.periods);
        let periods: Vec<_> = window.periods.iter().map(ToString::to_string).collect();
        let role = window.role(validity, counted);
        let note = match role {
            Role { binds_start: true, binds_end: true, .. } => "  << binds start and end",
            Role { binds_start: true, .. } => "  << binds the start",
            Role { binds_end: true, .. } => "  << binds the end",
            Role { misses: true, .. } => "  << misses the requested period",
            _ => "",
        };
        let label = escape_for_terminal(&window.label);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {label:<width$}  {bar}  {}{note}", periods.join(" and "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(start: u64, end: u64) -> ValidityPeriod {
        let t = Timestamp::from_unix_seconds;
        ValidityPeriod::new(t(start), t(end)).unwrap()
    }

    #[test]
    fn marks_the_windows_that_bind_and_points_beyond_the_axis() {
        let windows = [
            Window::evidence("long", p(0, 9_000)),
            Window::evidence("ends", p(0, 1_600)),
            Window::evidence("starts", p(1_000, 1_750)),
        ];
        let drawn = draw(&windows, p(1_300, 1_300), Some(p(1_000, 1_600)), p(1_300, 1_300));
        let expected = [
            "  long    ◄──────────────────────────────────────►  1970-01-01T00:00:00Z/1970-01-01T02:30:00Z",
            "  ends    ◄─────────────────────────────────┤·····  1970-01-01T00:00:00Z/1970-01-01T00:26:40Z  << binds the end",
            "  starts  ····├──────────────────────────────────►  1970-01-01T00:16:40Z/1970-01-01T00:29:10Z  << binds the start",
        ];
        assert_eq!(drawn.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn marks_the_window_that_misses_the_requested_period() {
        let windows = [Window::evidence("over", p(0, 99)), Window::evidence("holds", p(0, 500))];
        let drawn = draw(&windows, p(200, 200), None, p(200, 200));
        let notes: Vec<_> = drawn.lines().map(|line| line.contains("<< misses")).collect();
        assert_eq!(notes, [true, false]);
    }

    #[test]
    fn draws_the_ends_of_time() {
        let windows = [Window::evidence("all", ValidityPeriod::ALWAYS)];
        for asked in [ValidityPeriod::ALWAYS, p(0, 0), ValidityPeriod::at(Timestamp::MAX)] {
            let drawn = draw(&windows, asked, Some(ValidityPeriod::ALWAYS), asked);
            assert!(drawn.ends_with("<< binds start and end\n"), "{drawn}");
        }
    }
}
