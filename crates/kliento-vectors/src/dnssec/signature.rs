//! Signatures: their fields, aliases, and the seconds in which they are valid.

use super::*;

pub(crate) fn signatures() -> Vec<Vector> {
    let spec = "RFC 4035 section 5.3.1";
    let with_fields = |change: &dyn Fn(&mut veraid_testkit::RrsigFields)| {
        changed(|chain| chain.change_rrsigs(&txt(), change))
    };
    vec![
        fails(
            "signature",
            "data-changed",
            "The TXT record is not the one that was signed.",
            "RFC 4035 section 5.3.3",
            &changed(|chain| {
                let link = chain.link(&txt()).clone();
                let rrsigs = link.rrsigs();
                let rrset = Rrset::txt(&link.rrset.owner, &["Text"]);
                let other = ChainLink { rrset, ..link };
                chain.replace(&txt(), other.message_with(&rrsigs));
            }),
            2012,
        ),
        fails(
            "signature",
            "record-added",
            "A second TXT record was added after signing.",
            "RFC 4035 section 5.3.3",
            &changed(|chain| {
                let link = chain.link(&txt()).clone();
                let rrsigs = link.rrsigs();
                let rrset = Rrset::txt(&link.rrset.owner, &["text", "more"]);
                let other = ChainLink { rrset, ..link };
                chain.replace(&txt(), other.message_with(&rrsigs));
            }),
            2012,
        ),
        still_proves(
            "signature",
            "record-repeated",
            "The message has the same TXT record twice; an RRset has no duplicates.",
            "RFC 4034 section 6.3",
            &replaced(&txt(), |message, link| {
                message.answer(Record::new(
                    &link.rrset.owner,
                    RecordType::TXT,
                    300,
                    link.rrset.rdata[0].clone(),
                ))
            }),
        ),
        still_proves(
            "signature",
            "ttl-counted-down",
            "The record's TTL was decremented by a cache; the original TTL is signed.",
            "RFC 4034 section 3.1.4",
            &replaced(&txt(), |mut message, _| {
                message.answers.iter_mut().for_each(|record| record.ttl = 10);
                message
            }),
        ),
        fails(
            "signature",
            "original-ttl-changed",
            "The RRSIG's original TTL was changed after signing.",
            "RFC 4034 section 3.1.4",
            &changed(|chain| {
                let link = chain.link(&txt()).clone();
                let mut rrsigs = link.rrsigs();
                rrsigs[0][7] ^= 1;
                chain.replace(&txt(), link.message_with(&rrsigs));
            }),
            2012,
        ),
        fails(
            "signature",
            "wildcard",
            "The RRSIG has fewer labels than the owner: the record comes from a wildcard.",
            "RFC 4035 section 5.3.4",
            &with_fields(&|fields| fields.labels = 2),
            2015,
        ),
        fails(
            "signature",
            "too-many-labels",
            "The RRSIG has more labels than the owner.",
            spec,
            &with_fields(&|fields| fields.labels = 4),
            2016,
        ),
        fails(
            "signature",
            "other-signer",
            "The RRSIG names the parent zone as its signer, but was made with the zone's own key.",
            spec,
            &with_fields(&|fields| fields.signer = name("com")),
            2014,
        ),
        fails(
            "signature",
            "type-covered-differs",
            "The only RRSIG covers another type.",
            spec,
            &with_fields(&|fields| fields.type_covered = RecordType::new(1)),
            2011,
        ),
        fails(
            "signature",
            "algorithm-differs",
            "The RRSIG's algorithm is not that of the key with its tag.",
            spec,
            &with_fields(&|fields| fields.algorithm = 14),
            2013,
        ),
        fails(
            "signature",
            "key-tag-differs",
            "The RRSIG has a key tag that no key of the zone has.",
            spec,
            &with_fields(&|fields| fields.key_tag ^= 1),
            2013,
        ),
        fails(
            "signature",
            "owner-differs",
            "The RRSIG has an owner other than the record's.",
            spec,
            &replaced(&txt(), |mut message, _| {
                message.answers[1].owner = name("_veraid.example.org").as_wire().to_vec();
                message
            }),
            2011,
        ),
        still_proves(
            "signature",
            "unusable-rrsig-beside-good",
            "There are RRSIGs of an unknown algorithm and of an unknown key in addition to a valid one.",
            spec,
            &changed(|chain| {
                let link = chain.link(&txt()).clone();
                let mut rrsigs = link.rrsigs();
                rrsigs.extend(link.rrsigs_with(|fields| fields.algorithm = 253));
                rrsigs.extend(link.rrsigs_with(|fields| fields.key_tag ^= 1));
                chain.replace(&txt(), link.message_with(&rrsigs));
            }),
        ),
        still_proves(
            "signature",
            "bogus-rrsig-beside-good",
            "There is an invalid RRSIG in addition to a valid one.",
            spec,
            &changed(|chain| {
                let link = chain.link(&txt()).clone();
                let mut rrsigs = link.rrsigs();
                let mut bogus = rrsigs[0].clone();
                *bogus.last_mut().unwrap() ^= 1;
                rrsigs.insert(0, bogus);
                chain.replace(&txt(), link.message_with(&rrsigs));
            }),
        ),
        fails(
            "signature",
            "signer-name-compressed",
            "The RRSIG's signer name is compressed, so it is not an RRSIG.",
            "RFC 4034 section 3.1.7",
            &changed(|chain| {
                let link = chain.link(&txt()).clone();
                let rrsig = &link.rrsigs()[0];
                // The question's name is at octet 12 of the message, `example.com` 8 octets
                // further.
                let signer_end = 18 + name("example.com").as_wire().len();
                let compressed = [&rrsig[..18], &[0xC0, 20], &rrsig[signer_end..]].concat();
                chain.replace(&txt(), link.message_with(&[compressed]));
            }),
            2011,
        ),
    ]
}

