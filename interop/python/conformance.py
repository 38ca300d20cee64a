"""Speaks the conformance protocol: reads a line of JSON for each test vector and answers with one.

Nothing of what this verifies with is this project's Rust: see README.md.
"""

import base64
import json
import sys

import dns.name
import dns.rdatatype

import der
import kliento_token
import reading
from bundle import Request, verify_member_id_bundle, verify_signature_bundle
from dns_chain import Chain, parse_messages, parse_trust_anchor
from errors import Refused
from seconds import format_instant, parse_instant

# The version of the protocol that is spoken here.
PROTOCOL = 2

FIELDS = {
    *("protocol", "id", "operation", "trust_anchors", "at", "period", "service", "audience", "max_validity", "leeway"),
    *("accepted_profile", "foreign_issuers", "name", "type", "input", "header", "plaintext"),
}


def answer(request):
    """The answer to a request, but for its id."""
    if request.get("protocol") != PROTOCOL:
        return {"result": "unsupported", "message": f"protocol is {request.get('protocol')}, not {PROTOCOL}"}
    unknown = request.keys() - FIELDS
    if unknown:
        return {"result": "unsupported", "message": f"unknown fields: {', '.join(sorted(unknown))}"}
    operation = OPERATIONS.get(request["operation"])
    if operation is None:
        return {"result": "unsupported", "message": f"unknown operation: {request['operation']}"}
    try:
        return {"result": "valid", **operation(request)}
    except Refused as refused:
        stage = {} if refused.stage is None else {"stage": refused.stage}
        return {"result": refused.result, **stage, "message": str(refused)}


def _period(request):
    if "at" in request:
        instant = parse_instant(request["at"])
        return instant, instant
    return parse_instant(request["period"]["from"]), parse_instant(request["period"]["until"])


def _anchors(request):
    return [parse_trust_anchor(anchor) for anchor in request["trust_anchors"]]


def _question(request):
    service = request.get("service", kliento_token.SERVICE)
    return Request(
        _anchors(request),
        _period(request),
        service,
        request.get("accepted_profile"),
        request.get("leeway", 0),
        request.get("foreign_issuers", False),
    )


def _octets(request, field="input"):
    return base64.b64decode(request[field], validate=True)


def _encode(octets):
    return base64.b64encode(octets).decode("ascii")


def _instants(**seconds):
    """The instants that a calendar has."""
    return {name: text for name, second in seconds.items() if (text := format_instant(second))}


def _facts(verdict):
    user, organisation = verdict.user, verdict.organisation
    facts = {
        "subject": organisation if user is None else f"{user}@{organisation}",
        "organisation": organisation,
        "user": user,
        **_instants(validFrom=verdict.start, validUntil=verdict.end),
    }
    return facts if verdict.signer is None else {**facts, "signer": verdict.signer}


def _verify_chain(request):
    elements = der.parse(_octets(request)).expect(der.SET, "chain").children
    messages = parse_messages([element.expect(der.OCTET_STRING, "message").content for element in elements])
    chain = Chain(messages, _anchors(request), _period(request))
    name, rdtype = dns.name.from_text(request["name"]), dns.rdatatype.from_text(request["type"])
    records, seconds = chain.prove(name, rdtype)
    return {
        "records": [_encode(record.canonical) for record in records],
        "validity": [{"from": format_instant(start), "until": format_instant(end)} for start, end in seconds],
    }


def _verify_bundle(request):
    content = _octets(request, "plaintext") if "plaintext" in request else None
    verdict = verify_signature_bundle(_octets(request), _question(request), content)
    return {**_facts(verdict), "plaintext": _encode(verdict.content)}


def _verify_member_id_bundle(request):
    return _facts(verify_member_id_bundle(_octets(request), _question(request)))


def _verify_token(request):
    header = request.get("header")
    octets = _octets(request) if header is None else kliento_token.from_header(header)
    max_validity = request.get("max_validity", kliento_token.MAX_VALIDITY)
    verdict, claims = kliento_token.verify(octets, _question(request), request["audience"], max_validity)
    return {**_facts(verdict), "audience": request["audience"], "claims": claims}


OPERATIONS = {
    "verify-chain": _verify_chain,
    "verify-bundle": _verify_bundle,
    "verify-member-id-bundle": _verify_member_id_bundle,
    "verify-token": _verify_token,
}


def main():
    reading.by_draft = sys.argv[1:] == ["--draft"]
    for line in sys.stdin:
        if line.strip():
            request = json.loads(line)
            print(json.dumps({"id": request["id"], **answer(request)}), flush=True)


if __name__ == "__main__":
    main()
