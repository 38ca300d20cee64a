//! Ways in which a DNS server misbehaves.

use veraid_zones::{AskedQuestion, DnsServer, Question, RecordType, Response, ServerTransport};

/// A way in which a server misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerFault {
    /// It answers SERVFAIL.
    ServerFailure,
    /// It answers REFUSED.
    Refused,
    /// It does not answer, so clients time out.
    Silent,
    /// It answers with another id over UDP, and does not answer over TCP.
    OtherId,
    /// It answers correctly, but repeats another question: the name above.
    OtherQuestion,
    /// It leaves out signatures that were requested.
    WithoutSignatures,
    /// It truncates over UDP, and does not answer over TCP.
    TruncatedWithoutTcp,
    /// It truncates, over TCP as well.
    Truncated,
}

/// A server that can be made to misbehave.
pub trait FaultyServer: Sized {
    /// Misbehaves with `fault` whenever `question` is asked.
    #[must_use]
    fn fault(self, question: &Question, fault: ServerFault) -> Self;

    /// Misbehaves with `fault` for every question.
    #[must_use]
    fn fault_always(self, fault: ServerFault) -> Self;
}

impl FaultyServer for DnsServer {
    fn fault(self, question: &Question, fault: ServerFault) -> Self {
        let faulty = question.clone();
        self.change_responses(move |asked, response| {
            if asked.question == faulty { fault.apply(asked, response) } else { Some(response) }
        })
    }

    fn fault_always(self, fault: ServerFault) -> Self {
        self.change_responses(move |asked, response| fault.apply(asked, response))
    }
}

impl ServerFault {
    /// The response with this fault; `None` means no response.
    fn apply(self, asked: &AskedQuestion, mut response: Response) -> Option<Response> {
        const SERVFAIL: u16 = 2;
        const REFUSED: u16 = 5;
        match self {
            Self::ServerFailure => Some(Response { code: SERVFAIL, ..response.without_records() }),
            Self::Refused => Some(Response { code: REFUSED, ..response.without_records() }),
            Self::Silent => None,
            Self::OtherId => Some(Response { id: response.id ^ 1, ..response }),
            Self::OtherQuestion => {
                let mut names = response.question.name.from_root_down();
                names.pop();
                if let Some(above) = names.pop() {
                    response.question.name = above;
                }
                Some(response)
            }
            Self::WithoutSignatures => {
                for section in
                    [&mut response.answers, &mut response.authority, &mut response.additional]
                {
                    section.retain(|record| {
                        record.record_type != RecordType::RRSIG
                            && (record.record_type != RecordType::DS
                                || asked.question.record_type == RecordType::DS)
                    });
                }
                Some(response)
            }
            Self::TruncatedWithoutTcp if asked.transport == ServerTransport::Tcp => None,
            Self::TruncatedWithoutTcp | Self::Truncated => {
                Some(Response { is_truncated: true, ..response.without_records() })
            }
        }
    }
}
