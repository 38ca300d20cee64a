//! Limits on the work of a verification, each at its edge and one beyond.

use std::collections::BTreeMap;

use veraid_dnssec::{Question, RecordType, ValidityPeriod};
use veraid_testkit::{
    AUDIENCE, CertificateBuilder, ChainLink, Customisation, Digest, Extension, FixedKey as _,
    KeySplit, MessageBuilder, MockBundle, MockChain, Record, RsaKey, TestProfile, ZoneAlgorithm,
    ZoneKey, attribute, der_writer, fixed_zones, period,
};

use crate::dnssec::question;
use crate::json::{Json, base64};
use crate::scenario::{NOW, PROFILES, common_seconds, member, small_zones};
use crate::variation::{vary, vary_bundle};
use crate::vector::Vector;

const SPEC: &str = "Decisions, \"Limits\"";
const PARENT: &str = "dnssec::valid::txt";

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = [counts(), checks(), collisions(), structures(), sizes()].concat();
    vectors.extend(PROFILES.into_iter().flat_map(shared_failures));
    vectors
}

fn chain(case: &str, description: &str, chain: &MockChain) -> Vector {
    let id = format!("dnssec::limit::limit-{case}");
    Vector::chain(id, description, SPEC, chain, chain.question()).from(PARENT)
}

fn changed(change: impl FnOnce(&mut MockChain)) -> MockChain {
    let mut chain = small_zones().build();
    change(&mut chain);
    chain
}

fn txt() -> Question {
    question("_veraid.example.com", "TXT")
}

/// An unusable DNSKEY or DS, distinguished by a number.
fn unusable(number: usize) -> ZoneKey {
    ZoneKey::fixed(ZoneAlgorithm::Ed25519, 1000 + number).with_algorithm_number(253)
}

