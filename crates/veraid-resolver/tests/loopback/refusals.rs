//! Each link that a chain can miss has its own error, with the zone and a fix.

use std::sync::Arc;

use veraid_core::{OrganisationName, Profile};
use veraid_dnssec::{BogusReason, ChainError, ChainParseError, Limit, RecordType};
use veraid_resolver::{FetchError, Form};
use veraid_testkit::{MessageBuilder, Record, RrsigFields, default_instant, rrsig_rdata};

use crate::server::LoopbackServer;
use crate::zones::{SOA, Zones, fetch, key_records, name, p256, question};

async fn error_from(zones: &Zones) -> FetchError {
    let server = LoopbackServer::honest(zones).await;
    fetch(&zones.resolver([server.udp()])).await.expect_err("nothing is handed out")
}

/// Asserts the error, its code and its text.
async fn assert_error(zones: Zones, expected: FetchError, code: u16, text: &str) {
    let error = error_from(&zones).await;
    assert_eq!(error, expected);
    assert_eq!((error.code(), error.to_string().as_str()), (code, text));
}

#[tokio::test]
async fn a_name_that_does_not_exist() {
    let zones = Zones::p256().change("_veraid.example.com", RecordType::TXT, |response| {
        response.answers.clear();
        response.flags |= 3;
    });
    assert_error(
        zones,
        FetchError::NoSuchName { question: key_records() },
        4011,
        "_veraid.example.com. does not exist (NXDOMAIN): publish _veraid.example.com. TXT records, or wait until the negative answers in the servers' caches expire",
    )
    .await;
}

#[tokio::test]
async fn a_name_without_such_records() {
    let zones = Zones::p256().without("_veraid.example.com", RecordType::TXT);
    assert_error(
        zones,
        FetchError::NoRecords { question: key_records() },
        4012,
        "_veraid.example.com. has no TXT records: publish them, or wait until the negative answers in the servers' caches expire",
    )
    .await;
}

#[tokio::test]
async fn aliases() {
    for (owner, record_type, text) in [
        ("_veraid.example.com", RecordType::CNAME, "CNAME at _veraid.example.com."),
        ("example.com", RecordType::DNAME, "DNAME at example.com."),
    ] {
        let zones = Zones::p256().change("_veraid.example.com", RecordType::TXT, |response| {
            let target = name("elsewhere.example");
            let alias = Record::new(&name(owner), record_type, 300, target.as_wire().to_vec());
            for record in &mut response.answers {
                record.owner = target.as_wire().to_vec();
            }
            response.answers.insert(0, alias);
        });
        assert_error(
            zones,
            FetchError::Alias { question: key_records(), owner: name(owner), record_type },
            4013,
            &format!("_veraid.example.com. TXT is answered by a {text}, and aliases are not followed: publish the records at the name itself"),
        )
        .await;
    }
}

#[tokio::test]
async fn a_zone_that_signs_nothing() {
    // The zone is found by its SOA: here the organisation does not have its own.
    let owner = "_veraid.dept.example.com";
    let chain = p256().owner(owner).without_zone("dept.example.com").build();
    let zones = Zones::of(&chain).unsigned(owner, RecordType::TXT);
    let server = LoopbackServer::honest(&zones).await;
    let organisation = crate::zones::organisation("dept.example.com");
    let error = zones
        .resolver([server.udp()])
        .fetch(&organisation, Profile::VeraId, Form::Minimal, default_instant())
        .await
        .unwrap_err();
    let question = question(owner, RecordType::TXT);
    assert_eq!(error, FetchError::UnsignedZone { zone: name("example.com"), question });
    assert_eq!(error.code(), 4014);
    assert_eq!(
        error.to_string(),
        "zone example.com. does not sign _veraid.dept.example.com. TXT: sign the zone with DNSSEC and publish its DS at the zone above"
    );
}

#[tokio::test]
async fn keys_or_delegations_without_signature() {
    for (owner, record_type, zone) in
        [("com", RecordType::DNSKEY, "com"), ("example.com", RecordType::DS, "com")]
    {
        let error = error_from(&Zones::p256().unsigned(owner, record_type)).await;
        let (zone, question) = (name(zone), question(owner, record_type));
        assert_eq!(error, FetchError::UnsignedZone { zone, question });
    }
}

#[tokio::test]
async fn a_server_without_dnssec() {
    let mut zones = Zones::p256();
    for (owner, record_type) in
        [("_veraid.example.com", RecordType::TXT), (".", RecordType::DNSKEY)]
    {
        zones = zones.unsigned(owner, record_type);
    }
    let server = LoopbackServer::honest(&zones).await;
    let error = fetch(&zones.resolver([server.udp()])).await.unwrap_err();
    let expected = FetchError::SignaturesStripped { server: server.udp(), question: key_records() };
    assert_eq!(error, expected);
    assert_eq!(error.code(), 4015);
    assert_eq!(
        error.to_string(),
        format!(
            "{} omits DNSSEC signatures (of _veraid.example.com. TXT, and of . DNSKEY): use a resolver that supports DNSSEC",
            server.udp()
        )
    );
}

