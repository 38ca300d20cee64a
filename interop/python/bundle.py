"""Signature bundles and member id bundles: everything together, and the seconds in which it all holds."""

from collections import namedtuple

import dns.name
import dns.rdatatype

import der
import names
import reading
from algorithms import BadAlgorithm
from certificate import Certificate, Organisation, organisation_name
from dns_chain import Chain, parse_messages
from errors import Budget, Malformed, Refused
from key_record import select
from seconds import NINETY_DAYS, intersection, run_around
from signed_data import MAX_ATTACHED, SignedData, check_may_sign

MAX_OVERHEAD_OCTETS = 65_536
MAX_BUNDLE_OCTETS = 16 * 2**20
MAX_LEEWAY = 300
TXT = dns.rdatatype.TXT

# What the verifier asks: `period` is a pair of seconds, `profile` is "veraid", "domainauth" or None for both.
Request = namedtuple("Request", "anchors period service profile leeway foreign_issuers")
Verdict = namedtuple("Verdict", "organisation user signer content start end signed_seconds")


class Bundle:
    """What both kinds of bundle begin with, parsed."""

    def __init__(self, octets, fields_after, what):
        self.deviations = []
        fields = der.Fields(der.parse(octets).expect(der.SEQUENCE, what), what)
        if der.integer(fields.next(), tag=0x80, what="version") != 0:
            raise Malformed("unsupported bundle version")
        elements = der.set_of(fields.next(0xA1), self.deviations, "DNSSEC chain")
        self.messages = parse_messages([e.expect(der.OCTET_STRING, "message").content for e in elements])
        self.certificate = Certificate(fields.next(0xA2), self.deviations)
        # A field that VeraId does not have.
        self.domainauth_field = fields_after(fields)
        fields.end()

    def organisation(self, request, budget):
        """The profile that the chain calls for, and the organisation after its checks."""
        name = organisation_name(self.certificate)
        if not names.owner_fits("_veraid", name):
            raise Refused("certificate", "organisation's name is too long")
        for label, profile in (("_domainauth", "domainauth"), ("_veraid", "veraid")):
            if request.profile not in (None, profile) or not names.owner_fits(label, name):
                continue
            owner = dns.name.from_text(f"{label}.{name}.")
            if any(m.asks(owner, TXT) and m.records(owner, TXT) for m in self.messages):
                if profile == "domainauth" and self.deviations:
                    raise Malformed(f"not DER: {self.deviations[0]}")
                if profile == "veraid" and self.domainauth_field is not None:
                    raise Malformed("bundle has a field that VeraId does not have")
                is_domainauth = profile == "domainauth"
                accepts_foreign = is_domainauth and request.foreign_issuers
                return owner, Organisation(self.certificate, is_domainauth, budget, accepts_foreign)
        raise Refused("dnssec-chain", f"chain has no key records of {name}")

    def window(self, request, organisation, owner, holds, budget):
        """The run of seconds in which the chain and `holds` are valid, around the last usable one."""
        start, end = request.period
        is_domainauth = organisation.is_domainauth
        if start > end:
            raise Refused("window", "requested period ends before it starts")
        if is_domainauth and end - start > NINETY_DAYS:
            raise Refused("window", "requested period is longer than 90 days")
        # The draft has no leeway.
        leeway = 0 if reading.by_draft else min(request.leeway, MAX_LEEWAY)
        end_of_leeway = end + leeway
        if not intersection([(start, end_of_leeway)], holds):
            raise Refused("window", "signature and certificates are not valid in the requested period")
        cap = NINETY_DAYS if is_domainauth else None
        chain = Chain(self.messages, request.anchors, (start, end_of_leeway), cap, budget)
        records, proved = chain.prove(owner, TXT)
        certificate = organisation.certificate
        look_back = select(records, certificate.key, organisation.key_bits, request.service, is_domainauth)
        evidence = intersection(holds, proved)
        latest = _latest(request.period, holds, evidence, look_back, is_domainauth)
        if latest is None:
            # Only then does leeway help, and all evidence alike: its first second after the requested period.
            begun = intersection(evidence, [(end + 1, end_of_leeway)])
            if not begun:
                raise Refused("window", "there is no second at which all evidence is valid")
            latest = begun[0][0]
        return run_around(evidence, latest)


def _latest(period, holds, evidence, look_back, is_domainauth):
    """The last second of `evidence` that counts in a period, or None."""
    common = intersection([period], holds)
    if not common:
        return None
    latest = period[1] if is_domainauth else common[-1][1]
    counting = intersection([period], evidence, [(latest - look_back, latest)])
    return counting[-1][1] if counting else None


