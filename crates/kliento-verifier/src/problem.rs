//! Problem details (RFC 9457).

use http::StatusCode;
use serde::Serialize;

use crate::auth_error::AuthErrorClass;

/// The media type of problem details.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Problem details of a rejection: its class, and its code for operators of the verifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

impl Problem {
    /// The problem details for a rejection of this class.
    #[must_use]
    pub fn of_class(class: AuthErrorClass) -> Self {
        Self {
            kind: format!("urn:kliento:problem:{}", class.as_str()),
            title: class.title(),
            status: class.status().as_u16(),
            detail: None,
            class: Some(class.as_str()),
            code: None,
        }
    }

    /// The problem details for a request that is itself wrong, whatever its token.
    #[must_use]
    pub fn of_request(status: StatusCode, detail: &'static str) -> Self {
        Self {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: Some(detail),
            class: None,
            code: None,
        }
    }

    /// Replaces the title.
    pub(crate) const fn with_title(mut self, title: &'static str) -> Self {
        self.title = title;
        self
    }

    /// Replaces the status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status.as_u16();
        self
    }

    /// Adds the error code that `kliento explain` describes.
    #[must_use]
    pub fn with_code(mut self, code: u16) -> Self {
        self.code = Some(format!("KL{code:04}"));
        self
    }

    /// Encodes the problem details in JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and numbers can always be encoded in JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
