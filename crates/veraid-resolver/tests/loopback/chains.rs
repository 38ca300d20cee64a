//! Fetched chains verify, with as few bytes as possible.

use veraid_core::{
    KeyRecordError, OrganisationKey, Profile, ServiceOid, SignatureBundle, Timestamp,
    ValidityPeriod, Verifier, VerifyError, parse_dnssec_chain,
};
use veraid_dnssec::{BogusReason, ChainError, DnssecChain, RecordType};
use veraid_resolver::{FetchError, FetchedChain, Form, Transport, Warning};
use veraid_testkit::{
    Compression, FixedKey as _, KLIENTO_SERVICE, MessageBuilder, MockChain, Rrset, RsaKey,
    Scenario, TestProfile, ZoneAlgorithm, ZoneKey, default_instant, fixed_zones, period,
};

use crate::server::LoopbackServer;
use crate::zones::{Zones, fetch, key_records, name, organisation, p256, question};

/// The messages in the order of a chain's links: the answer, then each zone up to the root.
fn minimal_messages(chain: &MockChain) -> Vec<Vec<u8>> {
    let message = |question| {
        let link = chain.link(question);
        MessageBuilder::new(question)
            .answer_rrset(&link.rrset, &link.rrsigs())
            .compression(Compression::OwnerNames)
            .build()
    };
    let mut questions: Vec<_> = chain.links.iter().map(|link| link.question()).collect();
    questions.reverse();
    questions.iter().map(message).collect()
}

async fn fetch_from(chain: &MockChain) -> (FetchedChain, LoopbackServer) {
    let zones = Zones::of(chain);
    let server = LoopbackServer::honest(&zones).await;
    let fetched = fetch(&zones.resolver([server.udp()])).await.expect("it is fetched");
    (fetched, server)
}

#[tokio::test]
async fn the_minimal_form_has_only_what_a_verifier_needs() {
    let chain = p256().build();
    let (fetched, server) = fetch_from(&chain).await;
    let messages: Vec<_> = fetched.messages().map(<[u8]>::to_vec).collect();
    assert_eq!(messages, minimal_messages(&chain));
    let sizes: Vec<_> = messages.iter().map(Vec::len).collect();
    // 12 bytes of header, the question, 12 and the data of each record (11 in the root); signatures
    // have 64 bytes.
    assert_eq!(sizes, [161, 216, 176, 200, 164, 190]);
    // Three bytes before each message, four before all.
    assert_eq!(fetched.to_der().len(), 4 + 6 * 3 + 1107);

    assert_eq!(fetched.records().rdata().collect::<Vec<_>>(), [b"\x04text"]);
    assert_eq!(fetched.zones(), [name("example.com"), name("com"), name(".")]);
    assert_eq!(fetched.warnings(), []);
    let mut questions = server.questions();
    questions.sort_by(|a, b| a.1.cmp(&b.1));
    let expected = [
        ". DNSKEY",
        "_veraid.example.com. TXT",
        "com. DNSKEY",
        "com. DS",
        "example.com. DNSKEY",
        "example.com. DS",
    ];
    assert_eq!(questions, expected.map(|text| (Transport::Udp, text.to_owned())));
}

#[tokio::test]
async fn the_chain_alone_parses_and_proves_the_records_again() {
    let chain = p256().build();
    let (fetched, _server) = fetch_from(&chain).await;
    let parsed = parse_dnssec_chain(&fetched.to_der()).expect("it is a chain");
    let verifier = Zones::of(&chain).verifier();
    let at = ValidityPeriod::at(default_instant());
    assert_eq!(parsed.verify(&key_records(), at, &verifier).as_ref(), Ok(fetched.records()));
}

