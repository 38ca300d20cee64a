//! Token bundles: VeraId signature bundles over a token.

use veraid_core::{
    CacheLookup, CachedBundle, Member, Profile, Proof, ServiceOid, SignatureBundle, SignatureKind,
    Timestamp, ValidityPeriod, VerifiedSignature, Verifier,
};

use crate::auth_header;
use crate::error::{TokenParseError, VerifyError};
use crate::token::{ClaimSet, Token};

/// The service that token bundles are signed for, 1.3.6.1.4.1.58708.3.0.
#[must_use]
pub const fn service_oid() -> ServiceOid {
    ServiceOid::new_static(&[0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xCA, 0x54, 0x03, 0x00])
}

/// A parsed token bundle. It is untrusted until [`TokenBundle::verify`] succeeds.
#[derive(Clone, Debug)]
pub struct TokenBundle {
    bundle: SignatureBundle,
}

/// Requirements of a server for tokens beyond the protocol, and exceptions to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenPolicy {
    max_validity_seconds: u64,
}

impl TokenPolicy {
    /// The maximum period of a token in Kliento: one hour.
    pub const MAX_VALIDITY_SECONDS: u64 = 3600;

    /// Accepts tokens for up to `seconds`, instead of [`TokenPolicy::MAX_VALIDITY_SECONDS`].
    ///
    /// Deployed software signs and verifies longer ones too; each is a bearer credential for that
    /// time.
    #[must_use]
    pub const fn with_max_validity_seconds(mut self, seconds: u64) -> Self {
        self.max_validity_seconds = seconds;
        self
    }
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self { max_validity_seconds: Self::MAX_VALIDITY_SECONDS }
    }
}

impl TokenBundle {
    /// The maximum size of a bundle: 16 KiB, before Base64.
    pub const MAX_SIZE_BYTES: usize = auth_header::MAX_BUNDLE_BYTES;

    /// Parses a bundle and nothing after it. A bundle that is too large is rejected before parsing.
    ///
    /// # Errors
    ///
    /// [`TokenParseError::TooLarge`] or [`TokenParseError::Bundle`].
    pub fn from_der(der: &[u8]) -> Result<Self, TokenParseError> {
        let (octets, limit) = (der.len(), Self::MAX_SIZE_BYTES);
        if octets > limit {
            return Err(TokenParseError::TooLarge { bytes: octets, limit });
        }
        let bundle = SignatureBundle::from_der(der).map_err(TokenParseError::Bundle)?;
        Ok(Self { bundle })
    }

    /// Parses a bundle in standard Base64, padded or not.
    ///
    /// # Errors
    ///
    /// [`TokenParseError::Base64`], or as [`TokenBundle::from_der`].
    pub fn from_base64(text: &str) -> Result<Self, TokenParseError> {
        Self::from_der(&auth_header::decode_base64(text)?)
    }

    /// Parses the value of an `Authorization` header: the scheme `Kliento` in any case, one space,
    /// standard Base64.
    ///
    /// # Errors
    ///
    /// [`TokenParseError::Header`], or as [`TokenBundle::from_base64`].
    pub fn from_auth_header(value: &str) -> Result<Self, TokenParseError> {
        Self::from_der(&auth_header::decode_auth_header(value)?)
    }

    /// Looks up the bytes of a bundle in the [cache](Verifier::with_cache) of `verifier`.
    ///
    /// The result equals that of [`TokenBundle::from_der`] followed by
    /// [`TokenBundle::verify_for_any`], at lower cost: a bundle that was verified before is not
    /// even parsed, but time, audience and policy are checked all the same. It never takes long, so
    /// that a server can handle cached bundles at once and move all others to where they do not
    /// delay anyone.
    #[must_use]
    pub fn look_up(
        der: &[u8],
        policy: TokenPolicy,
        audiences: &[impl AsRef<str>],
        at: Timestamp,
        verifier: &Verifier,
    ) -> TokenCacheLookup {
        let (limit, period) = (Self::MAX_SIZE_BYTES, ValidityPeriod::at(at));
        match SignatureBundle::look_up(der, limit, &service_oid(), period, verifier) {
            CacheLookup::Hit(verdict) => TokenCacheLookup::Hit(
                verdict
                    .map_err(VerifyError::Signature)
                    .and_then(|signature| VerifiedToken::new(*signature, policy, audiences))
                    .map(Box::new),
            ),
            CacheLookup::OrganisationCached(bundle) => {
                TokenCacheLookup::OrganisationCached(CachedToken { bundle, policy })
            }
            CacheLookup::Miss => TokenCacheLookup::Miss,
        }
    }

