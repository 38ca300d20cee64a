//! Chains fetched from Unbound, which validates zones that Knot serves and BIND's tools have
//! signed.
//!
//! `cargo xtask dns up` starts them. If they are not installed, each test prints that and passes.
#![allow(
    clippy::disallowed_methods,
    reason = "the servers sign for the present, so that is when their chains are proved"
)]

use std::time::{SystemTime, UNIX_EPOCH};

use veraid_core::{
    KeyRecord, OrganisationKey, OrganisationName, Profile, ServiceOid, TrustAnchors,
};
use veraid_dnssec::{BogusReason, ChainError, DnssecChain, Name, Question, RecordType, Timestamp};
use veraid_resolver::{FetchError, FetchedChain, Form, Warning};
use veraid_testkit::{KLIENTO_SERVICE, RsaKey, TestProfile, organisation_key_record, txt_rdata};

mod servers;

use servers::Servers;

/// The organisation whose key record these tests publish.
const WITH_OUR_KEY: &str = "rsa.test";

/// The servers, or `None` after a message that they are not available.
fn servers(test: &str) -> Option<&'static Servers> {
    servers::servers(test, &[("_veraid.rsa.test", our_key_record())])
}

fn our_key() -> RsaKey {
    RsaKey::fixed(2048, 3)
}

fn our_key_record() -> String {
    organisation_key_record(TestProfile::VeraId, &our_key(), 1234, None)
}

fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    Timestamp::from_unix_seconds(elapsed.as_secs())
}

async fn fetch(
    servers: &Servers,
    url: &str,
    organisation: &str,
    form: Form,
) -> Result<FetchedChain, FetchError> {
    let organisation = OrganisationName::from_common_name(organisation, Profile::VeraId)
        .expect("the servers print names of organisations");
    servers.resolver(url).fetch(&organisation, Profile::VeraId, form, now()).await
}

fn key_records(organisation: &str) -> Question {
    question(&format!("_veraid.{organisation}"), RecordType::TXT)
}

fn question(name: &str, record_type: RecordType) -> Question {
    Question { name: name.parse().expect("a domain name"), record_type }
}

fn name(text: &str) -> Name {
    text.parse().expect("a domain name")
}

/// The key records, then DNSKEY and DS of each zone, up to the root's DNSKEY.
fn expected_questions(organisation: &str, zones: &[String]) -> Vec<Question> {
    let mut questions = vec![key_records(organisation)];
    for zone in zones.iter().rev() {
        questions.push(question(zone, RecordType::DNSKEY));
        if zone != "." {
            questions.push(question(zone, RecordType::DS));
        }
    }
    questions
}

fn questions_of(chain: &FetchedChain) -> Vec<Question> {
    let chain = DnssecChain::parse(chain.messages()).expect("fetched messages parse");
    chain.questions().map(|question| question.expect("each has a question").clone()).collect()
}

#[tokio::test]
async fn every_transport_and_form_proves_every_organisation() {
    let Some(servers) = servers("every_transport_and_form_proves_every_organisation") else {
        return;
    };
    let mut proved = 0;
    for (organisation, zones) in
        ["secure", "large"].into_iter().flat_map(|outcome| servers.organisations(outcome))
    {
        for url in servers.urls() {
            for form in [Form::Minimal, Form::Full] {
                let chain = fetch(servers, &url, &organisation, form)
                    .await
                    .unwrap_or_else(|error| panic!("{organisation} over {url}: {error}"));

                assert_eq!(questions_of(&chain), expected_questions(&organisation, &zones));
                let from_owner: Vec<Name> = zones.iter().rev().map(|zone| name(zone)).collect();
                assert_eq!(chain.zones(), from_owner, "{organisation} over {url}");
                let again = servers.prove(
                    chain.messages(),
                    &key_records(&organisation),
                    chain.fetched_at(),
                );
                assert_eq!(again.validity(), chain.records().validity());
                proved += 1;
            }
        }
    }
    assert_eq!(proved, 5 * 4 * 2);
}

#[tokio::test]
async fn minimal_messages_contain_only_the_answer() {
    let Some(servers) = servers("minimal_messages_contain_only_the_answer") else {
        return;
    };
    let [udp, ..] = servers.urls();

    let minimal = fetch(servers, &udp, "p256.example", Form::Minimal).await.expect("it is signed");
    let full = fetch(servers, &udp, "p256.example", Form::Full).await.expect("it is signed");

    // The id, then the numbers of questions, answers, authority and additional records; OPT is one
    // of the last.
    let counts = |chain: &FetchedChain| -> Vec<[u8; 10]> {
        let counts = |message: &[u8]| -> [u8; 10] {
            [&message[..2], &message[4..12]].concat().try_into().expect("12 octets of header")
        };
        chain.messages().map(counts).collect()
    };
    // TXT, DNSKEY and DS of both zones with one RRSIG each; the root has two keys and one RRSIG.
    let minimal_counts = |answers| [0, 0, 0, 1, 0, answers, 0, 0, 0, 0];
    assert_eq!(counts(&minimal), [2, 2, 2, 2, 2, 3].map(minimal_counts));
    assert!(counts(&full).iter().all(|counts| counts[9] == 1), "{:?}", counts(&full));
}

