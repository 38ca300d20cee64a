//! Valid bundles that take as many signature checks as fit.

use super::bundle::{Attack, MAX_BYTES, compact, organisation};
use crate::fixed_keys::{FixedKey as _, fixed_zones};
use crate::scenario::{Scenario, period};
use veraid_zones::ChainLink;
use veraid_zones::{KeySplit, ZoneKeys};
use veraid_zones::{ZoneAlgorithm, ZoneKey};

/// Limits of verifiers: checks in total, Ed448 checks, and messages for one question.
const MAX_CHECKS: usize = 64;
const MAX_ED448_CHECKS: usize = 8;
const MAX_CANDIDATES: u64 = 4;

pub(super) fn attacks() -> Vec<Attack> {
    let p384 = ZoneAlgorithm::EcdsaP384;
    let ed448 = |zone| (zone, ZoneKeys::combined(ZoneAlgorithm::Ed448));
    vec![
        filled("valid-p384", "a.a.a.a.a.a.a.a.a.a.a.a", p384, &[], None),
        filled(
            "valid-p384-and-ed448",
            "a.a.a.a.a.a.a.a.a.a.a",
            p384,
            &[ed448("a"), ed448("a.a.a")],
            None,
        ),
        filled("valid-rsa-4096", "a.a.a", p384, &[], Some(ZoneKey::fixed_rsa_4096_long_exponent())),
    ]
}

/// A bundle with every key set and every DS in as many messages as fit, each of which must be
/// checked.
///
/// All zones have the key `key` if there is one; otherwise keys of `algorithm`, except for the
/// zones in `special`.
fn filled(
    name: &str,
    organisation_name: &str,
    algorithm: ZoneAlgorithm,
    special: &[(&str, ZoneKeys)],
    key: Option<ZoneKey>,
) -> Attack {
    let scenario: Scenario = organisation(organisation_name);
    let combined = KeySplit::Combined;
    let mut builder = fixed_zones()
        .owner(&scenario.profile.owner(&scenario.organisation))
        .txt(&[&scenario.key_record()])
        .zone_algorithms(algorithm, algorithm, algorithm)
        .key_split(combined, combined, combined);
    for (zone, keys) in special {
        builder = builder.zone_keys(zone, *keys);
    }
    let mut hierarchy = builder.hierarchy();
    // The root's RSA key signs the DSs below it, which are small.
    if let Some(key) = key {
        hierarchy.root.ksks = vec![key.clone()];
        for zone in &mut hierarchy.zones {
            zone.ksks = vec![key.clone()];
        }
    }
    let mut chain = hierarchy.sign();
    chain.messages = chain.links.iter().map(|link| compact(link, &link.rrsigs())).collect();

    let ed448 = |link: &ChainLink| link.keys[0].algorithm == ZoneAlgorithm::Ed448.number();
    let mut ed448_checks = chain.links.iter().filter(|link| ed448(link)).count();
    // The organisation's certificate and the content are checked too. Four lengths around the chain
    // may grow.
    let mut checks = chain.links.len() + 2;
    let mut octets = scenario.build_on(&chain).der.len() + 8;
    let mut copies: Vec<(usize, ChainLink, Vec<u8>)> = chain.links[..chain.links.len() - 1]
        .iter()
        .flat_map(|link| {
            (1..MAX_CANDIDATES).map(|copy| {
                let period = period(link.period.start().saturating_sub(copy), link.period.end());
                let link = ChainLink { period, ..link.clone() };
                let message = compact(&link, &link.rrsigs());
                // Ed448 first, which is the most expensive, then the smallest messages.
                (if ed448(&link) { 0 } else { message.len() }, link, message)
            })
        })
        .collect();
    copies.sort_by_key(|(order, ..)| *order);
    for (_, link, message) in copies {
        let over_ed448 = ed448(&link) && ed448_checks == MAX_ED448_CHECKS;
        if checks == MAX_CHECKS || over_ed448 || octets + message.len() + 4 > MAX_BYTES {
            continue;
        }
        ed448_checks += usize::from(ed448(&link));
        checks += 1;
        octets += message.len() + 4;
        chain.messages.push(message);
    }
    Attack::on(name, &scenario, &chain)
}
