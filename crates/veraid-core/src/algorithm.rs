//! Which algorithms and keys count (RFC 4055, RFC 5754).

use veraid_dnssec::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};

use crate::der_reader::{Element, Reader, read_whole, tag};
use crate::error::{AlgorithmProblem, ParseError};
use crate::oid::known;

const FIELD: &str = "AlgorithmIdentifier";

/// An AlgorithmIdentifier: its object identifier and the element of its parameters, if there is one.
pub(crate) struct AlgorithmIdentifier<'a> {
    oid: &'a [u8],
    parameters: Option<Element<'a>>,
}

impl<'a> AlgorithmIdentifier<'a> {
    pub(crate) fn parse(mut reader: Reader<'a>) -> Result<Self, ParseError> {
        let oid = reader.oid("algorithm")?;
        let parameters = if reader.is_finished() { None } else { Some(reader.any("parameters")?) };
        reader.finish()?;
        Ok(Self { oid, parameters })
    }

    pub(crate) fn from_element(element: &Element<'a>) -> Result<Self, ParseError> {
        Self::parse(element.reader(FIELD)?)
    }

    /// A hash that is allowed, with NULL parameters or none (RFC 5754 section 2: both must be accepted).
    pub(crate) fn digest(&self) -> Result<DigestAlgorithm, AlgorithmProblem> {
        let has_no_parameters = self
            .parameters
            .is_none_or(|parameters| parameters.tag == tag::NULL && parameters.value.is_empty());
        match self.oid {
            _ if !has_no_parameters => Err(AlgorithmProblem::DigestNotAllowed),
            known::SHA_256 => Ok(DigestAlgorithm::Sha256),
            known::SHA_384 => Ok(DigestAlgorithm::Sha384),
            known::SHA_512 => Ok(DigestAlgorithm::Sha512),
            _ => Err(AlgorithmProblem::DigestNotAllowed),
        }
    }

    /// RSASSA-PSS as VeraId uses it: one hash for the message and for MGF1, a salt of its length, trailer field 1 (RFC 4055
    /// section 3.1).
    pub(crate) fn signature(&self) -> Result<SignatureAlgorithm, AlgorithmProblem> {
        if self.oid != known::RSASSA_PSS {
            return Err(AlgorithmProblem::NotPss);
        }
        // Parameters left out mean SHA-1.
        let parameters = self.parameters.ok_or(AlgorithmProblem::PssParameters)?;
        pss_digest(&parameters)
            .ok()
            .flatten()
            .map(SignatureAlgorithm::RsaPss)
            .ok_or(AlgorithmProblem::PssParameters)
    }
}

/// The hash of RSASSA-PSS-params; `None` if the parameters do not belong together, an error if they do not parse.
fn pss_digest(parameters: &Element<'_>) -> Result<Option<DigestAlgorithm>, ParseError> {
    if parameters.tag != tag::SEQUENCE {
        return Ok(None);
    }
    let mut reader = parameters.reader("RSASSA-PSS-params")?;
    let hash_element = reader.read(tag::constructed(0), "hashAlgorithm")?;
    let hash_element = read_whole(hash_element.value, tag::SEQUENCE, FIELD, hash_element.offset)?;
    let hash = AlgorithmIdentifier::from_element(&hash_element)?;
    let mask_element = reader.read(tag::constructed(1), "maskGenAlgorithm")?;
    let mask_element = read_whole(mask_element.value, tag::SEQUENCE, FIELD, mask_element.offset)?;
    let mask = AlgorithmIdentifier::from_element(&mask_element)?;
    let salt = reader.read(tag::constructed(2), "saltLength")?;
    let mut salt = salt.reader("saltLength")?;
    let salt_len = salt.small_integer(tag::INTEGER, "saltLength")?;
    salt.finish()?;
    if let Some(trailer) = reader.optional(tag::constructed(3), "trailerField")? {
        let mut trailer = trailer.reader("trailerField")?;
        if trailer.small_integer(tag::INTEGER, "trailerField")? != 1 {
            return Ok(None);
        }
        trailer.finish()?;
    }
    reader.finish()?;

    let mask_hash = match (mask.oid, mask.parameters) {
        (known::MGF1, Some(hash)) if hash.tag == tag::SEQUENCE => {
            AlgorithmIdentifier::from_element(&hash)?
        }
        _ => return Ok(None),
    };
    Ok(match (hash.digest(), mask_hash.digest()) {
        (Ok(digest), Ok(mask_digest))
            if digest == mask_digest && usize::from(salt_len) == digest.output_len() =>
        {
            Some(digest)
        }
        _ => None,
    })
}

