//! H09: neither responses nor the log reveal secrets, and clients cannot forge log lines.

use base64ct::{Base64, Encoding as _};
use serde_json::Value;
use veraid_testkit::attack::Attack;
use veraid_testkit::{Scenario, kliento_token};

use crate::http::Response;
use crate::log;
use crate::running::{AUDIENCE, Running, TOKEN, kliento};
use crate::wire::say;

const TARGET: &str = "/v1/auth?audience=https%3A%2F%2Fapi.example.com";
const DEPLOYED: &str = "/?audience=https%3A%2F%2Fapi.example.com";

/// A claim that is easy to find in the log.
const SECRET: &str = "zq7-claim-that-nobody-may-log-7qz";

/// Bytes that look random and are the same in each run (xorshift64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns up to 60 bytes, of which one in three could do harm.
    fn bytes(&mut self) -> Vec<u8> {
        const HARM: &[u8] = b"\r\n\t\0\x1B\x7F\"\\<>%{}\x85\xE2\x80\xA8\xFF";
        let length = self.next() % 60;
        let octet = |chance: &mut Self| {
            let number = usize::try_from(chance.next() % 1024).unwrap();
            if number % 3 == 0 { HARM[number % HARM.len()] } else { number.to_le_bytes()[0] }
        };
        (0..length).map(|_| octet(self)).collect()
    }
}

