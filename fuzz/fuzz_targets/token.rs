//! The JSON of a token, signed: another parser reads an accepted token as ours does, and it can be
//! written again.

#![no_main]

use kliento::Token;
use kliento_fuzz::content;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let json: Option<Value> = serde_json::from_slice(data).ok();
    let member = |name: &str| json.as_ref().and_then(|json| json.get(name));
    let audience = member("audience").and_then(Value::as_str).unwrap_or("https://api.example.com");
    let Some(token) = content::verify_token(data, audience) else { return };
    assert_eq!(member("audience").and_then(Value::as_str), Some(token.audience()));
    let claims = member("claims").and_then(Value::as_object).into_iter().flatten();
    let mut claims: Vec<_> = claims.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    claims.sort_unstable();
    assert!(token.claims().iter().map(|(name, value)| (name, Some(value))).eq(claims));

    let again = Token::new(token.audience()).expect("an audience");
    let claims = token.claims().iter();
    let again = claims.fold(again, |token, (name, value)| token.with_claim(name, value));
    let again =
        content::verify_token(&again.to_json(), audience).map(|again| again.claims().clone());
    // With escapes it may exceed the size limit of tokens.
    assert!(again.is_none_or(|claims| &claims == token.claims()));
});
