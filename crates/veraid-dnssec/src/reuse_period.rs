//! The period around the requested one for which a walk's decisions about time are unchanged.

use crate::time::{Timestamp, ValidityPeriod, ValidityPeriods};

/// The seconds around a requested period for which a walk makes the same decisions.
///
/// A walk uses the requested period in two ways only: to decide whether its seconds are among those
/// in which a signature and its key are valid, and as the reference for serial numbers. For every
/// other period within the reuse period both give the same answer, so the walk would check the
/// same signatures and end with the same result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReusePeriod(Option<ValidityPeriod>);

impl ReusePeriod {
    /// The state before any decision: all seconds.
    pub(crate) const fn anywhere() -> Self {
        Self(Some(ValidityPeriod::ALWAYS))
    }

    /// The reuse period, if it is longer than the requested one.
    pub(crate) const fn period(self) -> Option<ValidityPeriod> {
        self.0
    }

    /// Records the decision on whether the seconds of `requested` are among `holds`.
    pub(crate) fn note(&mut self, requested: ValidityPeriod, holds: &ValidityPeriods) {
        let (mut start, mut end) = (Timestamp::from_unix_seconds(0), Timestamp::MAX);
        for run in holds.iter() {
            if run.end() < requested.start() {
                start = run.end().saturating_add(1);
            } else if requested.end() < run.start() {
                end = run.start().saturating_sub(1);
                break;
            } else if run.start() <= requested.start() && requested.end() <= run.end() {
                (start, end) = (run.start(), run.end());
                break;
            } else {
                // Some of the seconds are and some are not, so a part of the period might give
                // another result.
                self.0 = None;
                return;
            }
        }
        self.narrow(requested, ValidityPeriod::new(start, end).ok());
    }

    /// Records that serial numbers were resolved for `requested` and resolve alike for every period
    /// within `same_requests`.
    pub(crate) fn note_references(
        &mut self,
        requested: ValidityPeriod,
        same_requests: Option<ValidityPeriod>,
    ) {
        self.narrow(requested, same_requests);
    }

    fn narrow(&mut self, requested: ValidityPeriod, within: Option<ValidityPeriod>) {
        let narrowed =
            self.0.zip(within).and_then(|(reuse_period, within)| reuse_period.intersection(within));
        let holds_requested =
            |reuse_period: &ValidityPeriod| reuse_period.intersection(requested) == Some(requested);
        self.0 = narrowed.filter(holds_requested);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(start: u64, end: u64) -> ValidityPeriod {
        let t = Timestamp::from_unix_seconds;
        ValidityPeriod::new(t(start), t(end)).unwrap()
    }

    fn noted(requested: ValidityPeriod, holds: &[ValidityPeriod]) -> Option<ValidityPeriod> {
        let mut reuse_period = ReusePeriod::anywhere();
        reuse_period.note(requested, &holds.iter().copied().collect());
        reuse_period.period()
    }

    #[test]
    fn it_is_the_run_or_the_gap_that_the_requested_period_lies_in() {
        let holds = [p(10, 20), p(30, 40)];
        assert_eq!(noted(p(12, 13), &holds), Some(p(10, 20)));
        assert_eq!(noted(p(30, 40), &holds), Some(p(30, 40)));
        assert_eq!(noted(p(25, 26), &holds), Some(p(21, 29)));
        assert_eq!(noted(p(5, 5), &holds), Some(p(0, 9)));
        let last = Timestamp::MAX.as_unix_seconds();
        assert_eq!(noted(p(41, 50), &holds), Some(p(41, last)));
        assert_eq!(noted(p(7, 8), &[]), Some(ValidityPeriod::ALWAYS));
    }

    #[test]
    fn a_period_across_a_boundary_has_no_reuse_period() {
        let holds = [p(10, 20), p(30, 40)];
        for requested in [p(5, 15), p(15, 25), p(5, 25), p(15, 35), p(25, 45)] {
            assert_eq!(noted(requested, &holds), None, "{requested}");
        }
    }

    #[test]
    fn every_decision_counts() {
        let mut reuse_period = ReusePeriod::anywhere();
        reuse_period.note(p(15, 15), &p(10, 20).into());
        reuse_period.note(p(15, 15), &p(18, 30).into());
        assert_eq!(reuse_period.period(), Some(p(10, 17)));
        reuse_period.note_references(p(15, 15), Some(p(12, 100)));
        assert_eq!(reuse_period.period(), Some(p(12, 17)));
        reuse_period.note_references(p(15, 15), Some(p(0, 14)));
        assert_eq!(reuse_period.period(), None);
    }
}
