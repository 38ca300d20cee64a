//! Issuing policy: rejects what verifiers would reject, before anything is signed.

use veraid_core::{
    Certificate, IssuingPath, MAX_VALIDITY_SECONDS, OrganisationKey, Profile, ValidityPeriod,
    check_member_key,
};

use crate::error::PolicyError;
use crate::signing_key::SigningKey;

/// The maximum length of a common name in characters by RFC 5280 appendix A.1 (`ub-common-name`).
///
/// Longer ones are issued, since domain names and users' names may be longer and all known
/// verifiers read them, but some other software may not.
pub const MAX_COMMON_NAME_CHARS: usize = 64;

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

/// Checks that `key` matches the public key in `certificate`.
pub(crate) fn check_key_of(
    certificate: &Certificate,
    key: &dyn SigningKey,
    role: &'static str,
) -> Result<(), PolicyError> {
    if certificate.subject_public_key_info() == key.public_key_der() {
        Ok(())
    } else {
        Err(PolicyError::KeyMismatch { certificate: role })
    }
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
    use veraid_core::Timestamp;

    use super::*;

    fn t(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn p(start: u64, end: u64) -> ValidityPeriod {
        ValidityPeriod::new(t(start), t(end)).unwrap()
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
