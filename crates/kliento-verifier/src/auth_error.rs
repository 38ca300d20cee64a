//! The reasons to reject a request, for callers and for the log.

use http::StatusCode;
use kliento::{TokenParseError, VerifyError};

use crate::replay::ReplayGuardError;

/// The reason that a caller is rejected.
///
/// [`Display`](std::fmt::Display) and [`source`](std::error::Error::source) are for the server's
/// own log; callers learn only [`AuthError::class`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// There are no Kliento credentials.
    #[error("missing Kliento credentials")]
    NoCredentials,
    /// There is more than one `Authorization` header. Another server might read a different one.
    #[error("expected one Authorization header, found {count}")]
    SeveralCredentials {
        /// The number of headers.
        count: usize,
    },
    /// The credentials are not a token bundle.
    #[error("malformed credentials")]
    Malformed(#[source] TokenParseError),
    /// The token is invalid.
    #[error("invalid token")]
    Invalid(#[source] VerifyError),
    /// The server does not serve the requested audience.
    #[error("this verifier does not serve the requested audience")]
    AudienceNotServed,
    /// No audience is known for the request.
    #[error(
        "no audience for this request: no route matches it, or neither the configuration nor the query names one"
    )]
    NoAudience,
    /// The request can be read in more than one way, so its audience is unclear.
    #[error("no audience for this request: the {problem}")]
    UnclearRequest {
        /// The part that is unclear, and the reason.
        problem: &'static str,
    },
    /// The sender is verified, but the access policy denies it.
    #[error("{subject:?} is denied by the access policy")]
    SubjectDenied {
        /// The denied subject.
        subject: String,
    },
    /// The token lacks a claim, or claims a different value.
    #[error("token lacks claim {name:?} with the value that the access policy requires")]
    ClaimRequired {
        /// The name of the claim.
        name: String,
    },
    /// The access policy does not accept tokens that this signer signed.
    #[error(
        "token of {subject:?} is signed by the {signer}, whose signatures the access policy does not accept"
    )]
    SignerNotAccepted {
        /// The sender.
        subject: String,
        /// `member` or `organisation`.
        signer: &'static str,
    },
    /// The token was used before.
    #[error("token was used before")]
    Replayed,
    /// The replay guard cannot tell whether the token was used before.
    #[error("cannot determine whether the token was used before")]
    ReplayGuard(#[source] ReplayGuardError),
    /// The pool of verification threads did not verify the token.
    #[error("the token was not verified")]
    NotVerified(#[source] PoolFailure),
}

/// The reason that a pool of verification threads did not verify a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolFailure {
    /// The queue was full.
    #[error("too many tokens are waiting for verification")]
    Overloaded,
    /// Verification panicked: a bug.
    #[error("verification panicked")]
    Panicked,
}

/// The part of a rejection that callers learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AuthErrorClass {
    /// No credentials of this scheme.
    Missing,
    /// Not a token bundle.
    Malformed,
    /// Expired, or not valid yet.
    Expired,
    /// For another audience.
    Audience,
    /// A signature or another part is invalid.
    Untrusted,
    /// Valid, but longer-lived or of another kind than this server accepts.
    Policy,
    /// Verified, but denied.
    Forbidden,
    /// Used before.
    Replayed,
    /// The server cannot tell.
    Unavailable,
}

impl AuthErrorClass {
    /// All classes.
    pub const ALL: [Self; 9] = [
        Self::Missing,
        Self::Malformed,
        Self::Expired,
        Self::Audience,
        Self::Untrusted,
        Self::Policy,
        Self::Forbidden,
        Self::Replayed,
        Self::Unavailable,
    ];