#[tokio::test]
async fn a_server_without_dnssec_is_passed_over_for_one_with_it() {
    let stripped = ["_veraid.example.com", "."]
        .into_iter()
        .zip([RecordType::TXT, RecordType::DNSKEY])
        .fold(Zones::p256(), |zones, (owner, record_type)| zones.unsigned(owner, record_type));
    let without = LoopbackServer::honest(&stripped).await;
    let with = LoopbackServer::honest(&Zones::p256()).await;
    let resolver = stripped.resolver([without.udp(), with.udp()]);
    assert_eq!(fetch(&resolver).await.unwrap().messages().len(), 6);
    assert_eq!((without.asked().len(), with.asked().len()), (2, 6));
}

#[tokio::test]
async fn a_zone_without_ds_at_the_zone_above() {
    for (zone, parent) in [("example.com", "com"), ("com", ".")] {
        let text = format!(
            "zone {parent} has no DS for zone {zone}, which makes it insecure: publish the DS of the zone's key there (through its registrar)",
            parent = name(parent),
            zone = name(zone)
        );
        assert_error(
            Zones::p256().without(zone, RecordType::DS),
            FetchError::NoDs { zone: name(zone), parent: name(parent) },
            4016,
            &text,
        )
        .await;
    }
}

#[tokio::test]
async fn the_zone_above_is_the_one_that_denies_the_ds() {
    let chain = p256().owner("_veraid.a.b.example.com").without_zone("b.example.com").build();
    let zones = Zones::of(&chain).without("a.b.example.com", RecordType::DS);
    let server = LoopbackServer::honest(&zones).await;
    let organisation = crate::zones::organisation("a.b.example.com");
    let error = zones
        .resolver([server.udp()])
        .fetch(&organisation, Profile::VeraId, Form::Minimal, default_instant())
        .await
        .unwrap_err();
    let (zone, parent) = (name("a.b.example.com"), name("example.com"));
    assert_eq!(error, FetchError::NoDs { zone, parent });
}

#[tokio::test]
async fn a_zone_without_keys() {
    assert_error(
        Zones::p256().without("example.com", RecordType::DNSKEY),
        FetchError::NoDnskey { zone: name("example.com") },
        4017,
        "zone example.com. signs records, but has no DNSKEY: publish the keys that it signs with",
    )
    .await;
}

/// Key records with an RRSIG by each of these zones; the signatures are checked only after the
/// zones.
fn signed_by(signers: &[&str]) -> Zones {
    let chain = p256().build();
    let link = chain.link(&key_records()).clone();
    Zones::of(&chain).change("_veraid.example.com", RecordType::TXT, |response| {
        response.answers.retain(|record| record.record_type == RecordType::TXT);
        for signer in signers {
            let key = &link.keys[0];
            let fields = RrsigFields::honest(&link.rrset, key, &name(signer), link.period);
            let rdata = rrsig_rdata(&link.rrset, &fields, key);
            response.answers.push(Record::new(&link.rrset.owner, RecordType::RRSIG, 300, rdata));
        }
    })
}

#[tokio::test]
async fn several_signers() {
    assert_error(
        signed_by(&["example.com", "com"]),
        FetchError::SeveralSigners {
            question: key_records(),
            signers: vec![name("com"), name("example.com")],
        },
        4018,
        "_veraid.example.com. TXT is signed by several zones (com., example.com.), which is ambiguous: keep only the signatures of the zone that contains it",
    )
    .await;
}

#[tokio::test]
async fn a_signer_that_is_not_above() {
    assert_error(
        signed_by(&["example.org"]),
        FetchError::OtherSigner { question: key_records(), signer: name("example.org") },
        4019,
        "_veraid.example.com. TXT is signed by example.org., which cannot contain it: sign it with the keys of the zone that contains it",
    )
    .await;
}

#[tokio::test]
async fn a_delegation_that_the_zone_signs_itself() {
    let chain = p256().build();
    let ds = question("example.com", RecordType::DS);
    let mut link = chain.link(&ds).clone();
    link.signer = name("example.com");
    let zones = Zones::of(&chain).change("example.com", RecordType::DS, |response| {
        *response = MessageBuilder::new(&ds).answer_rrset(&link.rrset, &link.rrsigs());
    });
    let expected = FetchError::OtherSigner { question: ds, signer: name("example.com") };
    assert_eq!(error_from(&zones).await, expected);
}

