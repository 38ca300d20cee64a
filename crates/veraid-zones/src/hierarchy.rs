//! Zones from the root down to an RRset.

use std::sync::Arc;

use veraid_dnssec::{Name, RecordType, ValidityPeriod};

use crate::key_seed::KeySeed;
use crate::mock_chain::{ChainLink, MockChain};
use crate::zone::{Rrset, Zone, txt_rdata};
use crate::zone_key::{ZoneAlgorithm, ZoneKey};

/// The division of signing among the keys of a zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeySplit {
    /// One key signs everything.
    #[default]
    Combined,
    /// One key signs the DNSKEY RRset, another signs the rest.
    KskAndZsk,
    /// One key signs the DNSKEY RRset, a second stands by for that, and a third signs the rest, as
    /// in the root.
    TwoKsksAndZsk,
}

/// The keys of a zone that a [`HierarchyBuilder`] makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZoneKeys {
    /// The algorithm of all keys.
    pub algorithm: ZoneAlgorithm,
    /// The number of keys and their roles.
    pub split: KeySplit,
}

impl ZoneKeys {
    /// A single key.
    #[must_use]
    pub const fn combined(algorithm: ZoneAlgorithm) -> Self {
        Self { algorithm, split: KeySplit::Combined }
    }

    /// Two keys.
    #[must_use]
    pub const fn ksk_and_zsk(algorithm: ZoneAlgorithm) -> Self {
        Self { algorithm, split: KeySplit::KskAndZsk }
    }

    /// Three keys: one that signs the DNSKEY RRset, one that stands by to do so, and one for the
    /// rest, as in the root.
    #[must_use]
    pub const fn two_ksks_and_zsk(algorithm: ZoneAlgorithm) -> Self {
        Self { algorithm, split: KeySplit::TwoKsksAndZsk }
    }

    fn zone(self, name: Name, key: impl Fn(KeyRole) -> ZoneKey) -> Zone {
        let ksks = vec![key(KeyRole::Ksk)];
        let standby_ksks = match self.split {
            KeySplit::TwoKsksAndZsk => vec![key(KeyRole::Standby)],
            KeySplit::Combined | KeySplit::KskAndZsk => vec![],
        };
        let zsks = match self.split {
            KeySplit::Combined => vec![],
            KeySplit::KskAndZsk | KeySplit::TwoKsksAndZsk => {
                vec![key(KeyRole::Zsk).with_flags(ZoneKey::ZONE)]
            }
        };
        Zone { name, ksks, standby_ksks, zsks }
    }
}

/// The role of a key in its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyRole {
    /// It signs the DNSKEY RRset, and everything else if there is no [`Zsk`](Self::Zsk).
    Ksk,
    /// It signs everything except the DNSKEY RRset.
    Zsk,
    /// It stands by to become the [`Ksk`](Self::Ksk) and signs nothing.
    Standby,
}

impl KeyRole {
    /// The key's number among the seeded keys of a zone.
    const fn seeded_index(self) -> usize {
        match self {
            Self::Ksk => 0,
            Self::Zsk => 1,
            Self::Standby => 2,
        }
    }
}

/// A place for a key in a [`Hierarchy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySlot<'a> {
    /// The name of the zone.
    pub zone: &'a Name,
    /// The role of the key in its zone.
    pub role: KeyRole,
    /// The algorithm of the key.
    pub algorithm: ZoneAlgorithm,
}

/// The origin of a hierarchy's keys.
#[derive(Clone)]
enum KeySource {
    Seed(KeySeed),
    Supplied(Arc<dyn Fn(KeySlot<'_>) -> ZoneKey + Send + Sync>),
}

impl KeySource {
    fn key(&self, slot: KeySlot<'_>) -> ZoneKey {
        match self {
            Self::Seed(seed) => ZoneKey::from_seed(
                slot.algorithm,
                &seed.of_zone(slot.zone),
                slot.role.seeded_index(),
            ),
            Self::Supplied(keys) => keys(slot),
        }
    }
}

impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Seed(seed) => seed.fmt(f),
            Self::Supplied(_) => f.write_str("Supplied(..)"),
        }
    }
}

/// A root zone, the zones below it on the way to a name, and the RRset there.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    /// The root.
    pub root: Zone,
    /// The zones below, each the parent of the next; the last one contains the RRset.
    pub zones: Vec<Zone>,
    /// The RRset that the chain is for.
    pub answer: Rrset,
    /// The period of every RRSIG.
    pub period: ValidityPeriod,
    /// The digest type of every DS and of the trust anchors.
    pub ds_digest_type: u8,
    /// The time to live of DNSKEY and DS records.
    pub ttl: u32,
}