    /// A lower-case word that stays the same across releases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Expired => "expired",
            Self::Audience => "audience",
            Self::Untrusted => "untrusted",
            Self::Policy => "policy",
            Self::Forbidden => "forbidden",
            Self::Replayed => "replayed",
            Self::Unavailable => "unavailable",
        }
    }

    /// A sentence for people, the same for all errors of the class.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Missing => "Kliento credentials are required",
            Self::Malformed => "The credentials are not a Kliento token bundle",
            Self::Expired => "The token has expired or is not valid yet",
            Self::Audience => "The token is for another audience",
            Self::Untrusted => "The token cannot be trusted",
            Self::Policy => "The token is of a kind that is not accepted here",
            Self::Forbidden => "The sender of the token is not allowed here",
            Self::Replayed => "The token was used before",
            Self::Unavailable => "The token cannot be verified now",
        }
    }

    /// The status of a rejected request: 401 if other credentials may help, 403 if they will not,
    /// 503 if a later attempt may.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl AuthError {
    /// A sentence for people: that of the class, unless the server has no audience at all.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::AudienceNotServed => "This verifier does not serve that audience",
            Self::NoAudience | Self::UnclearRequest { .. } => {
                "This verifier has no audience for this request"
            }
            _ => self.class().title(),
        }
    }

    /// The part that callers may learn.
    #[must_use]
    pub const fn class(&self) -> AuthErrorClass {
        match self {
            Self::NoCredentials => AuthErrorClass::Missing,
            Self::SeveralCredentials { .. } | Self::Malformed(_) => AuthErrorClass::Malformed,
            Self::Invalid(VerifyError::Audience { .. })
            | Self::AudienceNotServed
            | Self::NoAudience
            | Self::UnclearRequest { .. } => AuthErrorClass::Audience,
            Self::Invalid(error) if error.is_about_time() => AuthErrorClass::Expired,
            Self::Invalid(error) if error.is_about_policy() => AuthErrorClass::Policy,
            // A token of the other kind may be accepted from the same sender.
            Self::SignerNotAccepted { .. } => AuthErrorClass::Policy,
            Self::Invalid(_) => AuthErrorClass::Untrusted,
            Self::SubjectDenied { .. } | Self::ClaimRequired { .. } => AuthErrorClass::Forbidden,
            Self::Replayed => AuthErrorClass::Replayed,
            Self::ReplayGuard(_) | Self::NotVerified(_) => AuthErrorClass::Unavailable,
        }
    }

    /// The error code, which stays the same across releases. `kliento explain`
    /// describes it.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::NoCredentials => 6001,
            Self::SeveralCredentials { .. } => 6002,
            Self::Malformed(error) => error.code(),
            Self::Invalid(error) => error.code(),
            Self::SignerNotAccepted { .. } => 3050,
            Self::AudienceNotServed => 6003,
            Self::NoAudience | Self::UnclearRequest { .. } => 6004,
            Self::SubjectDenied { .. } => 6005,
            Self::ClaimRequired { .. } => 6006,
            Self::Replayed => 6007,
            Self::ReplayGuard(_) => 6008,
            Self::NotVerified(_) => 6009,
        }
    }

    /// The value of `WWW-Authenticate` (RFC 9110 section 11.6.1): the scheme, and the problem with
    /// the credentials, if there were any.
    #[must_use]
    pub fn challenge(&self) -> &'static str {
        match self.class() {
            AuthErrorClass::Missing => "Kliento",
            AuthErrorClass::Malformed => r#"Kliento error="malformed""#,
            AuthErrorClass::Expired => r#"Kliento error="expired""#,
            AuthErrorClass::Audience => r#"Kliento error="audience""#,
            AuthErrorClass::Untrusted => r#"Kliento error="untrusted""#,
            AuthErrorClass::Policy => r#"Kliento error="policy""#,
            AuthErrorClass::Forbidden => r#"Kliento error="forbidden""#,
            AuthErrorClass::Replayed => r#"Kliento error="replayed""#,
            AuthErrorClass::Unavailable => r#"Kliento error="unavailable""#,
        }
    }

    /// The chain of causes from the outside in, for a log. It omits the token's audience, which is
    /// part of the token.
    #[must_use]
    pub fn reasons(&self) -> String {
        if let Self::Invalid(VerifyError::Audience { .. }) = self {
            return "token is for another audience".to_owned();
        }
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}

impl From<TokenParseError> for AuthError {
    fn from(error: TokenParseError) -> Self {
        match error {
            // Credentials of another scheme are not Kliento credentials.
            TokenParseError::Header(kliento::HeaderProblem::Scheme) => Self::NoCredentials,
            error => Self::Malformed(error),
        }
    }
}

impl From<VerifyError> for AuthError {
    fn from(error: VerifyError) -> Self {
        Self::Invalid(error)
    }
}