pub(super) fn alias(owner: &str, record_type: RecordType, target: &str) -> Record {
    Record::new(&name(owner), record_type, 300, name(target).as_wire().to_vec())
}

pub(crate) fn aliases() -> Vec<Vector> {
    let spec = "RFC 1034 section 3.6.2";
    let with = |record: &Record| replaced(&txt(), |message, _| message.answer(record.clone()));
    vec![
        fails(
            "alias",
            "cname-at-owner",
            "There is a CNAME at the owner in addition to the TXT record.",
            spec,
            &with(&alias(OWNER, RecordType::CNAME, "_veraid.example.org")),
            2005,
        ),
        fails(
            "alias",
            "cname-instead-of-txt",
            "A signed CNAME answers instead of the TXT record.",
            spec,
            &{
                let mut chain = small_zones()
                    .answer(Rrset {
                        owner: name(OWNER),
                        record_type: RecordType::CNAME,
                        ttl: 300,
                        rdata: vec![name("_veraid.example.org").as_wire().to_vec()],
                    })
                    .build();
                let link = chain.links.last().unwrap();
                let message =
                    MessageBuilder::new(&txt()).answer_rrset(&link.rrset, &link.rrsigs()).build();
                *chain.messages.last_mut().unwrap() = message;
                chain
            },
            2005,
        ),
        fails(
            "alias",
            "dname-at-owner",
            "There is a DNAME at the owner in addition to the TXT record.",
            "RFC 6672 section 2.4",
            &with(&alias(OWNER, RecordType::DNAME, "example.org")),
            2005,
        ),
        fails(
            "alias",
            "dname-above-owner",
            "There is a DNAME at the zone's apex in addition to the TXT record.",
            "RFC 6672 section 2.2",
            &with(&alias("example.com", RecordType::DNAME, "example.org")),
            2005,
        ),
        fails(
            "alias",
            "dname-at-top-level-domain",
            "There is a DNAME at the top-level domain in addition to the TXT record.",
            "RFC 6672 section 2.2",
            &with(&alias("com", RecordType::DNAME, "example")),
            2005,
        ),
        still_proves(
            "alias",
            "cname-of-another-name",
            "There is a CNAME of another name in the answer section.",
            spec,
            &with(&alias("www.example.com", RecordType::CNAME, "example.org")),
        ),
        still_proves(
            "alias",
            "dname-below-owner",
            "There is a DNAME below the owner in the answer section.",
            "RFC 6672 section 2.2",
            &with(&alias("x._veraid.example.com", RecordType::DNAME, "example.org")),
        ),
    ]
}

