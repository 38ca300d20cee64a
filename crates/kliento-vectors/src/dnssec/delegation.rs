//! Delegations, missing links and keys.

use super::*;

/// The DS RRset of example.com with these digest types of its key.
fn ds_with(types: &[u8]) -> MockChain {
    changed(|chain| {
        let key = p256(4);
        chain.change_link(&question("example.com", "DS"), |link| {
            link.rrset.rdata =
                types.iter().map(|number| key.ds_rdata(&name("example.com"), *number)).collect();
        });
    })
}

pub(crate) fn delegations() -> Vec<Vector> {
    let spec = "RFC 4035 section 5.2";
    let ds = question("example.com", "DS");
    let change_ds = |change: &dyn Fn(&mut Vec<u8>)| {
        changed(|chain| chain.change_link(&ds, |link| change(&mut link.rrset.rdata[0])))
    };
    let mut vectors = vec![
        still_proves(
            "ds",
            "sha-1-beside-sha-256",
            "There is a SHA-1 DS in addition to a valid one; it is skipped.",
            "RFC 4509 section 3",
            &ds_with(&[1, 2]),
        ),
        still_proves(
            "ds",
            "unknown-digest-beside-sha-256",
            "There is a DS of an unknown digest type in addition to a valid one; it is skipped.",
            spec,
            &ds_with(&[2, 200]),
        ),
        fails(
            "ds",
            "sha-1-only",
            "The only DS is a SHA-1 digest, so the zone is insecure.",
            "RFC 9905",
            &ds_with(&[1]),
            2003,
        ),
        fails(
            "ds",
            "unknown-digest-only",
            "The only DS is of digest type 3, which is not supported, so the zone is insecure.",
            spec,
            &ds_with(&[3]),
            2003,
        ),
        fails(
            "ds",
            "ds-digest-differs",
            "The DS has the right tag and algorithm, but another key's digest.",
            "RFC 4034 section 5.1.4",
            &change_ds(&|rdata| *rdata.last_mut().unwrap() ^= 1),
            2019,
        ),
        fails(
            "ds",
            "ds-key-tag-differs",
            "The DS has the digest of a key but not its key tag.",
            "RFC 4034 section 5.1.1",
            &change_ds(&|rdata| rdata[1] ^= 1),
            2019,
        ),
        fails(
            "ds",
            "ds-algorithm-differs",
            "The DS has the digest of a key but not its algorithm.",
            "RFC 4034 section 5.1.2",
            &change_ds(&|rdata| rdata[2] = 14),
            2019,
        ),
        fails(
            "ds",
            "sha-1-fits-sha-256-does-not",
            "The SHA-256 DS is for another key; the SHA-1 DS matches but is ignored.",
            "RFC 4509 section 3",
            &changed(|chain| {
                chain.change_link(&ds, |link| {
                    let zone = name("example.com");
                    link.rrset.rdata =
                        vec![p256(4).ds_rdata(&zone, 1), p256(91).ds_rdata(&zone, 2)];
                });
            }),
            2019,
        ),
        still_proves(
            "zone-cut",
            "label-skipped",
            "A zone is delegated by its grandparent: com is not a zone, and its records belong to the root.",
            "RFC 1034 section 4.2",
            &small_zones().without_zone("com").build(),
        ),
        still_proves(
            "zone-cut",
            "parent-signs-without-ds",
            "The parent zone signs the record, and the chain has no DS for a zone in between.",
            spec,
            &small_zones().without_zone("example.com").build(),
        ),
        fails(
            "zone-cut",
            "parent-signs-despite-ds",
            "The parent zone signs the record, although the chain proves a delegation below that zone.",
            "RFC 4035 section 5.3.1",
            &changed(|chain| {
                let com = chain.link(&question("com", "DNSKEY")).clone();
                chain.change_link(&txt(), |link| {
                    link.signer = com.signer;
                    link.keys = com.keys;
                });
            }),
            2014,
        ),
    ];
    let inside =
        small_zones().owner("_veraid.sub.example.com").without_zone("sub.example.com").build();
    vectors.push(proves(
        Vector::chain(
            id("zone-cut", "name-inside-zone"),
            "The name is two labels below its zone: sub.example.com is not a zone.",
            "RFC 1034 section 4.2",
            &inside,
            inside.question(),
        )
        .from(PARENT),
        &[text()],
        usual_period(),
    ));
    vectors
}

