//! Small random worlds: a root, up to three names below it that may be zones, and a TXT record.
//!
//! Each question is answered by one to three messages, and each zone has one to four keys, some
//! with the same key tag. RRSIGs are valid, or invalid in one way. Everything happens within a
//! minute, around instants at which serial number arithmetic could go wrong.

use veraid_dnssec::{Name, Question, RecordType, Timestamp, TrustAnchor, ValidityPeriod};
use veraid_testkit::{MessageBuilder, Record, Rrset, RrsigFields, key_tag, signed_bytes};

use super::hash_crypto;
use super::random::Random;

/// The seconds of a world, from its first one on.
pub(crate) const SECONDS: u64 = 60;

/// 2026-11-22, 2038-01-19, 2106-02-07, 2^33 seconds and the first minute of 1970: the first second
/// of a world lies half a minute before.
const INSTANTS: [u64; 5] = [1_795_348_800, 1 << 31, 1 << 32, 1 << 33, 30];

pub(crate) struct World {
    /// The first second.
    pub(crate) start: u64,
    /// The root, then the names on the way to the record, each with its keys if it is a zone.
    pub(crate) zones: Vec<Zone>,
    /// The owner of the TXT record.
    pub(crate) owner: Name,
    pub(crate) anchors: Vec<Anchor>,
    pub(crate) answers: Vec<Answer>,
    /// True if few RRSIGs are invalid or short, so that more is proved.
    is_calm: bool,
    /// The longest RRSIG that counts.
    pub(crate) max_signature_seconds: Option<u64>,
}

pub(crate) struct Zone {
    pub(crate) name: Name,
    pub(crate) keys: Vec<Key>,
}

/// A key, which may be unusable.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) rdata: Vec<u8>,
    pub(crate) usable: bool,
}

impl Key {
    pub(crate) fn tag(&self) -> u16 {
        key_tag(&self.rdata)
    }

    pub(crate) fn algorithm(&self) -> u8 {
        self.rdata[3]
    }

    pub(crate) fn public(&self) -> &[u8] {
        &self.rdata[4..]
    }

    /// The data of a DS for this key in the zone `owner`.
    pub(crate) fn ds(&self, owner: &Name, digest_type: u8) -> Vec<u8> {
        let length = if digest_type == 4 { 48 } else { 32 };
        let digest = hash_crypto::digest(length, &[owner.as_wire(), &self.rdata].concat());
        [&self.tag().to_be_bytes(), [self.algorithm(), digest_type].as_slice(), &digest].concat()
    }
}

/// A trust anchor: the data of a DS or a DNSKEY, and the seconds in which it is trusted.
pub(crate) struct Anchor {
    pub(crate) rdata: Vec<u8>,
    pub(crate) is_ds: bool,
    pub(crate) seconds: (u64, u64),
}

impl Anchor {
    pub(crate) fn to_anchor(&self) -> TrustAnchor {
        let t = Timestamp::from_unix_seconds;
        let validity = ValidityPeriod::new(t(self.seconds.0), t(self.seconds.1)).unwrap();
        let made = if self.is_ds { TrustAnchor::from_ds } else { TrustAnchor::from_dnskey };
        made(&self.rdata, validity).unwrap()
    }
}

/// A message: an RRset with its RRSIGs.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) rrset: Rrset,
    pub(crate) rrsigs: Vec<Rrsig>,
}

#[derive(Clone, Debug)]
pub(crate) struct Rrsig {
    pub(crate) fields: RrsigFields,
    pub(crate) signature: Vec<u8>,
}

impl Answer {
    pub(crate) fn to_wire(&self) -> Vec<u8> {
        let mut message = MessageBuilder::new(&self.rrset.question());
        for rdata in &self.rrset.rdata {
            let Rrset { owner, record_type, ttl, .. } = &self.rrset;
            message = message.answer(Record::new(owner, *record_type, *ttl, rdata.clone()));
        }
        for rrsig in &self.rrsigs {
            let rdata = rrsig.fields.rdata(&rrsig.signature);
            message = message.answer(Record::new(&self.rrset.owner, RecordType::RRSIG, 60, rdata));
        }
        message.build()
    }
}

