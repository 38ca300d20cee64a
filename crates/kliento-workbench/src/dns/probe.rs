//! Checks that the resolver answers as it should.

use std::net::{Ipv4Addr, SocketAddrV4, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use veraid_dnssec::{Question, RecordType};
use veraid_testkit::{MessageBuilder, Record};

use super::process::{POLL, Servers, StopSignals};
use super::resolver::Resolver;
use super::zones::{ORGANISATIONS, Organisation, Outcome};

/// The maximum time for servers to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The header fields of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Answer {
    response_code: u8,
    is_authentic: bool,
    is_truncated: bool,
    has_records: bool,
}

impl Answer {
    const fn expected(outcome: Outcome) -> Self {
        const NAME_ERROR: u8 = 3;
        Self {
            response_code: if matches!(outcome, Outcome::NoName) { NAME_ERROR } else { 0 },
            is_authentic: !matches!(outcome, Outcome::Unsigned | Outcome::Island),
            is_truncated: matches!(outcome, Outcome::Large),
            has_records: !matches!(outcome, Outcome::NoName | Outcome::NoData | Outcome::Large),
        }
    }
}

/// Waits until every organisation is answered with its expected outcome, and the ports for TLS and
/// HTTPS accept connections.
pub(super) fn wait_until_ready(
    resolver: &Resolver,
    servers: &mut Servers,
    stop: &StopSignals,
) -> Result<(), String> {
    let start = Instant::now();
    loop {
        servers.check()?;
        if let Some(reason) = stop.reason() {
            return Err(format!("stopped before the servers were ready: {reason}"));
        }
        let problem = match first_problem(resolver) {
            None => return Ok(()),
            Some(problem) => problem,
        };
        if start.elapsed() > PATIENCE {
            return Err(format!("not ready after {} s: {problem}", PATIENCE.as_secs()));
        }
        thread::sleep(POLL);
    }
}

fn first_problem(resolver: &Resolver) -> Option<String> {
    let unexpected = ORGANISATIONS.iter().find_map(|organisation| {
        let expected = Answer::expected(organisation.outcome);
        let problem = match ask(resolver.plain, organisation) {
            Ok(answer) if answer == expected => return None,
            Ok(answer) => format!("{answer:?} instead of {expected:?}"),
            Err(problem) => problem,
        };
        Some(format!("{}: {problem}", organisation.name))
    });
    let closed = || {
        resolver.addresses().into_iter().find_map(|address| {
            let error = TcpStream::connect(address).err()?;
            Some(format!("{address} does not accept connections: {error}"))
        })
    };
    unexpected.or_else(closed)
}

/// Asks over UDP for the key records of an organisation.
fn ask(resolver: SocketAddrV4, organisation: &Organisation) -> Result<Answer, String> {
    const RECURSION_DESIRED: u16 = 0x0100;
    const OPT: RecordType = RecordType::new(41);
    const PAYLOAD_BYTES: u16 = 1232;
    const DNSSEC_OK: u32 = 0x8000;
    let name = organisation.owner().parse().map_err(|error| format!("{error}"))?;
    let mut query = MessageBuilder::new(&Question { name, record_type: RecordType::TXT })
        .flags(RECURSION_DESIRED)
        .additional(Record {
            owner: vec![0],
            record_type: OPT,
            class: PAYLOAD_BYTES,
            ttl: DNSSEC_OK,
            rdata: Vec::new(),
        });
    query.id = 0x7665;
    let query = query.build();

    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| e.to_string())?;
    socket.set_read_timeout(Some(Duration::from_secs(2))).map_err(|e| e.to_string())?;
    socket.connect(resolver).map_err(|e| e.to_string())?;
    socket.send(&query).map_err(|e| e.to_string())?;
    let mut buffer = [0; 4096];
    socket.recv(&mut buffer).map_err(|e| e.to_string())?;
    let [_, _, high, low, _, _, first, second, ..] = buffer;
    Ok(Answer {
        response_code: low & 0x0F,
        is_authentic: low & 0x20 != 0,
        is_truncated: high & 0x02 != 0,
        has_records: (first, second) != (0, 0),
    })
}
