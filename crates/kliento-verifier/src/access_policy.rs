//! Who may come in, once it is proved who they are.

use std::collections::BTreeMap;

use kliento::{SignatureKind, VerifiedToken};

use crate::glob::NamePattern;
use crate::refusal::Refusal;

/// Whom a server lets in, of those whose tokens hold. By default everybody.
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
    /// Everybody is allowed without it.
    allowed: Option<Vec<NamePattern>>,
    denied: Vec<NamePattern>,
    required_claims: BTreeMap<String, String>,
    /// `None` accepts every signer.
    signers: Option<Vec<SignatureKind>>,
}

impl AccessPolicy {
    /// Lets in whom `pattern` is about. Once one pattern is allowed, nobody comes in who matches none.
    #[must_use]
    pub fn allow(self, pattern: NamePattern) -> Self {
        self.allow_only([pattern])
    }

    /// Admits only subjects that match one of `patterns` or one that was allowed before. Without any pattern it admits no subject at all.
    #[must_use]
    pub fn allow_only(mut self, patterns: impl IntoIterator<Item = NamePattern>) -> Self {
        self.allowed.get_or_insert_default().extend(patterns);
        self
    }

    /// Keeps out whom `pattern` is about, whatever is allowed.
    #[must_use]
    pub fn deny(mut self, pattern: NamePattern) -> Self {
        self.denied.push(pattern);
        self
    }

    /// Demands that tokens claim `name` with exactly this value.
    #[must_use]
    pub fn require_claim(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.required_claims.insert(name.into(), value.into());
        self
    }

    /// Accepts only tokens that one of `signers` signed, beside those named before.
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

    /// Lets the sender of `token` in.
    ///
    /// # Errors
    ///
    /// [`Refusal::SubjectDenied`], [`Refusal::SignerNotAccepted`] or [`Refusal::ClaimRequired`].
    pub(crate) fn check(&self, token: &VerifiedToken) -> Result<(), Refusal> {
        let subject = token.subject().to_string();
        let organisation = token.subject().organisation().as_str();
        let is_about = |pattern: &NamePattern| pattern.matches(&subject, organisation);
        let allowed = self.allowed.as_ref().is_none_or(|patterns| patterns.iter().any(is_about));
        if !allowed || self.denied.iter().any(is_about) {
            return Err(Refusal::SubjectDenied { subject });
        }
        // After the subject: a token of another signer does not help those who are denied anyway.
        let signer = token.kind();
        if self.signers.as_ref().is_some_and(|accepted| !accepted.contains(&signer)) {
            return Err(Refusal::SignerNotAccepted { subject, signer: signer.as_str() });
        }
        let missing = self
            .required_claims
            .iter()
            .find(|(name, value)| token.claims().get(name.as_str()) != Some(value.as_str()));
        missing.map_or(Ok(()), |(name, _)| Err(Refusal::ClaimRequired { name: name.clone() }))
    }
}
