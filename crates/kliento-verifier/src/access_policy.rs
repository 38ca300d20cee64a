//! Access policies: which verified subjects may enter.

use std::collections::BTreeMap;

use kliento::{SignatureKind, VerifiedToken};

use crate::auth_error::AuthError;
use crate::glob::NamePattern;

/// The subjects and claims that a server admits, among valid tokens. By default all are admitted.
///
/// ```
/// use kliento_verifier::AccessPolicy;
///
/// let policy = AccessPolicy::default()
///     .allow("example.com".parse()?)
///     .deny("mallory@example.com".parse()?)
///     .require_claim("role", "deploy");
/// # Ok::<(), kliento_verifier::PatternError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessPolicy {
    /// `None` admits every subject.
    allowed: Option<Vec<NamePattern>>,
    denied: Vec<NamePattern>,
    required_claims: BTreeMap<String, String>,
    /// `None` accepts every signer.
    signers: Option<Vec<SignatureKind>>,
}

impl AccessPolicy {
    /// Admits subjects that match `pattern`. Once one pattern is allowed, a subject that matches no
    /// allowed pattern is denied.
    #[must_use]
    pub fn allow(self, pattern: NamePattern) -> Self {
        self.allow_only([pattern])
    }

    /// Admits only subjects that match one of `patterns` or one that was allowed before. Without
    /// any pattern it admits no subject at all.
    #[must_use]
    pub fn allow_only(mut self, patterns: impl IntoIterator<Item = NamePattern>) -> Self {
        self.allowed.get_or_insert_default().extend(patterns);
        self
    }

    /// Denies subjects that match `pattern`, even if another pattern allows them.
    #[must_use]
    pub fn deny(mut self, pattern: NamePattern) -> Self {
        self.denied.push(pattern);
        self
    }

    /// Requires tokens to claim `name` with exactly this value.
    #[must_use]
    pub fn require_claim(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.required_claims.insert(name.into(), value.into());
        self
    }

    /// Accepts only tokens that one of `signers` signed, in addition to those added before.
    ///
    /// An organisation can sign on behalf of any of its users. Where a user's own signature
    /// matters, accept [`SignatureKind::Member`] only. An empty list admits no token at all.
    ///
    /// ```
    /// use kliento::SignatureKind;
    /// use kliento_verifier::AccessPolicy;
    ///
    /// let policy = AccessPolicy::default().only_signers([SignatureKind::Member]);
    /// ```
    #[must_use]
    pub fn only_signers(mut self, signers: impl IntoIterator<Item = SignatureKind>) -> Self {
        self.signers.get_or_insert_default().extend(signers);
        self
    }

    /// Checks that the policy admits the sender of `token`.
    ///
    /// # Errors
    ///
    /// [`AuthError::SubjectDenied`], [`AuthError::SignerNotAccepted`] or
    /// [`AuthError::ClaimRequired`].
    pub(crate) fn check(&self, token: &VerifiedToken) -> Result<(), AuthError> {
        let subject = token.subject().to_string();
        let organisation = token.subject().organisation().as_str();
        let is_about = |pattern: &NamePattern| pattern.matches(&subject, organisation);
        let allowed = self.allowed.as_ref().is_none_or(|patterns| patterns.iter().any(is_about));
        if !allowed || self.denied.iter().any(is_about) {
            return Err(AuthError::SubjectDenied { subject });
        }
        // After the subject: a denied subject stays denied regardless of who signed the token.
        let signer = token.kind();
        if self.signers.as_ref().is_some_and(|accepted| !accepted.contains(&signer)) {
            return Err(AuthError::SignerNotAccepted { subject, signer: signer.as_str() });
        }
        let missing = self
            .required_claims
            .iter()
            .find(|(name, value)| token.claims().get(name.as_str()) != Some(value.as_str()));
        missing.map_or(Ok(()), |(name, _)| Err(AuthError::ClaimRequired { name: name.clone() }))
    }
}
