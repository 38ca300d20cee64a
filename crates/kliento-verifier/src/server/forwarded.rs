//! What a proxy tells of the request that it asks about, and the audience that follows from it.

use http::uri::Authority;
use http::{HeaderMap, HeaderName};

use crate::refusal::Refusal;
use crate::server::config::Route;

/// What is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Forwarded {
    /// `http` or `https`.
    pub(crate) scheme: Option<String>,
    /// Host and port, if there is one.
    pub(crate) host: Option<String>,
    /// Path, and perhaps query.
    pub(crate) target: Option<String>,
}

/// The audiences of requests that proxies ask about.
#[derive(Clone, Debug)]
pub(crate) struct Audiences {
    pub(crate) routes: Vec<Route>,
    pub(crate) from_host: bool,
    pub(crate) configured: Vec<String>,
}

impl Forwarded {
    /// What `X-Forwarded-Proto`, `-Host` and `-Uri` say. One that is there twice says nothing: it cannot be told which the proxy set.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let one = |name: &'static str| {
            let mut values = headers.get_all(HeaderName::from_static(name)).iter();
            let value = values.next().filter(|_| values.next().is_none())?;
            value.to_str().ok().map(str::to_owned)
        };
        Self {
            scheme: one("x-forwarded-proto"),
            host: one("x-forwarded-host"),
            target: one("x-forwarded-uri"),
        }
    }
}

impl Audiences {
    /// The audiences of which a token must be for one.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoAudience`] if nothing says which.
    pub(crate) fn of(&self, forwarded: &Forwarded) -> Result<Vec<String>, Refusal> {
        if !self.routes.is_empty()
            && let Some(audience) = self.of_route(forwarded)?
        {
            return Ok(vec![audience]);
        }
        if self.from_host {
            return Ok(vec![of_host(forwarded).ok_or(Refusal::NoAudience)?]);
        }
        if self.configured.is_empty() {
            return Err(Refusal::NoAudience);
        }
        Ok(self.configured.clone())
    }

    /// The audience of the route with the longest path that fits, of those the ones with a host first.
    fn of_route(&self, forwarded: &Forwarded) -> Result<Option<String>, Refusal> {
        let host = forwarded.host.as_deref().and_then(host_without_port);
        let path = forwarded.target.as_deref().map(|target| target.split('?').next().unwrap_or(""));
        let of_host = self.routes.iter().filter(|route| {
            route.host.as_ref().is_none_or(|wanted| {
                host.as_ref().is_some_and(|host| host.eq_ignore_ascii_case(wanted))
            })
        });
        let of_host: Vec<&Route> = of_host.collect();
        // What an upstream makes of such a path is anybody's guess, so it is not known which route it is of.
        if of_host.iter().any(|route| route.path.is_some()) && path.is_none_or(is_ambiguous) {
            return Err(Refusal::NoAudience);
        }
        let path = path.unwrap_or("/");
        let fits = of_host.into_iter().filter(|route| {
            route.path.as_ref().is_none_or(|prefix| begins_with_segments(path, prefix))
        });
        let best = fits
            .max_by_key(|route| (route.path.as_ref().map_or(0, String::len), route.host.is_some()));
        Ok(best.map(|route| route.audience.clone()))
    }
}

