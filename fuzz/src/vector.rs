//! A file of test-vectors/, with the parts that fuzzing needs.
//!
//! `cargo xtask fuzz` includes this file too.

use std::path::Path;

use base64ct::{Base64, Encoding};
use kliento::{Profile, Timestamp, TokenBundle, ValidityPeriod, VerificationPolicy};
use serde_json::Value;
use veraid_dnssec::UtcDateTime;

/// A vector: a JSON object.
#[derive(Clone, Debug)]
pub struct Vector(Value);

impl Vector {
    /// Reads a file; `None` if it does not contain a vector.
    #[must_use]
    pub fn read(file: &Path) -> Option<Self> {
        let vector: Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        vector.get("operation").is_some().then_some(Self(vector))
    }

    /// A field that is text; empty if it is absent.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// A field that is a number.
    #[must_use]
    pub fn number(&self, field: &str) -> Option<u64> {
        self.0.get(field).and_then(Value::as_u64)
    }

    /// Returns true if the vector is valid.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.0.pointer("/expect/result").and_then(Value::as_str) == Some("valid")
    }

    /// The octets to verify: the input, or the bundle in the header; `None` if there is no such
    /// bundle.
    #[must_use]
    pub fn octets(&self) -> Option<Vec<u8>> {
        match self.0.get("header").and_then(Value::as_str) {
            Some(header) => Some(TokenBundle::from_auth_header(header).ok()?.to_der()),
            None => Base64::decode_vec(self.text("input")).ok(),
        }
    }

    /// The content beside the bundle.
    #[must_use]
    pub fn plaintext(&self) -> Option<Vec<u8>> {
        self.0
            .get("plaintext")
            .and_then(Value::as_str)
            .and_then(|text| Base64::decode_vec(text).ok())
    }

    /// The service; Kliento's if absent.
    #[must_use]
    pub fn service(&self) -> &str {
        let service = self.text("service");
        if service.is_empty() { "1.3.6.1.4.1.58708.3.0" } else { service }
    }

    /// The trust anchors, one per line.
    #[must_use]
    pub fn anchors(&self) -> String {
        let anchors = self.0.get("trust_anchors").and_then(Value::as_array);
        let lines: Vec<_> = anchors.into_iter().flatten().filter_map(Value::as_str).collect();
        lines.join("\n")
    }

    /// The requested period.
    #[must_use]
    pub fn period(&self) -> Option<ValidityPeriod> {
        let end = |name| instant(self.0.pointer(name).and_then(Value::as_str)?);
        match self.0.get("at").and_then(Value::as_str) {
            Some(at) => Some(ValidityPeriod::at(instant(at)?)),
            None => ValidityPeriod::new(end("/period/from")?, end("/period/until")?).ok(),
        }
    }

    /// The policy of the verifier.
    #[must_use]
    pub fn policy(&self) -> VerificationPolicy {
        let policy = VerificationPolicy::default()
            .with_leeway_seconds(self.number("leeway").unwrap_or_default());
        let policy = match self.0.get("foreign_issuers") {
            Some(Value::Bool(true)) => policy.accepting_foreign_issuers(),
            _ => policy,
        };
        match self.text("accepted_profile") {
            "veraid" => policy.only_profile(Profile::VeraId),
            "domainauth" => policy.only_profile(Profile::DomainAuth),
            _ => policy,
        }
    }
}

/// A time in the form of vectors: `2026-11-22T12:00:00Z`.
fn instant(text: &str) -> Option<Timestamp> {
    let mut numbers = text.strip_suffix('Z')?.split(['-', 'T', ':']).map(str::parse::<u16>);
    let year = numbers.next()?.ok()?;
    let mut small = || u8::try_from(numbers.next()?.ok()?).ok();
    let (month, day, hour, minute, second) = (small()?, small()?, small()?, small()?, small()?);
    Timestamp::from_utc(UtcDateTime { year, month, day, hour, minute, second })
}
