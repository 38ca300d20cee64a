//! Host by path by proxy by application: whatever the request, a token opens the place that it is
//! for and no other.
//!
//! Two audiences share one server. The verifier's routes distinguish them by the request that the
//! proxy forwards, and the application by the request that reaches it. A row for which the two
//! differ would let one token into the other's place.

use std::net::SocketAddr;

use crate::applications::Application;
use crate::http::first_answer;
use crate::proxy::{Front, Proxy};
use crate::tokens;

const ADMIN: &str = "https://api.example.com/admin";

pub(crate) const ROUTES: &str = r#"
[[routes]]
host = "api.example.com"
audience = "https://api.example.com"
[[routes]]
host = "api.example.com"
path = "/admin"
audience = "https://api.example.com/admin"
[[routes]]
host = "admin.example.com"
audience = "https://api.example.com/admin"
"#;

/// Lines about the host, in place of `Host`.
const HOSTS: &[&str] = &[
    "Host: api.example.com",
    // CVE-2021-39155 (Istio): letter case.
    "Host: API.Example.COM",
    "Host: ADMIN.example.com",
    "Host: admin.example.com",
    // traefik-forward-auth #131, Envoy #15568: the final dot.
    "Host: api.example.com.",
    "Host: admin.example.com.",
    "Host: admin.example.com..",
    "Host: api.example.com:80",
    "Host: api.example.com.:80",
    "Host: admin.example.com:8080",
    "Host: api.example.com:",
    "Host: admin.example.com:x",
    // User information before an at sign, which some take for the host.
    "Host: api.example.com@admin.example.com",
    "Host: admin.example.com@api.example.com",
    "Host: api.example.com:80@admin.example.com",
    "Host: admin.example.com#",
    "Host: admin.example.com/",
    "Host: admin.example.com\\",
    "Host: admin.example.com%00.api.example.com",
    "Host: admin.example.com,api.example.com",
    "Host: api.example.com, admin.example.com",
    "Host: *.example.com",
    "Host: other.example",
    "Host: 127.0.0.1",
    "Host: [::1]",
    "Host:",
    "X: no host at all",
    "Host: api.example.com\r\nHost: admin.example.com",
    "Host: admin.example.com\r\nHost: api.example.com",
    "Host: admin.example.com\r\n Host: api.example.com",
    // Traefik #2132 and its kind: headers of proxies, from a client.
    "Host: admin.example.com\r\nX-Forwarded-Host: api.example.com",
    "Host: api.example.com\r\nX-Forwarded-Host: admin.example.com",
    "Host: admin.example.com\r\nX_Forwarded_Host: api.example.com",
    "Host: admin.example.com\r\nForwarded: host=api.example.com",
    "Host: admin.example.com\r\nX-Forwarded-Host: api.example.com\r\nConnection: X-Forwarded-Host",
    "Host: api.example.com\r\nX-Forwarded-Uri: /admin",
    "Host: api.example.com\r\nX-Original-Url: /admin",
    "Host: api.example.com\r\nX-Rewrite-Url: /admin",
    "Host: api.example.com\r\nX-Envoy-Original-Path: /admin",
];

