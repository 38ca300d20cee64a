//! Chains that were fetched and proved.

use std::fmt;

use veraid_core::{
    KeyRecord, OrganisationKey, Profile, ServiceOid, VerifyError, encode_dnssec_chain,
};
use veraid_dnssec::crypto::CryptoProvider;
use veraid_dnssec::{Name, Timestamp, ValidityPeriod, VerifiedRrset};

/// How much of the responses a chain keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// What a verifier needs and nothing else: a message for each link with the RRset and as few of its RRSIGs as prove it for as long as
    /// all of them do. Bundles travel in HTTP headers, so this is the usual one.
    #[default]
    Minimal,
    /// The same messages as the server sent them, with authority and additional sections.
    Full,
}

/// A DNSSEC chain that was fetched and proved. Only [`Resolver`](crate::Resolver) makes one.
#[derive(Clone)]
pub struct FetchedChain {
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) records: VerifiedRrset,
    pub(crate) validity: ValidityPeriod,
    pub(crate) fetched_at: Timestamp,
    pub(crate) smallest_ttl_seconds: u32,
    pub(crate) zones: Vec<Name>,
    pub(crate) crypto: CryptoProvider,
}

impl FetchedChain {
    /// A chain that expires within this many seconds of being fetched is warned of: 6 hours.
    ///
    /// Zones that are signed on the fly have RRSIGs of a day or two, so a longer time would warn of sound zones.
    pub const SOON_SECONDS: u64 = 6 * 3600;

    /// The DNS messages: the key records first, then the DNSKEY and DS of each zone, up to the root's DNSKEY.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.messages.iter().map(Vec::as_slice)
    }

    /// The records that were proved, and every second in which the chain proves them.
    #[must_use]
    pub const fn records(&self) -> &VerifiedRrset {
        &self.records
    }

    /// The zones on the way, from the one that holds the records to the root.
    #[must_use]
    pub fn zones(&self) -> &[Name] {
        &self.zones
    }

    /// The run of seconds around the time of fetching in which the chain holds.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.validity
    }

    /// The time that was given when it was fetched.
    #[must_use]
    pub const fn fetched_at(&self) -> Timestamp {
        self.fetched_at
    }

    /// The smallest time to live among the records, in seconds, as the server sent it: how long it would answer the same.
    #[must_use]
    pub const fn smallest_ttl_seconds(&self) -> u32 {
        self.smallest_ttl_seconds
    }

    /// When to fetch again: after two thirds of the time that the chain still holds.
    ///
    /// Zones are signed again well before their RRSIGs expire, and a third is left for retries. If the smallest time to live has not
    /// passed by then, the server would answer from its cache, so it is awaited, up to nine tenths of the time.
    #[must_use]
    pub fn refresh_at(&self) -> Timestamp {
        let left = self.seconds_left();
        // In u64, seconds up to the year 9999 can be multiplied by 9.
        let two_thirds = left.saturating_mul(2) / 3;
        let nine_tenths = left.saturating_mul(9) / 10;
        let wait = two_thirds.max(nine_tenths.min(self.smallest_ttl_seconds.into()));
        self.fetched_at.saturating_add(wait)
    }

    /// What is odd about the chain, though it holds.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings: Vec<Warning> = Vec::new();
        if let Some(zone) = self.zones.first() {
            let without =
                zone.from_root_down().into_iter().filter(|name| !self.zones.contains(name));
            warnings.extend(without.map(|name| Warning::LabelWithoutZoneCut { name }));
        }
        if self.seconds_left() < Self::SOON_SECONDS {
            warnings.push(Warning::ExpiresSoon {
                at: self.validity.end(),
                seconds_left: self.seconds_left(),
            });
        }
        warnings
    }

    /// The chain alone, as a SET OF OCTET STRING in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        encode_dnssec_chain(self.messages())
    }

    /// Finds the record that names `key` for `service`, as a verifier will.
    ///
    /// # Errors
    ///
    /// [`VerifyError::KeyRecord`] with what the records say instead.
    pub fn check_key(
        &self,
        key: &OrganisationKey,
        service: &ServiceOid,
        profile: Profile,
    ) -> Result<KeyRecord, VerifyError> {
        key.find_record(&self.records, service, profile, self.crypto)
    }

    const fn seconds_left(&self) -> u64 {
        self.validity.end().as_unix_seconds().saturating_sub(self.fetched_at.as_unix_seconds())
    }
}

impl fmt::Debug for FetchedChain {
    /// Without the messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedChain")
            .field("messages", &self.messages.len())
            .field("question", self.records.question())
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

/// Something odd about a chain that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A name between the root and the zone that holds the records is no zone itself.
    LabelWithoutZoneCut {
        /// The name.
        name: Name,
    },
    /// The chain will not hold for long.
    ExpiresSoon {
        /// The last second in which it does.
        at: Timestamp,
        /// How many seconds that is after it was fetched.
        seconds_left: u64,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LabelWithoutZoneCut { name } => write!(
                f,
                "{name} is no zone of its own: this implementation verifies the chain, but the deployed JavaScript one wants every name between the root and the zone to be a zone"
            ),
            Self::ExpiresSoon { at, seconds_left } => write!(
                f,
                "chain holds until {at}, which is {seconds_left} s from when it was fetched: what is signed with it verifies no longer than that"
            ),
        }
    }
}
