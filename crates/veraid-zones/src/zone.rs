//! RRsets and their signatures (RFC 4034).

use veraid_dnssec::{Name, Question, RecordType, Timestamp, ValidityPeriod};

use crate::zone_key::ZoneKey;

/// A zone: its name and keys.
#[derive(Clone, Debug)]
pub struct Zone {
    /// The name.
    pub name: Name,
    /// The keys that sign the DNSKEY RRset, and everything else if there are no `zsks`.
    pub ksks: Vec<ZoneKey>,
    /// Keys that a DS or a trust anchor points at and that sign nothing: the next or the previous
    /// key of a rollover.
    pub standby_ksks: Vec<ZoneKey>,
    /// The keys that sign everything except the DNSKEY RRset; if empty, `ksks` do that too.
    pub zsks: Vec<ZoneKey>,
}

impl Zone {
    /// The keys that sign RRsets other than the DNSKEY RRset.
    #[must_use]
    pub fn data_keys(&self) -> &[ZoneKey] {
        if self.zsks.is_empty() { &self.ksks } else { &self.zsks }
    }

    /// The keys that a DS or a trust anchor points at: those that sign the DNSKEY RRset, then the
    /// standby keys.
    pub fn entry_points(&self) -> impl Iterator<Item = &ZoneKey> {
        self.ksks.iter().chain(&self.standby_ksks)
    }

    /// The DNSKEY RRset.
    #[must_use]
    pub fn dnskey_rrset(&self, ttl: u32) -> Rrset {
        let rdata = self.entry_points().chain(&self.zsks).map(ZoneKey::dnskey_rdata).collect();
        Rrset { owner: self.name.clone(), record_type: RecordType::DNSKEY, ttl, rdata }
    }

    /// The DS RRset that the parent has for this zone: one record for each of its
    /// [entry points](Self::entry_points).
    #[must_use]
    pub fn ds_rrset(&self, digest_type: u8, ttl: u32) -> Rrset {
        let rdata = self.entry_points().map(|key| key.ds_rdata(&self.name, digest_type)).collect();
        Rrset { owner: self.name.clone(), record_type: RecordType::DS, ttl, rdata }
    }
}

/// The records of one type at one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rrset {
    /// The name.
    pub owner: Name,
    /// The type.
    pub record_type: RecordType,
    /// The time to live.
    pub ttl: u32,
    /// The data of each record, in the order of messages.
    pub rdata: Vec<Vec<u8>>,
}

impl Rrset {
    /// A TXT RRset with one record for each of these texts, of a single character-string each.
    ///
    /// # Panics
    ///
    /// If one is longer than 255 octets.
    #[must_use]
    pub fn txt(owner: &Name, records: &[&str]) -> Self {
        let rdata = records.iter().map(|record| txt_rdata(&[record.as_bytes()])).collect();
        Self { owner: owner.clone(), record_type: RecordType::TXT, ttl: 300, rdata }
    }

    /// The question for these records.
    #[must_use]
    pub fn question(&self) -> Question {
        Question { name: self.owner.clone(), record_type: self.record_type }
    }
}

/// The fields of an RRSIG before it is signed (RFC 4034 section 3.1), so that a test can falsify
/// them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RrsigFields {
    /// The type covered.
    pub type_covered: RecordType,
    /// The algorithm number.
    pub algorithm: u8,
    /// The number of labels in the owner's name, not counting the root's and a leftmost `*`.
    pub labels: u8,
    /// The original TTL, which is part of the signed data.
    pub original_ttl: u32,
    /// The first second of validity, modulo 2^32.
    pub inception: u32,
    /// The last second of validity, modulo 2^32.
    pub expiration: u32,
    /// The tag of the signing key.
    pub key_tag: u16,
    /// The name of the signing zone.
    pub signer: Name,
}

impl RrsigFields {
    /// The correct fields.
    #[must_use]
    pub fn honest(rrset: &Rrset, key: &ZoneKey, signer: &Name, period: ValidityPeriod) -> Self {
        let labels = rrset.owner.labels().filter(|label| label != b"*").count();
        Self {
            type_covered: rrset.record_type,
            algorithm: key.algorithm,
            labels: labels as u8,
            original_ttl: rrset.ttl,
            inception: serial(period.start()),
            expiration: serial(period.end()),
            key_tag: key.key_tag(),
            signer: signer.clone(),
        }
    }

    /// The data of an RRSIG with these fields and this signature.
    #[must_use]
    pub fn rdata(&self, signature: &[u8]) -> Vec<u8> {
        [self.unsigned_rdata().as_slice(), signature].concat()
    }

    fn unsigned_rdata(&self) -> Vec<u8> {
        let mut octets = self.type_covered.number().to_be_bytes().to_vec();
        octets.extend([self.algorithm, self.labels]);
        octets.extend(self.original_ttl.to_be_bytes());
        octets.extend(self.expiration.to_be_bytes());
        octets.extend(self.inception.to_be_bytes());
        octets.extend(self.key_tag.to_be_bytes());
        octets.extend(self.signer.as_wire());
        octets
    }
}

/// Seconds modulo 2^32, as in RRSIG times (RFC 4034 section 3.1.5).
fn serial(instant: Timestamp) -> u32 {
    instant.as_unix_seconds() as u32
}

/// The data of an RRSIG with `fields`, signed with `key` over the RRset in canonical form (RFC 4034
/// section 3.1.8.1).
///
/// Names inside the RRset's data are signed as they are: pass them in lower case where section 6.2
/// requires it.
#[must_use]
pub fn rrsig_rdata(rrset: &Rrset, fields: &RrsigFields, key: &ZoneKey) -> Vec<u8> {
    fields.rdata(&key.sign(&signed_bytes(rrset, fields)))
}

/// The octets that an RRSIG with `fields` signs.
#[must_use]
pub fn signed_bytes(rrset: &Rrset, fields: &RrsigFields) -> Vec<u8> {
    let mut sorted: Vec<_> = rrset.rdata.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut octets = fields.unsigned_rdata();
    for rdata in sorted {
        octets.extend(signed_owner(&rrset.owner, fields.labels));
        octets.extend(rrset.record_type.number().to_be_bytes());
        octets.extend(1_u16.to_be_bytes());
        octets.extend(fields.original_ttl.to_be_bytes());
        octets.extend((rdata.len() as u16).to_be_bytes());
        octets.extend(rdata);
    }
    octets
}

/// The owner in its signed form: behind a `*` if the RRSIG counts fewer labels than it has (RFC
/// 4035 section 5.3.2).
fn signed_owner(owner: &Name, labels: u8) -> Vec<u8> {
    let actual: Vec<_> = owner.labels().collect();
    let counted = usize::from(labels);
    if counted >= actual.len() {
        return owner.as_wire().to_vec();
    }
    let mut wire = vec![1, b'*'];
    for label in &actual[actual.len() - counted..] {
        wire.push(label.len() as u8);
        wire.extend_from_slice(label);
    }
    wire.push(0);
    wire
}

/// The data of a TXT record with these character-strings (RFC 1035 section 3.3.14).
///
/// # Panics
///
/// If one is longer than 255 octets.
#[must_use]
pub fn txt_rdata(strings: &[&[u8]]) -> Vec<u8> {
    let mut rdata = Vec::new();
    for string in strings {
        rdata.push(u8::try_from(string.len()).expect("character-strings have at most 255 octets"));
        rdata.extend_from_slice(string);
    }
    rdata
}
