//! Chains rebuilt from records: one message for each RRset, below another project's root or our
//! own.

use veraid_dnssec::{Name, Question, RecordType, Timestamp, ValidityPeriod};
use veraid_testkit::{
    FixedKey as _, MessageBuilder, Rrset, RrsigFields, ZoneAlgorithm, ZoneKey, dnssec_chain_der,
    rrsig_rdata,
};

use super::presentation::Record;
use crate::scenario::DAY;

/// An RRset with its signatures, from one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) rrset: Rrset,
    pub(super) rrsigs: Vec<Vec<u8>>,
}

impl Signed {
    pub(super) fn question(&self) -> Question {
        self.rrset.question()
    }

    /// A response with only this RRset.
    pub(super) fn message(&self) -> Vec<u8> {
        MessageBuilder::new(&self.question()).answer_rrset(&self.rrset, &self.rrsigs).build()
    }

    /// The data in the order in which a verifier must report it.
    pub(super) fn sorted_rdata(&self) -> Vec<Vec<u8>> {
        let mut rdata = self.rrset.rdata.clone();
        rdata.sort_unstable();
        rdata.dedup();
        rdata
    }
}

/// The RRsets among `records`, each with the signatures that claim to cover it.
pub(super) fn signed_rrsets(records: &[Record]) -> Vec<Signed> {
    let mut found: Vec<Signed> = Vec::new();
    let data = || records.iter().filter(|record| record.record_type != RecordType::RRSIG);
    for record in data() {
        let question = Question { name: record.owner.clone(), record_type: record.record_type };
        match found.iter_mut().find(|signed| signed.question() == question) {
            Some(signed) => signed.rrset.rdata.push(record.rdata.clone()),
            None => found.push(Signed {
                rrset: Rrset {
                    owner: record.owner.clone(),
                    record_type: record.record_type,
                    ttl: record.ttl,
                    rdata: vec![record.rdata.clone()],
                },
                rrsigs: Vec::new(),
            }),
        }
    }
    for signed in &mut found {
        signed.rrsigs = records
            .iter()
            .filter(|record| record.record_type == RecordType::RRSIG)
            .filter(|record| record.owner == signed.rrset.owner)
            .filter(|record| {
                record.rdata.starts_with(&signed.rrset.record_type.number().to_be_bytes())
            })
            .map(|record| record.rdata.clone())
            .collect();
    }
    found
}

/// The fields of an RRSIG, and its signature.
pub(super) struct ReadRrsig {
    pub(super) fields: RrsigFields,
    pub(super) signature: Vec<u8>,
}

/// Reads the data of an RRSIG that was written by this program.
pub(super) fn read_rrsig(rdata: &[u8]) -> ReadRrsig {
    let u16_at = |index: usize| u16::from_be_bytes([rdata[index], rdata[index + 1]]);
    let u32_at = |index: usize| u32::from_be_bytes(rdata[index..index + 4].try_into().unwrap());
    let mut labels = Vec::new();
    let mut index = 18;
    while rdata[index] != 0 {
        let end = index + 1 + usize::from(rdata[index]);
        labels.push(&rdata[index + 1..end]);
        index = end;
    }
    let signer = labels.iter().rev().fold(Name::root(), |name, label| name.prepend(label).unwrap());
    ReadRrsig {
        fields: RrsigFields {
            type_covered: RecordType::new(u16_at(0)),
            algorithm: rdata[2],
            labels: rdata[3],
            original_ttl: u32_at(4),
            expiration: u32_at(8),
            inception: u32_at(12),
            key_tag: u16_at(16),
            signer,
        },
        signature: rdata[index + 1..].to_vec(),
    }
}

/// A root of our own, for zones whose real parents are missing or use unsupported algorithms. Its
/// signatures are valid from a day before to a day after an instant.
pub(super) struct OwnRoot {
    key: ZoneKey,
    period: ValidityPeriod,
}

impl OwnRoot {
    pub(super) fn around(at: Timestamp) -> Self {
        let period = ValidityPeriod::new(at.saturating_sub(DAY), at.saturating_add(DAY)).unwrap();
        // No generated vector uses this key.
        Self { key: ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 9102), period }
    }

    pub(super) fn trust_anchor(&self) -> String {
        self.key.ds_presentation(&Name::root(), 2)
    }

    /// The keys of `zone`: ours, which signs, and `keys`.
    pub(super) fn keys(&self, zone: &Name, keys: &[Vec<u8>]) -> Signed {
        let rdata = std::iter::once(self.key.dnskey_rdata()).chain(keys.iter().cloned()).collect();
        self.signed(zone, zone, RecordType::DNSKEY, rdata)
    }

    /// The root's signed DS records for `zone`.
    pub(super) fn delegation(&self, zone: &Name, ds: Vec<Vec<u8>>) -> Signed {
        self.signed(&Name::root(), zone, RecordType::DS, ds)
    }

    /// The root's signed DS record for our own key in `zone`.
    pub(super) fn own_delegation(&self, zone: &Name) -> Signed {
        self.delegation(zone, vec![self.key.ds_rdata(zone, 2)])
    }

    fn signed(
        &self,
        signer: &Name,
        owner: &Name,
        record_type: RecordType,
        rdata: Vec<Vec<u8>>,
    ) -> Signed {
        let rrset = Rrset { owner: owner.clone(), record_type, ttl: 3600, rdata };
        let fields = RrsigFields::honest(&rrset, &self.key, signer, self.period);
        let rrsigs = vec![rrsig_rdata(&rrset, &fields, &self.key)];
        Signed { rrset, rrsigs }
    }
}

/// The `SET OF OCTET STRING` of these messages.
pub(super) fn input<'a>(chain: impl IntoIterator<Item = &'a Signed>) -> Vec<u8> {
    dnssec_chain_der(&chain.into_iter().map(Signed::message).collect::<Vec<_>>())
}

/// The data of the DS of a DNSKEY (RFC 4034 section 5.1.4), with SHA-256.
pub(super) fn ds_rdata(owner: &Name, dnskey: &[u8]) -> Vec<u8> {
    let digest = veraid_testkit::Digest::Sha256.of(&[owner.as_wire(), dnskey].concat());
    let tag = veraid_testkit::key_tag(dnskey).to_be_bytes();
    [tag.as_slice(), &[dnskey[3], 2], &digest].concat()
}

/// A DS of the root as a trust anchor.
pub(super) fn anchor_line(ds: &[u8]) -> String {
    let tag = u16::from_be_bytes([ds[0], ds[1]]);
    let digest: String = ds[4..].iter().map(|octet| format!("{octet:02X}")).collect();
    format!(". IN DS {tag} {} {} {digest}", ds[2], ds[3])
}
