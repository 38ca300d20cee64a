//! Tokens of `alice@example.com` below the testkit's root, made at the present time: service and
//! proxies run in real time.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Encoding as _};
use kliento::Timestamp;
use veraid_testkit::{Fault, MockBundle, Scenario, Signer, kliento_token, period};

pub(crate) use veraid_testkit::AUDIENCE;

/// The claims of [`TOKEN`].
pub(crate) const CLAIMS: &str = r#"{"role":"zo\u00eb"}"#;

/// Alice's token, with a claim that is not ASCII.
pub(crate) static TOKEN: LazyLock<MockBundle> = LazyLock::new(|| scenario().build());

fn scenario() -> Scenario {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let at = Timestamp::from_unix_seconds(now);
    let around = period(at.saturating_sub(86_400), at.saturating_add(86_400));
    Scenario {
        content: kliento_token(AUDIENCE, &[("role", "zoë")]),
        at,
        signature_period: period(at.saturating_sub(60), at.saturating_add(3000)),
        certificate_period: around,
        rrsig_period: around,
        ..Scenario::default()
    }
}

fn on_chain(scenario: &Scenario) -> Vec<u8> {
    scenario.build_on(&TOKEN.chain).der
}

/// The value of `Authorization` with a bundle.
pub(crate) fn kliento(der: &[u8]) -> String {
    format!("Kliento {}", Base64::encode_string(der))
}

/// A valid token.
pub(crate) fn good() -> String {
    kliento(&TOKEN.der)
}

/// A token of the organisation itself, which has no user's name.
pub(crate) fn organisation() -> String {
    kliento(&on_chain(&Scenario { user: None, signer: Signer::Organisation, ..scenario() }))
}

/// A token that expired half an hour ago.
pub(crate) fn expired() -> String {
    let scenario = scenario();
    let (start, end) = (scenario.at.saturating_sub(2400), scenario.at.saturating_sub(1800));
    kliento(&on_chain(&Scenario { signature_period: period(start, end), ..scenario }))
}

/// A token for another server.
pub(crate) fn for_another_audience() -> String {
    for_audience("https://shop.example.com")
}

/// A token for `audience`.
pub(crate) fn for_audience(audience: &str) -> String {
    let content = kliento_token(audience, &[]);
    kliento(&on_chain(&Scenario { content, ..scenario() }))
}

/// A token with one bit of its signature changed.
pub(crate) fn forged() -> String {
    kliento(&Fault::SignatureBitFlipped.build(&scenario()).der)
}

/// A token of exactly 16 KiB, nearly all of it a claim, and the claim's length.
pub(crate) fn largest() -> (String, usize) {
    let with_claim = |length: usize| {
        let content = kliento_token(AUDIENCE, &[("padding", &"x".repeat(length))]);
        on_chain(&Scenario { content, ..scenario() })
    };
    // From 8 KiB on, the lengths in the DER have their final size.
    let length = 8192 + (kliento::TokenBundle::MAX_SIZE_BYTES - with_claim(8192).len());
    let der = with_claim(length);
    assert_eq!(der.len(), kliento::TokenBundle::MAX_SIZE_BYTES);
    (kliento(&der), length)
}
