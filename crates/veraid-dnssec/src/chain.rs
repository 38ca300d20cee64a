//! The walk from the root zone to an RRset (RFC 4035 section 5), over a period.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::crypto::CryptoProvider;
use crate::error::{BogusReason, ChainError};
use crate::limits::{Limit, Limits};
use crate::message::{ChainParseError, Message, Question};
use crate::name::Name;
use crate::rdata::{Dnskey, Ds};
use crate::record_type::RecordType;
use crate::reuse_period::ReusePeriod;
use crate::rrset::{NoRrset, Rrset};
use crate::serial::MAX_REQUESTED_SECONDS;
use crate::signature::{Link, Requested, ZoneKey, prove};
use crate::signature_checks::SignatureChecks;
use crate::time::{ValidityPeriod, ValidityPeriods};
use crate::trust_anchor::{TrustAnchors, matches_ds};

/// Parsed DNS messages. They prove nothing until [`DnssecChain::verify`] succeeds.
#[derive(Clone)]
pub struct DnssecChain {
    messages: Vec<Message>,
}

impl std::fmt::Debug for DnssecChain {
    /// Omits the messages, which make up most of a bearer token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DnssecChain({} messages)", self.messages.len())
    }
}

/// Verifies chains: trust anchors, cryptography and limits.
#[derive(Clone, Debug)]
pub struct ChainVerifier {
    anchors: TrustAnchors,
    crypto: CryptoProvider,
    limits: Limits,
    max_signature_seconds: Option<u64>,
}

impl ChainVerifier {
    /// Creates a verifier with the default [`Limits`], for RRSIGs of any length.
    #[must_use]
    pub const fn new(anchors: TrustAnchors, crypto: CryptoProvider) -> Self {
        Self { anchors, crypto, limits: Limits::DEFAULT, max_signature_seconds: None }
    }

    /// Sets the trust anchors.
    #[must_use]
    pub fn with_trust_anchors(mut self, anchors: TrustAnchors) -> Self {
        self.anchors = anchors;
        self
    }

    /// Sets the limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Rejects RRSIGs with more than `seconds` from inception to expiration.
    #[must_use]
    pub const fn with_max_signature_seconds(mut self, seconds: u64) -> Self {
        self.max_signature_seconds = Some(seconds);
        self
    }

    /// The trust anchors.
    #[must_use]
    pub const fn trust_anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    /// The cryptography.
    #[must_use]
    pub const fn crypto(&self) -> CryptoProvider {
        self.crypto
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// An RRset that was proved from a trust anchor. Only [`DnssecChain::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRrset {
    question: Question,
    rdata: Vec<Vec<u8>>,
    validity: ValidityPeriods,
    links: Arc<[Link]>,
    reuse_period: Option<ValidityPeriod>,
}

impl VerifiedRrset {
    /// The owner and type of the records.
    #[must_use]
    pub const fn question(&self) -> &Question {
        &self.question
    }

    /// The data of each record in canonical form (RFC 4034 section 6.2), sorted and without
    /// duplicates.
    pub fn rdata(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.rdata.iter().map(Vec::as_slice)
    }

    /// The seconds in which all signatures used, from the trust anchor to these records, are valid.
    ///
    /// They may lie outside the requested period, but at least one lies within it.
    #[must_use]
    pub const fn validity(&self) -> &ValidityPeriods {
        &self.validity
    }

    /// The signatures that were used, from the root's keys to these records.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The links as shared data, to keep beyond this value.
    #[must_use]
    pub fn shared_links(&self) -> Arc<[Link]> {
        Arc::clone(&self.links)
    }

    /// The approximate heap size in bytes, for callers that cache results: rather too high than too
    /// low.
    #[must_use]
    pub fn heap_size_bytes(&self) -> usize {
        let rdata =
            self.rdata.iter().map(|rdata| size_of::<Vec<u8>>().saturating_add(rdata.capacity()));
        let links =
            self.links.iter().map(|link| size_of::<Link>().saturating_add(link.heap_size_bytes()));
        let runs = self.validity.iter().len().saturating_mul(size_of::<ValidityPeriod>());
        let own = size_of::<Self>().saturating_add(self.question.name.as_wire().len());
        rdata.chain(links).fold(own.saturating_add(runs), usize::saturating_add)
    }

