//! Why a header or bundle is none, and why a token does not hold.

use crate::token::TokenError;

/// Octets or a header that hold no token bundle: malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The bundle is larger than Kliento allows.
    #[error("token bundle has {octets} octets, limit is {limit}")]
    TooLarge {
        /// Its size in octets, or the least it can be.
        octets: usize,
        /// The most octets that are allowed.
        limit: usize,
    },
    /// The header is no Kliento header.
    #[error("authorization header is malformed: {0}")]
    Header(HeaderProblem),
    /// What follows the scheme is no Base64.
    #[error("token bundle is not standard Base64")]
    Base64,
    /// The octets are no signature bundle.
    #[error("token bundle is malformed")]
    Bundle(#[source] veraid_core::ParseError),
}

/// What is wrong with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderProblem {
    /// The scheme is not Kliento.
    #[error("the scheme is not Kliento")]
    Scheme,
    /// The scheme is not followed by exactly one space.
    #[error("the scheme is not followed by exactly one space")]
    Separator,
}

impl ParseError {
    /// A number for the kind of error, which stays the same over releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::TooLarge { .. } => 1001,
            Self::Header(_) => 1002,
            Self::Base64 => 1003,
            Self::Bundle(error) => error.code(),
        }
    }
}

/// A token bundle that does not hold: invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The signature bundle does not hold.
    #[error("signature bundle does not hold")]
    Signature(#[source] veraid_core::VerifyError),
    /// The signed content is no token.
    #[error("signed content is no token")]
    Token(#[source] TokenError),
    /// The token is for someone else.
    #[error("token is for audience {found:?}, not {required:?}")]
    Audience {
        /// The audience that the verifier is.
        required: String,
        /// The audience that the token names.
        found: String,
    },
}

impl VerifyError {
    /// A number for the kind of error, which stays the same over releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Signature(error) => error.code(),
            Self::Token(_) => 3001,
            Self::Audience { .. } => 3002,
        }
    }

    /// Whether the failure is one of time: the token has expired or is not valid yet.
    #[must_use]
    pub const fn is_about_time(&self) -> bool {
        matches!(self, Self::Signature(error) if error.is_about_time())
    }

    /// Whether the token is refused for the service, for a cap on how long something may last, or by the verifier's policy.
    #[must_use]
    pub const fn is_about_policy(&self) -> bool {
        matches!(self, Self::Signature(error) if error.is_about_policy())
    }
}
