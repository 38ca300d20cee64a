//! Edited vectors: any that still verify with real cryptography must prove the same as the
//! original.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use kliento::crypto::{
    CryptoProvider, PublicKey, SignatureAlgorithm, SignatureError, SignatureVerifier,
};
use kliento::{TokenBundle, TokenPolicy, TrustAnchors, Verifier};
use veraid_core::{MemberIdBundle, SignatureBundle, VerifiedSignature};
use veraid_dnssec::crypto::rust_crypto;

use crate::der::{Edit, Element};
use crate::vector::Vector;

/// The maximum number of edits in one script. With more, an edited bundle hardly ever verifies.
const MAX_EDITS: usize = 8;

/// A valid vector, ready to be edited.
#[derive(Clone, Debug)]
pub struct Seed {
    vector: Vector,
    octets: Vec<u8>,
    verifier: Verifier,
    facts: Vec<String>,
}

static SEEDS: LazyLock<Mutex<HashMap<String, Option<Seed>>>> = LazyLock::new(Mutex::default);

/// The vector of this name, such as `token/claims`, if it is for a bundle and valid. Files are read
/// once.
///
/// # Panics
///
/// If a vector is marked as valid and does not verify.
#[must_use]
pub fn seed(name: &str) -> Option<Seed> {
    let is_name = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'/');
    if !name.bytes().all(is_name) {
        return None;
    }
    let mut seeds = SEEDS.lock().ok()?;
    if let Some(seed) = seeds.get(name) {
        return seed.clone();
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors");
    let seed = Vector::read(&folder.join(format!("{name}.json"))).and_then(Seed::new);
    seeds.insert(name.to_owned(), seed.clone());
    seed
}

impl Seed {
    fn new(vector: Vector) -> Option<Self> {
        if !vector.is_valid() || vector.text("operation") == "verify-chain" {
            return None;
        }
        let anchors = TrustAnchors::from_presentation(&vector.anchors()).ok()?;
        let crypto = CryptoProvider { signatures: &Remembering, ..rust_crypto::PROVIDER };
        let verifier = Verifier::with_crypto(anchors, crypto).with_policy(vector.policy());
        let octets = vector.octets()?;
        let mut seed = Self { vector, octets, verifier, facts: Vec::new() };
        seed.facts = seed.verify(&seed.octets).expect("a valid vector verifies");
        Some(seed)
    }

    /// The octets after the edits of a script: six octets each, namely the kind of edit, two
    /// numbers and a value.
    #[must_use]
    pub fn edited(&self, script: &[u8]) -> Vec<u8> {
        let mut octets = self.octets.clone();
        for edit in script.chunks_exact(6).take(MAX_EDITS) {
            let &[what, to_high, to_low, from_high, from_low, value] = edit else { continue };
            let to = usize::from(u16::from_be_bytes([to_high, to_low]));
            let from = usize::from(u16::from_be_bytes([from_high, from_low]));
            match what % 8 {
                0 => set(&mut octets, to, |octet| *octet = value),
                1 => set(&mut octets, to, |octet| *octet ^= 1 << (value % 8)),
                2 => copy_over(&mut octets, to, from, value),
                structural => {
                    let edit = Edit::ALL.get(usize::from(structural) - 3);
                    if let (Some(edit), Some(mut tree)) = (edit, Element::parse(&octets)) {
                        tree.edit(*edit, to, from);
                        octets = tree.to_der();
                    }
                }
            }
            // Copies of copies would grow without end.
            octets.truncate(SignatureBundle::MAX_OVERHEAD_BYTES);
        }
        octets
    }

    /// Verifies edited octets with the vector's request.
    ///
    /// # Panics
    ///
    /// If they are valid and prove something other than the vector.
    pub fn check(&self, octets: &[u8]) {
        if let Some(found) = self.verify(octets) {
            assert_eq!(found, self.facts, "an edit changes what is proved");
        }
    }