#[tokio::test]
async fn a_bundle_with_a_fetched_chain_verifies_and_is_smaller() {
    let mut bundle = Scenario::default().build();
    let (fetched, _server) = fetch_from(&bundle.chain).await;
    let before = bundle.der.len();
    bundle.chain.messages = fetched.messages().map(<[u8]>::to_vec).collect();
    let der = bundle.reassemble();
    assert_eq!((before, der.len()), (4620, 4526));

    let anchors = veraid_core::TrustAnchors::from_presentation(&bundle.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
    let service: ServiceOid = KLIENTO_SERVICE.parse().unwrap();
    let signature = SignatureBundle::from_der(&der)
        .unwrap()
        .verify(&service, ValidityPeriod::at(default_instant()), &verifier)
        .unwrap();
    assert_eq!(signature.member().to_string(), "alice@example.com");
}

#[tokio::test]
async fn the_full_form_is_the_response_as_received() {
    let chain = p256().build();
    let zones = Zones::of(&chain);
    let server = LoopbackServer::honest(&zones).await;
    let resolver = zones.resolver([server.udp()]);
    let fetched = resolver
        .fetch(&organisation("example.com"), Profile::VeraId, Form::Full, default_instant())
        .await
        .unwrap();
    let after_id = |message: &[u8]| message[2..].to_vec();
    let sent: Vec<_> = chain
        .links
        .iter()
        .rev()
        .map(|link| after_id(&zones.respond(&link.question()).build()))
        .collect();
    assert_eq!(fetched.messages().map(after_id).collect::<Vec<_>>(), sent);
    assert_eq!(DnssecChain::parse(fetched.messages()).unwrap().messages().len(), 6);
}

#[tokio::test]
async fn letter_case_stays_as_received_and_duplicates_go() {
    let chain = p256().build();
    let zones = Zones::of(&chain).change("_veraid.example.com", RecordType::TXT, |response| {
        for record in &mut response.answers {
            record.owner = b"\x07_VERAID\x07Example\x03com\x00".to_vec();
        }
        response.answers.push(response.answers[0].clone());
    });
    let server = LoopbackServer::honest(&zones).await;
    let fetched = fetch(&zones.resolver([server.udp()])).await.unwrap();
    // The owner points to the question, which the server repeats as sent.
    assert_eq!(fetched.messages().next().unwrap(), minimal_messages(&chain)[0]);
}

#[tokio::test]
async fn a_zone_that_skips_labels_is_found_and_warned_of() {
    let chain = p256().owner("_veraid.a.b.example.com").without_zone("b.example.com").build();
    let zones = Zones::of(&chain);
    let server = LoopbackServer::honest(&zones).await;
    let fetched = zones
        .resolver([server.udp()])
        .fetch(&organisation("a.b.example.com"), Profile::VeraId, Form::Minimal, default_instant())
        .await
        .unwrap();
    let found = ["a.b.example.com", "example.com", "com", "."].map(name);
    assert_eq!(fetched.zones(), found);
    let warning = Warning::LabelWithoutZoneCut { name: name("b.example.com") };
    assert_eq!(fetched.warnings(), [warning]);
    assert_eq!(fetched.messages().len(), 8);
}

#[tokio::test]
async fn an_organisation_within_a_larger_zone_needs_no_zone_of_its_own() {
    let chain = p256().owner("_veraid.dept.example.com").without_zone("dept.example.com").build();
    let zones = Zones::of(&chain);
    let server = LoopbackServer::honest(&zones).await;
    let fetched = zones
        .resolver([server.udp()])
        .fetch(&organisation("dept.example.com"), Profile::VeraId, Form::Minimal, default_instant())
        .await
        .unwrap();
    assert_eq!(fetched.zones(), ["example.com", "com", "."].map(name));
    assert_eq!(fetched.warnings(), []);
}

#[tokio::test]
async fn of_a_rollover_the_minimal_form_keeps_the_signature_that_every_verifier_accepts() {
    let mut hierarchy = fixed_zones().hierarchy();
    let zone = hierarchy.zones.last_mut().unwrap();
    zone.ksks = vec![
        ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 4),
        ZoneKey::fixed(ZoneAlgorithm::Ed25519, 5),
    ];
    let chain = hierarchy.sign();
    let (fetched, _server) = fetch_from(&chain).await;
    let mut signed_once = chain.clone();
    for question in [key_records(), question("example.com", RecordType::DNSKEY)] {
        assert_eq!(chain.link(&question).rrsigs().len(), 2);
        signed_once.change_link(&question, |link| link.keys.truncate(1));
    }
    let messages: Vec<_> = fetched.messages().map(<[u8]>::to_vec).collect();
    assert_eq!(messages, minimal_messages(&signed_once));
}

#[tokio::test]
async fn domainauth_key_records_are_at_their_own_name_and_rrsigs_capped_at_90_days() {
    let fetch = async |scenario: Scenario| {
        let zones = Zones::of(&scenario.chain());
        let server = LoopbackServer::honest(&zones).await;
        let organisation = organisation("example.com");
        let (profile, form) = (Profile::DomainAuth, Form::Minimal);
        zones.resolver([server.udp()]).fetch(&organisation, profile, form, default_instant()).await
    };
    let scenario = Scenario::of(TestProfile::DomainAuth);
    let fetched = fetch(scenario.clone()).await.unwrap();
    assert_eq!(fetched.records().question(), &question("_domainauth.example.com", RecordType::TXT));

    let start = default_instant().saturating_sub(86_400);
    let cap = 90 * 86_400;
    let lasting = |seconds| Scenario {
        rrsig_period: period(start, start.saturating_add(seconds)),
        ..scenario.clone()
    };
    assert!(fetch(lasting(cap)).await.is_ok());
    let error = fetch(lasting(cap + 1)).await.unwrap_err();
    let reason = match &error {
        FetchError::NotProved(ChainError::Bogus { reason, .. }) => reason,
        other => panic!("{other}"),
    };
    assert!(
        matches!(reason, BogusReason::PeriodTooLong { seconds, limit, .. } if (*seconds, *limit) == (cap + 1, cap))
    );
    assert_eq!(error.code(), 2018);
}

