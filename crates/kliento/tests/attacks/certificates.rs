//! X: certificates.

use crate::catalogue::{Row, invalid, malformed, row, valid};

pub(crate) fn rows() -> Vec<Row> {
    [issuing(), names(), times_and_keys(), fields()].into_iter().flatten().collect()
}

fn issuing() -> Vec<Row> {
    vec![
        row(
            "X01",
            "an organisation certificate that someone has edited",
            vec![
                invalid("bundle::certificate::organisation-signature-with-bit-flip-*"),
                invalid("bundle::certificate::organisation-end-stretched-*"),
            ],
        ),
        row(
            "X02",
            "an organisation certificate from elsewhere, and another organisation's key under the attacker's name",
            vec![
                invalid("bundle::issuer::organisation-foreign*"),
                invalid("bundle::foreign-issuer::foreign-other-name-*"),
                invalid("bundle::foreign-issuer::foreign-accepted-other-name-bound-*"),
            ],
        ),
        row(
            "X03",
            "a member's certificate that another key signed in the organisation's name",
            vec![
                invalid("bundle::issuer::member-signed-by-other-key-*"),
                invalid("bundle::issuer::member-issuer-*"),
                invalid("bundle::issuer::member-self-signed-*"),
                invalid("member-id::signature::signed-by-other-key-*"),
            ],
        ),
        row(
            "X04",
            "an issuer that is no certificate authority, or not critically so",
            vec![
                invalid("bundle::path::intermediate-not-ca-*"),
                invalid("bundle::delegate::delegate-usage-signature-*"),
                invalid("bundle::delegate::delegate-usage-crl-*"),
                invalid("bundle::path::intermediate-no-authority-*"),
                invalid("bundle::extension::organisation-no-authority-domainauth"),
                invalid("bundle::extension::organisation-no-constraints-veraid"),
                invalid("bundle::extension::organisation-constraints-not-critical-*"),
            ],
        ),
        row(
            "X05",
            "a path longer than its length constraint, and constraints that are no length",
            vec![
                invalid("bundle::path::path-length-0-*"),
                malformed("bundle::extension::member-path-length-negative-*"),
                malformed("bundle::extension::member-path-length-padded-*"),
                valid("bundle::extension::organisation-path-length-huge-*"),
            ],
        ),
        row(
            "X06",
            "many certificates: a long path, and authorities of one name (see D01, too)",
            vec![
                valid("bundle::path::intermediates-3-domainauth"),
                invalid("bundle::path::intermediates-4-*"),
                valid("bundle::attached::eight-*"),
                malformed("bundle::attached::nine-*"),
            ],
        ),
        row(
            "X07",
            "a critical extension that nobody knows",
            vec![
                invalid("bundle::certificate::*-unknown-critical-extension-*"),
                invalid("bundle::path::intermediate-critical-extension-*"),
                valid("bundle::certificate::*-unknown-extension-*"),
            ],
        ),
        row(
            "X08",
            "an extension twice",
            vec![malformed("bundle::certificate::*-extension-twice-*")],
        ),
    ]
}

fn names() -> Vec<Row> {
    vec![
        row(
            "X09",
            "two common names",
            vec![
                invalid("bundle::common-name::organisation-twice-*"),
                invalid("bundle::common-name::member-twice-*"),
            ],
        ),
        row(
            "X10",
            "a common name in each kind of string: three count",
            vec![
                valid("bundle::common-name::*-bmp-*"),
                valid("bundle::common-name::*-utf8-*"),
                valid("bundle::common-name::member-printable-*"),
                valid("bundle::common-name::organisation-printable-*"),
                invalid("bundle::common-name::*-teletex-*"),
                invalid("bundle::common-name::*-universal-*"),
                invalid("bundle::common-name::*-ia5-*"),
            ],
        ),
        row(
            "X11",
            "a common name that reads like another, or is no text",
            vec![
                invalid("bundle::common-name::*-lone-surrogate-*"),
                invalid("bundle::common-name::*-odd-length-*"),
                invalid("bundle::common-name::*-no-utf-8-*"),
                invalid("bundle::common-name::organisation-no-printable-*"),
                invalid("bundle::organisation::common-name-nul-*"),
                invalid("bundle::organisation::common-name-override-*"),
                invalid("bundle::organisation::common-name-zero-width-*"),
                invalid("bundle::organisation::common-name-full-width-*"),
                invalid("bundle::organisation::common-name-cyrillic-*"),
            ],
        ),
        row(
            "X12",
            "an organisation whose name is no domain's, or is written otherwise",
            vec![
                valid("bundle::organisation::common-name-no-final-dot-veraid"),
                invalid("bundle::organisation::common-name-no-final-dot-domainauth"),
                valid("bundle::organisation::common-name-upper-case-*"),
                valid("bundle::organisation::organisation-label-63-*"),
                valid("bundle::organisation::organisation-longest-*"),
                valid("bundle::organisation::organisation-a-label-*"),
                invalid("bundle::organisation::common-name-leading-dot-*"),
                invalid("bundle::organisation::common-name-two-dots-*"),
                invalid("bundle::organisation::common-name-two-final-dots-*"),
                invalid("bundle::organisation::common-name-root-*"),
                invalid("bundle::organisation::common-name-empty-*"),
                invalid("bundle::organisation::common-name-label-64-*"),
                invalid("bundle::organisation::common-name-too-long-*"),
                invalid("bundle::organisation::common-name-underscore-*"),
                invalid("bundle::organisation::common-name-u-label-*"),
                invalid("bundle::organisation::common-name-bad-a-label-*"),
                invalid("bundle::organisation::common-name-wildcard-*"),
            ],
        ),
        row(
            "X13",
            "a user's name that is none, or looks like more",
            vec![
                valid("bundle::valid::member-bot-*"),
                valid("bundle::user::member-255-octets-*"),
                invalid("bundle::user::member-256-octets-*"),
                invalid("bundle::user::member-10-kib-*"),
                invalid("bundle::user::member-empty-*"),
                invalid("bundle::user::member-two-at-signs-*"),
                invalid("bundle::user::member-at-sign-*"),
                invalid("bundle::user::member-tab-*"),
                invalid("bundle::user::member-line-feed-*"),
                invalid("bundle::user::member-leading-space-*"),
                valid("bundle::user::member-inner-space-veraid"),
                invalid("bundle::user::member-inner-space-domainauth"),
            ],
        ),
        row(
            "X14",
            "an at sign in another width",
            vec![
                invalid("bundle::user::*-full-width-at-sign-*"),
                invalid("bundle::user::*-small-at-sign-*"),
            ],
        ),
    ]
}

