//! `cargo xtask bench`: the time that verifying and issuing take, compared with the sum of the
//! signatures and checks that they need.
//!
//! Floor and work are measured in turn in the same run, so that a busy machine slows both. Figures
//! are medians.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding};
use kliento::TokenBundle;
use kliento::crypto::{
    CryptoProvider, PublicKey, SignatureAlgorithm, SignatureError, SignatureVerifier, rust_crypto,
};
use serde_json::{Value, json};
use veraid_core::{TrustAnchors, Verifier};
use veraid_testkit::{
    AUDIENCE, MockBundle, Scenario, Signer, ZoneAlgorithm, ZoneKey, default_instant,
};

mod attacks;
mod cached;
mod issuing;

const PROVIDERS: [(&str, CryptoProvider); 2] =
    [("aws-lc-rs", veraid_aws_lc_rs::PROVIDER), ("pure-rust", rust_crypto::PROVIDER)];

/// One figure; `floor` is the least that is possible, as measured in the same run.
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    floor: Option<f64>,
    /// The value that it must not exceed.
    goal: Option<f64>,
}

impl Row {
    fn to_json(&self) -> Value {
        let ratio = self.floor.map(|floor| round(self.value / floor));
        json!({
            "name": self.name,
            "value": round(self.value),
            "unit": self.unit,
            "floor": self.floor.map(round),
            "ratio": ratio,
            "goal": self.goal.map(round),
        })
    }
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Runs this command again in the release profile: figures of a debug build mean nothing.
pub(crate) fn run_in_release(arguments: &[&str]) -> Result<(), String> {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--release", "--quiet", "--package", "xtask", "--", "bench-in-release"])
        .args(arguments)
        .status()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the benchmark ended with {status}")) }
}

/// Runs everything that is measured once, in the current profile, to test that it works and makes
/// the expected checks. The figures mean nothing.
pub(crate) fn smoke() -> Result<(), String> {
    MEASURED_FOR.set(Duration::ZERO).map_err(|_| "the duration is set once")?;
    run(true)
}

/// Measures everything and prints it, one JSON object per line or as a table.
pub(crate) fn run(as_json: bool) -> Result<(), String> {
    let mut rows = single_checks();
    for (kind, signer) in [("member", Signer::Member), ("organisation", Signer::Organisation)] {
        let bundle = Scenario::signed_by(signer).build();
        rows.push(parse(kind, &bundle));
        let header =
            TokenBundle::from_der(&bundle.der).map_err(|e| e.to_string())?.to_auth_header();
        rows.push(Row {
            name: format!("header/{kind}"),
            value: median(|| black_box(TokenBundle::from_auth_header(black_box(&header))).is_ok()),
            unit: "us",
            floor: None,
            goal: None,
        });
        for (provider, crypto) in PROVIDERS {
            rows.push(cold(kind, provider, &bundle, crypto)?);
        }
        rows.extend(peak_heap(kind, &bundle));
        rows.extend(javascript(kind, &bundle)?);
    }
    rows.extend(issuing::rows()?);
    rows.extend(cached::rows()?);
    rows.extend(attacks::rows()?);
    for row in rows {
        if as_json {
            println!("{}", row.to_json());
        } else {
            let floor = row.floor.map_or_else(String::new, |floor| {
                format!("  floor {floor:>10.1}  ratio {:.3}", row.value / floor)
            });
            let goal = row.goal.map_or_else(String::new, |goal| format!("  goal {goal:>10.1}"));
            println!("{:56} {:>12.1} {}{floor}{goal}", row.name, row.value, row.unit);
        }
    }
    Ok(())
}

/// One check of each scheme that a hostile bundle can ask for many times.
fn single_checks() -> Vec<Row> {
    let message = b"signed message";
    let (p384, ed448) = (ZoneAlgorithm::EcdsaP384, ZoneAlgorithm::Ed448);
    let keys = [p384, ed448].map(|algorithm| ZoneKey::fixed(algorithm, 0));
    let [p384_bytes, ed448_bytes] = keys.each_ref().map(ZoneKey::public_key);
    let signatures = keys.each_ref().map(|key| key.sign(message));
    let (Ok(p384), Ok(ed448)) =
        (p384_bytes.as_slice().try_into(), ed448_bytes.as_slice().try_into())
    else {
        return Vec::new();
    };
    let checks = [
        ("p384", SignatureAlgorithm::EcdsaP384Sha384, PublicKey::EcdsaP384(p384)),
        ("ed448", SignatureAlgorithm::Ed448, PublicKey::Ed448(ed448)),
    ];
    let mut rows = Vec::new();
    for ((name, algorithm, key), signature) in checks.into_iter().zip(&signatures) {
        for (provider, crypto) in PROVIDERS {
            let check = || crypto.signatures.verify(algorithm, key, message, signature).is_ok();
            let name = format!("check/{name}/{provider}");
            rows.push(Row { name, value: median(check), unit: "us", floor: None, goal: None });
        }
    }
    rows
}

fn parse(kind: &str, bundle: &MockBundle) -> Row {
    let value = median(|| black_box(TokenBundle::from_der(black_box(&bundle.der))).is_ok());
    Row { name: format!("parse/{kind}"), value, unit: "us", floor: None, goal: None }
}

/// Parses and verifies as a server would on first sight of the bundle.
fn cold(
    kind: &str,
    provider: &str,
    bundle: &MockBundle,
    crypto: CryptoProvider,
) -> Result<Row, String> {
    let anchors =
        TrustAnchors::from_presentation(&bundle.trust_anchors).map_err(|e| e.to_string())?;
    let verify = |crypto| {
        let verifier = Verifier::with_crypto(anchors.clone(), crypto);
        move || {
            TokenBundle::from_der(black_box(&bundle.der))
                .map_err(|error| error.to_string())?
                .verify(AUDIENCE, default_instant(), &verifier)
                .map_err(|error| error.to_string())
        }
    };
    let needed = {
        RECORDED.lock().map_err(|e| e.to_string())?.clear();
        verify(CryptoProvider { signatures: &Recorder, ..veraid_aws_lc_rs::PROVIDER })()?;
        std::mem::take(&mut *RECORDED.lock().map_err(|e| e.to_string())?)
    };
    check_needed(kind, &needed)?;
    let verify = verify(crypto);
    let replay = || {
        needed.iter().all(|check| {
            let (key, message, signature) = (check.key.borrow(), &check.message, &check.signature);
            crypto.signatures.verify(check.algorithm, key, black_box(message), signature).is_ok()
        })
    };
    let (value, floor) = in_turn(|| verify().is_ok(), replay);
    Ok(Row {
        name: format!("cold/{kind}/{provider}"),
        value,
        unit: "us",
        floor: Some(floor),
        goal: None,
    })
}

/// Checks that the realistic bundle needs exactly these signature checks: RSA for root and
/// certificates, P-256 for TLD and zone.
fn check_needed(kind: &str, needed: &[Check]) -> Result<(), String> {
    let is_rsa = |check: &&Check| matches!(check.key, OwnedKey::Rsa { .. });
    let rsa = needed.iter().filter(is_rsa).count();
    let expected = if kind == "member" { (5, 4) } else { (4, 4) };
    let found = (rsa, needed.len().saturating_sub(rsa));
    if found == expected {
        Ok(())
    } else {
        Err(format!("{kind}: {found:?} RSA and P-256 checks were made, not {expected:?}"))
    }
}

/// The peak heap of one verification beyond what is allocated before it.
fn peak_heap(kind: &str, bundle: &MockBundle) -> Option<Row> {
    let anchors = TrustAnchors::from_presentation(&bundle.trust_anchors).ok()?;
    let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
    let before = crate::ALLOCATOR.current_usage();
    crate::ALLOCATOR.reset_peak_usage();
    let token =
        TokenBundle::from_der(&bundle.der).ok()?.verify(AUDIENCE, default_instant(), &verifier);
    let peak = crate::ALLOCATOR.peak_usage().saturating_sub(before);
    token.ok()?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "no real heap size exceeds the precision of a float"
    )]
    #[expect(clippy::as_conversions, reason = "no other conversion exists")]
    let value = peak as f64 / 1024.0;
    Some(Row { name: format!("heap/{kind}"), value, unit: "KiB", floor: None, goal: None })
}

