"""Certificates (RFC 5280) and the path from an organisation's certificate to a signer's."""

import re
from functools import partial

import der
import names
import reading
from algorithms import BadAlgorithm, PublicKey, identifier
from errors import Malformed, Refused
from seconds import NINETY_DAYS, intersection, union

STAGE = "certificate"

MAX_EXTENSIONS = 16
MAX_PATH = 4

COMMON_NAME = "2.5.4.3"
SUBJECT_KEY_ID, KEY_USAGE, BASIC_CONSTRAINTS = "2.5.29.14", "2.5.29.15", "2.5.29.19"
NAME_CONSTRAINTS, AUTHORITY_KEY_ID = "2.5.29.30", "2.5.29.35"
KNOWN = {SUBJECT_KEY_ID, KEY_USAGE, BASIC_CONSTRAINTS, AUTHORITY_KEY_ID}
DIGITAL_SIGNATURE, KEY_CERT_SIGN = 0, 5


def refuse(message):
    raise Refused(STAGE, message)


class Certificate:
    """A certificate that was parsed, and nothing more. `deviations` takes what of it is not DER."""

    def __init__(self, element, deviations):
        # In a bundle an IMPLICIT tag stands in place of SEQUENCE.
        self.octets = element.retagged(der.SEQUENCE)
        fields = der.Fields(element, "certificate")
        tbs = fields.next(der.SEQUENCE)
        self.signed_octets = tbs.octets
        self.algorithm = fields.next(der.SEQUENCE)
        unused, self.signature = der.bit_string(fields.next(), "certificate's signature")
        fields.end()
        if unused:
            raise Malformed("certificate's signature has unused bits")
        identifier(self.algorithm)

        fields = der.Fields(tbs, "TBSCertificate")
        version = fields.optional(0xA0)
        self.version = 0 if version is None else _version(version)
        self.serial = der.integer_octets(fields.next(), deviations, what="serial number")
        self.inner_algorithm = fields.next(der.SEQUENCE)
        identifier(self.inner_algorithm)
        issuer = fields.next(der.SEQUENCE)
        self.issuer = issuer.octets
        _common_names(issuer, deviations)
        validity = der.Fields(fields.next(der.SEQUENCE), "validity")
        self.not_before, self.not_after = (der.certificate_time(validity.next()) for _ in range(2))
        validity.end()
        subject = fields.next(der.SEQUENCE)
        self.subject = subject.octets
        self._common_names = _common_names(subject, deviations)
        self.key = PublicKey(fields.next())
        self._read_extensions(fields.optional(0xA3), deviations)
        # Unique identifiers, [1] and [2], are elements too many.
        fields.end()

    def _read_extensions(self, element, deviations):
        self.extensions, self.critical = {}, set()
        if element is None:
            return
        wrapper = der.Fields(element, "extensions")
        extensions = wrapper.next(der.SEQUENCE).children
        wrapper.end()
        if not 1 <= len(extensions) <= MAX_EXTENSIONS:
            raise Malformed(f"certificate has {len(extensions)} extensions")
        for extension in extensions:
            fields = der.Fields(extension.expect(der.SEQUENCE, "extension"), "extension")
            kind = der.oid(fields.next())
            critical = fields.optional(der.BOOLEAN)
            value = fields.next(der.OCTET_STRING).content
            fields.end()
            if kind in self.extensions:
                raise Malformed(f"certificate has the extension {kind} twice")
            self.extensions[kind] = value
            if critical is not None and not _explicit(critical, deviations):
                continue
            if critical is not None:
                self.critical.add(kind)
        self.is_authority, self.path_length = _basic_constraints(
            self.extensions.get(BASIC_CONSTRAINTS), deviations
        )
        self.usage = _key_usage(self.extensions.get(KEY_USAGE))
        self.subject_key_id = _subject_key_id(self.extensions.get(SUBJECT_KEY_ID))
        self.authority_key_id = _authority_key_id(self.extensions.get(AUTHORITY_KEY_ID))

    is_authority, path_length, usage, subject_key_id, authority_key_id = False, None, None, None, None

    @property
    def names_itself(self):
        return self.issuer == self.subject

    @property
    def may_issue(self):
        """Whether it is a certificate authority's, which is the same for issuing and for speaking for the organisation."""
        return self.is_authority and BASIC_CONSTRAINTS in self.critical and self.allows(KEY_CERT_SIGN)

    def allows(self, bit):
        return self.usage is None or bit in self.usage

    def common_name(self):
        """The one common name."""
        if len(self._common_names) != 1:
            refuse(f"certificate has {len(self._common_names)} common names")
        return _decode(self._common_names[0])

    def check(self, is_domainauth):
        """What has to be true of every certificate on a path by itself."""
        if self.version != 2:
            refuse("certificate is not version 3")
        if self.algorithm.octets != self.inner_algorithm.octets:
            refuse("certificate names two different signature algorithms")
        # RFC 5280 section 4.1.2.2 wants verifiers to put up with such serial numbers.
        if not reading.by_draft and (self.serial[0] & 0x80 or len(self.serial) > 20):
            refuse("serial number is negative or too long")
        if self.not_before > self.not_after:
            refuse("certificate ends before it starts")
        if is_domainauth and self.not_after - self.not_before > NINETY_DAYS:
            refuse("certificate is valid for more than 90 days")
        if self.critical - KNOWN or NAME_CONSTRAINTS in self.extensions:
            refuse("certificate has an unknown critical extension or name constraints")

    def check_issued_by(self, issuer, budget, is_organisation):
        """That another certificate's key issued this one."""
        if self.issuer != issuer.subject:
            refuse("issuer's name does not match")
        ids = {self.authority_key_id, issuer.subject_key_id}
        # RFC 5280 section 6.1 compares no key identifiers.
        if not reading.by_draft and None not in ids and len(ids) > 1:
            refuse("key identifiers do not match")
        verify = partial(
            issuer.key.verifies, self.algorithm, self.signature, self.signed_octets, is_organisation
        )
        try:
            if not budget.check(verify):
                refuse("invalid certificate signature")
        except BadAlgorithm as error:
            refuse(str(error))


