//! Other contents of a message beside the record: data that does not parse, denials, long names,
//! many sections.

use super::*;

pub(crate) fn data() -> Vec<Vector> {
    [malformed_data(), wildcards(), lengths(), limits()].concat()
}

fn malformed_data() -> Vec<Vector> {
    let asked = question("example.com", "MX");
    let answered = |rdata: Vec<u8>| {
        let rrset = Rrset {
            owner: asked.name.clone(),
            record_type: asked.record_type,
            ttl: 300,
            rdata: vec![rdata],
        };
        small_zones().answer(rrset).build()
    };
    let exchange = name("mail.example.com");
    let exchange = exchange.as_wire();
    [
        (
            "mx-name-cut-off",
            "The name in an MX record extends past the end of the record.",
            [&[0, 10], &exchange[..exchange.len() - 1]].concat(),
        ),
        (
            "mx-octet-after-name",
            "One extra octet follows the name in an MX record.",
            [&[0, 10], exchange, &[0]].concat(),
        ),
        ("mx-no-name", "An MX record ends before its name.", vec![0, 10]),
    ]
    .into_iter()
    .map(|(case, description, rdata)| {
        let chain = answered(rdata);
        Vector::chain(
            id("type", &format!("type-{case}")),
            description,
            "RFC 1035 section 3.3.9",
            &chain,
            asked.clone(),
        )
        .from("dnssec::type::type-mx")
        .invalid(2021)
    })
    .collect()
}

/// A proof that the name itself does not exist, as a resolver adds it, changes nothing: denials are
/// not evaluated.
fn wildcards() -> Vec<Vector> {
    const NSEC: u16 = 47;
    let chain = changed(|chain| {
        let link = chain.link(&txt()).clone();
        let rrsigs = link.rrsigs_with(|fields| fields.labels = 2);
        // From *.example.com, which has TXT, RRSIG and NSEC, around to the apex.
        let types = [0, 6, 0, 0, 0x80, 0, 0, 3];
        let denial = Rrset {
            owner: name("*.example.com"),
            record_type: RecordType::new(NSEC),
            ttl: 300,
            rdata: vec![[name("example.com").as_wire(), &types].concat()],
        };
        let signed = ChainLink { rrset: denial.clone(), ..link.clone() };
        let record = |record_type, rdata: &[u8]| {
            Record::new(&denial.owner, record_type, denial.ttl, rdata.to_vec())
        };
        let message = MessageBuilder::new(&txt())
            .answer_rrset(&link.rrset, &rrsigs)
            .authority(record(denial.record_type, &denial.rdata[0]))
            .authority(record(RecordType::RRSIG, &signed.rrsigs()[0]))
            .build();
        chain.replace(&txt(), message);
    });
    vec![fails(
        "signature",
        "wildcard-with-denial",
        "The record comes from a wildcard, and a signed NSEC proves that the name itself does not exist.",
        "RFC 4035 section 5.3.4",
        &chain,
        2015,
    )]
}

fn lengths() -> Vec<Vector> {
    let label = "a".repeat(63);
    // Three full labels, one of 61 octets and the root: 255 octets.
    let longest = question(&format!("{label}.{label}.{label}.{}", "a".repeat(61)), "TXT");
    vec![still_proves(
        "wire",
        "name-of-255-octets",
        "An unneeded message asks for a name of 255 octets, with labels of 63 octets.",
        "RFC 1035 section 2.3.4",
        &changed(|chain| chain.messages.push(MessageBuilder::new(&longest).build())),
    )]
}

fn limits() -> Vec<Vector> {
    let spec = "Decisions, \"Limits\"";
    let mut vectors = Vec::new();
    for count in [128_usize, 129] {
        let chain = changed(|chain| {
            let other = question("x.example", "A");
            let mut message = MessageBuilder::new(&other);
            for number in 0..count {
                let rdata = vec![192, 0, 2, u8::try_from(number).unwrap()];
                let record = Record::new(&other.name, other.record_type, 60, rdata);
                message = match number % 3 {
                    0 => message.answer(record),
                    1 => message.authority(record),
                    _ => message.additional(record),
                };
            }
            chain.messages.push(message.build());
        });
        let vector = still_proves(
            "limit",
            &format!("limit-records-of-all-sections-{count}"),
            &format!("The three sections of a message have {count} records in total."),
            spec,
            &chain,
        );
        vectors.push(if count > 128 { vector.malformed(1005) } else { vector });
    }
    for count in [4_u16, 5] {
        let chain = changed(|chain| {
            let link = chain.link(&question("example.com", "DS")).clone();
            for number in 1..count {
                let rrsigs = link.rrsigs_with(|fields| fields.key_tag ^= number);
                chain.messages.push(link.message_with(&rrsigs));
            }
        });
        let vector = still_proves(
            "limit",
            &format!("limit-candidates-ds-{count}"),
            &format!(
                "{count} different messages contain a zone's DS; one is signed by the parent zone."
            ),
            spec,
            &chain,
        );
        vectors.push(if count > 4 { vector.invalid(2007) } else { vector });
    }
    vectors
}
