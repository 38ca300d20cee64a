//! Kliento's rules for signatures: rejects what verifiers would reject, before anything is signed.

use std::sync::Arc;

use kliento::{Token, TokenBundle, TokenParseError, TokenPolicy, service_oid};
use veraid_core::{ServiceOid, SignatureBundle, Timestamp, ValidityPeriod};
use veraid_issuer::{Content, IssueError, PolicyError, Service, ServiceRules};

use crate::error::TokenRuleError;

/// The maximum period of a token unless an [`IssuingPolicy`] sets another: one hour, which
/// verifiers enforce.
pub const MAX_TOKEN_SECONDS: u64 = TokenPolicy::MAX_VALIDITY_SECONDS;

/// Time by which a token starts before the present, in seconds, for servers whose clocks are
/// behind: one minute, the worst difference between clocks that are set by NTP.
pub const BACK_DATING_SECONDS: u64 = 60;

/// The rules for signatures for Kliento's service, 1.3.6.1.4.1.58708.3.0.
///
/// The content is a token, attached to the bundle. The period is at most an hour, and chain and
/// certificates are valid throughout. The bundle has at most 16 KiB.
///
/// They apply to every way to sign for that service, not just to
/// [`TokenIssuer`](crate::TokenIssuer): `veraid-issuer` signs nothing for it without rules.
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

    /// Checks that a token may be for `period`, and that chain and certificates are valid
    /// throughout.
    fn check_period(
        &self,
        period: ValidityPeriod,
        validity: ValidityPeriod,
    ) -> Result<(), PolicyError> {
        let (seconds, limit) = (period.span_seconds(), self.max_token_seconds);
        if seconds > limit {
            return Err(PolicyError::SignedPeriodTooLong { seconds, limit });
        }
        if validity.intersection(period) == Some(period) {
            Ok(())
        } else {
            Err(PolicyError::NotCovered { period, validity })
        }
    }
}

impl ServiceRules for IssuingPolicy {
    fn check_request(
        &self,
        content: Content<'_>,
        period: ValidityPeriod,
        validity: ValidityPeriod,
    ) -> Result<(), IssueError> {
        self.check_period(period, validity)?;
        match content {
            Content::Attached(json) => {
                Token::check_json(json).map_err(TokenRuleError::NotAToken)?
            }
            Content::Detached(_) => return Err(TokenRuleError::DetachedToken.into()),
        }
        Ok(())
    }

    fn check_bundle(&self, bundle: &SignatureBundle) -> Result<(), IssueError> {
        let (bytes, limit) = (bundle.as_der().len(), TokenBundle::MAX_SIZE_BYTES);
        if bytes > limit {
            return Err(TokenRuleError::Bundle(TokenParseError::TooLarge { bytes, limit }).into());
        }
        Ok(())
    }
}

impl From<IssuingPolicy> for Service {
    /// Kliento's service under this policy.
    fn from(policy: IssuingPolicy) -> Self {
        Self::with_rules(service_oid(), Arc::new(policy))
    }
}

/// The service that `oid` identifies: with the default [`IssuingPolicy`] if it is Kliento's, and
/// without rules of its own if it is another.
#[must_use]
pub fn service_with_rules(oid: ServiceOid) -> Service {
    if oid == service_oid() { IssuingPolicy::default().into() } else { oid.into() }
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
}