    /// The period around the requested one for which the result is unchanged: the same chain,
    /// question and verifier give an equal value for every period within it. `None` if no other
    /// period is known to give it.
    ///
    /// Callers that cache the result must check that the requested period lies within this one, and
    /// the instant of use within [`VerifiedRrset::validity`].
    #[must_use]
    pub const fn reuse_period(&self) -> Option<ValidityPeriod> {
        self.reuse_period
    }
}

impl DnssecChain {
    /// Parses DNS messages in any order, with the default [`Limits`].
    ///
    /// # Errors
    ///
    /// [`ChainParseError`] if a message does not parse or there are too many messages or records.
    pub fn parse<'a>(
        messages: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, ChainParseError> {
        Self::parse_within(messages, &Limits::DEFAULT)
    }

    /// Parses DNS messages within other limits.
    ///
    /// # Errors
    ///
    /// As [`DnssecChain::parse`].
    pub fn parse_within<'a>(
        messages: impl IntoIterator<Item = &'a [u8]>,
        limits: &Limits,
    ) -> Result<Self, ChainParseError> {
        let mut parsed = Vec::new();
        let mut bytes_left = limits.octets;
        for (index, octets) in messages.into_iter().enumerate() {
            bytes_left = bytes_left
                .checked_sub(octets.len())
                .ok_or(ChainParseError::LimitExceeded(Limit::Octets))?;
            if index >= limits.messages {
                return Err(ChainParseError::LimitExceeded(Limit::Messages));
            }
            parsed.push(Message::parse(octets, index, limits)?);
        }
        Ok(Self { messages: parsed })
    }

    /// The approximate heap size in bytes, for callers that cache chains: rather too high than too
    /// low.
    #[must_use]
    pub fn heap_size_bytes(&self) -> usize {
        let own = self.messages.capacity().saturating_mul(size_of::<Message>());
        self.messages.iter().map(Message::heap_size_bytes).fold(own, usize::saturating_add)
    }

