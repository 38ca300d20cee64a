//! The header size limits of servers and services.

use serde::Serialize;

/// The headers that a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HeaderScope {
    /// One header line.
    Line,
    /// All headers together.
    All,
}

/// The default limit of a server or service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeaderLimit {
    /// The servers or services that have this limit.
    pub server: &'static str,
    /// The maximum size in bytes.
    pub bytes: usize,
    /// The headers that count.
    pub scope: HeaderScope,
}

const fn limit(server: &'static str, bytes: usize, scope: HeaderScope) -> HeaderLimit {
    HeaderLimit { server, bytes, scope }
}

/// Defaults as the projects document them, ascending; operators can change most of them.
pub const HEADER_LIMITS: &[HeaderLimit] = &[
    limit("Apache, gunicorn", 8_190, HeaderScope::Line),
    limit("nginx", 8_192, HeaderScope::Line),
    limit("Tomcat, Spring Boot, Jetty", 8_192, HeaderScope::All),
    limit("gRPC", 8_192, HeaderScope::All),
    limit("AWS API Gateway", 10_240, HeaderScope::All),
    limit("HAProxy", 15_360, HeaderScope::All),
    limit("AWS load balancer (ALB)", 16_384, HeaderScope::Line),
    limit("Node.js", 16_384, HeaderScope::All),
    limit("HTTP/2 in hyper (axum, tonic)", 16_384, HeaderScope::All),
    limit("Kestrel (ASP.NET Core)", 32_768, HeaderScope::All),
    limit("Envoy, Istio", 61_440, HeaderScope::All),
    limit("Go net/http (Caddy, Traefik)", 1_048_576, HeaderScope::All),
];

/// The size in bytes of the line `Authorization: <value>` and its end.
#[must_use]
pub const fn header_line_bytes(value: &str) -> usize {
    "Authorization: \r\n".len().saturating_add(value.len())
}