fn counts() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (count, beyond) in [(64, false), (65, true)] {
        let made = changed(|chain| {
            for number in chain.messages.len()..count {
                let other = question(&format!("x{number}.example"), "TXT");
                chain.messages.push(MessageBuilder::new(&other).build());
            }
        });
        let vector =
            chain(&format!("messages-{count}"), &format!("The chain has {count} messages."), &made);
        vectors.push(if beyond { vector.malformed(1005) } else { vector });
    }
    for (octets, beyond) in [(65_536_usize, false), (65_537, true)] {
        let made = changed(|chain| {
            let other = question("x.example", "TXT");
            let padding = |rdata: usize| {
                MessageBuilder::new(&other)
                    .answer(Record::new(&other.name, RecordType::new(65_280), 60, vec![0; rdata]))
                    .build()
            };
            let others: usize = chain.messages.iter().map(Vec::len).sum();
            let rdata = octets - others - padding(0).len();
            chain.messages.push(padding(rdata));
        });
        let case = format!("chain-octets-{octets}");
        let vector = chain(
            &case,
            &format!("The messages of the chain have {octets} bytes in total."),
            &made,
        );
        vectors.push(if beyond { vector.malformed(1005) } else { vector });
    }
    for (count, beyond) in [(8, false), (9, true)] {
        let made = changed(|chain| {
            let other = question("x.example", "TXT");
            let message =
                (1..count).fold(MessageBuilder::new(&other), |message, _| message.question(&other));
            chain.messages.push(message.build());
        });
        let case = format!("questions-{count}");
        let vector = chain(&case, &format!("An unneeded message has {count} questions."), &made);
        vectors.push(if beyond { vector.malformed(1005) } else { vector });
    }
    for (count, beyond) in [(128_u8, false), (129, true)] {
        let made = changed(|chain| {
            let other = question("x.example", "A");
            let mut message = MessageBuilder::new(&other);
            for number in 0..count {
                let rdata = vec![192, 0, 2, number];
                message = message.answer(Record::new(&other.name, other.record_type, 60, rdata));
            }
            chain.messages.push(message.build());
        });
        let case = format!("records-{count}");
        let vector = chain(&case, &format!("A message has {count} records."), &made);
        vectors.push(if beyond { vector.malformed(1005) } else { vector });
    }
    let mut counted = |case: &str, description: String, made: &MockChain, beyond: bool| {
        let vector = chain(case, &description, made);
        vectors.push(if beyond { vector.invalid(2007) } else { vector });
    };
    for count in [8_u16, 9] {
        let made = changed(|chain| {
            let link = chain.link(&txt()).clone();
            let mut rrsigs = link.rrsigs();
            for number in 1..count {
                rrsigs.extend(link.rrsigs_with(|fields| fields.key_tag ^= number));
            }
            chain.replace(&txt(), link.message_with(&rrsigs));
        });
        counted(
            &format!("rrsigs-{count}"),
            format!("{count} RRSIGs cover an RRset."),
            &made,
            count > 8,
        );
    }
    for count in [32, 33] {
        let made = changed(|chain| {
            chain.change_link(&question("example.com", "DNSKEY"), |link| {
                link.rrset.rdata.extend((1..count).map(|number| unusable(number).dnskey_rdata()));
            });
        });
        counted(
            &format!("dnskeys-{count}"),
            format!("A zone has {count} DNSKEYs."),
            &made,
            count > 32,
        );
    }
    for count in [16, 17] {
        let made = changed(|chain| {
            chain.change_link(&question("example.com", "DS"), |link| {
                let zone = link.rrset.owner.clone();
                link.rrset
                    .rdata
                    .extend((1..count).map(|number| unusable(number).ds_rdata(&zone, 2)));
            });
        });
        counted(
            &format!("ds-{count}"),
            format!("A zone has {count} DS records."),
            &made,
            count > 16,
        );
    }
    for count in [32, 33] {
        let texts: Vec<String> = (0..count).map(|number| format!("text {number}")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let made = small_zones().txt(&texts).build();
        counted(
            &format!("answer-{count}"),
            format!("The answer has {count} records."),
            &made,
            count > 32,
        );
    }
    let twice = changed(|chain| {
        let asked = question("example.com", "DNSKEY");
        chain.change_link(&asked, |link| {
            link.rrset.rdata.extend((1..17).map(|number| unusable(number).dnskey_rdata()));
        });
        let link = chain.link(&asked).clone();
        let rrsigs = link.rrsigs_with(|fields| fields.expiration += 1);
        chain.messages.push(link.message_with(&rrsigs));
    });
    counted(
        "dnskeys-17-twice",
        "Two messages contain the same 17 DNSKEYs of a zone, with different RRSIGs.".to_owned(),
        &twice,
        false,
    );
    for count in [4_u16, 5] {
        let made = changed(|chain| {
            let asked = question("example.com", "DNSKEY");
            let link = chain.link(&asked).clone();
            for number in 1..count {
                let rrsigs = link.rrsigs_with(|fields| fields.key_tag ^= number);
                chain.messages.push(link.message_with(&rrsigs));
            }
        });
        let description =
            format!("{count} different messages contain a zone's keys; one is signed by them.");
        counted(&format!("candidates-{count}"), description, &made, count > 4);
    }
    let copies = changed(|chain| {
        let message = chain.link(&question("example.com", "DNSKEY")).message();
        for number in 1..=5 {
            let mut copy = message.clone();
            copy[1] ^= number;
            chain.messages.push(copy);
        }
    });
    counted(
        "candidates-6-copies",
        "Six messages contain a zone's keys and differ only in their ids.".to_owned(),
        &copies,
        false,
    );
    for count in [16, 17] {
        let made = small_zones().owner(&format!("_veraid{}", ".a".repeat(count))).build();
        let description = format!("There are {count} zones below the root on the path.");
        counted(&format!("zone-cuts-{count}"), description, &made, count > 16);
    }
    vectors
}

/// The link's message with an RRSIG for each of these ten-second windows.
pub(super) fn in_windows(link: &ChainLink, count: u64) -> Vec<u8> {
    let rrsigs: Vec<_> = (0..count)
        .flat_map(|number| {
            let start = NOW.saturating_add(number * 10);
            let period = period(start, start.saturating_add(9));
            ChainLink { period, ..link.clone() }.rrsigs()
        })
        .collect();
    link.message_with(&rrsigs)
}

/// Adds invalid RRSIGs beside the answer's. They last longer, so they are tried first.
pub(super) fn add_failures(chain: &mut MockChain, count: u32) {
    let question = chain.question();
    let link = chain.link(&question).clone();
    let mut rrsigs = link.rrsigs();
    for number in 1..=count {
        let mut bogus = link.rrsigs_with(|fields| fields.expiration += number);
        *bogus[0].last_mut().unwrap() ^= 1;
        rrsigs.extend(bogus);
    }
    chain.replace(&question, link.message_with(&rrsigs));
}