#[tokio::test]
async fn an_answer_too_large_for_udp_is_fetched_over_tcp() {
    let Some(servers) = servers("an_answer_too_large_for_udp_is_fetched_over_tcp") else {
        return;
    };
    let [udp, tcp, ..] = servers.urls();

    let over_udp = fetch(servers, &udp, "large.example", Form::Minimal).await.expect("TCP helps");
    let over_tcp = fetch(servers, &tcp, "large.example", Form::Minimal).await.expect("TCP fits");

    let octets = over_udp.messages().next().expect("key records come first").len();
    assert!(octets > 1232, "{octets} octets would fit into a datagram");
    let sorted = |chain: &FetchedChain| {
        let mut records: Vec<Vec<u8>> = chain.records().rdata().map(<[u8]>::to_vec).collect();
        records.sort();
        records
    };
    assert_eq!(sorted(&over_udp).len(), 9);
    assert_eq!(sorted(&over_udp), sorted(&over_tcp));
}

#[tokio::test]
async fn a_published_key_record_is_found() {
    let Some(servers) = servers("a_published_key_record_is_found") else { return };
    let [.., https] = servers.urls();
    let key = OrganisationKey::from_spki_der(&our_key().spki_der()).expect("a key of 2,048 bits");
    let service: ServiceOid = KLIENTO_SERVICE.parse().expect("an object identifier");

    let chain = fetch(servers, &https, WITH_OUR_KEY, Form::Minimal).await.expect("it is signed");

    let records: Vec<&[u8]> = chain.records().rdata().collect();
    assert_eq!(records, [txt_rdata(&[our_key_record().as_bytes()])]);
    let record = chain.check_key(&key, &service, Profile::VeraId);
    assert_eq!(record.map(KeyRecord::ttl_override_seconds), Ok(1234));
}

#[tokio::test]
async fn a_label_without_zone_cut_is_warned_of() {
    let Some(servers) = servers("a_label_without_zone_cut_is_warned_of") else { return };
    let [udp, ..] = servers.urls();

    let chain = fetch(servers, &udp, "a.b.example", Form::Minimal).await.expect("it is signed");

    assert_eq!(chain.warnings(), [Warning::LabelWithoutZoneCut { name: name("b.example") }]);
}

#[tokio::test]
async fn rejections_name_the_missing_link() {
    let Some(servers) = servers("rejections_name_the_missing_link") else { return };
    let expected = [
        (
            "unsigned.example",
            FetchError::UnsignedZone {
                zone: name("unsigned.example"),
                question: key_records("unsigned.example"),
            },
        ),
        (
            "island.example",
            FetchError::NoDs { zone: name("island.example"), parent: name("example") },
        ),
        ("empty.example", FetchError::NoSuchName { question: key_records("empty.example") }),
        (
            "other.empty.example",
            FetchError::NoRecords { question: key_records("other.empty.example") },
        ),
        (
            "alias.example",
            FetchError::Alias {
                question: key_records("alias.example"),
                owner: name("_veraid.alias.example"),
                record_type: RecordType::CNAME,
            },
        ),
    ];
    for url in servers.urls() {
        for (organisation, error) in &expected {
            let found = fetch(servers, &url, organisation, Form::Minimal).await;
            assert_eq!(found.map(|_| ()), Err(error.clone()), "{organisation} over {url}");
        }
    }
}

#[tokio::test]
async fn another_root_proves_nothing() {
    let Some(servers) = servers("another_root_proves_nothing") else { return };
    let [udp, ..] = servers.urls();
    let organisation = OrganisationName::from_common_name("p256.example", Profile::VeraId)
        .expect("a name of an organisation");

    let found = servers
        .resolver_with(&udp, TrustAnchors::iana())
        .fetch(&organisation, Profile::VeraId, Form::Minimal, now())
        .await;

    let reason = BogusReason::NoKeyForTrustAnchor { anchors: "key tag 20326, 38696".into() };
    let question = question(".", RecordType::DNSKEY);
    let expected =
        FetchError::NotProved(ChainError::Bogus { question, zone: Name::root(), reason });
    assert_eq!(found.map(|_| ()), Err(expected));
}