    /// The messages as received.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.messages.iter().map(Message::octets)
    }

    /// The chain without repeated messages, each at its first position; `None` if no message is
    /// repeated.
    ///
    /// [`DnssecChain::verify`] counts a repeated answer as two answers.
    #[must_use]
    pub fn without_repetitions(&self) -> Option<Self> {
        let mut known = BTreeSet::new();
        let is_first: Vec<bool> = self.messages().map(|message| known.insert(message)).collect();
        if is_first.iter().all(|&is_first| is_first) {
            return None;
        }
        let messages = self.messages.iter().zip(is_first);
        let messages =
            messages.filter(|(_, is_first)| *is_first).map(|(message, _)| message.clone());
        Some(Self { messages: messages.collect() })
    }

    /// The question that each message answers; `None` where a message is not evidence (truncated,
    /// an error, another opcode or class, or not exactly one question).
    pub fn questions(&self) -> impl ExactSizeIterator<Item = Option<&Question>> {
        self.messages.iter().map(Message::question)
    }

    /// Returns true if a message asks `question` and has a record for it in its answer section.
    /// This proves nothing.
    #[must_use]
    pub fn has_answer(&self, question: &Question) -> bool {
        self.messages_for(question).any(|message| message.has_answer(question.record_type))
    }

    /// Proves that `question` is Secure at some second of `period`.
    ///
    /// Follows RFC 4035 section 5 from the root zone down. The answer's validity is every second at
    /// which all signatures that had to be checked on the way are valid. `period` may last 2^31 − 1
    /// seconds (68 years), since RRSIG times repeat (RFC 1982).
    ///
    /// # Errors
    ///
    /// [`ChainError::Bogus`] if a signature that should be valid is not; [`ChainError::Incomplete`]
    /// if a record is missing; [`ChainError::Insecure`] if a zone is signed only with unsupported
    /// algorithms; [`ChainError::NeverSecure`] if no second of `period` is common to all;
    /// [`ChainError::Alias`] and [`ChainError::SeveralAnswers`] if the answer is not for the name
    /// alone; [`ChainError::MalformedRecord`] if a record of the answer is not valid for its type;
    /// [`ChainError::RequestedPeriodTooLong`] if `period` is too long;
    /// [`ChainError::LimitExceeded`] if verification would take too much work.
    pub fn verify(
        &self,
        question: &Question,
        period: ValidityPeriod,
        verifier: &ChainVerifier,
    ) -> Result<VerifiedRrset, ChainError> {
        let mut checks = SignatureChecks::new(verifier.crypto, verifier.limits);
        self.verify_within(question, period, verifier, &mut checks)
    }

    /// Proves `question` as [`DnssecChain::verify`] does, drawing on the `checks` of a larger
    /// verification.
    ///
    /// # Errors
    ///
    /// As [`DnssecChain::verify`].
    pub fn verify_within(
        &self,
        question: &Question,
        period: ValidityPeriod,
        verifier: &ChainVerifier,
        checks: &mut SignatureChecks,
    ) -> Result<VerifiedRrset, ChainError> {
        let (seconds, limit) = (period.span_seconds(), MAX_REQUESTED_SECONDS);
        if seconds > limit {
            return Err(ChainError::RequestedPeriodTooLong { seconds, limit });
        }
        // Problems with the answer itself can be reported without a signature check.
        let answer = self.answer(question, verifier)?;
        let mut walk = Walk {
            chain: self,
            verifier,
            requested: Requested {
                period,
                max_signature_seconds: verifier.max_signature_seconds,
                reuse_period: ReusePeriod::anywhere(),
            },
            checks,
            zone: Name::root(),
            keys: Vec::new(),
            links: Vec::new(),
            unproved_delegation: None,
        };
        walk.enter_root()?;
        walk.descend_to(question)?;
        let validity = walk.prove_answer(&answer)?;
        Ok(VerifiedRrset {
            question: answer.question,
            rdata: answer.rdata,
            validity,
            links: walk.links.into(),
            reuse_period: walk.requested.reuse_period.period(),
        })
    }

    fn messages_for<'a>(&'a self, question: &'a Question) -> impl Iterator<Item = &'a Message> {
        self.messages.iter().filter(move |message| message.question() == Some(question))
    }

    /// The only RRset that answers `question`, not yet proved.
    fn answer(&self, question: &Question, verifier: &ChainVerifier) -> Result<Rrset, ChainError> {
        let incomplete = || ChainError::Incomplete { missing: question.clone() };
        let count = self.messages_for(question).count();
        if count > 1 {
            return Err(ChainError::SeveralAnswers { question: question.clone(), count });
        }
        let message = self.messages_for(question).next().ok_or_else(incomplete)?;
        refuse_aliases(message, question)?;
        let rrset =
            Rrset::from_message(message, question, &verifier.limits).map_err(|no| match no {
                NoRrset::Absent => incomplete(),
                NoRrset::Malformed => ChainError::MalformedRecord { question: question.clone() },
                NoRrset::LimitExceeded(limit) => ChainError::LimitExceeded(limit),
            })?;
        if rrset.rdata.len() > verifier.limits.answer_records {
            return Err(ChainError::LimitExceeded(Limit::AnswerRecords));
        }
        Ok(rrset)
    }

    /// The distinct RRsets in messages for a question on the way, in an order that the sender
    /// cannot choose.
    fn candidates(&self, question: &Question, limits: &Limits) -> Result<Vec<Rrset>, ChainError> {
        let mut candidates: Vec<Rrset> = Vec::new();
        for message in self.messages_for(question) {
            match Rrset::from_message(message, question, limits) {
                Ok(rrset) if candidates.contains(&rrset) => {}
                Ok(_) if candidates.len() >= limits.candidates_per_question => {
                    return Err(ChainError::LimitExceeded(Limit::CandidatesPerQuestion));
                }
                Ok(rrset) => candidates.push(rrset),
                Err(NoRrset::Absent | NoRrset::Malformed) => {}
                Err(NoRrset::LimitExceeded(limit)) => return Err(ChainError::LimitExceeded(limit)),
            }
        }
        candidates.sort_by(|a, b| a.rdata.cmp(&b.rdata).then_with(|| a.rrsigs.cmp(&b.rrsigs)));
        Ok(candidates)
    }
}

/// Rejects an answer that contains an alias: only the owner's own zone may answer for it.
fn refuse_aliases(message: &Message, question: &Question) -> Result<(), ChainError> {
    let alias = message.answers().iter().find(|record| {
        let asked = record.record_type == question.record_type && record.above.is_none();
        matches!(record.record_type, RecordType::CNAME | RecordType::DNAME) && !asked
    });
    match alias {
        Some(record) => Err(ChainError::Alias {
            question: question.clone(),
            owner: record.above.as_ref().unwrap_or(&question.name).clone(),
            record_type: record.record_type,
        }),
        None => Ok(()),
    }
}

/// The state of the walk: a zone and its proved keys.
struct Walk<'a> {
    chain: &'a DnssecChain,
    verifier: &'a ChainVerifier,
    requested: Requested,
    checks: &'a mut SignatureChecks,
    zone: Name,
    keys: Vec<ZoneKey>,
    links: Vec<Link>,
    /// The error of the first DS below the zone that was not proved; reported if the answer needs
    /// it.
    unproved_delegation: Option<ChainError>,
}

