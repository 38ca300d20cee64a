//! Input that only an attacker sends: unread denials, and malformed labels, keys and signatures.

use super::message::{malformed, unused_message};
use super::*;

pub(crate) fn hostile() -> Vec<Vector> {
    [wire(), unread(), labels(), signers(), delegations(), keys(), numbers()].concat()
}

const RFC1035: &str = "RFC 1035 section 4.1";

fn wire() -> Vec<Vector> {
    let mut header = vec![0; 12];
    header[4..12].fill(0xFF);
    // The record's owner starts at the 27th octet: 12 of header, 15 of question.
    vec![
        malformed(
            "compression-two-cycle",
            "Two compression pointers point at each other.",
            "RFC 1035 section 4.1.4",
            unused_message(&[1, b'a', 0xC0, 31, 0xC0, 27], 0, &[]),
        ),
        malformed(
            "unknown-label-type-10",
            "A label has type bits 10, which are undefined.",
            "RFC 1035 section 4.1.4",
            unused_message(&[0x80, 0], 0, &[]),
        ),
        malformed("name-without-end", "The message ends inside a name.", RFC1035, {
            let mut message = unused_message(&[0], 0, &[]);
            message.truncate(message.len() - 11);
            message.extend([1, b'a']);
            message
        }),
        malformed("counts-65535", "All four counts in a header are 65,535.", RFC1035, header),
        still_proves(
            "wire",
            "header-only-beside",
            "The chain also has a message that is only a header; it answers nothing.",
            RFC1035,
            &changed(|chain| chain.messages.push(vec![0; 12])),
        ),
        fails(
            "wire",
            "data-length-0-dnskey",
            "The DNSKEY of the zone has no data.",
            "RFC 4034 section 2.1",
            &emptied("example.com", "DNSKEY"),
            2019,
        ),
        fails(
            "wire",
            "data-length-0-rrsig",
            "The RRSIG over the TXT record has no data.",
            "RFC 4034 section 3.1",
            &changed(|chain| {
                let message = chain.link(&txt()).message_with(&[vec![]]);
                chain.replace(&txt(), message);
            }),
            2011,
        ),
        fails(
            "wire",
            "dot-within-label",
            "The answer's name has one label with a dot in it instead of two labels.",
            "RFC 4343 section 2.1",
            &changed(|chain| {
                let message = chain.messages.pop().unwrap();
                let two = b"\x07_veraid\x07example\x03com\x00";
                let one = b"\x0F_veraid.example\x03com\x00";
                chain.messages.push(replace_all(&message, two, one));
            }),
            2001,
        ),
    ]
}

/// Data that contains a name, cut so that the name would continue in the next record.
fn crossing() -> Vector {
    let asked = question("www.example.com", "MX");
    let rrset = Rrset {
        owner: asked.name.clone(),
        record_type: asked.record_type,
        ttl: 300,
        rdata: vec![[&[0, 10], name("mail.example.com").as_wire()].concat()],
    };
    let mut chain = small_zones().answer(rrset).build();
    chain.change_link(&asked, |link| link.rrset.rdata[0].truncate(8));
    let description = "The name in an MX record is not terminated before its data ends.";
    Vector::chain(id("wire", "name-crosses-data-end"), description, RFC1035, &chain, asked)
        .from(PARENT)
        .invalid(2021)
}

fn emptied(owner: &str, record_type: &str) -> MockChain {
    changed(|chain| {
        chain.change_link(&question(owner, record_type), |link| link.rrset.rdata = vec![vec![]]);
    })
}

/// NSEC3 data (RFC 5155 section 3.2) with so many iterations and these flags.
fn nsec3(iterations: u16, flags: u8) -> Vec<u8> {
    let mut rdata = vec![1, flags];
    rdata.extend(iterations.to_be_bytes());
    rdata.extend([8, 1, 2, 3, 4, 5, 6, 7, 8, 20]);
    rdata.extend([0xFF; 20]);
    rdata
}

fn record(owner: &str, record_type: u16, rdata: Vec<u8>) -> Record {
    Record::new(&name(owner), RecordType::new(record_type), 300, rdata)
}

