//! Reasons why a header or bundle is malformed, and why a token is invalid.

use crate::token::TokenError;

/// The input or header does not contain a token bundle: malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenParseError {
    /// The bundle is larger than Kliento allows.
    #[error("token bundle has {bytes} bytes, limit is {limit}")]
    TooLarge {
        /// Its size in bytes, or a lower bound of it.
        bytes: usize,
        /// The maximum size in bytes.
        limit: usize,
    },
    /// The header is not a Kliento header.
    #[error("authorization header is malformed: {0}")]
    Header(HeaderProblem),
    /// The part after the scheme is not Base64.
    #[error("token bundle is not standard Base64")]
    Base64,
    /// The bytes are not a signature bundle.
    #[error("token bundle is malformed")]
    Bundle(#[source] veraid_core::BundleParseError),
}

/// The problem with a header.
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

impl TokenParseError {
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

/// An invalid token bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The signature bundle is invalid.
    #[error("invalid signature bundle")]
    Signature(#[source] veraid_core::VerifyError),
    /// The signed content is not a token.
    #[error("signed content is not a Kliento token")]
    Token(#[source] TokenError),
    /// The token is for another audience.
    #[error("token is for audience {found:?}, not {required:?}")]
    Audience {
        /// The verifier's audience.
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

    /// Returns true if the failure is about time: the token has expired or is not valid yet.
    #[must_use]
    pub const fn is_about_time(&self) -> bool {
        matches!(self, Self::Signature(error) if error.is_about_time())
    }

    /// Returns true if the token is rejected for its service, for exceeding a maximum period, or by
    /// the verifier's policy.
    #[must_use]
    pub const fn is_about_policy(&self) -> bool {
        matches!(self, Self::Signature(error) if error.is_about_policy())
    }
}
