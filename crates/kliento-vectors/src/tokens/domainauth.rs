//! Tokens under DomainAuth: the requirements on a token do not depend on the profile.

use super::*;

pub(crate) fn vectors() -> Vec<Vector> {
    let base = member(TestProfile::DomainAuth);
    let of = |rule: &str, case: &str, description: &str, scenario: &Scenario| {
        make(rule, &format!("{case}-domainauth"), description, scenario)
    };
    let json = |case: &str, description: &str, content: Vec<u8>| {
        of("json", case, description, &Scenario { content, ..base.clone() })
    };
    let bom = [b"\xEF\xBB\xBF".as_slice(), &with("")].concat();
    let bad_utf8 =
        [br#"{"audience":"https://api.example.com","other":""#.as_slice(), b"\xFF\"}"].concat();
    let spaced = [b" \r\n\t".as_slice(), &with(""), b"\n"].concat();
    let array = [b"[".as_slice(), &with(""), b"]"].concat();
    let mut vectors = vec![
        json("unknown-member", "The token has an unknown member.", with(r#","other":[1]"#)),
        json("white-space", "There is white space around the token.", spaced),
        json(
            "claims-proto",
            "A claim is named `__proto__`, which is an ordinary name.",
            with(r#","claims":{"__proto__":"x"}"#),
        )
        .fact("claims", Json::object([("__proto__", Json::text("x"))])),
    ];
    for (case, description, content) in [
        ("claim-number", "A claim is a number.", with(r#","claims":{"a":1}"#)),
        ("claim-null", "A claim is null.", with(r#","claims":{"a":null}"#)),
        ("claim-object", "A claim is an object.", with(r#","claims":{"a":{}}"#)),
        (
            "audience-twice",
            "The same audience appears twice.",
            with(&format!(r#","audience":"{AUDIENCE}""#)),
        ),
        ("no-utf-8", "A string is not valid UTF-8.", bad_utf8),
        ("bom", "A byte order mark precedes the token.", bom),
        ("array", "The token is an array.", array),
        ("second-value", "Another value follows the token.", [with(""), b" {}".to_vec()].concat()),
    ] {
        vectors.push(json(case, description, content).invalid(3001));
    }
    for (case, description, audience) in [
        (
            "upper-case",
            "The verifier's audience differs in case from the token's.",
            "https://API.example.com",
        ),
        (
            "trailing-slash",
            "The verifier's audience has an extra trailing slash.",
            "https://api.example.com/",
        ),
    ] {
        let mut vector = of("audience", case, description, &base).invalid(3002);
        vector.audience = Some(audience.into());
        vectors.push(vector);
    }
    vectors.extend([
        of(
            "bundle",
            "other-service",
            "The bundle is signed for another service.",
            &Scenario { service: TEST_SERVICE.into(), ..base.clone() },
        )
        .invalid(2401),
        of(
            "bundle",
            "detached",
            "The token is detached.",
            &Scenario { encapsulation: Encapsulation::Detached, ..base.clone() },
        )
        .invalid(2315),
    ]);
    let lasting =
        |after| Scenario { signature_period: seconds_around_now(60, after), ..base.clone() };
    vectors.extend([
        of("lifetime", "one-hour", "The token lasts 3,600 s.", &lasting(3540)),
        of("lifetime", "over-one-hour", "The token lasts 3,601 s.", &lasting(3541)).invalid(2403),
    ]);
    for octets in [16_384_usize, 16_385] {
        let padded = |more: usize| {
            let content = [base.content.clone(), vec![b' '; more]].concat();
            let scenario = Scenario { content, ..base.clone() };
            let made = scenario.build();
            (scenario, made)
        };
        let (scenario, _) = fitted(octets, padded, |(_, made)| made.der.len());
        let description = format!("The token bundle has {octets} bytes.");
        let vector = of("limit", &format!("limit-octets-{octets}"), &description, &scenario);
        vectors.push(if octets > 16_384 { vector.malformed(1001) } else { vector });
    }
    vectors
}