/// Asserts that every line is one JSON object without control characters.
fn assert_is_a_log(written: &[u8]) {
    let text = std::str::from_utf8(written).expect("the log is UTF-8");
    assert!(text.ends_with('\n'));
    for line in text.strip_suffix('\n').unwrap().split('\n') {
        let value: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(
            value.is_object() && value["timestamp"].is_string() && value["level"].is_string(),
            "{line}"
        );
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

/// Returns true if 24 consecutive characters of `secret`, from its beginning, middle or end, are in
/// the log.
fn tells_of(log: &str, secret: &str) -> bool {
    let last = secret.len() - 24;
    [0, last / 2, last].iter().any(|&start| log.contains(&secret[start..start + 24]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[tokio::test]
async fn h09_whatever_is_sent_each_line_of_the_log_is_one_object() {
    log::begin();
    let service = Running::with("").await;
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let percent =
        |bytes: &[u8]| bytes.iter().map(|octet| format!("%{octet:02X}")).collect::<String>();
    for _ in 0..150 {
        let mut some = || chance.bytes();
        let header = [b"authorization: Kliento ", &some()[..]].concat();
        let fields: [Vec<u8>; 9] = [
            [b"x-request-id: ", &some()[..]].concat(),
            header,
            [b"authorization: ", &some()[..]].concat(),
            [b"x-forwarded-host: ", &some()[..]].concat(),
            [b"x-forwarded-uri: /", &some()[..]].concat(),
            [b"user-agent: ", &some()[..]].concat(),
            [b"content-type: ", &some()[..]].concat(),
            [&some()[..], b": a"].concat(),
            [b"expect: ", &some()[..]].concat(),
        ];
        for field in &fields {
            let request =
                [b"POST /v1/auth HTTP/1.1\r\nconnection: close\r\n", &field[..], b"\r\n\r\n"]
                    .concat();
            say(&service, &request).await;
        }
        let line = [&some()[..], b" /", &some(), b" HTTP/1.1\r\n\r\n"].concat();
        say(&service, &line).await;
        let audience = format!("/?audience={}", percent(&some()));
        service.ask("POST", &audience, &[], &some()).await;
        service.ask("POST", &audience, &[], &TOKEN.der).await;
        let envoy = format!("/v1/ext_authz/{}", percent(&some()));
        service.ask("GET", &envoy, &[], b"").await;
    }
    service.stop().await;
    assert_is_a_log(&log::written());
}

#[tokio::test]
async fn h09_no_token_claim_or_key_is_in_the_log() {
    log::begin();
    let content = kliento_token(AUDIENCE, &[("secret", SECRET), (SECRET, "value")]);
    let bundle = Scenario { content, ..Scenario::default() }.build_on(&TOKEN.chain);
    let elsewhere = "https://zq7-audience-of-another-service.example";
    let content = kliento_token(elsewhere, &[("secret", SECRET)]);
    let other = Scenario { content, ..Scenario::default() }.build_on(&TOKEN.chain).der;
    let mut forged = bundle.der.clone();
    *forged.last_mut().unwrap() ^= 1;
    let required = "[policy]\nrequired_claims = { secret = \"zq7-what-the-claim-must-be-7qz\" }";
    for toml in ["", "[one_time]", required] {
        let service = Running::with(toml).await;
        for der in [&bundle.der, &bundle.der, &other, &forged] {
            let header = kliento(der);
            service.ask("GET", TARGET, &[("authorization", &header)], b"").await;
            service.ask("POST", DEPLOYED, &[], der).await;
            let verify = "/v1/verify?audience=https%3A%2F%2Fapi.example.com";
            service.ask("POST", verify, &[], der).await;
            // Other ways to put tokens into requests.
            let wrong = format!("/v1/auth?token={}", Base64::encode_string(der).replace('+', "-"));
            service
                .ask("GET", &wrong, &[("x-request-id", &header), ("cookie", &header)], b"")
                .await;
        }
        service.stop().await;
    }
    let written = String::from_utf8(log::written()).unwrap();
    assert!(
        written.contains("\"verdict\":\"valid\"") && written.contains("\"verdict\":\"untrusted\"")
    );
    for der in [&bundle.der, &other, &forged] {
        assert!(!tells_of(&written, &Base64::encode_string(der)));
        assert!(!tells_of(&written, &hex(der)));
    }
    for part in [&bundle.content_info, &bundle.organisation_certificate, &bundle.plaintext] {
        assert!(!tells_of(&written, &Base64::encode_string(part)));
        assert!(!tells_of(&written, &hex(part)));
    }
    for secret in [SECRET, "zq7-what-the-claim-must-be-7qz", elsewhere] {
        assert!(!written.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn h09_content_of_hostile_bundles_adds_no_line_to_the_log() {
    log::begin();
    let service = Running::with("").await;
    for attack in Attack::all() {
        service.ask("POST", DEPLOYED, &[], &attack.der).await;
    }
    // Unverified names are chosen by the sender.
    for user in ["a\r\nb", "\u{1B}[31m", "a\",\"level\":\"ERROR", "\u{2028}", "\u{85}", "\u{202E}"]
    {
        let scenario = Scenario { user: Some(user.into()), ..Scenario::default() };
        let mut der = scenario.build_on(&TOKEN.chain).der;
        service.ask("POST", DEPLOYED, &[], &der).await;
        *der.last_mut().unwrap() ^= 1;
        service.ask("POST", DEPLOYED, &[], &der).await;
    }
    service.stop().await;
    assert_is_a_log(&log::written());
}

/// Asserts that the response has no type that a browser would guess, and does not contain what was
/// sent.
fn assert_gives_nothing_away(response: &Response, sent: &str) {
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{response:?}");
    assert_eq!(response.header("cache-control"), Some("no-store"), "{response:?}");
    let media_type = response.header("content-type").unwrap();
    let known = ["application/json", "application/problem+json", "text/plain; charset=utf-8"];
    assert!(known.contains(&media_type), "{media_type}");
    assert!(!response.content.contains(sent), "{}", response.content);
    for inside in [".rs", "panicked", "at /", "key tag", "KeyId", "_veraid"] {
        assert!(!response.content.contains(inside), "{}", response.content);
    }
}

#[tokio::test]
async fn h09_answers_show_nothing_of_the_request_or_of_the_inside() {
    let service = Running::with("").await;
    let sent = "<script>zq7</script>";
    let encoded = "%3Cscript%3Ezq7%3C%2Fscript%3E";
    let mut forged = TOKEN.der.clone();
    *forged.last_mut().unwrap() ^= 1;
    for (method, target) in [
        ("GET", format!("/{encoded}")),
        ("GET", format!("/v1/auth?audience={encoded}")),
        ("GET", format!("/v1/ext_authz/{encoded}")),
        ("POST", format!("/v1/verify?audience={encoded}")),
        ("POST", format!("/?x={encoded}")),
        ("POST", "/?audience=https%3A%2F%2Fapi.example.com".to_owned()),
    ] {
        let header = format!("Kliento {sent}");
        for content in [sent.as_bytes(), &forged] {
            for headers in [
                &[("authorization", header.as_str())][..],
                &[("content-type", sent)],
                &[("x-forwarded-host", sent), ("x-forwarded-proto", sent)],
                &[("x-request-id", sent)],
                &[("expect", sent)],
            ] {
                let response = service.ask(method, &target, headers, content).await;
                assert!(response.status != 500, "{response:?}");
                assert_gives_nothing_away(&response, sent);
                assert_ne!(response.header("x-request-id"), Some(sent));
            }
        }
    }
    service.stop().await;
}

#[tokio::test]
async fn h09_a_store_of_used_tokens_that_is_full_is_an_error_in_the_log() {
    log::begin();
    let service = Running::with("[one_time]\nmax_entries = 1").await;
    let content = kliento_token(AUDIENCE, &[("n", "2")]);
    let other = Scenario { content, ..Scenario::default() }.build_on(&TOKEN.chain).der;
    let id = "zq7-full-store";
    for (der, status) in [(&TOKEN.der, 200), (&other, 503)] {
        let headers = [("authorization", kliento(der)), ("x-request-id", id.to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(service.ask("GET", TARGET, &headers, b"").await.status, status);
    }
    service.stop().await;
    let log = String::from_utf8(log::written()).unwrap();
    let line = log.lines().find(|line| line.contains(id) && line.contains("KL6008")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["level"], &line["verdict"]), (&Value::from("ERROR"), &"unavailable".into()));
}