def _version(element):
    fields = der.Fields(element, "version")
    version = der.integer(fields.next())
    fields.end()
    return version


def _common_names(name, deviations):
    found = []
    for rdn in name.children:
        attributes = der.set_of(rdn.expect(der.SET, "RDN"), deviations, "RDN")
        if not attributes:
            raise Malformed("RDN is empty")
        for attribute in attributes:
            fields = der.Fields(attribute.expect(der.SEQUENCE, "attribute of a name"), "attribute of a name")
            kind, value = der.oid(fields.next()), fields.next()
            fields.end()
            if kind == COMMON_NAME:
                found.append(value)
    return found


def _decode(element):
    try:
        if element.tag == der.UTF8_STRING:
            return element.content.decode("utf-8")
        if element.tag == der.BMP_STRING:
            return element.content.decode("utf-16-be")
        if element.tag == der.PRINTABLE_STRING and re.fullmatch(rb"[A-Za-z0-9 '()+,./:=?-]*", element.content):
            return element.content.decode("ascii")
    except UnicodeDecodeError:
        pass
    refuse("common name is not a UTF8String, BMPString or PrintableString")


def _explicit(element, deviations):
    """A BOOLEAN whose default is FALSE."""
    value = der.boolean(element)
    if not value:
        deviations.append("FALSE is written out")
    return value


def _basic_constraints(octets, deviations):
    if octets is None:
        return False, None
    fields = der.Fields(der.parse(octets).expect(der.SEQUENCE, "BasicConstraints"), "BasicConstraints")
    flag = fields.optional(der.BOOLEAN)
    is_authority = flag is not None and _explicit(flag, deviations)
    length = fields.optional(der.INTEGER)
    fields.end()
    if length is None:
        return is_authority, None
    if not is_authority:
        deviations.append("path length without cA")
    length = der.integer(length)
    if length < 0:
        raise Malformed("path length is negative")
    return is_authority, length


