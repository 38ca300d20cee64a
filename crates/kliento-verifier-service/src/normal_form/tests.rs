//! Forms of hosts and paths: compared or rejected.

use super::*;

fn host(text: &str) -> Option<String> {
    HostAndPort::parse(text).map(|parsed| parsed.host.to_string())
}

#[test]
fn a_host_is_compared_in_lower_case_without_port_and_final_dot() {
    for (text, expected) in [
        ("api.example.com", "api.example.com"),
        ("API.Example.COM", "api.example.com"),
        ("api.example.com.", "api.example.com"),
        ("api.example.com:8443", "api.example.com"),
        ("api.example.com.:443", "api.example.com"),
        ("localhost", "localhost"),
        ("my_service", "my_service"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]", "[::1]"),
        ("[0:0::1]:80", "[::1]"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
    ] {
        assert_eq!(host(text), Some(expected.to_owned()), "{text}");
    }
}

#[test]
fn a_host_that_can_be_read_in_two_ways_is_rejected() {
    let long = "a.".repeat(127) + "a";
    for text in [
        "",
        ".",
        "api.example.com..",
        ".api.example.com",
        "api..example.com",
        "api.example.com:",
        "api.example.com:x",
        "api.example.com:80:80",
        "api.example.com:99999",
        "api.example.com:+80",
        "user@api.example.com",
        "api.example.com/",
        "api.example.com,evil.example",
        "api.example.com, evil.example",
        " api.example.com",
        "api.example.com ",
        "api.example.com\t",
        "api.example.com\0",
        "api%2Eexample.com",
        "api.example.com%00",
        "münchen.de",
        "api.example。com",
        "-api.example.com",
        "api-.example.com",
        "*.example.com",
        "api.example.com?",
        "api.example.com#",
        "api\\example.com",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "127.0.0.01",
        "1.2.3.4.5",
        "::1",
        "[::1",
        "[::1]x",
        "[fe80::1%25eth0]",
        "[127.0.0.1]",
        &"a".repeat(64),
        &long,
    ] {
        assert_eq!(host(text), None, "{text:?}");
    }
}

#[test]
fn a_route_s_host_is_converted_where_it_can_be_and_rejected_with_a_reason_otherwise() {
    let of_route = |text: &str| Host::of_route(text).map(|host| host.to_string());
    for (text, expected) in [
        ("API.example.com.", "api.example.com"),
        ("müller.example", "xn--mller-kva.example"),
        ("MÜLLER.example", "xn--mller-kva.example"),
        ("[::1]", "[::1]"),
    ] {
        assert_eq!(of_route(text), Ok(expected.to_owned()), "{text}");
    }
    for (text, word) in [
        ("", "empty"),
        ("https://api.example.com", "scheme"),
        ("api.example.com:8443", "port"),
        ("[::1]:80", "port"),
        ("*.example.com", "wildcard"),
        ("api.example.com/", "path"),
        ("api.example.com/admin", "path"),
        ("user@api.example.com", "user information"),
        (" api.example.com", "neither"),
        ("api..example.com", "neither"),
        ("::1", "neither"),
        ("mül ler.example", "neither"),
        ("ü-.example", "neither"),
    ] {
        let problem = of_route(text).unwrap_err();
        assert!(problem.contains(word), "{text}: {problem}");
    }
}

#[test]
fn a_path_that_can_be_read_in_two_ways_is_rejected() {
    for target in [
        "",
        "admin",
        "*",
        "http://a/admin",
        "//admin",
        "/a//b",
        "/admin//",
        "/.",
        "/..",
        "/./admin",
        "/x/../admin",
        "/admin/..",
        "/admin;x",
        "/admin;",
        "/..;/admin",
        "/admin#",
        "/admin#x",
        "/#/admin",
        "/x\\..\\admin",
        "/admin\\",
        "/a b",
        "/admin ",
        "/\tadmin",
        "/a\u{7f}",
        "/a\0",
        "/a\r\nb",
        "/ädmin",
        "/a<b",
        "/a>b",
        "/a\"b",
        "/a|b",
        "/a^b",
        "/a`b",
        "/a{b}",
        "/a[b]",
        "/%",
        "/%2",
        "/%zz",
        "/%+1",
        "/%61dmin",
        "/%41dmin",
        "/a%2Db",
        "/a%2db",
        "/%2e",
        "/%2e%2e/admin",
        "/a%5fb",
        "/a%7Eb",
        "/a%2Fb",
        "/a%2fb",
        "/a%5Cb",
        "/a%3Bb",
        "/a%3Fb",
        "/a%23b",
        "/a%25b",
        "/%252e",
        "/%25%36%31dmin",
        "/a%00",
        "/a%0A",
        "/a%0d%0a",
        "/a%1F",
        "/a%7F",
        // Not UTF-8: a lone byte, overlong forms of `a` and `/`, a surrogate, beyond U+10FFFF,
        // UTF-16 escapes of IIS.
        "/%FF",
        "/%C3",
        "/%C1%A1dmin",
        "/x%C0%AFadmin",
        "/%E0%80%AF",
        "/%ED%A0%80",
        "/%F4%90%80%80",
        "/%u0061dmin",
    ] {
        assert_eq!(RequestPath::of_target(target), None, "{target:?}");
    }
    for target in [
        "/",
        "/admin",
        "/admin/",
        "/a/b/c",
        "/a?b#c//../;%",
        "/na%C3%AFve/a%20b",
        "/a%c3%af",
        "/things:delete",
        "/@a",
        "/%40a",
        "/a,b/(c)=$d&e+f!'*",
        "/...",
        "/.well-known/x",
        "/a%3Ab",
        "/%22%3C%3E%5B%5D%5E%60%7B%7C%7D",
    ] {
        assert!(RequestPath::of_target(target).is_some(), "{target:?}");
    }
}

#[test]
fn a_route_covers_whole_segments() {
    let covers = |route: &str, path: &str| {
        let route = RoutePath::of_route(route).unwrap();
        route.covers(&RequestPath::of_target(path).unwrap())
    };
    for (route, path) in [
        ("/", "/"),
        ("/", "/a/b"),
        ("/admin", "/admin"),
        ("/admin", "/admin/"),
        ("/admin/", "/admin"),
        ("/admin", "/admin/x?y"),
        ("/%C3%BC", "/%c3%bc/x"),
    ] {
        assert!(covers(route, path), "{route} {path}");
    }
    for (route, path) in [
        ("/admin", "/"),
        ("/admin", "/administrator"),
        ("/admin", "/Admin"),
        ("/admin/keys", "/admin"),
        ("/@a", "/%40a"),
        ("/admin", "/admin.json"),
        ("/admin", "/x/admin"),
    ] {
        assert!(!covers(route, path), "{route} {path}");
    }
}

#[test]
fn a_path_that_a_lenient_server_reads_as_a_route_s_could_be_covered() {
    let could_cover = |route: &str, path: &str| {
        let route = RoutePath::of_route(route).unwrap();
        route.could_cover(&RequestPath::of_target(path).unwrap())
    };
    for (route, path) in [
        ("/admin", "/admin"),
        ("/admin", "/ADMIN/x"),
        ("/admin", "/admin.json"),
        ("/admin", "/admin%20"),
        ("/admin", "/%20admin"),
        ("/admin", "/admin./x"),
        ("/admin", "/admin::$DATA"),
        ("/admin", "/admin%C2%A0"),
        ("/admin", "/admin%E2%80%8B"),
        ("/admin", "/admin,x"),
        ("/admin", "/admin="),
        ("/admin", "/Admin%22"),
        ("/@a", "/%40a"),
        ("/things:delete", "/things%3Adelete"),
        ("/%C3%BCber", "/%C3%9Cber"),
        ("/straight", "/%C5%BFtraight"),
        ("/kind", "/%E2%84%AAind"),
        ("/in", "/%C4%B0n"),
        ("/in", "/%C4%B1n"),
        ("/", "/x"),
    ] {
        assert!(could_cover(route, path), "{route} {path}");
    }
    for (route, path) in [
        ("/admin", "/administrator"),
        ("/admin", "/admin-panel"),
        ("/admin", "/admin_x"),
        ("/admin", "/x/admin"),
        ("/admin", "/"),
        ("/things:delete", "/things"),
        ("/admin", "/admin%C3%A9"),
    ] {
        assert!(!could_cover(route, path), "{route} {path}");
    }
}

#[test]
fn a_route_s_path_that_no_request_has_is_rejected_with_a_reason() {
    for (text, word) in [
        ("", "begin with /"),
        ("admin", "begin with /"),
        ("/admin/*", "wildcard"),
        ("/**", "wildcard"),
        ("/admin?x", "query"),
        ("/admin#", "fragment"),
        ("/%61dmin", "percent-encodes"),
        ("/%40admin", "does not need it"),
        ("/admin/../admin", "dot segment"),
        ("//admin", "empty segment"),
        ("/admin//", "empty segment"),
        ("/a b", "servers treat"),
        ("/übersicht", "not ASCII"),
        ("/a;b", "servers treat"),
        ("/users/:id", "placeholder"),
        ("/users/{id}", "placeholder"),
        ("/%C3", "not UTF-8"),
    ] {
        let problem = RoutePath::of_route(text).unwrap_err();
        assert!(problem.contains(word), "{text}: {problem}");
    }
}
