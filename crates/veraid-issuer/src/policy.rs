//! Issuing policy: rejects what verifiers would reject, before anything is signed.

use kliento::{Token, TokenPolicy};
use veraid_core::{
    IssuingPath, MAX_VALIDITY_SECONDS, OrganisationKey, Profile, Timestamp, ValidityPeriod,
    check_member_key,
};

use crate::error::PolicyError;
use crate::signature::Content;

/// The maximum period of a token unless an [`IssuingPolicy`] sets another: one hour, which
/// verifiers enforce.
pub const MAX_TOKEN_SECONDS: u64 = TokenPolicy::MAX_VALIDITY_SECONDS;

/// Time by which a token starts before the present, in seconds, for servers whose clocks are
/// behind: one minute, the worst difference between clocks that are set by NTP.
pub const BACK_DATING_SECONDS: u64 = 60;

/// The maximum length of a common name in characters by RFC 5280 appendix A.1 (`ub-common-name`).
///
/// Longer ones are issued, since domain names and users' names may be longer and all known
/// verifiers read them, but some other software may not.
pub const MAX_COMMON_NAME_CHARS: usize = 64;

/// The rules for signatures for Kliento's service, 1.3.6.1.4.1.58708.3.0.
///
/// They apply to every way to sign for that service, not just to
/// [`TokenIssuer`](crate::TokenIssuer). The content is a token, attached to the bundle. The period
/// is at most an hour, and chain and certificates are valid throughout. The bundle has at most 16
/// KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuingPolicy {
    max_token_seconds: u64,
}

impl Default for IssuingPolicy {
    fn default() -> Self {
        Self { max_token_seconds: MAX_TOKEN_SECONDS }
    }
}

impl IssuingPolicy {
    /// Allows tokens for up to this many seconds. Verifiers reject tokens of over an hour unless
    /// their policy allows them too.
    #[must_use]
    pub const fn with_token_cap(mut self, seconds: u64) -> Self {
        self.max_token_seconds = seconds;
        self
    }

    /// The maximum period of a token in seconds.
    #[must_use]
    pub const fn token_cap(&self) -> u64 {
        self.max_token_seconds
    }

    /// The period of a token under this policy: see [`token_period`].
    ///
    /// # Errors
    ///
    /// As [`token_period`], with this policy's cap.
    pub fn token_period(
        &self,
        now: Timestamp,
        lifetime_seconds: u64,
        validity: ValidityPeriod,
    ) -> Result<ValidityPeriod, PolicyError> {
        let room = self.max_token_seconds.saturating_sub(lifetime_seconds);
        let start =
            now.saturating_sub(room.min(BACK_DATING_SECONDS)).max(validity.start()).min(now);
        // A lifetime of 0 seconds gives a period of one second: periods include both ends.
        let period = ValidityPeriod::new(start, now.saturating_add(lifetime_seconds))
            .unwrap_or(ValidityPeriod::at(now));
        self.check_period(period, validity).map(|()| period)
    }

    /// Checks content and period of a signature for Kliento's service.
    pub(crate) fn check_token(
        &self,
        content: Content<'_>,
        period: ValidityPeriod,
        validity: ValidityPeriod,
    ) -> Result<(), PolicyError> {
        self.check_period(period, validity)?;
        match content {
            Content::Attached(json) => Token::check_json(json).map_err(PolicyError::NotAToken),
            Content::Detached(_) => Err(PolicyError::DetachedToken),
        }
    }

    /// Checks that a token may be for `period`, and that chain and certificates are valid
    /// throughout.
    fn check_period(
        &self,
        period: ValidityPeriod,
        validity: ValidityPeriod,
    ) -> Result<(), PolicyError> {
        check_span(period, self.max_token_seconds)?;
        if validity.intersection(period) == Some(period) {
            Ok(())
        } else {
            Err(PolicyError::NotCovered { period, validity })
        }
    }
}

/// The period of a token that is issued `now` and lasts for another `lifetime_seconds`.
///
/// It starts up to [`BACK_DATING_SECONDS`] earlier where [`MAX_TOKEN_SECONDS`] leaves room, but not
/// before `validity`, the seconds at which chain and certificates are valid.
///
/// # Errors
///
/// [`PolicyError::SignedPeriodTooLong`] above [`MAX_TOKEN_SECONDS`], [`PolicyError::NotCovered`] if
/// chain and certificates are not valid for as long.
pub fn token_period(
    now: Timestamp,
    lifetime_seconds: u64,
    validity: ValidityPeriod,
) -> Result<ValidityPeriod, PolicyError> {
    IssuingPolicy::default().token_period(now, lifetime_seconds, validity)
}

/// Checks that a verifier of the whole `period` finds a second at which all evidence is valid.
///
/// It looks back `ttl_override_seconds` from the end of the period.
pub(crate) fn check_signed_period(
    period: ValidityPeriod,
    max_seconds: Option<u64>,
    validity: ValidityPeriod,
    ttl_override_seconds: u64,
) -> Result<(), PolicyError> {
    if let Some(limit) = max_seconds {
        check_span(period, limit)?;
    }
    let earliest = period.end().saturating_sub(ttl_override_seconds).max(period.start());
    match ValidityPeriod::new(earliest, period.end()) {
        Ok(window) if window.intersection(validity).is_some() => Ok(()),
        _ => Err(PolicyError::NotCovered { period, validity }),
    }
}

fn check_span(period: ValidityPeriod, limit: u64) -> Result<(), PolicyError> {
    let seconds = period.span_seconds();
    if seconds > limit {
        return Err(PolicyError::SignedPeriodTooLong { seconds, limit });
    }
    Ok(())
}

