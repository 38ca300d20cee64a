//! Failures, as reported to people and programs.

use std::error::Error;
use std::fmt::Write;

use kliento::ValidityPeriod;
use serde::{Serialize, Serializer};
use veraid_dnssec::ChainError;

use crate::codes::explanation;
use crate::location;
use crate::text::escape_for_terminal;

/// The kind of a failure; each has its own exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureClass {
    /// Wrong size, header or Base64, or bytes that do not parse.
    Malformed,
    /// Any failure without a class of its own.
    Invalid,
    /// Expired or not valid yet.
    Time,
    /// For another audience.
    Audience,
    /// Rejected by the verifier's requirements (service, profile or a limit), or by issuing
    /// policy.
    Policy,
    /// A key file that the caller gave and that cannot be used.
    Usage,
    /// No DNS server gave an answer.
    Network,
    /// An internal error.
    Internal,
}

impl FailureClass {
    /// The status in JSON: `malformed`, `invalid`, `unreachable` or `failed`.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Invalid | Self::Time | Self::Audience | Self::Policy => "invalid",
            Self::Network => "unreachable",
            Self::Usage | Self::Internal => "failed",
        }
    }
}

/// A failure, with everything that is reported about it.
///
/// As JSON it has its `code`, its `message` and its `reasons`.
#[derive(Clone, Debug)]
pub struct Failure {
    class: FailureClass,
    code: u16,
    message: String,
    reasons: Vec<String>,
    location: Option<String>,
    asked: Option<ValidityPeriod>,
    /// A specific fix, instead of the usual one.
    fix: Option<Box<str>>,
}

impl Failure {
    /// A failure for `error`, whose sources become the reasons.
    #[must_use]
    pub fn new(class: FailureClass, code: u16, error: &dyn Error) -> Self {
        let mut failure = Self::from_message(class, code, error.to_string());
        let mut source = error.source();
        while let Some(reason) = source {
            failure.reasons.push(reason.to_string());
            source = reason.source();
        }
        failure
    }

    /// A failure without an error value.
    #[must_use]
    pub fn from_message(class: FailureClass, code: u16, message: impl Into<String>) -> Self {
        let (message, reasons) = (message.into(), Vec::new());
        Self { class, code, message, reasons, location: None, asked: None, fix: None }
    }

    /// Input that is larger than `limit`.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        let message = format!("input has more than {limit} bytes");
        Self::from_message(FailureClass::Malformed, 1001, message)
    }

    /// Text that is not Base64.
    pub(crate) fn not_base64(what: &str) -> Self {
        let message = format!("{what} is not standard Base64");
        Self::from_message(FailureClass::Malformed, 1003, message)
    }

    /// Input that is not a token bundle.
    #[must_use]
    pub fn token_malformed(error: &kliento::TokenParseError) -> Self {
        let location = match error {
            kliento::TokenParseError::Bundle(error) => location::of_parse(error),
            _ => None,
        };
        Self::new(FailureClass::Malformed, error.code(), error).at(location)
    }

    /// Input that is not a bundle, chain or certificate.
    #[must_use]
    pub fn malformed(error: &veraid_core::BundleParseError) -> Self {
        Self::new(FailureClass::Malformed, error.code(), error).at(location::of_parse(error))
    }

    /// An invalid token; `asked` is the requested instant or period.
    #[must_use]
    pub fn token_invalid(error: &kliento::VerifyError, asked: ValidityPeriod) -> Self {
        let class = match error {
            kliento::VerifyError::Audience { .. } => FailureClass::Audience,
            _ => class_of(error.is_about_time(), error.is_about_policy()),
        };
        Self::new(class, error.code(), error).at(location::of_token(error)).asked_for(asked)
    }

    /// An invalid signature bundle; `asked` is the requested instant or period.
    #[must_use]
    pub fn bundle_invalid(error: &veraid_core::VerifyError, asked: ValidityPeriod) -> Self {
        let class = class_of(error.is_about_time(), error.is_about_policy());
        Self::new(class, error.code(), error).at(location::of_bundle(error)).asked_for(asked)
    }

    /// An invalid DNSSEC chain; `asked` is the requested instant or period.
    #[must_use]
    pub fn chain_invalid(error: &ChainError, asked: ValidityPeriod) -> Self {
        let class = class_of(error.is_about_time(), false);
        Self::new(class, error.code(), error).at(location::of_chain(error)).asked_for(asked)
    }

    /// Adds the file in which the failure occurred.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.location = Some(match self.location {
            Some(location) => format!("{file}: {location}"),
            None => file.to_owned(),
        });
        self
    }

    /// Adds a better fix than the usual one.
    #[must_use]
    pub fn with_fix(mut self, fix: impl Into<Box<str>>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    fn at(mut self, location: Option<String>) -> Self {
        self.location = location;
        self
    }

    /// Adds the requested instant or period, which only failures of time report.
    fn asked_for(mut self, asked: ValidityPeriod) -> Self {
        self.asked = self.is_about_time().then_some(asked);
        self
    }

    /// The kind of the failure.
    #[must_use]
    pub const fn class(&self) -> FailureClass {
        self.class
    }

    /// The number of the error code; [`explanation`] explains it.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The message of the error.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The reasons behind the message, from the nearest to the root cause.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }

    /// The location of the failure, if known.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// The specific fix, or else the usual one of the code.
    #[must_use]
    pub fn fix(&self) -> Option<&str> {
        self.fix.as_deref().or_else(|| Some(explanation(self.code)?.fix))
    }

    pub(crate) fn is_about_time(&self) -> bool {
        self.class == FailureClass::Time
    }

    /// The failure as text: what, where, why, the fix, and where to read on.
    #[must_use]
    pub fn to_text(&self) -> String {
        let code = self.code;
        let explanation = explanation(code);
        // If there are reasons, the message only names what they are about.
        let (what, reasons) = match explanation {
            Some(explanation) if self.reasons.is_empty() => {
                (self.message.as_str(), vec![explanation.title])
            }
            Some(explanation) => {
                (explanation.title, self.reasons.iter().map(String::as_str).collect())
            }
            None => (self.message.as_str(), self.reasons.iter().map(String::as_str).collect()),
        };
        let mut text = format!("error[KL{code}]: {}\n", escape_for_terminal(what));
        let mut line = |label: &str, value: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {label:<10}{}", escape_for_terminal(value));
        };
        if let Some(location) = &self.location {
            line("where", location);
        }
        if let Some(asked) = self.asked {
            line("asked", &asked.to_string());
        }
        for reason in reasons {
            line("reason", reason);
        }
        if let Some(fix) = self.fix() {
            line("fix", fix);
        }
        line("see", &format!("kliento explain KL{code}"));
        text
    }
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct FailureJson<'a> {
            code: String,
            message: &'a str,
            reasons: &'a [String],
        }
        let code = format!("KL{}", self.code);
        FailureJson { code, message: &self.message, reasons: &self.reasons }.serialize(serializer)
    }
}

const fn class_of(is_about_time: bool, is_about_policy: bool) -> FailureClass {
    if is_about_time {
        FailureClass::Time
    } else if is_about_policy {
        FailureClass::Policy
    } else {
        FailureClass::Invalid
    }
}