/// Records beside the evidence that are never read.
fn unread() -> Vec<Vector> {
    const SPEC: &str = "Decisions, \"DNSSEC\"";
    const NSEC: u16 = 47;
    const NSEC3: u16 = 50;
    const OPT: u16 = 41;
    let ds = question("example.com", "DS");
    // The answer to the question for a DS denies that there is one.
    let denied = |rdata: Vec<u8>| {
        changed(|chain| {
            let soa = [b"\0\0".to_vec(), vec![0; 20]].concat();
            let message = MessageBuilder::new(&ds)
                .authority(record("com", 6, soa))
                .authority(record("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.com", NSEC3, rdata));
            chain.replace(&ds, message.build());
        })
    };
    let mut vectors = Vec::new();
    for (case, description, chain) in [
        (
            "nsec3-iterations",
            "Instead of a DS there is an NSEC3 record with 65,535 iterations.",
            denied(nsec3(u16::MAX, 0)),
        ),
        (
            "closest-encloser",
            "Instead of a DS there is an NSEC3 record and the SOA of another zone.",
            denied(nsec3(0, 0)),
        ),
        (
            "opt-out",
            "Instead of a DS there is an NSEC3 record with an opt-out span.",
            denied(nsec3(0, 1)),
        ),
        (
            "nsec3-of-parent",
            "Instead of a DS there is an NSEC3 record whose owner could be the parent's apex.",
            denied(nsec3(1, 0)),
        ),
    ] {
        vectors.push(fails("denial", case, description, SPEC, &chain, 2001));
    }
    let next = [name("zzz.example.com").as_wire(), &[0, 1, 0x40]].concat();
    vectors.push(still_proves(
        "denial",
        "nsec-padding",
        "There are 100 NSEC records in the authority section.",
        SPEC,
        &replaced(&txt(), |message, _| {
            (0..100).fold(message, |message, number| {
                message.authority(record(&format!("x{number}.example.com"), NSEC, next.clone()))
            })
        }),
    ));
    let expanded = changed(|chain| {
        chain.change_rrsigs(&txt(), |fields| fields.labels = 2);
        let link = chain.link(&txt());
        let rrsigs = link.rrsigs_with(|fields| fields.labels = 2);
        let message = MessageBuilder::new(&txt())
            .answer_rrset(&link.rrset, &rrsigs)
            .authority(record("example.com", NSEC, next.clone()))
            .build();
        chain.replace(&txt(), message);
    });
    vectors.push(fails(
        "denial",
        "wildcard-with-proof",
        "The answer was expanded from a wildcard, and an NSEC record proves that there is no closer match.",
        "RFC 4035 section 5.3.4",
        &expanded,
        2015,
    ));
    let options = [[0, 10, 0, 8].as_slice(), &[7; 8]].concat();
    let opt = Record { owner: vec![0], class: 1232, ..record(".", OPT, options) };
    vectors.push(still_proves(
        "message",
        "two-opt-records",
        "There are two OPT records in the additional section.",
        "RFC 6891 section 6.1.1",
        &replaced(&txt(), |message, _| message.additional(opt.clone()).additional(opt.clone())),
    ));
    vectors
}

fn labels() -> Vec<Vector> {
    let spec = "RFC 4035 section 5.3.4";
    let counted = |asked: &Question, labels: u8| {
        changed(|chain| chain.change_rrsigs(asked, |fields| fields.labels = labels))
    };
    let literal = {
        let rrset = Rrset { owner: name("*.example.com"), ..Rrset::txt(&txt().name, &["text"]) };
        small_zones().answer(rrset).build()
    };
    vec![
        fails(
            "signature",
            "labels-0-of-answer",
            "The RRSIG over the answer has a label count of 0, fewer than its signer's name has.",
            spec,
            &counted(&txt(), 0),
            2015,
        ),
        fails(
            "signature",
            "labels-1-of-com",
            "The parent zone signs the answer as if it came from its own wildcard.",
            spec,
            &changed(|chain| {
                let signer = name("com");
                let key = chain.link(&question("com", "DNSKEY")).keys[0].clone();
                chain.remove(&question("example.com", "DS"));
                chain.change_link(&txt(), |link| {
                    link.signer = signer;
                    link.keys = vec![key];
                });
                chain.change_rrsigs(&txt(), |fields| fields.labels = 1);
            }),
            2015,
        ),
        Vector::chain(
            id("signature", "literal-wildcard"),
            "The owner is the wildcard name itself, and the question is for that name.",
            "RFC 4034 section 3.1.3",
            &literal,
            literal.question(),
        )
        .from(PARENT)
        .invalid(2015),
    ]
}

