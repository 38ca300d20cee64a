//! Memory: the peak allocation of one verification.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use kliento::{TokenBundle, TrustAnchors, Verifier};
use peak_alloc::PeakAlloc;
use veraid_testkit::der_writer::{octet_string, tlv};
use veraid_testkit::{AUDIENCE, Scenario, Signer, default_instant};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The peak heap of `work` beyond the heap allocated before, in bytes.
fn peak(work: impl FnOnce()) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    work();
    ALLOCATOR.peak_usage().saturating_sub(before)
}

/// One test in this file: the allocator counts for the whole process.
#[test]
fn verification_takes_at_most_256_kib_whatever_the_input() {
    for signer in [Signer::Member, Signer::Organisation] {
        let bundle = Scenario::signed_by(signer).build();
        let anchors = TrustAnchors::from_presentation(&bundle.trust_anchors).unwrap();
        let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
        let octets = peak(|| {
            let token = TokenBundle::from_der(&bundle.der).unwrap();
            token.verify(AUDIENCE, default_instant(), &verifier).unwrap();
        });
        assert!(octets <= 256 * 1024, "{octets} octets");
    }
    // Counts chosen by the sender, far beyond the data that follows: messages, records, questions.
    let mut message = vec![0; 12];
    message[4..12].fill(0xFF);
    let messages: Vec<u8> = octet_string(&message).repeat(900);
    let chain = tlv(0xA1, &[&messages]);
    let bundle = tlv(0x30, &[&[0x80, 1, 0], &chain]);
    let octets = peak(|| assert!(TokenBundle::from_der(&bundle).is_err()));
    assert!(octets <= 256 * 1024, "{octets} octets");
}
