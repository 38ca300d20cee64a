//! The properties of a fault: the part it affects, its verdict and the scenario it is made from.

/// The part that a [`Fault`](crate::Fault) affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Area {
    /// The bundle's own fields.
    Bundle,
    /// A certificate, a name in one, or the path between them.
    Certificate,
    /// The DNSSEC chain.
    Chain,
    /// The TXT records that name the organisation's key.
    KeyRecord,
    /// The CMS signature, its content and attributes.
    Signature,
    /// The Kliento token; only a verifier of tokens detects these.
    Token,
}

/// The verdict that a verifier should give on a [`FaultyBundle`](crate::FaultyBundle).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// Valid despite the fault, which this profile tolerates or allows.
    Accepted,
    /// Malformed: the octets do not parse as a bundle.
    Malformed,
    /// Invalid: a bundle that parses but fails verification.
    Invalid,
}

/// The kind of scenario that a fault is made from.
#[derive(Clone, Copy)]
pub(super) enum Parent {
    /// A bundle of either signer.
    Any,
    /// A bundle signed by a member.
    Member,
    /// A bundle signed by the organisation.
    Organisation,
    /// A bundle whose content is detached.
    Detached,
    /// A bundle signed by a member whose certificate an intermediate authority issued.
    Intermediate,
}
