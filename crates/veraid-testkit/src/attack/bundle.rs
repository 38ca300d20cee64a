//! Expensive token bundles, and the parts that they are made of.

use crate::digest::Digest;
use crate::scenario::{Scenario, Signer};
use veraid_zones::{ChainLink, Compression, MessageBuilder, MockChain};

/// The maximum size of a token bundle, in octets.
pub const MAX_BYTES: usize = 16_384;

/// A token bundle that is expensive to verify, for [`AUDIENCE`](crate::AUDIENCE) at
/// [`default_instant`](crate::default_instant).
#[derive(Clone, Debug)]
pub struct Attack {
    /// A short name in lower case with hyphens.
    pub name: String,
    /// The token bundle, of at most [`MAX_BYTES`].
    pub der: Vec<u8>,
    /// The root's keys as DS records in presentation format, one on a line.
    pub trust_anchors: String,
}

impl Attack {
    pub(super) fn new(name: impl Into<String>, der: Vec<u8>, trust_anchors: &str) -> Self {
        let name = name.into();
        assert!(der.len() <= MAX_BYTES, "{name} has {} octets", der.len());
        Self { name, der, trust_anchors: trust_anchors.into() }
    }

    /// The bundle of `scenario`, which [`organisation`] made, on `chain`.
    pub(super) fn on(name: impl Into<String>, scenario: &Scenario, chain: &MockChain) -> Self {
        Self::new(name, scenario.build_on(chain).der, &chain.trust_anchors)
    }
}

/// A token signed by the organisation `name` itself: the smallest possible, which leaves the chain
/// the most room.
pub(super) fn organisation(name: &str) -> Scenario {
    Scenario { organisation: name.into(), user: None, ..Scenario::signed_by(Signer::Organisation) }
}

/// Builds a bundle with only these messages as its chain, and a token that [`organisation`] signs.
pub(super) fn around(messages: Vec<Vec<u8>>) -> (Vec<u8>, String) {
    let mut bundle = organisation("example.com").build();
    bundle.chain.messages = messages;
    (bundle.reassemble(), bundle.trust_anchors)
}

/// The link's message with RRSIGs that have these data, as small as it can be written.
pub(super) fn compact(link: &ChainLink, rrsigs: &[Vec<u8>]) -> Vec<u8> {
    MessageBuilder::new(&link.question())
        .compression(Compression::OwnerNames)
        .answer_rrset(&link.rrset, rrsigs)
        .build()
}

/// Pseudorandom bytes, always equal for the same `label`.
pub(super) fn filler(label: &str, octets: usize) -> Vec<u8> {
    let block = |number: usize| Digest::Sha512.of(format!("{label} {number}").as_bytes());
    (0..octets.div_ceil(64)).flat_map(block).take(octets).collect()
}
