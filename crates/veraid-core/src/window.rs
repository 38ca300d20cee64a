//! The window in which evidence counts, and the second that is common to all of it.

use veraid_dnssec::{Timestamp, ValidityPeriod, ValidityPeriods};

use crate::error::{NoCommonSecond, VerifyError};
use crate::profile::Profile;

/// The inputs from the verifier and the key record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) requested: ValidityPeriod,
    pub(crate) ttl_override_seconds: u64,
    pub(crate) profile: Profile,
    pub(crate) leeway_seconds: u64,
}

/// The validity of each kind of evidence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) chain: &'a ValidityPeriods,
    pub(crate) certificates: &'a ValidityPeriods,
    pub(crate) signature: ValidityPeriod,
}

/// The window in which evidence counted, and the run of seconds in which all of it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CommonSecond {
    pub(crate) window: ValidityPeriod,
    pub(crate) validity: ValidityPeriod,
}

impl Window {
    /// The requested period extended by the leeway.
    pub(crate) fn with_leeway(requested: ValidityPeriod, leeway_seconds: u64) -> ValidityPeriod {
        let end = requested.end().saturating_add(leeway_seconds);
        ValidityPeriod::new(requested.start(), end).unwrap_or(requested)
    }

    /// Finds the window and the run of seconds around its latest common second; the run may extend
    /// beyond the window as far as the evidence does.
    ///
    /// Only if there is no such second, and all evidence has begun within the leeway after the
    /// requested period, the first such second counts instead: a clock that is behind makes chain,
    /// certificates and signature alike seem early. Ends are never extended.
    pub(crate) fn find_common_second(
        &self,
        evidence: Evidence<'_>,
    ) -> Result<CommonSecond, VerifyError> {
        self.find_common_second_in(self.requested, evidence).or_else(|error| {
            match self.first_second_of_leeway(evidence) {
                Some(begun) => self
                    .find_common_second_in(ValidityPeriod::at(begun), evidence)
                    .map_err(|_| error),
                None => Err(error),
            }
        })
    }

    /// The first second after the requested period, and within the leeway, in which all evidence is
    /// valid.
    fn first_second_of_leeway(&self, evidence: Evidence<'_>) -> Option<Timestamp> {
        let end = self.requested.end();
        let leeway =
            ValidityPeriod::new(end.saturating_add(1), end.saturating_add(self.leeway_seconds));
        let Evidence { chain, certificates, signature } = evidence;
        let signed = certificates.intersection(&signature.into());
        chain.intersection(&signed).intersection(&leeway.ok()?.into()).earliest()
    }

    fn find_common_second_in(
        &self,
        requested: ValidityPeriod,
        evidence: Evidence<'_>,
    ) -> Result<CommonSecond, VerifyError> {
        let Evidence { chain, certificates, signature } = evidence;
        let signed = certificates.intersection(&signature.into());
        let window = self.look_back(requested, &signed);
        let all = chain.intersection(&signed);
        let common_second = window.and_then(|window| {
            let latest = all.intersection(&window.into()).latest()?;
            Some(CommonSecond { window, validity: all.run_around(latest)? })
        });
        common_second.ok_or_else(|| {
            VerifyError::NoCommonSecond(Box::new(NoCommonSecond {
                window: window.unwrap_or(requested),
                chain: chain.clone(),
                certificates: certificates.clone(),
                signature,
            }))
        })
    }

