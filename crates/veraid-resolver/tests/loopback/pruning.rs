//! RRSIGs that no proof needs are omitted, without losing a second of the proof.

use std::path::Path;

use veraid_core::{TrustAnchors, ValidityPeriod};
use veraid_dnssec::{ChainVerifier, DnssecChain, Question, RecordType};
use veraid_resolver::{FetchedChain, Form};
use veraid_testkit::{
    Customisation, FixedKey as _, Hierarchy, MockChain, RrsigFields, Scenario, ZoneAlgorithm,
    ZoneKey, ZoneKeys, default_instant, rrsig_rdata,
};

use crate::server::LoopbackServer;
use crate::zones::{Zones, key_records, options, organisation, p256, question};

const DAY: u64 = 86_400;

/// A period from this many days before the default instant to this many after.
fn days(before: u64, after: u64) -> ValidityPeriod {
    let now = default_instant();
    ValidityPeriod::new(now.saturating_sub(before * DAY), now.saturating_add(after * DAY)).unwrap()
}

/// The algorithm and expiration of each RRSIG: enough to tell those of one message apart.
type Kept = Vec<(u8, u32)>;

/// The RRSIGs of the message that answers a question, by algorithm and expiration.
fn kept(fetched: &FetchedChain, asked: &Question) -> Kept {
    let chain = DnssecChain::parse(fetched.messages()).unwrap();
    let place = chain.questions().position(|question| question == Some(asked)).unwrap();
    let message = fetched.messages().nth(place).unwrap();
    rrsigs_in(message)
}

/// The RRSIGs of a minimal message: its owners are pointers, or the root.
fn rrsigs_in(message: &[u8]) -> Kept {
    let u16_at = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
    let mut at = 12;
    while message[at] != 0 {
        at += usize::from(message[at]) + 1;
    }
    at += 5;
    let mut kept = Vec::new();
    while at < message.len() {
        at += if message[at] == 0 { 1 } else { 2 };
        let (record_type, length) = (u16_at(at), usize::from(u16_at(at + 8)));
        let data = at + 10;
        if record_type == RecordType::RRSIG.number() {
            let expiration: [u8; 4] = message[data + 8..data + 12].try_into().unwrap();
            kept.push((message[data + 2], u32::from_be_bytes(expiration)));
        }
        at = data + length;
    }
    kept.sort_unstable();
    kept
}

fn expiration(period: ValidityPeriod) -> u32 {
    period.end().as_unix_seconds() as u32
}

async fn fetch(zones: &Zones, anchors: &str) -> FetchedChain {
    let server = LoopbackServer::honest(zones).await;
    let verifier = verifier(anchors);
    let resolver = veraid_resolver::Resolver::new(options([server.udp()]), verifier).unwrap();
    let organisation = organisation("example.com");
    let profile = veraid_core::Profile::VeraId;
    resolver.fetch(&organisation, profile, Form::Minimal, default_instant()).await.unwrap()
}

fn verifier(anchors: &str) -> ChainVerifier {
    ChainVerifier::new(
        TrustAnchors::from_presentation(anchors).unwrap(),
        veraid_aws_lc_rs::PROVIDER,
    )
}

/// The run around the default instant that messages prove if two years are requested.
fn run<'a>(messages: impl Iterator<Item = &'a [u8]>, anchors: &str) -> Option<ValidityPeriod> {
    let chain = DnssecChain::parse(messages).unwrap();
    let proved = chain.verify(&key_records(), days(365, 365), &verifier(anchors)).ok()?;
    proved.validity().run_around(default_instant())
}

/// Zones with RRSIGs for these periods over some RRsets, by every key of the zone.
fn resigned(chain: &MockChain, periods: &[(Question, Vec<ValidityPeriod>)]) -> Zones {
    let mut chain = chain.clone();
    for (question, periods) in periods {
        let link = chain.link(question).clone();
        let mut rrsigs = Vec::new();
        for key in &link.keys {
            for period in periods {
                let fields = RrsigFields::honest(&link.rrset, key, &link.signer, *period);
                rrsigs.push(rrsig_rdata(&link.rrset, &fields, key));
            }
        }
        chain.replace(question, link.message_with(&rrsigs));
    }
    Zones::with_messages(&chain)
}

#[tokio::test]
async fn of_signatures_that_prove_the_same_one_is_kept_in_each_message() {
    let mut hierarchy = p256().hierarchy();
    // The zone-signing key also signs the keys, and the second of two zone-signing keys signs
    // everything again.
    let zone = &mut hierarchy.zones[1];
    let zsks: Vec<ZoneKey> = [40, 41]
        .map(|index| ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, index).with_flags(ZoneKey::ZONE))
        .to_vec();
    zone.zsks = zsks.clone();
    let mut chain = hierarchy.sign();
    let keys = question("example.com", RecordType::DNSKEY);
    chain.change_link(&keys, |link| link.keys.extend(zsks));
    assert_eq!(chain.link(&keys).keys.len(), 3);
    assert_eq!(chain.link(&key_records()).keys.len(), 2);

    let fetched = fetch(&Zones::of(&chain), &chain.trust_anchors).await;
    for link in &chain.links {
        assert_eq!(kept(&fetched, &link.question()).len(), 1, "{}", link.question());
    }
    let all = chain.messages.iter().map(Vec::as_slice);
    assert_eq!(run(fetched.messages(), &chain.trust_anchors), run(all, &chain.trust_anchors));
}

