//! Faults in DNSSEC chains.

use crate::fixed_keys::FixedKey as _;
use veraid_dnssec::{Name, Question, RecordType};

use super::change::Change;
use super::table::Fault;
use crate::scenario::period;
use veraid_zones::{ChainLink, MockChain};
use veraid_zones::{MessageBuilder, Record};
use veraid_zones::{RrsigFields, Zone};
use veraid_zones::{ZoneAlgorithm, ZoneKey};

/// A key number higher than that of any fixed key in a scenario's zones.
const OTHER_KEY: usize = 1000;

pub(super) fn change(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::ChainGarbage => Change::Chain(|c| c.messages.push(b"not a DNS message".to_vec())),
        // The pointer starts at octet 27, behind a question of one label and the answer's own
        // start.
        Fault::ChainPointerLoop => Change::Chain(|c| add_message(c, &[0xC0, 27], 0)),
        Fault::ChainLabelType => Change::Chain(|c| add_message(c, &[0x41, 0], 0)),
        Fault::ChainNameTooLong => {
            Change::Chain(|c| add_message(c, &[[1, b'a'].repeat(128), vec![0]].concat(), 0))
        }
        Fault::ChainDataOverrun => Change::Chain(|c| add_message(c, &[0], 1)),
        Fault::ChainWithoutRootKeys => Change::Chain(|c| remove(c, 0)),
        Fault::ChainWithoutDelegation => Change::Chain(|c| remove(c, c.links.len() - 3)),
        Fault::ChainWithoutZoneKeys => Change::Chain(|c| remove(c, c.links.len() - 2)),
        Fault::ChainInsecureDelegation => Change::Chain(|c| {
            remove(c, c.links.len() - 3);
            remove(c, c.links.len() - 2);
            change_answer_link(c, |link| link.keys.clear());
        }),
        Fault::ChainWithoutKeyRecords => Change::Chain(|c| remove(c, c.links.len() - 1)),
        Fault::ChainTwoAnswers => Change::Chain(|c| {
            let answer = c.messages.last().expect("a chain has messages").clone();
            c.messages.push(answer);
        }),
        Fault::ChainNameError => Change::Chain(|c| change_answer(c, |m, _| m.flags(0x8183))),
        Fault::ChainTruncationFlag => Change::Chain(|c| change_answer(c, |m, _| m.flags(0x8380))),
        Fault::ChainAlias => Change::Chain(|c| {
            change_answer(c, |message, link| {
                message.answer(alias(&link.rrset.owner, RecordType::CNAME))
            });
        }),
        Fault::ChainSubtreeAlias => Change::Chain(|c| {
            change_answer(c, |message, link| {
                message.answer(alias(&link.signer, RecordType::DNAME))
            });
        }),
        Fault::ChainWildcard => Change::Chain(|c| change_rrsigs(c, |fields| fields.labels -= 1)),
        Fault::TrustAnchorUnknown => Change::Bundle(|made, _| {
            made.trust_anchors = other_key().ds_presentation(&Name::root(), 2);
        }),
        Fault::KeyRecordsNotSigned => {
            Change::Chain(|c| change_answer_link(c, |link| link.keys.clear()))
        }
        Fault::KeyRecordsChanged => Change::Chain(|c| {
            let link = c.link(&c.question()).clone();
            let mut other = link.clone();
            // The last octet of the last character-string, which belongs to TTL override or
            // service.
            *other.rrset.rdata[0].last_mut().expect("records are not empty") = b'1';
            c.replace(&link.question(), other.message_with(&link.rrsigs()));
        }),
        Fault::DelegationSignatureBitFlipped => Change::Chain(|c| {
            let link = c.link(&delegation(c)).clone();
            let mut rrsigs = link.rrsigs();
            rrsigs.iter_mut().for_each(|rrsig| flip_last_bit(rrsig));
            c.replace(&link.question(), link.message_with(&rrsigs));
        }),
        Fault::RrsigByOtherKey => {
            Change::Chain(|c| change_answer_link(c, |link| link.keys = vec![other_key()]))
        }
        Fault::RrsigByOtherZone => {
            Change::Chain(|c| change_rrsigs(c, |fields| fields.signer = Name::root()))
        }
        Fault::RrsigByParentZone => Change::Chain(|c| {
            let parent = c.link(&delegation(c)).clone();
            c.change_link(&c.question(), |link| {
                link.signer = parent.signer;
                link.keys = parent.keys;
            });
        }),
        Fault::RrsigLabelsTooMany => {
            Change::Chain(|c| change_rrsigs(c, |fields| fields.labels += 1))
        }
        Fault::RrsigInverted => Change::Chain(|c| {
            change_rrsigs(c, |fields| fields.expiration = fields.inception.wrapping_sub(1));
        }),
        Fault::RrsigExpired => Change::Bundle(|made, scenario| {
            let end = scenario.at.saturating_sub(10);
            let period = period(end.saturating_sub(86_400), end);
            change_answer_link(&mut made.chain, |link| link.period = period);
        }),
        Fault::RrsigNotYetValid => Change::Bundle(|made, scenario| {
            let start = scenario.at.saturating_add(10);
            let period = period(start, start.saturating_add(86_400));
            change_answer_link(&mut made.chain, |link| link.period = period);
        }),
        Fault::RrsigsDisjoint => Change::BundleAndRequest(
            |made, scenario| {
                let seconds = |from, until| {
                    period(scenario.at.saturating_add(from), scenario.at.saturating_add(until))
                };
                let keys = made.chain.links[made.chain.links.len() - 2].question();
                made.chain.change_link(&keys, |link| link.period = seconds(0, 10));
                change_answer_link(&mut made.chain, |link| link.period = seconds(20, 30));
            },
            |faulty, scenario| {
                faulty.period = period(scenario.at, scenario.at.saturating_add(30));
            },
        ),
        Fault::RrsigOver90Days => Change::Scenario(|s| {
            let start = s.at.saturating_sub(86_400);
            s.rrsig_period = period(start, start.saturating_add(90 * 86_400 + 1));
        }),
        Fault::RrsigsBogusTooMany => Change::Chain(|c| {
            let link = c.link(&c.question()).clone();
            let rrsig = link.rrsigs().swap_remove(0);
            let bogus: Vec<_> = (1..=6)
                .map(|octet| {
                    let mut rrsig = rrsig.clone();
                    *rrsig.last_mut().expect("signatures are not empty") ^= octet;
                    rrsig
                })
                .collect();
            c.replace(&link.question(), link.message_with(&bogus));
        }),
        Fault::ZoneKeyRevoked => Change::Zones(|h| {
            change_keys(h.zones.last_mut(), |key| key.flags |= ZoneKey::REVOKE);
        }),
        Fault::ZoneKeyNotForZones => Change::Zones(|h| {
            change_keys(h.zones.last_mut(), |key| key.flags &= !ZoneKey::ZONE);
        }),
        Fault::ZoneKeyProtocolOther => {
            Change::Zones(|h| change_keys(h.zones.last_mut(), |key| key.protocol = 2))
        }
        Fault::ZoneKeyAlgorithmOld => {
            Change::Zones(|h| change_keys(h.zones.last_mut(), |key| key.algorithm = 5))
        }
        Fault::DelegationOfOtherKey => Change::Chain(|c| {
            c.change_link(&delegation(c), |link| {
                link.rrset.rdata.iter_mut().for_each(|rdata| flip_last_bit(rdata));
            });
        }),
        Fault::DelegationSha1Only => Change::Chain(|c| {
            c.change_link(&delegation(c), |link| {
                link.rrset.rdata.iter_mut().for_each(|rdata| *rdata = sha_1(rdata));
            });
        }),
        Fault::DelegationSha1Fits => Change::Chain(|c| {
            c.change_link(&delegation(c), |link| {
                let fits = sha_1(&link.rrset.rdata[0]);
                link.rrset.rdata.iter_mut().for_each(|rdata| flip_last_bit(rdata));
                link.rrset.rdata.push(fits);
            });
        }),
        _ => return None,
    })
}