/// The limit of four failed checks is shared by chain, certificates and content.
fn shared_failures(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let four = || Customisation::new().chain(|chain| add_failures(chain, 4));
    let other = RsaKey::fixed(2048, 3);
    let by_other = |c: &mut CertificateBuilder| {
        c.signature = Some(other.sign_pss(Digest::Sha256, &c.tbs_certificate(Digest::Sha256)));
    };
    let made = |case: &str, description: &str, customisation: &Customisation<'_>| {
        let case = format!("limit-failures-{case}");
        vary("limit", &case, description, SPEC, &scenario, customisation)
    };
    vec![
        made(
            "4-in-chain",
            "Four RRSIGs of the chain are invalid; all other signatures are valid.",
            &four(),
        ),
        made(
            "organisation-certificate",
            "Four RRSIGs of the chain are invalid; the organisation certificate's signature is the fifth invalid one.",
            &four().organisation(by_other),
        )
        .invalid(2007)
        .stage("certificate"),
        made(
            "member-certificate",
            "Four RRSIGs of the chain are invalid; the member certificate's signature is the fifth invalid one.",
            &four().member(by_other),
        )
        .invalid(2007)
        .stage("certificate"),
        made(
            "content",
            "Four RRSIGs of the chain are invalid; the signature over the content is the fifth invalid one.",
            &four().signed_data(|signed| {
                let attributes =
                    der_writer::set_of(&signed.signed_attributes(), der_writer::SetOrder::Sorted);
                signed.signature = Some(other.sign_pss(Digest::Sha256, &attributes));
            }),
        )
        .invalid(2007)
        .stage("signed-data"),
    ]
}

fn checks() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for count in [4_u32, 5] {
        let made = changed(|chain| add_failures(chain, count));
        let description = format!(
            "The {count} RRSIGs with the latest expiration are invalid, the next one is valid: 4 checks may fail."
        );
        let vector = chain(&format!("failures-{count}"), &description, &made);
        vectors.push(if count > 4 { vector.invalid(2007) } else { vector });
    }
    for count in [2_u32, 3] {
        let (p256, ed448) = (ZoneAlgorithm::EcdsaP256, ZoneAlgorithm::Ed448);
        let mut made = small_zones().zone_algorithms(p256, p256, ed448).build();
        add_failures(&mut made, count);
        let description = format!(
            "The {count} Ed448 RRSIGs with the latest expiration are invalid, the next one is valid: each counts as two of the 4 checks that may fail."
        );
        let vector = chain(&format!("failures-ed448-{count}"), &description, &made);
        vectors.push(if count > 2 { vector.invalid(2007) } else { vector });
    }
    // Eight RRsets with eight RRSIGs each, every one of which adds requested seconds.
    let whole: ValidityPeriod = period(NOW, NOW.saturating_add(79));
    for (owner, count) in [("_veraid.a.example.com", 64), ("_veraid.b.a.example.com", 65)] {
        let mut made = small_zones().owner(owner).build();
        for place in 0..8 {
            made.messages[place] = in_windows(&made.links[place], 8);
        }
        let description = if count == 64 {
            "Verification takes 64 signature checks: every RRSIG adds seconds of the requested period."
        } else {
            "Verification takes more than 64 signature checks."
        };
        let vector = chain(&format!("checks-{count}"), description, &made).period(whole);
        vectors.push(if count > 64 { vector.invalid(2007) } else { vector });
    }
    let ed448 = ZoneAlgorithm::Ed448;
    let combined = KeySplit::Combined;
    let zones = |owner: &str| {
        fixed_zones()
            .owner(owner)
            .zone_algorithms(ed448, ed448, ed448)
            .key_split(combined, combined, combined)
    };
    let eight = zones("_veraid.a.example.com").build();
    vectors.push(chain("ed448-8", "Verification takes 8 Ed448 signature checks.", &eight));
    let mut nine = zones("_veraid.b.a.example.com").hierarchy();
    nine.root.zsks = vec![nine.root.ksks[0].clone().with_flags(ZoneKey::ZONE)];
    nine.root.ksks = vec![ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 0)];
    vectors.push(
        chain("ed448-9", "Verification takes 9 Ed448 signature checks.", &nine.sign())
            .invalid(2007),
    );
    vectors
}

/// Three Ed25519 keys with one tag.
fn colliding() -> [ZoneKey; 3] {
    let mut by_tag: BTreeMap<u16, Vec<ZoneKey>> = BTreeMap::new();
    for index in 2000.. {
        let key = ZoneKey::fixed(ZoneAlgorithm::Ed25519, index);
        let keys = by_tag.entry(key.key_tag()).or_default();
        keys.push(key);
        if let Ok(found) = <[ZoneKey; 3]>::try_from(keys.clone()) {
            return found;
        }
    }
    unreachable!("there are more keys than tags")
}

