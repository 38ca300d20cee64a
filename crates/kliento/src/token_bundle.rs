//! Token bundles: VeraId signature bundles over a token.

use veraid_core::{
    Member, Profile, Proof, Recalled, ServiceOid, SignatureBundle, SignatureKind, Timestamp,
    ValidityPeriod, VerifiedSignature, Verifier,
};

use crate::auth_header;
use crate::error::{ParseError, VerifyError};
use crate::token::{ClaimSet, Token};

/// The service that token bundles are signed for, 1.3.6.1.4.1.58708.3.0.
#[must_use]
pub const fn service_oid() -> ServiceOid {
    ServiceOid::new_static(&[0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xCA, 0x54, 0x03, 0x00])
}

/// A token bundle that parsed. Who sent it and what it claims is open until [`TokenBundle::verify`].
#[derive(Clone, Debug)]
pub struct TokenBundle {
    bundle: SignatureBundle,
}

/// What a server demands of a token beyond the protocol, or lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenPolicy {
    max_validity_seconds: u64,
}

impl TokenPolicy {
    /// The longest period that Kliento gives a token: one hour.
    pub const MAX_VALIDITY_SECONDS: u64 = 3600;

    /// Accepts tokens for up to `seconds`, instead of [`TokenPolicy::MAX_VALIDITY_SECONDS`].
    ///
    /// Deployed software neither refuses to sign nor to verify longer ones; each is a password for as long.
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
    /// The most octets of a bundle: 16 KiB, before Base64.
    pub const MAX_SIZE_BYTES: usize = 16 * 1024;

    /// Parses a bundle and nothing after it. One that is too large is refused before it is looked at.
    ///
    /// # Errors
    ///
    /// [`ParseError::TooLarge`] or [`ParseError::Bundle`].
    pub fn from_der(der: &[u8]) -> Result<Self, ParseError> {
        let (octets, limit) = (der.len(), Self::MAX_SIZE_BYTES);
        if octets > limit {
            return Err(ParseError::TooLarge { octets, limit });
        }
        let bundle = SignatureBundle::from_der(der).map_err(ParseError::Bundle)?;
        Ok(Self { bundle })
    }

    /// Parses a bundle in standard Base64, padded or not.
    ///
    /// # Errors
    ///
    /// [`ParseError::Base64`], or as [`TokenBundle::from_der`].
    pub fn from_base64(text: &str) -> Result<Self, ParseError> {
        Self::from_der(&auth_header::decode_base64(text)?)
    }

    /// Parses the value of an `Authorization` header: the scheme `Kliento` in any case, one space, standard Base64.
    ///
    /// # Errors
    ///
    /// [`ParseError::Header`], or as [`TokenBundle::from_base64`].
    pub fn from_auth_header(value: &str) -> Result<Self, ParseError> {
        Self::from_der(&auth_header::decode_auth_header(value)?)
    }

    /// What `verifier` [remembers](Verifier::with_memory) of the octets of a bundle.
    ///
    /// What it then comes to is what [`TokenBundle::from_der`] and [`TokenBundle::verify_for_any`] come to, only sooner: a bundle that was proved
    /// before is not even parsed. Time, audience and policy are held against it all the same. It never takes long, so that a server
    /// can do at once what is known, and where it delays nobody what is not.
    #[must_use]
    pub fn recall(
        der: &[u8],
        policy: TokenPolicy,
        audiences: &[impl AsRef<str>],
        at: Timestamp,
        verifier: &Verifier,
    ) -> RecalledToken {
        let (limit, period) = (Self::MAX_SIZE_BYTES, ValidityPeriod::at(at));
        match SignatureBundle::recall(der, limit, &service_oid(), period, verifier) {
            Recalled::Verdict(verdict) => RecalledToken::Verdict(
                verdict
                    .map_err(VerifyError::Signature)
                    .and_then(|signature| VerifiedToken::new(*signature, policy, audiences))
                    .map(Box::new),
            ),
            Recalled::Known(bundle) => RecalledToken::Known(Box::new(Self { bundle: *bundle })),
            Recalled::Unknown => RecalledToken::Unknown,
        }
    }

    /// The octets that were parsed.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.bundle.to_der()
    }

    /// The value of an `Authorization` header that carries the bundle.
    #[must_use]
    pub fn to_auth_header(&self) -> String {
        auth_header::encode(&self.to_der())
    }

    /// The signature bundle, unproved.
    #[must_use]
    pub const fn as_signature_bundle(&self) -> &SignatureBundle {
        &self.bundle
    }

    /// Proves who sent the token, and that it is for `audience` and valid at the instant `at`.
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

    /// The same under another policy.
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

    /// The same for a server that has several names: the token is for one of `audiences`.
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
    type Error = ParseError;

    /// Takes a signature bundle for one of a token, if it is not too large.
    fn try_from(bundle: SignatureBundle) -> Result<Self, ParseError> {
        let (octets, limit) = (bundle.as_der().len(), Self::MAX_SIZE_BYTES);
        if octets > limit {
            Err(ParseError::TooLarge { octets, limit })
        } else {
            Ok(Self { bundle })
        }
    }
}

/// A token whose sender is proved, for the audience and at the instant asked for. Only [`TokenBundle::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    audience: String,
    claims: ClaimSet,
    signature: VerifiedSignature,
}

/// What a verifier knows of the octets of a token bundle at first sight.
#[derive(Debug)]
pub enum RecalledToken {
    /// It has proved these octets before, and this is what doing it again would come to.
    Verdict(Result<Box<VerifiedToken>, VerifyError>),
    /// They are a bundle of an organisation that it has proved before: verifying it takes a tenth of the time.
    Known(Box<TokenBundle>),
    /// It knows nothing of them, or not enough to be quick. Whether they are a bundle is open, too.
    Unknown,
}

impl VerifiedToken {
    /// Takes the content of a proved signature for a token, for one of `audiences` and under `policy`.
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
            // As much as people need to see the difference: the sender chooses how long it is.
            let found = token.audience().chars().take(256).collect();
            let required: Vec<&str> = audiences.iter().map(AsRef::as_ref).collect();
            return Err(VerifyError::Audience { required: required.join(" or "), found });
        }
        Ok(Self { audience: token.audience().to_owned(), claims: token.into_claims(), signature })
    }

    /// Who sent it: a user of an organisation, or the organisation itself.
    #[must_use]
    pub const fn subject(&self) -> &Member {
        self.signature.member()
    }

    /// What it claims.
    #[must_use]
    pub const fn claims(&self) -> &ClaimSet {
        &self.claims
    }

    /// Whom it is for: the audience that was asked for, or the one of several that it names.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Whose key signed it.
    #[must_use]
    pub const fn kind(&self) -> SignatureKind {
        self.signature.kind()
    }

    /// The profile that the bundle follows.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.signature.profile()
    }

    /// The run of seconds, around the instant asked for, in which DNSSEC chain, certificates and signature all hold.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.signature.validity()
    }

    /// The last second in which the token holds.
    #[must_use]
    pub const fn expiry(&self) -> Timestamp {
        self.validity().end()
    }

    /// The octets of the token's signature, by which one token is told from another; those of the bundle are not fit for that.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.signature.signature()
    }

    /// The period that the sender gave the token.
    #[must_use]
    pub const fn signed_period(&self) -> ValidityPeriod {
        self.signature.signed_period()
    }

    /// What the verdict rests on.
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
