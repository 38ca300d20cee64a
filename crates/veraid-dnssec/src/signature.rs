//! Proving one RRset with a zone's keys (RFC 4035 section 5.3).

use crate::error::{BogusReason, ChainError};
use crate::message::Question;
use crate::name::Name;
use crate::rdata::{Dnskey, Rrsig};
use crate::reuse_period::ReusePeriod;
use crate::rrset::Rrset;
use crate::serial::{Resolved, resolve};
use crate::signature_checks::{SignatureCheckError, SignatureChecks, ZoneCheck, ZoneLevel};
use crate::time::{ValidityPeriod, ValidityPeriods};

/// A key of a zone and the seconds for which it is proved.
#[derive(Clone, Debug)]
pub(crate) struct ZoneKey {
    pub(crate) key: Dnskey,
    pub(crate) validity: ValidityPeriods,
}

/// The requested period for signatures, and how far beyond it the decisions apply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requested {
    pub(crate) period: ValidityPeriod,
    pub(crate) max_signature_seconds: Option<u64>,
    pub(crate) reuse_period: ReusePeriod,
}

/// A signature that was checked and used on the way to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    question: Question,
    zone: Name,
    key_tag: u16,
    algorithm: u8,
    period: ValidityPeriod,
}

impl Link {
    pub(crate) fn heap_size_bytes(&self) -> usize {
        self.question.name.as_wire().len().saturating_add(self.zone.as_wire().len())
    }

    /// The RRset that is signed.
    #[must_use]
    pub const fn question(&self) -> &Question {
        &self.question
    }

    /// The zone that signed it.
    #[must_use]
    pub const fn zone(&self) -> &Name {
        &self.zone
    }

    /// The tag of the key that signed it.
    #[must_use]
    pub const fn key_tag(&self) -> u16 {
        self.key_tag
    }

    /// The DNSSEC algorithm number of the signature.
    #[must_use]
    pub const fn algorithm(&self) -> u8 {
        self.algorithm
    }

    /// From the RRSIG's inception to its expiration.
    #[must_use]
    pub const fn period(&self) -> ValidityPeriod {
        self.period
    }
}

/// Proves `rrset` with `keys` of `zone`, at some second of the requested period.
///
/// Returns every second in which a valid signature and its key are valid together. A signature is
/// checked only if it would add a requested second to those already proved, so an honest RRset
/// costs one check however many keys sign it.
pub(crate) fn prove(
    rrset: &Rrset,
    zone: &Name,
    keys: &[ZoneKey],
    requested: &mut Requested,
    checks: &mut SignatureChecks,
) -> Result<(ValidityPeriods, Vec<Link>), ChainError> {
    let mut proved = ValidityPeriods::none();
    let mut links = Vec::new();
    let mut failure = bogus(rrset, zone, BogusReason::NotSigned);
    let mut note = |error: ChainError| {
        if failure.rank() < error.rank() {
            failure = error;
        }
    };

    for (rrsig, Resolved { period, same_requests }) in in_order(rrset, requested.period) {
        let key_tag = rrsig.key_tag;
        requested.reuse_period.note_references(requested.period, same_requests);
        let period = match fits(rrset, zone, rrsig, period, *requested) {
            Ok(period) => period,
            Err(reason) => {
                note(bogus(rrset, zone, reason));
                continue;
            }
        };
        let mut has_key = false;
        for ZoneKey { key, validity } in keys {
            if key.key_tag() != key_tag || key.algorithm() != rrsig.algorithm {
                continue;
            }
            let Some((algorithm, public_key)) = key.public_key() else { continue };
            has_key = true;
            let holds = validity.intersection(&period.into());
            requested.reuse_period.note(requested.period, &holds);
            let wanted = holds.intersection(&requested.period.into());
            if wanted.is_empty() {
                note(ChainError::NeverSecure {
                    question: rrset.question.clone(),
                    zone: zone.clone(),
                    key_tag,
                    requested: requested.period,
                    secure: if holds.is_empty() { period.into() } else { holds },
                });
                continue;
            }
            if wanted.is_subset(&proved) {
                continue;
            }
            let signed_data = rrset.signed_data(rrsig);
            let check =
                ZoneCheck { algorithm, public_key, key: key.rdata(), message: &signed_data };
            match checks.check_zone(sharing(rrset), check, &rrsig.signature) {
                Ok(()) => {
                    proved = proved.union(&holds);
                    links.push(Link {
                        question: rrset.question.clone(),
                        zone: zone.clone(),
                        key_tag,
                        algorithm: rrsig.algorithm,
                        period,
                    });
                    // A second key with this tag cannot have made the same signature.
                    break;
                }
                Err(SignatureCheckError::LimitExceeded(limit)) => {
                    return Err(ChainError::LimitExceeded(limit));
                }
                Err(SignatureCheckError::InvalidSignature) => note(bogus(
                    rrset,
                    zone,
                    BogusReason::InvalidSignature { key_tag, algorithm: rrsig.algorithm },
                )),
            }
        }
        if !has_key {
            let algorithm = rrsig.algorithm;
            note(bogus(rrset, zone, BogusReason::NoSuchKey { key_tag, algorithm }));
        }
    }
    if proved.is_empty() { Err(failure) } else { Ok((proved, links)) }
}

/// The keys of the root and of a top-level domain, and the root's records about those, are in every
/// chain below.
fn sharing(rrset: &Rrset) -> ZoneLevel {
    if rrset.question.name.label_count() <= 1 { ZoneLevel::RootOrTld } else { ZoneLevel::Below }
}

/// The signatures with their periods, longest-lasting first: an order that the sender cannot
/// choose.
fn in_order(rrset: &Rrset, requested: ValidityPeriod) -> Vec<(&Rrsig, Resolved)> {
    let mut rrsigs: Vec<_> = rrset
        .rrsigs
        .iter()
        .map(|rrsig| (rrsig, resolve(rrsig.inception, rrsig.expiration, requested)))
        .collect();
    // Stable, and the RRset's signatures are sorted by their octets.
    rrsigs.sort_by_key(|(_, Resolved { period, .. })| {
        std::cmp::Reverse(period.map(|p| (p.end(), p.span_seconds())))
    });
    rrsigs
}

/// Checks the requirements of RFC 4035 section 5.3.1 on an RRSIG other than its signature; returns
/// its period.
fn fits(
    rrset: &Rrset,
    zone: &Name,
    rrsig: &Rrsig,
    period: Option<ValidityPeriod>,
    requested: Requested,
) -> Result<ValidityPeriod, BogusReason> {
    if rrsig.signer != *zone {
        return Err(BogusReason::OtherSigner { signer: rrsig.signer.clone() });
    }
    rrset.check_labels(rrsig)?;
    let period = period.ok_or(BogusReason::InvertedPeriod { key_tag: rrsig.key_tag })?;
    match requested.max_signature_seconds {
        Some(limit) if period.span_seconds() > limit => Err(BogusReason::PeriodTooLong {
            key_tag: rrsig.key_tag,
            seconds: period.span_seconds(),
            limit,
        }),
        _ => Ok(period),
    }
}

fn bogus(rrset: &Rrset, zone: &Name, reason: BogusReason) -> ChainError {
    ChainError::Bogus { question: rrset.question.clone(), zone: zone.clone(), reason }
}
