//! Recursive resolvers, as users write them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use http::uri::PathAndQuery;
use rustls::pki_types::{DnsName, ServerName};

/// A recursive resolver: its address and transport.
///
/// | text | how it is asked |
/// |---|---|
/// | `192.0.2.1`, `192.0.2.1:5300`, `udp://192.0.2.1` | UDP, and TCP where the answer does not fit |
/// | `tcp://192.0.2.1` | TCP (RFC 7766) |
/// | `tls://192.0.2.1`, `tls://dns.example.com:853` | TLS (RFC 7858) |
/// | `https://192.0.2.1/dns-query` | HTTPS, with POST over HTTP/2 (RFC 8484) |
///
/// Ports are 53, 53, 853 and 443 unless given; the path is `/dns-query`. IPv6 addresses are in
/// brackets. A host name, which only TLS and HTTPS allow, is looked up with the system's own
/// resolver: that answer is not authenticated, but the server's certificate is.
///
/// ```
/// use veraid_resolver::ResolverAddress;
///
/// let server: ResolverAddress = "tls://[2001:db8::1]:853".parse()?;
/// assert_eq!(server.to_string(), "tls://[2001:db8::1]");
/// # Ok::<(), veraid_resolver::ResolverAddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResolverAddress {
    transport: Transport,
    host: Host,
    port: u16,
    /// The path for HTTPS; otherwise empty.
    path: String,
}

/// The protocol to ask a [`ResolverAddress`] with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// UDP, and TCP if the answer does not fit into a datagram.
    Udp,
    /// TCP.
    Tcp,
    /// DNS over TLS (RFC 7858).
    Tls,
    /// DNS over HTTPS (RFC 8484).
    Https,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Host {
    Address(IpAddr),
    Name(String),
}

impl ResolverAddress {
    /// The public resolvers that are asked by default: `https://1.1.1.1/dns-query` (Cloudflare),
    /// then `https://8.8.8.8/dns-query` (Google).
    ///
    /// They are given by address, so that no look-up is needed first; both have certificates for
    /// it. They learn which organisation is fetched.
    #[must_use]
    pub fn defaults() -> Vec<Self> {
        [[1, 1, 1, 1], [8, 8, 8, 8]]
            .map(|address| Self {
                transport: Transport::Https,
                host: Host::Address(address.into()),
                port: Transport::Https.default_port(),
                path: DEFAULT_PATH.to_owned(),
            })
            .to_vec()
    }

    /// The transport.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// The given address, or those that the system finds for the host name.
    pub(crate) async fn addresses(&self) -> std::io::Result<Vec<SocketAddr>> {
        match &self.host {
            Host::Address(address) => Ok(vec![SocketAddr::new(*address, self.port)]),
            Host::Name(name) => {
                Ok(tokio::net::lookup_host((name.as_str(), self.port)).await?.collect())
            }
        }
    }

    /// The name that the server's certificate must be for.
    pub(crate) fn tls_name(&self) -> Option<ServerName<'static>> {
        match &self.host {
            Host::Address(address) => Some(ServerName::IpAddress((*address).into())),
            Host::Name(name) => DnsName::try_from(name.as_str())
                .ok()
                .map(|name| ServerName::DnsName(name.to_owned())),
        }
    }
}

const DEFAULT_PATH: &str = "/dns-query";

impl Transport {
    const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 53,
            Self::Tls => 853,
            Self::Https => 443,
        }
    }

    const fn scheme(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Https => "https",
        }
    }

    fn of_scheme(scheme: &str) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls, Self::Https]
            .into_iter()
            .find(|transport| transport.scheme().eq_ignore_ascii_case(scheme))
    }

    const fn takes_names(self) -> bool {
        matches!(self, Self::Tls | Self::Https)
    }
}

impl FromStr for ResolverAddress {
    type Err = ResolverAddressError;

    fn from_str(text: &str) -> Result<Self, ResolverAddressError> {
        parse(text).map_err(|problem| ResolverAddressError {
            text: text.chars().take(128).collect(),
            problem,
        })
    }
}

