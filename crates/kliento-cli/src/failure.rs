//! Failures, as reported to people and programs.

use std::error::Error;
use std::fmt::Write;

use kliento::{Timestamp, ValidityPeriod};
use kliento_issuer::{IssueError, KeyError, PolicyError, ProofError};
use serde::Serialize;
use veraid_dnssec::ChainError;
use veraid_resolver::FetchError;
use veraid_trust_anchors::{AnchorFileError, SignatureError};

use crate::codes;
use crate::escape_for_terminal::escape_for_terminal;
use crate::location;

/// The kind of a failure; each has its own exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Wrong size, header or Base64, or bytes that do not parse.
    Malformed,
    /// Any failure without a class of its own.
    Invalid,
    /// Expired or not valid yet.
    Time,
    /// For another audience.
    Audience,
    /// Rejected by the verifier's requirements (service, profile or a limit), or rejected by
    /// issuing policy.
    Policy,
    /// A key file that the caller gave and that cannot be used.
    Usage,
    /// No DNS server gave an answer.
    Network,
    /// An internal error.
    Internal,
}

impl Class {
    /// The status in JSON.
    pub(crate) const fn status(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Invalid | Self::Time | Self::Audience | Self::Policy => "invalid",
            Self::Network => "unreachable",
            Self::Usage | Self::Internal => "failed",
        }
    }
}

/// A failure, with everything that is reported about it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) class: Class,
    code: u16,
    message: String,
    reasons: Vec<String>,
    location: Option<String>,
    asked: Option<ValidityPeriod>,
    /// A specific fix, instead of the usual one.
    fix: Option<Box<str>>,
}

/// The JSON form of a failure.
#[derive(Debug, Serialize)]
pub(crate) struct FailureJson<'a> {
    code: String,
    message: &'a str,
    reasons: &'a [String],
}

impl Failure {
    /// Input that is larger than `limit`.
    pub(crate) fn too_large(limit: usize) -> Self {
        Self::malformed_text(1001, format!("input has more than {limit} bytes"))
    }

    /// Text that is not Base64.
    pub(crate) fn not_base64(what: &str) -> Self {
        Self::malformed_text(1003, format!("{what} is not standard Base64"))
    }

    pub(crate) fn token_malformed(error: &kliento::TokenParseError) -> Self {
        let location = match error {
            kliento::TokenParseError::Bundle(error) => location::of_parse(error),
            _ => None,
        };
        Self::new(Class::Malformed, error.code(), error, location)
    }

    pub(crate) fn malformed(error: &veraid_core::BundleParseError) -> Self {
        Self::new(Class::Malformed, error.code(), error, location::of_parse(error))
    }

    pub(crate) fn token_invalid(error: &kliento::VerifyError, asked: ValidityPeriod) -> Self {
        let class = match error {
            kliento::VerifyError::Audience { .. } => Class::Audience,
            _ => class_of(error.is_about_time(), error.is_about_policy()),
        };
        Self::new(class, error.code(), error, location::of_token(error)).asked_for(asked)
    }

    pub(crate) fn bundle_invalid(error: &veraid_core::VerifyError, asked: ValidityPeriod) -> Self {
        let class = class_of(error.is_about_time(), error.is_about_policy());
        Self::new(class, error.code(), error, location::of_bundle(error)).asked_for(asked)
    }

    pub(crate) fn chain_invalid(error: &ChainError, asked: ValidityPeriod) -> Self {
        let class = class_of(error.is_about_time(), false);
        Self::new(class, error.code(), error, location::of_chain(error)).asked_for(asked)
    }

    /// A failure to issue; `asked` is the instant or period at which the evidence had to be valid.
    pub(crate) fn issue(error: &IssueError, asked: ValidityPeriod) -> Self {
        match error {
            IssueError::Policy(error) => Self::policy(error),
            IssueError::Identity(error) => Self::bundle_invalid(error, asked),
            IssueError::Malformed(error) => Self::malformed(error),
            IssueError::Token(error) => Self::token_malformed(error),
            IssueError::TooLarge => Self::new(Class::Usage, error.code(), error, None),
            _ => Self::new(Class::Internal, error.code(), error, None),
        }
    }

    /// A failure to issue where no evidence is checked.
    pub(crate) fn issue_alone(error: &IssueError) -> Self {
        Self::issue(error, ValidityPeriod::ALWAYS)
    }