#[tokio::test]
async fn a_key_is_found_in_the_records_or_reported_missing() {
    let scenario = Scenario::default();
    let (fetched, _server) = fetch_from(&scenario.chain()).await;
    let service: ServiceOid = KLIENTO_SERVICE.parse().unwrap();
    let key = |key: RsaKey| OrganisationKey::from_spki_der(&key.spki_der()).unwrap();
    let record =
        fetched.check_key(&key(scenario.organisation_key), &service, Profile::VeraId).unwrap();
    assert_eq!(record.ttl_override_seconds(), 3600);
    let error =
        fetched.check_key(&key(scenario.member_key), &service, Profile::VeraId).unwrap_err();
    let missing = matches!(
        &error,
        VerifyError::KeyRecord(KeyRecordError::NotFound { records: 1, skipped: 1, .. })
    );
    assert!(missing, "{error}");
}

#[tokio::test]
async fn it_is_fetched_again_after_two_thirds_or_when_caches_have_forgotten() {
    let now = default_instant();
    // Seconds left, time to live of every record, seconds until the next fetch, whether it expires
    // soon.
    for (left, ttl, wait, soon) in [
        (900_000, 300, 600_000, false),
        (900_000, 700_000, 700_000, false),
        (900_000, 860_000, 810_000, false),
        (21_600, 300, 14_400, false),
        (21_599, 300, 14_399, true),
        (1, 300, 0, true),
        (0, 300, 0, true),
    ] {
        let mut hierarchy =
            p256().period(period(now.saturating_sub(60), now.saturating_add(left))).hierarchy();
        (hierarchy.answer.ttl, hierarchy.ttl) = (ttl, ttl + 1);
        let (fetched, _server) = fetch_from(&hierarchy.sign()).await;
        assert_eq!(u64::from(fetched.smallest_ttl_seconds()), u64::from(ttl));
        let validity = period(now.saturating_sub(60), now.saturating_add(left));
        assert_eq!(fetched.validity(), validity);
        assert_eq!(fetched.refresh_at(), now.saturating_add(wait), "{left} {ttl}");
        let at = now.saturating_add(left);
        let warnings =
            if soon { vec![Warning::ExpiresSoon { at, seconds_left: left }] } else { vec![] };
        assert_eq!(fetched.warnings(), warnings);
    }
}

#[tokio::test]
async fn a_chain_that_has_expired_is_not_handed_out() {
    let zones = Zones::p256();
    let server = LoopbackServer::honest(&zones).await;
    let later = Timestamp::from_unix_seconds(1_795_910_401);
    let error = zones
        .resolver([server.udp()])
        .fetch(&organisation("example.com"), Profile::VeraId, Form::Minimal, later)
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::NotProved(ChainError::NeverSecure { .. })), "{error}");
    assert_eq!(error.code(), 2031);
}

#[tokio::test]
async fn any_records_can_be_fetched_and_those_with_compressed_names_whole() {
    let rrset = |record_type, rdata: &[u8]| Rrset {
        owner: name("example.com"),
        record_type: RecordType::new(record_type),
        ttl: 300,
        rdata: vec![rdata.to_vec()],
    };
    let address = rrset(1, &[192, 0, 2, 1]);
    let exchange = rrset(15, b"\x00\x0A\x02mx\x07example\x03com\x00");
    for (rrset, whole) in [(address, false), (exchange.clone(), true)] {
        // The owner's name is also a zone.
        let mut hierarchy = p256().hierarchy();
        hierarchy.answer = rrset.clone();
        let chain = hierarchy.sign();
        // The server compresses the name in the data: a pointer to the question.
        let zones = Zones::of(&chain).change("example.com", rrset.record_type, |response| {
            for record in &mut response.answers {
                if record.record_type == exchange.record_type {
                    record.rdata = b"\x00\x0A\x02mx\xC0\x0C".to_vec();
                }
            }
        });
        let server = LoopbackServer::honest(&zones).await;
        let fetched = zones
            .resolver([server.udp()])
            .fetch_records(&rrset.question(), Form::Minimal, default_instant())
            .await
            .unwrap();
        assert_eq!(fetched.records().rdata().collect::<Vec<_>>(), [rrset.rdata[0].as_slice()]);
        let sent = zones.respond(&rrset.question()).build();
        let kept = fetched.messages().next().unwrap();
        assert_eq!(kept[2..] == sent[2..], whole);
    }
}

#[tokio::test]
async fn keys_and_delegations_can_be_the_question() {
    let chain = p256().build();
    let zones = Zones::of(&chain);
    let server = LoopbackServer::honest(&zones).await;
    for (owner, record_type, messages) in [
        ("example.com", RecordType::DNSKEY, 5),
        ("example.com", RecordType::DS, 4),
        (".", RecordType::DNSKEY, 1),
    ] {
        let fetched = zones
            .resolver([server.udp()])
            .fetch_records(&question(owner, record_type), Form::Minimal, default_instant())
            .await
            .unwrap();
        assert_eq!(fetched.messages().len(), messages, "{owner} {record_type}");
    }
}