#[tokio::test]
async fn only_signatures_that_add_seconds_to_the_whole_chain_are_kept() {
    let chain = p256().period(days(9, 20)).build();
    let (old, new) = (days(9, 4), days(1, 13));
    let record = key_records();
    let zones = resigned(&chain, &[(record.clone(), vec![old, new])]);
    let fetched = fetch(&zones, &chain.trust_anchors).await;
    assert_eq!(kept(&fetched, &record), [(13, expiration(old)), (13, expiration(new))]);
    assert_eq!(run(fetched.messages(), &chain.trust_anchors), Some(days(9, 13)));

    // If another RRset is signed only since one day ago, the old signature adds nothing to the
    // chain.
    let ds = question("com", RecordType::DS);
    let zones = resigned(&chain, &[(record.clone(), vec![old, new]), (ds, vec![days(1, 20)])]);
    let fetched = fetch(&zones, &chain.trust_anchors).await;
    assert_eq!(kept(&fetched, &record), [(13, expiration(new))]);
    assert_eq!(run(fetched.messages(), &chain.trust_anchors), Some(days(1, 13)));
}

#[tokio::test]
async fn signatures_that_prove_nothing_go() {
    let chain = p256().build();
    let record = key_records();
    let mut bad = chain.clone();
    let link = bad.link(&record).clone();
    let good = link.rrsigs().remove(0);
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let stranger = ZoneKey::fixed(ZoneAlgorithm::Ed25519, 7);
    let foreign = rrsig_rdata(&link.rrset, &link.rrsig_fields(&stranger), &stranger);
    let later = RrsigFields::honest(&link.rrset, &link.keys[0], &link.signer, days(0, 90));
    let mut lasting = rrsig_rdata(&link.rrset, &later, &link.keys[0]);
    *lasting.last_mut().unwrap() ^= 1;
    bad.replace(&record, link.message_with(&[forged, foreign, lasting, good]));
    let fetched = fetch(&Zones::with_messages(&bad), &chain.trust_anchors).await;
    assert_eq!(kept(&fetched, &record), [(13, expiration(link.period))]);
    assert_eq!(fetched.validity(), link.period);
}

/// Makes the root sign everything with RSA and with P-256.
fn doubly_signed(hierarchy: &mut Hierarchy) {
    hierarchy.root.ksks = vec![
        ZoneKey::fixed(ZoneAlgorithm::RsaSha256, 0),
        ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 70),
    ];
    hierarchy.root.zsks = vec![
        ZoneKey::fixed_rsa_1536().with_flags(ZoneKey::ZONE),
        ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 71).with_flags(ZoneKey::ZONE),
    ];
}

#[tokio::test]
async fn a_doubly_signed_root_keeps_rsa_over_its_keys_and_the_shorter_signature_elsewhere() {
    let mut hierarchy = p256().hierarchy();
    doubly_signed(&mut hierarchy);
    let chain = hierarchy.sign();
    let (keys, ds) = (question(".", RecordType::DNSKEY), question("com", RecordType::DS));
    let algorithms = |fetched: &FetchedChain, asked| -> Vec<u8> {
        kept(fetched, asked).into_iter().map(|(algorithm, _)| algorithm).collect()
    };
    let anchor = |place: usize| chain.trust_anchors.lines().nth(place).unwrap();
    for anchors in [chain.trust_anchors.as_str(), anchor(0)] {
        let fetched = fetch(&Zones::of(&chain), anchors).await;
        assert_eq!(algorithms(&fetched, &keys), [8]);
        assert_eq!(algorithms(&fetched, &ds), [13]);
        assert!(run(fetched.messages(), anchor(0)).is_some());
    }
    // A verifier that trusts only the new key gets its signature.
    let fetched = fetch(&Zones::of(&chain), anchor(1)).await;
    assert_eq!(algorithms(&fetched, &keys), [13]);
}

