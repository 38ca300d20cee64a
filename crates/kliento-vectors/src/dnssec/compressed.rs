//! Compressed names in the data of records: allowed in the types of RFC 1035 and in those that
//! receivers should decompress, and in no others (RFC 3597 section 4).

use super::*;

/// In the first message of a question, names can point to the question's, which follows a header of
/// 12 octets.
const POINTER_TO_QUESTION: [u8; 2] = [0xC0, 12];

/// Type and number, the octets before the first name in its data, the number of names, and true if
/// they may be compressed.
const TYPES: &[(&str, &[u8], usize, bool)] = &[
    ("NS", &[], 1, true),
    ("MX", &[0, 10], 1, true),
    ("PTR", &[], 1, true),
    ("MINFO", &[], 2, true),
    ("RP", &[], 2, true),
    ("AFSDB", &[0, 1], 1, true),
    ("RT", &[0, 1], 1, true),
    ("PX", &[0, 1], 2, true),
    ("SRV", &[0, 1, 0, 2, 1, 187], 1, true),
    ("NAPTR", &[0, 1, 0, 2, 1, b'S', 3, b's', b'i', b'p', 0], 1, true),
    ("KX", &[0, 10], 1, false),
    ("DNAME", &[], 1, false),
];

pub(crate) fn compressed() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for &(record_type, before, names, may_be_compressed) in TYPES {
        let asked = question("mail.example.com", record_type);
        let data = |name: &[u8]| [before, &name.repeat(names)].concat();
        let canonical = data(&[b"\x04host", asked.name.as_wire()].concat());
        let mut hierarchy = small_zones().hierarchy();
        hierarchy.answer = Rrset {
            owner: asked.name.clone(),
            record_type: asked.record_type,
            ttl: 300,
            rdata: vec![canonical.clone()],
        };
        let whole = hierarchy.sign();
        let mut chain = whole.clone();
        let link = chain.link(&asked).clone();
        let compressed = data(&[b"\x04host".as_slice(), &POINTER_TO_QUESTION].concat());
        let received = Rrset { rdata: vec![compressed], ..link.rrset.clone() };
        let message = MessageBuilder::new(&asked).answer_rrset(&received, &link.rrsigs()).build();
        chain.replace(&asked, message);
        let lower = record_type.to_lowercase();
        let vector = Vector::chain(
            id("type", &format!("type-{lower}-uncompressed")),
            format!("The question is for a record of type {record_type}, with uncompressed names."),
            "RFC 4034 section 6.2",
            &whole,
            asked.clone(),
        );
        vectors.push(proves(vector.from(PARENT), std::slice::from_ref(&canonical), usual_period()));
        let vector = Vector::chain(
            id("type", &format!("type-{lower}-compressed")),
            format!("Names in the data of a record of type {record_type} are compression pointers to the question's name."),
            "RFC 3597 section 4",
            &chain,
            asked,
        )
        .from(id("type", &format!("type-{lower}-uncompressed")));
        vectors.push(if may_be_compressed {
            proves(vector, &[canonical], usual_period())
        } else {
            vector.invalid(2021)
        });
    }
    vectors
}