pub(crate) fn missing_links() -> Vec<Vector> {
    let spec = "RFC 4035 section 5";
    let mut vectors = Vec::new();
    for (owner, record_type, code) in [
        (".", "DNSKEY", 2001),
        ("com", "DS", 2001),
        ("com", "DNSKEY", 2001),
        ("example.com", "DS", 2001),
        ("example.com", "DNSKEY", 2001),
        (OWNER, "TXT", 2001),
    ] {
        let asked = question(owner, record_type);
        let title = if owner == "." { "root" } else { owner.trim_start_matches('_') };
        vectors.push(fails(
            "incomplete",
            &format!("no-{}-{}", record_type.to_lowercase(), title.replace('.', "-")),
            &format!("The chain has no answer for {asked}."),
            spec,
            &changed(|chain| {
                chain.remove(&asked);
            }),
            code,
        ));
        // A DS that is not signed proves nothing, and neither does any other unsigned record.
        vectors.push(fails(
            "not-signed",
            &format!("unsigned-{}-{}", record_type.to_lowercase(), title.replace('.', "-")),
            &format!("The answer for {asked} has no RRSIG."),
            "RFC 4035 section 5.3",
            &changed(|chain| chain.change_link(&asked, |link| link.keys.clear())),
            2011,
        ));
        vectors.push(fails(
            "signature",
            &format!("bit-flip-{}-{}", record_type.to_lowercase(), title.replace('.', "-")),
            &format!("A bit of the signature over {asked} is flipped."),
            "RFC 4035 section 5.3.3",
            &changed(|chain| {
                let link = chain.link(&asked).clone();
                let mut rrsigs = link.rrsigs();
                *rrsigs[0].last_mut().unwrap() ^= 1;
                chain.replace(&asked, link.message_with(&rrsigs));
            }),
            2012,
        ));
    }
    vectors.push(fails(
        "incomplete",
        "insecure-delegation",
        "example.com is a zone without a DS, and its TXT record is not signed.",
        "RFC 4035 section 4.3",
        &changed(|chain| {
            chain.remove(&question("example.com", "DS"));
            chain.change_link(&txt(), |link| link.keys.clear());
        }),
        2011,
    ));
    vectors.push(fails(
        "incomplete",
        "no-messages",
        "The chain has no messages at all.",
        spec,
        &changed(|chain| {
            chain.messages.clear();
            chain.links.clear();
        }),
        2001,
    ));
    vectors
}

