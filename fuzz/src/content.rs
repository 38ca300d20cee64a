//! Content put into an existing bundle: digests are real, signatures are those of
//! [`stub`](crate::stub).

use std::path::Path;
use std::sync::LazyLock;

use kliento::crypto::{CryptoProvider, DigestAlgorithm};
use kliento::{TokenBundle, TrustAnchors, VerifiedToken, Verifier};
use veraid_dnssec::crypto::rust_crypto;

use crate::der::Element;
use crate::stub;
use crate::vector::Vector;

static TEMPLATE: LazyLock<(Vector, Element, Vec<u8>)> = LazyLock::new(|| {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/token/member-veraid.json");
    let vector = Vector::read(&file).expect("the vector token/member-veraid");
    let octets = vector.octets().expect("its input");
    let bundle = TokenBundle::from_der(&octets).expect("a token bundle");
    let content = bundle.as_signature_bundle().unverified().content().expect("attached content");
    let tree = Element::parse(&octets).expect("DER");
    let content = content.to_vec();
    (vector, tree, content)
});

/// Verifies a token bundle with `json` as its token, as if its member had signed it.
///
/// # Panics
///
/// If the vector that the bundle is made from has changed.
#[must_use]
pub fn verify_token(json: &[u8], audience: &str) -> Option<VerifiedToken> {
    let (vector, tree, content) = &*TEMPLATE;
    let sha_256 = |data| rust_crypto::PROVIDER.digest(DigestAlgorithm::Sha256, data);
    let mut tree = tree.clone();
    for (old, new) in [(&sha_256(content), sha_256(json)), (content, json.to_vec())] {
        assert_eq!(tree.replace_bytes(old, &new), 1, "content and digest occur once");
    }
    let crypto = CryptoProvider { signatures: stub::PROVIDER.signatures, ..rust_crypto::PROVIDER };
    let anchors = TrustAnchors::from_presentation(&vector.anchors()).expect("trust anchors");
    let bundle = TokenBundle::from_der(&tree.to_der()).ok()?;
    let at = vector.period().expect("an instant").start();
    let verifier = Verifier::with_crypto(anchors, crypto);
    match bundle.verify(audience, at, &verifier) {
        Ok(token) => Some(token),
        Err(kliento::VerifyError::Token(_) | kliento::VerifyError::Audience { .. }) => None,
        Err(error) => panic!("the bundle around the token does not verify: {error:?}"),
    }
}
