"""CMS SignedData with one signer, as VeraId and DomainAuth allow it (RFC 5652)."""

from functools import partial

from cryptography.hazmat.primitives import hashes

import der
import reading
from algorithms import BadAlgorithm, digest, hash_of, identifier
from certificate import DIGITAL_SIGNATURE, Certificate
from errors import Malformed, Refused

STAGE = "signed-data"

MAX_ATTACHED, MAX_ATTRIBUTES, MAX_DIGEST_ALGORITHMS, MAX_SIGNERS = 8, 16, 8, 8

SIGNED_DATA, DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
SHA_256 = "2.16.840.1.101.3.4.2.1"
METADATA, ATTRIBUTION = "1.3.6.1.4.1.58708.1.0", "1.3.6.1.4.1.58708.1.2"

SIGNING_TIME = "1.2.840.113549.1.9.5"
DEFINED = {CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, SIGNING_CERTIFICATE, METADATA, ATTRIBUTION}

ATTRIBUTES_TAG, CONSTRUCTED_OCTET_STRING = 0xA0, 0x24


def refuse(message):
    raise Refused(STAGE, message)


class SignedData:
    """Parsed SignedData. `check` rejects well-formed values that are not allowed."""

    def __init__(self, element, deviations):
        self.problem = None
        outer = der.Fields(element, "ContentInfo")
        if der.oid(outer.next()) != SIGNED_DATA:
            self.problem = "content is not SignedData"
            return
        wrapper = der.Fields(outer.next(0xA0), "content")
        outer.end()
        fields = der.Fields(wrapper.next(der.SEQUENCE), "SignedData")
        wrapper.end()
        self.version = der.integer(fields.next())
        self.digest_algorithms = der.set_of(fields.next(der.SET), deviations, "digest algorithms")
        if len(self.digest_algorithms) > MAX_DIGEST_ALGORITHMS:
            raise Malformed("too many digest algorithms")
        self._read_content(fields.next(der.SEQUENCE), deviations)
        attached = fields.optional(0xA0)
        revocation_lists = fields.optional(0xA1)
        signers = der.set_of(fields.next(der.SET), deviations, "signers")
        fields.end()
        if len(signers) > MAX_SIGNERS:
            raise Malformed("too many signers")
        if self.version not in (1, 3):
            self._note(f"SignedData has version {self.version}")
        if revocation_lists is not None and not reading.by_draft:
            self._note("revocation lists are attached")
        self.attached = self._read_certificates(attached, deviations)
        if len(signers) != 1:
            self._note(f"{len(signers)} signers")
        else:
            self._read_signer(signers[0], deviations)

    def _note(self, problem):
        self.problem = self.problem or problem

    def _read_content(self, element, deviations):
        fields = der.Fields(element, "content")
        self.content_type = der.oid(fields.next())
        if self.content_type != DATA and not reading.by_draft:
            self._note("content is not of the type data")
        wrapper = fields.optional(0xA0)
        fields.end()
        self.content = None
        if wrapper is None:
            return
        wrapper = der.Fields(wrapper, "content")
        octets = wrapper.next()
        wrapper.end()
        if octets.tag == CONSTRUCTED_OCTET_STRING:
            deviations.append("content is constructed")
            self.content = b"".join(
                child.expect(der.OCTET_STRING, "chunk").content for child in octets.children
            )
        else:
            self.content = octets.expect(der.OCTET_STRING, "content").content

    def _read_certificates(self, element, deviations):
        if element is None:
            return []
        elements = der.set_of(element, deviations, "certificates")
        if len(elements) > MAX_ATTACHED:
            raise Malformed("too many certificates are attached")
        if any(child.tag != der.SEQUENCE for child in elements) and not reading.by_draft:
            self._note("a certificate of another form is attached")
        return [Certificate(child, deviations) for child in elements if child.tag == der.SEQUENCE]

    def _read_signer(self, element, deviations):
        fields = der.Fields(element.expect(der.SEQUENCE, "signer"), "signer")
        if der.integer(fields.next()) != 1:
            self._note("signer is not of version 1")
        sid = fields.next()
        self.digest_algorithm = fields.next(der.SEQUENCE)
        attributes = fields.optional(ATTRIBUTES_TAG)
        self.signature_algorithm = fields.next(der.SEQUENCE)
        self.signature = fields.next(der.OCTET_STRING).content
        if fields.optional(0xA1) is not None and not reading.by_draft:
            self._note("signer has unsigned attributes")
        fields.end()
        identifier(self.digest_algorithm), identifier(self.signature_algorithm)
        if sid.tag != der.SEQUENCE:
            self._note("signer is not named by issuer and serial number")
        else:
            name = der.Fields(sid, "signer's name")
            issuer = name.next(der.SEQUENCE).octets
            self.signer_id = issuer, der.integer_octets(name.next(), deviations, what="serial number")
            name.end()
        if attributes is None:
            self._note("there are no signed attributes")
        else:
            self._read_attributes(attributes, deviations)

    def _read_attributes(self, element, deviations):
        self.signed_octets = element.retagged(der.SET)
        self.attributes = {}
        elements = der.set_of(element, deviations, "signed attributes")
        if len(elements) > MAX_ATTRIBUTES:
            raise Malformed("too many signed attributes")
        for attribute in elements:
            fields = der.Fields(attribute.expect(der.SEQUENCE, "attribute"), "attribute")
            kind = der.oid(fields.next())
            values = der.set_of(fields.next(der.SET), deviations, "values")
            fields.end()
            # RFC 5652 section 11 and RFC 5035 bound the attributes that they define, and the draft its own.
            is_bounded = kind in DEFINED or not reading.by_draft
            if is_bounded and (kind in self.attributes or len(values) != 1):
                self._note(f"attribute {kind} is repeated or has {len(values)} values")
            if values:
                self.attributes[kind] = values[0]
        metadata = self.attributes.get(METADATA)
        self.service, self.start, self.end = metadata and _metadata(metadata, deviations) or (None, None, None)
        self.attribution = self.attributes.get(ATTRIBUTION)
        if self.attribution is not None:
            self.attribution.expect(der.UTF8_STRING, "attribution")
        named = self.attributes.get(SIGNING_CERTIFICATE)
        self.named_signer = None if named is None else NamedSigner(named)

    def check(self, given_content):
        """All that needs no key; gives the content."""
        if self.problem:
            refuse(self.problem)
        if (self.content is None) == (given_content is None):
            refuse("content must be either attached or detached")
        content = given_content if self.content is None else self.content
        try:
            algorithm = hash_of(self.digest_algorithm)
        except BadAlgorithm as error:
            refuse(str(error))
        # RFC 5652 section 5.1 leaves it open.
        if algorithm.name not in map(_name_of_hash, self.digest_algorithms) and not reading.by_draft:
            refuse("digest algorithm is not in digestAlgorithms")
        content_type = self.attributes.get(CONTENT_TYPE)
        if content_type is None or content_type.tag != der.OID or der.oid(content_type) != self.content_type:
            refuse("content type attribute does not match")
        message_digest = self.attributes.get(MESSAGE_DIGEST)
        if message_digest is None or message_digest.tag != der.OCTET_STRING:
            refuse("message digest is missing")
        if message_digest.content != digest(algorithm, content):
            refuse("message digest does not match")
        self._check_protection()
        if self.service is None:
            refuse("metadata is missing")
        if self.start > self.end:
            refuse("signature ends before it starts")
        return content

    def _check_protection(self):
        """CMSAlgorithmProtection must agree with the signer's algorithms (RFC 6211)."""
        protection = self.attributes.get(ALGORITHM_PROTECTION)
        if protection is None:
            return
        parts = protection.children if protection.tag == der.SEQUENCE else []
        signature = self.signature_algorithm.retagged(0xA1)
        if len(parts) != 2 or parts[1].octets != signature:
            refuse("algorithm protection does not match")
        # NULL and no parameters are the same (RFC 5754 section 2).
        if parts[0].tag != der.SEQUENCE or _name_of_hash(parts[0]) != _name_of_hash(self.digest_algorithm):
            refuse("algorithm protection does not match")

    def check_binding(self, signer):
        """That a signature which names its certificate is verified with that one (RFC 5035)."""
        if self.named_signer is not None:
            self.named_signer.check(signer)

    def check_signature(self, key, is_organisation, budget):
        try:
            key.numbers(is_organisation)
        except BadAlgorithm as error:
            raise Refused("certificate", str(error)) from None
        verify = partial(
            key.verifies, self.signature_algorithm, self.signature, self.signed_octets, is_organisation
        )
        try:
            if not budget.check(verify):
                refuse("invalid signature")
        except BadAlgorithm as error:
            refuse(str(error))

    def attributed_name(self):
        try:
            return self.attribution.content.decode("utf-8")
        except UnicodeDecodeError:
            refuse("attribution is not valid UTF-8")


