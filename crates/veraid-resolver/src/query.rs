//! Queries (RFC 1035 section 4, RFC 6891).

use std::io;

use veraid_dnssec::{Question, RecordType};

/// The maximum size of a datagram, in bytes, that passes any path (DNS flag day 2020); larger
/// answers come over TCP.
pub(crate) const UDP_PAYLOAD_BYTES: u16 = 1232;

pub(crate) const CLASS_IN: u16 = 1;
pub(crate) const OPT: RecordType = RecordType::new(41);

/// A query in wire format.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) id: u16,
    pub(crate) octets: Vec<u8>,
}

impl Query {
    /// Creates a query to a recursive server that includes signatures and disables the server's
    /// validation (RD, CD and DO): invalid data is then reported in detail, not as SERVFAIL.
    pub(crate) fn new(question: &Question, id: u16) -> Self {
        const RD_AND_CD: u16 = 0x0110;
        const DO: u32 = 0x8000;
        let mut octets = Vec::with_capacity(64);
        for field in [id, RD_AND_CD, 1, 0, 0, 1] {
            octets.extend(field.to_be_bytes());
        }
        append_question(&mut octets, question);
        // The root owns the OPT record, its class is the payload size, its TTL has the flags (RFC
        // 6891 section 6.1.2).
        octets.push(0);
        octets.extend(OPT.number().to_be_bytes());
        octets.extend(UDP_PAYLOAD_BYTES.to_be_bytes());
        octets.extend(DO.to_be_bytes());
        octets.extend(0_u16.to_be_bytes());
        Self { id, octets }
    }

    /// Creates a query with an id that cannot be guessed off the path (RFC 5452 section 4.3).
    pub(crate) fn unpredictable(question: &Question) -> io::Result<Self> {
        let mut id = [0; 2];
        getrandom::fill(&mut id).map_err(io::Error::other)?;
        Ok(Self::new(question, u16::from_be_bytes(id)))
    }
}

pub(crate) fn append_question(octets: &mut Vec<u8>, question: &Question) {
    octets.extend_from_slice(question.name.as_wire());
    octets.extend(question.record_type.number().to_be_bytes());
    octets.extend(CLASS_IN.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_recursion_and_signatures_without_validation() {
        let question =
            Question { name: "_veraid.a.example".parse().unwrap(), record_type: RecordType::TXT };
        assert_eq!(
            Query::new(&question, 0x1234).octets,
            [
                b"\x12\x34\x01\x10\0\x01\0\0\0\0\0\x01".as_slice(),
                b"\x07_veraid\x01a\x07example\0\0\x10\0\x01",
                b"\0\0\x29\x04\xD0\0\0\x80\0\0\0",
            ]
            .concat()
        );
    }
}
