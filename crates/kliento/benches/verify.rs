//! `cargo bench -p kliento`: parsing and verifying the realistic bundle, under both providers.
//!
//! `cargo xtask bench` compares the figures with their floor.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use divan::{Bencher, black_box};
use kliento::crypto::{CryptoProvider, rust_crypto};
use kliento::{TokenBundle, TrustAnchors, Verifier};
use veraid_testkit::{AUDIENCE, Scenario, Signer, default_instant};

fn main() {
    divan::main();
}

const SIGNERS: [Signer; 2] = [Signer::Member, Signer::Organisation];

#[divan::bench(args = SIGNERS)]
fn parse(bencher: Bencher<'_, '_>, signer: &Signer) {
    let der = Scenario::signed_by(*signer).build().der;
    bencher.bench(|| TokenBundle::from_der(black_box(&der)));
}

#[divan::bench(args = SIGNERS)]
fn cold_aws_lc_rs(bencher: Bencher<'_, '_>, signer: &Signer) {
    cold(bencher, *signer, veraid_aws_lc_rs::PROVIDER);
}

#[divan::bench(args = SIGNERS)]
fn cold_pure_rust(bencher: Bencher<'_, '_>, signer: &Signer) {
    cold(bencher, *signer, rust_crypto::PROVIDER);
}

fn cold(bencher: Bencher<'_, '_>, signer: Signer, crypto: CryptoProvider) {
    let bundle = Scenario::signed_by(signer).build();
    let anchors = TrustAnchors::from_presentation(&bundle.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, crypto);
    bencher.bench(|| {
        let token = TokenBundle::from_der(black_box(&bundle.der)).unwrap();
        token.verify(AUDIENCE, default_instant(), &verifier).unwrap()
    });
}
