//! Scenarios and periods from which many vectors start.

use veraid_dnssec::{Timestamp, ValidityPeriod};
use veraid_testkit::{
    HierarchyBuilder, Scenario, Signer, TestProfile, ZoneAlgorithm, ZoneKeys, default_instant,
    fixed_zones,
};

/// Both profiles, for rules that differ or that each must keep.
pub(crate) const PROFILES: [TestProfile; 2] = [TestProfile::VeraId, TestProfile::DomainAuth];

/// The instant of nearly all vectors: 2026-11-22T12:00:00Z.
pub(crate) const NOW: Timestamp = default_instant();

pub(crate) const DAY: u64 = 86_400;

/// The default scenario with zones of one P-256 key each, so that files stay small.
pub(crate) fn member(profile: TestProfile) -> Scenario {
    Scenario { root_keys: ZoneKeys::combined(ZoneAlgorithm::EcdsaP256), ..Scenario::of(profile) }
}

/// The default scenario for small files, signed by the organisation for alice.
pub(crate) fn organisation(profile: TestProfile) -> Scenario {
    Scenario { signer: Signer::Organisation, ..member(profile) }
}

/// The seconds in which all parts of `scenario` are valid, if there are any.
pub(crate) fn common_seconds(scenario: &Scenario) -> Option<ValidityPeriod> {
    let periods = [scenario.signature_period, scenario.certificate_period, scenario.rrsig_period];
    let start = periods.iter().map(|period| period.start()).max().unwrap();
    let end = periods.iter().map(|period| period.end()).min().unwrap();
    ValidityPeriod::new(start, end).ok()
}

/// A builder of zones with one P-256 key each, with the record `text` at `_veraid.example.com`.
pub(crate) fn small_zones() -> HierarchyBuilder {
    let root = ZoneKeys::combined(ZoneAlgorithm::EcdsaP256);
    fixed_zones().zone_keys(".", root)
}

pub(crate) fn days_around_now(before: u64, after: u64) -> ValidityPeriod {
    seconds_around_now(before * DAY, after * DAY)
}

pub(crate) fn seconds_around_now(before: u64, after: u64) -> ValidityPeriod {
    ValidityPeriod::new(NOW.saturating_sub(before), NOW.saturating_add(after)).unwrap()
}

/// The period from `from` seconds before now to `until` seconds before now.
pub(crate) fn period_before_now(from: u64, until: u64) -> ValidityPeriod {
    ValidityPeriod::new(NOW.saturating_sub(from), NOW.saturating_sub(until)).unwrap()
}
