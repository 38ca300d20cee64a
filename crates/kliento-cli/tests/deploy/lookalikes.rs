//! Field names that applications mistake for ours, with every separator that a field name can have.

use std::net::SocketAddr;

use crate::applications::{self, Application};
use crate::http::{Message, exchange};
use crate::proxy::{Front, Proxy};
use crate::readings::ROUTES;
use crate::tokens::{self, CLAIMS};

/// The characters of field names other than letters and digits (RFC 9110 section 5.6.2).
const SEPARATORS: &str = "!#$%&'*+-.^_`|~";

/// The number of look-alikes in one request: servers take about a hundred fields.
const FIELDS_IN_A_REQUEST: usize = 45;

/// Names that differ from ours only in separators and letter case.
///
/// CVE-2025-64484 (oauth2-proxy) and GHSA-f59h-q822-g45g (Caddy) are about underscores, and a fix
/// of Traefik for those left out dots.
fn names() -> Vec<String> {
    let mut names = Vec::new();
    for first in SEPARATORS.chars() {
        for second in SEPARATORS.chars() {
            names.push(format!("X{first}Kliento{second}Subject"));
            names.push(format!("x{first}KLIENTO{second}user"));
        }
        for name in ["Organisation", "Signer", "Claims", "Expires"] {
            names.push(format!("X{first}Kliento-{name}"));
            names.push(format!("X-Kliento{first}{name}"));
            names.push(format!("{first}X{first}Kliento{first}{name}"));
            names.push(format!("X{first}{first}Kliento-{name}"));
            names.push(format!("X{first}Kliento-{name}{first}"));
        }
    }
    names
}

fn ask(address: SocketAddr, authorization: &str, names: &[String]) -> Message {
    let forged: String = names.iter().map(|name| format!("{name}: mallory\r\n")).collect();
    // On both sides: of several fields, servers take the first, the last, or all.
    let request = format!(
        "GET / HTTP/1.1\r\nHost: api.example.com\r\n{forged}Authorization: {authorization}\r\n{forged}Connection: close\r\n\r\n"
    );
    let mut answers = exchange(address, &request);
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

/// The sender as the application sees it, without the time of expiry.
fn believed(answer: &Message) -> Vec<String> {
    let text = String::from_utf8_lossy(&answer.content).into_owned();
    assert_eq!(answer.status(), 200, "{answer:?} {text}");
    text.lines().skip(1).filter(|line| !line.starts_with("Expires=2")).map(str::to_owned).collect()
}

pub(crate) fn no_other_name_passes_for_ours(proxy: Proxy, application: &Application) {
    let Some(served) = application.start() else { return };
    let Some(front) = Front::start(proxy, ROUTES, served.address) else { return };
    let (alice, organisation) = (tokens::good(), tokens::organisation());
    let claims = format!("Claims={CLAIMS}");
    let of_alice = [
        "Subject=alice@example.com",
        "Organisation=example.com",
        "User=alice",
        "Signer=member",
        &claims,
    ];
    // A forged user must not be accepted where there is no user.
    let of_organisation = [
        "Subject=example.com",
        "Organisation=example.com",
        "User=",
        "Signer=organisation",
        &claims,
    ];
    for names in names().chunks(FIELDS_IN_A_REQUEST) {
        assert_eq!(believed(&ask(front.address, &alice, names)), of_alice, "{names:?}");
        let answer = ask(front.address, &organisation, names);
        assert_eq!(believed(&answer), of_organisation, "{names:?}");
    }
}

/// Without a proxy the applications do believe a client; otherwise the tables above would show
/// nothing.
#[test]
fn applications_confuse_other_names_with_ours() {
    for (application, separators) in [
        (applications::express, "-"),
        (applications::flask, "-_"),
        (applications::php, "-._"),
        (applications::cgi, SEPARATORS),
    ] {
        let Some(served) = application.start() else { continue };
        for separator in separators.chars() {
            let name = format!("X{separator}Kliento{separator}Subject");
            let answer = ask(served.address, "Basic Og==", &[name]);
            let subject = believed(&answer).remove(0);
            assert!(subject.starts_with("Subject=mallory"), "{separator} {subject}");
        }
    }
}