#[tokio::test]
async fn a_signature_that_does_not_hold() {
    let zones = Zones::p256().change("_veraid.example.com", RecordType::TXT, |response| {
        let signature = response.answers.last_mut().unwrap();
        *signature.rdata.last_mut().unwrap() ^= 1;
    });
    let error = error_from(&zones).await;
    let reason = match &error {
        FetchError::NotProved(ChainError::Bogus { question, reason, .. }) => {
            assert_eq!(question, &key_records());
            reason
        }
        other => panic!("{other}"),
    };
    assert!(matches!(reason, BogusReason::InvalidSignature { algorithm: 13, .. }));
    assert_eq!(error.code(), 2012);
}

#[tokio::test]
async fn another_root() {
    let mut zones = Zones::p256();
    zones.trust_anchors = p256()
        .zone_keys(".", veraid_testkit::ZoneKeys::combined(veraid_testkit::ZoneAlgorithm::Ed25519))
        .build()
        .trust_anchors;
    let error = error_from(&zones).await;
    assert!(
        matches!(
            &error,
            FetchError::NotProved(ChainError::Bogus {
                reason: BogusReason::NoKeyForTrustAnchor { .. },
                ..
            })
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_chain_over_the_limits() {
    let deep = p256().owner(&format!("_veraid.{}com", "a.".repeat(16))).build();
    let zones = Zones::of(&deep);
    let server = LoopbackServer::honest(&zones).await;
    let fetch = async |verifier| {
        let organisation = crate::zones::organisation(&format!("{}com", "a.".repeat(16)));
        let options = crate::zones::options([server.udp()]);
        veraid_resolver::Resolver::new(options, verifier)
            .unwrap()
            .fetch(&organisation, Profile::VeraId, Form::Minimal, default_instant())
            .await
    };
    let error = fetch(zones.verifier()).await.unwrap_err();
    assert_eq!(error, FetchError::LimitExceeded(Limit::ZoneCuts));
    assert_eq!((error.code(), error.to_string().as_str()), (4020, "too many zones below the root"));
    let mut limits = *zones.verifier().limits();
    limits.zone_cuts = 17;
    let raised = zones.verifier().with_limits(limits);
    assert_eq!(fetch(raised).await.unwrap().messages().len(), 1 + 2 * 17 + 1);
    limits.messages = 35;
    let error = fetch(zones.verifier().with_limits(limits)).await.unwrap_err();
    assert_eq!(error, FetchError::LimitExceeded(Limit::Messages));
}

#[tokio::test]
async fn responses_that_make_no_chain() {
    let zones = Zones::p256().change("com", RecordType::DNSKEY, |response| {
        let last = response.answers.last().unwrap().clone();
        response.answers.extend((0..128).map(|index| {
            let mut rrsig = last.clone();
            *rrsig.rdata.last_mut().unwrap() = index;
            rrsig
        }));
    });
    // Too large for a datagram on some systems, so over TCP.
    let server = LoopbackServer::honest(&zones).await;
    let error = fetch(&zones.resolver([server.tcp()])).await.unwrap_err();
    assert_eq!(
        error,
        FetchError::Malformed(ChainParseError::LimitExceeded(Limit::RecordsPerMessage))
    );
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        (4022, "responses do not form a chain: too many records in a DNS message")
    );
}

#[tokio::test]
async fn an_organisation_whose_key_records_have_no_room() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(53));
    let organisation = OrganisationName::from_common_name(&longest, Profile::VeraId).unwrap();
    let zones = Zones::p256();
    let server = LoopbackServer::honest(&zones).await;
    let error = zones
        .resolver([server.udp()])
        .fetch(&organisation, Profile::DomainAuth, Form::Minimal, default_instant())
        .await
        .unwrap_err();
    let expected = FetchError::NameTooLong { organisation, label: "_domainauth" };
    assert_eq!((error.code(), &error), (4021, &expected));
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn the_zone_is_the_name_itself_where_no_server_answers() {
    let zones = Zones::p256().unsigned("_veraid.example.com", RecordType::TXT);
    let sent = zones.clone();
    let server = LoopbackServer::start(Arc::new(move |asked| {
        let mut response = if asked.question.record_type == SOA {
            MessageBuilder::new(&asked.question).flags(0x8182)
        } else {
            sent.respond(&asked.question)
        };
        response.id = asked.id();
        vec![response.build()]
    }))
    .await;
    let error = fetch(&zones.resolver([server.udp()])).await.unwrap_err();
    let zone = name("_veraid.example.com");
    assert_eq!(error, FetchError::UnsignedZone { zone, question: key_records() });
}
