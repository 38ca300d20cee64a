//! Reasons why a chain cannot be fetched.

use super::{Explanation, on};

/// Explanations of the codes 40xx.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    on(
        4001,
        "no DNS server answered",
        "Each server was asked as often as it may be, and each failed for another reason, which is told.",
        "fix what is reported for one of the servers, or name other ones with --resolver",
    ),
    on(
        4002,
        "the DNS servers took too long",
        "No server answered in the time that one try has. Datagrams that were no response to the query are counted: they come from a broken server or from somebody who forges responses.",
        "check that the address is right and that no firewall drops the packets; name another server with --resolver, for instance one over https",
    ),
    on(
        4003,
        "no connection to the DNS servers",
        "The system could not connect to any server, could not look up its name, or lost the connection; its own words are told.",
        "check address, port and network; name another server with --resolver",
    ),
    on(
        4004,
        "TLS to the DNS servers failed",
        "The certificate of the server is not by a trusted authority, not for the name or address that was asked for, or not valid now; or the server speaks no TLS at that port.",
        "check the name or address and the clock; for a server with its own authority, trust that authority's certificate",
    ),
    on(
        4005,
        "HTTP from the DNS servers has no DNS message",
        "The server answered the POST request with another status than success, with content that is not application/dns-message, with more than 65,535 octets, or does not speak HTTP/2.",
        "check the path of the URL (/dns-query is the usual one), or name another server",
    ),
    on(
        4006,
        "the response is no DNS message",
        "What came over TCP, TLS or HTTPS is not in the wire format of RFC 1035, or something follows it.",
        "check that the port is that of a DNS server; name another server",
    ),
    on(
        4007,
        "the response is not for what was asked",
        "Over TCP, TLS or HTTPS a response came with another id or another question than the query's.",
        "name another server: this one is broken",
    ),
    on(
        4008,
        "the DNS servers refuse or fail",
        "Every server answered with an error code. SERVFAIL means that it could not reach the servers of the zone, REFUSED that it does not answer this client.",
        "for SERVFAIL, check that the name servers of the zones on the way answer; for REFUSED, name a server that answers you",
    ),
    on(
        4009,
        "the response is truncated over a stream",
        "A server says that its response does not fit, although it came over TCP, TLS or HTTPS, where it may have 65,535 octets.",
        "name another server: this one is broken",
    ),
    on(
        4011,
        "the name of the key records does not exist",
        "The servers say NXDOMAIN: there is nothing at _veraid (or _domainauth) before the organisation's name. They may remember that for as long as the zone's SOA says.",
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
        "A CNAME or DNAME sends to another name. Its zone would speak for the organisation, so aliases are not followed.",
        "publish the TXT records at the name itself, in place of the alias",
    ),
    on(
        4014,
        "the zone is not signed",
        "Records come without RRSIG, while the root's come with one: the zone that holds them does not sign with DNSSEC.",
        "sign the zone with DNSSEC and have its DS published at the zone above",
    ),
    on(
        4015,
        "the DNS server leaves signatures out",
        "Neither the records nor the root's keys come with RRSIGs, so the server, or something before it, drops DNSSEC.",
        "name a server that supports DNSSEC with --resolver, for instance one over https",
    ),
    on(
        4016,
        "a zone has no DS at the zone above",
        "The zone signs its records, but the zone above does not say with which key, so nothing proves them: the delegation is insecure.",
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
        "several zones sign the same records",
        "The RRSIGs over one RRset name different zones as signers. Only one of them can hold it.",
        "remove the RRSIGs of the other zones; check that no old copy of the zone is served",
    ),
    on(
        4019,
        "the wrong zone signs the records",
        "The signer of an RRSIG is not a zone that can hold the records: it must be the name or above it, and for a DS above it.",
        "have the zone that holds the records sign them; check that all its name servers have the same zone",
    ),
    on(
        4020,
        "the way from the root has more links than allowed",
        "There are more than 16 zones below the root, or more than 64 questions to ask.",
        "move the organisation's name to a zone nearer to the root",
    ),
    on(
        4021,
        "the organisation's name leaves no room for its key records",
        "With _veraid or _domainauth before it, the name would be over 255 octets.",
        "use a shorter name",
    ),
    on(
        4022,
        "the responses make no chain",
        "One of the responses has more records than a chain may have, or they are too large together.",
        "remove records or signatures that are not needed from the zone that is told; fetch in the minimal form, not the full one",
    ),
];