impl Walk<'_> {
    fn enter_root(&mut self) -> Result<(), ChainError> {
        let (anchors, crypto) = (&self.verifier.anchors, self.verifier.crypto);
        self.keys =
            self.prove_keys(&Name::root(), |key| anchors.validity_of(key, crypto).collect())?;
        Ok(())
    }

    /// Descends through every delegation that the chain proves, as far as the zone of `question`.
    fn descend_to(&mut self, question: &Question) -> Result<(), ChainError> {
        let mut cuts = 0_usize;
        for child in question.name.from_root_down() {
            // The DS of a name is in the parent zone (RFC 4035 section 2.4).
            let is_own_ds = question.record_type == RecordType::DS && child == question.name;
            if child.is_root() || is_own_ds {
                continue;
            }
            // A label without a DS is not proved to be a zone: the walk stays above it.
            let Some(delegations) = self.prove_delegation(&child)? else { continue };
            cuts = cuts.saturating_add(1);
            if cuts > self.verifier.limits.zone_cuts {
                return Err(ChainError::LimitExceeded(Limit::ZoneCuts));
            }
            if !delegations.iter().any(|(ds, _)| ds.is_usable()) {
                return Err(ChainError::Insecure { zone: child });
            }
            let crypto = self.verifier.crypto;
            self.keys = self.prove_keys(&child, |key| {
                delegations
                    .iter()
                    .filter(|(ds, _)| matches_ds(&child, key, ds, crypto))
                    .fold(ValidityPeriods::none(), |all, (_, validity)| all.union(validity))
            })?;
            self.zone = child;
        }
        Ok(())
    }

    /// The DSs of `child` that the zone's keys prove, each with the seconds in which it is valid;
    /// `None` if the chain has no DS.
    fn prove_delegation(
        &mut self,
        child: &Name,
    ) -> Result<Option<Vec<(Ds, ValidityPeriods)>>, ChainError> {
        let question = Question { name: child.clone(), record_type: RecordType::DS };
        let candidates = self.chain.candidates(&question, &self.verifier.limits)?;
        check_distinct(&candidates, self.verifier.limits.ds_per_zone, Limit::DsPerZone)?;
        let mut delegations: Vec<(Ds, ValidityPeriods)> = Vec::new();
        for rrset in &candidates {
            match prove(rrset, &self.zone, &self.keys, &mut self.requested, self.checks) {
                Ok((validity, links)) => {
                    self.links.extend(links);
                    add_delegations(&mut delegations, rrset, &validity);
                }
                Err(limit @ ChainError::LimitExceeded(_)) => return Err(limit),
                // Only a proved DS moves the walk. The error of any other is kept for the report.
                Err(error) => {
                    let error = self.missing_link(&error).unwrap_or(error);
                    self.unproved_delegation.get_or_insert(error);
                }
            }
        }
        Ok((!delegations.is_empty()).then_some(delegations))
    }

    /// Proves the keys of `zone` by a key that `vouched_for` gives seconds to: a trust anchor's or
    /// a DS's.
    fn prove_keys(
        &mut self,
        zone: &Name,
        vouched_for: impl Fn(&Dnskey) -> ValidityPeriods,
    ) -> Result<Vec<ZoneKey>, ChainError> {
        let limits = self.verifier.limits;
        let question = Question { name: zone.clone(), record_type: RecordType::DNSKEY };
        let candidates = self.chain.candidates(&question, &limits)?;
        check_distinct(&candidates, limits.dnskeys_per_zone, Limit::DnskeysPerZone)?;
        let usable = distinct_usable_keys(&candidates);
        check_collisions(&usable, limits.colliding_keys)?;
        // Computed once for each key, however many candidates repeat it: a digest for each DS with
        // its tag.
        let vouched: Vec<ZoneKey> = usable
            .into_iter()
            .map(|key| ZoneKey { validity: vouched_for(&key), key })
            .filter(|key| !key.validity.is_empty())
            .collect();
        let mut failure: Option<ChainError> = None;
        let mut proved: Vec<ZoneKey> = Vec::new();
        for rrset in &candidates {
            let keys: Vec<Dnskey> = usable_keys(rrset).collect();
            let entry_keys: Vec<ZoneKey> =
                vouched.iter().filter(|entry| keys.contains(&entry.key)).cloned().collect();
            let attempt = if entry_keys.is_empty() {
                Err(self.no_entry_key(&question))
            } else {
                prove(rrset, zone, &entry_keys, &mut self.requested, self.checks)
            };
            match attempt {
                Ok((validity, links)) => {
                    self.links.extend(links);
                    add_keys(&mut proved, keys, &validity);
                }
                Err(limit @ ChainError::LimitExceeded(_)) => return Err(limit),
                Err(error) => {
                    if failure.as_ref().is_none_or(|known| known.rank() < error.rank()) {
                        failure = Some(error);
                    }
                }
            }
        }
        if proved.is_empty() {
            return Err(failure.unwrap_or(ChainError::Incomplete { missing: question }));
        }
        Ok(proved)
    }

    fn no_entry_key(&self, question: &Question) -> ChainError {
        let reason = if question.name.is_root() {
            let tags: Vec<_> =
                self.verifier.anchors.key_tags().take(8).map(|tag| tag.to_string()).collect();
            BogusReason::NoKeyForTrustAnchor { anchors: format!("key tag {}", tags.join(", ")) }
        } else {
            BogusReason::NoKeyForDs
        };
        ChainError::Bogus { question: question.clone(), zone: question.name.clone(), reason }
    }

    /// Proves the answer with the keys of the zone that the walk has reached.
    fn prove_answer(&mut self, answer: &Rrset) -> Result<ValidityPeriods, ChainError> {
        let error = match prove(answer, &self.zone, &self.keys, &mut self.requested, self.checks) {
            Ok((validity, links)) => {
                self.links.extend(links);
                return Ok(validity);
            }
            Err(error) => error,
        };
        match self.missing_link(&error) {
            Some(missing) => Err(self.unproved_delegation.take().unwrap_or(missing)),
            None => Err(error),
        }
    }

    /// The error on the way to a zone that signed an RRset and is further down than the walk came.
    fn missing_link(&self, error: &ChainError) -> Option<ChainError> {
        match error {
            ChainError::Bogus { question, reason: BogusReason::OtherSigner { signer }, .. }
                if question.name.is_at_or_below(signer) && signer.is_at_or_below(&self.zone) =>
            {
                let missing = Question { name: signer.clone(), record_type: RecordType::DS };
                Some(ChainError::Incomplete { missing })
            }
            _ => None,
        }
    }
}

