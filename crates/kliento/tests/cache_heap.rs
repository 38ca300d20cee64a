//! The cache takes no more heap than it counts. The only test of this file counts for the whole
//! process.

#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test that fails by a panic has done its work"
)]

use kliento::{CacheLimits, TokenBundle, TrustAnchors, Verifier};
use peak_alloc::PeakAlloc;
use veraid_testkit::attack::Attack;
use veraid_testkit::{AUDIENCE, MockBundle, Scenario, Signer, default_instant, kliento_token};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Verifies valid bundles and returns the bytes of heap that stay, and those that are counted.
fn kept(bundles: &[Vec<u8>], anchors: &str, limits: CacheLimits) -> (u64, u64) {
    let anchors = TrustAnchors::from_presentation(anchors).unwrap();
    let plain = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
    let verify = |der: &[u8], verifier: &Verifier| {
        let bundle = TokenBundle::from_der(der).unwrap();
        bundle.verify(AUDIENCE, default_instant(), verifier).is_ok()
    };
    // Allocations that the libraries keep for themselves are made before counting begins.
    assert!(bundles.iter().all(|der| verify(der, &plain)));
    let verifier = plain.with_cache(limits);
    let before = ALLOCATOR.current_usage();
    assert!(bundles.iter().all(|der| verify(der, &verifier)));
    let after = ALLOCATOR.current_usage();
    let counters = verifier.cache_stats();
    assert_eq!(counters.organisations.evictions + counters.bundles.evictions, 0);
    let counted = counters.zones.bytes + counters.organisations.bytes + counters.bundles.bytes;
    (u64::try_from(after.saturating_sub(before)).unwrap(), counted)
}

/// A token with seven messages of 128 records of eleven octets each that answer unrelated
/// questions.
fn with_idle_records(bundle: &MockBundle) -> (Vec<u8>, String) {
    let record = [0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0];
    let mut chain = bundle.chain.clone();
    for number in 0..7 {
        let header = [0, number, 0x80, 0, 0, 1, 0, 128, 0, 0, 0, 0];
        let question = [0, 0, 2, 0, 1];
        chain.messages.push([&header[..], &question, &record.repeat(128)].concat());
    }
    let bundle = MockBundle { chain, ..bundle.clone() };
    (bundle.reassemble(), bundle.trust_anchors)
}

/// A token of an organisation five labels deep, whose names have up to 240 octets.
fn with_long_names() -> (Vec<u8>, String) {
    let label = "a".repeat(55);
    let organisation = format!("{}.com", [label.as_str(); 4].join("."));
    let bundle = Scenario { organisation, ..Scenario::signed_by(Signer::Organisation) }.build();
    (bundle.der, bundle.trust_anchors)
}

#[test]
fn caches_keep_no_more_bytes_than_they_count() {
    let first = Scenario::default().build();
    let organisations: Vec<Vec<u8>> = (0..60)
        .map(|number| {
            let organisation = format!("org-{number}.com");
            let scenario = Scenario { organisation, ..Scenario::default() };
            scenario.build_on(&scenario.chain_on(&first.chain)).der
        })
        .collect();
    // Tokens of the maximum size, and of the minimum.
    let long = "x".repeat(9_000);
    let tokens: Vec<Vec<u8>> = (0..60)
        .map(|number| {
            let long = if number % 2 == 0 { long.as_str() } else { "" };
            let content = kliento_token(AUDIENCE, &[("a", &number.to_string()), ("b", long)]);
            Scenario { content, ..Scenario::default() }.build_on(&first.chain).der
        })
        .collect();
    let nothing = CacheLimits::DISABLED;
    let large = 64 * 1024 * 1024;
    for (name, bundles, limits) in [
        ("organisations", &organisations, nothing.with_organisation_bytes(large)),
        ("bundles", &tokens, nothing.with_bundle_bytes(large)),
        ("all", &organisations, CacheLimits::RECOMMENDED),
    ] {
        let (kept, counted) = kept(bundles, &first.trust_anchors, limits);
        println!("{name}: {kept} octets kept, {counted} counted");
        assert!(kept > 100_000, "{name}: {kept} octets kept, so nothing is remembered");
        assert!(kept <= counted, "{name}: {kept} octets kept, {counted} counted");
    }
    // Valid bundles made to be large in memory: unneeded records of a few octets, and long names at
    // many cuts.
    let hostile = [with_idle_records(&first), with_long_names()];
    for (der, anchors) in &hostile {
        let own = Scenario::default().build().trust_anchors;
        assert_eq!(*anchors, own, "they are of one root");
        for limits in [nothing.with_organisation_bytes(large), nothing.with_bundle_bytes(large)] {
            let (kept, counted) = kept(std::slice::from_ref(der), anchors, limits);
            println!("hostile: {kept} octets kept, {counted} counted");
            // The growth of an empty cache is not part of the entry.
            assert!(kept <= counted + 8_192, "{kept} octets kept, {counted} counted");
        }
    }
    // Valid chains that are made to be expensive.
    for attack in Attack::all() {
        let anchors = TrustAnchors::from_presentation(&attack.trust_anchors).unwrap();
        let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
        let holds = TokenBundle::from_der(&attack.der)
            .is_ok_and(|bundle| bundle.verify(AUDIENCE, default_instant(), &verifier).is_ok());
        if holds {
            let limits = nothing.with_organisation_bytes(large);
            let (kept, counted) =
                kept(std::slice::from_ref(&attack.der), &attack.trust_anchors, limits);
            println!("{}: {kept} octets kept, {counted} counted", attack.name);
            // One entry beside the growth of an empty cache.
            assert!(
                kept <= counted + 16_384,
                "{}: {kept} octets kept, {counted} counted",
                attack.name
            );
        }
    }
}
