//! Fetched and verified chains.

use std::fmt;

use veraid_core::{
    KeyRecord, OrganisationKey, Profile, ServiceOid, VerifyError, encode_dnssec_chain,
};
use veraid_dnssec::crypto::CryptoProvider;
use veraid_dnssec::{Name, Timestamp, ValidityPeriod, VerifiedRrset};

/// The amount of each response that a chain contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// Only the records that a verifier needs: for each link a message with the RRset, and the
    /// fewest RRSIGs that prove it for as long as all of them do. This is the usual form, since
    /// bundles travel in HTTP headers.
    #[default]
    Minimal,
    /// All messages as the server sent them, with authority and additional sections.
    Full,
}

/// A DNSSEC chain that was fetched and verified. Only [`Resolver`](crate::Resolver) creates one.
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
    /// The threshold of [`Warning::ExpiresSoon`], in seconds from when the chain was fetched: 6
    /// hours.
    ///
    /// Zones that are signed on the fly have RRSIGs of a day or two, so a longer time would warn of
    /// sound zones.
    pub const SOON_SECONDS: u64 = 6 * 3600;

    /// The DNS messages: the key records first, then the DNSKEY and DS of each zone, up to the
    /// root's DNSKEY.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.messages.iter().map(Vec::as_slice)
    }

    /// The verified records, with all seconds at which the chain proves them.
    #[must_use]
    pub const fn records(&self) -> &VerifiedRrset {
        &self.records
    }

    /// The zones of the chain, from the one of the records to the root.
    #[must_use]
    pub fn zones(&self) -> &[Name] {
        &self.zones
    }

    /// The run of seconds around the time of fetching at which the chain is valid.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.validity
    }

    /// The time of fetching, as given by the caller.
    #[must_use]
    pub const fn fetched_at(&self) -> Timestamp {
        self.fetched_at
    }

    /// The smallest time to live among the records, in seconds, as the server sent it. The server
    /// may answer from its cache for as long.
    #[must_use]
    pub const fn smallest_ttl_seconds(&self) -> u32 {
        self.smallest_ttl_seconds
    }

    /// The time to fetch the chain again: after two thirds of its remaining validity.
    ///
    /// Zones are signed again well before their RRSIGs expire, and a third is left for retries. If
    /// the smallest time to live has not passed by then, the server would answer from its cache, so
    /// the time is postponed to its end, up to nine tenths of the remaining validity.
    #[must_use]
    pub fn refresh_at(&self) -> Timestamp {
        let left = self.seconds_left();
        // In u64, seconds up to the year 9999 can be multiplied by 9.
        let two_thirds = left.saturating_mul(2) / 3;
        let nine_tenths = left.saturating_mul(9) / 10;
        let wait = two_thirds.max(nine_tenths.min(self.smallest_ttl_seconds.into()));
        self.fetched_at.saturating_add(wait)
    }

    /// Warnings about the chain, although it is valid.
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
    /// [`VerifyError::KeyRecord`] if no record names it.
    pub fn check_key(
        &self,
        key: &OrganisationKey,
        service: &ServiceOid,
        profile: Profile,
    ) -> Result<KeyRecord, VerifyError> {
        key.find_record(&self.records, service, profile, self.crypto)
            .map_err(VerifyError::KeyRecord)
    }

    const fn seconds_left(&self) -> u64 {
        self.validity.end().as_unix_seconds().saturating_sub(self.fetched_at.as_unix_seconds())
    }
}

impl fmt::Debug for FetchedChain {
    /// Omits the messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedChain")
            .field("messages", &self.messages.len())
            .field("question", self.records.question())
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

/// A warning about a valid chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A name between the root and the zone of the records is not a zone itself.
    LabelWithoutZoneCut {
        /// The name.
        name: Name,
    },
    /// The chain will expire soon.
    ExpiresSoon {
        /// The last second at which it is valid.
        at: Timestamp,
        /// Seconds from when the chain was fetched to that second.
        seconds_left: u64,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LabelWithoutZoneCut { name } => write!(
                f,
                "{name} is not a separate zone: this implementation verifies the chain, but the deployed JavaScript one requires every name between the root and the zone to be a zone"
            ),
            Self::ExpiresSoon { at, seconds_left } => write!(
                f,
                "chain is valid until {at}, {seconds_left} s after it was fetched: signatures made with it are valid no longer than that"
            ),
        }
    }
}