    /// The period from the TTL override before an end, to that end. Under DomainAuth that is the
    /// end of the requested period; under VeraId the end of the part of it that signature and
    /// certificates share.
    fn look_back(
        &self,
        requested: ValidityPeriod,
        signed: &ValidityPeriods,
    ) -> Option<ValidityPeriod> {
        let base = match self.profile {
            Profile::DomainAuth => requested,
            Profile::VeraId => signed.intersection(&requested.into()).iter().next_back()?,
        };
        let start = base.start().max(base.end().saturating_sub(self.ttl_override_seconds));
        ValidityPeriod::new(start, base.end()).ok()
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic on an overflow")]
mod brute_force;

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    fn p(start: u64, end: u64) -> ValidityPeriod {
        let t = Timestamp::from_unix_seconds;
        ValidityPeriod::new(t(start), t(end)).unwrap()
    }

    fn find_common_second(
        profile: Profile,
        requested: ValidityPeriod,
        ttl_override_seconds: u64,
        chain: &[ValidityPeriod],
        signature: ValidityPeriod,
    ) -> Option<ValidityPeriod> {
        let chain: ValidityPeriods = chain.iter().copied().collect();
        let certificates = ValidityPeriod::ALWAYS.into();
        let evidence = Evidence { chain: &chain, certificates: &certificates, signature };
        Window { requested, ttl_override_seconds, profile, leeway_seconds: 0 }
            .find_common_second(evidence)
            .ok()
            .map(|common_second| common_second.validity)
    }

    #[test]
    fn looks_back_from_the_end_of_the_signature_under_veraid_and_of_the_request_under_domainauth() {
        let (requested, signature, chain) =
            (p(0, 10 * DAY), p(0, 2 * DAY), [p(3 * DAY / 2, 9 * DAY / 5)]);
        assert_eq!(
            find_common_second(Profile::VeraId, requested, DAY, &chain, signature),
            Some(chain[0])
        );
        assert_eq!(
            find_common_second(Profile::DomainAuth, requested, DAY, &chain, signature),
            None
        );
    }

    #[test]
    fn one_common_second_is_needed_and_enough() {
        for profile in [Profile::VeraId, Profile::DomainAuth] {
            assert_eq!(
                find_common_second(profile, p(0, 100), 50, &[p(0, 50)], p(0, 100)),
                Some(p(0, 50)),
                "the window starts where the chain ends"
            );
            assert_eq!(find_common_second(profile, p(0, 100), 49, &[p(0, 50)], p(0, 100)), None);
        }
    }

    #[test]
    fn a_ttl_override_of_0_leaves_one_second() {
        assert_eq!(
            find_common_second(Profile::VeraId, p(0, 100), 0, &[p(100, 200)], p(0, 150)),
            Some(p(100, 150))
        );
        assert_eq!(find_common_second(Profile::VeraId, p(0, 100), 0, &[p(0, 99)], p(0, 150)), None);
    }

    #[test]
    fn the_run_is_the_one_around_the_latest_common_second() {
        let chain = [p(10, 20), p(30, 40), p(60, 90)];
        assert_eq!(
            find_common_second(Profile::VeraId, p(15, 35), 1_000, &chain, p(0, 1_000)),
            Some(p(30, 40))
        );
    }

    #[test]
    fn leeway_moves_beginnings_and_never_ends() {
        let window = |at: u64, leeway_seconds| Window {
            requested: p(at, at),
            ttl_override_seconds: 10,
            profile: Profile::VeraId,
            leeway_seconds,
        };
        let (chain, certificates) = (p(0, 1_000).into(), p(0, 1_000).into());
        let evidence =
            Evidence { chain: &chain, certificates: &certificates, signature: p(100, 200) };
        assert!(window(40, 59).find_common_second(evidence).is_err());
        assert_eq!(
            window(40, 60).find_common_second(evidence).unwrap(),
            CommonSecond { window: p(100, 100), validity: p(100, 200) }
        );
        assert!(window(201, 300).find_common_second(evidence).is_err());
    }

    #[test]
    fn leeway_is_the_same_for_chain_certificates_and_signature() {
        // Every combination of beginnings of the three; the latest one decides.
        const BEGINNINGS: [u64; 4] = [0, 90, 100, 101];
        for profile in [Profile::VeraId, Profile::DomainAuth] {
            for (chain, certificates, signature) in BEGINNINGS.into_iter().flat_map(|chain| {
                BEGINNINGS.into_iter().flat_map(move |certificates| {
                    BEGINNINGS.map(|signature| (chain, certificates, signature))
                })
            }) {
                let begun = chain.max(certificates).max(signature);
                let (chain, certificates) = (p(chain, 1_000).into(), p(certificates, 1_000).into());
                let evidence = Evidence {
                    chain: &chain,
                    certificates: &certificates,
                    signature: p(signature, 1_000),
                };
                let window = Window {
                    requested: p(40, 40),
                    ttl_override_seconds: 10,
                    profile,
                    leeway_seconds: 60,
                };
                let expected = (begun <= 100).then(|| p(begun, 1_000));
                let common_second =
                    window.find_common_second(evidence).ok().map(|found| found.validity);
                assert_eq!(common_second, expected, "{evidence:?}");
            }
        }
    }
}
