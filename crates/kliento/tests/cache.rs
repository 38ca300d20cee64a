//! Cached tokens: audience, policy and time are checked at each call, and the cache stays within
//! its limits. Tests of `veraid-core` compare all results with those of a verifier without a cache.

#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test that fails by a panic has done its work"
)]

use kliento::{
    CacheLimits, Timestamp, TokenBundle, TokenCacheLookup, TokenPolicy, TrustAnchors,
    VerificationPolicy, VerifiedToken, Verifier,
};
use veraid_testkit::{
    AUDIENCE, MockBundle, Scenario, Signer, TestProfile, default_instant, kliento_token, period,
};

const CRYPTO: kliento::crypto::CryptoProvider = veraid_aws_lc_rs::PROVIDER;

/// The result for a token's octets by a verifier that may have a cache.
fn token(
    octets: &[u8],
    policy: TokenPolicy,
    audience: &str,
    at: Timestamp,
    verifier: &Verifier,
) -> Result<VerifiedToken, kliento::VerifyError> {
    match TokenBundle::look_up(octets, policy, &[audience], at, verifier) {
        TokenCacheLookup::Hit(verdict) => verdict.map(|token| *token),
        TokenCacheLookup::OrganisationCached(token) => token.verify(&[audience]),
        TokenCacheLookup::Miss => {
            TokenBundle::from_der(octets).unwrap().verify_with(policy, audience, at, verifier)
        }
    }
}

#[test]
fn audience_policy_and_time_are_checked_for_a_cached_token_at_each_call() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let plain = Verifier::with_crypto(anchors, CRYPTO);
    let cached = plain.clone().with_cache(CacheLimits::RECOMMENDED);
    let short = TokenPolicy::default().with_max_validity_seconds(60);
    let (at, last) = (default_instant(), default_instant().saturating_add(600));
    let asks = [
        (TokenPolicy::default(), AUDIENCE, at),
        (TokenPolicy::default(), "https://other.example", at),
        (short, AUDIENCE, at),
        (TokenPolicy::default(), AUDIENCE, last),
        (TokenPolicy::default(), AUDIENCE, last.saturating_add(1)),
        (TokenPolicy::default(), AUDIENCE, at.saturating_sub(61)),
    ];
    for _ in 0..2 {
        for (policy, audience, at) in asks {
            let expected =
                TokenBundle::from_der(&made.der).unwrap().verify_with(policy, audience, at, &plain);
            assert_eq!(token(&made.der, policy, audience, at, &cached), expected);
        }
    }
    let counters = cached.cache_stats();
    assert_eq!((counters.bundles.insertions, counters.bundles.hits), (1, 11));
}

#[test]
fn other_anchors_limits_or_policies_begin_with_nothing() {
    let made = Scenario::default().build();
    let anchors = || TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors(), CRYPTO).with_cache(CacheLimits::RECOMMENDED);
    let verify = |verifier: &Verifier| {
        token(&made.der, TokenPolicy::default(), AUDIENCE, default_instant(), verifier)
    };
    assert!(verify(&verifier).is_ok());
    let entries = |verifier: &Verifier| verifier.cache_stats().bundles.entries;
    assert_eq!((entries(&verifier), entries(&verifier.clone())), (1, 1));
    let other = verifier.clone().with_trust_anchors(anchors());
    assert_eq!(entries(&other), 0);
    assert_eq!(entries(&verifier.clone().with_policy(VerificationPolicy::default())), 0);
    assert_eq!(entries(&verifier.clone().with_limits(veraid_core::Limits::default())), 0);
    let iana = verifier.with_trust_anchors(TrustAnchors::iana());
    assert!(verify(&iana).is_err());
}

