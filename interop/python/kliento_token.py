"""Kliento's tokens: the header, the token's JSON, its audience and how long it may be signed for."""

import base64
import binascii
import json
import math
import re

from bundle import verify_signature_bundle
from errors import Malformed, Refused

STAGE = "token"

SERVICE = "1.3.6.1.4.1.58708.3.0"
MAX_OCTETS = 16_384
MAX_DEPTH = 8
MAX_VALIDITY = 3_600


def from_header(header):
    """The bundle in the value of an Authorization header."""
    match = re.fullmatch(r"kliento ([A-Za-z0-9+/]+)(={0,2})", header, re.IGNORECASE | re.ASCII)
    if match is None:
        raise Malformed("header is not the scheme, a space and Base64", "header")
    digits, padding = match.groups()
    full = digits + "=" * (-len(digits) % 4)
    try:
        octets = base64.b64decode(full, validate=True)
    except binascii.Error as error:
        raise Malformed(f"header is not Base64: {error}", "header") from None
    if (padding and digits + padding != full) or base64.b64encode(octets).decode() != full:
        raise Malformed("header's Base64 is padded wrongly or has spare bits", "header")
    return octets


def verify(octets, request, audience, max_validity=MAX_VALIDITY):
    """The verdict on the bundle, and the token's claims."""
    if len(octets) > MAX_OCTETS:
        raise Malformed("token bundle is too large")
    verdict = verify_signature_bundle(octets, request)
    if verdict.signed_seconds > max_validity:
        raise Refused("window", f"token is signed for {verdict.signed_seconds} seconds")
    found, claims = parse(verdict.content)
    if found != audience:
        raise Refused(STAGE, "token is for another audience")
    return verdict, claims


def parse(content):
    """Audience and claims."""
    try:
        token = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_number,
        )
    except (ValueError, RecursionError) as error:
        raise Refused(STAGE, f"token is not JSON: {error}") from None
    _check_value(token, 1)
    if not isinstance(token, dict):
        raise Refused(STAGE, "token is not an object")
    audience, claims = token.get("audience"), token.get("claims", {})
    if not isinstance(audience, str) or not audience:
        raise Refused(STAGE, "token has no audience")
    if not isinstance(claims, dict) or not all(isinstance(value, str) for value in claims.values()):
        raise Refused(STAGE, "claims are not an object of strings")
    return audience, claims


def _object(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("duplicate member")
    return dict(pairs)


def _number(text):
    if not math.isfinite(float(text)):
        raise ValueError("number does not fit into a double")
    return float(text)


def _check_value(value, depth):
    """Rejects lone surrogates, and containers that nest too deeply."""
    if isinstance(value, str) and re.search("[\ud800-\udfff]", value):
        raise Refused(STAGE, "token has a lone surrogate")
    if isinstance(value, (dict, list)):
        if depth > MAX_DEPTH:
            raise Refused(STAGE, "token nests too deeply")
        for child in [*value, *value.values()] if isinstance(value, dict) else value:
            _check_value(child, depth + 1)
