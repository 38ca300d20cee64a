//! The DNS server of the feature `server`, tested with a client that uses only sockets.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is a test that fails"
)]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use veraid_dnssec::crypto::rust_crypto;
use veraid_dnssec::{
    ChainVerifier, DnssecChain, Name, Question, RecordType, Timestamp, TrustAnchors, ValidityPeriod,
};
use veraid_zones::{
    AskedQuestion, DnsServer, HierarchyBuilder, MessageBuilder, MockChain, Record,
    Response as SentResponse, RunningServer, ServerTransport, ZoneAlgorithm,
};

const PERIOD: ValidityPeriod = ValidityPeriod::at(Timestamp::from_unix_seconds(1_795_305_600));
const ID: u16 = 0x1234;
const RECURSION_DESIRED: u16 = 0x0100;
const CHECKING_DISABLED: u16 = 0x0010;
const SOA: RecordType = RecordType::new(6);
const NS: RecordType = RecordType::new(2);
const A: RecordType = RecordType::new(1);
const OPT: RecordType = RecordType::new(41);

/// The header fields of a response, and the owner and type of each record in its three sections,
/// except OPT.
#[derive(Debug, PartialEq, Eq)]
struct Response {
    id: u16,
    flags: u16,
    answers: Vec<(Name, RecordType)>,
    authority: Vec<(Name, RecordType)>,
    additional: Vec<(Name, RecordType)>,
}

/// The EDNS of a query: absent, or its payload size without or with DO.
#[derive(Clone, Copy)]
enum Edns {
    Absent,
    Plain(u16),
    DnssecOk(u16),
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn question(name_text: &str, record_type: RecordType) -> Question {
    Question { name: name(name_text), record_type }
}

fn key_records() -> Question {
    question("_veraid.example.com", RecordType::TXT)
}

fn query(question: &Question, flags: u16, edns: Edns) -> Vec<u8> {
    const DNSSEC_OK: u32 = 0x8000;
    let opt = |class, ttl| Record { owner: vec![0], record_type: OPT, class, ttl, rdata: vec![] };
    let builder = MessageBuilder::new(question).flags(flags);
    let mut builder = match edns {
        Edns::Absent => builder,
        Edns::Plain(payload) => builder.additional(opt(payload, 0)),
        Edns::DnssecOk(payload) => builder.additional(opt(payload, DNSSEC_OK)),
    };
    builder.id = ID;
    builder.build()
}

fn over_udp(address: SocketAddr, query: &[u8]) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    socket.connect(address).unwrap();
    socket.send(query).unwrap();
    let mut buffer = vec![0; 65_535];
    let length = socket.recv(&mut buffer).ok()?;
    buffer.truncate(length);
    Some(buffer)
}

fn over_tcp(address: SocketAddr, query: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let length = u16::try_from(query.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length, query].concat()).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut buffer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut buffer).ok()?;
    Some(buffer)
}

/// Asks over UDP with DO and a payload size of 4,096.
fn ask(server: &RunningServer, question: &Question) -> Response {
    let query = query(question, RECURSION_DESIRED, Edns::DnssecOk(4096));
    parse(&over_udp(server.address(), &query).expect("an answer"))
}

fn u16_at(octets: &[u8], place: usize) -> u16 {
    u16::from_be_bytes(octets[place..place + 2].try_into().unwrap())
}

fn parse(octets: &[u8]) -> Response {
    let mut place = 12;
    for _ in 0..u16_at(octets, 4) {
        read_name(octets, &mut place);
        place += 4;
    }
    let mut section = |count: u16| -> Vec<(Name, RecordType)> {
        (0..count)
            .map(|_| {
                let owner = read_name(octets, &mut place);
                let record_type = RecordType::new(u16_at(octets, place));
                place += 10 + usize::from(u16_at(octets, place + 8));
                (owner, record_type)
            })
            .filter(|(_, record_type)| *record_type != OPT)
            .collect()
    };
    let sections = [6, 8, 10].map(|place| section(u16_at(octets, place)));
    assert_eq!(place, octets.len(), "octets after the end");
    let [answers, authority, additional] = sections;
    Response { id: u16_at(octets, 0), flags: u16_at(octets, 2), answers, authority, additional }
}

fn read_name(octets: &[u8], place: &mut usize) -> Name {
    let mut labels = Vec::new();
    let mut at = *place;
    let mut end = None;
    loop {
        let length = usize::from(octets[at]);
        if length >= 0xC0 {
            end.get_or_insert(at + 2);
            at = usize::from(u16_at(octets, at) & 0x3FFF);
            continue;
        }
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(&octets[at..at + length]);
        at += length;
    }
    *place = end.unwrap_or(at);
    labels.into_iter().rev().fold(Name::root(), |name, label| name.prepend(label).unwrap())
}

