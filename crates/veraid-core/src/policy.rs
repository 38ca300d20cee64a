//! The policy of a verifier.

use crate::profile::{MAX_VALIDITY_SECONDS, Profile};

/// Requirements of a verifier beyond the protocol, and exceptions to it.
///
/// ```
/// use veraid_core::{Profile, VerificationPolicy};
///
/// let policy = VerificationPolicy::default().only_profile(Profile::VeraId).with_leeway_seconds(60);
/// assert!(policy.accepts(Profile::VeraId) && !policy.accepts(Profile::DomainAuth));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerificationPolicy {
    only_profile: Option<Profile>,
    max_signed_seconds: Option<u64>,
    leeway_seconds: u64,
    caps_veraid: bool,
    accepts_foreign_issuers: bool,
}

impl VerificationPolicy {
    /// Both profiles, each with its own maximum periods; only self-issued organisation
    /// certificates; signatures of any period; no leeway.
    pub const DEFAULT: Self = Self {
        only_profile: None,
        max_signed_seconds: None,
        leeway_seconds: 0,
        caps_veraid: false,
        accepts_foreign_issuers: false,
    };

    /// The maximum leeway in seconds (300: clocks in the field differ by at most five minutes).
    pub const MAX_LEEWAY_SECONDS: u64 = 300;

    /// Accepts only bundles of `profile`.
    ///
    /// The maker of a bundle chooses the profile by the records that it puts in. An organisation
    /// that publishes records for both is as lenient as VeraId to a verifier that accepts both.
    #[must_use]
    pub const fn only_profile(mut self, profile: Profile) -> Self {
        self.only_profile = Some(profile);
        self
    }

    /// Rejects signatures whose period is longer than `seconds`.
    #[must_use]
    pub const fn with_max_signed_seconds(mut self, seconds: u64) -> Self {
        self.max_signed_seconds = Some(seconds);
        self
    }

    /// Accepts evidence of any kind that begins up to `seconds` after the requested period, for
    /// clocks that are behind; capped at [`VerificationPolicy::MAX_LEEWAY_SECONDS`]. Ends are never
    /// extended.
    #[must_use]
    pub const fn with_leeway_seconds(mut self, seconds: u64) -> Self {
        self.leeway_seconds =
            if seconds > Self::MAX_LEEWAY_SECONDS { Self::MAX_LEEWAY_SECONDS } else { seconds };
        self
    }

    /// Applies DomainAuth's maximum periods of 90 days to VeraId too, which its deployed software
    /// does not.
    #[must_use]
    pub const fn with_veraid_caps(mut self) -> Self {
        self.caps_veraid = true;
        self
    }

    /// Accepts organisation certificates that another authority issued, which DomainAuth allows and
    /// VeraId does not.
    ///
    /// Such a certificate does not prove that the key's holder agreed to the organisation's name.
    /// Anyone can publish a key record for another organisation's public key and present signatures
    /// by that organisation as their own. Its dates, form and constraints count as those of any
    /// certificate, and
    /// [`Proof::organisation_certificate_self_issued`](crate::Proof::organisation_certificate_self_issued)
    /// reports it.
    #[must_use]
    pub const fn accepting_foreign_issuers(mut self) -> Self {
        self.accepts_foreign_issuers = true;
        self
    }

    /// Returns true if bundles of `profile` are accepted.
    #[must_use]
    pub fn accepts(&self, profile: Profile) -> bool {
        self.only_profile.is_none_or(|only| only == profile)
    }

    /// The maximum period in seconds of a signature under `profile`; `None` if unlimited.
    #[must_use]
    pub fn max_signed_seconds(&self, profile: Profile) -> Option<u64> {
        let cap = self.caps_validity(profile).then_some(MAX_VALIDITY_SECONDS);
        [self.max_signed_seconds, cap].into_iter().flatten().min()
    }

    pub(crate) const fn leeway_seconds(&self) -> u64 {
        self.leeway_seconds
    }

    pub(crate) const fn caps_validity(&self, profile: Profile) -> bool {
        matches!(profile, Profile::DomainAuth) || self.caps_veraid
    }

    pub(crate) const fn accepts_foreign_issuer(&self, profile: Profile) -> bool {
        matches!(profile, Profile::DomainAuth) && self.accepts_foreign_issuers
    }
}

impl Default for VerificationPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}
