//! Conversion between hickory's messages and ours.

use std::net::UdpSocket;
use std::sync::{Arc, Mutex, PoisonError};

use hickory_server::net::runtime::Time;
use hickory_server::net::xfer::Protocol;
use hickory_server::proto::op::{
    Edns, Header, HeaderCounts, LowerQuery, Metadata, OpCode, ResponseCode,
};
use hickory_server::proto::rr::rdata::NULL;
use hickory_server::proto::rr::{DNSClass, Name as WireName, RData, Record};
use hickory_server::proto::serialize::binary::{BinDecodable as _, BinDecoder, BinEncoder};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::{MessageResponse, MessageResponseBuilder, Queries};
use veraid_dnssec::{Name, Question, RecordType};

use super::answer::{Answer, Role, Status};
use super::catalogue::SignedRrset;
use super::{AskedQuestion, DnsServer, ServerFault, ServerTransport};

/// The payload size without EDNS, and the least that a client may announce (RFC 6891 section
/// 6.2.3).
const LEAST_PAYLOAD: u16 = 512;

/// Answers requests.
#[derive(Debug)]
pub(super) struct Handler {
    server: DnsServer,
    datagrams: UdpSocket,
    asked: Arc<Mutex<Vec<AskedQuestion>>>,
}

/// A response before it is written.
struct Response {
    metadata: Metadata,
    queries: Option<Queries>,
    edns: Option<Edns>,
    sections: [Vec<Record>; 3],
    delivery: Delivery,
}

/// The way in which a response is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    /// Through hickory.
    Usual,
    /// In a datagram with another id, bypassing hickory, which insists on the right one.
    OtherId,
}

impl Handler {
    /// A handler that answers as `server` says and records the questions in `asked`; `datagrams` is
    /// the socket for UDP.
    pub(super) const fn new(
        server: DnsServer,
        datagrams: UdpSocket,
        asked: Arc<Mutex<Vec<AskedQuestion>>>,
    ) -> Self {
        Self { server, datagrams, asked }
    }

    /// The response to `request`; `None` means no response.
    fn respond(&self, request: &Request) -> Option<Response> {
        let mut response = Response::without_records(request, &self.server.role);
        if request.metadata.op_code != OpCode::Query {
            return Some(response.with_code(ResponseCode::NotImp));
        }
        let [query] = request.queries.queries() else {
            return Some(response.with_code(ResponseCode::FormErr));
        };
        if request.edns.as_ref().is_some_and(|edns| edns.version() > 0) {
            return Some(response.with_code(ResponseCode::BADVERS));
        }
        if query.query_class() != DNSClass::IN {
            return Some(response.with_code(ResponseCode::Refused));
        }
        let question = question_of(query);
        let transport = match request.protocol() {
            Protocol::Udp => ServerTransport::Udp,
            _ => ServerTransport::Tcp,
        };
        let asked = AskedQuestion { question: question.clone(), transport };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);

        let fault = self.fault(&question);
        match (fault, transport) {
            (Some(ServerFault::Silent), _)
            | (
                Some(ServerFault::TruncatedWithoutTcp | ServerFault::OtherId),
                ServerTransport::Tcp,
            ) => return None,
            (Some(ServerFault::ServerFailure), _) => {
                return Some(response.with_code(ResponseCode::ServFail));
            }
            (Some(ServerFault::Refused), _) => {
                return Some(response.with_code(ResponseCode::Refused));
            }
            (Some(ServerFault::TruncatedWithoutTcp | ServerFault::Truncated), _) => {
                response.metadata.truncation = true;
                return Some(response);
            }
            (Some(ServerFault::OtherId), ServerTransport::Udp) => {
                response.delivery = Delivery::OtherId
            }
            (Some(ServerFault::OtherQuestion), _) => response.queries = Some(name_above(&question)),
            (Some(ServerFault::WithoutSignatures) | None, _) => {}
        }
        let answer = Answer::to(&question, &self.server.role, &self.server.catalogue);
        let wants_signatures = request.edns.as_ref().is_some_and(|edns| edns.flags().dnssec_ok);
        let with_signatures = wants_signatures && fault != Some(ServerFault::WithoutSignatures);
        response.metadata.authoritative = answer.is_authoritative;
        let records = |rrsets: &[SignedRrset]| -> Vec<Record> {
            rrsets
                .iter()
                .filter(|signed| {
                    with_signatures
                        || signed.rrset.record_type != RecordType::DS
                        || question.record_type == RecordType::DS
                })
                .flat_map(|signed| records_of(signed, with_signatures))
                .collect()
        };
        response.sections =
            [&answer.answers, &answer.authority, &answer.additional].map(|rrsets| records(rrsets));
        Some(response.with_code(match answer.status {
            Status::NoError => ResponseCode::NoError,
            Status::NoSuchName => ResponseCode::NXDomain,
            Status::Refused => ResponseCode::Refused,
        }))
    }

    /// The fault for this question, or else the one for any question.
    fn fault(&self, question: &Question) -> Option<ServerFault> {
        let faults = &self.server.faults;
        let own = faults.iter().find(|(asked, _)| asked.as_ref() == Some(question));
        own.or_else(|| faults.iter().find(|(asked, _)| asked.is_none())).map(|(_, fault)| *fault)
    }
}