fn usable_keys(rrset: &Rrset) -> impl Iterator<Item = Dnskey> + '_ {
    rrset.rdata.iter().filter_map(|rdata| Dnskey::parse(rdata)).filter(Dnskey::is_usable)
}

/// Adds keys that are valid in `validity`; a key already known becomes valid in the union.
fn add_keys(known: &mut Vec<ZoneKey>, keys: Vec<Dnskey>, validity: &ValidityPeriods) {
    for key in keys {
        match known.iter_mut().find(|other| other.key == key) {
            Some(other) => other.validity = other.validity.union(validity),
            None => known.push(ZoneKey { key, validity: validity.clone() }),
        }
    }
}

/// Rejects more distinct records than a zone may have, over all candidates.
fn check_distinct(candidates: &[Rrset], max: usize, limit: Limit) -> Result<(), ChainError> {
    let mut records: Vec<&[u8]> =
        candidates.iter().flat_map(|rrset| rrset.rdata.iter().map(Vec::as_slice)).collect();
    if records.len() > max {
        records.sort_unstable();
        records.dedup();
    }
    if records.len() > max { Err(ChainError::LimitExceeded(limit)) } else { Ok(()) }
}

/// Adds the DSs of `rrset`, which is valid in `validity`; a DS already known becomes valid in the
/// union.
fn add_delegations(
    known: &mut Vec<(Ds, ValidityPeriods)>,
    rrset: &Rrset,
    validity: &ValidityPeriods,
) {
    for ds in rrset.rdata.iter().filter_map(|rdata| Ds::parse(rdata)) {
        match known.iter_mut().find(|(other, _)| *other == ds) {
            Some((_, periods)) => *periods = periods.union(validity),
            None => known.push((ds, validity.clone())),
        }
    }
}

/// The usable keys of all candidates, sorted by tag, algorithm and data.
fn distinct_usable_keys(candidates: &[Rrset]) -> Vec<Dnskey> {
    let mut keys: Vec<Dnskey> = candidates.iter().flat_map(usable_keys).collect();
    keys.sort_unstable_by(|a, b| {
        (a.key_tag(), a.algorithm(), a.rdata()).cmp(&(b.key_tag(), b.algorithm(), b.rdata()))
    });
    keys.dedup();
    keys
}

/// Rejects more usable keys with one tag and algorithm than chance makes: each would cost a
/// signature check per RRSIG.
fn check_collisions(keys: &[Dnskey], max: usize) -> Result<(), ChainError> {
    let collide =
        |a: &Dnskey, b: &Dnskey| a.key_tag() == b.key_tag() && a.algorithm() == b.algorithm();
    if keys.chunk_by(collide).any(|colliding| colliding.len() > max) {
        return Err(ChainError::LimitExceeded(Limit::CollidingKeys));
    }
    Ok(())
}