fn parse(text: &str) -> Result<ResolverAddress, ResolverAddressProblem> {
    let Some((scheme, rest)) = text.split_once("://") else {
        // An IPv6 address alone needs no brackets: nothing else has so many colons.
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Ok(server(Transport::Udp, Host::Address(address.into()), None));
        }
        let (host, port) = parse_authority(text, Transport::Udp)?;
        return Ok(server(Transport::Udp, host, port));
    };
    let transport = Transport::of_scheme(scheme).ok_or(ResolverAddressProblem::Scheme)?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = parse_authority(authority, transport)?;
    let mut server = server(transport, host, port);
    match (transport, path) {
        (_, "") => {}
        (Transport::Https, path) => server.path = parse_path(path)?,
        (_, "/") => {}
        _ => return Err(ResolverAddressProblem::PathNotAllowed),
    }
    Ok(server)
}

fn server(transport: Transport, host: Host, port: Option<u16>) -> ResolverAddress {
    let path = if transport == Transport::Https { DEFAULT_PATH } else { "" };
    let port = port.unwrap_or_else(|| transport.default_port());
    ResolverAddress { transport, host, port, path: path.to_owned() }
}

/// Reads `host`, `host:port`, `[address]` or `[address]:port`.
fn parse_authority(
    text: &str,
    transport: Transport,
) -> Result<(Host, Option<u16>), ResolverAddressProblem> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or(ResolverAddressProblem::Host)?;
            let address: Ipv6Addr = address.parse().map_err(|_| ResolverAddressProblem::Host)?;
            (Host::Address(address.into()), port)
        }
        None if text.matches(':').count() > 1 => return Err(ResolverAddressProblem::Brackets),
        None => {
            let (host, port) = text.find(':').map_or((text, ""), |at| text.split_at(at));
            (parse_host(host, transport)?, port)
        }
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        None => return Err(ResolverAddressProblem::Host),
        Some(digits) if digits.bytes().all(|octet| octet.is_ascii_digit()) => {
            let port = digits.parse().ok().filter(|&port: &u16| port != 0);
            Some(port.ok_or(ResolverAddressProblem::Port)?)
        }
        Some(_) => return Err(ResolverAddressProblem::Port),
    };
    Ok((host, port))
}

fn parse_host(host: &str, transport: Transport) -> Result<Host, ResolverAddressProblem> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(Host::Address(address));
    }
    // Text that looks like an address but is not one (999.1.1.1) would go to the system's resolver
    // as a name.
    let last_label = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    if DnsName::try_from(host).is_err() || last_label.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(ResolverAddressProblem::Host);
    }
    if !transport.takes_names() {
        return Err(ResolverAddressProblem::NameNotAllowed);
    }
    Ok(Host::Name(host.to_ascii_lowercase()))
}

/// Parses a path; the `{?dns}` of a URI template (RFC 8484 section 3) only applies to GET.
fn parse_path(path: &str) -> Result<String, ResolverAddressProblem> {
    let path = path.strip_suffix("{?dns}").unwrap_or(path);
    let parsed = PathAndQuery::try_from(path).map_err(|_| ResolverAddressProblem::Path)?;
    // The parser drops a fragment, and a POST to a DNS server has no query.
    if parsed.as_str() != path || parsed.query().is_some() {
        return Err(ResolverAddressProblem::Path);
    }
    Ok(path.to_owned())
}