fn other_key() -> ZoneKey {
    ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, OTHER_KEY)
}

fn flip_last_bit(octets: &mut [u8]) {
    *octets.last_mut().expect("signatures and digests are not empty") ^= 1;
}

/// The DS record with its digest type and the length of its digest changed to those of SHA-1. The
/// digest itself is wrong: a verifier that rejects the type does not look at it.
fn sha_1(ds_rdata: &[u8]) -> Vec<u8> {
    const DIGEST: usize = 4;
    const SHA_1_BYTES: usize = 20;
    [&ds_rdata[..3], &[1], &ds_rdata[DIGEST..DIGEST + SHA_1_BYTES]].concat()
}

/// The question for the DS of the zone that contains the key records.
fn delegation(chain: &MockChain) -> Question {
    chain.links[chain.links.len() - 3].question()
}

fn remove(chain: &mut MockChain, place: usize) {
    chain.links.remove(place);
    chain.messages.remove(place);
}

fn change_answer_link(chain: &mut MockChain, change: impl FnOnce(&mut ChainLink)) {
    chain.change_link(&chain.question(), change);
}

fn change_rrsigs(chain: &mut MockChain, change: fn(&mut RrsigFields)) {
    chain.change_rrsigs(&chain.question(), change);
}

/// Builds the message with the key records in a changed form.
fn change_answer(chain: &mut MockChain, change: fn(MessageBuilder, &ChainLink) -> MessageBuilder) {
    let question = chain.question();
    let link = chain.link(&question);
    let message = MessageBuilder::new(&question).answer_rrset(&link.rrset, &link.rrsigs());
    let message = change(message, link).build();
    chain.replace(&question, message);
}

fn alias(owner: &Name, record_type: RecordType) -> Record {
    let target: Name = "other.example".parse().expect("it is a domain name");
    Record::new(owner, record_type, 300, target.as_wire().to_vec())
}

fn change_keys(zone: Option<&mut Zone>, change: fn(&mut ZoneKey)) {
    let zone = zone.expect("organisations are below the root");
    zone.ksks.iter_mut().chain(&mut zone.standby_ksks).for_each(change);
}

/// Adds an unneeded message, with an answer of this owner whose data are declared to have so many
/// octets and have none.
fn add_message(chain: &mut MockChain, owner: &[u8], data_bytes: u8) {
    let question = Question {
        name: "x.example".parse().expect("it is a domain name"),
        record_type: RecordType::TXT,
    };
    let mut message = MessageBuilder::new(&question).build();
    // One answer.
    message[7] = 1;
    message.extend_from_slice(owner);
    // TXT, IN, a TTL of 0.
    message.extend([0, 16, 0, 1, 0, 0, 0, 0, 0, data_bytes]);
    chain.messages.push(message);
}
