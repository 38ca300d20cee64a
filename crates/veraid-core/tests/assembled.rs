//! An assembled bundle gives the same result as its encoded octets, whatever its chain was made of.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use std::sync::LazyLock;

use proptest::prelude::*;
use veraid_core::{
    CacheLimits, Certificate, OrganisationCredential, SignatureBundle, TrustAnchors,
    ValidityPeriod, Verifier,
};
use veraid_dnssec::{DnssecChain, Limits};
use veraid_testkit::{KLIENTO_SERVICE, MockBundle, Scenario, Signer, TestProfile, default_instant};

static BUNDLES: LazyLock<Vec<MockBundle>> = LazyLock::new(|| {
    [TestProfile::VeraId, TestProfile::DomainAuth]
        .into_iter()
        .flat_map(|profile| {
            [Signer::Member, Signer::Organisation]
                .map(|signer| Scenario { signer, ..Scenario::of(profile) }.build())
        })
        .collect()
});

fn verifier(made: &MockBundle) -> Verifier {
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER)
}

/// Assembles `made` with these messages in place of its own.
fn assembled(made: &MockBundle, messages: &[Vec<u8>], limits: &Limits) -> Option<SignatureBundle> {
    let messages = messages.iter().map(Vec::as_slice);
    let chain = DnssecChain::parse_within(messages, limits).unwrap();
    let certificate = Certificate::from_der(&made.organisation_certificate).unwrap();
    let organisation = OrganisationCredential::new(chain, certificate).ok()?;
    Some(SignatureBundle::assemble(&organisation, &made.content_info).unwrap())
}

/// Compares the bundle with the one parsed from its octets, with and without a cache that contains
/// these.
fn assert_is_its_bytes(made: &MockBundle, bundle: &SignatureBundle) {
    let parsed = SignatureBundle::from_der(bundle.as_der()).unwrap();
    assert_eq!(parsed.as_der(), bundle.as_der());
    assert_eq!(parsed.profile(), bundle.profile());
    assert_eq!(parsed.deviations(), bundle.deviations());
    assert!(parsed.chain().messages().eq(bundle.chain().messages()));
    assert_eq!(parsed.organisation_certificate(), bundle.organisation_certificate());

    let service = KLIENTO_SERVICE.parse().unwrap();
    let verdict = |bundle: &SignatureBundle, verifier: &Verifier| {
        bundle.clone().verify(&service, ValidityPeriod::at(default_instant()), verifier)
    };
    let verifier = verifier(made);
    let expected = verdict(&parsed, &verifier);
    assert_eq!(verdict(bundle, &verifier), expected);
    let remembering = verifier.with_cache(CacheLimits::RECOMMENDED);
    for _ in 0..2 {
        assert_eq!(verdict(&parsed, &remembering), expected);
        assert_eq!(verdict(bundle, &remembering), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn an_assembled_bundle_has_the_verdict_of_its_bytes(
        which in 0_usize..4,
        // Positions of messages to repeat, and if the copy has another identifier.
        again in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..4),
        missing in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        order in any::<prop::sample::Index>(),
    ) {
        let made = &BUNDLES[which];
        let mut messages = made.chain.messages.clone();
        for (place, is_changed) in again {
            let mut message = place.get(&messages).clone();
            message[1] ^= u8::from(is_changed);
            messages.push(message);
        }
        if let Some(missing) = missing {
            messages.remove(missing.index(messages.len()));
        }
        let middle = order.index(messages.len());
        messages.rotate_left(middle);
        let bundle = assembled(made, &messages, &Limits::DEFAULT).unwrap();
        assert_is_its_bytes(made, &bundle);
    }
}

#[test]
fn an_answer_that_the_chain_has_twice_is_in_the_bundle_once() {
    let made = &BUNDLES[0];
    let mut messages = made.chain.messages.clone();
    messages.push(messages.last().unwrap().clone());
    let bundle = assembled(made, &messages, &Limits::DEFAULT).unwrap();
    assert_eq!(bundle.chain().messages().len(), made.chain.messages.len());
    assert_eq!(bundle.as_der(), made.der);
    assert_is_its_bytes(made, &bundle);
}

#[test]
fn an_organisation_with_a_chain_that_no_bundle_may_have_is_rejected() {
    let made = &BUNDLES[0];
    let mut messages = made.chain.messages.clone();
    let first = messages[0].clone();
    messages.extend((0..=64_u8).map(|number| {
        let mut message = first.clone();
        message[0] = number;
        message
    }));
    let mut limits = Limits::DEFAULT;
    limits.messages = 256;
    assert!(assembled(made, &messages, &limits).is_none());
}

#[test]
fn a_signature_that_nests_too_deep_for_a_bundle_is_rejected() {
    let made = &BUNDLES[0];
    let certificate = Certificate::from_der(&made.organisation_certificate).unwrap();
    let messages = made.chain.messages.iter().map(Vec::as_slice);
    let organisation =
        OrganisationCredential::new(DnssecChain::parse(messages).unwrap(), certificate).unwrap();
    // Within the limit of 16 levels on its own, but not inside the bundle.
    let content_info = (0..16).fold(Vec::new(), |inner: Vec<u8>, _| {
        [&[0x30, u8::try_from(inner.len()).unwrap()], inner.as_slice()].concat()
    });
    let error = SignatureBundle::assemble(&organisation, &content_info).unwrap_err();
    assert!(error.to_string().ends_with("elements are nested deeper than 16 levels"), "{error}");
}