/// Checks the validity period of a certificate, and that all certificates above it are valid
/// throughout.
pub(crate) fn check_certificate_period(
    profile: Profile,
    period: ValidityPeriod,
    above: Option<&IssuingPath>,
) -> Result<(), PolicyError> {
    let seconds = period.span_seconds();
    if profile == Profile::DomainAuth && seconds > MAX_VALIDITY_SECONDS {
        let limit = MAX_VALIDITY_SECONDS;
        return Err(PolicyError::CertificatePeriodTooLong { seconds, limit });
    }
    let Some(above) = above else { return Ok(()) };
    let issuer = above.validity();
    match issuer.map(|issuer| (issuer, issuer.intersection(period))) {
        Some((_, Some(common))) if common == period => Ok(()),
        Some((issuer, Some(_))) => Err(PolicyError::OutlivesIssuer { period, issuer }),
        _ => Err(PolicyError::IssuerNotValid { period, issuer }),
    }
}

/// Checks that key records can name the key.
pub(crate) fn organisation_key(spki: &[u8]) -> Result<OrganisationKey, PolicyError> {
    OrganisationKey::from_spki_der(spki).map_err(PolicyError::Key)
}

/// Checks that a member or an intermediate may have the key.
pub(crate) fn check_key_of_member(spki: &[u8]) -> Result<(), PolicyError> {
    check_member_key(spki).map(|_| ()).map_err(PolicyError::Key)
}

/// Checks that a key record may have this TTL override.
pub(crate) const fn check_ttl_override(seconds: u64) -> Result<(), PolicyError> {
    let limit = MAX_VALIDITY_SECONDS;
    match seconds {
        1..=MAX_VALIDITY_SECONDS => Ok(()),
        _ => Err(PolicyError::TtlOverride { seconds, limit }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn p(start: u64, end: u64) -> ValidityPeriod {
        ValidityPeriod::new(t(start), t(end)).unwrap()
    }

    #[test]
    fn tokens_start_a_minute_early_where_the_cap_and_the_evidence_leave_room() {
        let always = p(0, 1_000_000);
        assert_eq!(token_period(t(10_000), 600, always), Ok(p(9_940, 10_600)));
        assert_eq!(token_period(t(10_000), 3_540, always), Ok(p(9_940, 13_540)));
        assert_eq!(token_period(t(10_000), 3_570, always), Ok(p(9_970, 13_570)));
        assert_eq!(token_period(t(10_000), 3_600, always), Ok(p(10_000, 13_600)));
        assert_eq!(token_period(t(10_000), 0, always), Ok(p(9_940, 10_000)));
        assert_eq!(token_period(t(10_000), 600, p(9_980, 20_000)), Ok(p(9_980, 10_600)));
    }

    #[test]
    fn tokens_over_an_hour_are_rejected() {
        assert_eq!(
            token_period(t(10_000), 3_601, p(0, 1_000_000)),
            Err(PolicyError::SignedPeriodTooLong { seconds: 3_601, limit: 3_600 })
        );
        assert_eq!(IssuingPolicy::default().check_period(p(0, 3_600), p(0, 3_600)), Ok(()));
    }

    #[test]
    fn a_policy_raises_the_cap_of_tokens_to_the_second() {
        let policy = IssuingPolicy::default().with_token_cap(7_200);
        let always = p(0, 1_000_000);
        assert_eq!(policy.token_period(t(10_000), 7_200, always), Ok(p(10_000, 17_200)));
        assert_eq!(
            policy.token_period(t(10_000), 7_201, always),
            Err(PolicyError::SignedPeriodTooLong { seconds: 7_201, limit: 7_200 })
        );
    }

    #[test]
    fn tokens_that_outlive_chain_or_certificates_are_rejected() {
        assert_eq!(token_period(t(1_000), 500, p(0, 1_500)), Ok(p(940, 1_500)));
        assert_eq!(
            token_period(t(1_000), 501, p(0, 1_500)),
            Err(PolicyError::NotCovered { period: p(940, 1_501), validity: p(0, 1_500) })
        );
        // They are valid only later.
        assert_eq!(
            token_period(t(1_000), 500, p(1_100, 5_000)),
            Err(PolicyError::NotCovered { period: p(1_000, 1_500), validity: p(1_100, 5_000) })
        );
    }

    #[test]
    fn other_signatures_need_one_second_within_the_ttl_override_of_their_end() {
        let check = |period, ttl| check_signed_period(period, None, p(100, 200), ttl);
        assert_eq!(check(p(150, 250), 50), Ok(()));
        assert_eq!(
            check(p(150, 250), 49),
            Err(PolicyError::NotCovered { period: p(150, 250), validity: p(100, 200) })
        );
        assert!(check(p(0, 99), 1_000).is_err());
        assert_eq!(
            check_signed_period(p(100, 161), Some(60), p(100, 200), 1_000),
            Err(PolicyError::SignedPeriodTooLong { seconds: 61, limit: 60 })
        );
    }

    #[test]
    fn ttl_overrides_are_from_1_second_to_90_days() {
        assert_eq!(check_ttl_override(1), Ok(()));
        assert_eq!(check_ttl_override(7_776_000), Ok(()));
        for seconds in [0, 7_776_001] {
            assert_eq!(
                check_ttl_override(seconds),
                Err(PolicyError::TtlOverride { seconds, limit: 7_776_000 })
            );
        }
    }
}