/// The deployed JavaScript library on the same bundle, if Node and the library are there.
fn javascript(kind: &str, bundle: &MockBundle) -> Result<Option<Row>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../interop/js");
    if !folder.join("node_modules").is_dir() {
        eprintln!("skipped js/{kind}: run `npm ci --ignore-scripts` in interop/js to measure it");
        return Ok(None);
    }
    let vector = json!({
        "id": format!("bench::{kind}"),
        "operation": "verify-token",
        "profile": "veraid",
        "trust_anchors": bundle.trust_anchors.lines().collect::<Vec<_>>(),
        "at": default_instant().to_string(),
        "service": "1.3.6.1.4.1.58708.3.0",
        "audience": AUDIENCE,
        "input": Base64::encode_string(&bundle.der),
        "expect": {"result": "valid"},
    });
    let file =
        std::env::temp_dir().join(format!("kliento-bench-{kind}-{}.json", std::process::id()));
    std::fs::write(&file, vector.to_string()).map_err(|error| error.to_string())?;
    let output = Command::new("node")
        .arg("bench.mjs")
        .arg(&file)
        .args(["--seconds", &measured_for().as_secs().max(1).to_string()])
        .args(["--name", &format!("js/{kind}")])
        .current_dir(&folder)
        .output();
    std::fs::remove_file(&file).map_err(|error| error.to_string())?;
    let Ok(output) = output else {
        eprintln!("skipped js/{kind}: node is missing");
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let value = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|row| row.get("value").and_then(Value::as_f64))
        .ok_or_else(|| {
            format!("bench.mjs printed no figure: {}", String::from_utf8_lossy(&output.stderr))
        })?;
    Ok(Some(Row { name: format!("js/{kind}"), value, unit: "us", floor: None, goal: None }))
}

