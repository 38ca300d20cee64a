//! Why somebody is not let in, what they are told of it, and what only the log is told.

use http::StatusCode;
use kliento::{ParseError, VerifyError};

use crate::replay::ReplayGuardError;

/// Why a caller is not let in.
///
/// What [`Display`](std::fmt::Display) and [`source`](std::error::Error::source) tell is for the server's own log; callers learn
/// [`Refusal::class`] and nothing else.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There are no Kliento credentials.
    #[error("there are no Kliento credentials")]
    NoCredentials,
    /// There is more than one `Authorization` header: which one another server would read is anybody's guess.
    #[error("there are {count} Authorization headers")]
    SeveralCredentials {
        /// How many there are.
        count: usize,
    },
    /// What was sent is no token bundle.
    #[error("credentials are malformed")]
    Malformed(#[source] ParseError),
    /// The token does not hold.
    #[error("token does not hold")]
    Invalid(#[source] VerifyError),
    /// The server does not serve the audience that was asked for.
    #[error("this verifier does not serve the audience that was asked for")]
    AudienceNotServed,
    /// No audience is known for the request.
    #[error(
        "no audience is known for this request: no route claims it, or there are neither routes, audiences nor one in the query"
    )]
    NoAudience,
    /// The request can be read in more than one way, so it is not known which audience it is for.
    #[error("no audience is known for this request: the {problem}")]
    UnclearRequest {
        /// The part that is unclear, and why.
        problem: &'static str,
    },
    /// The sender is proved, and is not let in.
    #[error("{subject:?} is not let in by the access policy")]
    SubjectDenied {
        /// Who it is.
        subject: String,
    },
    /// The token lacks a claim, or claims another value.
    #[error("token has no claim {name:?} of the value that the access policy requires")]
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
    /// Whether the token was used before cannot be told.
    #[error("whether the token was used before cannot be told")]
    ReplayGuard(#[source] ReplayGuardError),
}

/// What callers learn of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RefusalClass {
    /// No credentials of this scheme.
    Missing,
    /// No token bundle.
    Malformed,
    /// Expired, or not valid yet.
    Expired,
    /// For another audience.
    Audience,
    /// A signature or a rule does not hold.
    Untrusted,
    /// It holds, and is longer or of another kind than this server accepts.
    Policy,
    /// Proved, and not let in.
    Forbidden,
    /// Used before.
    Replayed,
    /// The server cannot tell.
    Unavailable,
}

impl RefusalClass {
    /// All of them.
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

    /// One lower-case word, the same over releases.
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

    /// A sentence for people, the same for every refusal of the class.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Missing => "Kliento credentials are required",
            Self::Malformed => "The credentials are no Kliento token bundle",
            Self::Expired => "The token has expired or is not valid yet",
            Self::Audience => "The token is for another audience",
            Self::Untrusted => "The token cannot be trusted",
            Self::Policy => "The token is of a kind that is not accepted here",
            Self::Forbidden => "The sender of the token is not allowed here",
            Self::Replayed => "The token was used before",
            Self::Unavailable => "The token cannot be judged now",
        }
    }

    /// The status for a request that is refused: 401 if other credentials may help, 403 if they will not, 503 if time may.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl Refusal {
    /// A sentence for people: that of the class, unless it is the server that has no audience, whatever the token is for.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::AudienceNotServed => "This verifier does not serve that audience",
            Self::NoAudience | Self::UnclearRequest { .. } => {
                "This verifier serves no audience for this request"
            }
            _ => self.class().title(),
        }
    }

    /// What callers may learn.
    #[must_use]
    pub const fn class(&self) -> RefusalClass {
        match self {
            Self::NoCredentials => RefusalClass::Missing,
            Self::SeveralCredentials { .. } | Self::Malformed(_) => RefusalClass::Malformed,
            Self::Invalid(VerifyError::Audience { .. })
            | Self::AudienceNotServed
            | Self::NoAudience
            | Self::UnclearRequest { .. } => RefusalClass::Audience,
            Self::Invalid(error) if error.is_about_time() => RefusalClass::Expired,
            Self::Invalid(error) if error.is_about_policy() => RefusalClass::Policy,
            // The same sender may be let in with a token of the other kind.
            Self::SignerNotAccepted { .. } => RefusalClass::Policy,
            Self::Invalid(_) => RefusalClass::Untrusted,
            Self::SubjectDenied { .. } | Self::ClaimRequired { .. } => RefusalClass::Forbidden,
            Self::Replayed => RefusalClass::Replayed,
            Self::ReplayGuard(_) => RefusalClass::Unavailable,
        }
    }

    /// A number for the kind of refusal, which stays the same over releases; `kliento explain` tells what it means.
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
        }
    }

    /// The value of `WWW-Authenticate` (RFC 9110 section 11.6.1): the scheme, and what was wrong with the credentials if there were any.
    #[must_use]
    pub fn challenge(&self) -> &'static str {
        match self.class() {
            RefusalClass::Missing => "Kliento",
            RefusalClass::Malformed => r#"Kliento error="malformed""#,
            RefusalClass::Expired => r#"Kliento error="expired""#,
            RefusalClass::Audience => r#"Kliento error="audience""#,
            RefusalClass::Untrusted => r#"Kliento error="untrusted""#,
            RefusalClass::Policy => r#"Kliento error="policy""#,
            RefusalClass::Forbidden => r#"Kliento error="forbidden""#,
            RefusalClass::Replayed => r#"Kliento error="replayed""#,
            RefusalClass::Unavailable => r#"Kliento error="unavailable""#,
        }
    }

    /// What went wrong from the outside in, for a log: without the audience that the token names, which is part of the token.
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

impl From<ParseError> for Refusal {
    fn from(error: ParseError) -> Self {
        match error {
            // Credentials of another scheme are none of this one.
            ParseError::Header(kliento::HeaderProblem::Scheme) => Self::NoCredentials,
            error => Self::Malformed(error),
        }
    }
}

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        Self::Invalid(error)
    }
}
