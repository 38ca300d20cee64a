//! The one limit that is too large for a vector: the maximum octets of a signature bundle with its
//! content.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use veraid_core::{
    BundleParseError, ServiceOid, SignatureBundle, TrustAnchors, ValidityPeriod, Verifier,
};
use veraid_testkit::{KLIENTO_SERVICE, MockBundle, Scenario};

/// A bundle of exactly `octets`; all but the content stays the same.
fn bundle_of(octets: usize) -> MockBundle {
    let with = |content| Scenario { content: vec![b' '; content], ..Scenario::default() }.build();
    let made = with(octets - 8_192);
    let made = with(octets - 8_192 + (octets - made.der.len()));
    assert_eq!(made.der.len(), octets);
    made
}

fn verify(made: &MockBundle, limit: Option<usize>) -> Result<usize, BundleParseError> {
    let parsed = match limit {
        Some(limit) => SignatureBundle::from_der_within(&made.der, limit),
        None => SignatureBundle::from_der(&made.der),
    }?;
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
    let service: ServiceOid = KLIENTO_SERVICE.parse().unwrap();
    let period = ValidityPeriod::at(veraid_testkit::default_instant());
    Ok(parsed.verify(&service, period, &verifier).unwrap().plaintext().len())
}

#[test]
fn a_bundle_has_at_most_16_mib_unless_the_caller_sets_another_limit() {
    let limit = 16 * 1024 * 1024;
    let (edge, beyond) = (bundle_of(limit), bundle_of(limit + 1));
    let too_large = |octets, limit| BundleParseError::TooLarge {
        what: "signature bundle",
        bytes: octets,
        limit,
    };
    assert_eq!(verify(&edge, None), Ok(edge.plaintext.len()));
    assert_eq!(verify(&beyond, None), Err(too_large(limit + 1, limit)));
    assert_eq!(verify(&beyond, Some(limit + 1)), Ok(beyond.plaintext.len()));
    assert_eq!(verify(&edge, Some(limit - 1)), Err(too_large(limit, limit - 1)));
}
