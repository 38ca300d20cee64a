//! The request that a proxy asks about, and its audience.

use http::{HeaderMap, HeaderName, HeaderValue};
use kliento_http::ConfigError;
use kliento_verifier::AuthError;

use crate::config::Config;
use crate::normal_form::{Host, HostAndPort, RequestPath, RoutePath};

/// A part of a request, as received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Part {
    /// Absent or empty.
    #[default]
    Absent,
    /// Present once.
    Once(String),
    /// Present more than once, or not ASCII: another program may read a different value.
    Unclear,
}

/// The request that a proxy asks about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Forwarded {
    /// `http` or `https`.
    pub(crate) scheme: Part,
    /// The host, and the port if there is one.
    pub(crate) host: Part,
    /// The path, and the query if there is one.
    pub(crate) target: Part,
}

/// The audiences of requests that proxies ask about.
#[derive(Clone, Debug)]
pub(crate) struct Audiences {
    rule: Rule,
    /// The configured list of audiences.
    pub(crate) configured: Vec<String>,
}

/// The rule for a request's audience if the proxy's own configuration does not name it. There is
/// only one rule and no fallback: a request without an audience by this rule is rejected.
#[derive(Clone, Debug)]
enum Rule {
    /// Any of the configured audiences.
    Configured,
    /// The audience made of scheme and host, if it is configured.
    FromHost,
    /// The audience of the matching route.
    Routes(Vec<CompiledRoute>),
}

#[derive(Clone, Debug)]
struct CompiledRoute {
    host: Option<Host>,
    path: Option<RoutePath>,
    audience: String,
}

impl Part {
    pub(crate) fn of_text(text: &str) -> Self {
        if text.is_empty() { Self::Absent } else { Self::Once(text.to_owned()) }
    }

    /// Reads the values of a header.
    pub(crate) fn of_values<'a>(values: impl IntoIterator<Item = &'a HeaderValue>) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Absent,
            (Some(value), None) => value.to_str().map_or(Self::Unclear, Self::of_text),
            (Some(_), Some(_)) => Self::Unclear,
        }
    }
}

impl Forwarded {
    /// Reads `X-Forwarded-Proto`, `-Host` and `-Uri`.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let values = |name| Part::of_values(headers.get_all(HeaderName::from_static(name)));
        Self {
            scheme: values("x-forwarded-proto"),
            host: values("x-forwarded-host"),
            target: values("x-forwarded-uri"),
        }
    }

    /// The query of the client's request, if there is one.
    pub(crate) fn query(&self) -> Option<&str> {
        match &self.target {
            Part::Once(target) => target.split_once('?').map(|(_, query)| query),
            Part::Absent | Part::Unclear => None,
        }
    }
}

impl Audiences {
    /// Compiles the configuration's audiences and routes.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Setting`] for an audience or a route that no request can have.
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let configured = config.audiences.clone();
        if config.forwarded_audience {
            check_forwarded_audience(config)?;
            return Ok(Self { rule: Rule::FromHost, configured });
        }
        if config.routes.is_empty() {
            return Ok(Self { rule: Rule::Configured, configured });
        }
        let mut routes: Vec<CompiledRoute> = Vec::with_capacity(config.routes.len());
        for route in &config.routes {
            let problem = |setting, value: &str, problem| ConfigError::Setting {
                setting,
                problem: format!("{value:?} {problem}"),
            };
            let host = route
                .host
                .as_deref()
                .map(|text| Host::of_route(text).map_err(|why| problem("routes.host", text, why)));
            let path = route.path.as_deref().map(|text| {
                RoutePath::of_route(text).map_err(|why| problem("routes.path", text, why))
            });
            let (host, path) = (host.transpose()?, path.transpose()?);
            // A path without segments matches every path.
            let path = path.filter(|path| path.len() > 0);
            let compiled = CompiledRoute { host, path, audience: route.audience.clone() };
            if routes.iter().any(|earlier| earlier.conflicts_with(&compiled)) {
                let host = route.host.as_deref().unwrap_or("any host");
                let path = route.path.as_deref().unwrap_or("/");
                return Err(ConfigError::Setting {
                    setting: "routes",
                    problem: format!(
                        "two routes have host {host:?} and path {path:?}, or differ only in letter case"
                    ),
                });
            }
            routes.push(compiled);
        }
        Ok(Self { rule: Rule::Routes(routes), configured })
    }

    /// The accepted audiences for this request.
    ///
    /// # Errors
    ///
    /// [`AuthError::NoAudience`], [`AuthError::UnclearRequest`] or
    /// [`AuthError::AudienceNotServed`].
    pub(crate) fn of(&self, forwarded: &Forwarded) -> Result<Vec<String>, AuthError> {
        match &self.rule {
            Rule::Configured if self.configured.is_empty() => Err(AuthError::NoAudience),
            Rule::Configured => Ok(self.configured.clone()),
            Rule::FromHost => {
                let audience = of_host(forwarded)?;
                let is_served = self.configured.contains(&audience);
                if is_served { Ok(vec![audience]) } else { Err(AuthError::AudienceNotServed) }
            }
            Rule::Routes(routes) => Ok(vec![of_route(routes, forwarded)?.to_owned()]),
        }
    }

    /// Returns true if tokens for `audience` are accepted. All are, if neither audiences nor routes
    /// are configured.
    pub(crate) fn serves(&self, audience: &str) -> bool {
        let mut of_routes = match &self.rule {
            Rule::Routes(routes) => routes.as_slice(),
            Rule::Configured | Rule::FromHost => &[],
        }
        .iter();
        let is_any = self.configured.is_empty() && of_routes.len() == 0;
        !audience.is_empty()
            && (is_any
                || self.configured.iter().any(|served| served == audience)
                || of_routes.any(|route| route.audience == audience))
    }

    /// Returns true if scheme, host or path of the request determine the audience.
    pub(crate) const fn depends_on_request(&self) -> bool {
        matches!(self.rule, Rule::FromHost | Rule::Routes(_))
    }

    /// Returns true if the configuration names no audience at all.
    pub(crate) const fn is_empty(&self) -> bool {
        self.configured.is_empty() && !matches!(self.rule, Rule::Routes(_))
    }
}

