//! C: CMS SignedData and the parameters of RSASSA-PSS.

use crate::catalogue::{Case, Row, invalid, malformed, row, valid};

pub(crate) fn rows() -> Vec<Row> {
    [structure(), attributes(), algorithms()].into_iter().flatten().collect()
}

fn structure() -> Vec<Row> {
    vec![
        row(
            "C01",
            "no signer, or two",
            vec![
                invalid("bundle::signed-data::no-signer-*"),
                invalid("bundle::signed-data::two-signers-*"),
            ],
        ),
        row(
            "C02",
            "a signer who is named by key identifier",
            vec![invalid("bundle::signed-data::signer-by-key-identifier-*")],
        ),
        row(
            "C03",
            "no signed attributes, or a signature over the content",
            vec![
                invalid("bundle::signed-data::no-signed-attributes-*"),
                invalid("bundle::signed-data::signature-over-content-*"),
                invalid("bundle::signed-data::signature-over-implicit-tag-*"),
            ],
        ),
    ]
}

fn attributes() -> Vec<Row> {
    vec![
        row(
            "C04",
            "a content type that is missing, or another",
            vec![
                invalid("bundle::attribute::attribute-no-content-type-*"),
                invalid("bundle::attribute::attribute-content-type-differs-*"),
            ],
        ),
        row(
            "C05",
            "a message digest that is missing, or another",
            vec![
                invalid("bundle::attribute::attribute-no-message-digest-*"),
                invalid("bundle::attribute::attribute-message-digest-*"),
                invalid("bundle::content::content-changed-*"),
            ],
        ),
        row(
            "C06",
            "signed attributes that are not sorted, or are signed in another order than sent",
            vec![
                malformed("bundle::tolerance::attributes-not-sorted-domainauth"),
                valid("bundle::tolerance::attributes-not-sorted-veraid"),
                invalid("bundle::tolerance::attributes-sorted-for-signing-veraid"),
            ],
        ),
        row(
            "C07",
            "metadata twice, the second kinder",
            vec![
                invalid("bundle::attribute::attribute-metadata-twice-*"),
                invalid("bundle::attribute::attribute-metadata-two-values-*"),
                invalid("bundle::attribution::attribution-tw*"),
            ],
        ),
        row(
            "C08",
            "metadata or attribution that is not signed",
            vec![
                invalid("bundle::attribute::attribute-metadata-unsigned-*"),
                invalid("bundle::attribution::attribution-unsigned-*"),
            ],
        ),
        row(
            "C09",
            "any attribute that is not signed",
            vec![invalid("bundle::signed-data::unsigned-attributes-*")],
        ),
        row(
            "C10",
            "content both within and beside, or neither",
            vec![
                invalid("bundle::content::content-given-twice-*"),
                invalid("bundle::content::content-detached-not-given-*"),
                invalid("bundle::content::content-detached-other-*"),
                invalid("token::bundle::detached"),
            ],
        ),
        row(
            "C11",
            "no content, which is content",
            vec![
                valid("bundle::content::content-empty-*"),
                valid("bundle::content::content-detached-empty-*"),
            ],
        ),
        row(
            "C12",
            "certificates: too few, too many, others",
            vec![
                invalid("bundle::attached::none-*"),
                invalid("bundle::attached::*-serial-of-organisation-*"),
                valid("bundle::attached::member-attached-twice-*"),
                invalid("bundle::attached::other-only-*"),
                valid("bundle::attached::organisation-too-*"),
                valid("bundle::attached::unrelated-*"),
                malformed("bundle::attached::nine-*"),
                invalid("bundle::signed-data::attribute-certificate-*"),
            ],
        ),
        row(
            "C13",
            "two certificates with one issuer and serial number",
            vec![invalid("bundle::attached::same-issuer-and-serial-*")],
        ),
        row(
            "C14",
            "another service",
            vec![
                invalid("bundle::metadata::metadata-other-service-*"),
                invalid("bundle::metadata::metadata-service-prefix-*"),
                invalid("bundle::metadata::metadata-service-suffix-*"),
                invalid("token::bundle::other-service"),
            ],
        ),
        row(
            "C15",
            "a signed period that is none, or too long",
            vec![
                invalid("bundle::metadata::metadata-inverted-*"),
                invalid("bundle::time::cap-signature-beyond-domainauth"),
                valid("bundle::time::cap-signature-beyond-veraid"),
                malformed("bundle::metadata::metadata-hour-24-*"),
                malformed("bundle::metadata::metadata-second-60-*"),
                malformed("bundle::metadata::metadata-month-13-*"),
                malformed("bundle::metadata::metadata-day-31-of-november-*"),
                malformed("bundle::metadata::metadata-no-*"),
                malformed("bundle::metadata::metadata-local-time-*"),
                malformed("bundle::metadata::metadata-offset-*"),
                malformed("bundle::metadata::metadata-*-fraction-domainauth"),
                valid("bundle::metadata::metadata-*-fraction-veraid"),
            ],
        ),
        row(
            "C16",
            "attribution by a member, none by the organisation, and to no name",
            vec![
                invalid("bundle::delegate::member-attributes-*"),
                invalid("bundle::delegate::attributes-veraid"),
                valid("bundle::delegate::attributes-domainauth"),
                invalid("bundle::attached::attribution-missing-*"),
                invalid("bundle::attribution::attribution-no-utf-8-*"),
                malformed("bundle::attribution::attribution-printable-*"),
                valid("bundle::valid::organisation-bot-*"),
                invalid("bundle::user::attribution-at-sign-*"),
                invalid("member-id::name::*"),
            ],
        ),
    ]
}

