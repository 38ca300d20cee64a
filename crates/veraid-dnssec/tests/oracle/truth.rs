//! The truth about a world, second by second, only by the definitions of the RFCs.
//!
//! Nothing here combines periods: whether a key, a DS or the record is proved is decided anew for
//! each second. The requested period decides only the path: a name is a zone of its own if its
//! parent proves a DS for it at some requested second (docs/decisions.md, "Only a proved DS moves
//! the walk").

use veraid_dnssec::RecordType;
use veraid_testkit::signed_bytes;

use super::hash_crypto;
use super::world::{Answer, Key, Rrsig, World};

/// A requested period, both ends included.
pub(crate) type Requested = (u64, u64);

/// Keys of one zone: a bit for each, in the zone's order.
type Keys = u32;

/// The facts that do not depend on time: the maker of each RRSIG, and the keys that a message has
/// or names.
pub(crate) struct Facts<'a> {
    world: &'a World,
    messages: Vec<Message>,
    /// For each anchor the keys of the root that it names.
    anchored: Vec<Keys>,
}

struct Message {
    record_type: RecordType,
    /// The zone that a DNSKEY or DS is about; the owner's for the record.
    zone: usize,
    /// Usable keys of the zone that a DNSKEY has, or that a DS names.
    keys: Keys,
    /// True if one of the DSs has a digest and algorithm that count.
    has_usable_ds: bool,
    rrsigs: Vec<Maker>,
}

/// The key that made an RRSIG: its zone and position there; `None` if it was not made by a usable
/// key, or the fields do not fit the RRset.
#[derive(Clone, Copy)]
struct Maker {
    key: Option<(usize, usize)>,
    inception: u32,
    expiration: u32,
}

pub(crate) struct Truth<'a> {
    facts: &'a Facts<'a>,
    /// The zones that the walk enters, as indices into the world's zones.
    path: Vec<usize>,
    /// True if the walk reaches a zone that has no DS of a known digest.
    is_insecure: bool,
    /// For each message the first and last second of each RRSIG.
    seconds: Vec<Vec<Option<(i128, i128)>>>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        let messages = world.answers.iter().map(|answer| Message::new(world, answer)).collect();
        let root = &world.zones[0];
        let anchored = world
            .anchors
            .iter()
            .map(|anchor| {
                mask(&root.keys, |key| {
                    if anchor.is_ds {
                        is_named_by(key, &root.name, &anchor.rdata)
                    } else {
                        anchor.rdata == key.rdata
                    }
                })
            })
            .collect();
        Self { world, messages, anchored }
    }
}

impl Message {
    fn new(world: &World, answer: &Answer) -> Self {
        let rrset = &answer.rrset;
        let zone = world.zones.iter().position(|zone| zone.name == rrset.owner).unwrap();
        let of_zone = &world.zones[zone];
        let keys = mask(&of_zone.keys, |key| match rrset.record_type {
            RecordType::DNSKEY => key.usable && rrset.rdata.contains(&key.rdata),
            RecordType::DS => rrset.rdata.iter().any(|ds| is_named_by(key, &of_zone.name, ds)),
            _ => false,
        });
        let is_ds = rrset.record_type == RecordType::DS;
        Self {
            record_type: rrset.record_type,
            zone,
            keys,
            has_usable_ds: is_ds && rrset.rdata.iter().any(|ds| is_usable_ds(ds)),
            rrsigs: answer.rrsigs.iter().map(|rrsig| Maker::new(world, answer, rrsig)).collect(),
        }
    }
}

impl Maker {
    fn new(world: &World, answer: &Answer, rrsig: &Rrsig) -> Self {
        let fields = &rrsig.fields;
        let octets = signed_bytes(&answer.rrset, fields);
        let made_it = |key: &Key| {
            key.usable
                && key.tag() == fields.key_tag
                && key.algorithm() == fields.algorithm
                && hash_crypto::sign(key.public(), &octets) == rrsig.signature
        };
        let fits = usize::from(fields.labels) == answer.rrset.owner.labels().count();
        let zone = world.zones.iter().position(|zone| zone.name == fields.signer).unwrap();
        let key = world.zones[zone].keys.iter().position(made_it).filter(|_| fits);
        Self {
            key: key.map(|key| (zone, key)),
            inception: fields.inception,
            expiration: fields.expiration,
        }
    }
}

impl<'a> Truth<'a> {
    pub(crate) fn new(facts: &'a Facts<'a>, requested: Requested) -> Self {
        let max = facts.world.max_signature_seconds.map(i128::from);
        let seconds = |maker: &Maker| {
            let (first, last) = seconds_of(maker.inception, maker.expiration, requested)?;
            // Seconds before 1970 cannot be expressed, so they do not count.
            let length = last - first.max(0);
            max.is_none_or(|max| length <= max).then_some((first, last))
        };
        let seconds = facts
            .messages
            .iter()
            .map(|message| message.rrsigs.iter().map(seconds).collect())
            .collect();
        let mut truth = Self { facts, path: vec![0], is_insecure: false, seconds };
        for zone in 1..facts.world.zones.len() {
            let place = truth.path.len() - 1;
            let (mut is_zone, mut is_secure) = (false, false);
            for second in requested.0..=requested.1 {
                let keys = truth.keys_at(place, second);
                for delegation in
                    truth.proved(RecordType::DS, zone, truth.path[place], second, keys)
                {
                    is_zone = true;
                    is_secure |= delegation.has_usable_ds;
                }
            }
            if is_zone {
                truth.is_insecure |= !is_secure;
                truth.path.push(zone);
            }
        }
        truth
    }

