//! The audience for combinations of host and path.

use super::*;

fn audiences(toml: &str) -> Audiences {
    Audiences::new(&Config::from_toml(toml).unwrap()).unwrap()
}

fn forwarded(scheme: &str, host: &str, target: &str) -> Forwarded {
    let [scheme, host, target] = [scheme, host, target].map(Part::of_text);
    Forwarded { scheme, host, target }
}

/// Returns the audience, or the kind of error.
fn of(audiences: &Audiences, forwarded: &Forwarded) -> String {
    match audiences.of(forwarded) {
        Ok(audiences) => audiences.join(" "),
        Err(AuthError::NoAudience) => "none".to_owned(),
        Err(AuthError::UnclearRequest { .. }) => "unclear".to_owned(),
        Err(AuthError::AudienceNotServed) => "not served".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

const ROUTES: &str = r#"
    audiences = ["weak"]
    [[routes]]
    host = "api.example"
    audience = "api"
    [[routes]]
    host = "api.example"
    path = "/admin"
    audience = "admin"
    [[routes]]
    host = "api.example"
    path = "/admin/keys/"
    audience = "keys"
    [[routes]]
    host = "müller.example"
    audience = "mueller"
"#;

#[test]
fn the_longest_path_decides_and_other_hosts_do_not_count() {
    let audiences = audiences(ROUTES);
    for (host, target, expected) in [
        ("api.example", "/", "api"),
        ("API.example:8443", "/admin?x=/admin/keys", "admin"),
        ("api.example.", "/admin", "admin"),
        ("api.example", "/admin/keys/1", "keys"),
        ("api.example", "/admin/keys", "keys"),
        ("api.example", "/administrator", "api"),
        ("xn--mller-kva.example", "", "mueller"),
        ("xn--mller-kva.example", "//%zz", "mueller"),
    ] {
        assert_eq!(of(&audiences, &forwarded("https", host, target)), expected, "{host} {target}");
    }
}

#[test]
fn a_request_that_no_route_matches_has_no_audience() {
    let audiences = audiences(ROUTES);
    for host in ["other.example", "xn--api.example", "127.0.0.1", "example", "api.example.com"] {
        for target in ["/", "/admin", "", "//"] {
            assert_eq!(
                of(&audiences, &forwarded("https", host, target)),
                "none",
                "{host} {target}"
            );
        }
    }
    let only_a_path = self::audiences("[[routes]]\npath = \"/a\"\naudience = \"a\"");
    assert_eq!(of(&only_a_path, &forwarded("", "", "/a/b")), "a");
    assert_eq!(of(&only_a_path, &forwarded("", "", "/b")), "none");
}

#[test]
fn a_missing_repeated_or_unreadable_host_has_no_audience() {
    let audiences = audiences(ROUTES);
    for host in
        ["", "api.example:", "a,b", "x@api.example", "api.example..", "api.example, api.example"]
    {
        for target in ["/", "/admin"] {
            assert_eq!(
                of(&audiences, &forwarded("https", host, target)),
                "unclear",
                "{host} {target}"
            );
        }
    }
    let twice = Forwarded { host: Part::Unclear, ..forwarded("https", "", "/") };
    assert_eq!(of(&audiences, &twice), "unclear");
    // Even if no route has a host: it is unclear which server would answer.
    let any_host = self::audiences("routes = [{ audience = \"any\" }]");
    assert_eq!(of(&any_host, &twice), "unclear");
    assert_eq!(of(&any_host, &forwarded("", "x@y", "/")), "unclear");
    assert_eq!(of(&any_host, &forwarded("", "", "")), "any");
}

#[test]
fn a_path_that_servers_read_differently_has_no_audience() {
    let audiences = audiences(ROUTES);
    for target in [
        "",
        "//admin",
        "/x/../admin",
        "/%61dmin",
        "/x%2f..%2fadmin",
        "/admin;x",
        "/admin#x",
        "/admin#",
        "/#",
        "/%C1%A1dmin",
        "admin",
        "/Admin",
        "/ADMIN",
        "/admin.json",
        "/admin%20",
        "/admin.",
        "/admin./keys",
        "/admin:x",
        "/admin/Keys",
        "/admin/keys.json",
    ] {
        assert_eq!(
            of(&audiences, &forwarded("https", "api.example", target)),
            "unclear",
            "{target}"
        );
    }
    let twice = Forwarded { target: Part::Unclear, ..forwarded("https", "api.example", "") };
    assert_eq!(of(&audiences, &twice), "unclear");
}

#[test]
fn escapes_that_no_route_distinguishes_are_admitted() {
    let audiences = audiences(ROUTES);
    for (target, expected) in [
        ("/users/alice%40example.com", "api"),
        ("/na%C3%AFve/a%20b", "api"),
        ("/Users/Alice", "api"),
        ("/report.json", "api"),
        ("/admin/report.json", "admin"),
        ("/admin-panel", "api"),
    ] {
        assert_eq!(
            of(&audiences, &forwarded("https", "api.example", target)),
            expected,
            "{target}"
        );
    }
}

#[test]
fn routes_that_differ_in_an_ending_distinguish_it() {
    let toml = r#"
        [[routes]]
        audience = "any"
        [[routes]]
        path = "/things"
        audience = "things"
        [[routes]]
        path = "/things:delete"
        audience = "delete"
        [[routes]]
        path = "/@admin"
        audience = "admin"
    "#;
    let audiences = audiences(toml);
    for (target, expected) in [
        ("/things", "things"),
        ("/things/1", "things"),
        ("/things:delete", "delete"),
        ("/things:list", "unclear"),
        ("/things%3Adelete", "unclear"),
        ("/things.json", "unclear"),
        ("/things:delete.json", "unclear"),
        ("/@admin", "admin"),
        ("/%40admin", "unclear"),
        ("/@other", "any"),
    ] {
        assert_eq!(of(&audiences, &forwarded("", "a.example", target)), expected, "{target}");
    }
}

#[test]
fn lenient_readings_within_one_audience_are_allowed() {
    let toml = "routes = [{ path = \"/a\", audience = \"x\" }, { audience = \"x\" }]";
    assert_eq!(of(&audiences(toml), &forwarded("", "a.example", "/A.json")), "x");
}

#[test]
fn scheme_and_host_give_an_audience_that_must_be_configured() {
    let audiences = audiences(
        r#"
        forwarded_audience = true
        audiences = ["https://api.example", "http://[::1]:8080"]
        "#,
    );
    for (scheme, host, expected) in [
        ("https", "API.example", "https://api.example"),
        ("https", "api.example.:443", "https://api.example"),
        ("http", "[::1]:8080", "http://[::1]:8080"),
        ("https", "evil.example", "not served"),
        ("http", "api.example", "not served"),
        ("https", "api.example:8443", "not served"),
        ("ftp", "api.example", "unclear"),
        ("https", "", "unclear"),
        ("", "api.example", "unclear"),
        ("https", "user@api.example", "unclear"),
        ("https", "a.example, b.example", "unclear"),
        ("HTTPS", "api.example", "unclear"),
    ] {
        assert_eq!(of(&audiences, &forwarded(scheme, host, "/")), expected, "{scheme} {host}");
    }
}

#[test]
fn routes_that_no_request_can_have_are_rejected_by_the_name_of_the_setting() {
    let setting = |toml: &str| match Audiences::new(&Config::from_toml(toml).unwrap()) {
        Err(ConfigError::Setting { setting, .. }) => setting,
        other => panic!("{toml}: {other:?}"),
    };
    for host in [
        "*.example.com",
        "api.example.com:8443",
        "https://api.example.com",
        "api.example.com/",
        " api.example.com",
        "",
        "a b",
        "a..b",
    ] {
        assert_eq!(
            setting(&format!("routes = [{{ host = {host:?}, audience = \"a\" }}]")),
            "routes.host",
            "{host}"
        );
    }
    for path in [
        "",
        "admin",
        "/admin/*",
        "/admin?x",
        "/admin#",
        "/%61dmin",
        "/admin/../admin",
        "//admin",
        "/a b",
        "/übersicht",
        "/x/../admin",
        "/:id",
    ] {
        assert_eq!(
            setting(&format!("routes = [{{ path = {path:?}, audience = \"a\" }}]")),
            "routes.path",
            "{path}"
        );
    }
    for (one, other) in [
        ("path = \"/a\"", "path = \"/a\""),
        ("path = \"/a\"", "path = \"/a/\""),
        ("path = \"/a\"", "path = \"/A\""),
        ("path = \"/%C3%BC\"", "path = \"/%c3%9c\""),
        ("host = \"a.example\", path = \"/a\"", "host = \"A.example.\", path = \"/a\""),
        ("host = \"ü.example\"", "host = \"xn--tda.example\""),
        ("path = \"/a\"", "host = \"a.example\", path = \"/A\""),
    ] {
        let toml =
            format!("routes = [{{ {one}, audience = \"a\" }}, {{ {other}, audience = \"b\" }}]");
        assert_eq!(setting(&toml), "routes", "{toml}");
    }
    let both =
        "routes = [{ path = \"/\", audience = \"a\" }, { host = \"a.example\", audience = \"b\" }]";
    assert!(Audiences::new(&Config::from_toml(both).unwrap()).is_ok());
}

#[test]
fn a_forwarded_audience_needs_audiences_that_a_host_makes() {
    for toml in [
        "forwarded_audience = true",
        "forwarded_audience = true\naudiences = [\"https://a.example\"]\nroutes = [{ audience = \"b\" }]",
        "forwarded_audience = true\naudiences = [\"https://a.example\", \"https://A.example\"]",
        "forwarded_audience = true\naudiences = [\"https://a.example/\"]",
        "forwarded_audience = true\naudiences = [\"https://a.example:443\"]",
        "forwarded_audience = true\naudiences = [\"a.example\"]",
        "forwarded_audience = true\naudiences = [\"urn:a\"]",
    ] {
        match Audiences::new(&Config::from_toml(toml).unwrap()) {
            Err(ConfigError::Setting { setting, .. }) => assert_eq!(setting, "forwarded_audience"),
            other => panic!("{toml}: {other:?}"),
        }
    }
}

#[test]
fn a_repeated_or_non_ascii_header_is_unclear() {
    let mut headers = HeaderMap::new();
    headers.append("x-forwarded-host", HeaderValue::from_static("a.example"));
    headers.append("x-forwarded-proto", HeaderValue::from_static("https"));
    headers.append("x-forwarded-uri", HeaderValue::from_bytes(b"/\xC3\xBC").unwrap());
    let expected = Forwarded { target: Part::Unclear, ..forwarded("https", "a.example", "") };
    assert_eq!(Forwarded::from_headers(&headers), expected);
    headers.append("x-forwarded-host", HeaderValue::from_static("a.example"));
    let expected = Forwarded { host: Part::Unclear, ..expected };
    assert_eq!(Forwarded::from_headers(&headers), expected);
}

#[test]
fn only_configured_audiences_are_served_if_there_are_any() {
    let open = audiences("");
    assert!(open.is_empty() && open.serves("anything") && !open.serves(""));
    let routes = audiences(ROUTES);
    assert!(!routes.is_empty() && routes.serves("weak") && routes.serves("admin"));
    assert!(!routes.serves("other") && !routes.serves(""));
    assert_eq!(of(&open, &forwarded("https", "a.example", "/")), "none");
}
