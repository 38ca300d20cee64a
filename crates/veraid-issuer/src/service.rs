//! Services, and their own rules for what is signed for them.

use std::fmt;
use std::sync::Arc;

use veraid_core::{ServiceOid, SignatureBundle, ValidityPeriod};

use crate::content::Content;
use crate::error::{IssueError, PolicyError};

/// Services whose verifiers reject what breaks rules beyond VeraId's: Kliento's,
/// 1.3.6.1.4.1.58708.3.0.
///
/// Only their object identifiers are known here; the rules come from the crates that define them.
const SERVICES_WITH_RULES: [ServiceOid; 1] =
    [ServiceOid::new_static(&[0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xCA, 0x54, 0x03, 0x00])];

/// A service that content is signed for, with its rules if it has any.
///
/// Most services have none, and are made from their object identifier. Kliento's has rules that
/// are in the crate `kliento-issuer`, and is not signed for without them.
#[derive(Clone, Debug)]
pub struct Service {
    oid: ServiceOid,
    rules: Option<Arc<dyn ServiceRules>>,
}

/// Rules of a service for signatures, beyond those of VeraId and DomainAuth.
pub trait ServiceRules: fmt::Debug + Send + Sync {
    /// Checks content and period before they are signed.
    ///
    /// `validity` is the run of seconds at which chain and certificates are valid.
    ///
    /// # Errors
    ///
    /// [`IssueError::Service`] or [`IssueError::Policy`] with the rule that they break.
    fn check_request(
        &self,
        content: Content<'_>,
        period: ValidityPeriod,
        validity: ValidityPeriod,
    ) -> Result<(), IssueError>;

    /// Checks a signed bundle before it is returned.
    ///
    /// # Errors
    ///
    /// [`IssueError::Service`] with the rule that it breaks.
    fn check_bundle(&self, bundle: &SignatureBundle) -> Result<(), IssueError>;
}

impl Service {
    /// Creates a service with rules.
    #[must_use]
    pub const fn with_rules(oid: ServiceOid, rules: Arc<dyn ServiceRules>) -> Self {
        Self { oid, rules: Some(rules) }
    }

    /// The object identifier.
    #[must_use]
    pub const fn oid(&self) -> &ServiceOid {
        &self.oid
    }

    /// Checks that a service that is known to have rules comes with some.
    pub(crate) fn check_complete(&self) -> Result<(), PolicyError> {
        if self.rules.is_none() && SERVICES_WITH_RULES.contains(&self.oid) {
            return Err(PolicyError::RulesMissing { service: self.oid.clone() });
        }
        Ok(())
    }

    pub(crate) fn check_request(
        &self,
        content: Content<'_>,
        period: ValidityPeriod,
        validity: ValidityPeriod,
    ) -> Result<(), IssueError> {
        self.rules.as_ref().map_or(Ok(()), |rules| rules.check_request(content, period, validity))
    }

    pub(crate) fn check_bundle(&self, bundle: &SignatureBundle) -> Result<(), IssueError> {
        self.rules.as_ref().map_or(Ok(()), |rules| rules.check_bundle(bundle))
    }
}

impl From<ServiceOid> for Service {
    /// Creates a service without rules of its own.
    fn from(oid: ServiceOid) -> Self {
        Self { oid, rules: None }
    }
}
