//! Failures to issue and to fetch, as they are reported.

use kliento::{Timestamp, ValidityPeriod};
use kliento_inspect::{Failure, FailureClass};
use kliento_issuer::TokenRuleError;
use veraid_issuer::{IssueError, KeyError, PolicyError, ProofError};
use veraid_resolver::FetchError;
use veraid_trust_anchors::{AnchorFileError, SignatureError};

/// A failure to issue; `asked` is the instant or period at which the evidence had to be valid.
pub(crate) fn issue(error: &IssueError, asked: ValidityPeriod) -> Failure {
    match error {
        IssueError::Policy(error) => policy(error),
        IssueError::Identity(error) => Failure::bundle_invalid(error, asked),
        IssueError::Malformed(error) => Failure::malformed(error),
        IssueError::Service(error) => match error.downcast_ref() {
            Some(TokenRuleError::Bundle(error)) => Failure::token_malformed(error),
            _ => Failure::new(FailureClass::Policy, error.code(), error),
        },
        IssueError::TooLarge => Failure::new(FailureClass::Usage, error.code(), error),
        _ => Failure::new(FailureClass::Internal, error.code(), error),
    }
}

/// A failure to issue where no evidence is checked.
pub(crate) fn issue_alone(error: &IssueError) -> Failure {
    issue(error, ValidityPeriod::ALWAYS)
}

pub(crate) fn policy(error: &PolicyError) -> Failure {
    Failure::new(FailureClass::Policy, error.code(), error)
}

/// A key file that cannot be used.
pub(crate) fn key(error: &KeyError, file: String) -> Failure {
    let class = match error {
        KeyError::Generation => FailureClass::Internal,
        _ => FailureClass::Usage,
    };
    Failure::new(class, error.code(), error).in_file(&file)
}

/// A certificate request that proves nothing.
pub(crate) fn proof(error: &ProofError) -> Failure {
    let class = match error {
        ProofError::Form { .. } => FailureClass::Malformed,
        ProofError::InvalidSignature => FailureClass::Invalid,
        _ => FailureClass::Policy,
    };
    Failure::new(class, error.code(), error)
}

pub(crate) fn fetch(error: &FetchError, asked: ValidityPeriod) -> Failure {
    match error {
        FetchError::NotProved(error) => Failure::chain_invalid(error, asked),
        FetchError::NoAnswer { .. } => Failure::new(FailureClass::Network, error.code(), error),
        FetchError::NameTooLong { .. } => Failure::new(FailureClass::Usage, error.code(), error),
        _ => Failure::new(FailureClass::Invalid, error.code(), error),
    }
}

/// A file of trust anchors that cannot be used.
pub(crate) fn anchors(error: &AnchorFileError, file: String) -> Failure {
    Failure::new(FailureClass::Usage, 5470, error).in_file(&file)
}

/// A signature over trust anchors that is not accepted.
pub(crate) fn anchors_signature(error: &SignatureError, file: String) -> Failure {
    let class = match error {
        SignatureError::NotValidAt { .. } => FailureClass::Time,
        _ => FailureClass::Invalid,
    };
    Failure::new(class, 5471, error).in_file(&file)
}

/// A set of trust anchors that are all invalid at an instant.
pub(crate) fn no_anchor_at(at: Timestamp) -> Failure {
    Failure::from_message(FailureClass::Time, 5472, format!("no trust anchor is valid at {at}"))
}