/// An RSA public key in a SubjectPublicKeyInfo, as ranges of the octets that hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RsaPublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl RsaPublicKey {
    /// Takes the key of a SubjectPublicKeyInfo whose algorithm is rsaEncryption with NULL parameters (RFC 3279 section 2.3.1).
    ///
    /// Other forms of the same key would give the same key another key id, so they are refused.
    pub(crate) fn parse(spki: &Element<'_>) -> Result<Self, AlgorithmProblem> {
        Self::read(spki).ok().flatten().ok_or(AlgorithmProblem::KeyForm)
    }

    fn read(spki: &Element<'_>) -> Result<Option<Self>, ParseError> {
        let mut reader = spki.reader("subjectPublicKeyInfo")?;
        let algorithm =
            AlgorithmIdentifier::from_element(&reader.read(tag::SEQUENCE, "algorithm")?)?;
        let bits = reader.read(tag::BIT_STRING, "subjectPublicKey")?;
        reader.finish()?;
        let has_null = algorithm
            .parameters
            .is_some_and(|parameters| parameters.tag == tag::NULL && parameters.value.is_empty());
        let Some((0, key)) = bits.value.split_first() else { return Ok(None) };
        if algorithm.oid != known::RSA_ENCRYPTION || !has_null {
            return Ok(None);
        }
        let key = read_whole(key, tag::SEQUENCE, "RSAPublicKey", bits.offset)?;
        let mut reader = key.reader("RSAPublicKey")?;
        let modulus = reader.read(tag::INTEGER, "modulus")?;
        let exponent = reader.read(tag::INTEGER, "publicExponent")?;
        reader.finish()?;
        Ok(positive_magnitude(modulus.value).zip(positive_magnitude(exponent.value)).map(
            |(modulus, exponent)| Self { modulus: modulus.to_vec(), exponent: exponent.to_vec() },
        ))
    }

    /// The length of the modulus in bits.
    pub(crate) fn bits(&self) -> usize {
        let first = self.modulus.first().copied().unwrap_or(0);
        let leading_zeros = usize::try_from(first.leading_zeros()).unwrap_or(8);
        self.modulus.len().saturating_mul(8).saturating_sub(leading_zeros)
    }

    /// Checks that the modulus is odd and the exponent odd, at least 65,537 and below 2^33: what every known issuer makes, and
    /// nothing that is slow to check.
    fn has_allowed_numbers(&self) -> bool {
        let exponent = self.exponent.iter().take(8).fold(0_u64, |value, &octet| {
            value.saturating_mul(256).saturating_add(u64::from(octet))
        });
        let is_odd = |octets: &[u8]| octets.last().is_some_and(|octet| octet % 2 == 1);
        is_odd(&self.modulus)
            && is_odd(&self.exponent)
            && self.exponent.len() <= 5
            && (65_537..1 << 33).contains(&exponent)
    }

    /// Checks that this can be an organisation's key: 2048, 3072 or 4096 bits, which are all that a key record can name.
    pub(crate) fn check_organisation(&self) -> Result<(), AlgorithmProblem> {
        match self.bits() {
            2048 | 3072 | 4096 if self.has_allowed_numbers() => Ok(()),
            bits => Err(AlgorithmProblem::KeySize { bits }),
        }
    }

    /// Checks that this can be a member's or an intermediate's key: 2048 to 4096 bits.
    pub(crate) fn check_member(&self) -> Result<(), AlgorithmProblem> {
        match self.bits() {
            2048..=4096 if self.has_allowed_numbers() => Ok(()),
            bits => Err(AlgorithmProblem::KeySize { bits }),
        }
    }

    pub(crate) fn as_public_key(&self) -> PublicKey<'_> {
        PublicKey::Rsa { modulus: &self.modulus, exponent: &self.exponent }
    }
}

/// The octets of a positive INTEGER without its sign octet; `None` if it is not positive or not minimal.
fn positive_magnitude(value: &[u8]) -> Option<&[u8]> {
    match value {
        [0, rest @ ..] => rest.first().is_some_and(|&octet| octet >= 0x80).then_some(rest),
        [first, ..] if *first < 0x80 => Some(value),
        _ => None,
    }
}
