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
    """The strings of TXT RDATA; None if it is none."""
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


def _read_veraid(rdata, key, algorithm):
    """A record of VeraId; None if it is of another form or of another key."""
    strings = character_strings(rdata)
    if strings is None or len(strings) != 1 or (text := _text(strings[0])) is None:
        return None
    fields = re.split(r"[ \t\n\r\f\v]+", text.strip(" \t\n\r\f\v"))
    if fields[:1] != [algorithm] or fields[1:2] != [key_id(key, algorithm)]:
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
    loose = text.split()
    if loose[:2] != ["0", algorithm] or len(loose) < 4 or loose[2] not in HASHES:
        return None
    if loose[3] != key_id(key, loose[2]).rstrip("="):
        return None
    match = re.fullmatch(r"0 [123] [123] [A-Za-z0-9+/]+ ([1-9][0-9]{0,6})( [0-9]+(\.[0-9]+)+)?", text)
    if match is None or int(match[1]) > NINETY_DAYS:
        _refuse("record that names the key is malformed")
    return Match(match[2].strip() if match[2] else None, int(match[1]))
