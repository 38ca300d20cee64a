//! Requests whose end proxies and servers might see in different places (RFC 9112 section 11.2).

use crate::http::exchange;
use crate::proxy::Setting;
use crate::tokens;

/// Headers that frame the content twice or oddly, and the content.
const PAIRS: &[(&str, &str, &str)] = &[
    ("CL.TE", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG"),
    ("CL.TE", "Content-Length: HIDDEN\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nHIDDEN"),
    ("TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "SIZE\r\nHIDDEN\r\n0\r\n\r\n"),
    ("TE.TE", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", "0\r\n\r\nHIDDEN"),
    (
        "TE.TE",
        "Transfer-Encoding: x, chunked\r\nContent-Length: 4\r\n",
        "SIZE\r\nHIDDEN\r\n0\r\n\r\n",
    ),
    ("TE.TE", "Transfer-Encoding : chunked\r\nContent-Length: ALL\r\n", "0\r\n\r\nHIDDEN"),
    ("TE.TE", "Transfer-Encoding: xchunked\r\nContent-Length: ALL\r\n", "0\r\n\r\nHIDDEN"),
    ("TE.TE", "Transfer-Encoding:\tchunked\r\nContent-Length: ALL\r\n", "0\r\n\r\nHIDDEN"),
    ("TE.TE", "X: x\r\n Transfer-Encoding: chunked\r\nContent-Length: ALL\r\n", "0\r\n\r\nHIDDEN"),
    ("TE.TE", "X: x\nTransfer-Encoding: chunked\r\nContent-Length: ALL\r\n", "0\r\n\r\nHIDDEN"),
    ("CL.CL", "Content-Length: 0\r\nContent-Length: ALL\r\n", "HIDDEN"),
    ("CL.CL", "Content-Length: +0\r\n", "HIDDEN"),
];

pub(crate) fn no_request_hides_in_another(setting: &Setting) {
    let good = tokens::good();
    let hidden =
        "GET /hidden HTTP/1.1\r\nHost: api.example.com\r\nX-Kliento-Subject: mallory\r\n\r\n";
    for (kind, headers, content) in PAIRS {
        let content =
            content.replace("SIZE", &format!("{:x}", hidden.len())).replace("HIDDEN", hidden);
        let headers = headers
            .replace("HIDDEN", &content.len().to_string())
            .replace("ALL", &content.len().to_string());
        // Leftovers of the previous request would show up in the next one on the same connection.
        let next = "GET /next HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n";
        let bytes = format!(
            "POST /outer HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: {good}\r\n{headers}\r\n{content}{next}"
        );
        let answers = exchange(setting.proxy, &bytes);
        let statuses: Vec<u16> = answers.iter().map(crate::http::Message::status).collect();
        // Only the outer request has a token.
        assert!(
            statuses.iter().filter(|status| **status == 200).count() <= 1,
            "{kind}: {statuses:?}"
        );
        // Leftovers on the proxy's connections to the upstream would come before this request.
        let after = setting.ask("GET", &[("Authorization", &good)], "");
        assert_eq!(after.status(), 200, "{kind} {headers:?}");
        for received in setting.upstream.take() {
            let path = received.start.split(' ').nth(1).unwrap();
            assert!(matches!(path, "/outer" | "/path?query=1"), "{kind} {headers:?}: {received:?}");
            assert_eq!(received.all("x-kliento-subject"), ["alice@example.com"], "{kind}");
            let framings =
                received.all("content-length").len() + received.all("transfer-encoding").len();
            assert!(framings <= 1, "{kind} {headers:?}: {received:?}");
        }
    }
}
