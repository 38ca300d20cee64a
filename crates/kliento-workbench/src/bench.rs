//! `cargo xtask bench`: the time that verifying and issuing take, compared with the sum of the
//! signatures and checks that they need.
//!
//! Floor and work are measured in turn in the same run, so that a busy machine slows both. Figures
//! are medians.

use std::hint::black_box;
use std::process::Command;

use base64ct::{Base64, Encoding};
use kliento::TokenBundle;
use kliento::crypto::{CryptoProvider, PublicKey, SignatureAlgorithm};
use serde_json::{Value, json};
use veraid_core::{TrustAnchors, Verifier};
use veraid_testkit::{
    AUDIENCE, FixedKey as _, MockBundle, Scenario, Signer, ZoneAlgorithm, ZoneKey, default_instant,
};

mod attacks;
mod cached;
mod issuing;
mod measurement;
mod providers;

use measurement::{Row, in_turn, measure_once, measured_for, median};
use providers::{Check, OwnedKey, PROVIDERS, RECORDED, Recorder};

use crate::allocator::ALLOCATOR;
use crate::folder::in_repository;

/// Runs `bench` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    match arguments {
        [] => measure(false),
        ["--json"] => measure(true),
        ["--smoke"] => smoke(),
        _ => Err("the arguments are [--json | --smoke]".into()),
    }
}

/// Runs everything that is measured once, in the current profile, to test that it works and makes
/// the expected checks. The figures mean nothing.
fn smoke() -> Result<(), String> {
    measure_once()?;
    measure(true)
}

/// Measures everything and prints it, one JSON object per line or as a table. The profile must be
/// that of a release: figures of a debug build mean nothing.
fn measure(as_json: bool) -> Result<(), String> {
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
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let token =
        TokenBundle::from_der(&bundle.der).ok()?.verify(AUDIENCE, default_instant(), &verifier);
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
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
    let folder = in_repository("interop/js");
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
