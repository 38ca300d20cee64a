//! The zones that are served: a root, two top-level domains, and an organisation for each case that
//! a client meets.

use std::net::Ipv4Addr;

use veraid_testkit::{RsaKey, TestProfile, organisation_key_record};

use super::level::{Addresses, Level};
use super::options::quote;

/// The result that a validating client gets for an organisation's key records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Signed TXT records.
    Secure,
    /// Signed TXT records that do not fit into 1,232 octets.
    Large,
    /// TXT records without a signature, below a delegation that has no DS.
    Unsigned,
    /// Signed TXT records, below a delegation that has no DS.
    Island,
    /// A signed proof that the name does not exist.
    NoName,
    /// A signed proof that the name has other records only.
    NoData,
    /// A signed CNAME to the records of another organisation.
    Alias,
}

impl Outcome {
    /// The name of the outcome in printed output.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Large => "large",
            Self::Unsigned => "unsigned",
            Self::Island => "island",
            Self::NoName => "no-name",
            Self::NoData => "no-data",
            Self::Alias => "alias",
        }
    }
}

/// An organisation.
#[derive(Debug)]
pub(super) struct Organisation {
    /// The domain name, without a final dot.
    pub(super) name: &'static str,
    /// The zone that its key records are in.
    zone: &'static str,
    /// The result that a client gets.
    pub(super) outcome: Outcome,
}

impl Organisation {
    /// The zones on the way from the root, as far as they exist.
    pub(super) fn zones(&self) -> Vec<&'static str> {
        let mut zones: Vec<_> = ZONES
            .iter()
            .map(|zone| zone.name)
            .filter(|zone| is_at_or_below(self.zone, zone))
            .collect();
        zones.sort_by_key(|zone| zone.len());
        zones
    }

    /// The name of its key records.
    pub(super) fn owner(&self) -> String {
        format!("{}.", TestProfile::VeraId.owner(self.name))
    }
}

/// Every organisation.
pub(super) const ORGANISATIONS: [Organisation; 10] = [
    Organisation { name: "p256.example", zone: "p256.example.", outcome: Outcome::Secure },
    Organisation { name: "rsa.test", zone: "rsa.test.", outcome: Outcome::Secure },
    // The name is a delegation, and the name above it is not.
    Organisation { name: "a.b.example", zone: "a.b.example.", outcome: Outcome::Secure },
    // The name is not a delegation: its key records are in the zone above.
    Organisation { name: "inside.p256.example", zone: "p256.example.", outcome: Outcome::Secure },
    Organisation { name: "large.example", zone: "large.example.", outcome: Outcome::Large },
    Organisation {
        name: "unsigned.example",
        zone: "unsigned.example.",
        outcome: Outcome::Unsigned,
    },
    Organisation { name: "island.example", zone: "island.example.", outcome: Outcome::Island },
    Organisation { name: "empty.example", zone: "empty.example.", outcome: Outcome::NoName },
    Organisation { name: "other.empty.example", zone: "empty.example.", outcome: Outcome::NoData },
    Organisation { name: "alias.example", zone: "alias.example.", outcome: Outcome::Alias },
];

/// The keys of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// Two RSA keys of 2,048 bits for algorithm 8: one for the keys, one for the rest.
    RsaPair,
    /// One P-256 key for algorithm 13.
    P256,
    /// A P-256 key as before, but without a DS in the zone above.
    P256WithoutDs,
    /// No keys: the zone is not signed.
    None,
}

/// The way in which a zone proves that records do not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// RFC 4034 section 4.
    Nsec,
    /// RFC 5155 with opt-out, as top-level domains have it.
    Nsec3OptOut,
}

/// A zone without its records.
#[derive(Debug)]
pub(super) struct Zone {
    /// The name, with a final dot.
    pub(super) name: &'static str,
    /// The level, which determines the server.
    pub(super) level: Level,
    pub(super) keys: Keys,
    pub(super) denial: Denial,
}

impl Zone {
    const fn organisation(name: &'static str, keys: Keys) -> Self {
        Self { name, level: Level::Organisation, keys, denial: Denial::Nsec }
    }

    /// The name of the zone's file: the zone's name, except for the root.
    pub(super) fn file_name(&self) -> String {
        format!("{}zone", if self.name == "." { "root." } else { self.name })
    }
}

/// Every zone, children before their parents, which is the order of signing.
const ZONES: [Zone; 11] = [
    Zone::organisation("p256.example.", Keys::P256),
    Zone::organisation("a.b.example.", Keys::P256),
    Zone::organisation("large.example.", Keys::P256),
    Zone::organisation("empty.example.", Keys::P256),
    Zone::organisation("alias.example.", Keys::P256),
    Zone::organisation("island.example.", Keys::P256WithoutDs),
    Zone::organisation("unsigned.example.", Keys::None),
    Zone::organisation("rsa.test.", Keys::RsaPair),
    Zone { name: "example.", level: Level::Tld, keys: Keys::P256, denial: Denial::Nsec3OptOut },
    Zone { name: "test.", level: Level::Tld, keys: Keys::RsaPair, denial: Denial::Nsec },
    ROOT,
];