def _key_usage(octets):
    if octets is None:
        return None
    unused, bits = der.bit_string(der.parse(octets), "KeyUsage")
    # RFC 5280 section 4.2.1.3: some bit is set. X.690 section 11.2.2: the last one of a named list is.
    if not bits or not bits[-1] >> unused & 1:
        raise Malformed("KeyUsage ends with a zero bit")
    return {at for at in range(len(bits) * 8 - unused) if bits[at // 8] >> (7 - at % 8) & 1}


def _subject_key_id(octets):
    return None if octets is None else der.parse(octets).expect(der.OCTET_STRING, "key identifier").content


def _authority_key_id(octets):
    if octets is None:
        return None
    fields = der.Fields(
        der.parse(octets).expect(der.SEQUENCE, "AuthorityKeyIdentifier"), "AuthorityKeyIdentifier"
    )
    key_id = fields.optional(0x80)
    for tag in (0xA1, 0x82):  # the issuer and serial number of the same key
        fields.optional(tag)
    fields.end()
    return None if key_id is None else key_id.content


class Organisation:
    """An organisation's certificate after its own checks; `seconds` is when it counts."""

    def __init__(self, certificate, is_domainauth, budget, accepts_foreign_issuer):
        self.certificate, self.is_domainauth, self.budget = certificate, is_domainauth, budget
        self.name, has_dot = _organisation_name(certificate)
        label = "_domainauth" if is_domainauth else "_veraid"
        if not names.owner_fits(label, self.name):
            refuse("organisation's name is too long")
        if is_domainauth and not has_dot:
            refuse("organisation's name has no final dot")
        try:
            modulus, _ = certificate.key.numbers(is_organisation=True)
        except BadAlgorithm as error:
            refuse(str(error))
        self.key_bits = modulus.bit_length()
        # A self-signature is the only evidence that the key's holder agreed to the name.
        # The draft accepts one that somebody else issued (section 4.1).
        by_draft = reading.by_draft and is_domainauth
        if not certificate.names_itself and not (accepts_foreign_issuer or by_draft):
            refuse("organisation's certificate is not self-issued")
        certificate.check(is_domainauth)
        if certificate.names_itself:
            certificate.check_issued_by(certificate, budget, is_organisation=True)
        self.seconds = [(certificate.not_before, certificate.not_after)]

    def seconds_of_paths(self, signer, attached):
        """When a path from here to `signer` holds, over all of them through `attached` certificates."""
        found, problems = [], []

        def climb(path):
            top = path[-1]
            if top.issuer == self.certificate.subject:
                try:
                    found.append(self._seconds_of_path(path))
                except Refused as problem:
                    problems.append(problem)
            if not self.is_domainauth or len(path) == MAX_PATH:
                return
            for issuer in attached:
                if issuer not in path and issuer.subject == top.issuer:
                    climb([*path, issuer])

        climb([signer])
        if not found:
            raise problems[0] if problems else Refused(STAGE, "no path from the organisation to the signer")
        return union(*found)

    def _seconds_of_path(self, path):
        """When a path holds, given from the signer upwards and without the organisation's certificate."""
        issuers = [*path[1:], self.certificate]
        for depth, issuer in enumerate(issuers):
            below = sum(not certificate.names_itself for certificate in path[1 : depth + 1])
            if not issuer.may_issue:
                refuse("issuer is not a certificate authority")
            if issuer.path_length is not None and issuer.path_length < below:
                refuse("path is longer than an issuer allows")
            path[depth].check(self.is_domainauth)
            path[depth].check_issued_by(issuer, self.budget, issuer is self.certificate)
        return intersection(self.seconds, *([(c.not_before, c.not_after)] for c in path))


def _organisation_name(certificate):
    try:
        return names.organisation(certificate.common_name())
    except names.BadName as error:
        refuse(str(error))


def organisation_name(certificate):
    """The organisation that a certificate claims to be of."""
    return _organisation_name(certificate)[0]
