//! The input of targets that verify: the request to the verifier in four lines of text, then the
//! bundle or chain.
//!
//! `cargo xtask fuzz` includes this file and writes such inputs from the vectors.

use kliento::{Timestamp, TrustAnchors, ValidityPeriod};
use veraid_core::ServiceOid;

/// One verification: the request to the verifier, and the bundle or chain.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The requested period.
    pub period: ValidityPeriod,
    /// The verifier's service.
    pub service: ServiceOid,
    /// The verifier's audience, if it verifies tokens.
    pub audience: &'a str,
    /// The trust anchors.
    pub anchors: TrustAnchors,
    /// A bundle, or a chain.
    pub octets: &'a [u8],
}

impl<'a> Case<'a> {
    /// Reads an input: four lines, then the octets. The lines are the period as two numbers of
    /// seconds, the service, the audience, and the anchors separated by `|`.
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