fn begins_with_segments(path: &str, prefix: &str) -> bool {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether servers differ on what the path is: dot segments, empty segments, backslashes, parameters of segments, which some servers
/// leave out before they compare (`/admin;x`), and anything percent-encoded that need
/// not be, or that stands for one of them.
fn is_ambiguous(path: &str) -> bool {
    let has_dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
    let encodes_more_than_it_must = || {
        path.match_indices('%').any(|(at, _)| {
            let digits = path.get(at.saturating_add(1)..at.saturating_add(3));
            let octet = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            octet.is_none_or(|octet| {
                octet.is_ascii_alphanumeric() || octet < b' ' || b"-._~/\\;%".contains(&octet)
            })
        })
    };
    !path.starts_with('/')
        || path.contains("//")
        || path.contains(['\\', ';'])
        || has_dots
        || encodes_more_than_it_must()
}

/// `https://host`, with the port if it is not the scheme's own.
fn of_host(forwarded: &Forwarded) -> Option<String> {
    let scheme = forwarded.scheme.as_deref()?;
    let default_port = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let authority = authority(forwarded.host.as_deref()?)?;
    let host = authority.host().to_ascii_lowercase();
    match authority.port_u16().filter(|port| *port != default_port) {
        Some(port) => Some(format!("{scheme}://{host}:{port}")),
        None => Some(format!("{scheme}://{host}")),
    }
}

fn host_without_port(host: &str) -> Option<String> {
    Some(authority(host)?.host().to_ascii_lowercase())
}

/// Host and port and nothing else.
fn authority(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok()?;
    // A port that is none, or user information.
    let is_plain = !text.contains('@') && (authority.port().is_some() || !text.ends_with(':'));
    (is_plain && !authority.host().is_empty()).then_some(authority)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn forwarded(scheme: &str, host: &str, target: &str) -> Forwarded {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Forwarded { scheme: some(scheme), host: some(host), target: some(target) }
    }

    fn route(host: Option<&str>, path: Option<&str>, audience: &str) -> Route {
        let owned = |text: &str| text.to_owned();
        Route { host: host.map(owned), path: path.map(owned), audience: audience.to_owned() }
    }

    fn audience(audiences: &Audiences, forwarded: &Forwarded) -> Option<String> {
        audiences.of(forwarded).ok().map(|audiences| audiences.join(" "))
    }

    #[test]
    fn the_longest_path_decides_and_other_hosts_do_not_count() {
        let routes = vec![
            route(None, None, "any"),
            route(Some("api.example"), None, "api"),
            route(Some("api.example"), Some("/admin"), "admin"),
            route(Some("api.example"), Some("/admin/keys/"), "keys"),
        ];
        let audiences = Audiences { routes, from_host: false, configured: vec![] };
        let of = |host, target| audience(&audiences, &forwarded("https", host, target));
        assert_eq!(of("api.example", "/"), Some("api".into()));
        assert_eq!(of("API.example:8443", "/admin?x=/admin/keys"), Some("admin".into()));
        assert_eq!(of("api.example", "/admin/keys/1"), Some("keys".into()));
        assert_eq!(of("api.example", "/administrator"), Some("api".into()));
        assert_eq!(of("other.example", "/admin"), Some("any".into()));
        assert_eq!(of("", "/admin"), Some("any".into()));
    }

    #[test]
    fn a_path_that_servers_read_differently_has_no_audience() {
        let routes = vec![route(None, Some("/admin"), "admin"), route(None, None, "any")];
        let audiences = Audiences { routes, from_host: false, configured: vec![] };
        for target in [
            "//admin",
            "/x/../admin",
            "/./admin",
            "/%61dmin",
            "/x%2f..%2fadmin",
            "/x\\..\\admin",
            "/..;/admin",
            "/admin;x",
            "/%",
            "/%2",
            "/%zz",
            "admin",
            "",
            "/a%00",
            "/%2e%2e/admin",
        ] {
            let asked = Forwarded { target: Some(target.to_owned()), ..Forwarded::default() };
            assert_eq!(audience(&audiences, &asked), None, "{target}");
        }
        let plain = forwarded("", "", "/na%C3%AFve/a%20b");
        assert_eq!(audience(&audiences, &plain), Some("any".into()));
    }

    #[test]
    fn scheme_and_host_make_an_audience_without_the_scheme_s_own_port() {
        let audiences = Audiences { routes: vec![], from_host: true, configured: vec!["a".into()] };
        let of = |scheme, host| audience(&audiences, &forwarded(scheme, host, "/"));
        assert_eq!(of("https", "API.example"), Some("https://api.example".into()));
        assert_eq!(of("https", "api.example:443"), Some("https://api.example".into()));
        assert_eq!(of("http", "[::1]:8080"), Some("http://[::1]:8080".into()));
        for (scheme, host) in [
            ("ftp", "api.example"),
            ("https", ""),
            ("", "api.example"),
            ("https", "a b"),
            ("https", "user@api.example"),
            ("https", "api.example/x"),
            ("https", "api.example:"),
            ("https", "a.example, b.example"),
            ("HTTPS", "api.example"),
        ] {
            assert_eq!(of(scheme, host), None, "{scheme} {host}");
        }
    }

    #[test]
    fn a_header_that_is_there_twice_says_nothing() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-host", HeaderValue::from_static("a.example"));
        headers.append("x-forwarded-proto", HeaderValue::from_static("https"));
        assert_eq!(Forwarded::from_headers(&headers), forwarded("https", "a.example", ""));
        headers.append("x-forwarded-host", HeaderValue::from_static("b.example"));
        assert_eq!(Forwarded::from_headers(&headers), forwarded("https", "", ""));
    }
}
