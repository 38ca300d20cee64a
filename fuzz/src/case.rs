//! The input of targets that verify: what the verifier is told, four lines of text, and the octets.
//!
//! `cargo xtask fuzz` includes this file and writes such inputs from the vectors.

use kliento::{Timestamp, TrustAnchors, ValidityPeriod};
use veraid_core::ServiceOid;

/// A verification: what the verifier is told, and what it is given.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The period that is asked for.
    pub period: ValidityPeriod,
    /// The service that the verifier is.
    pub service: ServiceOid,
    /// The audience that the verifier is, if it is for tokens.
    pub audience: &'a str,
    /// What is trusted.
    pub anchors: TrustAnchors,
    /// A bundle, or a chain.
    pub octets: &'a [u8],
}

impl<'a> Case<'a> {
    /// Reads an input: the period as two numbers of seconds, the service, the audience, the anchors with `|` between them, each on a
    /// line; then the octets.
    #[must_use]
    pub fn parse(input: &'a [u8]) -> Option<Self> {
        let mut parts = input.splitn(5, |&octet| octet == b'\n');
        let mut line = || std::str::from_utf8(parts.next()?).ok();
        let (times, service, audience, anchors) = (line()?, line()?, line()?, line()?);
        let (from, until) = times.split_once(' ')?;
        let instant = |text: &str| text.parse().ok().map(Timestamp::from_unix_seconds);
        Some(Self {
            period: ValidityPeriod::new(instant(from)?, instant(until)?).ok()?,
            service: service.parse().ok()?,
            audience,
            anchors: TrustAnchors::from_presentation(&anchors.replace('|', "\n")).ok()?,
            octets: parts.next()?,
        })
    }
}
