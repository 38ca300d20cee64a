//! The shortest possible chain: the root signs the TXT records itself, with signatures of
//! [`stub`](crate::stub).

use kliento::{Timestamp, TrustAnchors, ValidityPeriod};
use veraid_dnssec::{ChainVerifier, DnssecChain, Question, RecordType, VerifiedRrset};

use crate::stub;

/// The DNSKEY data of the root's Ed25519 key. It is not a real key, but the stub does not look at
/// it.
const ROOT_KEY: [u8; 36] = {
    let mut key = [7; 36];
    [key[0], key[1], key[2], key[3]] = [1, 1, 3, 15];
    key
};

/// Proves TXT records with these data; `None` if they do not make a chain.
///
/// # Panics
///
/// If the root's key is not a trust anchor, which would be a bug in this file.
#[must_use]
pub fn proved_txt(rdata: &[&[u8]]) -> Option<VerifiedRrset> {
    let anchor = ". DNSKEY 257 3 15 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let anchors = TrustAnchors::from_presentation(anchor).expect("a DNSKEY of the root");
    let key_tag = anchors.key_tags().next()?;
    let question = Question { name: "_veraid.example".parse().ok()?, record_type: RecordType::TXT };
    let root = Question { name: ".".parse().ok()?, record_type: RecordType::DNSKEY };
    let messages = [message(&root, &[&ROOT_KEY], key_tag), message(&question, rdata, key_tag)];
    let chain = DnssecChain::parse(messages.iter().map(Vec::as_slice)).ok()?;
    let period = ValidityPeriod::at(Timestamp::from_unix_seconds(1));
    let verifier = ChainVerifier::new(anchors, stub::PROVIDER);
    stub::within_budget(|| chain.verify(&question, period, &verifier)).ok()
}

/// An RSA key of 2,048 bits as a SubjectPublicKeyInfo, without a known private key. In
/// [`stub`](crate::stub) its digest equals that of all keys with the exponent 65,537, so key
/// records of any vector name it.
#[must_use]
pub fn rsa_2048() -> Vec<u8> {
    // rsaEncryption with NULL; a modulus, odd and without leading zeros (RFC 8017 appendix A.1).
    const HEAD: &[u8] = &[
        0x30, 0x82, 0x01, 0x22, 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01,
        0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0F, 0x00, 0x30, 0x82, 0x01, 0x0A, 0x02, 0x82,
        0x01, 0x01, 0x00,
    ];
    [HEAD, &[0xA5; 256], &[0x02, 0x03, 0x01, 0x00, 0x01]].concat()
}

/// The data of records, each preceded by its length in two octets. The last may be cut short by the
/// end of the input.
#[must_use]
pub fn records(mut input: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while let [high, low, rest @ ..] = input {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (record, rest) = rest.split_at(length);
        records.push(record);
        input = rest;
    }
    records
}

/// A response: header, question, records and their RRSIG (RFC 1035 section 4, RFC 4034 section 3).
fn message(question: &Question, rdata: &[&[u8]], key_tag: u16) -> Vec<u8> {
    let (owner, record_type) = (question.name.as_wire(), question.record_type.number());
    let count = u16::try_from(rdata.len()).unwrap_or(u16::MAX).saturating_add(1);
    let mut message = vec![0, 0, 0x80, 0, 0, 1];
    message.extend(count.to_be_bytes());
    message.extend([0; 4]);
    message.extend([owner, &record_type.to_be_bytes(), &[0, 1]].concat());
    let labels = u8::try_from(question.name.label_count()).unwrap_or(u8::MAX);
    // From 0 to 1,000 seconds after 1970.
    let times = [1000_u32.to_be_bytes(), 0_u32.to_be_bytes()].concat();
    let fields: [&[u8]; 6] = [
        &record_type.to_be_bytes(),
        &[15, labels, 0, 0, 0, 60],
        &times,
        &key_tag.to_be_bytes(),
        // The signer is the root.
        &[0],
        &[1; 64],
    ];
    let rrsig = fields.concat();
    let records = rdata.iter().map(|rdata| (record_type, *rdata));
    for (record_type, rdata) in records.chain([(RecordType::RRSIG.number(), rrsig.as_slice())]) {
        let length = u16::try_from(rdata.len()).unwrap_or(u16::MAX);
        message.extend_from_slice(owner);
        message.extend([record_type, 1, 0, 60, length].iter().flat_map(|n| n.to_be_bytes()));
        message.extend_from_slice(rdata);
    }
    message
}
