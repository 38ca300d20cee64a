//! Conversion between hickory's messages and ours.

use std::net::UdpSocket;
use std::sync::{Arc, Mutex, PoisonError};

use hickory_server::net::runtime::Time;
use hickory_server::net::xfer::Protocol;
use hickory_server::proto::op::{
    Edns, Header, HeaderCounts, LowerQuery, Metadata, OpCode, ResponseCode,
};
use hickory_server::proto::rr::{DNSClass, Record};
use hickory_server::proto::serialize::binary::{BinDecoder, BinEncoder};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::{MessageResponse, MessageResponseBuilder, Queries};
use veraid_dnssec::{Name, Question, RecordType};

use super::answer::{Answer, Role};
use super::asked_question::{AskedQuestion, ServerTransport};
use super::catalogue::Catalogue;
use super::change::Change;
use super::response::{Response, Signatures, wire_record};

/// The payload size without EDNS, and the least that a client may announce (RFC 6891 section
/// 6.2.3).
const LEAST_PAYLOAD: u16 = 512;

/// Answers requests.
#[derive(Debug)]
pub(super) struct Handler {
    /// The records to answer from.
    pub(super) catalogue: Catalogue,
    pub(super) role: Role,
    /// The changes of every response, in order.
    pub(super) changes: Vec<Change>,
    /// The socket for UDP.
    pub(super) datagrams: UdpSocket,
    /// The questions so far, recorded here.
    pub(super) asked: Arc<Mutex<Vec<AskedQuestion>>>,
}

/// A response in hickory's form.
struct WireResponse {
    metadata: Metadata,
    queries: Option<Queries>,
    edns: Option<Edns>,
    sections: [Vec<Record>; 3],
    /// An id that is not the request's.
    other_id: Option<u16>,
}

impl Handler {
    /// The response to `request`; `None` means no response.
    fn respond(&self, request: &Request) -> Option<WireResponse> {
        let empty = WireResponse::without_records(request, &self.role);
        if request.metadata.op_code != OpCode::Query {
            return Some(empty.with_code(ResponseCode::NotImp));
        }
        let [query] = request.queries.queries() else {
            return Some(empty.with_code(ResponseCode::FormErr));
        };
        if request.edns.as_ref().is_some_and(|edns| edns.version() > 0) {
            return Some(empty.with_code(ResponseCode::BADVERS));
        }
        if query.query_class() != DNSClass::IN {
            return Some(empty.with_code(ResponseCode::Refused));
        }
        let asked = AskedQuestion {
            question: question_of(query),
            transport: match request.protocol() {
                Protocol::Udp => ServerTransport::Udp,
                _ => ServerTransport::Tcp,
            },
        };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());

        let answer = Answer::to(&asked.question, &self.role, &self.catalogue);
        let signatures = match &request.edns {
            Some(edns) if edns.flags().dnssec_ok => Signatures::Included,
            _ => Signatures::LeftOut,
        };
        let honest = Response::new(request.metadata.id, &asked.question, &answer, signatures);
        let mut changes = self.changes.iter();
        let response =
            changes.try_fold(honest, |response, change| change.apply(&asked, response))?;
        Some(empty.with(response, &asked.question))
    }
}

impl WireResponse {
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
        Self { metadata, queries: None, edns, sections: [const { Vec::new() }; 3], other_id: None }
    }

    /// Sets everything that `response` says; `asked` is the question of the request.
    fn with(mut self, response: Response, asked: &Question) -> Self {
        self.other_id = (response.id != self.metadata.id).then_some(response.id);
        self.queries = (response.question != *asked).then(|| queries(&response.question));
        self.metadata.authoritative = response.is_authoritative;
        self.metadata.truncation = response.is_truncated;
        self.sections = [&response.answers, &response.authority, &response.additional]
            .map(|records| records.iter().map(wire_record).collect());
        self.with_code(response.code.into())
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
            .expect("answers fit into 65,535 octets");
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
        if let Some(id) = response.other_id {
            // Hickory insists on the request's id, so the datagram bypasses it.
            if request.protocol() == Protocol::Udp {
                let mut octets = response.encode(request);
                octets[..2].copy_from_slice(&id.to_be_bytes());
                // A client that has gone is not an error of the server.
                let _ = self.datagrams.send_to(&octets, request.src());
            }
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

fn question_of(query: &LowerQuery) -> Question {
    let labels: Vec<&[u8]> = query.name().iter().collect();
    let name = labels.into_iter().rev().fold(Name::root(), |name, label| {
        name.prepend(label).expect("labels of a name that was parsed fit")
    });
    Question { name, record_type: RecordType::new(query.query_type().into()) }
}

/// `question`, of class IN.
fn queries(question: &Question) -> Queries {
    const CLASS_IN: u16 = 1;
    let fields = [question.record_type.number(), CLASS_IN].map(u16::to_be_bytes).concat();
    let octets = [question.name.as_wire(), &fields].concat();
    Queries::read(&mut BinDecoder::new(&octets), 1).expect("a question was written")
}