/// Zones with quickly made keys.
fn builder() -> HierarchyBuilder {
    let p256 = ZoneAlgorithm::EcdsaP256;
    HierarchyBuilder::new([7; 32], PERIOD).zone_algorithms(p256, p256, p256)
}

fn chain() -> MockChain {
    builder().build()
}

/// A TXT RRset of some 3,000 octets.
fn large_chain() -> MockChain {
    let texts: Vec<String> = (0..15).map(|number| format!("{number:0200}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    builder().txt(&texts).build()
}

fn verify(messages: &[Vec<u8>], chain: &MockChain) -> Vec<Vec<u8>> {
    let anchors = TrustAnchors::from_presentation(&chain.trust_anchors).unwrap();
    let verifier = ChainVerifier::new(anchors, rust_crypto::PROVIDER);
    let at = PERIOD;
    let rrset = DnssecChain::parse(messages.iter().map(Vec::as_slice))
        .unwrap()
        .verify(&chain.question(), at, &verifier)
        .unwrap();
    rrset.rdata().map(<[u8]>::to_vec).collect()
}

#[test]
fn answers_with_do_prove_the_chain() {
    let chain = chain();
    let server = DnsServer::recursive([&chain]).start().unwrap();
    let ask_all = |exchange: fn(SocketAddr, &[u8]) -> Option<Vec<u8>>| -> Vec<Vec<u8>> {
        let queries = chain
            .links
            .iter()
            .map(|link| query(&link.question(), RECURSION_DESIRED, Edns::DnssecOk(4096)));
        queries.map(|query| exchange(server.address(), &query).unwrap()).collect()
    };

    let expected = chain.links.last().unwrap().rrset.rdata.clone();
    assert_eq!(verify(&ask_all(over_udp), &chain), expected);
    assert_eq!(verify(&ask_all(over_tcp), &chain), expected);
}

#[test]
fn a_resolver_copies_rd_and_cd_and_sets_ra() {
    let chain = chain();
    let server = DnsServer::recursive([&chain]).start().unwrap();
    for (sent, received) in
        [(0, 0x8080), (RECURSION_DESIRED, 0x8180), (RECURSION_DESIRED | CHECKING_DISABLED, 0x8190)]
    {
        let query = query(&key_records(), sent, Edns::DnssecOk(1232));
        let response = parse(&over_udp(server.address(), &query).unwrap());
        assert_eq!((response.id, response.flags), (ID, received));
    }
}

#[test]
fn signatures_come_only_with_do() {
    let chain = chain();
    let server = DnsServer::recursive([&chain]).start().unwrap();
    let types = |edns| -> Vec<RecordType> {
        let query = query(&key_records(), RECURSION_DESIRED, edns);
        let response = parse(&over_udp(server.address(), &query).unwrap());
        response.answers.into_iter().map(|(_, record_type)| record_type).collect()
    };

    assert_eq!(types(Edns::DnssecOk(1232)), [RecordType::TXT, RecordType::RRSIG]);
    assert_eq!(types(Edns::Plain(1232)), [RecordType::TXT]);
    assert_eq!(types(Edns::Absent), [RecordType::TXT]);
}

#[test]
fn absent_records_are_denied_with_the_soa() {
    let chain = chain();
    let server = DnsServer::recursive([&chain]).start().unwrap();
    let denial = |flags, zone: &str| Response {
        id: ID,
        flags,
        answers: vec![],
        authority: vec![(name(zone), SOA), (name(zone), RecordType::RRSIG)],
        additional: vec![],
    };

    let other_type = question("_veraid.example.com", A);
    assert_eq!(ask(&server, &other_type), denial(0x8180, "example.com"));
    let other_name = question("nobody.example.com", RecordType::TXT);
    assert_eq!(ask(&server, &other_name), denial(0x8183, "example.com"));
    let no_cut = question("_veraid.example.com", RecordType::DS);
    assert_eq!(ask(&server, &no_cut), denial(0x8180, "example.com"));
    let other_tld = question("org", RecordType::DS);
    assert_eq!(ask(&server, &other_tld), denial(0x8183, "."));
}

#[test]
fn udp_is_truncated_at_the_client_s_payload_size_and_tcp_is_not() {
    const TRUNCATED: u16 = 0x0200;
    let chain = large_chain();
    let server = DnsServer::recursive([&chain]).start().unwrap();
    for (edns, limit) in [(Edns::Absent, 512), (Edns::DnssecOk(1232), 1232)] {
        let query = query(&key_records(), RECURSION_DESIRED, edns);

        let datagram = over_udp(server.address(), &query).unwrap();
        assert_eq!(parse(&datagram).flags, 0x8180 | TRUNCATED);
        assert!(datagram.len() <= limit, "{} octets, limit is {limit}", datagram.len());

        let whole = parse(&over_tcp(server.address(), &query).unwrap());
        assert_eq!(whole.flags, 0x8180);
        let texts = whole.answers.iter().filter(|(_, record_type)| *record_type == RecordType::TXT);
        assert_eq!(texts.count(), 15);
    }
    let roomy = query(&key_records(), RECURSION_DESIRED, Edns::DnssecOk(4096));
    assert_eq!(parse(&over_udp(server.address(), &roomy).unwrap()).flags, 0x8180);
}

#[test]
fn an_authoritative_server_answers_its_zone_and_refers_below() {
    let chain = chain();
    let server = DnsServer::authoritative("com", [&chain]).start().unwrap();
    let com = name("com");
    let organisation = name("example.com");

    let apex = ask(&server, &question("com", RecordType::DNSKEY));
    assert_eq!(apex.flags, 0x8500);
    assert_eq!(apex.answers, [(com.clone(), RecordType::DNSKEY), (com.clone(), RecordType::RRSIG)]);

    let delegation = ask(&server, &question("example.com", RecordType::DS));
    assert_eq!(delegation.flags, 0x8500);
    let signed_ds =
        [(organisation.clone(), RecordType::DS), (organisation.clone(), RecordType::RRSIG)];
    assert_eq!(delegation.answers, signed_ds);

    let no_data = ask(&server, &question("com", RecordType::TXT));
    assert_eq!((no_data.flags, no_data.answers), (0x8500, vec![]));
    assert_eq!(no_data.authority, [(com.clone(), SOA), (com, RecordType::RRSIG)]);

    let outside = ask(&server, &question("example.org", RecordType::TXT));
    assert_eq!((outside.flags, outside.authority), (0x8105, vec![]));

    let referral = Response {
        id: ID,
        flags: 0x8100,
        answers: vec![],
        authority: [&[(organisation.clone(), NS)], signed_ds.as_slice()].concat(),
        additional: vec![(name("ns.example.com"), A)],
    };
    assert_eq!(ask(&server, &key_records()), referral);
    assert_eq!(ask(&server, &question("example.com", RecordType::DNSKEY)), referral);
}

#[test]
fn responses_can_be_changed_or_left_out() {
    let chain = chain();
    let server = DnsServer::recursive([&chain])
        .change_responses(|asked, response| {
            (asked.question.record_type == RecordType::TXT).then_some(response)
        })
        .change_responses(|_, response| {
            Some(SentResponse { code: 5, ..response.without_records() })
        });
    let server = server.start().unwrap();
    let query = |question| query(question, RECURSION_DESIRED, Edns::DnssecOk(4096));

    let left_out = question(".", RecordType::DNSKEY);
    assert_eq!(over_udp(server.address(), &query(&left_out)), None);
    assert_eq!(over_tcp(server.address(), &query(&left_out)), None);

    let changed = ask(&server, &key_records());
    assert_eq!((changed.flags, changed.answers), (0x8185, vec![]));
}

#[test]
fn another_id_is_sent_over_udp_only() {
    let chain = chain();
    let server = DnsServer::recursive([&chain])
        .change_responses(|_, response| Some(SentResponse { id: response.id ^ 1, ..response }));
    let server = server.start().unwrap();
    let query = query(&key_records(), RECURSION_DESIRED, Edns::DnssecOk(4096));

    assert_eq!(parse(&over_udp(server.address(), &query).unwrap()).id, ID ^ 1);
    assert_eq!(over_tcp(server.address(), &query), None);
}

#[test]
fn questions_are_recorded_and_the_port_is_free_after_the_end() {
    let chain = chain();
    let server = DnsServer::recursive([&chain]).start().unwrap();
    let address = server.address();
    let query = query(&key_records(), RECURSION_DESIRED, Edns::DnssecOk(4096));
    over_udp(address, &query).unwrap();
    over_tcp(address, &query).unwrap();

    let asked = |transport| AskedQuestion { question: key_records(), transport };
    assert_eq!(server.asked(), [asked(ServerTransport::Udp), asked(ServerTransport::Tcp)]);
    drop(server);
    assert!(UdpSocket::bind(address).is_ok(), "{address} is still taken");
    assert!(TcpStream::connect(address).is_err(), "{address} still takes connections");
}