impl fmt::Display for ResolverAddress {
    /// Writes a URL, without the port if it is the default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.transport.scheme())?;
        match &self.host {
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            Host::Address(address) => write!(f, "{address}")?,
            Host::Name(name) => f.write_str(name)?,
        }
        if self.port != self.transport.default_port() {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

/// The reason that a text does not name a [`ResolverAddress`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid resolver address {text:?}: {problem}")]
pub struct ResolverAddressError {
    /// The text, at most its first 128 characters.
    pub text: String,
    /// The problem with it.
    pub problem: ResolverAddressProblem,
}

/// The problem with the text for a [`ResolverAddress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolverAddressProblem {
    /// The scheme is not one of the four.
    #[error("the scheme is not udp, tcp, tls or https")]
    Scheme,
    /// The host is neither an address nor a name.
    #[error("the host is neither an IP address nor a host name")]
    Host,
    /// An IPv6 address with a scheme or port needs brackets.
    #[error("an IPv6 address must be in brackets, as in udp://[2001:db8::1]:53")]
    Brackets,
    /// UDP and TCP allow addresses only: a host found by name would not be authenticated.
    #[error(
        "with udp and tcp the host must be an IP address, since names are only safe with tls or https"
    )]
    NameNotAllowed,
    /// The port is not a number from 1 to 65535.
    #[error("the port is not from 1 to 65535")]
    Port,
    /// Only HTTPS has a path.
    #[error("only https has a path")]
    PathNotAllowed,
    /// The path is invalid, or has a query or fragment.
    #[error("the path is malformed, or has a query or fragment")]
    Path,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_and_writes_the_shortest_url() {
        for (text, url) in [
            ("127.0.0.1", "udp://127.0.0.1"),
            ("127.0.0.1:5300", "udp://127.0.0.1:5300"),
            ("udp://127.0.0.1:53", "udp://127.0.0.1"),
            ("::1", "udp://[::1]"),
            ("[::1]", "udp://[::1]"),
            ("[::1]:5300", "udp://[::1]:5300"),
            ("TCP://[2001:DB8::1]", "tcp://[2001:db8::1]"),
            ("tcp://192.0.2.1/", "tcp://192.0.2.1"),
            ("tls://1.1.1.1", "tls://1.1.1.1"),
            ("tls://DNS.example.com:8853", "tls://dns.example.com:8853"),
            ("https://1.1.1.1/dns-query", "https://1.1.1.1/dns-query"),
            ("https://dns.example.com", "https://dns.example.com/dns-query"),
            ("https://dns.example.com:443/q{?dns}", "https://dns.example.com/q"),
            ("https://[::1]:8443/", "https://[::1]:8443/"),
        ] {
            let server: ResolverAddress = text.parse().unwrap();
            assert_eq!(server.to_string(), url, "{text}");
            assert_eq!(url.parse(), Ok(server), "{text}");
        }
    }

    #[test]
    fn rejects_invalid_resolvers_with_the_wrong_part() {
        use ResolverAddressProblem::{
            Brackets, Host, NameNotAllowed, Path, PathNotAllowed, Port, Scheme,
        };
        for (text, problem) in [
            ("", Host),
            ("http://1.1.1.1/dns-query", Scheme),
            ("quic://1.1.1.1", Scheme),
            ("dns.example.com", NameNotAllowed),
            ("udp://dns.example.com", NameNotAllowed),
            ("tcp://localhost:53", NameNotAllowed),
            ("udp://", Host),
            ("tls://", Host),
            ("tls://999.1.1.1", Host),
            ("tls://exa mple", Host),
            ("tls://user@dns.example.com", Host),
            ("https://[dns.example.com]", Host),
            ("tls://[::1", Host),
            ("tls://[::1]853", Host),
            ("tls://::1", Brackets),
            ("tls://2001:db8::1:853", Brackets),
            ("127.0.0.1:0", Port),
            ("127.0.0.1:65536", Port),
            ("127.0.0.1:+53", Port),
            ("tls://1.1.1.1:", Port),
            ("tls://1.1.1.1/dns-query", PathNotAllowed),
            ("https://1.1.1.1/dns-query?dns=AAAA", Path),
            ("https://1.1.1.1/dns-query#top", Path),
            ("https://1.1.1.1/dns query", Path),
        ] {
            let error = ResolverAddressError { text: text.to_owned(), problem };
            assert_eq!(text.parse::<ResolverAddress>(), Err(error), "{text}");
        }
    }

    #[test]
    fn the_default_resolvers_are_queried_over_https_by_address() {
        let urls: Vec<_> =
            ResolverAddress::defaults().iter().map(ResolverAddress::to_string).collect();
        assert_eq!(urls, ["https://1.1.1.1/dns-query", "https://8.8.8.8/dns-query"]);
    }
}