fn collisions() -> Vec<Vector> {
    let keys = colliding();
    let made = |count: usize, signer: usize| {
        let mut hierarchy = small_zones().hierarchy();
        hierarchy.zones[1].ksks = vec![keys[signer].clone()];
        let mut chain = hierarchy.sign();
        chain.change_link(&question("example.com", "DNSKEY"), |link| {
            link.rrset.rdata = keys[..count].iter().map(ZoneKey::dnskey_rdata).collect();
        });
        chain
    };
    vec![
        chain(
            "colliding-2-first",
            "Two keys of a zone have the same tag; the first signs.",
            &made(2, 0),
        ),
        chain(
            "colliding-2-second",
            "Two keys of a zone have the same tag; the second signs.",
            &made(2, 1),
        ),
        chain("colliding-3", "Three keys of a zone have the same tag.", &made(3, 0)).invalid(2007),
    ]
}

fn structures() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for profile in PROFILES {
        let scenario = member(profile);
        let mut add =
            |case: String, description: String, change: Customisation<'_>, beyond: bool| {
                let vector =
                    vary("limit", &format!("limit-{case}"), &description, SPEC, &scenario, &change);
                vectors.push(if beyond { vector.malformed(1004) } else { vector });
            };
        for count in [16_usize, 17] {
            let change = Customisation::new().signed_data(move |signed| {
                signed.extra_signed_attributes = (3..count)
                    .map(|number| attribute(&format!("1.2.3.{number}"), &[der_writer::null()]))
                    .collect();
            });
            add(
                format!("attributes-{count}"),
                format!("There are {count} signed attributes."),
                change,
                count > 16,
            );
            let change = Customisation::new().member(move |certificate| {
                let more = (2..count).map(|number| {
                    Extension::new(&format!("1.2.3.{number}"), false, der_writer::null())
                });
                certificate.extensions.extend(more);
            });
            add(
                format!("extensions-{count}"),
                format!("The member's certificate has {count} extensions."),
                change,
                count > 16,
            );
            // The value of a signed attribute is the tenth level.
            let value =
                (9..count).fold(vec![], |inner: Vec<u8>, _| der_writer::sequence(&[&inner]));
            let change = Customisation::new().signed_data(move |signed| {
                signed.extra_signed_attributes =
                    vec![attribute("1.2.3.4", std::slice::from_ref(&value))];
            });
            add(
                format!("depth-{count}"),
                format!("Constructed elements nest {count} levels deep."),
                change,
                count > 16,
            );
        }
    }
    vectors
}

/// Calls `make` with the number of additional octets for which `size` of the result is `target`.
pub(super) fn fitted<T>(target: usize, make: impl Fn(usize) -> T, size: impl Fn(&T) -> usize) -> T {
    let mut more = 0;
    loop {
        let made = make(more);
        match target.checked_sub(size(&made)) {
            Some(0) => return made,
            Some(missing) => more += missing,
            None => more -= size(&made) - target,
        }
    }
}

fn sizes() -> Vec<Vector> {
    let mut vectors = Vec::new();
    let usual = member(TestProfile::VeraId);
    for (octets, beyond) in [(16_384, false), (16_385, true)] {
        let (scenario, made) = fitted(
            octets,
            |more| {
                let mut scenario = usual.clone();
                scenario.content.extend(vec![b' '; more]);
                let made = scenario.build();
                (scenario, made)
            },
            |(_, made)| made.der.len(),
        );
        for (area, parent) in
            [("token", "token::valid::member-veraid"), ("header", "header::valid::usual")]
        {
            let vector = Vector::token(
                format!("{area}::limit::limit-octets-{octets}"),
                format!("The token bundle has {octets} bytes."),
                "Kliento, \"How Kliento Extends VeraId\"",
                scenario.profile,
                &made,
            )
            .from(parent)
            .signed_as(&scenario)
            .holds_if_ever(common_seconds(&scenario))
            .fact("audience", Json::text(AUDIENCE));
            let vector = match area {
                "header" => vector.header(format!("Kliento {}", base64(&made.der))),
                _ => vector,
            };
            vectors.push(if beyond { vector.malformed(1001) } else { vector });
        }
    }
    for (octets, beyond) in [(65_536, false), (65_537, true)] {
        let padded = |more: usize| -> MockBundle {
            let mut made = usual.build();
            let other = question("x.example", "TXT");
            let message = MessageBuilder::new(&other).answer(Record::new(
                &other.name,
                RecordType::new(65_280),
                60,
                vec![0; more],
            ));
            made.chain.messages.push(message.build());
            made.der = made.reassemble();
            made
        };
        let made = fitted(octets, padded, |made| made.der.len() - made.plaintext.len());
        let vector = vary_bundle(
            "limit",
            &format!("limit-overhead-{octets}"),
            &format!("Everything except the content takes {octets} bytes."),
            SPEC,
            &usual,
            &made,
        );
        vectors.push(if beyond { vector.malformed(1001) } else { vector });
    }
    vectors
}
