//! RRsets as signatures cover them: canonical, sorted and without duplicates.

use crate::error::BogusReason;
use crate::limits::{Limit, Limits};
use crate::message::{Message, Question};
use crate::rdata::Rrsig;
use crate::record_type::RecordType;

/// The records of one owner and type in one message, and the signatures beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rrset {
    pub(crate) question: Question,
    /// Canonical data, sorted as octets, without duplicates (RFC 4034 section 6.3).
    pub(crate) rdata: Vec<Vec<u8>>,
    /// Without duplicates, in an order that the sender cannot choose.
    pub(crate) rrsigs: Vec<Rrsig>,
}

/// The reason why there is no RRset.
pub(crate) enum NoRrset {
    /// The message has no such record.
    Absent,
    /// One of the records' data does not parse.
    Malformed,
    /// More signatures than the limit allows.
    LimitExceeded(Limit),
}

impl Rrset {
    /// The RRset for `question` in the answer section of `message`. The rest of the message is
    /// ignored.
    pub(crate) fn from_message(
        message: &Message,
        question: &Question,
        limits: &Limits,
    ) -> Result<Self, NoRrset> {
        let at_owner = || message.answers().iter().filter(|record| record.above.is_none());
        let mut rdata = Vec::new();
        for record in at_owner().filter(|record| record.record_type == question.record_type) {
            rdata.push(message.canonical_rdata(record).ok_or(NoRrset::Malformed)?);
        }
        if rdata.is_empty() {
            return Err(NoRrset::Absent);
        }
        rdata.sort_unstable();
        rdata.dedup();

        let mut covering: Vec<&[u8]> = at_owner()
            .filter(|record| record.record_type == RecordType::RRSIG)
            .map(|record| message.rdata(record))
            .filter(|rdata| rdata.starts_with(&question.record_type.number().to_be_bytes()))
            .collect();
        covering.sort_unstable();
        covering.dedup();
        if covering.len() > limits.rrsigs_per_rrset {
            return Err(NoRrset::LimitExceeded(Limit::RrsigsPerRrset));
        }
        // An RRSIG that does not parse proves nothing and does no harm.
        let rrsigs = covering.into_iter().filter_map(Rrsig::parse).collect();
        Ok(Self { question: question.clone(), rdata, rrsigs })
    }

    /// The octets that `rrsig` covers (RFC 4034 section 3.1.8.1).
    pub(crate) fn signed_data(&self, rrsig: &Rrsig) -> Vec<u8> {
        const CLASS_IN: [u8; 2] = [0, 1];
        let owner = self.question.name.as_wire();
        let per_record = owner.len().saturating_add(10);
        let data: usize =
            self.rdata.iter().map(|rdata| rdata.len().saturating_add(per_record)).sum();
        let mut octets = Vec::with_capacity(data.saturating_add(18 + 255));
        rrsig.append_signed_prefix(&mut octets);
        for rdata in &self.rdata {
            octets.extend_from_slice(owner);
            octets.extend_from_slice(&self.question.record_type.number().to_be_bytes());
            octets.extend_from_slice(&CLASS_IN);
            octets.extend_from_slice(&rrsig.original_ttl);
            // Only names in SRV and the like can grow, and those records have one name; the length
            // fits the message it came from.
            octets.extend_from_slice(&u16::try_from(rdata.len()).unwrap_or(u16::MAX).to_be_bytes());
            octets.extend_from_slice(rdata);
        }
        octets
    }

    /// Checks that the RRSIG's label count is the owner's: neither a wildcard nor a longer name.
    pub(crate) fn check_labels(&self, rrsig: &Rrsig) -> Result<(), BogusReason> {
        let owner_labels = self.question.name.label_count();
        let labels = rrsig.labels;
        match usize::from(labels).cmp(&owner_labels) {
            std::cmp::Ordering::Less => Err(BogusReason::Wildcard { labels, owner_labels }),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(BogusReason::TooManyLabels { labels, owner_labels }),
        }
    }
}