impl CompiledRoute {
    /// Returns true if the routes match the same requests, or cannot be distinguished. For one
    /// path, a route with a host takes precedence over one without.
    fn conflicts_with(&self, other: &Self) -> bool {
        let alike_paths = match (&self.path, &other.path) {
            (Some(path), Some(other)) => path.is_alike(other),
            (None, None) => true,
            _ => false,
        };
        let of_any_host = self.host.is_none() || other.host.is_none();
        alike_paths && (self.host == other.host || (of_any_host && self.path != other.path))
    }

    fn segments(&self) -> usize {
        self.path.as_ref().map_or(0, RoutePath::len)
    }
}

/// The audience of the route with the longest path that covers the request's. Among equal paths, a
/// route with a host takes precedence.
///
/// Host and path have to be readable if any route depends on them: an unreadable one may belong to
/// the strictest route. So may a path that a lenient server takes for that of another route, unless
/// the routes themselves tell the two apart.
fn of_route<'a>(routes: &'a [CompiledRoute], forwarded: &Forwarded) -> Result<&'a str, AuthError> {
    let unclear = |problem| AuthError::UnclearRequest { problem };
    let host = match &forwarded.host {
        Part::Once(text) => Some(HostAndPort::parse(text).ok_or(unclear(UNREADABLE_HOST))?.host),
        Part::Unclear => return Err(unclear(UNREADABLE_HOST)),
        Part::Absent if routes.iter().any(|route| route.host.is_some()) => {
            return Err(unclear("request's host is missing"));
        }
        Part::Absent => None,
    };
    let of_host = |route: &&CompiledRoute| route.host.is_none() || route.host == host;
    let candidates = || routes.iter().filter(of_host);
    let by_rank = |route: &&CompiledRoute| (route.segments(), route.host.is_some());
    if candidates().all(|route| route.path.is_none()) {
        let best = candidates().max_by_key(by_rank).ok_or(AuthError::NoAudience)?;
        return Ok(&best.audience);
    }
    let path = match &forwarded.target {
        Part::Once(target) => RequestPath::of_target(target).ok_or(unclear(UNREADABLE_PATH))?,
        Part::Unclear => return Err(unclear(UNREADABLE_PATH)),
        Part::Absent => return Err(unclear("request's path is missing")),
    };
    let covers = |route: &&CompiledRoute| route.path.as_ref().is_none_or(|own| own.covers(&path));
    let best = candidates().filter(covers).max_by_key(by_rank).ok_or(AuthError::NoAudience)?;
    let is_told_apart = |own: &RoutePath| {
        let of_best = best.path.as_ref();
        of_best.is_some_and(|of_best| own.could_cover_route(of_best) && !own.is_alike(of_best))
    };
    let could_be_another = candidates().any(|route| {
        route.audience != best.audience
            && route.path.as_ref().is_some_and(|own| {
                own.could_cover(&path) && !own.covers(&path) && !is_told_apart(own)
            })
    });
    if could_be_another {
        return Err(unclear(
            "request's path matches another route on servers that ignore letter case or endings",
        ));
    }
    Ok(&best.audience)
}

const UNREADABLE_HOST: &str = "request's host is repeated or ambiguous";
const UNREADABLE_PATH: &str = "request's path is repeated or ambiguous";

/// `https://host`, with the port if it is not the default.
fn of_host(forwarded: &Forwarded) -> Result<String, AuthError> {
    let unclear = |problem| AuthError::UnclearRequest { problem };
    let (Part::Once(scheme), Part::Once(host)) = (&forwarded.scheme, &forwarded.host) else {
        return Err(unclear("request's scheme or host is missing or repeated"));
    };
    let HostAndPort { host, port } = HostAndPort::parse(host).ok_or(unclear(UNREADABLE_HOST))?;
    let default_port = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return Err(unclear("request's scheme is neither http nor https")),
    };
    Ok(match port.filter(|port| *port != default_port) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// Rejects `forwarded_audience` without a list of audiences, since a client could then choose the
/// audience by the host that it sends.
fn check_forwarded_audience(config: &Config) -> Result<(), ConfigError> {
    let wrong =
        |problem: String| Err(ConfigError::Setting { setting: "forwarded_audience", problem });
    if !config.routes.is_empty() {
        return wrong("it has no effect with routes; remove one of them".to_owned());
    }
    if config.audiences.is_empty() {
        return wrong("it requires `audiences` with every host that is served".to_owned());
    }
    let is_made = |audience: &&String| {
        let made = audience.split_once("://").and_then(|(scheme, host)| {
            of_host(&Forwarded {
                scheme: Part::of_text(scheme),
                host: Part::of_text(host),
                target: Part::Absent,
            })
            .ok()
        });
        made.as_ref() == Some(*audience)
    };
    match config.audiences.iter().find(|audience| !is_made(audience)) {
        Some(audience) => wrong(format!(
            "audience {audience:?} is not a scheme and a host; with this setting, write audiences like \"https://api.example.com\", in lower case and without the scheme's default port"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