impl World {
    pub(crate) fn random(random: &mut Random) -> Self {
        let instant = *random.pick(&INSTANTS);
        let start = instant - SECONDS / 2;
        let owner: Name = "_a.y.z".parse().unwrap();
        let names = [".", "z", "y.z", "_a.y.z"].map(|name| name.parse::<Name>().unwrap());
        let zones: Vec<Zone> =
            names.into_iter().map(|name| Zone { name, keys: random_keys(random) }).collect();
        let mut world = Self {
            start,
            zones,
            owner,
            anchors: vec![],
            answers: vec![],
            is_calm: random.chance(75),
            max_signature_seconds: random.chance(10).then(|| random.between(5, 70)),
        };
        world.anchors = world.random_anchors(random);
        // The names that are zones; the last one seldom is, since it is the record's own.
        let mut path = vec![0];
        for (index, percent) in [(1, 85), (2, 70), (3, 10)] {
            if random.chance(percent) {
                path.push(index);
            }
        }
        for (place, &zone) in path.iter().enumerate() {
            if let Some(&parent) = place.checked_sub(1).and_then(|above| path.get(above)) {
                world.add_answers(random, parent, |world, random| world.random_ds(random, zone));
            }
            world.add_answers(random, zone, |world, random| world.random_dnskey(random, zone));
        }
        // A zone below or above the record's zone could sign it.
        let signer = if random.chance(85) { path[path.len() - 1] } else { *random.pick(&path) };
        let answer = Rrset::txt(&world.owner, &["text"]);
        let answer = world.signed(random, signer, answer);
        world.answers.push(answer);
        random.shuffle(&mut world.answers);
        world
    }

    /// Anchors for most keys of the root, and occasionally for no key.
    fn random_anchors(&self, random: &mut Random) -> Vec<Anchor> {
        let mut stranger = random_key(random);
        while !stranger.usable {
            stranger = random_key(random);
        }
        let mut anchors = Vec::new();
        for key in self.zones[0].keys.iter().chain([&stranger]) {
            if !key.usable || random.chance(15) {
                continue;
            }
            let is_ds = random.chance(70);
            let digest_type = *random.pick(&[2, 2, 4]);
            let rdata =
                if is_ds { key.ds(&self.zones[0].name, digest_type) } else { key.rdata.clone() };
            let seconds = if random.chance(60) {
                (0, Timestamp::MAX.as_unix_seconds())
            } else {
                self.random_seconds(random)
            };
            anchors.push(Anchor { rdata, is_ds, seconds });
        }
        if anchors.is_empty() {
            let rdata = stranger.ds(&self.zones[0].name, 2);
            anchors.push(Anchor { rdata, is_ds: true, seconds: (0, self.start + SECONDS) });
        }
        anchors
    }

    /// One to three messages with RRsets that `rrset` makes, signed by keys of `signer`.
    fn add_answers(
        &mut self,
        random: &mut Random,
        signer: usize,
        rrset: impl Fn(&Self, &mut Random) -> Rrset,
    ) {
        for _ in 0..*random.pick(&[1, 1, 1, 2, 2, 3]) {
            let rrset = rrset(self, random);
            let answer = self.signed(random, signer, rrset);
            self.answers.push(answer);
        }
    }

    /// Some of the keys of a zone: all of them in half of the cases.
    fn random_dnskey(&self, random: &mut Random, zone: usize) -> Rrset {
        let Zone { name, keys } = &self.zones[zone];
        let rdata = some(random, keys).iter().map(|key| key.rdata.clone()).collect();
        Rrset { owner: name.clone(), record_type: RecordType::DNSKEY, ttl: 60, rdata }
    }

    /// DSs for some of the keys of a zone, some of them wrong or of digests that do not count.
    fn random_ds(&self, random: &mut Random, zone: usize) -> Rrset {
        let Zone { name, keys } = &self.zones[zone];
        let mut rdata: Vec<Vec<u8>> = some(random, keys)
            .iter()
            .map(|key| key.ds(name, *random.pick(&[2, 2, 2, 4, 1])))
            .collect();
        if random.chance(15) {
            // The right tag and a wrong digest.
            let mut wrong = rdata[0].clone();
            *wrong.last_mut().unwrap() ^= 1;
            rdata.push(wrong);
        }
        Rrset { owner: name.clone(), record_type: RecordType::DS, ttl: 60, rdata }
    }

    /// Adds RRSIGs by some keys of `signer`, each for its own period.
    fn signed(&self, random: &mut Random, signer: usize, rrset: Rrset) -> Answer {
        let mut rrsigs = Vec::new();
        let counts: &[u8] =
            if self.is_calm { &[1, 1, 2, 2, 2, 3, 3, 4] } else { &[0, 1, 1, 1, 2, 2, 3, 4] };
        for _ in 0..*random.pick(counts) {
            let key = random.pick(&self.zones[signer].keys).clone();
            let times = self.random_times(random);
            rrsigs.push(self.random_rrsig(random, signer, &rrset, &key, times));
        }
        if random.chance(15) {
            // One key, and a gap between two periods.
            let key = random.pick(&self.zones[signer].keys).clone();
            let (last, first) = (random.between(5, 25), random.between(27, 50));
            for (first, last) in [(0, last), (first, SECONDS)] {
                let times = ((self.start + first) as u32, (self.start + last) as u32);
                rrsigs.push(self.random_rrsig(random, signer, &rrset, &key, times));
            }
        }
        Answer { rrset, rrsigs }
    }