fn times_and_keys() -> Vec<Row> {
    vec![
        row(
            "X15",
            "times that are none, or in the wrong order",
            vec![
                invalid("bundle::certificate::*-period-inverted-*"),
                valid("bundle::time::certificate-one-second-*"),
                malformed("bundle::certificate::*-time-*"),
                valid("bundle::time::certificates-past-2050-veraid"),
                valid("bundle::certificate::member-until-9999-veraid"),
                invalid("bundle::certificate::member-until-9999-domainauth"),
            ],
        ),
        row(
            "X16",
            "a certificate of more than 90 days, which DomainAuth refuses",
            vec![
                valid("bundle::time::cap-certificates-*"),
                invalid("bundle::time::cap-member-certificate-beyond-domainauth"),
                invalid("bundle::time::cap-organisation-certificate-beyond-domainauth"),
                valid("bundle::time::cap-member-certificate-beyond-veraid"),
                valid("bundle::time::cap-organisation-certificate-beyond-veraid"),
            ],
        ),
        row(
            "X17",
            "RSA keys too short, too long, or of a size that organisations may not have",
            vec![
                invalid("bundle::algorithm::*-key-1024-*"),
                invalid("bundle::algorithm::*-key-1536-*"),
                invalid("bundle::algorithm::member-key-2047-*"),
                valid("bundle::algorithm::member-key-2056-*"),
                valid("bundle::algorithm::member-key-3072-*"),
                valid("bundle::algorithm::member-key-4096-*"),
                invalid("bundle::algorithm::member-key-8192-*"),
                invalid("bundle::algorithm::organisation-key-2056-*"),
                valid("bundle::key-record::organisation-key-3072-*"),
                valid("bundle::key-record::organisation-key-4096-*"),
            ],
        ),
        row(
            "X18",
            "exponents and moduli that make RSA weak or slow",
            vec![
                invalid("bundle::algorithm::*-exponent-3-*"),
                invalid("bundle::algorithm::member-exponent-1-*"),
                invalid("bundle::algorithm::member-exponent-even-*"),
                invalid("bundle::algorithm::member-exponent-34-bits-*"),
                invalid("bundle::algorithm::member-modulus-even-*"),
            ],
        ),
        row(
            "X19",
            "keys of another algorithm, or written otherwise",
            vec![
                invalid("bundle::algorithm::member-spki-*"),
                invalid("bundle::algorithm::organisation-spki-pss-*"),
            ],
        ),
    ]
}

fn fields() -> Vec<Row> {
    vec![
        row(
            "X20",
            "algorithms that differ inside and outside, or are not allowed",
            vec![
                invalid("bundle::algorithm::member-inner-and-outer-differ-*"),
                invalid("bundle::algorithm::member-pkcs1-*"),
                invalid("bundle::algorithm::member-mgf1-differs-*"),
                invalid("bundle::algorithm::member-salt-*"),
            ],
        ),
        row(
            "X21",
            "serial numbers that are none, or are not unique",
            vec![
                invalid("bundle::certificate::*-serial-negative-*"),
                invalid("bundle::certificate::*-serial-21-octets-*"),
                valid("bundle::certificate::*-serial-20-octets-*"),
                malformed("bundle::certificate::*-serial-empty-*"),
                invalid("bundle::attached::same-issuer-and-serial-*"),
            ],
        ),
        row(
            "X22",
            "certificates of another version, without names, or with very many",
            vec![
                invalid("bundle::certificate::*-version-*"),
                invalid("bundle::certificate::member-subject-empty-*"),
                invalid("bundle::certificate::member-issuer-empty-*"),
                valid("bundle::certificate::member-subject-200-names-*"),
                invalid("bundle::common-name::*-missing-*"),
                malformed("bundle::certificate::*-unique-identifier-*"),
            ],
        ),
        row(
            "X23",
            "key usage that does not allow what is done, and constraints on names",
            vec![
                invalid("bundle::extension::member-usage-key-encipherment-*"),
                invalid("bundle::extension::organisation-usage-digital-signature-domainauth"),
                invalid("bundle::extension::organisation-usage-cert-sign-signs-*"),
                invalid("bundle::path::intermediate-usage-*"),
                valid("bundle::extension::member-usage-digital-signature-*"),
                invalid("bundle::certificate::*-name-constraints-*"),
                valid("bundle::extension::member-extended-usage-veraid"),
                valid("bundle::extension::member-extended-usage-domainauth"),
                invalid("bundle::extension::member-extended-usage-critical-*"),
            ],
        ),
        row(
            "X24",
            "key identifiers that differ, or are absent",
            vec![
                invalid("bundle::extension::*-key-identifiers-differ-*"),
                valid("bundle::extension::member-no-key-identifiers-*"),
                valid("bundle::extension::organisation-no-*-key-identifier-*"),
            ],
        ),
    ]
}
