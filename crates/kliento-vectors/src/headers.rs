//! The `Authorization` header.

use veraid_testkit::TestProfile;

use crate::json::base64;
use crate::scenario::{common_seconds, member};
use crate::vector::Vector;

const SPEC: &str = "RFC 9110 section 11.4";
const PARENT: &str = "header::valid::usual";

pub(super) fn vectors() -> Vec<Vector> {
    // A length that Base64 must pad.
    let (scenario, made) = (1..)
        .map(|extra| {
            let mut scenario = member(TestProfile::VeraId);
            scenario.content.extend(vec![b' '; extra]);
            let made = scenario.build();
            (scenario, made)
        })
        .find(|(_, made)| made.der.len() % 3 == 1)
        .unwrap();
    let digits = base64(&made.der);
    let bare = digits.trim_end_matches('=');
    let url = digits.replace('+', "-").replace('/', "_");
    // The last digit before the padding holds two bits of data and four that must be zero.
    let loose = {
        let mut loose = bare.to_owned();
        let last = loose.pop().unwrap();
        loose.push(char::from(last as u8 + 1));
        loose + "=="
    };
    let make = |rule: &str, case: &str, description: &str, header: String| {
        let id = format!("header::{rule}::{case}");
        Vector::token(id, description, SPEC, scenario.profile, &made)
            .from(PARENT)
            .header(header)
            .signed_as(&scenario)
            .holds_if_ever(common_seconds(&scenario))
    };
    let mut usual = make(
        "valid",
        "usual",
        "The scheme, a space and padded Base64.",
        format!("Kliento {digits}"),
    );
    usual.derived_from = None;
    let mut vectors = vec![
        usual,
        make("scheme", "mixed-case", "The scheme is in mixed case.", format!("kLiEnTo {digits}")),
        make("base64", "unpadded", "The Base64 has no padding.", format!("Kliento {bare}")),
    ];
    for (case, description, header) in [
        ("other-scheme", "The scheme is not Kliento.", format!("Bearer {digits}")),
        (
            "longer-scheme",
            "The scheme starts with `Kliento` but is longer.",
            format!("Kliento2 {digits}"),
        ),
        ("empty", "The header is empty.", String::new()),
        ("leading-space", "A space precedes the scheme.", format!(" Kliento {digits}")),
        ("no-space", "Nothing separates the scheme and the Base64.", format!("Kliento{digits}")),
        (
            "two-spaces",
            "Two spaces separate the scheme and the Base64.",
            format!("Kliento  {digits}"),
        ),
        (
            "no-break-space",
            "A no-break space separates the scheme and the Base64.",
            format!("Kliento\u{a0}{digits}"),
        ),
        (
            "bearer-kliento",
            "The scheme is not Kliento, and the text after it starts with `Kliento`.",
            format!("Bearer Kliento {digits}"),
        ),
        ("tab", "A tab separates the scheme and the Base64.", format!("Kliento\t{digits}")),
        ("scheme-only", "Nothing follows the scheme.", "Kliento".into()),
        (
            "header-name",
            "The header's name precedes its value.",
            format!("Authorization: Kliento {digits}"),
        ),
    ] {
        vectors.push(make("scheme", case, description, header).malformed(1002));
    }
    for (case, description, header) in [
        ("nothing", "Nothing follows the scheme and the space.", "Kliento ".into()),
        ("base64url", "The Base64 uses the URL-safe alphabet.", format!("Kliento {url}")),
        ("half-padded", "One of two padding characters is missing.", format!("Kliento {bare}=")),
        ("over-padded", "There is one padding character too many.", format!("Kliento {digits}=")),
        ("pad-bits", "Unused trailing bits of the Base64 are set.", format!("Kliento {loose}")),
        ("line-break", "A line break follows the Base64.", format!("Kliento {digits}\n")),
        ("trailing-space", "A space follows the Base64.", format!("Kliento {digits} ")),
        (
            "inner-space",
            "There is a space inside the Base64.",
            format!("Kliento {} {}", &digits[..8], &digits[8..]),
        ),
        (
            "equals-inside",
            "There is a padding character inside the Base64.",
            format!("Kliento {}={}", &digits[..7], &digits[8..]),
        ),
        ("comma", "A second credential follows after a comma.", format!("Kliento {digits}, x")),
    ] {
        vectors.push(make("base64", case, description, header).malformed(1003));
    }
    vectors.push(
        make(
            "limit",
            "header-65536",
            "The header has 65,536 bytes.",
            format!("Kliento {}", "A".repeat(65_528)),
        )
        .malformed(1001),
    );
    vectors.push(
        make("bundle", "no-bundle", "The Base64 does not encode a bundle.", "Kliento TWFu".into())
            .malformed(1004),
    );
    vectors
}