#[test]
fn entries_used_once_do_not_evict_entries_used_often() {
    let made = Scenario::signed_by(Signer::Organisation).build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let limits = CacheLimits::DISABLED.with_bundle_bytes(400_000);
    let verifier = Verifier::with_crypto(anchors, CRYPTO).with_cache(limits);
    let at = default_instant();
    let verify =
        |octets: &[u8]| token(octets, TokenPolicy::default(), AUDIENCE, at, &verifier).unwrap();
    let mut hits = 0;
    for number in 0..1_000 {
        let before = verifier.cache_stats().bundles.hits;
        verify(&made.der);
        hits += verifier.cache_stats().bundles.hits - before;
        let once = Scenario {
            content: kliento_token(AUDIENCE, &[("number", &number.to_string())]),
            ..Scenario::signed_by(Signer::Organisation)
        };
        verify(&once.build_on(&made.chain).der);
        let counts = verifier.cache_stats().bundles;
        assert!(counts.bytes <= 400_000, "{counts:?}");
    }
    assert!(hits > 990, "{hits}");
    assert!(verifier.cache_stats().bundles.evictions > 800);
}

#[test]
fn threads_that_share_a_cache_agree_on_one_boundary() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, CRYPTO).with_cache(CacheLimits::RECOMMENDED);
    let last = default_instant().saturating_add(600);
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                let holds =
                    |at| token(&made.der, TokenPolicy::default(), AUDIENCE, at, &verifier).is_ok();
                for _ in 0..20 {
                    assert!(holds(last) && !holds(last.saturating_add(1)));
                }
            });
        }
    });
    assert!(verifier.cache_stats().bundles.hits > 3_000);
}

#[test]
fn a_cached_organisation_vouches_for_other_tokens_and_nothing_else() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let limits = CacheLimits::DISABLED.with_organisation_bytes(1_000_000);
    let verifier = Verifier::with_crypto(anchors, CRYPTO).with_cache(limits);
    let at = default_instant();
    let audience = [AUDIENCE];
    let is_known = |octets: &[u8]| {
        let found = TokenBundle::look_up(octets, TokenPolicy::default(), &audience, at, &verifier);
        matches!(found, TokenCacheLookup::OrganisationCached(_))
    };
    assert!(!is_known(&made.der));
    token(&made.der, TokenPolicy::default(), AUDIENCE, at, &verifier).unwrap();
    let later = Scenario {
        user: Some("bob".into()),
        signature_period: period(at, at.saturating_add(60)),
        ..Scenario::default()
    };
    let later = later.build_on(&made.chain).der;
    assert!(is_known(&later));
    let subject = token(&later, TokenPolicy::default(), AUDIENCE, at, &verifier).unwrap();
    assert_eq!(subject.subject().to_string(), "bob@example.com");
    let other = Scenario { organisation: "example.org".into(), ..Scenario::default() }.build().der;
    assert!(!is_known(&other));
}

#[test]
fn expensive_bundles_are_not_answered_at_once() {
    let at = default_instant();
    let is_known = |der: &[u8], at, verifier: &Verifier| {
        let found = TokenBundle::look_up(der, TokenPolicy::default(), &[AUDIENCE], at, verifier);
        matches!(found, TokenCacheLookup::OrganisationCached(_))
    };
    let cached = |made: &MockBundle| {
        let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
        let limits = CacheLimits::DISABLED.with_organisation_bytes(1_000_000);
        let verifier = Verifier::with_crypto(anchors, CRYPTO).with_cache(limits);
        token(&made.der, TokenPolicy::default(), AUDIENCE, at, &verifier).unwrap();
        verifier
    };

    // The chain would have to be walked again for a time at which the result may differ.
    let rrsig_period = period(at.saturating_sub(600), at.saturating_add(10));
    let made = Scenario { rrsig_period, ..Scenario::default() }.build();
    let verifier = cached(&made);
    assert!(is_known(&made.der, at.saturating_add(10), &verifier));
    assert!(!is_known(&made.der, at.saturating_add(11), &verifier));

    // Many certificates may require many signature checks.
    for (intermediates, expected) in [(1, true), (2, false)] {
        let intermediates = (0..intermediates).map(|number| format!("unit {number}")).collect();
        let made = Scenario { intermediates, ..Scenario::of(TestProfile::DomainAuth) }.build();
        assert_eq!(is_known(&made.der, at, &cached(&made)), expected);
    }
}