/// Targets, most of which some server reads as `/admin`.
const TARGETS: &[&str] = &[
    "/",
    "/admin",
    "/admin/",
    "/admin/x",
    "/admin?x=/public",
    "/public?/admin",
    // Caddy calls the verifier with the client's query if its own URL has none.
    "/admin?audience=https://api.example.com",
    "/admin?x=1&%61udience=https%3A%2F%2Fapi.example.com",
    "/?audience=https://api.example.com/admin",
    "/admin?audience=",
    "/administrator",
    // CVE-2021-32779, CVE-2021-39156 (Envoy, Istio): fragments.
    "/admin#",
    "/admin#x",
    "/#/../admin",
    "/public#/../admin",
    // CVE-2019-9901 (Envoy), CVE-2021-31920 (Istio): dot segments and doubled slashes.
    "//admin",
    "///admin",
    "/./admin",
    "/public/../admin",
    "/public/..//admin",
    "/admin/../public",
    "/admin/..",
    "/admin/.",
    "/public/%2e%2e/admin",
    "/public/%2E./admin",
    "/admin/%2e%2e/public",
    "/public/..%2fadmin",
    "/public%2f..%2fadmin",
    // CVE-2021-29492 (Envoy): encoded slashes and backslashes.
    "/%2fadmin",
    "/%2Fadmin",
    "/%5cadmin",
    "/\\admin",
    "/public\\..\\admin",
    "/public/..\\admin",
    // Parameters of segments, as in Java's servers.
    "/admin;x",
    "/;x/admin",
    "/public/..;/admin",
    "/admin;x=1/y",
    // GHSA-r9fw-vxmp-hwf2 (heimdall), CVE-2026-15573 (Keycloak), Traefik #11768: unnecessary
    // encoding.
    "/%61dmin",
    "/%61%64%6d%69%6e",
    "/admi%6E",
    "/%2561dmin",
    "/%c1%a1dmin",
    "/%e0%81%a1dmin",
    "/%u0061dmin",
    // Letter case and endings: Express ignores the one by default, Rails the other, and Express
    // with such a route.
    "/ADMIN",
    "/Admin/x",
    "/aDmIn",
    "/admin.json",
    "/admin.",
    "/admin./x",
    "/admin%20",
    "/admin%09",
    "/admin%00",
    "/admin%0a",
    "/admin%00/public",
    "/admin%23",
    "/admin%3f",
    "/admin%3fx",
    "/admin%2f",
    "/admin::$DATA",
    "/%E2%84%AA/../admin",
    "/\u{ff41}dmin",
    "/admin\u{a0}",
    "/index.php/admin",
    "/admin/index.php",
    "/admin.php",
    // A target that is not a path.
    "http://api.example.com/admin",
    "http://admin.example.com/",
    "http://api.example.com@admin.example.com/",
    "HTTP://ADMIN.example.com/",
    "//admin.example.com/admin",
    "admin",
    "*",
    "?/admin",
    "#/admin",
];

/// The place that was reached, or `None` if the request was rejected on the way.
fn place(address: SocketAddr, target: &str, host: &str, token: &str) -> Option<String> {
    let bytes = format!(
        "GET {target} HTTP/1.1\r\n{host}\r\nAuthorization: {token}\r\nConnection: close\r\n\r\n"
    );
    let answer = first_answer(address, &bytes).filter(|answer| answer.status() == 200)?;
    String::from_utf8_lossy(&answer.content).lines().next().map(str::to_owned)
}

pub(crate) fn a_token_opens_only_the_path_of_its_audience(proxy: Proxy, application: &Application) {
    let Some(served) = application.start() else { return };
    let Some(front) = Front::start(proxy, ROUTES, served.address) else { return };
    let (ordinary, admin) = (tokens::good(), tokens::for_audience(ADMIN));
    let place = |target, host, token: &str| place(front.address, target, host, token);
    let (public, guarded) = (Some("public".to_owned()), Some("admin".to_owned()));

    // Each place exists, for its own token and no other.
    let api = "Host: api.example.com";
    assert_eq!(place("/", api, &ordinary), public);
    assert_eq!(place("/orders/alice%40example/a%20b?x", api, &ordinary), public);
    assert_eq!(place("/admin", api, &admin), guarded);
    assert_eq!(place("/admin/", api, &admin), guarded);
    assert_eq!(place("/", "Host: admin.example.com", &admin), guarded);
    assert_eq!(place("/", "Host: ADMIN.example.com:8080", &admin), guarded);

    let of_hosts = HOSTS.iter().flat_map(|host| ["/", "/admin"].map(|target| (target, *host)));
    let hosts_of_targets = [api, "Host: API.example.com.:80", "Host: other.example"];
    let of_targets = TARGETS.iter().flat_map(|target| hosts_of_targets.map(|host| (*target, host)));
    for (target, host) in of_hosts.chain(of_targets) {
        let reached = place(target, host, &ordinary);
        assert_ne!(reached, guarded, "{target:?} {host:?} with a token for the public place");
        let reached = place(target, host, &admin);
        assert_ne!(reached, public, "{target:?} {host:?} with a token for administrators");
    }
}
