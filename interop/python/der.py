"""A reader of DER that notes the few forms of BER which VeraId tolerates.

`parse` reads a whole tree at once, so that everything else works on well-formed elements. Each element keeps its own
octets: signatures are checked over what was received, never over something written again.
"""

import re
from calendar import timegm
from datetime import datetime

from errors import Malformed

DEPTH = 16

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, PRINTABLE_STRING, UTC_TIME, GENERALIZED_TIME, BMP_STRING = 0x0C, 0x13, 0x17, 0x18, 0x1E
SEQUENCE, SET = 0x30, 0x31
CONSTRUCTED = 0x20


class Element:
    """Tag, octets in full and without their header, and the elements within."""

    def __init__(self, tag, octets, content, children):
        self.tag, self.octets, self.content, self.children = tag, octets, content, children

    def expect(self, tag, what):
        if self.tag != tag:
            raise Malformed(f"{what} has tag {self.tag:02x} instead of {tag:02x}")
        return self

    def retagged(self, tag):
        """The octets as they are signed where an IMPLICIT tag has replaced theirs."""
        return bytes([tag]) + self.octets[1:]


def parse(octets, depth=1):
    """The one element that `octets` are."""
    element, end = _parse_at(octets, 0, depth)
    if end != len(octets):
        raise Malformed("bytes after the end of an element")
    return element


def _parse_at(octets, start, depth):
    if len(octets) < start + 2:
        raise Malformed("element is cut off")
    tag, first = octets[start], octets[start + 1]
    if tag & 0x1F == 0x1F:
        raise Malformed("unsupported tag of several octets")
    body = start + 2
    length = first
    if first >= 0x80:
        width = first & 0x7F
        if not 1 <= width <= 4:
            raise Malformed("length is indefinite or out of bounds")
        digits = octets[body : body + width]
        length = int.from_bytes(digits, "big")
        body += width
        if len(digits) < width or length < 0x80 or digits[0] == 0:
            raise Malformed("length is padded")
    end = body + length
    if end > len(octets):
        raise Malformed("element is longer than its parent")
    content = octets[body:end]
    children = []
    if tag & CONSTRUCTED:
        if depth > DEPTH:
            raise Malformed("too many levels of DER")
        at = 0
        while at < len(content):
            child, at = _parse_at(content, at, depth + 1)
            children.append(child)
    return Element(tag, octets[start:end], content, children), end


class Fields:
    """Reads the elements of a SEQUENCE one after the other."""

    def __init__(self, element, what):
        self.what, self.left = what, list(element.children)

    def next(self, tag=None):
        if not self.left:
            raise Malformed(f"{self.what} ends too early")
        return self.left.pop(0) if tag is None else self.left.pop(0).expect(tag, self.what)

    def optional(self, tag):
        return self.left.pop(0) if self.left and self.left[0].tag == tag else None

    def end(self):
        if self.left:
            raise Malformed(f"{self.what} has an extra element")


def set_of(element, deviations, what):
    """The elements of a SET OF; an order other than DER's is a deviation."""
    encodings = [child.octets for child in element.children]
    if encodings != sorted(encodings):
        deviations.append(f"{what} is not sorted")
    return element.children


def integer_octets(element, deviations=None, tag=INTEGER, what="integer"):
    """The octets of an INTEGER; padding is a deviation where `deviations` are noted and an error elsewhere."""
    content = element.expect(tag, what).content
    if not content:
        raise Malformed(f"{what} is empty")
    if len(content) > 1 and (content[0], content[1] >> 7) in ((0x00, 0), (0xFF, 1)):
        if deviations is None:
            raise Malformed(f"{what} is padded")
        deviations.append(f"{what} is padded")
    return content


def integer(element, **options):
    return int.from_bytes(integer_octets(element, **options), "big", signed=True)


def boolean(element):
    content = element.expect(BOOLEAN, "boolean").content
    if content not in (b"\x00", b"\xff"):
        raise Malformed("boolean is neither 00 nor ff")
    return content == b"\xff"


def bit_string(element, what):
    content = element.expect(BIT_STRING, what).content
    if not content or content[0] > 7 or (len(content) == 1 and content[0]):
        raise Malformed(f"{what} is not a bit string")
    if content[0] and content[-1] & ((1 << content[0]) - 1):
        raise Malformed(f"{what} has unused bits that are set")
    return content[0], content[1:]


def oid(element, tag=OID):
    """An object identifier in dotted form."""
    content = element.expect(tag, "object identifier").content
    if not content or content[-1] & 0x80 or len(content) > 128:
        raise Malformed("object identifier is cut off or too long")
    arcs, value, fresh = [], 0, True
    for octet in content:
        if fresh and octet == 0x80:
            raise Malformed("object identifier has a padded arc")
        value = value << 7 | octet & 0x7F
        fresh = octet < 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def _seconds(digits, what):
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S")
    except ValueError:
        raise Malformed(f"{what} is not a time") from None
    if moment.year < 1970:
        raise Malformed(f"{what} is before 1970")
    return timegm(moment.timetuple())


def certificate_time(element):
    """UTCTime or GeneralizedTime as RFC 5280 section 4.1.2.5 has them."""
    text = element.content.decode("latin-1")
    if element.tag == UTC_TIME and re.fullmatch(r"[0-9]{12}Z", text):
        # RFC 5280 section 4.1.2.5.1: years from 50 are of the last century.
        return _seconds(("19" if text >= "5" else "20") + text[:-1], "certificate's time")
    if element.tag == GENERALIZED_TIME and re.fullmatch(r"[0-9]{14}Z", text):
        return _seconds(text[:-1], "certificate's time")
    raise Malformed("invalid form of certificate time")


def metadata_time(element, tag, deviations):
    """GeneralizedTime under an IMPLICIT tag; a fraction of 1 to 9 digits is a deviation and is dropped."""
    text = element.expect(tag, "metadata's time").content.decode("latin-1")
    match = re.fullmatch(r"([0-9]{14})(\.[0-9]{1,9})?Z", text)
    if match is None:
        raise Malformed("invalid form of metadata time")
    if match[2]:
        deviations.append("metadata's time has a fraction")
    return _seconds(match[1], "metadata's time")
