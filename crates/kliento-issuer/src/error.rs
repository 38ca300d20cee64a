//! Errors of Kliento's own rules for signatures.

use kliento::{TokenError, TokenParseError};
use veraid_issuer::{IssueError, ServiceError};

/// A rule of Kliento that a signature for its service would break.
///
/// It is in [`IssueError::Service`], whose [`downcast_ref`](ServiceError::downcast_ref) returns it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenRuleError {
    /// Content for Kliento's service is not a token.
    #[error("content for Kliento's service is not a token: {0}")]
    NotAToken(TokenError),
    /// A token must be attached to its bundle.
    #[error("a token cannot be detached from its signature")]
    DetachedToken,
    /// The parts do not form a token bundle; usually it would be too large.
    #[error("assembled bundle is not a token bundle")]
    Bundle(#[source] TokenParseError),
}

impl TokenRuleError {
    /// The error code, which stays the same across releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::NotAToken(_) => 5051,
            Self::DetachedToken => 5052,
            Self::Bundle(error) => error.code(),
        }
    }
}

impl From<TokenRuleError> for IssueError {
    fn from(error: TokenRuleError) -> Self {
        Self::Service(ServiceError::new(error.code(), error))
    }
}