def verify_signature_bundle(octets, request, given_content=None):
    if len(octets) > MAX_BUNDLE_OCTETS:
        raise Malformed("bundle is too large")
    signature = None

    def read_signature(fields):
        nonlocal signature
        signature = fields.next(0xA3)

    bundle = Bundle(octets, read_signature, "signature bundle")
    signed = SignedData(signature, bundle.deviations)
    if len(octets) - len(getattr(signed, "content", None) or b"") > MAX_OVERHEAD_OCTETS:
        raise Malformed("bundle without its content is too large")

    budget = Budget()
    owner, organisation = bundle.organisation(request, budget)
    content = signed.check(given_content)
    if signed.service != request.service:
        raise Refused("signed-data", "signature is for another service")
    if organisation.is_domainauth and signed.end - signed.start > NINETY_DAYS:
        raise Refused("window", "signature is valid for more than 90 days")

    # VeraId's specification says 3; RFC 5652 section 5.1 gives 1.
    if organisation.is_domainauth and signed.version != 1:
        raise Refused("signed-data", f"SignedData has version {signed.version}")
    signer, path_seconds = _signer(signed, organisation)
    check_may_sign(signer)
    user = _user(signed, signer, organisation)
    signed.check_binding(signer)
    signed.check_signature(signer.key, signer is organisation.certificate, budget)

    holds = intersection(path_seconds, [(signed.start, signed.end)])
    start, end = bundle.window(request, organisation, owner, holds, budget)
    signer = "member" if signed.attribution is None else "organisation"
    return Verdict(organisation.name, user, signer, content, start, end, signed.end - signed.start)


def _signer(signed, organisation):
    """The signer's certificate, and when a path to it holds."""
    certificate = organisation.certificate
    attached = [other for other in signed.attached if other.octets != certificate.octets]
    _check_distinct([certificate, *attached])
    if signed.signer_id == (certificate.issuer, certificate.serial):
        return certificate, organisation.seconds
    for other in attached:
        if signed.signer_id == (other.issuer, other.serial):
            return other, organisation.seconds_of_paths(other, attached)
    raise Refused("certificate", "signer's certificate is missing")


def _user(signed, signer, organisation):
    """The user for whom a signature speaks, or None for a bot."""
    stage = "certificate" if signed.attribution is None else "signed-data"
    if signed.attribution is None:
        if signer.subject == organisation.certificate.subject:
            raise Refused("signed-data", "organisation signs without attribution")
        name = signer.common_name()
    else:
        # A member never speaks for another.
        if signer is not organisation.certificate and not (organisation.is_domainauth and signer.may_issue):
            raise Refused("signed-data", "signer may not attribute")
        name = signed.attributed_name()
    try:
        return names.user(name, organisation.is_domainauth)
    except names.BadName as error:
        raise Refused(stage, str(error)) from None


def _check_distinct(certificates):
    # The same certificate may be there again.
    different = {certificate.octets: certificate for certificate in certificates}.values()
    ids = {(certificate.issuer, certificate.serial) for certificate in different}
    if len(ids) != len(different):
        raise Refused("certificate", "two certificates have the same issuer and serial number")


def verify_member_id_bundle(octets, request):
    if len(octets) > MAX_OVERHEAD_OCTETS:
        raise Malformed("bundle is too large")
    member = None

    def read_members(fields):
        nonlocal member
        member = fields.next(0xA3)
        return fields.optional(0xA4)

    bundle = Bundle(octets, read_members, "member id bundle")
    member, intermediates = Certificate(member, bundle.deviations), []
    if bundle.domainauth_field is not None:
        intermediates = der.set_of(bundle.domainauth_field, bundle.deviations, "intermediates")
    attached = [
        Certificate(child.expect(der.SEQUENCE, "intermediate"), bundle.deviations)
        for child in intermediates
    ]
    if len(attached) > MAX_ATTACHED:
        raise Malformed("too many intermediate certificates")
    budget = Budget()
    owner, organisation = bundle.organisation(request, budget)
    if member.subject == organisation.certificate.subject:
        raise Refused("signed-data", "member has the organisation's name")
    _check_distinct([organisation.certificate, member, *attached])
    holds = organisation.seconds_of_paths(member, attached)
    check_may_sign(member)
    try:
        user = names.user(member.common_name(), organisation.is_domainauth)
        member.key.numbers(is_organisation=False)
    except (names.BadName, BadAlgorithm) as error:
        raise Refused("certificate", str(error)) from None
    start, end = bundle.window(request, organisation, owner, holds, budget)
    return Verdict(organisation.name, user, None, None, start, end, None)
