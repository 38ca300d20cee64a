"""RSA keys and RSASSA-PSS as VeraId and DomainAuth allow them; everything else is rejected."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

import der
import reading
from errors import Malformed

RSA_ENCRYPTION, RSASSA_PSS, MGF1_OID = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
HASHES = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
ORGANISATION_KEY_BITS = (2048, 3072, 4096)
# What fits into the largest key that is read.
MAX_SALT = 2048


class BadAlgorithm(Exception):
    pass


def identifier(element):
    """The algorithm of an AlgorithmIdentifier, and its parameters or None."""
    fields = der.Fields(element.expect(der.SEQUENCE, "algorithm identifier"), "algorithm identifier")
    algorithm = der.oid(fields.next())
    parameters = fields.next() if fields.left else None
    fields.end()
    return algorithm, parameters


def hash_of(element):
    """The hash of a digest algorithm identifier, whose parameters are NULL or absent."""
    algorithm, parameters = identifier(element)
    if algorithm not in HASHES:
        raise BadAlgorithm(f"digest algorithm is {algorithm}")
    if parameters is not None and parameters.octets != b"\x05\x00":
        raise BadAlgorithm("digest algorithm has parameters")
    return HASHES[algorithm]()


def pss_parameters(element):
    """The hash of an algorithm identifier of RSASSA-PSS, that of its mask and the length of its salt."""
    algorithm, parameters = identifier(element)
    if algorithm != RSASSA_PSS or parameters is None or parameters.tag != der.SEQUENCE:
        raise BadAlgorithm("signature is not RSASSA-PSS with parameters")
    found = {child.tag: child for child in parameters.children}
    if not found.keys() <= {0xA0, 0xA1, 0xA2, 0xA3}:
        raise Malformed("parameters of RSASSA-PSS have an unknown field")
    # RFC 4055 section 3.1. Defaults are SHA-1 and a salt of 20 octets, so [0] to [2] have to be there.
    if list(found) not in ([0xA0, 0xA1, 0xA2], [0xA0, 0xA1, 0xA2, 0xA3]) or len(found) != len(
        parameters.children
    ):
        raise BadAlgorithm("parameters of RSASSA-PSS are not as expected")
    if any(len(child.children) != 1 for child in found.values()):
        raise BadAlgorithm("parameters of RSASSA-PSS are not as expected")
    digest = hash_of(found[0xA0].children[0])
    mask, mask_hash = identifier(found[0xA1].children[0])
    if mask != MGF1_OID or mask_hash is None:
        raise BadAlgorithm("mask generation function is not MGF1")
    mask_digest, salt = hash_of(mask_hash), der.integer(found[0xA2].children[0])
    # RFC 4055 section 3.1 recommends the same hash and a salt of its length.
    if not reading.by_draft and mask_digest.name != digest.name:
        raise BadAlgorithm("mask uses another hash")
    if salt != digest.digest_size and not (reading.by_draft and 0 <= salt <= MAX_SALT):
        raise BadAlgorithm("salt length differs from the hash length")
    if 0xA3 in found and der.integer(found[0xA3].children[0]) != 1:
        raise BadAlgorithm("trailer field is not 1")
    return digest, mask_digest, salt


class PublicKey:
    """An RSA key in a SubjectPublicKeyInfo."""

    def __init__(self, element):
        self.octets = element.octets
        fields = der.Fields(element.expect(der.SEQUENCE, "key"), "key")
        self._algorithm = fields.next()
        unused, self._key = der.bit_string(fields.next(), "key")
        fields.end()
        identifier(self._algorithm)
        if unused:
            raise Malformed("key has unused bits")

    def numbers(self, is_organisation):
        algorithm, parameters = identifier(self._algorithm)
        is_pss = algorithm == RSASSA_PSS and reading.by_draft
        if not is_pss and (
            algorithm != RSA_ENCRYPTION or parameters is None or parameters.octets != b"\x05\x00"
        ):
            raise BadAlgorithm("key is not rsaEncryption with NULL")
        try:
            fields = der.Fields(der.parse(self._key).expect(der.SEQUENCE, "RSA key"), "RSA key")
            modulus, exponent = der.integer(fields.next()), der.integer(fields.next())
            fields.end()
        except Malformed as error:
            raise BadAlgorithm(str(error)) from None
        bits = modulus.bit_length()
        largest = 16_384 if reading.by_draft else 4096
        if modulus <= 0 or not (bits in ORGANISATION_KEY_BITS if is_organisation else 2048 <= bits <= largest):
            raise BadAlgorithm(f"RSA key has {bits} bits")
        smallest, bound = (3, modulus) if reading.by_draft else (65_537, 2**33)
        if exponent % 2 == 0 or not smallest <= exponent < bound:
            raise BadAlgorithm(f"RSA key has the exponent {exponent}")
        return modulus, exponent

    def verifies(self, algorithm, signature, octets, is_organisation=False):
        """Whether a signature is good; BadAlgorithm if key or algorithm are not allowed."""
        digest, mask_digest, salt = pss_parameters(algorithm)
        modulus, exponent = self.numbers(is_organisation)
        try:
            key = RSAPublicNumbers(exponent, modulus).public_key()
            key.verify(signature, octets, PSS(MGF1(mask_digest), salt), digest)
            return True
        except (InvalidSignature, ValueError):
            return False


def digest(algorithm, octets):
    state = hashes.Hash(algorithm)
    state.update(octets)
    return state.finalize()
