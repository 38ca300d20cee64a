//! Services, and their own rules for what is signed for them.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use veraid_core::{ServiceOid, SignatureBundle, ValidityPeriod};

use crate::error::{IssueError, PolicyError};
use crate::signature::Content;

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

/// The reason that a service's own rules reject a signature.
///
/// It reads like the error that the rules gave, which [`ServiceError::downcast_ref`] returns. Two
/// are equal if code and text are.
#[derive(Clone)]
pub struct ServiceError {
    code: u16,
    reason: Arc<dyn Error + Send + Sync>,
}

impl ServiceError {
    /// Creates an error with the code that the service gives it.
    #[must_use]
    pub fn new(code: u16, reason: impl Error + Send + Sync + 'static) -> Self {
        Self { code, reason: Arc::new(reason) }
    }

    /// The error code, which stays the same across releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The error that the rules gave, if it is of this type.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.reason.downcast_ref()
    }
}

impl PartialEq for ServiceError {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code && self.reason.to_string() == other.reason.to_string()
    }
}

impl Eq for ServiceError {}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.reason, f)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.reason, f)
    }
}

impl Error for ServiceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.reason.source()
    }
}