class NamedSigner:
    """The certificate that a signature was made for: SigningCertificateV2 (RFC 5035 section 3)."""

    def __init__(self, element):
        what = "signing certificate"
        fields = der.Fields(element.expect(der.SEQUENCE, what), what)
        certificates = fields.next(der.SEQUENCE).children
        policies = fields.optional(der.SEQUENCE)
        fields.end()
        if not certificates:
            raise Malformed("signing certificate attribute names no certificate")
        fields = der.Fields(certificates[0].expect(der.SEQUENCE, what), what)
        self.algorithm = fields.optional(der.SEQUENCE)
        self.digest = fields.next(der.OCTET_STRING).content
        issuer_serial = fields.optional(der.SEQUENCE)
        fields.end()
        # More certificates, policies, or issuer and serial number restrict the path in ways that are not evaluated.
        self.restricts = policies is not None or issuer_serial is not None or len(certificates) > 1
        if self.algorithm is not None and identifier(self.algorithm) == (SHA_256, None):
            raise Malformed("signing certificate encodes the default hash")

    def check(self, signer):
        if self.restricts:
            refuse("signing certificate restricts the path")
        try:
            algorithm = hashes.SHA256() if self.algorithm is None else hash_of(self.algorithm)
        except BadAlgorithm as error:
            refuse(str(error))
        if self.digest != digest(algorithm, signer.octets):
            refuse("signing certificate does not match")


def _name_of_hash(element):
    """The name of an announced hash, or None: of others nothing depends."""
    try:
        return hash_of(element).name
    except BadAlgorithm:
        return None


def check_may_sign(certificate):
    if not certificate.allows(DIGITAL_SIGNATURE):
        raise Refused("certificate", "signer's key is not for signatures")


def _metadata(element, deviations):
    """Service, start and end."""
    fields = der.Fields(element.expect(der.SEQUENCE, "metadata"), "metadata")
    service = der.oid(fields.next(), 0x80)
    period = der.Fields(fields.next(0xA1), "metadata's period")
    fields.end()
    start = der.metadata_time(period.next(), 0x80, deviations)
    end = der.metadata_time(period.next(), 0x81, deviations)
    period.end()
    return service, start, end