    /// The bundle as received, in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.bundle.to_der()
    }

    /// Encodes the bundle as the value of an `Authorization` header.
    #[must_use]
    pub fn to_auth_header(&self) -> String {
        auth_header::encode(&self.to_der())
    }

    /// The signature bundle, not verified.
    #[must_use]
    pub const fn as_signature_bundle(&self) -> &SignatureBundle {
        &self.bundle
    }

    /// Proves the token's sender, and that it is for `audience` and valid at the instant `at`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify(
        self,
        audience: &str,
        at: Timestamp,
        verifier: &Verifier,
    ) -> Result<VerifiedToken, VerifyError> {
        self.verify_with(TokenPolicy::default(), audience, at, verifier)
    }

    /// Verifies the token under another policy.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify_with(
        self,
        policy: TokenPolicy,
        audience: &str,
        at: Timestamp,
        verifier: &Verifier,
    ) -> Result<VerifiedToken, VerifyError> {
        self.verify_for_any(policy, &[audience], at, verifier)
    }

    /// Verifies the token for a server that has several names: it must be for one of `audiences`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify_for_any(
        self,
        policy: TokenPolicy,
        audiences: &[impl AsRef<str>],
        at: Timestamp,
        verifier: &Verifier,
    ) -> Result<VerifiedToken, VerifyError> {
        let signature = self
            .bundle
            .verify(&service_oid(), ValidityPeriod::at(at), verifier)
            .map_err(VerifyError::Signature)?;
        VerifiedToken::new(signature, policy, audiences)
    }
}

impl TryFrom<SignatureBundle> for TokenBundle {
    type Error = TokenParseError;

    /// Takes a signature bundle as a token bundle, if it is not too large.
    fn try_from(bundle: SignatureBundle) -> Result<Self, TokenParseError> {
        let (octets, limit) = (bundle.as_der().len(), Self::MAX_SIZE_BYTES);
        if octets > limit {
            Err(TokenParseError::TooLarge { bytes: octets, limit })
        } else {
            Ok(Self { bundle })
        }
    }
}

/// A token whose sender is proved, for the requested audience and instant. Only
/// [`TokenBundle::verify`] and [`CachedToken::verify`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    audience: String,
    claims: ClaimSet,
    signature: VerifiedSignature,
}

/// The result of a cache lookup for a token bundle.
#[derive(Debug)]
pub enum TokenCacheLookup {
    /// These bytes were verified before: the result that verifying them again would give.
    Hit(Result<Box<VerifiedToken>, VerifyError>),
    /// The bundle's organisation is cached: verifying takes a tenth of the time.
    OrganisationCached(CachedToken),
    /// Not cached, or not enough to be fast. The bytes may not even be a bundle.
    Miss,
}

/// A parsed token bundle whose organisation was found in the cache. It is untrusted until
/// [`CachedToken::verify`] succeeds, for the instant and policy of the lookup.
#[derive(Debug)]
pub struct CachedToken {
    bundle: Box<CachedBundle>,
    policy: TokenPolicy,
}

impl CachedToken {
    /// Verifies the token for one of `audiences`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify(self, audiences: &[impl AsRef<str>]) -> Result<VerifiedToken, VerifyError> {
        let signature = self.bundle.verify().map_err(VerifyError::Signature)?;
        VerifiedToken::new(signature, self.policy, audiences)
    }
}

impl VerifiedToken {
    /// Parses the content of a verified signature as a token, for one of `audiences` and under
    /// `policy`.
    fn new(
        signature: VerifiedSignature,
        policy: TokenPolicy,
        audiences: &[impl AsRef<str>],
    ) -> Result<Self, VerifyError> {
        let seconds = signature.signed_period().span_seconds();
        let limit = policy.max_validity_seconds;
        if seconds > limit {
            let too_long = veraid_core::VerifyError::SignedPeriodTooLong { seconds, limit };
            return Err(VerifyError::Signature(too_long));
        }
        let token = Token::from_json(signature.plaintext()).map_err(VerifyError::Token)?;
        if !audiences.iter().any(|audience| audience.as_ref() == token.audience()) {
            // Long enough for people to see the difference: the sender chooses the length.
            let found = token.audience().chars().take(256).collect();
            let required: Vec<&str> = audiences.iter().map(AsRef::as_ref).collect();
            return Err(VerifyError::Audience { required: required.join(" or "), found });
        }
        Ok(Self { audience: token.audience().to_owned(), claims: token.into_claims(), signature })
    }

    /// The sender: a user of an organisation, or the organisation itself.
    #[must_use]
    pub const fn subject(&self) -> &Member {
        self.signature.member()
    }

    /// The claims of the token.
    #[must_use]
    pub const fn claims(&self) -> &ClaimSet {
        &self.claims
    }

    /// The audience of the token, which is the requested one or one of them.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The holder of the key that signed the token.
    #[must_use]
    pub const fn kind(&self) -> SignatureKind {
        self.signature.kind()
    }

    /// The profile that the bundle follows.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.signature.profile()
    }

    /// The run of seconds, around the requested instant, in which DNSSEC chain, certificates and
    /// signature are all valid.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.signature.validity()
    }

    /// The last second in which the token is valid.
    #[must_use]
    pub const fn expiry(&self) -> Timestamp {
        self.validity().end()
    }

    /// The bytes of the token's signature, which identify the token; do not use those of the
    /// bundle for that.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.signature.signature()
    }

    /// The period that the sender gave the token.
    #[must_use]
    pub const fn signed_period(&self) -> ValidityPeriod {
        self.signature.signed_period()
    }

    /// The evidence for the result.
    #[must_use]
    pub const fn proof(&self) -> &Proof {
        self.signature.proof()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_the_registered_one() {
        assert_eq!(service_oid().to_string(), "1.3.6.1.4.1.58708.3.0");
    }
}
