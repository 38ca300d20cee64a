//! Reasons why a chain cannot be fetched.

use super::entry::{Explanation, on};

/// Explanations of the codes 40xx.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    on(
        4001,
        "no DNS server answered",
        "Every server was tried the maximum number of times. They failed for different reasons, which are reported.",
        "fix the problem reported for one of the servers, or name others with --resolver",
    ),
    on(
        4002,
        "the DNS servers took too long",
        "No server answered within the time limit of a try. Datagrams that are not a response to the query are counted: they come from a broken server or from someone who forges responses.",
        "check that the address is right and that no firewall drops the packets; name another server with --resolver, for instance one over https",
    ),
    on(
        4003,
        "no connection to the DNS servers",
        "The system could not connect to any server, could not look up its name, or lost the connection. The system's error is reported.",
        "check address, port and network; name another server with --resolver",
    ),
    on(
        4004,
        "TLS to the DNS servers failed",
        "The certificate of the server is not issued by a trusted authority, not for the requested name or address, or not valid now; or the server does not speak TLS at that port.",
        "check the name or address and the clock; for a server with its own authority, trust that authority's certificate",
    ),
    on(
        4005,
        "the HTTP responses of the DNS servers contain no DNS message",
        "The server answered the POST request with a status other than success, with content that is not application/dns-message, or with more than 65,535 bytes; or it does not speak HTTP/2.",
        "check the path of the URL (usually /dns-query), or name another server",
    ),
    on(
        4006,
        "the response is not a DNS message",
        "The response over TCP, TLS or HTTPS is not in the wire format of RFC 1035, or has trailing bytes.",
        "check that the port belongs to a DNS server; name another server",
    ),
    on(
        4007,
        "the response does not match the query",
        "A response over TCP, TLS or HTTPS has a different id or question from the query.",
        "name another server: this one is broken",
    ),
    on(
        4008,
        "the DNS servers returned errors",
        "Every server answered with an error code. SERVFAIL means that it could not reach the servers of the zone, REFUSED that it does not answer this client.",
        "for SERVFAIL, check that the name servers of the zones on the way answer; for REFUSED, name a server that answers you",
    ),
    on(
        4009,
        "the response over a stream is truncated",
        "A server says that its response does not fit, although it came over TCP, TLS or HTTPS, which allow 65,535 octets.",
        "name another server: this one is broken",
    ),
    on(
        4011,
        "the name of the key records does not exist",
        "The servers answered NXDOMAIN: there is nothing at _veraid (or _domainauth) before the organisation's name. They may cache that answer for as long as the zone's SOA says.",
        "publish the TXT record that names the organisation's key, and wait if it was published just now; check the spelling of the organisation's name",
    ),
    on(
        4012,
        "there are no key records",
        "The name exists, but has no TXT records.",
        "publish the TXT record that names the organisation's key, and wait if it was published just now",
    ),
    on(
        4013,
        "the name of the key records is an alias",
        "A CNAME or DNAME points to another name. Following it would let that name's zone speak for the organisation, so aliases are not followed.",
        "publish the TXT records at the name itself instead of the alias",
    ),
    on(
        4014,
        "the zone is not signed",
        "The records have no RRSIG, but the root's have one: the zone that holds them is not signed with DNSSEC.",
        "sign the zone with DNSSEC and have its DS published at the zone above",
    ),
    on(
        4015,
        "the DNS server omits signatures",
        "Neither the records nor the root's keys have RRSIGs, so the server, or something in front of it, strips DNSSEC.",
        "name a server that supports DNSSEC with --resolver, for instance one over https",
    ),
    on(
        4016,
        "a zone has no DS at the zone above",
        "The zone signs its records, but the zone above publishes no DS for its key, so nothing proves them: the delegation is insecure.",
        "publish the DS of the zone's key at the zone above, usually through the registrar",
    ),
    on(
        4017,
        "a zone has no keys",
        "Signatures name the zone as their signer, but it has no DNSKEY records.",
        "publish the DNSKEY records of the keys that the zone signs with; check that all its name servers have the signed zone",
    ),
    on(
        4018,
        "several zones signed the same records",
        "The RRSIGs over one RRset name different zones as signers. Only one of them can contain it.",
        "remove the RRSIGs of the other zones; check that no old copy of the zone is served",
    ),
    on(
        4019,
        "the wrong zone signed the records",
        "The signer of an RRSIG is not a zone that can contain the records: it must be the name itself or above it, and for a DS above it.",
        "have the zone that contains the records sign them; check that all its name servers have the same zone",
    ),
    on(
        4020,
        "the path from the root has more links than allowed",
        "There are more than 16 zones below the root, or more than 64 queries to make.",
        "move the organisation's name to a zone nearer to the root",
    ),
    on(
        4021,
        "the organisation's name leaves no room for its key records",
        "With _veraid or _domainauth before it, the name would exceed 255 octets.",
        "use a shorter name",
    ),
    on(
        4022,
        "the responses do not make a chain",
        "A response has more records than a chain may have, or the responses are too large together.",
        "remove unneeded records or signatures from the reported zone; fetch the minimal form, not the full one",
    ),
];
