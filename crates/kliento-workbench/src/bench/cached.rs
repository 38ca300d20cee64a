//! Verification times once zones, an organisation or the whole bundle are cached, compared with the
//! remaining checks; and the cost of a JSON Web Token in the same run.

use std::hint::black_box;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use kliento::crypto::{CryptoProvider, DigestAlgorithm};
use kliento::{
    CacheLimits, TokenBundle, TokenCacheLookup, TokenPolicy, TrustAnchors, VerifiedToken, Verifier,
};
use serde_json::{Value, json};
use veraid_testkit::{
    AUDIENCE, Digest, FixedKey as _, MockBundle, RsaKey, Scenario, Signer, ZoneAlgorithm, ZoneKey,
    default_instant,
};

use super::measurement::{Row, in_turn, median};
use super::providers::{Check, RECORDED, Recorder};

const CRYPTO: CryptoProvider = veraid_aws_lc_rs::PROVIDER;

/// The limits for a cached bundle, in microseconds: from octets and from a header.
const BUNDLE_GOALS: [f64; 2] = [8.0, 18.0];

/// The limit for a bundle of a cached organisation, as a multiple of its signature checks.
const ORGANISATION_GOAL: f64 = 1.25;

pub(super) fn rows() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for (kind, signer) in [("member", Signer::Member), ("organisation", Signer::Organisation)] {
        let bundle = Scenario::signed_by(signer).build();
        let zones = CacheLimits::DISABLED.with_zone_bytes(1 << 20);
        rows.push(warm("zones", kind, &bundle, zones, None)?);
        let organisations = zones.with_organisation_bytes(1 << 20);
        rows.push(warm("organisation", kind, &bundle, organisations, Some(ORGANISATION_GOAL))?);
        rows.extend(whole(kind, &bundle)?);
    }
    rows.extend(json_web_tokens()?);
    Ok(rows)
}

fn verifier(bundle: &MockBundle, crypto: CryptoProvider) -> Result<Verifier, String> {
    let anchors = TrustAnchors::from_presentation(&bundle.trust_anchors);
    Ok(Verifier::with_crypto(anchors.map_err(|error| error.to_string())?, crypto))
}

/// Verifies the octets of a bundle as a server does.
fn verify(der: &[u8], verifier: &Verifier) -> Result<VerifiedToken, String> {
    let (policy, at) = (TokenPolicy::default(), default_instant());
    match TokenBundle::look_up(der, policy, &[AUDIENCE], at, verifier) {
        TokenCacheLookup::Hit(verdict) => verdict.map(|token| *token),
        TokenCacheLookup::OrganisationCached(token) => token.verify(&[AUDIENCE]),
        TokenCacheLookup::Miss => TokenBundle::from_der(der)
            .map_err(|error| error.to_string())?
            .verify(AUDIENCE, at, verifier),
    }
    .map_err(|error| error.to_string())
}

/// Verifies with a part cached; the floor is the remaining checks.
fn warm(
    memory: &str,
    kind: &str,
    bundle: &MockBundle,
    limits: CacheLimits,
    goal: Option<f64>,
) -> Result<Row, String> {
    let recording = CryptoProvider { signatures: &Recorder, ..CRYPTO };
    let recording = verifier(bundle, recording)?.with_cache(limits);
    verify(&bundle.der, &recording)?;
    let taken = |error: std::sync::PoisonError<_>| error.to_string();
    RECORDED.lock().map_err(taken)?.clear();
    verify(&bundle.der, &recording)?;
    let needed: Vec<Check> = std::mem::take(&mut *RECORDED.lock().map_err(taken)?);
    let verifier = verifier(bundle, CRYPTO)?.with_cache(limits);
    let replay = || {
        needed.iter().all(|check| {
            let (key, message, signature) = (check.key.borrow(), &check.message, &check.signature);
            CRYPTO.signatures.verify(check.algorithm, key, black_box(message), signature).is_ok()
        })
    };
    let (value, floor) = in_turn(|| verify(black_box(&bundle.der), &verifier).is_ok(), replay);
    Ok(Row {
        name: format!("warm/{memory}/{kind}"),
        value,
        unit: "us",
        floor: Some(floor),
        goal: goal.map(|ratio| floor * ratio),
    })
}

/// Verifies a bundle that was verified before; the floor is one digest of it.
fn whole(kind: &str, bundle: &MockBundle) -> Result<[Row; 2], String> {
    let verifier = verifier(bundle, CRYPTO)?.with_cache(CacheLimits::RECOMMENDED);
    let header = TokenBundle::from_der(&bundle.der).map_err(|e| e.to_string())?.to_auth_header();
    let digest = || CRYPTO.digest(DigestAlgorithm::Sha256, black_box(&bundle.der)).len() == 32;
    let of_header = || {
        let der = kliento::decode_auth_header(black_box(&header));
        der.is_ok_and(|der| verify(&der, &verifier).is_ok())
    };
    let [of_der_goal, of_header_goal] = BUNDLE_GOALS;
    let row = |name: &str, (value, floor): (f64, f64), goal| Row {
        name: format!("warm/bundle/{kind}/{name}"),
        value,
        unit: "us",
        floor: Some(floor),
        goal: Some(goal),
    };
    let of_der = in_turn(|| verify(black_box(&bundle.der), &verifier).is_ok(), digest);
    Ok([row("der", of_der, of_der_goal), row("header", in_turn(of_header, digest), of_header_goal)])
}

/// A JSON Web Token (RFC 7519) with the same audience and claim, whose key is available and parsed.
fn json_web_tokens() -> Result<[Row; 2], String> {
    let rsa = RsaKey::fixed(2048, 0);
    let rsa_key = DecodingKey::from_rsa_raw_components(&rsa.modulus(), &rsa.exponent());
    let p256 = ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 0);
    let point = p256.public_key();
    let (x, y) = point.split_at_checked(32).ok_or("a point has 64 octets")?;
    let [x, y] = [x, y].map(Base64UrlUnpadded::encode_string);
    let p256_key = DecodingKey::from_ec_components(&x, &y).map_err(|error| error.to_string())?;
    let rs256 = json_web_token("RS256", |message| rsa.sign_pkcs1(Digest::Sha256, message));
    let es256 = json_web_token("ES256", |message| p256.sign(message));
    Ok([
        checked("rs256", &rs256, &rsa_key, Algorithm::RS256),
        checked("es256", &es256, &p256_key, Algorithm::ES256),
    ])
}

fn json_web_token(algorithm: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let expiry = default_instant().saturating_add(100 * 365 * 86_400).as_unix_seconds();
    let part = |json: Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
    let header = part(json!({ "typ": "JWT", "alg": algorithm }));
    let claims = json!({ "aud": AUDIENCE, "sub": "alice@example.com", "exp": expiry });
    let signed = format!("{header}.{}", part(claims));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
}

fn checked(name: &str, token: &str, key: &DecodingKey, algorithm: Algorithm) -> Row {
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[AUDIENCE]);
    let value = median(|| decode::<Value>(black_box(token), key, &validation).is_ok());
    Row { name: format!("jwt/{name}"), value, unit: "us", floor: None, goal: None }
}