impl Hierarchy {
    /// Signs everything: DNSKEY of the root, then DS and DNSKEY of each zone, then the RRset.
    #[must_use]
    pub fn sign(&self) -> MockChain {
        MockChain::new(self.links(), self.trust_anchors())
    }

    /// Signs as [`sign`](Self::sign) does, but reuses the messages of `signed` for links that are
    /// equal there, so that nothing is signed twice.
    ///
    /// For another organisation in the same top-level domain, these are the links of the root's
    /// keys and of that domain, if both were made with the same keys and period; for the same
    /// organisation, all links. Messages are taken as they are, even if they were changed after
    /// signing.
    #[must_use]
    pub fn sign_on(&self, signed: &MockChain) -> MockChain {
        let links = self.links();
        let messages = links
            .iter()
            .map(|link| {
                let known = signed.links.iter().position(|other| other.signs_alike(link));
                known.map_or_else(|| link.message(), |place| signed.messages[place].clone())
            })
            .collect();
        MockChain { links, messages, trust_anchors: self.trust_anchors() }
    }

    fn links(&self) -> Vec<ChainLink> {
        let mut links =
            vec![self.link(self.root.dnskey_rrset(self.ttl), &self.root, &self.root.ksks)];
        let mut parent = &self.root;
        for zone in &self.zones {
            links.push(self.link(
                zone.ds_rrset(self.ds_digest_type, self.ttl),
                parent,
                parent.data_keys(),
            ));
            links.push(self.link(zone.dnskey_rrset(self.ttl), zone, &zone.ksks));
            parent = zone;
        }
        links.push(self.link(self.answer.clone(), parent, parent.data_keys()));
        links
    }

    /// The root's [entry points](Zone::entry_points) as DS records in presentation format.
    #[must_use]
    pub fn trust_anchors(&self) -> String {
        let lines: Vec<_> = self
            .root
            .entry_points()
            .map(|key| key.ds_presentation(&self.root.name, self.ds_digest_type))
            .collect();
        lines.join("\n")
    }

    fn link(&self, rrset: Rrset, signer: &Zone, keys: &[ZoneKey]) -> ChainLink {
        ChainLink { rrset, signer: signer.name.clone(), keys: keys.to_vec(), period: self.period }
    }
}

/// Builds a [`Hierarchy`].
///
/// By default the name is `_veraid.example.com` and every name above it is a zone. The root is RSA
/// with two keys, which take about 0.1 s each to find; the zones below have one P-256 key each.
///
/// ```
/// use veraid_zones::{HierarchyBuilder, Timestamp, ValidityPeriod, ZoneAlgorithm, ZoneKeys};
///
/// // In real use, 32 bytes of the operating system's randomness.
/// let seed = [7; 32];
/// let period = ValidityPeriod::at(Timestamp::from_unix_seconds(1_795_305_600));
/// let p256 = ZoneAlgorithm::EcdsaP256;
/// let chain = HierarchyBuilder::new(seed, period)
///     .zone_algorithms(p256, p256, p256)
///     .zone_keys(".", ZoneKeys::two_ksks_and_zsk(p256))
///     .build();
/// assert_eq!(chain.trust_anchors.lines().count(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct HierarchyBuilder {
    owner: Name,
    answer: Option<Rrset>,
    records: Vec<Vec<u8>>,
    root: ZoneKeys,
    tld: ZoneKeys,
    zone: ZoneKeys,
    special: Vec<(Name, ZoneKeys)>,
    skipped: Vec<Name>,
    period: ValidityPeriod,
    ds_digest_type: u8,
    keys: KeySource,
}

impl HierarchyBuilder {
    /// The default hierarchy, with keys derived from `seed` and RRSIGs that are valid in `period`.
    ///
    /// There are different keys for each zone and role. They are as secret as `seed`, and the same
    /// seed gives the same keys. See [`ZoneKey::from_seed`], also for how long keys take.
    ///
    /// # Panics
    ///
    /// Never: the default name is a domain name.
    #[must_use]
    pub fn new(seed: [u8; 32], period: ValidityPeriod) -> Self {
        Self::from_source(KeySource::Seed(KeySeed::new(seed)), period)
    }

