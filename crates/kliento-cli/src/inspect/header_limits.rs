//! The header size limits of servers and services.

use serde::Serialize;

/// The headers that a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    /// One header line.
    Line,
    /// All headers together.
    All,
}

/// The default limit of a server or service.
#[derive(Debug)]
pub(crate) struct HeaderLimit {
    pub(crate) server: &'static str,
    pub(crate) bytes: usize,
    pub(crate) scope: Scope,
}

const fn limit(server: &'static str, bytes: usize, scope: Scope) -> HeaderLimit {
    HeaderLimit { server, bytes, scope }
}

/// Defaults as the projects document them, ascending; operators can change most of them.
pub(crate) const HEADER_LIMITS: &[HeaderLimit] = &[
    limit("Apache, gunicorn", 8_190, Scope::Line),
    limit("nginx", 8_192, Scope::Line),
    limit("Tomcat, Spring Boot, Jetty", 8_192, Scope::All),
    limit("gRPC", 8_192, Scope::All),
    limit("AWS API Gateway", 10_240, Scope::All),
    limit("HAProxy", 15_360, Scope::All),
    limit("AWS load balancer (ALB)", 16_384, Scope::Line),
    limit("Node.js", 16_384, Scope::All),
    limit("HTTP/2 in hyper (axum, tonic)", 16_384, Scope::All),
    limit("Kestrel (ASP.NET Core)", 32_768, Scope::All),
    limit("Envoy, Istio", 61_440, Scope::All),
    limit("Go net/http (Caddy, Traefik)", 1_048_576, Scope::All),
];

/// The size in bytes of the line `Authorization: <value>` and its end.
pub(crate) const fn line_bytes(value: &str) -> usize {
    "Authorization: \r\n".len().saturating_add(value.len())
}
