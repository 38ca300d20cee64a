//! Issuing token bundles.

use std::sync::Arc;

use kliento::{Token, TokenBundle, service_oid};
use veraid_core::crypto::DigestAlgorithm;
use veraid_core::{
    MemberIdBundle, OrganisationCredential, SignatureBundle, Timestamp, UserName, ValidityPeriod,
    Verifier,
};

use crate::error::{IssueError, PolicyError};
use crate::policy::IssuingPolicy;
use crate::signature::{Content, SignatureIssuer, UnsignedSignatureBundle};
use crate::signing_key::SigningKey;

/// Issues token bundles with one key.
///
/// Chain and certificates are verified once, on creation; a token then costs one signature and one
/// check of it.
#[derive(Clone, Debug)]
pub struct TokenIssuer {
    signatures: SignatureIssuer,
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
        let signatures = SignatureIssuer::for_member(bundle, key, service_oid(), at, verifier)?;
        Ok(Self { signatures })
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
        let signatures =
            SignatureIssuer::for_organisation(organisation, key, service_oid(), at, verifier)?;
        Ok(Self { signatures })
    }

    /// Issues tokens through `signatures`, an issuer for Kliento's service.
    ///
    /// # Errors
    ///
    /// [`PolicyError::OtherService`] if it signs for another service.
    pub fn from_signatures(signatures: SignatureIssuer) -> Result<Self, IssueError> {
        if *signatures.service() != service_oid() {
            let found = signatures.service().clone();
            return Err(PolicyError::OtherService { required: service_oid(), found }.into());
        }
        Ok(Self { signatures })
    }

    /// Returns an issuer that signs on behalf of `user`, or of the organisation itself (a bot) for
    /// `None`.
    ///
    /// # Errors
    ///
    /// As [`SignatureIssuer::on_behalf_of`].
    pub fn on_behalf_of(&self, user: Option<&UserName>) -> Result<Self, IssueError> {
        Ok(Self { signatures: self.signatures.on_behalf_of(user)? })
    }

    /// Replaces the policy. The default allows an hour.
    #[must_use]
    pub fn with_policy(self, policy: IssuingPolicy) -> Self {
        Self { signatures: self.signatures.with_policy(policy) }
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
        let policy = self.signatures.policy();
        Ok(policy.token_period(now, lifetime_seconds, self.signatures.validity())?)
    }

    /// Signs `token` for `period`, at most an hour and within the validity of chain and
    /// certificates.
    ///
    /// # Errors
    ///
    /// [`IssueError::Policy`] before anything is signed if verifiers would reject the period,
    /// [`IssueError::Signer`] from the key, [`IssueError::Token`] if the bundle would be larger
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
    /// [`to_be_signed`](Self::to_be_signed), [`IssueError::Token`] if the bundle would be larger
    /// than 16 KiB.
    pub fn assemble(self, signature: &[u8]) -> Result<TokenBundle, IssueError> {
        to_token_bundle(self.bundle.assemble(signature)?)
    }
}

fn to_token_bundle(bundle: SignatureBundle) -> Result<TokenBundle, IssueError> {
    TokenBundle::try_from(bundle).map_err(IssueError::Token)
}