    fn random_rrsig(
        &self,
        random: &mut Random,
        signer: usize,
        rrset: &Rrset,
        key: &Key,
        (inception, expiration): (u32, u32),
    ) -> Rrsig {
        let mut fields = RrsigFields {
            type_covered: rrset.record_type,
            algorithm: key.algorithm(),
            labels: rrset.owner.labels().count() as u8,
            original_ttl: rrset.ttl,
            inception,
            expiration,
            key_tag: key.tag(),
            signer: self.zones[signer].name.clone(),
        };
        let fault = random.below(if self.is_calm { 500 } else { 100 });
        match fault {
            0..3 => fields.labels = fields.labels.wrapping_add(1),
            3..6 => fields.signer = random.pick(&self.zones).name.clone(),
            6..9 => fields.key_tag ^= 1,
            9..11 => fields.algorithm = 16,
            _ => {}
        }
        let mut signature = hash_crypto::sign(key.public(), &signed_bytes(rrset, &fields));
        if (11..18).contains(&fault) {
            signature[0] ^= 1;
        }
        Rrsig { fields, signature }
    }

    /// Inception and expiration: mostly within the minute, some around all of it, some half a turn
    /// of the clock away.
    fn random_times(&self, random: &mut Random) -> (u32, u32) {
        let (first, last) = self.random_seconds(random);
        match random.below(if self.is_calm { 300 } else { 100 }) {
            // Inverted.
            0..3 => (last.wrapping_add(1) as u32, first as u32),
            // Half a turn before, or after: which of the two depends on the requested instant.
            3..8 => {
                let half_turn_away = first.wrapping_add(1 << 31) as u32;
                (half_turn_away, half_turn_away.wrapping_add(random.below(90) as u32))
            }
            // As long as serial numbers allow, and one second more.
            8..12 => {
                let length = (1_u32 << 31) - 1 + random.below(2) as u32;
                (first as u32, (first as u32).wrapping_add(length))
            }
            // From half a turn before until shortly before `first`. An instant after `first` takes
            // it to lie ahead.
            12..20 => {
                let half_turn_away = first.wrapping_add(1 << 31) as u32;
                let length = (1_u32 << 31) - 1 - random.below(30) as u32;
                (half_turn_away, half_turn_away.wrapping_add(length))
            }
            _ => (first as u32, last as u32),
        }
    }

    fn random_seconds(&self, random: &mut Random) -> (u64, u64) {
        if random.chance(if self.is_calm { 60 } else { 35 }) {
            // The whole minute, and more.
            let before = random.below(3) * 40;
            return (self.start.saturating_sub(before), self.start + SECONDS + random.below(90));
        }
        let first = self.start + random.below(SECONDS);
        (first, first + random.below(SECONDS))
    }

    pub(crate) fn question(&self) -> Question {
        Question { name: self.owner.clone(), record_type: RecordType::TXT }
    }
}

/// All of `from`, or some of it; never empty.
fn some<'a, T>(random: &mut Random, from: &'a [T]) -> Vec<&'a T> {
    if random.chance(65) {
        return from.iter().collect();
    }
    let mut chosen: Vec<&T> = from.iter().filter(|_| random.chance(60)).collect();
    if chosen.is_empty() {
        chosen.push(random.pick(from));
    }
    chosen
}

/// One to four keys, of which two may have one tag.
fn random_keys(random: &mut Random) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for _ in 0..*random.pick(&[1, 1, 2, 2, 3, 4]) {
        let collides = !keys.is_empty() && random.chance(30);
        let key = if collides { colliding(random.pick(&keys)) } else { random_key(random) };
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn random_key(random: &mut Random) -> Key {
    let (algorithm, length) = *random.pick(&[(15, 32), (15, 32), (13, 64)]);
    let (flags, protocol, algorithm, usable) = match random.below(100) {
        // Revoked, not a zone key, of another protocol, of an unknown algorithm.
        0..4 => (0x0181_u16, 3, algorithm, false),
        4..5 => (0x0001, 3, algorithm, false),
        5..6 => (0x0101, 2, algorithm, false),
        6..7 => (0x0101, 3, 253, false),
        7..50 => (0x0100, 3, algorithm, true),
        _ => (0x0101, 3, algorithm, true),
    };
    let key = random.octets(length);
    let rdata = [&flags.to_be_bytes(), [protocol, algorithm].as_slice(), &key].concat();
    Key { rdata, usable }
}

/// Another key with the tag of `key`: a tag is a sum of 16-bit words (RFC 4034 appendix B), and two
/// of them are swapped.
fn colliding(key: &Key) -> Key {
    let mut other = key.clone();
    for octet in 4..6 {
        other.rdata.swap(octet, octet + 2);
    }
    other
}
