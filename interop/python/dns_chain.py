"""Proves an RRset from the root's trust anchors (RFC 4035 section 5), and says in which seconds it is proved.

An RRset holds in the union over its good RRSIGs of the RRSIG's period and the seconds of the key; a key holds when its
RRset does. Nothing but a proved DS leads from a zone to the one below.
"""

import struct
from functools import partial

import dns.exception
import dns.name
import dns.rdatatype

import rrsig as rr
from dns_message import Message
from errors import Budget, Malformed, Refused
from seconds import EVER, intersection, union

STAGE = "dnssec-chain"

MAX_CHAIN_OCTETS = 65_536
MAX_MESSAGES = 64
MAX_CANDIDATES = 4
MAX_ZONE_CUTS = 16
MAX_RRSIGS = 8
MAX_KEYS, MAX_DS, MAX_ANSWER = 32, 16, 32
MAX_COLLIDING_KEYS = 2

CNAME, DNAME = dns.rdatatype.CNAME, dns.rdatatype.DNAME


def refuse(message):
    raise Refused(STAGE, message)


def parse_trust_anchor(text):
    _, _, _, tag, algorithm, digest_type, digest = text.split()
    return int(tag), int(algorithm), int(digest_type), bytes.fromhex(digest)


def parse_messages(wires):
    """Parses the messages of a chain; one malformed message makes the chain malformed."""
    if sum(map(len, wires)) > MAX_CHAIN_OCTETS:
        raise Malformed("DNSSEC chain is too large")
    if len(wires) > MAX_MESSAGES:
        raise Malformed("DNSSEC chain has too many messages")
    return [Message(wire) for wire in wires]


