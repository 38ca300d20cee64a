//! S: DNSSEC.

use crate::catalogue::{Case, Row, invalid, malformed, row, valid};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows: Vec<_> = [work(), wildcards(), walk(), keys(), signatures(), times()]
        .into_iter()
        .flatten()
        .collect();
    rows.sort_by_key(|row| row.id);
    rows
}

fn work() -> Vec<Row> {
    vec![
        row(
            "S01",
            "many keys with one tag times many signatures, on P-256 (see D01, too)",
            vec![
                valid("dnssec::limit::limit-failures-4"),
                invalid("dnssec::limit::limit-failures-5"),
                valid("dnssec::limit::limit-rrsigs-8"),
                invalid("dnssec::limit::limit-rrsigs-9"),
                invalid("dnssec::limit::limit-colliding-3"),
            ],
        ),
        row(
            "S02",
            "the same on dearer algorithms (see D01, too)",
            vec![
                valid("dnssec::limit::limit-checks-64"),
                invalid("dnssec::limit::limit-checks-65"),
                valid("dnssec::limit::limit-ed448-8"),
                invalid("dnssec::limit::limit-ed448-9"),
            ],
        ),
        row(
            "S03",
            "many keys times many DSs with one tag (see D01, too)",
            vec![valid("dnssec::limit::limit-ds-16"), invalid("dnssec::limit::limit-ds-17")],
        ),
        row(
            "S04",
            "many keys and signatures whose tags never meet (see D01, too)",
            vec![
                valid("dnssec::limit::limit-dnskeys-32"),
                invalid("dnssec::limit::limit-dnskeys-33"),
            ],
        ),
        row(
            "S05",
            "two keys that share a tag by chance",
            vec![valid("dnssec::limit::limit-colliding-2-*")],
        ),
        row(
            "S06",
            "NSEC3 with very many iterations",
            vec![
                invalid("dnssec::denial::nsec3-iterations"),
                Case::NotHere("no denial is evaluated, so no iteration is ever made"),
            ],
        ),
        row(
            "S07",
            "a proof of the closest encloser from another zone",
            vec![
                invalid("dnssec::denial::closest-encloser"),
                Case::NotHere("no denial is evaluated"),
            ],
        ),
        row(
            "S08",
            "hundreds of NSEC records beside the answer",
            vec![
                valid("dnssec::denial::nsec-padding"),
                malformed("dnssec::limit::limit-records-129"),
            ],
        ),
        row(
            "S41",
            "a zone at each of very many labels",
            vec![
                valid("dnssec::limit::limit-zone-cuts-16"),
                invalid("dnssec::limit::limit-zone-cuts-17"),
            ],
        ),
        row(
            "S42",
            "very many keys, the good one somewhere",
            vec![
                valid("dnssec::limit::limit-dnskeys-32"),
                invalid("dnssec::limit::limit-dnskeys-33"),
                valid("dnssec::limit::limit-candidates-4"),
                invalid("dnssec::limit::limit-candidates-5"),
            ],
        ),
    ]
}

fn wildcards() -> Vec<Row> {
    vec![
        row(
            "S09",
            "an answer that a wildcard was expanded to",
            vec![invalid("dnssec::signature::wildcard")],
        ),
        row(
            "S10",
            "the same with a proof that nothing is closer",
            vec![invalid("dnssec::denial::wildcard-with-proof")],
        ),
        row(
            "S11",
            "fewer labels in a signature than in its signer's name",
            vec![invalid("dnssec::signature::labels-0-*")],
        ),
        row(
            "S12",
            "labels that make a wildcard of a zone above speak",
            vec![invalid("dnssec::signature::labels-1-of-com")],
        ),
        row(
            "S13",
            "more labels than the owner has, and an owner that is a wildcard",
            vec![
                invalid("dnssec::signature::too-many-labels"),
                invalid("dnssec::signature::literal-wildcard"),
            ],
        ),
        row(
            "S14",
            "an alias at the name or above it",
            vec![
                invalid("dnssec::alias::cname-instead-of-txt"),
                invalid("dnssec::alias::dname-a*"),
                valid("dnssec::alias::dname-below-owner"),
            ],
        ),
        row(
            "S15",
            "an alias beside the records",
            vec![
                invalid("dnssec::alias::cname-at-owner"),
                valid("dnssec::alias::cname-of-another-name"),
            ],
        ),
    ]
}

