//! Kliento tokens: the signed JSON, the audience and the lifetime.

pub(crate) mod domainauth;

use veraid_testkit::{
    AUDIENCE, Customisation, Encapsulation, Scenario, TEST_SERVICE, TestProfile, kliento_token,
};

use crate::json::Json;
use crate::limits::fitted;
use crate::scenario::{NOW, PROFILES, common_seconds, member, organisation, seconds_around_now};
use crate::vector::{Vector, label};

const SPEC: &str = "Kliento, \"How Kliento Extends VeraId\"";

fn make(rule: &str, case: &str, description: &str, scenario: &Scenario) -> Vector {
    let made = scenario.build_with(&Customisation::new());
    Vector::token(format!("token::{rule}::{case}"), description, SPEC, scenario.profile, &made)
        .from(format!("token::valid::member-{}", label(scenario.profile)))
        .signed_as(scenario)
        .holds_if_ever(common_seconds(scenario))
        .fact("audience", Json::text(AUDIENCE))
        .fact("claims", Json::object::<String>([]))
}

fn json(case: &str, description: &str, content: &[u8]) -> Vector {
    let scenario = Scenario { content: content.to_vec(), ..member(TestProfile::VeraId) };
    make("json", case, description, &scenario)
}

/// A token with the usual audience and these additional members.
fn with(members: &str) -> Vec<u8> {
    format!(r#"{{"audience":"{AUDIENCE}"{members}}}"#).into_bytes()
}

fn nested(depth: usize) -> Vec<u8> {
    with(&format!(r#","other":{}{}"#, "[".repeat(depth), "]".repeat(depth)))
}

pub(super) fn vectors() -> Vec<Vector> {
    [valid(), audiences(), claims(), refused(), bundles(), lifetimes()].concat()
}

fn valid() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for profile in PROFILES {
        let mut parent = make(
            "valid",
            &format!("member-{}", label(profile)),
            "A token of alice@example.com.",
            &member(profile),
        );
        parent.derived_from = None;
        vectors.push(parent);
        vectors.push(make(
            "valid",
            &format!("organisation-{}", label(profile)),
            "A token that the organisation signs for alice@example.com.",
            &organisation(profile),
        ));
        let bot = Scenario { user: None, ..member(profile) };
        vectors.push(make("valid", &format!("bot-{}", label(profile)), "A token of a bot.", &bot));
    }
    vectors
}

fn audiences() -> Vec<Vector> {
    [
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
        ("port", "The verifier's audience names the default port.", "https://api.example.com:443"),
        (
            "prefix",
            "The verifier's audience is a prefix of the token's audience.",
            "https://api.example",
        ),
    ]
    .into_iter()
    .map(|(case, description, audience)| {
        let mut vector =
            make("audience", case, description, &member(TestProfile::VeraId)).invalid(3002);
        vector.audience = Some(audience.into());
        vector
    })
    .collect()
}

fn claims() -> Vec<Vector> {
    let claims = |members: &[(&str, &str)]| {
        Json::object(members.iter().map(|(name, value)| (*name, Json::text(value))))
    };
    vec![
        json(
            "claims",
            "The token has two claims.",
            &kliento_token(AUDIENCE, &[("role", "deploy"), ("a", "")]),
        )
        .fact("claims", claims(&[("a", ""), ("role", "deploy")])),
        json("claims-empty", "The claims are an empty object.", &with(r#","claims":{}"#)),
        json(
            "claims-proto",
            "A claim is named `__proto__`, which is an ordinary name.",
            &with(r#","claims":{"__proto__":"x"}"#),
        )
        .fact("claims", claims(&[("__proto__", "x")])),
        json(
            "claims-escapes",
            "A claim is written with escapes, one of them a surrogate pair.",
            &with(r#","claims":{"\u0061":"\ud83d\ude00\n"}"#),
        )
        .fact("claims", claims(&[("a", "\u{1F600}\n")])),
        json(
            "claims-unicode",
            "A claim's name and value are not ASCII.",
            &with(",\"claims\":{\"r\u{F4}le\":\"\u{65E5}\u{672C}\"}"),
        )
        .fact("claims", claims(&[("r\u{F4}le", "\u{65E5}\u{672C}")])),
        json(
            "unknown-member",
            "The token has an unknown member.",
            &with(r#","other":[1,null,true,{"a":{}}]"#),
        ),
        json(
            "white-space",
            "There is white space around the token and its elements.",
            format!("\r\n\t {{ \"audience\" :\n\"{AUDIENCE}\" }} \n").as_bytes(),
        ),
        json(
            "audience-escaped",
            "The name of the audience member is written with an escape.",
            format!(r#"{{"\u0061udience":"{AUDIENCE}"}}"#).as_bytes(),
        ),
        json(
            "claims-empty-key",
            "One claim has an empty name, and another is named `constructor`.",
            &with(r#","claims":{"":"x","constructor":"y"}"#),
        )
        .fact("claims", claims(&[("", "x"), ("constructor", "y")])),
        json("number-minus-zero", "A number is -0.0.", &with(r#","other":-0.0"#)),
        json("depth-8", "Values nest 8 levels deep, including the token itself.", &nested(7)),
    ]
}

fn refused() -> Vec<Vector> {
    let bom = [b"\xEF\xBB\xBF".as_slice(), &with("")].concat();
    let bad_utf8 =
        [br#"{"audience":"https://api.example.com","other":""#.as_slice(), b"\xFF\"}"].concat();
    let utf16: Vec<u8> =
        String::from_utf8(with("")).unwrap().encode_utf16().flat_map(u16::to_be_bytes).collect();
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("depth-9", "Values nest 9 levels deep, including the token itself.", nested(8)),
        ("empty", "The content is empty.", vec![]),
        ("bom", "A byte order mark precedes the token.", bom),
        ("no-utf-8", "A string is not valid UTF-8.", bad_utf8),
        ("utf-16", "The token is in UTF-16.", utf16),
        ("array", "The token is an array.", [b"[".as_slice(), &with(""), b"]"].concat()),
        ("null", "The token is null.", b"null".to_vec()),
        ("string", "The token is a string.", b"\"\"".to_vec()),
        (
            "overlong",
            "A slash is encoded in two octets (overlong UTF-8).",
            [br#"{"audience":"https://api.example.com","other":""#.as_slice(), b"\xC0\xAF\"}"]
                .concat(),
        ),
        ("number-too-large", "A number is too large for a double.", with(r#","other":1e400"#)),
        ("not-a-number", "A value is NaN.", with(r#","other":NaN"#)),
        ("cut-off", "The closing brace is missing.", with("")[..with("").len() - 1].to_vec()),
        ("second-value", "Another value follows the token.", [with(""), b" {}".to_vec()].concat()),
        ("trailing-comma", "A comma precedes the closing brace.", with(",")),
        ("comment", "A comment follows the token.", [with(""), b"// hello".to_vec()].concat()),
        (
            "single-quotes",
            "Strings are in single quotes.",
            format!("{{'audience':'{AUDIENCE}'}}").into_bytes(),
        ),
        (
            "control-character",
            "A string contains an unescaped line break.",
            with(",\"other\":\"\n\""),
        ),
        (
            "lone-high-surrogate",
            "An escape is a high surrogate without a low one.",
            with(r#","other":"\ud800""#),
        ),
        (
            "lone-low-surrogate",
            "An escape is a low surrogate without a high one.",
            with(r#","claims":{"a":"\udc00"}"#),
        ),
        ("no-audience", "There is no audience.", b"{}".to_vec()),
        ("audience-empty", "The audience is empty.", br#"{"audience":""}"#.to_vec()),
        ("audience-null", "The audience is null.", br#"{"audience":null}"#.to_vec()),
        ("audience-number", "The audience is a number.", br#"{"audience":1}"#.to_vec()),
        (
            "audience-list",
            "The audience is a list.",
            format!(r#"{{"audience":["{AUDIENCE}"]}}"#).into_bytes(),
        ),
        (
            "audience-upper-case",
            "The member is named `Audience`.",
            format!(r#"{{"Audience":"{AUDIENCE}"}}"#).into_bytes(),
        ),
        (
            "audience-twice",
            "The same audience appears twice.",
            with(&format!(r#","audience":"{AUDIENCE}""#)),
        ),
        (
            "audience-twice-escaped",
            "There are two audience members, one with an escaped name.",
            with(r#","\u0061udience":"x""#),
        ),
        ("claims-twice", "There are two claims members.", with(r#","claims":{},"claims":{}"#)),
        ("claim-twice", "A claim is present twice.", with(r#","claims":{"a":"1","a":"1"}"#)),
        (
            "unknown-member-twice",
            "An unknown member is present twice.",
            with(r#","other":1,"other":2"#),
        ),
        (
            "nested-member-twice",
            "An object within an unknown member has a key twice.",
            with(r#","other":{"a":{"b":1,"b":2}}"#),
        ),
        ("claims-null", "The claims are null.", with(r#","claims":null"#)),
        ("claims-list", "The claims are a list.", with(r#","claims":[]"#)),
        ("claim-number", "A claim is a number.", with(r#","claims":{"a":1}"#)),
        ("claim-null", "A claim is null.", with(r#","claims":{"a":null}"#)),
        ("claim-object", "A claim is an object.", with(r#","claims":{"a":{}}"#)),
    ];
    cases
        .into_iter()
        .map(|(case, description, content)| json(case, description, &content).invalid(3001))
        .collect()
}

fn bundles() -> Vec<Vector> {
    let base = member(TestProfile::VeraId);
    vec![
        make(
            "bundle",
            "other-service",
            "The bundle is signed for another service.",
            &Scenario { service: TEST_SERVICE.into(), ..base.clone() },
        )
        .invalid(2401),
        make(
            "bundle",
            "detached",
            "The token is detached.",
            &Scenario { encapsulation: Encapsulation::Detached, ..base.clone() },
        )
        .invalid(2315),
        make(
            "bundle",
            "constructed-content",
            "The token is split into chunks, as deployed software encodes it.",
            &Scenario { encapsulation: Encapsulation::Constructed(16), ..base.clone() },
        ),
        {
            let made = base.build();
            let made = [made.der.as_slice(), &[0]].concat();
            make("bundle", "trailing-octet", "One extra octet follows the bundle.", &base)
                .input(made)
                .malformed(1004)
        },
    ]
}

fn lifetimes() -> Vec<Vector> {
    let of = |before, after| Scenario {
        signature_period: seconds_around_now(before, after),
        ..member(TestProfile::VeraId)
    };
    let capped = |mut vector: Vector, seconds| {
        vector.max_validity = Some(seconds);
        vector
    };
    let hour = of(60, 3540);
    let more = of(60, 3541);
    let two = of(60, 7140);
    let beyond = of(60, 7141);
    let start = of(0, 600);
    vec![
        make("lifetime", "one-hour", "The token lasts 3,600 s.", &hour),
        make("lifetime", "over-one-hour", "The token lasts 3,601 s.", &more).invalid(2403),
        capped(
            make("lifetime", "raised", "The token lasts 7,200 s, which the verifier allows.", &two),
            7200,
        ),
        capped(
            make(
                "lifetime",
                "over-raised",
                "The token lasts 7,201 s; the verifier allows 7,200.",
                &beyond,
            ),
            7200,
        )
        .invalid(2403),
        capped(
            make(
                "lifetime",
                "lowered",
                "The token lasts 660 s, the most that the verifier allows.",
                &member(TestProfile::VeraId),
            ),
            660,
        ),
        capped(
            make(
                "lifetime",
                "over-lowered",
                "The token lasts 660 s; the verifier allows 659.",
                &member(TestProfile::VeraId),
            ),
            659,
        )
        .invalid(2403),
        make("time", "first-second", "The instant is the token's first second.", &start),
        make("time", "last-second", "The instant is the token's last second.", &of(600, 0)),
        make("time", "too-early", "The instant is the second before the token's first.", &start)
            .at(NOW.saturating_sub(1))
            .invalid(2402),
        make("time", "expired", "The instant is the second after the token's last.", &start)
            .at(NOW.saturating_add(601))
            .invalid(2402),
    ]
}
