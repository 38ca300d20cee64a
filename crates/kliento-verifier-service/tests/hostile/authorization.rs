//! A01 to A05: the `Authorization` header.

use base64ct::{Base64, Base64Unpadded, Base64Url, Encoding as _};

use crate::http::Headers;
use crate::running::{Running, TOKEN, kliento};
use crate::wire::say;

const TARGET: &str = "/v1/auth?audience=https%3A%2F%2Fapi.example.com";

/// Returns the status and class for these headers.
async fn verdict(service: &Running, headers: Headers<'_>) -> (u16, String) {
    let response = service.ask("GET", TARGET, headers, b"").await;
    let class = match response.status {
        200 => response.header("x-kliento-subject").unwrap().to_owned(),
        _ => response.json()["class"].as_str().unwrap().to_owned(),
    };
    (response.status, class)
}

fn alice() -> (u16, String) {
    (200, "alice@example.com".to_owned())
}

fn refused(class: &str) -> (u16, String) {
    (401, class.to_owned())
}

#[tokio::test]
async fn a01_the_scheme_is_in_any_case_and_one_space_follows() {
    let service = Running::with("").await;
    let base64 = Base64::encode_string(&TOKEN.der);
    for scheme in ["kliento", "KLIENTO", "Kliento", "kLiEnTo"] {
        let value = format!("{scheme} {base64}");
        assert_eq!(verdict(&service, &[("authorization", &value)]).await, alice(), "{scheme}");
    }
    for (separator, class) in [
        ("  ", "malformed"),
        ("\t", "malformed"),
        (" \t", "malformed"),
        ("\u{A0}", "malformed"),
        // A longer word is another scheme.
        ("", "missing"),
    ] {
        let value = format!("Kliento{separator}{base64}");
        let found = verdict(&service, &[("authorization", &value)]).await;
        assert_eq!(found, refused(class), "{separator:?}");
    }
    service.stop().await;
}

#[tokio::test]
async fn a02_base64_has_one_form_with_padding_and_one_without() {
    let service = Running::with("").await;
    // One byte beyond a multiple of three has two characters of padding and four unused bits.
    let mut der = TOKEN.der.clone();
    while der.len() % 3 != 1 {
        der.push(0);
    }
    let base64 = Base64::encode_string(&der);
    let malformed = async |text: &str| {
        let value = format!("Kliento {text}");
        let found = verdict(&service, &[("authorization", &value)]).await;
        assert_eq!(found, refused("malformed"), "…{}", &text[text.len() - 12..]);
    };
    let unpadded = base64.trim_end_matches('=');
    let (head, tail) = base64.split_at(400);
    malformed(&Base64Url::encode_string(&der)).await;
    malformed(&format!("{unpadded}=")).await;
    malformed(&format!("{base64}=")).await;
    malformed(&format!("{base64}====")).await;
    malformed(&format!("{head} {tail}")).await;
    malformed(&format!("{head}\t{tail}")).await;
    malformed(&format!("{head}={tail}")).await;
    malformed(&format!("{head}-{tail}")).await;
    malformed(&format!("{base64},")).await;
    malformed(&format!("{base64} {base64}")).await;
    // Unused bits: `A` at the end becomes `B`.
    let last = unpadded.chars().last().unwrap();
    let spare = char::from(u8::try_from(last).unwrap() + 1);
    malformed(&format!("{}{spare}==", &unpadded[..unpadded.len() - 1])).await;
    let value = format!("Kliento {}", Base64Unpadded::encode_string(&TOKEN.der));
    assert_eq!(verdict(&service, &[("authorization", &value)]).await, alice());
    service.stop().await;
}

#[tokio::test]
async fn a03_two_headers_and_joined_ones_are_malformed() {
    let service = Running::with("").await;
    let header = kliento(&TOKEN.der);
    let twice = [("authorization", header.as_str()), ("authorization", header.as_str())];
    assert_eq!(verdict(&service, &twice).await, refused("malformed"));
    let other_case = [("Authorization", header.as_str()), ("AUTHORIZATION", header.as_str())];
    assert_eq!(verdict(&service, &other_case).await, refused("malformed"));
    let beside = [("authorization", "Bearer abc"), ("authorization", header.as_str())];
    assert_eq!(verdict(&service, &beside).await, refused("malformed"));
    for joined in [format!("{header},{header}"), format!("{header}, Bearer abc")] {
        assert_eq!(verdict(&service, &[("authorization", &joined)]).await, refused("malformed"));
    }
    let joined = format!("Bearer abc, {header}");
    assert_eq!(verdict(&service, &[("authorization", &joined)]).await, refused("missing"));
    service.stop().await;
}

#[tokio::test]
async fn a03_a_folded_header_is_a_bad_request() {
    let service = Running::with("").await;
    let header = kliento(&TOKEN.der);
    for fold in ["\r\n ", "\r\n\t"] {
        let folded = header.replacen(' ', fold, 1);
        let request =
            format!("GET {TARGET} HTTP/1.1\r\nhost: a\r\nauthorization: {folded}\r\n\r\n");
        let heard = say(&service, request.as_bytes()).await;
        assert_eq!((heard.statuses(), heard.is_closed), (vec![400], true), "{}", heard.text());
    }
    service.stop().await;
}

#[tokio::test]
async fn a03_a_header_of_64_kib_is_too_large_and_one_of_22_kib_is_not() {
    let service = Running::with("").await;
    let largest = kliento(&vec![0x30; 16 * 1024]);
    assert!((21 * 1024..23 * 1024).contains(&largest.len()));
    assert_eq!(verdict(&service, &[("authorization", &largest)]).await, refused("malformed"));
    let beyond = format!("Kliento {}", "A".repeat(64 * 1024));
    let response = service.ask("GET", TARGET, &[("authorization", &beyond)], b"").await;
    assert_eq!(response.status, 431);
    service.stop().await;
}

#[tokio::test]
async fn a04_another_scheme_s_token_is_not_ours_whatever_is_in_it() {
    let service = Running::with("").await;
    let header = kliento(&TOKEN.der);
    for value in [
        format!("Bearer {header}"),
        format!("Basic {}", Base64::encode_string(header.as_bytes())),
        format!("\"{header}\""),
        format!("Klientoo {header}"),
    ] {
        let found = verdict(&service, &[("authorization", &value)]).await;
        assert_eq!(found, refused("missing"), "{}", &value[..12]);
    }
    service.stop().await;
}

#[tokio::test]
async fn a05_only_authorization_itself_counts() {
    let service = Running::with("").await;
    let header = kliento(&TOKEN.der);
    for name in [
        "x-forwarded-authorization",
        "proxy-authorization",
        "x-original-authorization",
        "x-authorization",
        "cookie",
        "authorization_",
        "x_authorization",
    ] {
        assert_eq!(verdict(&service, &[(name, &header)]).await, refused("missing"), "{name}");
    }
    // Unverified claims of identity do not count either.
    let forged = [("x-kliento-subject", "root@example.com"), ("authorization", header.as_str())];
    assert_eq!(verdict(&service, &forged).await, alice());
    service.stop().await;
}
