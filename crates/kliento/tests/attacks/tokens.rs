//! K: the token's JSON; A: the header.

use crate::catalogue::{Case, Row, invalid, malformed, row, valid};

pub(crate) fn rows() -> Vec<Row> {
    [json(), headers()].into_iter().flatten().collect()
}

fn json() -> Vec<Row> {
    vec![
        row(
            "K01",
            "a key twice, also if it is written otherwise",
            vec![invalid("token::json::*-twice*")],
        ),
        row(
            "K02",
            "text that is not UTF-8, or has a mark before it, or half a character",
            vec![
                invalid("token::json::bom"),
                invalid("token::json::utf-16"),
                invalid("token::json::no-utf-8"),
                invalid("token::json::lone-*"),
                invalid("token::json::control-character"),
                invalid("token::json::overlong"),
            ],
        ),
        row(
            "K03",
            "claims that are no texts",
            vec![
                invalid("token::json::claim-n*"),
                invalid("token::json::claim-object"),
                invalid("token::json::claims-list"),
                invalid("token::json::claims-null"),
                invalid("token::json::audience-null"),
                invalid("token::json::audience-number"),
                invalid("token::json::audience-list"),
            ],
        ),
        row(
            "K04",
            "numbers beyond any, and thousands of levels (see D01, too)",
            vec![
                valid("token::json::depth-8"),
                invalid("token::json::depth-9"),
                invalid("token::json::number-too-large"),
                valid("token::json::number-minus-zero"),
            ],
        ),
        row(
            "K05",
            "keys that mean something elsewhere, and very many",
            vec![
                valid("token::json::claims-proto"),
                valid("token::json::claims-empty-key"),
                valid("token::js-claims::claims-many"),
            ],
        ),
        row(
            "K06",
            "members that nobody knows",
            vec![
                valid("token::json::unknown-member"),
                invalid("token::json::unknown-member-twice"),
            ],
        ),
        row(
            "K07",
            "what other parsers take for JSON",
            vec![
                invalid("token::json::trailing-comma"),
                invalid("token::json::comment"),
                invalid("token::json::single-quotes"),
                invalid("token::json::second-value"),
                invalid("token::json::not-a-number"),
                invalid("token::json::cut-off"),
                valid("token::json::white-space"),
            ],
        ),
        row(
            "K08",
            "an audience that differs in what people overlook",
            vec![
                invalid("token::audience::*"),
                invalid("token::json::audience-upper-case"),
                valid("token::json::audience-escaped"),
            ],
        ),
        row(
            "K09",
            "a token that is nothing, or no object",
            vec![
                invalid("token::json::empty"),
                invalid("token::json::null"),
                invalid("token::json::array"),
                invalid("token::json::string"),
                invalid("token::json::no-audience"),
                invalid("token::json::audience-empty"),
            ],
        ),
    ]
}

fn headers() -> Vec<Row> {
    vec![
        row(
            "A01",
            "the scheme in another case, and other white space",
            vec![
                valid("header::scheme::mixed-case"),
                malformed("header::scheme::two-spaces"),
                malformed("header::scheme::tab"),
                malformed("header::scheme::no-space"),
                malformed("header::scheme::leading-space"),
                malformed("header::scheme::scheme-only"),
                malformed("header::scheme::no-break-space"),
                malformed("header::scheme::empty"),
            ],
        ),
        row(
            "A02",
            "Base64 of another kind, or with anything in it",
            vec![
                valid("header::base64::unpadded"),
                malformed("header::base64::base64url"),
                malformed("header::base64::half-padded"),
                malformed("header::base64::over-padded"),
                malformed("header::base64::pad-bits"),
                malformed("header::base64::inner-space"),
                malformed("header::base64::line-break"),
                malformed("header::base64::trailing-space"),
                malformed("header::base64::equals-inside"),
                malformed("header::base64::nothing"),
            ],
        ),
        row(
            "A03",
            "two headers in one, folded or far too large",
            vec![
                malformed("header::base64::comma"),
                malformed("header::scheme::header-name"),
                malformed("header::limit::limit-octets-16385"),
                malformed("header::limit::header-65536"),
                Case::NotHere("two headers of one name are the HTTP server's to refuse"),
            ],
        ),
        row(
            "A04",
            "another scheme whose text begins like ours",
            vec![
                malformed("header::scheme::bearer-kliento"),
                malformed("header::scheme::other-scheme"),
                malformed("header::scheme::longer-scheme"),
            ],
        ),
        row(
            "A05",
            "headers that a proxy sets",
            vec![
                malformed("header::scheme::header-name"),
                Case::NotHere("the libraries are given one header's value and read no others"),
            ],
        ),
    ]
}
