//! All records that a server has.

use std::collections::BTreeMap;

use veraid_dnssec::{Name, Question, RecordType};

use crate::mock_chain::{ChainLink, MockChain};
use crate::zone::Rrset;

pub(super) const A: RecordType = RecordType::new(1);
pub(super) const NS: RecordType = RecordType::new(2);
pub(super) const SOA: RecordType = RecordType::new(6);

/// The RRsets of some chains, and the SOA and NS records that complete their zones.
#[derive(Clone, Debug)]
pub(super) struct Catalogue {
    rrsets: BTreeMap<(Name, RecordType), SignedRrset>,
    zones: Vec<Name>,
}

/// An RRset, its signatures and its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignedRrset {
    pub(super) rrset: Rrset,
    pub(super) rrsigs: Vec<Vec<u8>>,
    pub(super) zone: Name,
}

impl Catalogue {
    /// Signs all RRsets.
    pub(super) fn new<'a>(chains: impl IntoIterator<Item = &'a MockChain>) -> Self {
        let mut catalogue = Self { rrsets: BTreeMap::new(), zones: Vec::new() };
        for chain in chains {
            for link in &chain.links {
                catalogue.add(link);
            }
            for link in &chain.links {
                catalogue.add_apex(chain, link);
            }
        }
        catalogue
    }

    /// The RRset that answers `question`.
    pub(super) fn get(&self, question: &Question) -> Option<&SignedRrset> {
        self.rrsets.get(&(question.name.clone(), question.record_type))
    }

    /// Returns true if there is a record at `name` or below it.
    pub(super) fn has_name(&self, name: &Name) -> bool {
        self.rrsets.keys().any(|(owner, _)| owner.is_at_or_below(name))
    }

    /// Returns true if there is a zone called `name`.
    pub(super) fn has_zone(&self, name: &Name) -> bool {
        self.zones.contains(name)
    }

    /// The deepest zone that `name` is at or below.
    pub(super) fn zone_of(&self, name: &Name) -> Option<&Name> {
        let above = self.zones.iter().filter(|zone| name.is_at_or_below(zone));
        above.max_by_key(|zone| zone.label_count())
    }

    /// The zone nearest to `zone` that is below it, and that `name` is at or below.
    pub(super) fn cut_between(&self, zone: &Name, name: &Name) -> Option<&Name> {
        let between = self
            .zones
            .iter()
            .filter(|cut| *cut != zone && cut.is_at_or_below(zone) && name.is_at_or_below(cut));
        between.min_by_key(|cut| cut.label_count())
    }

    fn add(&mut self, link: &ChainLink) {
        let signed = SignedRrset {
            rrset: link.rrset.clone(),
            rrsigs: link.rrsigs(),
            zone: link.signer.clone(),
        };
        let key = (link.rrset.owner.clone(), link.rrset.record_type);
        if let Some(there) = self.rrsets.get(&key) {
            assert_eq!(*there, signed, "chains have different answers to {}", link.question());
        } else {
            self.rrsets.insert(key, signed);
        }
    }

    /// Adds SOA and NS of the zone that signs `link`, and the address of its server.
    fn add_apex(&mut self, chain: &MockChain, link: &ChainLink) {
        const TTL: u32 = 3600;
        let zone = &link.signer;
        if self.has_zone(zone) {
            return;
        }
        self.zones.push(zone.clone());
        let server = zone.prepend(b"ns").expect("names of zones leave room for a label");
        // The serial number, then refresh, retry, expiry and negative time to live (RFC 1035
        // section 3.3.13).
        let numbers = [1_u32, 3600, 600, 86_400, 300].map(u32::to_be_bytes).concat();
        let soa = [server.as_wire(), server.as_wire(), &numbers].concat();
        let loopback = vec![127, 0, 0, 1];
        for (owner, record_type, rdata) in
            [(zone, SOA, soa), (zone, NS, server.as_wire().to_vec()), (&server, A, loopback)]
        {
            let rrset = Rrset { owner: owner.clone(), record_type, ttl: TTL, rdata: vec![rdata] };
            self.add(&ChainLink { rrset, ..data_link(chain, zone, link) });
        }
    }
}

/// A link of `zone` that its data keys sign. The link of the DNSKEY RRset has other signers, and is
/// used only for zones that have nothing else.
fn data_link(chain: &MockChain, zone: &Name, any: &ChainLink) -> ChainLink {
    let is_data =
        |link: &&ChainLink| link.signer == *zone && link.rrset.record_type != RecordType::DNSKEY;
    chain.links.iter().find(is_data).unwrap_or(any).clone()
}