fn walk() -> Vec<Row> {
    vec![
        row(
            "S16",
            "a signer that is no zone on the way, or one too far above",
            vec![
                invalid("dnssec::signature::other-signer"),
                invalid("dnssec::signature::signer-below-owner"),
                invalid("dnssec::signature::signer-is-sibling"),
                invalid("dnssec::zone-cut::parent-signs-despite-ds"),
                valid("dnssec::zone-cut::parent-signs-without-ds"),
            ],
        ),
        row(
            "S17",
            "a DS that the child signs itself",
            vec![invalid("dnssec::ds::ds-signed-by-child")],
        ),
        row(
            "S18",
            "keys that only one without DS has signed",
            vec![invalid("dnssec::key::dnskey-signed-by-other-key")],
        ),
        row(
            "S19",
            "keys signed by a key with the SEP bit that no DS names, beside one that a DS does",
            vec![invalid("dnssec::key::dnskey-signed-by-other-entry-point")],
        ),
        row(
            "S36",
            "anchors of which one signs, or none",
            vec![
                valid("dnssec::trust-anchor::second-of-two-anchors"),
                valid("dnssec::trust-anchor::root-key-rollover"),
                invalid("dnssec::trust-anchor::unknown-anchor"),
            ],
        ),
        row(
            "S37",
            "an anchor with another digest; no anchor, or one of another zone, is no verifier's",
            vec![
                invalid("dnssec::trust-anchor::anchor-digest-differs"),
                Case::Property {
                    says: "anchors that are none are refused",
                    holds: crate::properties::anchors_of_other_zones_and_digests_are_refused,
                },
            ],
        ),
        row(
            "S38",
            "a delegation that is not secure",
            vec![
                invalid("dnssec::incomplete::insecure-delegation"),
                invalid("dnssec::not-signed::*"),
            ],
        ),
        row(
            "S39",
            "a delegation in an opt-out span",
            vec![
                invalid("dnssec::denial::opt-out"),
                Case::NotHere("no denial is evaluated, so there is no span"),
            ],
        ),
        row(
            "S40",
            "a zone's keys or DS missing, and a label that is no zone",
            vec![
                invalid("dnssec::incomplete::no-d*"),
                invalid("dnssec::incomplete::no-txt-*"),
                valid("dnssec::zone-cut::label-skipped"),
                valid("dnssec::zone-cut::name-inside-zone"),
            ],
        ),
        row(
            "S47",
            "a denial that belongs to the parent's apex",
            vec![
                invalid("dnssec::denial::nsec3-of-parent"),
                Case::NotHere("no denial is evaluated"),
            ],
        ),
        row(
            "S48",
            "the right name in a zone of the attacker's, whose DS is the attacker's own",
            vec![invalid("dnssec::ds::ds-forged-by-attacker")],
        ),
    ]
}

fn keys() -> Vec<Row> {
    vec![
        row("S20", "a revoked key", vec![invalid("dnssec::key::revoked-*")]),
        row("S21", "a key that is no zone's", vec![invalid("dnssec::key::no-zone-key-*")]),
        row("S22", "a key of another protocol", vec![invalid("dnssec::key::protocol-2-*")]),
        row(
            "S24",
            "two algorithms, of which one is not supported or does not hold",
            vec![
                valid("dnssec::algorithm::algorithm-*-beside-good"),
                valid("dnssec::signature::bogus-rrsig-beside-good"),
                valid("dnssec::signature::unusable-rrsig-beside-good"),
            ],
        ),
        row(
            "S25",
            "algorithms and digests that are not supported",
            vec![
                invalid("dnssec::algorithm::only-algorithm-*"),
                invalid("dnssec::ds::sha-1-only"),
                invalid("dnssec::ds::unknown-digest-only"),
            ],
        ),
        row(
            "S26",
            "a DS with SHA-1 that fits beside one with SHA-256 that does not",
            vec![
                invalid("dnssec::ds::sha-1-fits-sha-256-does-not"),
                valid("dnssec::ds::sha-1-beside-sha-256"),
                valid("dnssec::ds::unknown-digest-beside-sha-256"),
            ],
        ),
        row(
            "S27",
            "a DS whose digest is too short or too long",
            vec![
                invalid("dnssec::ds::digest-cut-off"),
                invalid("dnssec::ds::digest-with-octet-more"),
                invalid("dnssec::ds::ds-*-differs"),
            ],
        ),
        row(
            "S28",
            "RSA keys that are too short, too long, weak, slow or written otherwise",
            vec![valid("dnssec::algorithm::rsa-1024"), invalid("dnssec::algorithm::rsa-key-*")],
        ),
        row(
            "S30",
            "Ed25519 keys and signatures that are not canonical or of small order",
            vec![invalid("dnssec::algorithm::ed25519-*")],
        ),
        row(
            "S43",
            "keys that nobody knows, or that are none, beside a good one",
            vec![
                valid("dnssec::algorithm::algorithm-253-beside-good"),
                valid("dnssec::key::short-keys-beside-good"),
            ],
        ),
    ]
}