/// The usual zones, signed for this period.
pub(super) fn signed_for(period: ValidityPeriod) -> MockChain {
    small_zones().period(period).build()
}

/// The usual chain whose answer to `asked` has an RRSIG for each of these periods.
fn resigned(chain: &mut MockChain, asked: &Question, periods: &[ValidityPeriod]) {
    let link = chain.link(asked).clone();
    let rrsigs: Vec<_> = periods
        .iter()
        .flat_map(|period| ChainLink { period: *period, ..link.clone() }.rrsigs())
        .collect();
    chain.replace(asked, link.message_with(&rrsigs));
}

pub(crate) fn times() -> Vec<Vector> {
    let spec = "RFC 4034 section 3.1.5";
    let at = |seconds: u64| Timestamp::from_unix_seconds(seconds);
    let usual = usual_period();
    let chain = small_zones().build();
    let mut vectors = vec![
        still_proves("time", "first-second", "The instant is the inception.", spec, &chain)
            .at(usual.start()),
        still_proves("time", "last-second", "The instant is the expiration.", spec, &chain)
            .at(usual.end()),
        fails(
            "time",
            "before-inception",
            "The instant is the second before the inception.",
            spec,
            &chain,
            2031,
        )
        .at(usual.start().saturating_sub(1)),
        fails(
            "time",
            "after-expiration",
            "The instant is the second after the expiration.",
            spec,
            &chain,
            2031,
        )
        .at(usual.end().saturating_add(1)),
        still_proves(
            "time",
            "period-ends-at-inception",
            "The requested period ends in the second of the inception.",
            spec,
            &chain,
        )
        .period(period(usual.start().saturating_sub(100), usual.start())),
        still_proves(
            "time",
            "period-starts-at-expiration",
            "The requested period starts in the second of the expiration.",
            spec,
            &chain,
        )
        .period(period(usual.end(), usual.end().saturating_add(100))),
        fails(
            "time",
            "expires-before-inception",
            "The RRSIG expires one second before its inception.",
            spec,
            &changed(|chain| {
                chain.change_rrsigs(&txt(), |fields| fields.expiration = fields.inception - 1);
            }),
            2017,
        ),
        fails(
            "time",
            "half-the-circle",
            "Inception and expiration are 2^31 seconds apart, so their order is undefined.",
            "RFC 1982 section 3.2",
            &changed(|chain| {
                chain.change_rrsigs(&txt(), |fields| {
                    fields.expiration = fields.inception.wrapping_add(1 << 31);
                });
            }),
            2017,
        ),
        still_proves(
            "time",
            "one-below-half-the-circle",
            "Inception and expiration are 2^31 - 1 seconds apart.",
            "RFC 1982 section 3.2",
            &changed(|chain| {
                chain.change_rrsigs(&txt(), |fields| {
                    fields.expiration = fields.inception.wrapping_add((1 << 31) - 1);
                });
            }),
        ),
    ];
    for (case, middle, words) in
        [("2038", 1_u64 << 31, "2^31 (in 2038)"), ("2106", 1 << 32, "2^32 (in 2106)")]
    {
        let around = period(at(middle - 1000), at(middle + 1000));
        let chain = signed_for(around);
        for (offset, side) in [(999_i64, "after"), (-999, "before")] {
            let instant = at(middle.checked_add_signed(offset).unwrap());
            let vector = Vector::chain(
                id("time", &format!("{side}-{case}")),
                format!("RRSIGs are valid around {words} seconds; the instant is {side} that."),
                spec,
                &chain,
                txt(),
            );
            vectors.push(proves(vector.from(PARENT).at(instant), &[text()], around));
        }
        vectors.push(
            Vector::chain(
                id("time", &format!("expired-after-{case}")),
                format!("RRSIGs are valid around {words} seconds; the instant is after their end."),
                spec,
                &chain,
                txt(),
            )
            .from(PARENT)
            .at(at(middle + 1001))
            .invalid(2031),
        );
    }
    vectors.extend(several_rrsigs());
    vectors
}