fn algorithms() -> Vec<Row> {
    vec![
        row(
            "C17",
            "a content's hash other than the signature's, which deployed software writes, or not announced",
            vec![
                valid("bundle::cms-algorithm::pss-sha-512-digest-sha-256-*"),
                invalid("bundle::cms-algorithm::digest-not-announced-*"),
            ],
        ),
        row(
            "C18",
            "RSASSA-PSS without parameters, whose defaults are SHA-1",
            vec![
                invalid("bundle::cms-algorithm::pss-no-parameters-*"),
                invalid("bundle::cms-algorithm::pss-default-parameters-*"),
            ],
        ),
        row(
            "C19",
            "a mask generation with another hash",
            vec![invalid("bundle::cms-algorithm::pss-mgf1-*")],
        ),
        row("C20", "salts of another length", vec![invalid("bundle::cms-algorithm::pss-salt-*")]),
        row(
            "C21",
            "another trailer, parameters of the hash, and fields more",
            vec![
                invalid("bundle::cms-algorithm::pss-trailer-2-*"),
                malformed("bundle::cms-algorithm::pss-extra-field-*"),
                valid("bundle::cms-algorithm::digest-null-parameters-*"),
                invalid("bundle::cms-algorithm::digest-other-parameters-*"),
            ],
        ),
        row(
            "C22",
            "hashes that are not allowed",
            vec![
                invalid("bundle::cms-algorithm::digest-sha-1-*"),
                invalid("bundle::cms-algorithm::digest-sha-224-*"),
                invalid("bundle::cms-algorithm::digest-sha-512-256-*"),
                invalid("bundle::cms-algorithm::digest-shake-256-*"),
            ],
        ),
        row(
            "C23",
            "signatures of another length, or of another number",
            vec![
                invalid("bundle::signed-data::signature-bit-flip-*"),
                invalid("bundle::signed-data::signature-by-other-key-*"),
                invalid("bundle::signed-data::signature-number-*"),
                invalid("bundle::signed-data::signature-octet-*"),
                invalid("bundle::certificate::*-signature-with-bit-flip-*"),
            ],
        ),
        row(
            "C24",
            "PKCS#1 v1.5 in place of RSASSA-PSS, and the reverse",
            vec![
                invalid("bundle::cms-algorithm::pkcs1-*"),
                invalid("bundle::cms-algorithm::rsa-encryption-*"),
                invalid("bundle::cms-algorithm::pss-other-hash-*"),
                invalid("bundle::algorithm::member-pkcs1-*"),
            ],
        ),
        row(
            "C25",
            "a key whose parameters the signature does not keep",
            vec![
                invalid("bundle::algorithm::*-spki-pss-*"),
                Case::NotHere("keys of id-RSASSA-PSS are refused, so none has parameters"),
            ],
        ),
        row(
            "C26",
            "other content types, versions and revocation lists",
            vec![
                invalid("bundle::signed-data::not-signed-data-*"),
                invalid("bundle::signed-data::content-type-*"),
                valid("bundle::signed-data::version-3-veraid"),
                invalid("bundle::signed-data::version-3-domainauth"),
                invalid("bundle::signed-data::version-0-*"),
                invalid("bundle::signed-data::version-99-*"),
                invalid("bundle::signed-data::signer-version-3-*"),
                invalid("bundle::signed-data::revocation-lists-*"),
            ],
        ),
        row(
            "C27",
            "a signature under another certificate of the same key",
            vec![
                invalid("bundle::binding::moved-bound-*"),
                invalid("bundle::binding::binding-other-certificate-*"),
                invalid("bundle::binding::binding-issuer-of-other-form-*"),
                invalid("bundle::binding::binding-twice-*"),
                invalid("bundle::binding::binding-two-values-*"),
                valid("bundle::binding::binding-member-veraid"),
                valid("bundle::binding::binding-organisation-*"),
                // It does not name its certificate.
                valid("bundle::binding::moved-veraid"),
                valid("bundle::binding::moved-domainauth"),
            ],
        ),
    ]
}
