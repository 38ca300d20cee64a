//! Faults of the DNS server, tested with a client that uses only sockets.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is a test that fails"
)]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use veraid_dnssec::{Name, Question, RecordType};
use veraid_testkit::{
    DnsServer, FaultyServer as _, MessageBuilder, MockChain, Record, ServerFault, fixed_zones,
};

const ID: u16 = 0x1234;
const PATIENCE: Duration = Duration::from_millis(500);

/// Id, flags and number of answers of a response.
type Head = (u16, u16, u16);

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn key_records() -> Question {
    Question { name: name("_veraid.example.com"), record_type: RecordType::TXT }
}

/// A query with DO and a payload size of 4,096.
fn query(question: &Question) -> Vec<u8> {
    const OPT: RecordType = RecordType::new(41);
    const RECURSION_DESIRED: u16 = 0x0100;
    const DNSSEC_OK: u32 = 0x8000;
    let opt =
        Record { owner: vec![0], record_type: OPT, class: 4096, ttl: DNSSEC_OK, rdata: vec![] };
    let mut builder = MessageBuilder::new(question).flags(RECURSION_DESIRED).additional(opt);
    builder.id = ID;
    builder.build()
}

fn over_udp(address: SocketAddr, query: &[u8]) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.connect(address).unwrap();
    socket.send(query).unwrap();
    let mut buffer = vec![0; 65_535];
    let length = socket.recv(&mut buffer).ok()?;
    buffer.truncate(length);
    Some(buffer)
}

fn over_tcp(address: SocketAddr, query: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = u16::try_from(query.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length, query].concat()).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut buffer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut buffer).ok()?;
    Some(buffer)
}

fn head(response: &[u8]) -> Head {
    let field = |place: usize| u16::from_be_bytes([response[place], response[place + 1]]);
    (field(0), field(2), field(6))
}

/// The responses over UDP and over TCP to the question for key records.
fn responses(chain: &MockChain, fault: ServerFault) -> [Option<Vec<u8>>; 2] {
    let server = DnsServer::recursive([chain]).fault(&key_records(), fault).start().unwrap();
    let query = query(&key_records());
    [over_udp, over_tcp].map(|exchange| exchange(server.address(), &query))
}

#[test]
fn faults_have_the_effect_that_they_are_named_for() {
    let chain = fixed_zones().build();
    let heads = |fault| responses(&chain, fault).map(|response| response.as_deref().map(head));
    let both = |head| [Some(head), Some(head)];

    assert_eq!(heads(ServerFault::ServerFailure), both((ID, 0x8182, 0)));
    assert_eq!(heads(ServerFault::Refused), both((ID, 0x8185, 0)));
    assert_eq!(heads(ServerFault::Silent), [None, None]);
    assert_eq!(heads(ServerFault::TruncatedWithoutTcp), [Some((ID, 0x8380, 0)), None]);
    assert_eq!(heads(ServerFault::Truncated), both((ID, 0x8380, 0)));
    // The record and its signature.
    assert_eq!(heads(ServerFault::OtherId), [Some((ID ^ 1, 0x8180, 2)), None]);
    assert_eq!(heads(ServerFault::WithoutSignatures), both((ID, 0x8180, 1)));
    assert_eq!(heads(ServerFault::OtherQuestion), both((ID, 0x8180, 2)));
}

#[test]
fn other_questions_are_answered_as_usual() {
    let chain = fixed_zones().build();
    let server = DnsServer::recursive([&chain]).fault(&key_records(), ServerFault::Refused);
    let server = server.start().unwrap();
    let root_keys = Question { name: Name::root(), record_type: RecordType::DNSKEY };
    let response = over_udp(server.address(), &query(&root_keys)).unwrap();
    // Two keys and a signature.
    assert_eq!(head(&response), (ID, 0x8180, 3));
}

#[test]
fn another_question_is_that_about_the_name_above() {
    const QUESTION: usize = 12;
    let chain = fixed_zones().build();
    let server = DnsServer::recursive([&chain]).fault_always(ServerFault::OtherQuestion);
    let server = server.start().unwrap();

    let octets = over_udp(server.address(), &query(&key_records())).unwrap();

    let above = [name("example.com").as_wire(), &[0, 16, 0, 1]].concat();
    assert!(octets[QUESTION..].starts_with(&above));
}
