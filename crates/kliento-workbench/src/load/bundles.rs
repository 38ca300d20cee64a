//! The bundles in requests: good tokens of one organisation and of many, and hostile ones.

use veraid_testkit::attack::Attack;
use veraid_testkit::{AUDIENCE, Scenario, kliento_token};

/// Bundles in DER, and trust anchors under which each kind is as named.
pub(super) struct Bundles {
    /// Bundles of different organisations.
    pub(super) organisations: Vec<Vec<u8>>,
    /// Different tokens of one organisation.
    pub(super) tokens: Vec<Vec<u8>>,
    /// Keys and signatures that make a verifier try every key with every signature (KeyTrap).
    pub(super) key_traps: Vec<Vec<u8>>,
    pub(super) trust_anchors: String,
}

impl Bundles {
    /// Makes so many of each.
    pub(super) fn make(organisations: usize, tokens: usize) -> Self {
        let first = Scenario::default().build();
        // All share one root and top-level domain, as in the real DNS.
        let of = |number: usize| {
            let scenario =
                Scenario { organisation: format!("org-{number}.com"), ..Scenario::default() };
            scenario.build_on(&scenario.chain_on(&first.chain)).der
        };
        let token = |number: usize| {
            let content = kliento_token(AUDIENCE, &[("number", &number.to_string())]);
            Scenario { content, ..Scenario::default() }.build_on(&first.chain).der
        };
        let key_traps: Vec<Attack> = Attack::all()
            .into_iter()
            .filter(|attack| attack.name.starts_with("key-sig-trap"))
            .collect();
        let mut anchors: Vec<&str> = first.trust_anchors.lines().collect();
        anchors.extend(key_traps.iter().flat_map(|attack| attack.trust_anchors.lines()));
        anchors.sort_unstable();
        anchors.dedup();
        Self {
            organisations: (0..organisations).map(of).collect(),
            tokens: (0..tokens).map(token).collect(),
            trust_anchors: anchors.join("\n"),
            key_traps: key_traps.into_iter().map(|attack| attack.der).collect(),
        }
    }
}

/// The HTTP request to verify a bundle.
pub(super) fn request(der: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /?audience=https%3A%2F%2Fapi.example.com HTTP/1.1\r\nhost: verifier.test\r\ncontent-type: application/vnd.kliento.token-bundle\r\ncontent-length: {}\r\n\r\n",
        der.len()
    );
    [head.as_bytes(), der].concat()
}

/// The forward-authentication request to verify a bundle, which has a header and no content.
pub(super) fn header_request(der: &[u8]) -> Result<Vec<u8>, String> {
    let header =
        kliento::TokenBundle::from_der(der).map_err(|error| error.to_string())?.to_auth_header();
    let head = format!(
        "GET /v1/auth?audience=https%3A%2F%2Fapi.example.com HTTP/1.1\r\nhost: verifier.test\r\nauthorization: {header}\r\n\r\n"
    );
    Ok(head.into_bytes())
}
