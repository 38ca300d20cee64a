"""The TXT record that names an organisation's key, and how far it lets verification look back."""

import base64
import re
from collections import namedtuple

from cryptography.hazmat.primitives import hashes

from algorithms import digest
from errors import Refused
from seconds import NINETY_DAYS

STAGE = "key-record"

KEY_ALGORITHMS = {2048: "1", 3072: "2", 4096: "3"}
HASHES = {"1": hashes.SHA256, "2": hashes.SHA384, "3": hashes.SHA512}

Match = namedtuple("Match", "service look_back")


def character_strings(rdata):
    """The strings of TXT RDATA; None if malformed."""
    strings, at = [], 0
    while at < len(rdata):
        end = at + 1 + rdata[at]
        if end > len(rdata):
            return None
        strings.append(rdata[at + 1 : end])
        at = end
    return strings or None


def key_id(key, digest_type):
    return base64.b64encode(digest(HASHES[digest_type](), key.octets)).decode()


def select(records, key, key_bits, service, is_domainauth):
    """How many seconds the one record for this key and service lets verification look back."""
    read = _read_domainauth if is_domainauth else _read_veraid
    matches = []
    for record in records:
        match = read(record.rdata, key, KEY_ALGORITHMS[key_bits])
        if match and match.service in (None, service):
            matches.append(match)
    bound = [match for match in matches if match.service is not None]
    chosen = bound or matches
    if len(chosen) != 1:
        raise Refused(STAGE, f"{len(chosen)} records name the key")
    return chosen[0].look_back


def _refuse(message):
    raise Refused(STAGE, message)


def _text(octets):
    return octets.decode("ascii") if octets.isascii() else None


def _is_unregistered(number):
    """Whether a number is one that may be registered one day; a record with it is another one until then."""
    return number not in HASHES and re.fullmatch(r"[1-9][0-9]*", number) is not None


def _read_veraid(rdata, key, algorithm):
    """A record of VeraId; None if it is of another form or of another key."""
    strings = character_strings(rdata)
    if strings is None or len(strings) != 1 or (text := _text(strings[0])) is None:
        return None
    fields = re.split(r"[ \t\n\r\f\v]+", text.strip(" \t\n\r\f\v"))
    if fields[1:2] != [key_id(key, algorithm)]:
        return None
    if fields[0] not in HASHES and not _is_unregistered(fields[0]):
        _refuse("record that names the key has no algorithm")
    if fields[0] != algorithm:
        return None
    if len(fields) < 3 or not re.fullmatch(r"[0-9]+", fields[2]):
        _refuse("record that names the key has no TTL override")
    seconds = fields[2].lstrip("0")
    look_back = NINETY_DAYS if len(seconds) > 9 else min(int(seconds or "0"), NINETY_DAYS)
    return Match(fields[3] if len(fields) > 3 else None, look_back)


def _read_domainauth(rdata, key, algorithm):
    """A record of DomainAuth; None if it is of another form or of another key."""
    strings = character_strings(rdata)
    if strings is None or (text := _text(b"".join(strings))) is None:
        return None
    ids = {digest_type: key_id(key, digest_type).rstrip("=") for digest_type in HASHES}
    fields = text.split(" ")
    if fields[0] != "0" or not any(field.rstrip("=") in ids.values() for field in text.split()):
        return None
    if any(_is_unregistered(number) for number in fields[1:3]):
        return None
    match = re.fullmatch(r"0 ([123]) ([123]) ([A-Za-z0-9+/]+) ([1-9][0-9]{0,6})( [0-9]+(\.[0-9]+)+)?", text)
    if match is None or int(match[4]) > NINETY_DAYS or (match[1], match[3]) != (algorithm, ids[match[2]]):
        _refuse("record that names the key is malformed")
    return Match(match[5].strip() if match[5] else None, int(match[4]))