    /// All facts that a verifier learns from valid octets, except how long they are valid.
    fn verify(&self, octets: &[u8]) -> Option<Vec<String>> {
        let (vector, verifier) = (&self.vector, &self.verifier);
        let (service, period) = (vector.service().parse().ok()?, vector.period()?);
        match vector.text("operation") {
            "verify-token" => {
                let longest = vector.number("max_validity").unwrap_or(3600);
                let policy = TokenPolicy::default().with_max_validity_seconds(longest);
                let (audience, at) = (vector.text("audience"), period.start());
                let bundle = TokenBundle::from_der(octets).ok()?;
                let token = bundle.verify_with(policy, audience, at, verifier).ok()?;
                let claims =
                    token.claims().iter().map(|(name, value)| format!("{name:?}{value:?}"));
                let facts = [token.subject(), &token.signed_period() as &dyn ToString];
                let facts = facts.map(ToString::to_string).into_iter().chain(claims);
                Some(
                    facts.chain([format!("{:?}", token.kind()), token.audience().into()]).collect(),
                )
            }
            "verify-member-id-bundle" => {
                let bundle = MemberIdBundle::from_der(octets).ok()?;
                let member_id = bundle.verify(&service, period, verifier).ok()?;
                Some(vec![member_id.member().to_string()])
            }
            _ => {
                let bundle = SignatureBundle::from_der(octets).ok()?;
                let signature = match vector.plaintext() {
                    Some(content) => bundle.verify_detached(&content, &service, period, verifier),
                    None => bundle.verify(&service, period, verifier),
                };
                signature.ok().as_ref().map(facts)
            }
        }
    }
}

fn facts(signature: &VerifiedSignature) -> Vec<String> {
    vec![
        signature.member().to_string(),
        format!("{:?}", signature.kind()),
        format!("{:?}", signature.plaintext()),
        signature.service().to_string(),
        signature.signed_period().to_string(),
    ]
}

fn set(octets: &mut [u8], place: usize, change: impl FnOnce(&mut u8)) {
    let place = place.checked_rem(octets.len());
    if let Some(octet) = place.and_then(|place| octets.get_mut(place)) {
        change(octet);
    }
}

/// Copies `length` bytes within the input, or fewer at its end.
fn copy_over(octets: &mut [u8], to: usize, from: usize, length: u8) {
    let (to, from) = (to % octets.len().max(1), from % octets.len().max(1));
    let length = usize::from(length).min(octets.len() - to.max(from));
    octets.copy_within(from..from + length, to);
}

/// Real signature checks in pure Rust, cached: edits leave most signatures unchanged.
#[derive(Debug)]
struct Remembering;

/// Cached checks, by the hash of all their inputs. The cache is cleared when it is full.
static CHECKED: LazyLock<Mutex<HashMap<u64, bool>>> = LazyLock::new(Mutex::default);
const MAX_CHECKED: usize = 200_000;

impl SignatureVerifier for Remembering {
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let key_bytes: [&[u8]; 2] = match key {
            PublicKey::Rsa { modulus, exponent } => [modulus, exponent],
            PublicKey::EcdsaP256(point) => [point, &[]],
            PublicKey::EcdsaP384(point) => [point, &[]],
            PublicKey::Ed25519(key) => [key, &[]],
            PublicKey::Ed448(key) => [key, &[]],
            _ => return Err(SignatureError),
        };
        let mut hasher = DefaultHasher::new();
        (algorithm, key_bytes, message, signature).hash(&mut hasher);
        let mut checked = CHECKED.lock().map_err(|_| SignatureError)?;
        if checked.len() >= MAX_CHECKED {
            checked.clear();
        }
        let holds = *checked.entry(hasher.finish()).or_insert_with(|| {
            rust_crypto::PROVIDER.signatures.verify(algorithm, key, message, signature).is_ok()
        });
        if holds { Ok(()) } else { Err(SignatureError) }
    }
}