    /// The default hierarchy, with keys that `keys` supplies and RRSIGs that are valid in `period`.
    ///
    /// For tests that need the same keys on every run.
    ///
    /// # Panics
    ///
    /// Never: the default name is a domain name.
    #[must_use]
    pub fn with_keys(
        period: ValidityPeriod,
        keys: impl Fn(KeySlot<'_>) -> ZoneKey + Send + Sync + 'static,
    ) -> Self {
        Self::from_source(KeySource::Supplied(Arc::new(keys)), period)
    }

    fn from_source(keys: KeySource, period: ValidityPeriod) -> Self {
        Self {
            owner: name("_veraid.example.com"),
            answer: None,
            records: vec![txt_rdata(&[b"text"])],
            root: ZoneKeys::ksk_and_zsk(ZoneAlgorithm::RsaSha256),
            tld: ZoneKeys::combined(ZoneAlgorithm::EcdsaP256),
            zone: ZoneKeys::combined(ZoneAlgorithm::EcdsaP256),
            special: vec![],
            skipped: vec![],
            period,
            ds_digest_type: 2,
            keys,
        }
    }

    /// Sets the algorithms, without changing the division among keys.
    #[must_use]
    pub fn zone_algorithms(
        mut self,
        root: ZoneAlgorithm,
        tld: ZoneAlgorithm,
        zone: ZoneAlgorithm,
    ) -> Self {
        self.root.algorithm = root;
        self.tld.algorithm = tld;
        self.zone.algorithm = zone;
        self
    }

    /// Sets the division of signing among keys in the root, the top-level domain and the zones
    /// below.
    #[must_use]
    pub fn key_split(mut self, root: KeySplit, tld: KeySplit, zone: KeySplit) -> Self {
        self.root.split = root;
        self.tld.split = tld;
        self.zone.split = zone;
        self
    }

    /// Sets the keys of the zone `zone`.
    ///
    /// # Panics
    ///
    /// If `zone` is not a domain name.
    #[must_use]
    pub fn zone_keys(mut self, zone: &str, keys: ZoneKeys) -> Self {
        self.special.push((name(zone), keys));
        self
    }

    /// Removes the zone of this name; its records are in the zone above.
    ///
    /// # Panics
    ///
    /// If `zone` is not a domain name.
    #[must_use]
    pub fn without_zone(mut self, zone: &str) -> Self {
        self.skipped.push(name(zone));
        self
    }

    /// Sets the validity period of all RRSIGs.
    #[must_use]
    pub fn period(mut self, period: ValidityPeriod) -> Self {
        self.period = period;
        self
    }

    /// Sets the owner of the RRset. Its parent and every name above are zones.
    ///
    /// # Panics
    ///
    /// If `owner` is not a domain name.
    #[must_use]
    pub fn owner(mut self, owner: &str) -> Self {
        self.owner = name(owner);
        self
    }

    /// Sets the RRset to TXT records of one character-string each.
    ///
    /// # Panics
    ///
    /// If one is longer than 255 octets.
    #[must_use]
    pub fn txt(self, records: &[&str]) -> Self {
        let rdata = records.iter().map(|record| txt_rdata(&[record.as_bytes()])).collect();
        self.txt_rdata(rdata)
    }

    /// Sets the RRset to TXT records with these data.
    #[must_use]
    pub fn txt_rdata(mut self, rdata: Vec<Vec<u8>>) -> Self {
        self.records = rdata;
        self
    }

    /// Sets the RRset, in place of TXT records, and its owner.
    #[must_use]
    pub fn answer(mut self, rrset: Rrset) -> Self {
        self.owner = rrset.owner.clone();
        self.answer = Some(rrset);
        self
    }

    /// Sets the digest type of DS records and trust anchors.
    #[must_use]
    pub fn ds_digest_type(mut self, digest_type: u8) -> Self {
        self.ds_digest_type = digest_type;
        self
    }

    /// The zones, before they are signed.
    #[must_use]
    pub fn hierarchy(&self) -> Hierarchy {
        let mut above = self.owner.from_root_down();
        above.pop();
        let zones = above
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, name)| !self.skipped.contains(name))
            .map(|(depth, name)| {
                let usual = if depth == 1 && above.len() > 2 { self.tld } else { self.zone };
                self.zone_at(name, usual)
            })
            .collect();
        let answer = self.answer.clone().unwrap_or_else(|| Rrset {
            owner: self.owner.clone(),
            record_type: RecordType::TXT,
            ttl: 300,
            rdata: self.records.clone(),
        });
        Hierarchy {
            root: self.zone_at(&Name::root(), self.root),
            zones,
            answer,
            period: self.period,
            ds_digest_type: self.ds_digest_type,
            ttl: 3600,
        }
    }

    /// The signed chain.
    #[must_use]
    pub fn build(&self) -> MockChain {
        self.hierarchy().sign()
    }

    fn zone_at(&self, zone: &Name, usual: ZoneKeys) -> Zone {
        let keys = self.keys_of(zone, usual);
        keys.zone(zone.clone(), |role| {
            self.keys.key(KeySlot { zone, role, algorithm: keys.algorithm })
        })
    }

    fn keys_of(&self, zone: &Name, usual: ZoneKeys) -> ZoneKeys {
        self.special.iter().rfind(|(name, _)| name == zone).map_or(usual, |(_, keys)| *keys)
    }
}

fn name(text: &str) -> Name {
    text.parse().expect("callers give domain names")
}
