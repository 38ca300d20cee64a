//! Limits on the cost of a chain, each with its reason.

use std::fmt;

/// Limits on the work of a verification and the size of a chain.
///
/// An honest chain through d zones needs 2d + 2 signature checks; one octet stream of 16 KiB can be
/// made to ask for thousands (KeyTrap, CVE-2023-50387), so every count that a sender chooses is
/// bounded. The defaults leave honest chains a wide margin.
///
/// [`DnssecChain::parse`](crate::DnssecChain::parse) applies the defaults; to change the limits on
/// parsing (octets, messages, questions, records), use
/// [`DnssecChain::parse_within`](crate::DnssecChain::parse_within).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Signature checks of one verification, certificates and content included (64: 16 zones, 4
    /// attached certificates, the organisation's and the content need 40).
    pub signature_checks: u32,
    /// Signature checks that may fail before verification ends (4: room for one colliding key tag
    /// per zone of a usual chain, but not for KeyTrap). A failed check of Ed448 counts as two.
    pub failed_signature_checks: u32,
    /// Ed448 checks (8: each takes about 3 ms, some hundred times an RSA check with AWS-LC).
    pub ed448_checks: u32,
    /// Bytes of a chain, all messages together (65,536: real chains have under 8,000, and parsing
    /// a name of compression pointers costs the length of its message).
    pub octets: usize,
    /// Questions of one message (8: only one counts, but the others still have to be parsed).
    pub questions_per_message: usize,
    /// DNS messages of a chain (64: 16 zone cuts need 34).
    pub messages: usize,
    /// Records of one message, all sections together (128: 32 keys and their signatures fit four
    /// times).
    pub records_per_message: usize,
    /// RRSIGs over one RRset (8, as in other validators: a rollover with two algorithms needs 4).
    pub rrsigs_per_rrset: usize,
    /// Distinct DNSKEYs of one zone (32: live zones have fewer than 10).
    pub dnskeys_per_zone: usize,
    /// Distinct DSs of one zone (16: live zones have fewer than 8).
    pub ds_per_zone: usize,
    /// Usable keys of one zone that share key tag and algorithm (2: a collision happens, a third is
    /// an attack).
    pub colliding_keys: usize,
    /// Records of the requested RRset (32: each travels in every bundle).
    pub answer_records: usize,
    /// Distinct messages for one question on the way to the answer (4: old and new key set in a
    /// rollover, and room).
    pub candidates_per_question: usize,
    /// Zones below the root on the way to the answer (16: live names have fewer than 8).
    pub zone_cuts: usize,
}

impl Limits {
    /// The limits that the project's decisions and test vectors specify.
    pub const DEFAULT: Self = Self {
        signature_checks: 64,
        failed_signature_checks: 4,
        ed448_checks: 8,
        octets: 65_536,
        questions_per_message: 8,
        messages: 64,
        records_per_message: 128,
        rrsigs_per_rrset: 8,
        dnskeys_per_zone: 32,
        ds_per_zone: 16,
        colliding_keys: 2,
        answer_records: 32,
        candidates_per_question: 4,
        zone_cuts: 16,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A limit that was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::signature_checks`]
    SignatureChecks,
    /// [`Limits::failed_signature_checks`]
    FailedSignatureChecks,
    /// [`Limits::ed448_checks`]
    Ed448Checks,
    /// [`Limits::octets`]
    Octets,
    /// [`Limits::questions_per_message`]
    QuestionsPerMessage,
    /// [`Limits::messages`]
    Messages,
    /// [`Limits::records_per_message`]
    RecordsPerMessage,
    /// [`Limits::rrsigs_per_rrset`]
    RrsigsPerRrset,
    /// [`Limits::dnskeys_per_zone`]
    DnskeysPerZone,
    /// [`Limits::ds_per_zone`]
    DsPerZone,
    /// [`Limits::colliding_keys`]
    CollidingKeys,
    /// [`Limits::answer_records`]
    AnswerRecords,
    /// [`Limits::candidates_per_question`]
    CandidatesPerQuestion,
    /// [`Limits::zone_cuts`]
    ZoneCuts,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignatureChecks => "signature checks in one verification",
            Self::FailedSignatureChecks => "failed signature checks in one verification",
            Self::Ed448Checks => "Ed448 checks in one verification",
            Self::Octets => "bytes in the chain",
            Self::QuestionsPerMessage => "questions in a DNS message",
            Self::Messages => "DNS messages in the chain",
            Self::RecordsPerMessage => "records in a DNS message",
            Self::RrsigsPerRrset => "RRSIGs over one RRset",
            Self::DnskeysPerZone => "DNSKEYs in one zone",
            Self::DsPerZone => "DS records for one zone",
            Self::CollidingKeys => "keys in one zone with the same tag and algorithm",
            Self::AnswerRecords => "records in the requested RRset",
            Self::CandidatesPerQuestion => "distinct messages for one question",
            Self::ZoneCuts => "zones below the root",
        })
    }
}