fn signers() -> Vec<Vector> {
    let spec = "RFC 4035 section 5.3.1";
    let signed_as = |signer: &str| {
        let signer = name(signer);
        changed(|chain| chain.change_link(&txt(), |link| link.signer = signer))
    };
    vec![
        fails(
            "signature",
            "signer-is-sibling",
            "The signer's name of the answer is a sibling zone.",
            spec,
            &signed_as("example2.com"),
            2014,
        ),
        fails(
            "signature",
            "signer-below-owner",
            "The signer's name of the answer is a zone below it.",
            spec,
            &signed_as("x._veraid.example.com"),
            2014,
        ),
    ]
}

fn delegations() -> Vec<Vector> {
    let ds = question("example.com", "DS");
    let attacker = p256(900);
    let other_ds = attacker.ds_rdata(&name("example.com"), 2);
    let spec = "RFC 4035 section 5.2";
    vec![
        fails(
            "ds",
            "ds-signed-by-child",
            "The DS is signed by the zone that it is for.",
            "RFC 4035 section 2.4",
            &changed(|chain| {
                let child = chain.link(&question("example.com", "DNSKEY")).keys.clone();
                chain.change_link(&ds, |link| {
                    link.signer = name("example.com");
                    link.keys = child;
                });
            }),
            // Signed by a zone below those that the walk has reached, whose own DS would be
            // missing.
            2001,
        ),
        fails(
            "ds",
            "ds-forged-by-attacker",
            "An attacker's keys sign the zone, and a DS for them with the parent zone as the signer's name.",
            spec,
            &changed(|chain| {
                let keys = vec![attacker.clone()];
                chain.change_link(&ds, |link| {
                    link.rrset.rdata = vec![other_ds.clone()];
                    link.keys = keys.clone();
                });
                chain.change_link(&question("example.com", "DNSKEY"), |link| {
                    link.rrset.rdata = vec![attacker.dnskey_rdata()];
                    link.keys = keys.clone();
                });
                chain.change_link(&txt(), |link| link.keys = keys.clone());
            }),
            2013,
        ),
        fails(
            "ds",
            "digest-cut-off",
            "The digest of the DS is one octet too short.",
            "RFC 4509 section 2.1",
            &changed(|chain| {
                chain.change_link(&ds, |link| {
                    link.rrset.rdata[0].pop();
                });
            }),
            2003,
        ),
        fails(
            "ds",
            "digest-with-octet-more",
            "The digest of the DS is one octet too long.",
            "RFC 4509 section 2.1",
            &changed(|chain| chain.change_link(&ds, |link| link.rrset.rdata[0].push(0))),
            2003,
        ),
    ]
}

fn keys() -> Vec<Vector> {
    let dnskey = question("example.com", "DNSKEY");
    let other = p256(901);
    vec![
        fails(
            "key",
            "dnskey-signed-by-other-entry-point",
            "The zone's keys are signed by a key with the SEP flag that no DS names; a DS names another key.",
            "RFC 4035 section 5.2",
            &changed(|chain| {
                chain.change_link(&dnskey, |link| {
                    link.rrset.rdata.push(other.dnskey_rdata());
                    link.keys = vec![other.clone()];
                });
            }),
            2013,
        ),
        still_proves(
            "key",
            "short-keys-beside-good",
            "There are records too short for a DNSKEY in addition to a valid one; they are skipped.",
            "RFC 4034 section 2.1",
            &changed(|chain| {
                chain.change_link(&dnskey, |link| {
                    link.rrset.rdata.extend((0..4).map(|octets| vec![1; octets]));
                });
            }),
        ),
        Vector::chain(
            id("valid", "canonical-order"),
            "Records differ in length and in octets above 127.",
            "RFC 4034 section 6.3",
            &small_zones().txt_rdata(ordered_records()).build(),
            txt(),
        )
        .from(PARENT)
        .fact(
            "records",
            Json::List(ordered_records().iter().map(|rdata| Json::octets(rdata)).collect()),
        ),
    ]
}