class Chain:
    """The messages of a chain, and the period for which they are to prove something."""

    def __init__(self, messages, anchors, period, cap=None, budget=None):
        self.messages, self.anchors, self.cap = messages, anchors, cap
        self.wanted, self.period = [period], period
        self.budget = budget or Budget()

    def prove(self, name, rdtype):
        """The records of an RRset and the seconds in which they are proved, some of them wanted."""
        if self.period[1] - self.period[0] >= rr.HALF:
            refuse("RRSIG times are ambiguous in a period this long")
        answers = [message for message in self.messages if message.asks(name, rdtype)]
        if len(answers) != 1:
            refuse(f"{len(answers)} messages answer the question")
        self._refuse_aliases(answers[0], name, rdtype)
        records = answers[0].records(name, rdtype)
        if not 1 <= len(records) <= MAX_ANSWER:
            refuse(f"{len(records)} records answer the question")

        zone, entries, keys = self._walk(name, rdtype)
        if rdtype == rr.DNSKEY and name == zone:
            keys = entries
        seconds = self._seconds(answers[0], records, zone, keys)
        if not intersection(seconds, self.wanted):
            refuse(f"{name} is not proved at any relevant second")
        return records, seconds

    def _refuse_aliases(self, message, name, rdtype):
        for record in message.answer:
            if record.type == CNAME and rdtype != CNAME and record.name == name:
                refuse(f"{name} is an alias")
            # If a DNAME is requested, one at the name itself is the answer and not an alias.
            is_asked_for = rdtype == DNAME and record.name == name
            if record.type == DNAME and name.is_subdomain(record.name) and not is_asked_for:
                refuse(f"{record.name} is a DNAME")

    def _walk(self, name, rdtype):
        """The zone that speaks for a question, its keys with a DS or anchor, and all its keys, each with its seconds."""
        zone, cuts = dns.name.root, 0
        entries, keys = self._keys(zone, self._anchored_seconds)
        # A DS belongs to the zone above its owner.
        lowest = name.parent() if rdtype == rr.DS and name != dns.name.root else name
        for depth in range(2, len(lowest.labels) + 1):
            child = lowest.split(depth)[1]
            delegations = self._delegations(child, zone, keys)
            if delegations is None:
                continue
            cuts += 1
            if cuts > MAX_ZONE_CUTS:
                refuse("too many zone cuts")
            zone = child
            entries, keys = self._keys(zone, partial(_delegated_seconds, zone, delegations))
        return zone, entries, keys

    def _anchored_seconds(self, key):
        return EVER if any(key.fits(dns.name.root, *anchor) for anchor in self.anchors) else []

    def _candidates(self, name, rdtype):
        """The messages that answer a question, each once, in an order that their sender cannot choose."""
        found = {}
        for message in self.messages:
            if message.asks(name, rdtype) and message.records(name, rdtype):
                found[repr([record[:6] for record in message.answer])] = message
        if len(found) > MAX_CANDIDATES:
            refuse(f"too many messages answer for {name}")
        return [found[key] for key in sorted(found)]

    def _delegations(self, child, zone, keys):
        """The DS records of a zone below, each with its seconds; None if no message has any."""
        candidates = self._candidates(child, rr.DS)
        if not candidates:
            return None
        proved = []
        for message in candidates:
            records = message.records(child, rr.DS)
            if len(records) > MAX_DS:
                refuse(f"too many DS records of {child}")
            seconds = self._seconds(message, records, zone, keys)
            for record in records if seconds else []:
                if len(record.rdata) > 4:
                    proved.append(((*struct.unpack("!HBB", record.rdata[:4]), record.rdata[4:]), seconds))
        if not proved:
            refuse(f"DS records of {child} are not proved")
        return proved

    def _keys(self, zone, trusted_seconds):
        """A zone's keys that its parent or an anchor names, and all its keys: pairs of key and seconds."""
        entries, keys = [], {}
        for message in self._candidates(zone, rr.DNSKEY):
            records = message.records(zone, rr.DNSKEY)
            if len(records) > MAX_KEYS:
                refuse(f"too many keys of {zone}")
            usable = [key for record in records if (key := rr.Key.parse(record.rdata))]
            named = [(key, seconds) for key in usable if (seconds := trusted_seconds(key))]
            entries += named
            seconds = self._seconds(message, records, zone, named)
            for key in usable if seconds else []:
                keys[key.rdata] = (key, union(seconds, keys.get(key.rdata, (key, []))[1]))
        if not keys:
            refuse(f"keys of {zone} are not proved")
        return entries, list(keys.values())

    def _seconds(self, message, records, zone, keys):
        """When the zone's keys prove an RRset by the RRSIGs that stand beside it."""
        name, rdtype = records[0].name, records[0].type
        rrsigs = [
            parsed
            for record in message.records(name, rr.RRSIG)
            if (parsed := rr.Rrsig.parse(record.rdata)) and parsed.covered == rdtype
        ]
        if len(rrsigs) > MAX_RRSIGS:
            refuse(f"too many RRSIGs of {name}")
        # What lasts longest is tried first, so that mostly one check does.
        rrsigs.sort(key=lambda rrsig: [end for _, end in rrsig.seconds(self.period, self.cap)], reverse=True)
        proved = []
        for rrsig in rrsigs:
            if rrsig.signer != zone or rrsig.labels != rr.label_count(name) or not name.is_subdomain(zone):
                continue
            matching = [
                (key, seconds)
                for key, seconds in keys
                if (key.tag, key.algorithm) == (rrsig.key_tag, rrsig.algorithm)
            ]
            if len({key.rdata for key, _ in matching}) > MAX_COLLIDING_KEYS:
                refuse(f"too many keys of {zone} have the tag {rrsig.key_tag}")
            for key, seconds in matching:
                seconds = intersection(seconds, rrsig.seconds(self.period, self.cap))
                # Only what adds wanted seconds is worth a check.
                if intersection(union(proved, seconds), self.wanted) == intersection(proved, self.wanted):
                    continue
                verify = partial(key.verifies, rrsig, records)
                if self.budget.check(verify, is_ed448=rrsig.algorithm == rr.ED448):
                    proved = union(proved, seconds)
        return proved


def _delegated_seconds(zone, delegations, key):
    """When a zone's DS records name a key."""
    return union(*(seconds for ds, seconds in delegations if key.fits(zone, *ds)))