impl Response {
    fn without_records(request: &Request, role: &Role) -> Self {
        let mut metadata = Metadata::response_from_request(&request.metadata);
        metadata.recursion_available = *role == Role::Recursive;
        // Hickory truncates at the payload size of the response's own OPT, so we set it to the
        // client's.
        let edns = request.edns.as_ref().map(|asked| {
            let mut edns = Edns::new();
            edns.set_max_payload(asked.max_payload().max(LEAST_PAYLOAD));
            edns.set_dnssec_ok(asked.flags().dnssec_ok);
            edns
        });
        Self {
            metadata,
            queries: None,
            edns,
            sections: [const { Vec::new() }; 3],
            delivery: Delivery::Usual,
        }
    }

    /// Removes the records and sets the truncation flag if the response is too large for its
    /// transport (RFC 2181 section 9).
    ///
    /// Hickory would cut a record in two.
    fn fitting(mut self, request: &Request) -> Self {
        let payload = self.edns.as_ref().map_or(LEAST_PAYLOAD, Edns::max_payload);
        let is_over_udp = request.protocol() == Protocol::Udp;
        if is_over_udp && self.encode(request).len() > usize::from(payload) {
            self.metadata.truncation = true;
            self.sections = [const { Vec::new() }; 3];
        }
        self
    }

    fn encode(&self, request: &Request) -> Vec<u8> {
        let mut octets = Vec::new();
        let mut encoder = BinEncoder::new(&mut octets);
        encoder.set_max_size(u16::MAX);
        self.message(request)
            .destructive_emit(&mut encoder)
            .expect("answers of tests fit into 65,535 octets");
        octets
    }

    fn message<'a>(
        &'a self,
        request: &'a Request,
    ) -> MessageResponse<
        'a,
        'a,
        impl Iterator<Item = &'a Record> + Send + 'a,
        impl Iterator<Item = &'a Record> + Send + 'a,
        impl Iterator<Item = &'a Record> + Send + 'a,
        impl Iterator<Item = &'a Record> + Send + 'a,
    > {
        let queries = self.queries.as_ref().unwrap_or(&request.queries);
        let [answers, authority, additional] = &self.sections;
        MessageResponseBuilder::new(queries, self.edns.as_ref()).build(
            self.metadata,
            answers,
            authority,
            &[],
            additional,
        )
    }

    fn with_code(mut self, code: ResponseCode) -> Self {
        self.metadata.response_code = code;
        if let Some(edns) = &mut self.edns {
            edns.set_rcode_high(code.high());
        }
        self
    }
}

#[async_trait::async_trait]
impl RequestHandler for Handler {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut response_handle: R,
    ) -> ResponseInfo {
        let Some(response) = self.respond(request) else {
            return nothing_sent(request);
        };
        let response = response.fitting(request);
        if response.delivery == Delivery::OtherId {
            let mut octets = response.encode(request);
            octets[1] ^= 1;
            // A client that has gone is not an error of the server.
            let _ = self.datagrams.send_to(&octets, request.src());
            return nothing_sent(request);
        }
        let message = response.message(request);
        response_handle.send_response(message).await.unwrap_or_else(|_| nothing_sent(request))
    }
}

fn nothing_sent(request: &Request) -> ResponseInfo {
    let metadata = Metadata::response_from_request(&request.metadata);
    Header { metadata, counts: HeaderCounts::default() }.into()
}

/// The records of an RRset, with their data as they were signed.
fn records_of(signed: &SignedRrset, with_signatures: bool) -> Vec<Record> {
    let SignedRrset { rrset, rrsigs, .. } = signed;
    let owner = wire_name(rrset.owner.as_wire());
    let rrsigs = if with_signatures { rrsigs.as_slice() } else { &[] };
    let records = rrset.rdata.iter().map(|rdata| (rrset.record_type, rdata));
    let signatures = rrsigs.iter().map(|rdata| (RecordType::RRSIG, rdata));
    records
        .chain(signatures)
        .map(|(record_type, rdata)| {
            // Hickory neither changes nor compresses the data of a type that it does not know.
            let code = record_type.number().into();
            let rdata = RData::Unknown { code, rdata: NULL::with(rdata.clone()) };
            Record::from_rdata(owner.clone(), rrset.ttl, rdata)
        })
        .collect()
}

fn wire_name(wire: &[u8]) -> WireName {
    WireName::read(&mut BinDecoder::new(wire)).expect("a name that was parsed is one")
}

fn question_of(query: &LowerQuery) -> Question {
    let labels: Vec<&[u8]> = query.name().iter().collect();
    let name = labels.into_iter().rev().fold(Name::root(), |name, label| {
        name.prepend(label).expect("labels of a name that was parsed fit")
    });
    Question { name, record_type: RecordType::new(query.query_type().into()) }
}

/// Changes the question to the name above.
fn name_above(question: &Question) -> Queries {
    const CLASS_IN: u16 = 1;
    let Question { name, record_type } = question;
    let mut names = name.from_root_down();
    names.pop();
    let above = names.pop().unwrap_or_else(Name::root);
    let fields = [record_type.number(), CLASS_IN].map(u16::to_be_bytes).concat();
    let octets = [above.as_wire(), &fields].concat();
    Queries::read(&mut BinDecoder::new(&octets), 1).expect("a question was written")
}