const ROOT: Zone =
    Zone { name: ".", level: Level::Root, keys: Keys::RsaPair, denial: Denial::Nsec };

/// A zone and the text of its master file (RFC 1035 section 5).
#[derive(Debug)]
pub(super) struct ZoneFile {
    pub(super) zone: &'static Zone,
    pub(super) text: String,
}

/// All zones with their records, in the order of signing.
///
/// A name in `txt` has those TXT records in place of its default key record.
pub(super) fn zone_files(
    addresses: &Addresses,
    txt: &[(String, String)],
) -> Result<Vec<ZoneFile>, String> {
    if let Some((name, _)) = txt.iter().find(|(name, _)| zone_of(name).level != Level::Organisation)
    {
        let zones = ZONES.iter().filter(|zone| zone.level == Level::Organisation);
        let zones: Vec<_> = zones.map(|zone| zone.name).collect();
        return Err(format!("{name} is not in any organisation's zone: {}", zones.join(", ")));
    }
    let mut lines = txt_lines(txt);
    for organisation in &ORGANISATIONS {
        let owner = organisation.owner();
        match organisation.outcome {
            Outcome::NoName => {}
            Outcome::NoData => lines.push((owner.clone(), "A 127.0.0.1".into())),
            Outcome::Alias => lines.push((owner.clone(), "CNAME _veraid.p256.example.".into())),
            _ if txt.iter().any(|(name, _)| *name == owner) => {}
            _ => lines.push((owner.clone(), format!("TXT {}", quote(&fixed_key_record())))),
        }
        if organisation.outcome == Outcome::Large {
            lines.extend(filling().map(|text| (owner.clone(), format!("TXT {}", quote(&text)))));
        }
    }
    let zone_file = |zone: &'static Zone| {
        let records: String = lines
            .iter()
            .filter(|(owner, _)| zone_of(owner).name == zone.name)
            .map(|(owner, record)| format!("{owner} 300 IN {record}\n"))
            .collect();
        ZoneFile { zone, text: apex(zone, addresses) + &delegations(zone, addresses) + &records }
    };
    Ok(ZONES.iter().map(zone_file).collect())
}

fn txt_lines(txt: &[(String, String)]) -> Vec<(String, String)> {
    txt.iter().map(|(name, data)| (name.clone(), format!("TXT {data}"))).collect()
}

/// The deepest zone that contains `name`.
fn zone_of(name: &str) -> &'static Zone {
    let above = ZONES.iter().filter(|zone| is_at_or_below(name, zone.name));
    above.max_by_key(|zone| zone.name.len()).unwrap_or(&ROOT)
}

fn is_at_or_below(name: &str, zone: &str) -> bool {
    zone == "." || name == zone || name.ends_with(&format!(".{zone}"))
}

/// The name of the only server of `zone`.
fn server_name(zone: &str) -> String {
    if zone == "." { "ns.".into() } else { format!("ns.{zone}") }
}

fn apex(zone: &Zone, addresses: &Addresses) -> String {
    let Zone { name, level, .. } = zone;
    let server = server_name(name);
    let address: Ipv4Addr = addresses.of(*level);
    format!(
        "{name} 3600 IN SOA {server} {server} 1 3600 600 86400 300\n\
         {name} 3600 IN NS {server}\n\
         {server} 3600 IN A {address}\n"
    )
}

fn delegations(parent: &Zone, addresses: &Addresses) -> String {
    ZONES
        .iter()
        .filter(|zone| zone.name != "." && parent_of(zone).name == parent.name)
        .map(|zone| {
            let (name, server) = (zone.name, server_name(zone.name));
            let address = addresses.of(zone.level);
            format!("{name} 3600 IN NS {server}\n{server} 3600 IN A {address}\n")
        })
        .collect()
}

/// The zone that delegates `zone`.
fn parent_of(zone: &Zone) -> &'static Zone {
    let above = zone.name.split_once('.').map_or("", |(_, above)| above);
    zone_of(if above.is_empty() { "." } else { above })
}

/// The default key record of organisations: that of the testkit's first key of 2,048 bits.
fn fixed_key_record() -> String {
    const TTL_OVERRIDE_SECONDS: u32 = 3600;
    let key = RsaKey::fixed(2048, 0);
    organisation_key_record(TestProfile::VeraId, &key, TTL_OVERRIDE_SECONDS, None)
}

/// TXT records of over 1,232 octets in total that are not key records.
fn filling() -> impl Iterator<Item = String> {
    (0..8).map(|number| format!("filling-{number}={}", "x".repeat(200)))
}
