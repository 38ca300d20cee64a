//! Tokens of example.com with one chain.

use std::sync::LazyLock;

use base64ct::{Base64, Encoding as _};
use kliento::crypto::CryptoProvider;
use kliento::{CacheLimits, Timestamp, TrustAnchors, Verifier};
use kliento_verifier::Authenticator;
use veraid_testkit::{
    AUDIENCE, Fault, MockBundle, Scenario, SetOrder, Signer, default_instant, kliento_token, period,
};

/// Alice's bundle, which provides the chain for all tokens; valid for an hour less a minute.
static ALICE: LazyLock<MockBundle> = LazyLock::new(|| Scenario::default().build());

/// Alice's token.
pub(crate) fn alice() -> String {
    header(&ALICE.der)
}

/// Builds a token that differs from alice's in one respect.
fn build(scenario: Scenario) -> String {
    header(&scenario.build_on(&ALICE.chain).der)
}

/// A token of `user`, or of the organisation itself.
pub(crate) fn of(user: Option<&str>) -> String {
    build(Scenario { user: user.map(str::to_owned), ..Scenario::default() })
}

/// A token that the organisation signed on behalf of `user`, or for itself.
pub(crate) fn by_organisation(user: Option<&str>) -> String {
    build(Scenario { user: user.map(str::to_owned), ..Scenario::signed_by(Signer::Organisation) })
}

/// Alice's token for another audience.
pub(crate) fn for_audience(audience: &str) -> String {
    build(Scenario { content: kliento_token(audience, &[]), ..Scenario::default() })
}

/// Alice's token with claims.
pub(crate) fn claiming(claims: &[(&str, &str)]) -> String {
    build(Scenario { content: kliento_token(AUDIENCE, claims), ..Scenario::default() })
}

/// Alice's token, one second longer than an hour.
pub(crate) fn too_long() -> String {
    let at = default_instant();
    let signature_period = period(at, at.saturating_add(3_601));
    build(Scenario { signature_period, ..Scenario::default() })
}

/// Alice's token for a period this many seconds later.
pub(crate) fn alice_later(seconds: u64) -> String {
    let at = default_instant().saturating_add(seconds);
    let signature_period = period(at.saturating_sub(60), at.saturating_add(600));
    build(Scenario { signature_period, ..Scenario::default() })
}

/// Alice's token with one bit of its signature flipped.
pub(crate) fn tampered() -> String {
    header(&Fault::SignatureBitFlipped.build(&Scenario::default()).der)
}

/// Different bundles with the signature of [`alice`]: the chain's messages in two other orders.
pub(crate) fn mutants_of_alice() -> [String; 2] {
    let mut bundle = MockBundle { chain_order: SetOrder::AsGiven, ..ALICE.clone() };
    [1, 2].map(|places| {
        bundle.chain.messages.rotate_left(places);
        header(&bundle.reassemble())
    })
}

/// A bundle with the signature of [`alice`] and a chain that expires ten seconds from now, long
/// before the token does.
pub(crate) fn alice_on_a_short_chain() -> String {
    let now = default_instant();
    let rrsig_period = period(now.saturating_sub(600), now.saturating_add(10));
    let chain = Scenario { rrsig_period, ..Scenario::default() }.chain();
    header(&MockBundle { chain, ..ALICE.clone() }.reassemble())
}

/// The value of an `Authorization` header.
pub(crate) fn header(der: &[u8]) -> String {
    format!("Kliento {}", Base64::encode_string(der))
}

/// Accepts the tokens above for [`AUDIENCE`], at the second that they are made for.
pub(crate) fn authenticator() -> Authenticator {
    for_no_audience().for_audience(AUDIENCE)
}

/// An authenticator without an audience.
pub(crate) fn for_no_audience() -> Authenticator {
    Authenticator::new(verifier()).with_clock(default_instant)
}

/// Accepts tokens at another second.
pub(crate) fn authenticator_at(now: Timestamp) -> Authenticator {
    authenticator().with_clock(move || now)
}

/// Accepts the tokens above, with a cache and this cryptography.
pub(crate) fn authenticator_with(crypto: CryptoProvider) -> Authenticator {
    let cache = CacheLimits::DISABLED
        .with_zone_bytes(1 << 20)
        .with_organisation_bytes(1 << 20)
        .with_bundle_bytes(1 << 20);
    let verifier = verifier_with(crypto).with_cache(cache);
    Authenticator::new(verifier).with_clock(default_instant).for_audience(AUDIENCE)
}

fn verifier() -> Verifier {
    verifier_with(veraid_aws_lc_rs::PROVIDER)
}

fn verifier_with(crypto: CryptoProvider) -> Verifier {
    let anchors = TrustAnchors::from_presentation(&ALICE.trust_anchors);
    Verifier::with_crypto(anchors.expect("the testkit writes DS records"), crypto)
}