    pub(crate) fn policy(error: &PolicyError) -> Self {
        Self::new(Class::Policy, error.code(), error, None)
    }

    /// A key file that cannot be used.
    pub(crate) fn key(error: &KeyError, file: String) -> Self {
        let class = match error {
            KeyError::Generation => Class::Internal,
            _ => Class::Usage,
        };
        Self::new(class, error.code(), error, Some(file))
    }

    /// A certificate request that proves nothing.
    pub(crate) fn proof(error: &ProofError) -> Self {
        let class = match error {
            ProofError::Form { .. } => Class::Malformed,
            ProofError::InvalidSignature => Class::Invalid,
            _ => Class::Policy,
        };
        Self::new(class, error.code(), error, None)
    }

    pub(crate) fn fetch(error: &FetchError, asked: ValidityPeriod) -> Self {
        match error {
            FetchError::NotProved(error) => Self::chain_invalid(error, asked),
            FetchError::NoAnswer { .. } => Self::new(Class::Network, error.code(), error, None),
            FetchError::NameTooLong { .. } => Self::new(Class::Usage, error.code(), error, None),
            _ => Self::new(Class::Invalid, error.code(), error, None),
        }
    }

    /// A file of trust anchors that cannot be used.
    pub(crate) fn anchors(error: &AnchorFileError, file: String) -> Self {
        Self::new(Class::Usage, 5470, error, Some(file))
    }

    /// A signature over trust anchors that is not accepted.
    pub(crate) fn anchors_signature(error: &SignatureError, file: String) -> Self {
        let class = match error {
            SignatureError::NotValidAt { .. } => Class::Time,
            _ => Class::Invalid,
        };
        Self::new(class, 5471, error, Some(file))
    }

    /// A set of trust anchors that are all invalid at an instant.
    pub(crate) fn no_anchor_at(at: Timestamp) -> Self {
        let message = format!("no trust anchor is valid at {at}");
        let class = Class::Time;
        Self {
            class,
            code: 5472,
            message,
            reasons: Vec::new(),
            location: None,
            asked: None,
            fix: None,
        }
    }

    /// Adds the file in which the failure occurred.
    pub(crate) fn in_file(mut self, file: &str) -> Self {
        self.location = Some(match self.location {
            Some(location) => format!("{file}: {location}"),
            None => file.to_owned(),
        });
        self
    }

    /// Adds a better fix than the usual one.
    pub(crate) fn with_fix(mut self, fix: impl Into<Box<str>>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    fn new(class: Class, code: u16, error: &dyn Error, location: Option<String>) -> Self {
        let mut reasons = Vec::new();
        let mut source = error.source();
        while let Some(reason) = source {
            reasons.push(reason.to_string());
            source = reason.source();
        }
        Self { class, code, message: error.to_string(), reasons, location, asked: None, fix: None }
    }

    fn malformed_text(code: u16, message: String) -> Self {
        let class = Class::Malformed;
        Self { class, code, message, reasons: Vec::new(), location: None, asked: None, fix: None }
    }

    /// Adds the requested instant or period, which only failures of time report.
    fn asked_for(mut self, asked: ValidityPeriod) -> Self {
        self.asked = (self.class == Class::Time).then_some(asked);
        self
    }

    /// The location of the failure, if known.
    pub(crate) fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// Returns true if the failure is one of time.
    pub(crate) fn is_about_time(&self) -> bool {
        self.class == Class::Time
    }

    /// The failure as text: what, where, why, the fix, and where to read on.
    pub(crate) fn to_text(&self) -> String {
        let code = self.code;
        let explanation = codes::explanation(code);
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
        let usual_fix = explanation.map(|explanation| explanation.fix);
        if let Some(fix) = self.fix.as_deref().or(usual_fix) {
            line("fix", fix);
        }
        line("see", &format!("kliento explain KL{code}"));
        text
    }

    pub(crate) fn to_json(&self) -> FailureJson<'_> {
        FailureJson {
            code: format!("KL{}", self.code),
            message: &self.message,
            reasons: &self.reasons,
        }
    }
}

const fn class_of(is_about_time: bool, is_about_policy: bool) -> Class {
    if is_about_time {
        Class::Time
    } else if is_about_policy {
        Class::Policy
    } else {
        Class::Invalid
    }
}