fn several_rrsigs() -> Vec<Vector> {
    let spec = "RFC 4035 section 5.3.3";
    let seconds =
        |from: u64, until: u64| period(NOW.saturating_add(from), NOW.saturating_add(until));
    let dnskey = question("example.com", "DNSKEY");
    let with = |changes: &[(&Question, &[ValidityPeriod])]| {
        changed(|chain| {
            for (asked, periods) in changes {
                resigned(chain, asked, periods);
            }
        })
    };
    let later = with(&[(&txt(), &[seconds(0, 100), seconds(200, 300)])]);
    let earlier_only = with(&[(&dnskey, &[seconds(0, 10)]), (&txt(), &[seconds(20, 30)])]);
    let pairwise = with(&[
        (&question("example.com", "DS"), &[seconds(1, 2)]),
        (&dnskey, &[seconds(2, 3)]),
        (&txt(), &[seconds(1, 1), seconds(3, 3)]),
    ]);
    let touching = with(&[(&dnskey, &[seconds(0, 10)]), (&txt(), &[seconds(10, 30)])]);
    let old_and_new = {
        let mut chain = small_zones().build();
        let link = chain.link(&dnskey).clone();
        let old = ChainLink { period: seconds(0, 100), ..link.clone() }.message();
        let new = ChainLink { period: seconds(200, 300), ..link }.message();
        chain.replace(&dnskey, old);
        chain.messages.push(new);
        chain
    };
    let base = |case: &str, description: &str, chain: &MockChain| {
        Vector::chain(id("time", case), description, spec, chain, txt()).from(PARENT)
    };
    vec![
        proves(
            base("later-of-two", "Only the later of two RRSIGs is valid at the instant.", &later)
                .at(NOW.saturating_add(250)),
            &[text()],
            seconds(200, 300),
        ),
        proves(
            base(
                "earlier-of-two",
                "Only the earlier of two RRSIGs is valid at the instant.",
                &later,
            )
            .at(NOW.saturating_add(50)),
            &[text()],
            seconds(0, 100),
        ),
        base("gap-between-two", "The instant is between the periods of two RRSIGs.", &later)
            .at(NOW.saturating_add(150))
            .invalid(2031),
        base(
            "disjoint",
            "Keys and record are each signed for part of the period, but have no second in common.",
            &earlier_only,
        )
        .period(seconds(0, 30))
        .invalid(2031),
        base(
            "pairwise-overlaps",
            "Any two of DS, keys and record are valid at a common second, but never all three.",
            &pairwise,
        )
        .period(seconds(0, 10))
        .invalid(2031),
        proves(
            base(
                "one-common-second",
                "Keys and record are both valid for one second only.",
                &touching,
            )
            .period(seconds(0, 30)),
            &[text()],
            seconds(10, 10),
        ),
        records_only(
            base(
                "two-dnskey-messages",
                "Two messages contain the zone's keys, signed for different times.",
                &old_and_new,
            )
            .at(NOW.saturating_add(250)),
            &[text()],
        ),
        base(
            "between-two-dnskey-messages",
            "Two messages contain the zone's keys; the instant is between their signed times.",
            &old_and_new,
        )
        .at(NOW.saturating_add(150))
        .invalid(2031),
    ]
}
