"""DNS messages of a chain: questions and answers, with canonical RDATA (RFC 4034 section 6.2)."""

from collections import namedtuple

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.wire

from errors import Malformed, Refused

MAX_QUESTIONS = 8
MAX_RECORDS = 128

IN = dns.rdataclass.IN
OPCODE_TC_RCODE = 0x7A0F

# RFC 4034 section 6.2, as far as dnspython knows them. RRSIGs are parsed in rrsig.py.
TYPES_WITH_NAMES = {
    dns.rdatatype.from_text(name) for name in "NS CNAME SOA PTR MX MINFO RP AFSDB RT PX NAPTR KX SRV DNAME".split()
}

# Names in these may not be compressed (RFC 3597 section 4).
NEVER_COMPRESSED = {dns.rdatatype.KX, dns.rdatatype.DNAME}

MINFO = dns.rdatatype.from_text("MINFO")

Question = namedtuple("Question", "name type rdclass")
Record = namedtuple("Record", "name type rdclass ttl rdata canonical")


class Message:
    """A completely parsed message. Only its answer section is kept."""

    def __init__(self, wire):
        parser = dns.wire.Parser(wire)
        try:
            _, flags, questions, *sections = parser.get_struct("!HHHHHH")
            if questions > MAX_QUESTIONS or sum(sections) > MAX_RECORDS:
                raise Malformed("DNS message has too many questions or records")
            self.questions = [
                Question(parser.get_name(decompress=True), *parser.get_struct("!HH")) for _ in range(questions)
            ]
            self.answer = [_record(parser) for _ in range(sections[0])]
            for _ in range(sections[1] + sections[2]):
                _record(parser)
        except (dns.exception.DNSException, ValueError) as error:
            raise Malformed(f"malformed DNS message: {error!r}") from None
        if parser.remaining():
            raise Malformed("bytes after the end of a DNS message")
        self.counts = questions == 1 and not flags & OPCODE_TC_RCODE and self.questions[0].rdclass == IN

    def asks(self, name, rdtype):
        return self.counts and self.questions[0][:2] == (name, rdtype)

    def records(self, name, rdtype):
        """The different records of an RRset, in canonical order."""
        found = {
            record.canonical: record
            for record in self.answer
            if (record.name, record.type, record.rdclass) == (name, rdtype, IN)
        }
        if None in found:
            raise Refused("dnssec-chain", f"a record of {name} has invalid data for its type")
        return [found[rdata] for rdata in sorted(found)]


def _record(parser):
    name = parser.get_name(decompress=True)
    rdtype, rdclass, ttl, length = parser.get_struct("!HHIH")
    start = parser.current
    rdata = parser.get_bytes(length)
    canonical = _canonical(parser.wire, start, length, rdtype) if rdtype in TYPES_WITH_NAMES else rdata
    return Record(name, rdtype, rdclass, ttl, rdata, canonical)


def _canonical(wire, start, length, rdtype):
    """RDATA with its names in full and in lower case, or None where it is of another form."""
    try:
        if rdtype == MINFO:
            return _names(wire, start, length, 2)
        canonical = dns.rdata.from_wire(IN, rdtype, wire, start, length).to_digestable(dns.name.root)
    except (dns.exception.DNSException, ValueError):
        return None
    return None if rdtype in NEVER_COMPRESSED and len(canonical) != length else canonical


def _names(wire, start, length, count):
    """RDATA that is so many names, of a type that dnspython does not know."""
    parser = dns.wire.Parser(wire, start)
    with parser.restrict_to(length):
        return b"".join(parser.get_name(decompress=True).to_digestable() for _ in range(count))
