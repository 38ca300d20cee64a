//! Issuing token bundles.

use std::sync::Arc;

use kliento::{Token, TokenBundle, service_oid};
use veraid_core::crypto::DigestAlgorithm;
use veraid_core::{
    MemberIdBundle, OrganisationCredential, SignatureBundle, Timestamp, UserName, ValidityPeriod,
    Verifier,
};
use veraid_issuer::{
    Content, IssueError, PolicyError, SignatureIssuer, SigningKey, UnsignedSignatureBundle,
};

use crate::error::TokenRuleError;
use crate::policy::IssuingPolicy;

/// Issues token bundles with one key.
///
/// Chain and certificates are verified once, on creation; a token then costs one signature and one
/// check of it.
#[derive(Clone, Debug)]
pub struct TokenIssuer {
    signatures: SignatureIssuer,
    policy: IssuingPolicy,
}

impl TokenIssuer {
    /// Issues tokens of the member that `bundle` names, with the member's key.
    ///
    /// # Errors
    ///
    /// As [`SignatureIssuer::for_member`].
    pub fn for_member(
        bundle: &MemberIdBundle,
        key: Arc<dyn SigningKey>,
        at: Timestamp,
        verifier: &Verifier,
    ) -> Result<Self, IssueError> {
        let policy = IssuingPolicy::default();
        let signatures = SignatureIssuer::for_member(bundle, key, policy, at, verifier)?;
        Ok(Self { signatures, policy })
    }

    /// Issues tokens with the organisation's key, on its own behalf (as a bot) unless changed by
    /// [`TokenIssuer::on_behalf_of`].
    ///
    /// # Errors
    ///
    /// As [`SignatureIssuer::for_organisation`].
    pub fn for_organisation(
        organisation: OrganisationCredential,
        key: Arc<dyn SigningKey>,
        at: Timestamp,
        verifier: &Verifier,
    ) -> Result<Self, IssueError> {
        let policy = IssuingPolicy::default();
        let signatures =
            SignatureIssuer::for_organisation(organisation, key, policy, at, verifier)?;
        Ok(Self { signatures, policy })
    }

    /// Issues tokens through `signatures`, an issuer for Kliento's service, under the default
    /// policy.
    ///
    /// # Errors
    ///
    /// [`PolicyError::OtherService`] if it signs for another service.
    pub fn from_signatures(signatures: SignatureIssuer) -> Result<Self, IssueError> {
        if *signatures.service() != service_oid() {
            let found = signatures.service().clone();
            return Err(PolicyError::OtherService { required: service_oid(), found }.into());
        }
        let policy = IssuingPolicy::default();
        Ok(Self { signatures: signatures.with_rules(Arc::new(policy)), policy })
    }

    /// Returns an issuer that signs on behalf of `user`, or of the organisation itself (a bot) for
    /// `None`.
    ///
    /// # Errors
    ///
    /// As [`SignatureIssuer::on_behalf_of`].
    pub fn on_behalf_of(&self, user: Option<&UserName>) -> Result<Self, IssueError> {
        Ok(Self { signatures: self.signatures.on_behalf_of(user)?, policy: self.policy })
    }

    /// Replaces the policy. The default allows an hour.
    #[must_use]
    pub fn with_policy(self, policy: IssuingPolicy) -> Self {
        Self { signatures: self.signatures.with_rules(Arc::new(policy)), policy }
    }

    /// The underlying issuer of signatures, which has the identity and the validity of chain and
    /// certificates.
    #[must_use]
    pub const fn signatures(&self) -> &SignatureIssuer {
        &self.signatures
    }

    /// The period of a token that is issued `now` and lasts for `lifetime_seconds`: see
    /// [`IssuingPolicy::token_period`].
    ///
    /// # Errors
    ///
    /// [`PolicyError`] if it would last for over an hour, or beyond chain and certificates.
    pub fn period(
        &self,
        now: Timestamp,
        lifetime_seconds: u64,
    ) -> Result<ValidityPeriod, IssueError> {
        Ok(self.policy.token_period(now, lifetime_seconds, self.signatures.validity())?)
    }

    /// Signs `token` for `period`, at most an hour and within the validity of chain and
    /// certificates.
    ///
    /// # Errors
    ///
    /// [`IssueError::Policy`] before anything is signed if verifiers would reject the period,
    /// [`IssueError::Signer`] from the key, [`IssueError::Service`] if the bundle would be larger
    /// than 16 KiB.
    pub fn issue(&self, token: &Token, period: ValidityPeriod) -> Result<TokenBundle, IssueError> {
        let bundle = self.signatures.issue(Content::Attached(&token.to_json()), period)?;
        to_token_bundle(bundle)
    }

    /// Prepares a token bundle, to be signed elsewhere.
    ///
    /// # Errors
    ///
    /// As [`TokenIssuer::issue`].
    pub fn prepare(
        &self,
        token: &Token,
        period: ValidityPeriod,
    ) -> Result<UnsignedTokenBundle, IssueError> {
        let bundle = self.signatures.prepare(Content::Attached(&token.to_json()), period)?;
        Ok(UnsignedTokenBundle { bundle })
    }
}

/// A token bundle to be signed.
#[derive(Clone, Debug)]
pub struct UnsignedTokenBundle {
    bundle: UnsignedSignatureBundle,
}

impl UnsignedTokenBundle {
    /// The bytes to sign.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        self.bundle.to_be_signed()
    }

    /// The hash for the RSASSA-PSS signature; MGF1 uses the same, and the salt has its length.
    #[must_use]
    pub fn digest_algorithm(&self) -> DigestAlgorithm {
        self.bundle.digest_algorithm()
    }

    /// Adds the signature.
    ///
    /// # Errors
    ///
    /// [`IssueError::InvalidSignature`] if the signature is not the key's over
    /// [`to_be_signed`](Self::to_be_signed), [`IssueError::Service`] if the bundle would be larger
    /// than 16 KiB.
    pub fn assemble(self, signature: &[u8]) -> Result<TokenBundle, IssueError> {
        to_token_bundle(self.bundle.assemble(signature)?)
    }
}

fn to_token_bundle(bundle: SignatureBundle) -> Result<TokenBundle, IssueError> {
    Ok(TokenBundle::try_from(bundle).map_err(TokenRuleError::Bundle)?)
}
