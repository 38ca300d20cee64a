"""RRSIG, DNSKEY and DS records, and whether an RRSIG is good for an RRset (RFC 4034, RFC 4035 section 5.3)."""

import hashlib
import struct
from functools import cached_property

import dns.dnssec
import dns.dnssecalgs
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from cryptography.exceptions import InvalidSignature

DNSKEY, DS, RRSIG = dns.rdatatype.DNSKEY, dns.rdatatype.DS, dns.rdatatype.RRSIG

RSA_ALGORITHMS = {8, 10}
ED25519, ED448 = 15, 16
ALGORITHMS = {8, 10, 13, 14, 15, 16}
DIGESTS = {2: hashlib.sha256, 4: hashlib.sha384}
FLAG_ZONE, FLAG_REVOKE = 0x0100, 0x0080
HALF, CIRCLE = 2**31, 2**32


class Rrsig:
    """The fields of an RRSIG; None comes of `parse` where there are none."""

    def __init__(self, rdata, end_of_name, signer):
        self.signed_fields = rdata[:18] + signer.to_digestable()
        fields = struct.unpack("!HBBIIIH", rdata[:18])
        self.covered, self.algorithm, self.labels, self.original_ttl = fields[:4]
        self.expiration, self.inception, self.key_tag = fields[4:]
        self.signer, self.signature = signer, rdata[end_of_name:]
        self.rdata = rdata

    @classmethod
    def parse(cls, rdata):
        labels, at = [], 18
        # Not with compression: RFC 4034 section 3.1.7.
        while at < len(rdata) and rdata[at] < 64 and at + rdata[at] < len(rdata):
            labels.append(rdata[at + 1 : at + 1 + rdata[at]])
            at += 1 + rdata[at]
            if labels[-1] == b"":
                return cls(rdata, at, dns.name.Name(labels)) if at <= 18 + 255 else None
        return None

    def seconds(self, period, cap):
        """When it holds, its serial numbers (RFC 1982) resolved for a period; nothing if it never does."""
        length = (self.expiration - self.inception) % CIRCLE
        if length >= HALF or (cap is not None and length > cap):
            return []
        # Of all repetitions only one can have seconds of a period that is shorter than half a circle: the first to end in or after it.
        start = period[0] - length + (self.inception + length - period[0]) % CIRCLE
        if start > period[1]:
            start = period[1] + (self.inception - period[1] + HALF) % CIRCLE - HALF
        return [(start, start + length)]


class Key:
    """A DNSKEY that may be used; None comes of `parse` for any other."""

    def __init__(self, rdata):
        self.rdata = rdata
        self.algorithm, self.public_key = rdata[3], rdata[4:]
        self.record = dns.rdata.from_wire(dns.rdataclass.IN, DNSKEY, rdata, 0, len(rdata))
        self.tag = dns.dnssec.key_id(self.record)

    @classmethod
    def parse(cls, rdata):
        if len(rdata) < 5:
            return None
        flags, protocol, algorithm = struct.unpack("!HBB", rdata[:4])
        if not flags & FLAG_ZONE or flags & FLAG_REVOKE or protocol != 3 or algorithm not in ALGORITHMS:
            return None
        if algorithm in RSA_ALGORITHMS and not _is_good_rsa(rdata[4:]):
            return None
        if algorithm == ED25519 and _has_small_order(rdata[4:]):
            return None
        return cls(rdata)

    def fits(self, owner, tag, algorithm, digest_type, digest):
        if (tag, algorithm) != (self.tag, self.algorithm) or digest_type not in DIGESTS:
            return False
        return DIGESTS[digest_type](owner.to_digestable() + self.rdata).digest() == digest

    @cached_property
    def _public(self):
        return dns.dnssecalgs.get_algorithm_cls_from_dnskey(self.record).public_cls.from_dnskey(self.record)

    def verifies(self, rrsig, records):
        if self.algorithm == ED25519 and _has_small_order(rrsig.signature[:32]):
            return False
        owner = records[0].name.to_digestable()
        data = rrsig.signed_fields + b"".join(
            owner
            + struct.pack("!HHIH", record.type, record.rdclass, rrsig.original_ttl, len(record.canonical))
            + record.canonical
            for record in records
        )
        try:
            self._public.verify(rrsig.signature, data)
            return True
        except (InvalidSignature, ValueError, dns.exception.DNSException):
            return False


def rsa_numbers(public_key):
    """Exponent and modulus of RFC 3110, in octets."""
    width, at = public_key[0], 1
    if width == 0:
        width, at = int.from_bytes(public_key[1:3], "big"), 3
    return public_key[at : at + width], public_key[at + width :]


def _is_good_rsa(public_key):
    exponent, modulus = rsa_numbers(public_key)
    if not exponent or not modulus or exponent[0] == 0 or modulus[0] == 0:
        return False
    value = int.from_bytes(exponent, "big")
    return value % 2 == 1 and 3 <= value < 2**33 and 1024 <= int.from_bytes(modulus, "big").bit_length() <= 4096


_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


def _has_small_order(point):
    """Whether the order of an encoded point of edwards25519 divides 8.

    Those points have y = 1 or -1 (x = 0), y = 0 (order 4), or double to such a point: then x^2 = -y^2, which makes
    d*y^4 + 2*y^2 = 1 of the curve's equation.
    """
    y = int.from_bytes(point, "little") % 2**255 % _P
    return y * (y * y - 1) * (_D * pow(y, 4, _P) + 2 * y * y - 1) % _P == 0


def label_count(name):
    """Labels without the root's, a leftmost asterisk included: a wildcard proves nothing here."""
    return len(name.labels) - 1