pub(crate) fn keys() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (case, words, flags, protocol, spec) in [
        ("revoked", "is revoked", 0x0181, 3, "RFC 5011 section 2.1"),
        ("no-zone-key", "has no ZONE flag", 0x0001, 3, "RFC 4034 section 2.1.1"),
        ("protocol-2", "has protocol 2", 0x0101, 2, "RFC 4034 section 2.1.2"),
    ] {
        let change = |key: ZoneKey| key.with_flags(flags).with_protocol(protocol);
        vectors.push(fails(
            "key",
            &format!("{case}-key-with-ds"),
            &format!("The only key of a zone {words}; the DS and every signature match it."),
            spec,
            &changed_zones(|hierarchy| hierarchy.zones[1].ksks = vec![change(p256(4))]),
            2019,
        ));
        vectors.push(fails(
            "key",
            &format!("{case}-root-key"),
            &format!("The only key of the root {words}; the trust anchor and signatures match it."),
            spec,
            &changed_zones(|hierarchy| hierarchy.root.ksks = vec![change(p256(0))]),
            2020,
        ));
        let zsk = p256(5).with_flags(flags & !1).with_protocol(protocol);
        vectors.push(fails(
            "key",
            &format!("{case}-zone-signing-key"),
            &format!("The key that signs the record {words}; the zone's other key is valid."),
            spec,
            &changed_zones(|hierarchy| hierarchy.zones[1].zsks = vec![zsk]),
            2013,
        ));
    }
    vectors.extend([
        still_proves(
            "key",
            "entry-point-without-sep",
            "The key that a DS names has no SEP flag, which does not matter.",
            "RFC 4034 section 2.1.1",
            &changed_zones(|hierarchy| {
                hierarchy.zones[1].ksks = vec![p256(4).with_flags(ZoneKey::ZONE)];
            }),
        ),
        still_proves(
            "key",
            "key-signing-key-signs-data",
            "A zone has two keys, and the one with the SEP flag signs the record.",
            "RFC 4034 section 2.1.1",
            &changed_zones(|hierarchy| {
                let zone = &mut hierarchy.zones[1];
                zone.zsks = vec![zone.ksks[0].clone()];
                zone.ksks.push(p256(92));
            }),
        ),
        fails(
            "key",
            "dnskey-signed-by-other-key",
            "The DNSKEY RRset is signed by a key in it that no DS names.",
            "RFC 4035 section 5.2",
            &{
                let mut hierarchy = small_zones().hierarchy();
                hierarchy.zones[1].zsks = vec![p256(5).with_flags(ZoneKey::ZONE)];
                let mut chain = hierarchy.sign();
                chain.change_link(&question("example.com", "DNSKEY"), |link| {
                    link.keys = vec![p256(5).with_flags(ZoneKey::ZONE)];
                });
                chain
            },
            2013,
        ),
        fails(
            "key",
            "key-outside-zone",
            "The record is signed by a key that the zone does not have.",
            "RFC 4035 section 5.3.1",
            &changed(|chain| chain.change_link(&txt(), |link| link.keys = vec![p256(93)])),
            2013,
        ),
        fails(
            "trust-anchor",
            "unknown-anchor",
            "The trust anchor is for a key that the root does not have.",
            "RFC 4035 section 5",
            &changed(|chain| chain.trust_anchors = p256(94).ds_presentation(&Name::root(), 2)),
            2020,
        ),
        fails(
            "trust-anchor",
            "anchor-digest-differs",
            "The trust anchor has the tag and algorithm of the root's key but another digest.",
            "RFC 4034 section 5.1.4",
            &changed(|chain| {
                let last = chain.trust_anchors.pop().unwrap();
                chain.trust_anchors.push(if last == '0' { '1' } else { '0' });
            }),
            2020,
        ),
        still_proves(
            "trust-anchor",
            "second-of-two-anchors",
            "One trust anchor matches no key of the root; the other matches the key that signs.",
            "RFC 5011 section 6",
            &changed(|chain| {
                let other = p256(94).ds_presentation(&Name::root(), 2);
                chain.trust_anchors = format!("{other}\n{}", chain.trust_anchors);
            }),
        ),
        still_proves(
            "trust-anchor",
            "root-key-rollover",
            "The root has two key-signing keys and signs with both; only the second is a trust anchor.",
            "RFC 5011 section 6",
            &changed_zones(|hierarchy| {
                let Zone { ksks, zsks, .. } = &mut hierarchy.root;
                zsks.clone_from(ksks);
                ksks.insert(0, p256(95));
            }),
        ),
    ]);
    // The zones' own anchors include both keys; only the older one is kept.
    if let Some(last) = vectors.last_mut() {
        last.trust_anchors = p256(0).ds_presentation(&Name::root(), 2);
    }
    vectors
}
