//! A chain of DNS messages that can be taken apart and reassembled.

use veraid_dnssec::{Name, Question, ValidityPeriod};

use crate::message::answer_message;
use crate::zone::{Rrset, RrsigFields, rrsig_rdata};
use crate::zone_key::ZoneKey;

/// One step of a chain: an RRset and the zone and keys that sign it.
#[derive(Clone, Debug)]
pub struct ChainLink {
    /// The RRset.
    pub rrset: Rrset,
    /// The zone that signs it.
    pub signer: Name,
    /// The keys that sign it, each with an RRSIG.
    pub keys: Vec<ZoneKey>,
    /// The period of the RRSIGs.
    pub period: ValidityPeriod,
}

impl ChainLink {
    /// The question that the link answers.
    #[must_use]
    pub fn question(&self) -> Question {
        self.rrset.question()
    }

    /// The correct fields of the RRSIG that `key` makes.
    #[must_use]
    pub fn rrsig_fields(&self, key: &ZoneKey) -> RrsigFields {
        RrsigFields::honest(&self.rrset, key, &self.signer, self.period)
    }

    /// The data of the RRSIGs, one for each key.
    #[must_use]
    pub fn rrsigs(&self) -> Vec<Vec<u8>> {
        self.rrsigs_with(|_| {})
    }

    /// The data of the RRSIGs, each with its fields changed by `change` before signing.
    #[must_use]
    pub fn rrsigs_with(&self, change: impl Fn(&mut RrsigFields)) -> Vec<Vec<u8>> {
        self.keys
            .iter()
            .map(|key| {
                let mut fields = self.rrsig_fields(key);
                change(&mut fields);
                rrsig_rdata(&self.rrset, &fields, key)
            })
            .collect()
    }

    /// The signed message.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        self.message_with(&self.rrsigs())
    }

    /// Returns true if both have the same message: the same RRset, signed by the same keys for the
    /// same period.
    pub(crate) fn signs_alike(&self, other: &Self) -> bool {
        let keys =
            |link: &Self| -> Vec<_> { link.keys.iter().map(ZoneKey::dnskey_rdata).collect() };
        (&self.rrset, &self.signer, self.period) == (&other.rrset, &other.signer, other.period)
            && keys(self) == keys(other)
    }

    /// The message with RRSIGs that have these data.
    #[must_use]
    pub fn message_with(&self, rrsigs: &[Vec<u8>]) -> Vec<u8> {
        answer_message(&self.question(), &self.rrset, rrsigs)
    }
}

/// A signed chain: its messages, their trust anchors and the links that the messages were made
/// from.
#[derive(Clone, Debug)]
pub struct MockChain {
    /// The link behind each message, in the order in which
    /// [`Hierarchy::sign`](crate::Hierarchy::sign) made them.
    pub links: Vec<ChainLink>,
    /// The messages: first one for each link, then any that were added.
    pub messages: Vec<Vec<u8>>,
    /// The root's keys as DS records in presentation format, one on a line.
    pub trust_anchors: String,
}

impl MockChain {
    /// Signs `links`.
    #[must_use]
    pub fn new(links: Vec<ChainLink>, trust_anchors: String) -> Self {
        let messages = links.iter().map(ChainLink::message).collect();
        Self { links, messages, trust_anchors }
    }

    /// The position of the message that answers `question`, in both [`links`](Self::links) and
    /// [`messages`](Self::messages).
    ///
    /// # Panics
    ///
    /// If there is no such message.
    #[must_use]
    pub fn position(&self, question: &Question) -> usize {
        self.links
            .iter()
            .position(|link| link.question() == *question)
            .unwrap_or_else(|| panic!("the chain has no link for {question}"))
    }

    /// The position of the message of this name and type, both in presentation format.
    ///
    /// # Panics
    ///
    /// If there is no such message.
    #[must_use]
    pub fn find(&self, name: &str, record_type: &str) -> usize {
        self.position(&Question {
            name: name.parse().expect("callers give domain names"),
            record_type: record_type.parse().expect("callers give record types"),
        })
    }

    /// The link that answers `question`.
    ///
    /// # Panics
    ///
    /// If there is no such link.
    #[must_use]
    pub fn link(&self, question: &Question) -> &ChainLink {
        &self.links[self.position(question)]
    }

    /// Changes the link that answers `question` and signs only that link again.
    ///
    /// # Panics
    ///
    /// If there is no such link.
    pub fn change_link(&mut self, question: &Question, change: impl FnOnce(&mut ChainLink)) {
        let position = self.position(question);
        let link = &mut self.links[position];
        change(link);
        self.messages[position] = link.message();
    }

    /// Signs the link that answers `question` again, with its RRSIG fields changed by `change`.
    ///
    /// # Panics
    ///
    /// If there is no such link.
    pub fn change_rrsigs(&mut self, question: &Question, change: impl Fn(&mut RrsigFields)) {
        let position = self.position(question);
        let link = &self.links[position];
        self.messages[position] = link.message_with(&link.rrsigs_with(change));
    }

    /// Puts `message` in place of the answer to `question`.
    ///
    /// # Panics
    ///
    /// If there is no such answer.
    pub fn replace(&mut self, question: &Question, message: Vec<u8>) {
        let position = self.position(question);
        self.messages[position] = message;
    }

    /// Removes the answer to `question`, both link and message.
    ///
    /// # Panics
    ///
    /// If there is no such answer.
    pub fn remove(&mut self, question: &Question) -> ChainLink {
        let position = self.position(question);
        self.messages.remove(position);
        self.links.remove(position)
    }

    /// The question that the chain proves: that of the last link.
    ///
    /// # Panics
    ///
    /// If the chain has no links.
    #[must_use]
    pub fn question(&self) -> Question {
        self.links.last().expect("a chain has links").question()
    }
}