/// TXT records in the order of RFC 4034: as unsigned octets, with a prefix first.
fn ordered_records() -> Vec<Vec<u8>> {
    vec![
        txt_rdata(&[b""]),
        txt_rdata(&[b"", b""]),
        txt_rdata(&[b"a"]),
        txt_rdata(&[b"a", b"b"]),
        txt_rdata(&[b"\x7F"]),
        txt_rdata(&[b"\x80"]),
        txt_rdata(&[b"aa"]),
    ]
}

/// Keys and signatures with numbers out of range.
fn numbers() -> Vec<Vector> {
    let dnskey = question("example.com", "DNSKEY");
    let mut vectors = Vec::new();
    // A key with this public key replaces the zone's, and the parent vouches for it.
    let with_key = |algorithm: u8, public_key: &[u8], signature: &[u8]| {
        let rdata = [&[1, 1, 3, algorithm], public_key].concat();
        changed(|chain| {
            let digested = [name("example.com").as_wire(), &rdata].concat();
            let digest = veraid_testkit::Digest::Sha256.of(&digested);
            let tag = veraid_testkit::key_tag(&rdata);
            let ds = [&tag.to_be_bytes(), [algorithm, 2].as_slice(), &digest].concat();
            chain.change_link(&question("example.com", "DS"), |link| link.rrset.rdata = vec![ds]);
            chain.change_link(&dnskey, |link| link.rrset.rdata = vec![rdata.clone()]);
            let link = chain.link(&dnskey);
            let mut fields = link.rrsig_fields(&link.keys[0]);
            (fields.algorithm, fields.key_tag) = (algorithm, tag);
            let message = link.message_with(&[fields.rdata(signature)]);
            chain.replace(&dnskey, message);
        })
    };
    let rsa = |exponent: &[u8], modulus: &[u8]| {
        with_key(8, &[&[exponent.len() as u8], exponent, modulus].concat(), &[1; 256])
    };
    let modulus = [[0x80].as_slice(), &[0xFF; 255]].concat();
    let even = [[0x80].as_slice(), &[0xFE; 255]].concat();
    let f4: &[u8] = &[1, 0, 1];
    for (case, description, chain) in [
        ("rsa-key-512", "An RSA key has 512 bits.", rsa(f4, &modulus[..64])),
        (
            "rsa-key-1023",
            "An RSA key has 1023 bits.",
            rsa(f4, &[&[0x7F], &modulus[1..128]].concat()),
        ),
        ("rsa-key-4104", "An RSA key has 4104 bits.", rsa(f4, &[0xFF; 513])),
        ("rsa-key-even", "The modulus of an RSA key is even.", rsa(f4, &even)),
        ("rsa-key-exponent-1", "An RSA key has the exponent 1.", rsa(&[1], &modulus)),
        ("rsa-key-exponent-2", "An RSA key has the exponent 2.", rsa(&[2], &modulus)),
        (
            "rsa-key-exponent-34-bits",
            "An RSA exponent has 34 bits.",
            rsa(&[2, 0, 0, 0, 1], &modulus),
        ),
        (
            "rsa-key-exponent-padded",
            "An RSA exponent starts with a zero octet.",
            rsa(&[0, 1, 0, 1], &modulus),
        ),
        (
            "rsa-key-modulus-padded",
            "An RSA modulus starts with a zero octet.",
            rsa(f4, &[&[0], modulus.as_slice()].concat()),
        ),
        (
            "rsa-key-long-form",
            "The length of an RSA exponent is encoded in three octets instead of one.",
            with_key(8, &[&[0, 0, 3], f4, modulus.as_slice()].concat(), &[1; 256]),
        ),
        ("rsa-key-empty", "An RSA key has no octets.", with_key(8, &[], &[1; 256])),
        ("ecdsa-key-octet-less", "A P-256 key has 63 octets.", with_key(13, &[1; 63], &[1; 64])),
        (
            "ecdsa-key-compressed",
            "A P-256 key is a compressed point.",
            with_key(13, &[2; 33], &[1; 64]),
        ),
    ] {
        vectors.push(fails("algorithm", case, description, "RFC 3110; RFC 6605", &chain, 2019));
    }
    let infinity = [0; 64];
    let off_curve = [1; 64];
    let small_order: Vec<u8> = [&[1], [0; 31].as_slice()].concat();
    let above_field: Vec<u8> = [&[0xEE], [0xFF; 30].as_slice(), &[0x7F]].concat();
    for (case, description, chain) in [
        (
            "ecdsa-key-off-curve",
            "A P-256 key is not a point on the curve.",
            with_key(13, &off_curve, &[1; 64]),
        ),
        ("ecdsa-key-infinity", "A P-256 key is all zeros.", with_key(13, &infinity, &[1; 64])),
        // Unless it is rejected, this signature is valid for any message: RFC 8032 section 5.1.7
        // with R and A the neutral element and S 0.
        (
            "ed25519-small-order",
            "An Ed25519 key and the signature's R are the identity element, and S is 0.",
            with_key(15, &small_order, &[small_order.as_slice(), &[0; 32]].concat()),
        ),
        (
            "ed25519-key-not-canonical",
            "An Ed25519 key is the identity element plus the field prime (a non-canonical encoding).",
            with_key(15, &above_field, &[small_order.as_slice(), &[0; 32]].concat()),
        ),
    ] {
        vectors.push(fails("algorithm", case, description, "RFC 6605; RFC 8032", &chain, 2012));
    }
    let order = p256_order();
    let with_signature = |change: &dyn Fn(&mut Vec<u8>)| {
        changed(|chain| {
            let link = chain.link(&txt());
            let fields = link.rrsig_fields(&link.keys[0]);
            let mut signature = link.rrsigs()[0].clone();
            signature.drain(..fields.rdata(&[]).len());
            change(&mut signature);
            let message = link.message_with(&[fields.rdata(&signature)]);
            chain.replace(&txt(), message);
        })
    };
    for (case, description, chain) in [
        ("ecdsa-r-zero", "An ECDSA signature has r = 0.", with_signature(&|s| s[..32].fill(0))),
        ("ecdsa-s-zero", "An ECDSA signature has s = 0.", with_signature(&|s| s[32..].fill(0))),
        (
            "ecdsa-r-order",
            "An ECDSA signature has r = n.",
            with_signature(&|s| s[..32].copy_from_slice(&order)),
        ),
        (
            "ecdsa-s-order",
            "An ECDSA signature has s = n.",
            with_signature(&|s| s[32..].copy_from_slice(&order)),
        ),
        (
            "ecdsa-octet-less",
            "An ECDSA signature has 63 octets.",
            with_signature(&|s| {
                s.pop();
            }),
        ),
        ("ecdsa-octet-more", "An ECDSA signature has 65 octets.", with_signature(&|s| s.push(0))),
        (
            "ecdsa-der",
            "An ECDSA signature is a SEQUENCE of two INTEGERs.",
            with_signature(&|s| {
                let (r, s_value) = s.split_at(32);
                let integer = |value: &[u8]| der(0x02, &[&[0], value].concat());
                *s = der(0x30, &[integer(r), integer(s_value)].concat());
            }),
        ),
    ] {
        vectors.push(fails("algorithm", case, description, "RFC 6605 section 4", &chain, 2012));
    }
    vectors.push(crossing());
    vectors
}

fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    veraid_testkit::der_writer::tlv(tag, &[value])
}

/// The order of P-256's group (SEC 2 section 2.4.2).
fn p256_order() -> [u8; 32] {
    let mut order = [0xFF; 32];
    order[4..8].fill(0);
    order[16..].copy_from_slice(&[
        0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25,
        0x51,
    ]);
    order
}
