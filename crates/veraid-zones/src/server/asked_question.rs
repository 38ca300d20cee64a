//! Questions as clients asked them.

use veraid_dnssec::Question;

/// The transport of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerTransport {
    /// In a datagram.
    Udp,
    /// Over a connection.
    Tcp,
}

/// A question that a client asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedQuestion {
    /// The question.
    pub question: Question,
    /// The transport that it came over.
    pub transport: ServerTransport,
}