/// The time for which each figure is measured; 3 seconds unless set.
static MEASURED_FOR: OnceLock<Duration> = OnceLock::new();

fn measured_for() -> Duration {
    *MEASURED_FOR.get_or_init(|| Duration::from_secs(3))
}

/// The median time of `work` in microseconds.
fn median(mut work: impl FnMut() -> bool) -> f64 {
    in_turn(&mut work, || true).0
}

/// The median times of `first` and `second` in microseconds, measured in turn.
fn in_turn(mut first: impl FnMut() -> bool, mut second: impl FnMut() -> bool) -> (f64, f64) {
    let (mut times_of_first, mut times_of_second) = (Vec::new(), Vec::new());
    let end = Instant::now() + measured_for();
    loop {
        times_of_first.push(time(&mut first));
        times_of_second.push(time(&mut second));
        if Instant::now() >= end {
            break;
        }
    }
    (middle(times_of_first), middle(times_of_second))
}

fn time(work: &mut impl FnMut() -> bool) -> f64 {
    let start = Instant::now();
    assert!(work(), "the measured work succeeds");
    start.elapsed().as_secs_f64() * 1e6
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The checks of the last verification with [`Recorder`].
static RECORDED: Mutex<Vec<Check>> = Mutex::new(Vec::new());

struct Check {
    algorithm: SignatureAlgorithm,
    key: OwnedKey,
    message: Vec<u8>,
    signature: Vec<u8>,
}

enum OwnedKey {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    EcdsaP256([u8; 64]),
}

impl OwnedKey {
    fn borrow(&self) -> PublicKey<'_> {
        match self {
            Self::Rsa { modulus, exponent } => PublicKey::Rsa { modulus, exponent },
            Self::EcdsaP256(point) => PublicKey::EcdsaP256(point),
        }
    }
}

/// A provider that records each check and makes it with AWS-LC.
#[derive(Debug)]
struct Recorder;

impl SignatureVerifier for Recorder {
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let owned = match key {
            PublicKey::Rsa { modulus, exponent } => {
                OwnedKey::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() }
            }
            PublicKey::EcdsaP256(point) => OwnedKey::EcdsaP256(*point),
            _ => return Err(SignatureError),
        };
        let (message_copy, signature_copy) = (message.to_vec(), signature.to_vec());
        if let Ok(mut recorded) = RECORDED.lock() {
            recorded.push(Check {
                algorithm,
                key: owned,
                message: message_copy,
                signature: signature_copy,
            });
        }
        veraid_aws_lc_rs::PROVIDER.signatures.verify(algorithm, key, message, signature)
    }
}
