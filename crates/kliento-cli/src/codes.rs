//! Every error code, what it means and how to mend it.

/// What there is to say about an error code.
#[derive(Debug)]
pub(crate) struct Explanation {
    pub(crate) code: u16,
    pub(crate) title: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) mend: &'static str,
}

/// What there is to say about `code`.
pub(crate) fn explanation(code: u16) -> Option<&'static Explanation> {
    EXPLANATIONS
        .binary_search_by_key(&code, |explanation| explanation.code)
        .ok()
        .and_then(|index| EXPLANATIONS.get(index))
}

const fn on(
    code: u16,
    title: &'static str,
    meaning: &'static str,
    mend: &'static str,
) -> Explanation {
    Explanation { code, title, meaning, mend }
}

/// By code, ascending: 10xx is malformed input, 20xx the DNSSEC chain, 21xx names and key records, 22xx certificates, 23xx
/// the signed data, 24xx service and time, 25xx members, 30xx the token, 40xx fetching a chain.
pub(crate) const EXPLANATIONS: &[Explanation] = &[
    on(
        1001,
        "the input is too large",
        "A token bundle has at most 16,384 octets before Base64. Other bundles have at most 65,536 octets beside their content, and 16 MiB in all. Larger input is refused before it is parsed.",
        "send a smaller bundle: issue it with fewer DNS messages, shorter claims or smaller keys; `kliento bundle inspect` shows the size of each part",
    ),
    on(
        1002,
        "the header is no Kliento header",
        "The value of the Authorization header is the word Kliento in any case, exactly one space, and the bundle in Base64.",
        "send `Authorization: Kliento <Base64>`, with one space and nothing after the Base64",
    ),
    on(
        1003,
        "the text is not standard Base64",
        "Only the standard alphabet (with + and /) is allowed, with all of its padding or none, on a single line and without white space. Unused bits are zero.",
        "encode again with standard Base64 on one line (for instance `base64 -w0`); the URL-safe alphabet is another one",
    ),
    on(
        1004,
        "the octets are not the ASN.1 structure that is expected",
        "The bundle is a SEQUENCE in DER of version, DNSSEC chain, organisation certificate and signature. The field and octet at which it stops being that are told.",
        "check that the input is complete and is a signature bundle, not a certificate or a member id bundle; if it is, the issuer's software writes wrong DER",
    ),
    on(
        1005,
        "a DNS message of the chain does not parse",
        "Each element of the chain is one DNS response in wire format (RFC 1035), complete and with nothing after it. A chain has at most 64 messages of at most 128 records.",
        "fetch the chain again; the message is counted from 0 in the order of the bundle",
    ),
    on(
        1006,
        "the bundle is not strict DER, which DomainAuth demands",
        "VeraId tolerates a few forms that deployed software writes: constructed content, unsorted sets, fractional seconds, padded serial numbers. DomainAuth tolerates none of them.",
        "issue the bundle with software that writes strict DER",
    ),
    on(
        2001,
        "the DNSSEC chain lacks a record",
        "The walk from the root needs DNSKEY and DS records of every zone on the way and the key records of the organisation. The question without an answer is told.",
        "have the issuer fetch the chain again; check that every zone down to the organisation's is signed",
    ),
    on(
        2003,
        "a zone of the DNSSEC chain is insecure",
        "None of the zone's DS records has an algorithm and digest that are supported (algorithms 8, 10, 13, 14, 15 and 16; SHA-256 and SHA-384 digests).",
        "have the zone's operator publish a DS with SHA-256 for a key of a supported algorithm",
    ),
    on(
        2005,
        "the name is an alias",
        "A CNAME at the name, or a DNAME at or above it, answers the question. Aliases are not followed: only the organisation's own zone speaks for it.",
        "publish the records at the name itself instead of an alias",
    ),
    on(
        2006,
        "several messages answer the question",
        "The chain holds more than one response to the question that is to be proved, so it is open which one speaks.",
        "have the issuer put exactly one response for the key records into the chain",
    ),
    on(
        2007,
        "verification would take too much work",
        "Signature checks, failed ones, keys with one key tag, and records are limited, so that nobody can keep a verifier busy. The limit that was reached is told.",
        "have the issuer leave out messages, keys and signatures that are not needed; an honest chain is far below every limit",
    ),
    on(
        2011,
        "an RRset is not signed",
        "No RRSIG in the message covers the RRset, so nothing vouches for it.",
        "have the issuer ask with the DO bit through a resolver that returns signatures; check that the zone is signed",
    ),
    on(
        2012,
        "a DNSSEC signature does not hold",
        "The RRSIG was checked with the key that it names and does not fit the records: one of them was changed, or belongs to another zone.",
        "fetch the chain again; if it stays, the zone is signed wrongly or the chain was tampered with",
    ),
    on(
        2013,
        "no key of the zone fits a DNSSEC signature",
        "The RRSIG names a key by tag and algorithm that the zone's proved DNSKEYs do not have, or that may not be used: revoked, not a zone key, or of an unsupported algorithm.",
        "fetch all messages of the chain anew at one time: the zone's keys may have been rolled in between",
    ),
    on(
        2014,
        "another zone signed the records",
        "The RRSIG names another signer than the zone that holds the records (RFC 4035 section 5.3.1).",
        "have the issuer include the DS and DNSKEY records of the zone that signs; otherwise the zone is signed wrongly",
    ),
    on(
        2015,
        "the records come from a wildcard",
        "The RRSIG has fewer labels than the name. To believe it, one would need a proof that the name itself does not exist, and such proofs are not evaluated.",
        "publish the records at the name itself instead of a wildcard",
    ),
    on(
        2016,
        "the signature is over a longer name",
        "The RRSIG counts more labels than the name has (RFC 4035 section 5.3.1), so it is not for these records.",
        "fetch the chain again; if it stays, the zone is signed wrongly",
    ),
    on(
        2017,
        "a DNSSEC signature expires before its inception",
        "Expiration lies before inception, or the two are too far apart for their order to be told (RFC 4034 section 3.1.5).",
        "have the zone's operator sign the zone again",
    ),
    on(
        2018,
        "a DNSSEC signature lasts too long",
        "DomainAuth allows at most 90 days from inception to expiration.",
        "have the zone's operator sign for shorter periods",
    ),
    on(
        2019,
        "no key of the zone matches its DS",
        "The parent's DS records name keys by digest, and none of the zone's usable DNSKEYs has such a digest.",
        "fetch DS and DNSKEY records at one time; if it stays, the parent publishes a DS of a key that the zone no longer has",
    ),
    on(
        2020,
        "no key of the root matches a trust anchor",
        "The proof starts at the trust anchors, and none of the DNSKEYs of the root in the chain is one of them.",
        "give the right anchors with --trust-anchors if the chain is a test's; otherwise update `kliento`, since the root's key may have been rolled",
    ),
    on(
        2021,
        "the data of a DNS record is malformed",
        "A record of the RRset is not of the form of its type.",
        "have the zone's operator correct the record",
    ),
    on(
        2031,
        "the DNSSEC chain does not cover the instant",
        "The signatures are good, but the period of one of them, or of the keys above it, has no second of the period that was asked for.",
        "if it expired, have the issuer fetch a fresh chain and issue again; if it is not valid yet, check the clock, or give --at",
    ),
    on(
        2101,
        "the organisation certificate has no usable common name",
        "The certificate's subject has exactly one common name, as UTF8String, BMPString or PrintableString: the organisation's domain.",
        "issue the organisation certificate again with its domain as the only common name",
    ),
    on(
        2102,
        "the organisation's name is refused",
        "An organisation is a domain name in letters, digits and hyphens; international names are written as A-labels (xn--). Under DomainAuth it ends with a dot.",
        "issue the organisation certificate again with the domain in that form",
    ),
    on(
        2103,
        "the profile is not accepted",
        "The key records in the chain decide whether a bundle follows VeraId or DomainAuth, and only the other one was asked for.",
        "use --profile any or the profile that is told, or have the bundle issued under the other one",
    ),
    on(
        2111,
        "no key record names the organisation's key",
        "The TXT records are proved, but none of them names the key of the organisation certificate for the service. How many are for other services or are no key records is told.",
        "publish a TXT record with the key id that is told; after a change, have the issuer fetch the chain again",
    ),
    on(
        2112,
        "the key record is malformed",
        "A TXT record names the organisation's key, but another field of it is not of its form: algorithm, TTL override or service.",
        "correct the TXT record and have the issuer fetch the chain again",
    ),
    on(
        2113,
        "several key records match",
        "Two different TXT records name the key for the same service, so it is open which TTL override counts.",
        "remove all but one of the TXT records",
    ),
    on(
        2201,
        "the signer's certificate is not attached",
        "The signature names its signer by issuer and serial number, and no certificate of the bundle has both.",
        "have the issuer attach the certificate that belongs to the signing key",
    ),
    on(
        2202,
        "two certificates have one issuer and serial number",
        "Issuer and serial number name a certificate, so two different ones must not share them.",
        "issue certificates with random serial numbers of 16 octets",
    ),
    on(
        2203,
        "a certificate is not of X.509 version 3",
        "Older versions have no extensions, so nothing says what they may be used for.",
        "issue the certificate again as version 3",
    ),
    on(
        2204,
        "a certificate's serial number is refused",
        "A serial number is not negative and has at most 20 octets (RFC 5280 section 4.1.2.2).",
        "issue the certificate again with a positive serial number",
    ),
    on(
        2205,
        "a certificate ends before it starts",
        "Its notAfter lies before its notBefore, so it is never valid.",
        "issue the certificate again with the dates in order",
    ),
    on(
        2206,
        "a certificate lasts too long",
        "DomainAuth allows at most 90 days from notBefore to notAfter.",
        "issue the certificate again for a shorter time",
    ),
    on(
        2207,
        "a certificate's algorithm or key is not allowed",
        "Certificates are signed with RSASSA-PSS and SHA-256, SHA-384 or SHA-512, by RSA keys of 2048, 3072 or 4096 bits.",
        "issue the certificate again with such a key and algorithm",
    ),
    on(
        2208,
        "a critical extension is not understood",
        "A critical extension that a verifier does not know must lead to refusal (RFC 5280 section 4.2).",
        "issue the certificate again without that extension, or with it marked as not critical",
    ),
    on(
        2209,
        "a certificate has name constraints",
        "Name constraints are not evaluated, so a certificate that relies on them is refused.",
        "issue the certificate again without name constraints",
    ),
    on(
        2210,
        "an issuer is no authority",
        "A certificate that issues another needs critical BasicConstraints with cA TRUE (RFC 5280 section 4.2.1.9).",
        "issue the organisation or intermediate certificate again as an authority",
    ),
    on(
        2211,
        "a path is longer than its authority allows",
        "The pathLenConstraint of a certificate tells how many intermediates may follow, and there are more.",
        "have the signer's certificate issued closer to the organisation's",
    ),
    on(
        2212,
        "the path to the organisation is too long",
        "More certificates lie between the signer's and the organisation's than are followed.",
        "have the signer's certificate issued closer to the organisation's",
    ),
    on(
        2213,
        "a key was used for what its certificate does not allow",
        "KeyUsage, where it is present, must have keyCertSign for an issuer and digitalSignature for a signer.",
        "issue the certificate again with the right KeyUsage, or without one",
    ),
    on(
        2214,
        "key identifiers differ",
        "The certificate names its issuer's key by an identifier that the issuer's certificate does not have: another key signed it.",
        "issue the certificate again with the organisation's present key",
    ),
    on(
        2215,
        "the organisation did not issue the signer's certificate",
        "The path from the signer does not lead to the organisation certificate of the bundle. VeraId has no intermediates.",
        "attach the intermediates (DomainAuth), or have the certificate issued by the organisation itself (VeraId)",
    ),
    on(
        2216,
        "the organisation certificate has another issuer",
        "VeraId demands that the organisation certificate is issued by itself.",
        "issue the organisation certificate again, signed with its own key",
    ),
    on(
        2217,
        "a certificate's signature does not hold",
        "The certificate was not signed with the key of its issuer, or was changed since.",
        "put the certificates together that belong together; if it stays, the bundle was tampered with",
    ),
    on(
        2218,
        "the organisation certificate has another issuer, and this verifier refuses that",
        "DomainAuth lets another authority issue the organisation certificate; the verifier's policy does not.",
        "issue the organisation certificate again, signed with its own key, or relax the policy",
    ),
    on(
        2301,
        "the signature is not signed data",
        "The signature field is a CMS ContentInfo of type id-signedData (RFC 5652 section 5).",
        "have the signer write signed data",
    ),
    on(
        2302,
        "a CMS version is not allowed",
        "SignedData is of version 1 or 3, SignerInfo of version 1.",
        "have the signer write these versions",
    ),
    on(
        2303,
        "the content is not of type data",
        "The encapsulated content is of type id-data, whatever it is.",
        "have the signer encapsulate the content as id-data",
    ),
    on(
        2304,
        "there is not exactly one signer",
        "A bundle has one signer; several would leave open who is meant.",
        "have the bundle signed by one signer",
    ),
    on(
        2305,
        "the signer is named in another way",
        "The signer is named by issuer and serial number, not by key identifier.",
        "have the signer identify itself by issuer and serial number",
    ),
    on(
        2306,
        "there are unsigned attributes",
        "Nothing vouches for unsigned attributes, so bundles with them are refused.",
        "have the signer leave them out",
    ),
    on(
        2307,
        "there are no signed attributes",
        "The signed attributes hold the service, the period and the digest of the content; a signature without them says too little.",
        "have the signer write signed attributes",
    ),
    on(
        2308,
        "there are revocation lists",
        "Certificates are short-lived instead of being revoked, so revocation lists are refused.",
        "have the signer leave them out",
    ),
    on(
        2309,
        "an attached certificate is not X.509",
        "Attribute certificates and other forms are refused.",
        "have the signer attach X.509 certificates only",
    ),
    on(
        2310,
        "a signed attribute is repeated",
        "Each signed attribute occurs once and has one value.",
        "have the signer write each attribute once",
    ),
    on(
        2311,
        "a signed attribute is missing",
        "Content type, message digest and signature metadata are required.",
        "have the signer write the attribute that is told; a plain CMS signature is no VeraId signature",
    ),
    on(
        2312,
        "a signed attribute has a wrong value",
        "The attribute's value is not of its form, or does not agree with the rest of the structure.",
        "have the signer write the attribute that is told as its specification demands",
    ),
    on(
        2313,
        "the digest algorithm is not announced",
        "The signer's digest algorithm must be among the digestAlgorithms of the signed data.",
        "have the signer list its digest algorithm",
    ),
    on(
        2314,
        "the signature's algorithm or key is not allowed",
        "Content is signed with RSASSA-PSS and SHA-256, SHA-384 or SHA-512, by RSA keys of 2048 to 4096 bits.",
        "sign with such a key and algorithm",
    ),
    on(
        2315,
        "the content is missing or given twice",
        "Either the content is attached to the signature, or the verifier gives it; not both and not neither.",
        "give the content with --plaintext if the signature is detached, and leave that out if it is attached",
    ),
    on(
        2316,
        "the content is not what was signed",
        "The digest of the content differs from the one in the signed attributes: it was changed, or belongs to another signature.",
        "give the very octets that were signed; line ends and encodings count",
    ),
    on(
        2317,
        "the signed period ends before it starts",
        "The signature is never valid.",
        "sign again with start and end in order",
    ),
    on(
        2318,
        "the signature does not hold",
        "The signed attributes were not signed with the key of the signer's certificate, or were changed since.",
        "sign again with the key that belongs to the certificate; if it stays, the bundle was tampered with",
    ),
    on(
        2401,
        "the signature is for another service",
        "A signature names the service that it is for, so that none can be used elsewhere.",
        "verify it for the service that is told if that is the one you mean; otherwise have it signed for yours",
    ),
    on(
        2402,
        "no second is common to all evidence",
        "DNSSEC chain, certificates and signature must all hold together at one second inside the verification window. The window reaches back by the key record's TTL override and no further. Each period is told.",
        "if it expired, have it issued again with a fresh chain; if it is not valid yet, check the clock, allow --leeway, or give --at",
    ),
    on(
        2403,
        "the signature is for too long a period",
        "The signed period lasts longer than the verifier allows. Tokens last one hour at most unless the verifier says otherwise; DomainAuth allows 90 days.",
        "have it signed for a shorter period, or raise --max-validity if you accept the risk",
    ),
    on(
        2404,
        "the requested period is too long",
        "DomainAuth verifies over at most 90 days.",
        "ask for a shorter period with --from and --until",
    ),
    on(
        2501,
        "the name of the user is refused",
        "A user's name has 1 to 255 octets, no @, no control characters or bidirectional controls, and no space first or last. Under DomainAuth it is in its PRECIS form and has no space.",
        "issue the member certificate again, or attribute to a name of that form",
    ),
    on(
        2502,
        "the member certificate has no usable common name",
        "The certificate's subject has exactly one common name: the user's name, or @ for a bot.",
        "issue the member certificate again with the name as the only common name",
    ),
    on(
        2503,
        "the organisation signed without naming a member",
        "The organisation's own key signed, and nothing says on whose behalf.",
        "have the organisation add the member attribution, or sign with a member's key",
    ),
    on(
        2504,
        "the signer may not attribute to a member",
        "Only the organisation signs on behalf of members; under DomainAuth its authorities do too. A member never speaks for another.",
        "have the organisation sign, or leave out the attribution",
    ),
    on(
        3001,
        "the signed content is no token",
        "A token is one JSON object in UTF-8 with the string `audience` and, if it likes, the object `claims` of strings. No key occurs twice.",
        "have the client sign a token of that form",
    ),
    on(
        3002,
        "the token is for another audience",
        "A token names the server that it is for, so that no server can use it at another. The two are compared exactly.",
        "have the client ask for a token for your audience; if you are the audience that is told, correct --audience",
    ),
    on(
        4001,
        "no DNS server answered",
        "Each server was asked as often as it may be, and each failed for another reason, which is told.",
        "mend what is told of one of the servers, or name other ones with --resolver",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_each_is_explained() {
        assert!(EXPLANATIONS.is_sorted_by(|a, b| a.code < b.code));
        for Explanation { code, title, meaning, mend } in EXPLANATIONS {
            assert!(!title.is_empty() && !meaning.is_empty() && !mend.is_empty(), "{code}");
        }
    }
}
