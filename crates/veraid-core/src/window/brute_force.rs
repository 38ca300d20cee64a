//! Compares the window and the common second with their definitions, second by second.

use veraid_dnssec::{Timestamp, ValidityPeriod, ValidityPeriods};

use super::{CommonSecond, Evidence, Window};
use crate::profile::Profile;

const SECONDS: u64 = 40;
const CASES: usize = 200_000;

/// Random numbers that are identical in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn period(&mut self) -> (u64, u64) {
        let first = self.below(SECONDS);
        (first, first + self.below(SECONDS - first))
    }

    /// Up to three periods, usually with a long one.
    fn periods(&mut self) -> Vec<(u64, u64)> {
        if self.below(3) == 0 {
            return vec![(self.below(10), 20 + self.below(20))];
        }
        (0..self.below(4)).map(|_| self.period()).collect()
    }
}

fn to_period((first, last): (u64, u64)) -> ValidityPeriod {
    let t = Timestamp::from_unix_seconds;
    ValidityPeriod::new(t(first), t(last)).unwrap()
}

/// A test case: the validity of each part, and the request.
#[derive(Debug)]
struct Case {
    chain: Vec<(u64, u64)>,
    certificates: Vec<(u64, u64)>,
    signature: (u64, u64),
    requested: (u64, u64),
    ttl: u64,
    leeway: u64,
    profile: Profile,
}

fn holds(periods: &[(u64, u64)], second: u64) -> bool {
    periods.iter().any(|&(first, last)| (first..=last).contains(&second))
}

impl Case {
    fn random(random: &mut Random) -> Self {
        let profile = if random.below(2) == 0 { Profile::VeraId } else { Profile::DomainAuth };
        let requested = if random.below(2) == 0 {
            let at = random.below(SECONDS);
            (at, at)
        } else {
            random.period()
        };
        Self {
            chain: random.periods(),
            certificates: random.periods(),
            signature: random.period(),
            requested,
            ttl: random.below(SECONDS),
            leeway: if random.below(2) == 0 { 0 } else { random.below(10) },
            profile,
        }
    }

    /// Returns true if certificates and signature are valid.
    fn signed(&self, second: u64) -> bool {
        holds(&self.certificates, second) && holds(&[self.signature], second)
    }

    fn all_hold(&self, second: u64) -> bool {
        self.signed(second) && holds(&self.chain, second)
    }

    /// The window that ends with the request, or with the last second of it in which certificates
    /// and signature are valid.
    fn window(&self, (first, last): (u64, u64)) -> Option<(u64, u64)> {
        let end = match self.profile {
            Profile::DomainAuth => last,
            Profile::VeraId => (first..=last).rev().find(|&second| self.signed(second))?,
        };
        let counts = |second: u64| self.profile == Profile::DomainAuth || self.signed(second);
        let start = (first..=end)
            .rev()
            .take_while(|&second| counts(second) && end - second <= self.ttl)
            .last()?;
        Some((start, end))
    }

    /// The window, and the run of seconds around the last one in it in which everything is valid.
    fn common_second_in(&self, requested: (u64, u64)) -> Option<((u64, u64), (u64, u64))> {
        let (start, end) = self.window(requested)?;
        let common = (start..=end).rev().find(|&second| self.all_hold(second))?;
        let run = |step: fn(u64) -> Option<u64>| {
            std::iter::successors(Some(common), |&second| step(second))
                .take_while(|&second| self.all_hold(second))
                .last()
        };
        let first = run(|second| second.checked_sub(1))?;
        let last = run(|second| second.checked_add(1))?;
        Some(((start, end), (first, last)))
    }

    fn common_second(&self) -> Option<((u64, u64), (u64, u64))> {
        self.common_second_in(self.requested).or_else(|| {
            let end = self.requested.1;
            let begun = (end + 1..=end + self.leeway).find(|&second| self.all_hold(second))?;
            self.common_second_in((begun, begun))
        })
    }
}

#[test]
fn the_window_and_the_common_second_are_those_of_the_definition() {
    let mut random = Random(1);
    let (mut common_second, mut by_leeway) = (0_usize, 0_usize);
    for _ in 0..CASES {
        let case = Case::random(&mut random);
        let to_set = |periods: &[(u64, u64)]| -> ValidityPeriods {
            periods.iter().copied().map(to_period).collect()
        };
        let (chain, certificates) = (to_set(&case.chain), to_set(&case.certificates));
        let evidence = Evidence {
            chain: &chain,
            certificates: &certificates,
            signature: to_period(case.signature),
        };
        let window = Window {
            requested: to_period(case.requested),
            ttl_override_seconds: case.ttl,
            profile: case.profile,
            leeway_seconds: case.leeway,
        };
        let expected = case.common_second();
        let found = window.find_common_second(evidence).ok();
        assert_eq!(
            found,
            expected.map(|(window, run)| CommonSecond {
                window: to_period(window),
                validity: to_period(run),
            }),
            "{case:?}"
        );
        common_second += usize::from(found.is_some());
        by_leeway +=
            usize::from(found.is_some() && case.common_second_in(case.requested).is_none());
    }
    assert!(
        common_second > CASES / 10 && by_leeway > CASES / 1_000,
        "{common_second}, {by_leeway}"
    );
}