    /// Returns true if the record is proved at `second`.
    pub(crate) fn holds(&self, second: u64) -> bool {
        let place = self.path.len() - 1;
        let keys = self.keys_at(place, second);
        let owner = self.facts.world.zones.len() - 1;
        !self.is_insecure
            && self.proved(RecordType::TXT, owner, self.path[place], second, keys).next().is_some()
    }

    /// The keys of the zone at this position of the path that are proved at `second`.
    fn keys_at(&self, place: usize, second: u64) -> Keys {
        let zone = self.path[place];
        let entries: Keys = match place.checked_sub(1) {
            None => self
                .facts
                .world
                .anchors
                .iter()
                .zip(&self.facts.anchored)
                .filter(|(anchor, _)| (anchor.seconds.0..=anchor.seconds.1).contains(&second))
                .fold(0, |all, (_, keys)| all | keys),
            Some(above) => {
                let keys = self.keys_at(above, second);
                self.proved(RecordType::DS, zone, self.path[above], second, keys)
                    .fold(0, |all, delegation| all | delegation.keys)
            }
        };
        // An RRset of keys is proved by one of its own keys.
        self.facts
            .messages
            .iter()
            .enumerate()
            .filter(|(_, message)| {
                message.record_type == RecordType::DNSKEY && message.zone == zone
            })
            .filter(|(index, message)| self.is_signed(*index, zone, second, entries & message.keys))
            .fold(0, |all, (_, message)| all | message.keys)
    }

    /// The messages with records of a type about a zone that one of `keys`, which are of the zone
    /// `signer`, signs for `second`.
    fn proved(
        &self,
        record_type: RecordType,
        zone: usize,
        signer: usize,
        second: u64,
        keys: Keys,
    ) -> impl Iterator<Item = &Message> {
        self.facts.messages.iter().enumerate().filter_map(move |(index, message)| {
            let is_it = message.record_type == record_type
                && message.zone == zone
                && self.is_signed(index, signer, second, keys);
            is_it.then_some(message)
        })
    }

    fn is_signed(&self, message: usize, signer: usize, second: u64, keys: Keys) -> bool {
        let second = i128::from(second);
        let rrsigs = self.facts.messages[message].rrsigs.iter().zip(&self.seconds[message]);
        rrsigs.into_iter().any(|(maker, seconds)| {
            maker.key.is_some_and(|(zone, key)| zone == signer && keys & (1 << key) != 0)
                && seconds.is_some_and(|(first, last)| (first..=last).contains(&second))
        })
    }
}

fn mask(keys: &[Key], is_in: impl Fn(&Key) -> bool) -> Keys {
    keys.iter().enumerate().fold(0, |all, (place, key)| all | (Keys::from(is_in(key)) << place))
}

/// Returns true if a DS names the key, with a digest that counts.
fn is_named_by(key: &Key, owner: &veraid_dnssec::Name, ds: &[u8]) -> bool {
    is_usable_ds(ds) && ds == key.ds(owner, ds[3])
}

fn is_usable_ds(ds: &[u8]) -> bool {
    matches!((ds[3], ds.len()), (2, 36) | (4, 52)) && matches!(ds[2], 8 | 10 | 13..=16)
}

/// The seconds of an RRSIG, whose times repeat (RFC 4034 section 3.1.5): from an instant that is
/// the inception modulo 2^32 to the first one from there on that is the expiration, less than 2^31
/// seconds away.
///
/// Of all such periods the one that has requested seconds; if there is none, the one whose
/// inception is nearest to the last requested second, the earlier one of two.
fn seconds_of(inception: u32, expiration: u32, requested: Requested) -> Option<(i128, i128)> {
    const TURN: i128 = 1 << 32;
    let (first, last) = (i128::from(requested.0), i128::from(requested.1));
    let periods: Vec<(i128, i128)> = (-2..5)
        .filter_map(|turns| {
            let start = i128::from(inception) + turns * TURN;
            let end = (-2..6)
                .map(|turns| i128::from(expiration) + turns * TURN)
                .filter(|instant| *instant >= start)
                .min()?;
            (end - start < TURN / 2).then_some((start, end))
        })
        .collect();
    let has_requested = |period: &&(i128, i128)| period.0 <= last && first <= period.1;
    periods
        .iter()
        .find(has_requested)
        .or_else(|| periods.iter().min_by_key(|(start, _)| ((start - last).abs(), *start)))
        .copied()
}
