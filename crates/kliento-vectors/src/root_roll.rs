//! Bundles below a root that changes its algorithm, which other implementations must accept too.

use veraid_testkit::{Customisation, FixedKey as _, MockChain, ZoneAlgorithm, ZoneKey};

use crate::dnssec;
use crate::scenario::{PROFILES, member};
use crate::variation::vary;
use crate::vector::Vector;

/// Bundles whose root signs with RSA, with RSA and P-256, and with P-256; and one whose chain keeps
/// only the RRSIGs that it needs.
pub(super) fn vectors() -> Vec<Vector> {
    let spec = "RFC 6781 section 4.1.4";
    let rsa = ZoneKey::fixed(ZoneAlgorithm::RsaSha256, 0);
    let rsa_zsk = ZoneKey::fixed_rsa_1536().with_flags(ZoneKey::ZONE);
    let p256 = ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 70);
    let p256_zsk = ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 71).with_flags(ZoneKey::ZONE);
    let phases: [(&str, &str, Vec<ZoneKey>, Vec<ZoneKey>); 3] = [
        ("before", "The root signs with RSA only.", vec![rsa.clone()], vec![rsa_zsk.clone()]),
        (
            "during",
            "The root signs everything twice, with RSA and with P-256.",
            vec![rsa, p256.clone()],
            vec![rsa_zsk, p256_zsk.clone()],
        ),
        ("after", "The root signs with P-256 only.", vec![p256], vec![p256_zsk]),
    ];
    let mut vectors = Vec::new();
    for profile in PROFILES {
        let scenario = member(profile);
        for (case, description, ksks, zsks) in &phases {
            let with_root = || {
                Customisation::new().hierarchy(move |hierarchy| {
                    hierarchy.root.ksks.clone_from(ksks);
                    hierarchy.root.zsks.clone_from(zsks);
                })
            };
            let id = format!("root-{case}-roll");
            vectors.push(vary("root-roll", &id, description, spec, &scenario, &with_root()));
            if *case == "during" {
                let pruned = with_root().chain(|chain| {
                    keep_one(chain, (".", "DNSKEY"), 0);
                    keep_one(chain, ("com", "DS"), 1);
                });
                vectors.push(vary(
                    "root-roll",
                    "root-during-roll-pruned",
                    "The root signs everything twice; the chain keeps only the RSA signature over the root's keys and the P-256 signature over the DS.",
                    spec,
                    &scenario,
                    &pruned,
                ));
            }
        }
    }
    vectors
}

/// Keeps only the RRSIG at this position in a message.
fn keep_one(chain: &mut MockChain, (owner, record_type): (&str, &str), place: usize) {
    let asked = dnssec::question(owner, record_type);
    let link = chain.link(&asked);
    let message = link.message_with(&[link.rrsigs()[place].clone()]);
    chain.replace(&asked, message);
}
