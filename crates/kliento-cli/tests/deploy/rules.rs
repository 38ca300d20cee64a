//! Rules that every proxy must obey.

use std::net::TcpListener;
use std::thread;

use crate::http::Message;
use crate::proxy::Setting;
use crate::tokens::{self, CLAIMS};

/// The headers that could be mistaken for ours, sorted, without the time of expiry and without
/// empty ones, which nginx leaves out.
fn identity(request: &Message) -> Vec<(String, String)> {
    let mut found: Vec<_> = request.headers.clone();
    found.retain(|(name, value)| {
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        letters.starts_with("xkliento") && !value.is_empty()
    });
    found.retain(|(name, _)| name != "x-kliento-expires");
    found.sort();
    found
}

/// The headers for alice@example.com's token.
fn of_alice(claims: &str) -> Vec<(String, String)> {
    owned(&[
        ("x-kliento-claims", claims),
        ("x-kliento-organisation", "example.com"),
        ("x-kliento-signer", "member"),
        ("x-kliento-subject", "alice@example.com"),
        ("x-kliento-user", "alice"),
    ])
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn only(mut requests: Vec<Message>) -> Message {
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

/// The relevant parts of a rejection: status and challenge, and the requests that reached the
/// upstream.
fn refusal(setting: &Setting, headers: &[(&str, &str)]) -> (u16, Vec<String>, Vec<Message>) {
    let answer = setting.ask("GET", headers, "");
    let challenge = answer.all("www-authenticate").into_iter().map(str::to_owned).collect();
    (answer.status(), challenge, setting.upstream.take())
}

pub(crate) fn the_upstream_gets_the_sender_and_not_the_token(setting: &Setting) {
    let answer = setting.ask("GET", &[("Authorization", &tokens::good())], "");
    assert_eq!((answer.status(), answer.content.as_slice()), (200, &b"upstream"[..]));
    let received = only(setting.upstream.take());
    assert!(received.start.starts_with("GET /path?query=1 "), "{}", received.start);
    assert_eq!(identity(&received), of_alice(CLAIMS));
    let until = received.all("x-kliento-expires");
    assert!(matches!(until[..], [until] if until.ends_with('Z')), "{until:?}");
    assert_eq!(received.all("authorization"), Vec::<&str>::new());
}

pub(crate) fn a_request_without_credentials_is_rejected(setting: &Setting) {
    let missing = (401, vec!["Kliento".to_owned()], vec![]);
    assert_eq!(refusal(setting, &[]), missing);
    assert_eq!(refusal(setting, &[("Authorization", "Bearer abc")]), missing);
    // Some proxies reject these by themselves.
    let good = tokens::good();
    let twice = [("Authorization", good.as_str()), ("Authorization", good.as_str())];
    let (status, _, received) = refusal(setting, &twice);
    assert!(matches!(status, 400 | 401), "{status}");
    assert_eq!(received, vec![]);
    let proxy = refusal(setting, &[("Proxy-Authorization", &good)]);
    assert_eq!(proxy, missing);
}

pub(crate) fn an_invalid_token_is_rejected(setting: &Setting) {
    for (token, class) in [
        (tokens::expired(), "expired"),
        (tokens::forged(), "untrusted"),
        (tokens::for_another_audience(), "audience"),
        ("Kliento AAAA".to_owned(), "malformed"),
    ] {
        let challenge = format!("Kliento error=\"{class}\"");
        let refused = refusal(setting, &[("Authorization", &token)]);
        assert_eq!(refused, (401, vec![challenge], vec![]));
    }
}

/// The names of all headers that identify the caller.
const NAMES: [&str; 6] = ["Subject", "Organisation", "User", "Signer", "Claims", "Expires"];

/// Ways to write a header that some server takes for `name`; `lookalikes` has all of them.
fn forgeries(name: &str) -> Vec<String> {
    vec![
        format!("X-Kliento-{name}"),
        format!("x-kliento-{}", name.to_lowercase()),
        format!("X-KLIENTO-{}", name.to_uppercase()),
        format!("X.Kliento.{name}"),
        format!("X_Kliento_{name}"),
        format!("X-Kliento_{name}"),
        format!("X_Kliento-{name}"),
        format!("x_kliento_{}", name.to_lowercase()),
    ]
}

pub(crate) fn nothing_that_a_client_forges_arrives(setting: &Setting) {
    let of_organisation = owned(&[
        ("x-kliento-claims", CLAIMS),
        ("x-kliento-organisation", "example.com"),
        ("x-kliento-signer", "organisation"),
        ("x-kliento-subject", "example.com"),
    ]);
    let mut forged = Vec::new();
    // One name in each request: HAProxy takes 101 headers.
    for forgeries in NAMES.map(forgeries) {
        let several: Vec<_> = forgeries.iter().map(|name| (name.as_str(), "mallory")).collect();
        for (token, expected) in [
            (tokens::good(), of_alice(CLAIMS)),
            // Where there is no user, an empty header or no header must replace the forged one.
            (tokens::organisation(), of_organisation.clone()),
        ] {
            let headers = [&several[..], &[("Authorization", token.as_str())], &several].concat();
            let answer = setting.ask("GET", &headers, "");
            assert_eq!(answer.status(), 200, "{answer:?}");
            let received = only(setting.upstream.take());
            assert_eq!(identity(&received), expected);
            assert!(!format!("{received:?}").contains("mallory"), "{received:?}");
        }
        forged.extend(forgeries);
    }
    let forged: Vec<_> = forged.iter().map(|name| (name.as_str(), "mallory")).collect();
    assert_eq!(refusal(setting, &forged), (401, vec!["Kliento".to_owned()], vec![]));
    // As a trailer, too, they do not become headers.
    let content = "0\r\nX-Kliento-Subject: mallory\r\n\r\n";
    let good = tokens::good();
    let chunked = [
        ("Authorization", good.as_str()),
        ("Transfer-Encoding", "chunked"),
        ("Trailer", "X-Kliento-Subject"),
    ];
    setting.ask("POST", &chunked, content);
    for received in setting.upstream.take() {
        assert_eq!(identity(&received), of_alice(CLAIMS));
    }
}

/// RFC 9110 section 7.6.1: proxies remove the fields that `Connection` names, also those that they
/// added.
pub(crate) fn a_client_cannot_take_identity_headers_away(setting: &Setting) {
    let good = tokens::good();
    for connection in ["close, X-Kliento-Subject", "close, x-kliento-user, x-KLIENTO-claims"] {
        let headers = [("Authorization", good.as_str()), ("Connection", connection)];
        let answer = setting.ask("GET", &headers, "");
        if answer.status() == 200 {
            assert_eq!(identity(&only(setting.upstream.take())), of_alice(CLAIMS));
        } else {
            assert_eq!((answer.status(), setting.upstream.take()), (400, vec![]));
        }
    }
}

pub(crate) fn a_token_of_16_kib_passes(setting: &Setting) {
    let (token, length) = tokens::largest();
    assert!(token.len() > 21_000, "{}", token.len());
    let answer = setting.ask("GET", &[("Authorization", &token)], "");
    assert_eq!(answer.status(), 200, "{answer:?}");
    let claims = format!(r#"{{"padding":"{}"}}"#, "x".repeat(length));
    assert_eq!(identity(&only(setting.upstream.take())), of_alice(&claims));
}

pub(crate) fn content_reaches_the_upstream(setting: &Setting) {
    let good = tokens::good();
    let authorization = ("Authorization", good.as_str());
    let content = "0123456789".repeat(10_000);
    let length = content.len().to_string();
    let answer = setting.ask("POST", &[authorization, ("Content-Length", &length)], &content);
    assert_eq!(answer.status(), 200, "{answer:?}");
    let received = only(setting.upstream.take());
    assert_eq!(received.content, content.as_bytes());
    assert_eq!(identity(&received), of_alice(CLAIMS));

    let chunked = format!("{:x}\r\n{content}\r\n0\r\n\r\n", content.len());
    let answer = setting.ask("POST", &[authorization, ("Transfer-Encoding", "chunked")], &chunked);
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert_eq!(only(setting.upstream.take()).content, content.as_bytes());
}

pub(crate) fn no_request_passes_without_the_verifier(setting: &Setting) {
    setting.stop_verifier();
    for token in [tokens::good(), tokens::expired()] {
        let (status, _, received) = refusal(setting, &[("Authorization", &token)]);
        // Envoy's answer over HTTP is 403.
        assert!(matches!(status, 403 | 500..600), "{status}");
        assert_eq!(received, vec![]);
    }
    // A verifier that accepts connections and never answers.
    let silent = TcpListener::bind(setting.verifier_address).unwrap();
    thread::spawn(move || silent.incoming().collect::<Vec<_>>());
    let (status, _, received) = refusal(setting, &[("Authorization", &tokens::good())]);
    assert!(matches!(status, 403 | 500..600), "{status}");
    assert_eq!(received, vec![]);
}
