#!/usr/bin/env python3
"""A second opinion on the vectors here, by dnspython: `pip install dnspython==2.7.0 cryptography`, then `python3 confirm.py`.

Walks each chain with dnspython's records, canonical form and signature checks, and compares with what the vector expects. Nothing of this
project is used. It knows three rules beyond dnspython's: DSs are of SHA-256 or SHA-384, algorithms are 8, 10 and 13 to 16, and a signature that
counts fewer labels than the owner has is refused, which dnspython takes for a wildcard's.
"""

import base64
import json
import pathlib
import sys
from datetime import datetime

import dns.dnssec
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset

ALGORITHMS = {8, 10, 13, 14, 15, 16}
DIGESTS = {2: "SHA256", 4: "SHA384"}


class Refused(Exception):
    pass


def elements(der):
    """The values of a SET OF OCTET STRING."""

    def header(octets):
        length, rest = octets[1], octets[2:]
        if length & 0x80:
            count = length & 0x7F
            length, rest = int.from_bytes(rest[:count], "big"), rest[count:]
        return rest[:length], rest[length:]

    content, _ = header(der)
    values = []
    while content:
        value, content = header(content)
        values.append(value)
    return values


class Chain:
    def __init__(self, messages):
        self.rrsets = {}
        for octets in messages:
            message = dns.message.from_wire(octets)
            question = (message.question[0].name, message.question[0].rdtype)
            name, rdtype = question
            rrset = message.get_rrset(message.answer, name, 1, rdtype)
            rrsigs = message.get_rrset(message.answer, name, 1, dns.rdatatype.RRSIG, rdtype)
            self.rrsets.setdefault(question, []).append((rrset, list(rrsigs or [])))

    def find(self, name, rdtype):
        return self.rrsets.get((name, rdtype), [])


def holds(rrset, rrsigs, zone, keys, at):
    """Whether one of the signatures is good, by a key that may sign for the zone."""
    keys = [key for key in keys if key.flags & 0x0100 and not key.flags & 0x0080 and key.protocol == 3]
    if not keys:
        return False
    keyset = {zone: dns.rrset.from_rdata_list(zone, 0, keys)}
    for rrsig in rrsigs:
        if rrsig.algorithm not in ALGORITHMS or rrsig.signer != zone:
            continue
        if rrsig.labels != len(rrset.name) - 1:
            continue
        try:
            dns.dnssec.validate_rrsig(rrset, rrsig, keyset, now=at)
            return True
        except (dns.dnssec.ValidationFailure, dns.dnssec.UnsupportedAlgorithm, ValueError):
            continue
    return False


def zone_keys(chain, zone, delegations, at):
    """The keys of a zone that a DS leads to."""
    proved = []
    for rrset, rrsigs in chain.find(zone, dns.rdatatype.DNSKEY):
        named = []
        for key in rrset:
            for ds in delegations:
                if ds.digest_type in DIGESTS and ds.algorithm in ALGORITHMS:
                    if dns.dnssec.make_ds(zone, key, DIGESTS[ds.digest_type]) == ds:
                        named.append(key)
        if holds(rrset, rrsigs, zone, named, at):
            proved += list(rrset)
    if not proved:
        raise Refused(f"no keys of {zone}")
    return proved


def walk(vector):
    at = int(datetime.fromisoformat(vector["at"].replace("Z", "+00:00")).timestamp())
    chain = Chain(elements(base64.b64decode(vector["input"])))
    anchors = [
        dns.rdata.from_text("IN", "DS", line.split(" DS ")[1]) for line in vector["trust_anchors"]
    ]
    name = dns.name.from_text(vector["name"])
    rdtype = dns.rdatatype.from_text(vector["type"])
    zone = dns.name.root
    keys = zone_keys(chain, zone, anchors, at)
    for depth in range(2, len(name) + 1):
        child = name.split(depth)[1]
        if child == name and rdtype == dns.rdatatype.DS:
            continue
        delegations = []
        for rrset, rrsigs in chain.find(child, dns.rdatatype.DS):
            if holds(rrset, rrsigs, zone, keys, at):
                delegations += list(rrset)
        if delegations:
            keys = zone_keys(chain, child, delegations, at)
            zone = child
    answers = chain.find(name, rdtype)
    if len(answers) != 1 or answers[0][0] is None:
        raise Refused("not one answer")
    rrset, rrsigs = answers[0]
    if not holds(rrset, rrsigs, zone, keys, at):
        raise Refused("the answer is not proved")
    return sorted(rdata.to_digestable() for rdata in rrset)


def main():
    here = pathlib.Path(__file__).parent
    counts, wrong = {}, []
    for path in sorted(here.glob("*/*.json")):
        vector = json.loads(path.read_text())
        expected = vector["expect"]
        try:
            records = [base64.b64encode(rdata).decode() for rdata in walk(vector)]
            found = "valid" if records == expected.get("records", records) else "other records"
        except Refused:
            found = "invalid"
        key = (path.parent.name, expected["result"])
        counts[key] = counts.get(key, 0) + 1
        if found != expected["result"]:
            wrong.append(f"{path}: {found}, not {expected['result']}")
    for (folder, result), count in sorted(counts.items()):
        print(f"{folder}: {count} {result}")
    print("\n".join(wrong) or "all confirmed")
    return 1 if wrong or not counts else 0


if __name__ == "__main__":
    sys.exit(main())