#[tokio::test]
async fn no_signature_of_a_minimal_chain_can_go_without_loss() {
    // Overlapping signatures everywhere, of which some can be omitted and some cannot.
    let chain = p256().build();
    let mut state = 1_u64;
    let mut random = |end: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    for round in 0..12 {
        let periods: Vec<(Question, Vec<ValidityPeriod>)> = chain
            .links
            .iter()
            .map(|link| {
                let count = 1 + random(4);
                let mut periods: Vec<_> =
                    (1..count).map(|_| days(random(20), random(20))).collect();
                periods.push(days(2 + random(5), 2 + random(5)));
                (link.question(), periods)
            })
            .collect();
        let zones = resigned(&chain, &periods);
        let full: Vec<Vec<u8>> =
            chain.links.iter().map(|link| zones.respond(&link.question()).build()).collect();
        let whole = run(full.iter().map(Vec::as_slice), &chain.trust_anchors);
        let fetched = fetch(&zones, &chain.trust_anchors).await;
        assert_eq!(run(fetched.messages(), &chain.trust_anchors), whole, "round {round}");
        let messages: Vec<Vec<u8>> = fetched.messages().map(<[u8]>::to_vec).collect();
        for (place, message) in messages.iter().enumerate() {
            for gone in 0..rrsigs_in(message).len() {
                let mut fewer = messages.clone();
                fewer[place] = without_rrsig(message, gone);
                let left = run(fewer.iter().map(Vec::as_slice), &chain.trust_anchors);
                assert_ne!(left, whole, "round {round}: message {place}, RRSIG {gone}");
            }
        }
    }
}

/// The message without its RRSIG at this place.
fn without_rrsig(message: &[u8], place: usize) -> Vec<u8> {
    let u16_at = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
    let mut at = 12;
    while message[at] != 0 {
        at += usize::from(message[at]) + 1;
    }
    at += 5;
    let mut seen = 0;
    while at < message.len() {
        let start = at;
        at += if message[at] == 0 { 1 } else { 2 };
        let (record_type, length) = (u16_at(at), usize::from(u16_at(at + 8)));
        at += 10 + length;
        if record_type == RecordType::RRSIG.number() {
            if seen == place {
                let mut shorter = [&message[..start], &message[at..]].concat();
                let count = u16::from_be_bytes([shorter[6], shorter[7]]) - 1;
                shorter[6..8].copy_from_slice(&count.to_be_bytes());
                return shorter;
            }
            seen += 1;
        }
    }
    panic!("there is no RRSIG {place}");
}

/// The header length of a member's token with this chain.
fn header_bytes(bundle: &veraid_testkit::MockBundle, messages: &[Vec<u8>]) -> usize {
    let mut bundle = bundle.clone();
    bundle.chain.messages = messages.to_vec();
    let base64 = bundle.reassemble().len().div_ceil(3) * 4;
    "Authorization: Kliento ".len() + base64
}

/// The table of docs/trust-anchors.md:
/// `cargo test -p veraid-resolver --test loopback header_sizes -- --nocapture` prints it.
#[tokio::test]
async fn header_sizes_of_the_algorithm_roll_are_those_in_the_docs() {
    let rsa = |index| ZoneKey::fixed(ZoneAlgorithm::RsaSha256, index);
    let ecdsa = |index| ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, index);
    let zsk = |key: ZoneKey| key.with_flags(ZoneKey::ZONE);
    type Keys = Vec<ZoneKey>;
    let phases: [(&str, Keys, Keys, Keys); 5] = [
        ("today: RSA, one key-signing key", vec![rsa(0)], vec![], vec![zsk(rsa(1))]),
        ("two RSA key-signing keys", vec![rsa(0)], vec![rsa(2)], vec![zsk(rsa(1))]),
        (
            "ECDSA keys published, RSA signs",
            vec![rsa(0)],
            vec![ecdsa(70)],
            vec![zsk(ZoneKey::fixed_rsa_1536())],
        ),
        (
            "both sign",
            vec![rsa(0), ecdsa(70)],
            vec![],
            vec![zsk(ZoneKey::fixed_rsa_1536()), zsk(ecdsa(71))],
        ),
        ("after: ECDSA", vec![ecdsa(70)], vec![], vec![zsk(ecdsa(71))]),
    ];
    let mut table = String::from("| root | every RRSIG | minimal chain |\n|---|---:|---:|\n");
    for (phase, ksks, standby, zsks) in phases {
        let scenario = Scenario {
            root_keys: ZoneKeys::ksk_and_zsk(ZoneAlgorithm::RsaSha256),
            ..Scenario::default()
        };
        let change = Customisation::new().hierarchy(|hierarchy| {
            hierarchy.root.ksks.clone_from(&ksks);
            hierarchy.root.standby_ksks.clone_from(&standby);
            hierarchy.root.zsks.clone_from(&zsks);
        });
        let bundle = scenario.build_with(&change);
        let fetched = fetch(&Zones::of(&bundle.chain), &bundle.trust_anchors).await;
        let minimal: Vec<Vec<u8>> = fetched.messages().map(<[u8]>::to_vec).collect();
        let all: Vec<Vec<u8>> = bundle
            .chain
            .links
            .iter()
            .map(|link| {
                let question = link.question();
                veraid_testkit::MessageBuilder::new(&question)
                    .answer_rrset(&link.rrset, &link.rrsigs())
                    .compression(veraid_testkit::Compression::OwnerNames)
                    .build()
            })
            .collect();
        let (before, after) = (header_bytes(&bundle, &all), header_bytes(&bundle, &minimal));
        assert!(after <= before);
        table.push_str(&format!("| {phase} | {before} | {after} |\n"));
    }
    println!("{table}");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/trust-anchors.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    assert!(docs.contains(&table), "docs/trust-anchors.md does not have this table:\n{table}");
}