fn signatures() -> Vec<Row> {
    vec![
        row(
            "S23",
            "a signature of another algorithm or type",
            vec![
                invalid("dnssec::signature::algorithm-differs"),
                invalid("dnssec::signature::type-covered-differs"),
                invalid("dnssec::signature::key-tag-differs"),
            ],
        ),
        row(
            "S29",
            "ECDSA with numbers out of range, and points that are none",
            vec![invalid("dnssec::algorithm::ecdsa-*")],
        ),
        row(
            "S44",
            "TTLs other than the signed one",
            vec![
                valid("dnssec::signature::ttl-*"),
                invalid("dnssec::signature::original-ttl-changed"),
            ],
        ),
        row(
            "S45",
            "records whose order depends on length and on unsigned octets",
            vec![valid("dnssec::valid::two-records"), valid("dnssec::valid::canonical-order")],
        ),
        row(
            "S46",
            "names within data, in lower case where they are signed so",
            vec![
                valid("dnssec::type::type-a"),
                valid("dnssec::type::type-cname"),
                valid("dnssec::type::type-cname-mixed-case"),
                valid("dnssec::type::type-dnskey"),
                valid("dnssec::type::type-ds"),
                valid("dnssec::type::type-mx"),
                valid("dnssec::type::type-mx-mixed-case"),
                valid("dnssec::type::type-root-dnskey"),
                valid("dnssec::type::type-tlsa"),
                invalid("dnssec::type::type-mx-name-cut-off"),
                invalid("dnssec::type::type-mx-no-name"),
                invalid("dnssec::type::type-mx-octet-after-name"),
            ],
        ),
    ]
}

fn times() -> Vec<Row> {
    vec![
        row(
            "S31",
            "signatures that have expired, not begun, or end before they begin",
            vec![
                invalid("dnssec::time::after-expiration"),
                invalid("dnssec::time::before-inception"),
                invalid("dnssec::time::expires-before-inception"),
                valid("dnssec::time::first-second"),
                valid("dnssec::time::last-second"),
            ],
        ),
        row(
            "S32",
            "times around 2^31 and 2^32",
            vec![
                valid("dnssec::time::before-2*"),
                valid("dnssec::time::after-2*"),
                invalid("dnssec::time::expired-after-2*"),
                invalid("dnssec::time::half-the-circle"),
                valid("dnssec::time::one-below-half-the-circle"),
            ],
        ),
        row(
            "S33",
            "signatures of more than 90 days, which DomainAuth refuses",
            vec![
                valid("bundle::time::cap-rrsig-veraid"),
                valid("bundle::time::cap-rrsig-domainauth"),
                invalid("bundle::time::cap-rrsig-beyond-domainauth"),
                valid("bundle::time::cap-rrsig-beyond-veraid"),
            ],
        ),
        row(
            "S34",
            "signatures that meet in pairs and never all",
            vec![
                invalid("dnssec::time::pairwise-overlaps"),
                invalid("dnssec::time::disjoint"),
                valid("dnssec::time::one-common-second"),
            ],
        ),
        row(
            "S35",
            "two signatures of which one at a time holds",
            vec![
                valid("dnssec::time::earlier-of-two"),
                valid("dnssec::time::later-of-two"),
                invalid("dnssec::time::gap-between-two"),
                valid("dnssec::time::two-dnskey-messages"),
                invalid("dnssec::time::between-two-dnskey-messages"),
            ],
        ),
        row(
            "S49",
            "a chain from before a domain changed hands: good as long as its TTL override looks back",
            vec![
                valid("bundle::key-record::look-back-edge-*"),
                invalid("bundle::key-record::look-back-beyond-*"),
            ],
        ),
    ]
}
