//! T: key records, and the seconds in which everything is valid.

use crate::catalogue::{Case, Made, Row, Verdict, invalid, malformed, row, valid};
use crate::properties;

pub(crate) fn rows() -> Vec<Row> {
    [records(), windows()].into_iter().flatten().collect()
}

fn records() -> Vec<Row> {
    vec![
        row(
            "T01",
            "records for other services, and which of two counts",
            vec![
                invalid("bundle::key-record::record-other-service-*"),
                valid("bundle::key-record::records-bound-and-any-*"),
                valid("bundle::key-record::records-other-service-and-any-*"),
                valid("bundle::key-record::look-back-bound-longer-*"),
                invalid("bundle::key-record::look-back-bound-shorter-*"),
            ],
        ),
        row(
            "T02",
            "two records that match equally well",
            vec![
                invalid("bundle::key-record::records-two-*"),
                valid("bundle::key-record::records-twice-*"),
            ],
        ),
        row(
            "T03",
            "TTL overrides that are none, nothing or too much; VeraId reads those of digits",
            vec![
                invalid("bundle::key-record::record-ttl-0-domainauth"),
                valid("bundle::key-record::record-ttl-0-veraid"),
                invalid("bundle::key-record::record-ttl-negative-*"),
                invalid("bundle::key-record::record-ttl-plus-*"),
                invalid("bundle::key-record::record-ttl-exponent-*"),
                invalid("bundle::key-record::record-ttl-fraction-*"),
                invalid("bundle::key-record::record-ttl-hexadecimal-*"),
                invalid("bundle::key-record::record-ttl-other-digits-*"),
                invalid("bundle::key-record::record-ttl-leading-zero-domainauth"),
                valid("bundle::key-record::record-ttl-leading-zero-veraid"),
                valid("bundle::key-record::record-ttl-90-days-*"),
                invalid("bundle::key-record::record-ttl-over-*-domainauth"),
                valid("bundle::key-record::record-ttl-over-*-veraid"),
                invalid("bundle::key-record::record-ttl-30-digits-domainauth"),
                valid("bundle::key-record::record-ttl-30-digits-veraid"),
            ],
        ),
        row(
            "T04",
            "a key id with or without padding, or in another case",
            vec![
                invalid("bundle::key-record::record-padding-*"),
                invalid("bundle::key-record::record-case-changed-*"),
            ],
        ),
        row(
            "T05",
            "a digest under another type, or a whole key",
            vec![
                invalid("bundle::key-record::record-digest-type-*"),
                valid("bundle::key-record::record-sha-*"),
            ],
        ),
        row(
            "T06",
            "the algorithm of a key of another size",
            vec![invalid("bundle::key-record::record-algorithm-*")],
        ),
        row(
            "T07",
            "other white space, and fields more; VeraId reads over both",
            vec![
                invalid("bundle::key-record::record-tabs-domainauth"),
                valid("bundle::key-record::record-tabs-veraid"),
                invalid("bundle::key-record::record-double-space-domainauth"),
                valid("bundle::key-record::record-double-space-veraid"),
                invalid("bundle::key-record::record-outer-space-domainauth"),
                valid("bundle::key-record::record-outer-space-veraid"),
                invalid("bundle::key-record::record-extra-field-domainauth"),
                valid("bundle::key-record::record-extra-field-veraid"),
                invalid("bundle::key-record::record-no-ttl-*"),
            ],
        ),
        row(
            "T08",
            "a record of another version",
            vec![invalid("bundle::key-record::record-version-1-*")],
        ),
        row(
            "T09",
            "records of another form beside a good one",
            vec![
                valid("bundle::key-record::records-spf-beside-*"),
                valid("bundle::key-record::records-other-key-beside-*"),
                valid("bundle::key-record::records-binary-beside-*"),
            ],
        ),
        row(
            "T10",
            "very many records",
            vec![
                valid("dnssec::limit::limit-answer-32"),
                invalid("dnssec::limit::limit-answer-33"),
            ],
        ),
        row(
            "T11",
            "a record of the other profile, or both",
            vec![
                invalid("bundle::key-record::record-form-of-other-profile-*"),
                valid("bundle::profile::both-owners-domainauth"),
                invalid("bundle::profile::no-fallback-*"),
                invalid("bundle::profile::only-veraid-domainauth"),
                invalid("bundle::profile::only-domainauth-veraid"),
            ],
        ),
        row(
            "T12",
            "a service written otherwise",
            vec![
                invalid("bundle::key-record::record-service-padded-*"),
                invalid("bundle::key-record::record-service-prefix-*"),
                invalid("bundle::key-record::record-service-suffix-*"),
                invalid("bundle::key-record::record-service-is-word-*"),
            ],
        ),
    ]
}

fn windows() -> Vec<Row> {
    vec![
        row(
            "T13",
            "a look-back that reaches the signature by a second, or does not",
            vec![
                valid("bundle::key-record::look-back-ttl-1-edge-*"),
                invalid("bundle::key-record::look-back-ttl-1-beyond-*"),
                valid("bundle::key-record::look-back-anchor-veraid"),
                invalid("bundle::key-record::look-back-anchor-domainauth"),
            ],
        ),
        row(
            "T14",
            "a period of more than 90 days is asked for; none ends before it starts",
            vec![
                valid("bundle::time::cap-request-domainauth"),
                invalid("bundle::time::cap-request-beyond-domainauth"),
                valid("bundle::time::cap-request-beyond-veraid"),
            ],
        ),
        row(
            "T15",
            "certificates, chain and signature that share no second",
            vec![
                invalid("bundle::time::common-none-*"),
                valid("bundle::time::common-one-second-*"),
                invalid("bundle::time::chain-none-*"),
                invalid("bundle::time::certificate-too-*"),
            ],
        ),
        row(
            "T16",
            "clocks at the ends of time",
            vec![Case::Property {
                says: "no instant makes it panic",
                holds: properties::no_instant_makes_verification_panic,
            }],
        ),
        row(
            "T17",
            "an old signature on a fresh chain holds in what both share",
            vec![
                valid("bundle::time::period-touches-*"),
                invalid("bundle::time::period-before-*"),
                invalid("bundle::time::period-after-*"),
            ],
        ),
        row(
            "T18",
            "a bundle of parts of two organisations",
            vec![Case::Made(Made::new(
                "parts of two",
                Verdict::Invalid,
                None,
                properties::spliced,
            ))],
        ),
        row(
            "T19",
            "periods that are wider, and times that are shifted",
            vec![
                Case::Property {
                    says: "an earlier start takes nothing away",
                    holds: properties::a_period_that_starts_earlier_takes_nothing_away,
                },
                Case::Property {
                    says: "times that are shifted together change nothing",
                    holds: properties::times_that_are_shifted_together_change_no_verdict,
                },
                malformed("bundle::metadata::metadata-two-digit-year-*"),
            ],
        ),
    ]
}
