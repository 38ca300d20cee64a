//! Bundles with one fault, and the request to make of a verifier.

use veraid_dnssec::ValidityPeriod;

use super::properties::Expected;
use super::table::Fault;

/// The kind of bundle that the octets should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BundleFormat {
    /// A signature bundle.
    Signature,
    /// A member id bundle.
    MemberId,
}

/// A bundle with one fault, and the request to make of a verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyBundle {
    /// The fault.
    pub fault: Fault,
    /// The expected format of the octets.
    pub format: BundleFormat,
    /// The bundle, or the octets in its place.
    pub der: Vec<u8>,
    /// The trust anchors, DS records in presentation format, one on a line.
    pub trust_anchors: String,
    /// The service to verify for, in dotted form.
    pub service: String,
    /// The audience to verify a token for.
    pub audience: String,
    /// The period to verify for: a single second, except for faults that show only in longer
    /// periods.
    pub period: ValidityPeriod,
    /// The content to supply beside the bundle, if any.
    pub plaintext: Option<Vec<u8>>,
    /// The expected verdict.
    pub expected: Expected,
}
