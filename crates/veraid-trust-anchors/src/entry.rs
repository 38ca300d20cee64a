//! A key of a file, used or skipped.

use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm};
use veraid_dnssec::{
    Timestamp, TrustAnchor, TrustAnchorProblem, TrustAnchors, ValidityPeriod, key_tag,
};

use crate::error::LineProblem;
use crate::skip_reason::SkipReason;
use crate::state::State;

/// The flag of a DNSKEY that marks a secure entry point (RFC 4034 section 2.1.1).
const SEP: u16 = 0x0001;
/// The flag of a revoked DNSKEY (RFC 5011 section 2.1).
const REVOKE: u16 = 0x0080;

/// A key of a file, which may be a trust anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    line: usize,
    ds: DsFields,
    dnskey: Option<Vec<u8>>,
    validity: ValidityPeriod,
    state: Option<State>,
    outcome: Result<TrustAnchor, SkipReason>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct DsFields {
    key_tag: u16,
    algorithm: u8,
    digest_type: u8,
    digest: Vec<u8>,
}

/// A key as its format gives it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) line: usize,
    pub(crate) data: Data,
    pub(crate) validity: ValidityPeriod,
    pub(crate) state: Option<State>,
}

/// The data of a record, without names.
#[derive(Debug)]
pub(crate) enum Data {
    Ds(Vec<u8>),
    Dnskey(Vec<u8>),
    /// A DS with the key that it is the digest of.
    Both {
        ds: Vec<u8>,
        dnskey: Vec<u8>,
    },
}

impl Found {
    /// A key that is trusted at all times, in a format without states.
    pub(crate) const fn always(line: usize, data: Data) -> Self {
        Self { line, data, validity: ValidityPeriod::ALWAYS, state: None }
    }

    /// Decides whether the key is a trust anchor.
    pub(crate) fn decide(
        self,
        zone_is_revoked: bool,
        crypto: CryptoProvider,
    ) -> Result<Entry, LineProblem> {
        let (ds, dnskey, is_ds) = match self.data {
            Data::Ds(ds) => (ds, None, true),
            Data::Dnskey(dnskey) => (ds_of(&dnskey, crypto), Some(dnskey), false),
            Data::Both { ds, dnskey } => (ds, Some(dnskey), true),
        };
        let fields = DsFields::of(&ds).ok_or(LineProblem::Missing { field: "the digest" })?;
        let unsupported = SkipReason::Unsupported {
            algorithm: fields.algorithm,
            digest_type: is_ds.then_some(fields.digest_type),
        };
        let made = match &dnskey {
            Some(dnskey) if !is_ds => TrustAnchor::from_dnskey(dnskey, self.validity),
            _ => TrustAnchor::from_ds(&ds, self.validity),
        };
        let made = made.map_err(|problem| match problem {
            TrustAnchorProblem::Revoked => SkipReason::Revoked,
            _ => unsupported,
        });
        let flags = dnskey.as_deref().and_then(flags);
        let outcome = match (self.state, flags) {
            _ if zone_is_revoked => Err(SkipReason::ZoneRevoked),
            (Some(state), _) if !state.is_trusted() => Err(SkipReason::State(state)),
            (_, Some(flags)) if flags & REVOKE != 0 => Err(SkipReason::Revoked),
            (_, Some(flags)) if flags & SEP == 0 => Err(SkipReason::NotEntryPoint),
            _ => made,
        };
        if let (Ok(anchor), Some(dnskey), true) = (&outcome, &dnskey, is_ds)
            && let Ok(anchors) = TrustAnchors::new(vec![anchor.clone()])
            && anchors.vouch_for(dnskey, crypto).is_empty()
        {
            return Err(LineProblem::KeyMismatch);
        }
        let (line, validity, state) = (self.line, self.validity, self.state);
        Ok(Entry { line, ds: fields, dnskey, validity, state, outcome })
    }
}

impl Entry {
    /// The line of the file, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The key tag (RFC 4034 appendix B).
    #[must_use]
    pub const fn key_tag(&self) -> u16 {
        self.ds.key_tag
    }

    /// The DNSSEC algorithm number.
    #[must_use]
    pub const fn algorithm(&self) -> u8 {
        self.ds.algorithm
    }

    /// The type of [`Entry::digest`]: that of the DS, or 2 (SHA-256) for a DNSKEY.
    #[must_use]
    pub const fn digest_type(&self) -> u8 {
        self.ds.digest_type
    }

    /// The digest of the key, given or computed.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.ds.digest
    }

    /// The data of the DNSKEY record, if the file has it.
    #[must_use]
    pub fn dnskey_rdata(&self) -> Option<&[u8]> {
        self.dnskey.as_deref()
    }

    /// The period in which the file says that the key is valid; all time if it does not say.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.validity
    }

    /// The state in which Unbound has the key; `None` in other formats.
    #[must_use]
    pub const fn state(&self) -> Option<State> {
        self.state
    }

    /// The trust anchor, unless the key is skipped.
    #[must_use]
    pub fn anchor(&self) -> Option<&TrustAnchor> {
        self.outcome.as_ref().ok()
    }

    /// The reason why the key is skipped, if it is.
    #[must_use]
    pub fn skip_reason(&self) -> Option<SkipReason> {
        self.outcome.as_ref().err().copied()
    }

    /// Returns true if the key is a trust anchor at `instant`.
    #[must_use]
    pub fn is_trusted_at(&self, instant: Timestamp) -> bool {
        self.outcome.is_ok() && self.validity.contains(instant)
    }
}

impl DsFields {
    fn of(rdata: &[u8]) -> Option<Self> {
        let (&[tag_high, tag_low, algorithm, digest_type], digest) = rdata.split_first_chunk()?;
        let key_tag = u16::from_be_bytes([tag_high, tag_low]);
        Some(Self { key_tag, algorithm, digest_type, digest: digest.to_vec() })
    }
}

fn flags(dnskey: &[u8]) -> Option<u16> {
    dnskey.first_chunk::<2>().map(|flags| u16::from_be_bytes(*flags))
}

/// The data of the root's DS with the SHA-256 digest of a key (RFC 4509).
fn ds_of(dnskey: &[u8], crypto: CryptoProvider) -> Vec<u8> {
    let algorithm = dnskey.get(3).copied().unwrap_or(0);
    let digest = crypto.digest(DigestAlgorithm::Sha256, &[&[0], dnskey].concat());
    [key_tag(dnskey).to_be_bytes().as_slice(), &[algorithm, 2], &digest].concat()
}
