//! DER and JSON that are expensive to read.

use super::bundle::{Attack, MAX_BYTES, organisation};
use crate::AUDIENCE;
use crate::der_writer::{null, sequence, tlv};
use crate::scenario::Scenario;

pub(super) fn attacks() -> Vec<Attack> {
    let scenario = organisation("example.com");
    let anchors = scenario.chain().trust_anchors;
    let bare = |name: &str, der| Attack::new(name, der, &anchors);
    let mut attacks = vec![
        bare("nested-der", nested()),
        bare("nested-der-of-indefinite-length", [0x30, 0x80].repeat(MAX_BYTES / 2)),
        bare("flat-der", sequence(&[&null().repeat(8_190)])),
        bare("lengths-beyond-the-end", [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF].repeat(2_730)),
    ];
    let claims = |claim: &dyn Fn(usize) -> String, count: usize| {
        let claims: Vec<_> = (0..count).map(claim).collect();
        format!(r#"{{"audience":"{AUDIENCE}","claims":{{{}}}}}"#, claims.join(","))
    };
    let unknown = |value: String| format!(r#"{{"audience":"{AUDIENCE}","x":{value}}}"#);
    for (name, json) in [
        ("json-many-claims", claims(&|number| format!(r#""{number:04}":"""#), 1_100)),
        ("json-many-escapes", claims(&|_| format!(r#""":"{}""#, r"\u00e9".repeat(1_800)), 1)),
        ("json-duplicate-last", claims(&|number| format!(r#""{:04}":"""#, number % 1_099), 1_100)),
        ("json-long-number", unknown("9".repeat(11_000))),
        ("json-long-fraction", unknown(format!("0.{}1e9", "0".repeat(11_000)))),
        ("json-nested", unknown(format!("{}{}", "[".repeat(5_500), "]".repeat(5_500)))),
        ("json-wide", unknown(format!("[{}0]", "0,".repeat(5_500)))),
        ("json-many-members", {
            let members: Vec<_> = (0..1_300).map(|number| format!(r#""{number:04}":0"#)).collect();
            format!(r#"{{"audience":"{AUDIENCE}",{}}}"#, members.join(","))
        }),
    ] {
        let scenario = Scenario { content: json.into_bytes(), ..scenario.clone() };
        attacks.push(Attack::on(name, &scenario, &scenario.chain()));
    }
    attacks
}

/// As many nested SEQUENCEs as fit into 16,384 octets.
fn nested() -> Vec<u8> {
    let mut inner = Vec::new();
    loop {
        let outer = tlv(0x30, &[&inner]);
        if outer.len() > MAX_BYTES {
            return inner;
        }
        inner = outer;
    }
}
