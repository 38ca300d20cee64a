//! The algorithms and keys that are allowed (RFC 4055, RFC 5754).

use veraid_dnssec::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};

use crate::der_reader::{Element, Reader, check_structure, read_whole, tag};
use crate::oid::known;
use crate::parse_error::BundleParseError;

const FIELD: &str = "AlgorithmIdentifier";

/// An AlgorithmIdentifier: its object identifier and the element of its parameters, if present.
pub(crate) struct AlgorithmIdentifier<'a> {
    oid: &'a [u8],
    parameters: Option<Element<'a>>,
}

impl<'a> AlgorithmIdentifier<'a> {
    pub(crate) fn parse(mut reader: Reader<'a>) -> Result<Self, BundleParseError> {
        let oid = reader.oid("algorithm")?;
        let parameters = if reader.is_finished() { None } else { Some(reader.any("parameters")?) };
        reader.finish()?;
        Ok(Self { oid, parameters })
    }

    pub(crate) fn from_element(element: &Element<'a>) -> Result<Self, BundleParseError> {
        Self::parse(element.reader(FIELD))
    }

    /// The SEQUENCE within an explicit tag.
    fn from_explicit(element: &Element<'a>) -> Result<Self, BundleParseError> {
        Self::from_element(&read_whole(element.value, tag::SEQUENCE, FIELD, element.offset)?)
    }

    pub(crate) const fn has_parameters(&self) -> bool {
        self.parameters.is_some()
    }

    /// A hash that is allowed, with NULL or absent parameters (RFC 5754 section 2: both must be
    /// accepted).
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

    /// RSASSA-PSS as VeraId uses it: one hash for the message and for MGF1, a salt of its length,
    /// trailer field 1 (RFC 4055 section 3.1). Parameters that are left out mean SHA-1, or its salt
    /// length.
    pub(crate) fn signature(
        &self,
    ) -> Result<Result<SignatureAlgorithm, AlgorithmProblem>, BundleParseError> {
        if self.oid != known::RSASSA_PSS {
            return Ok(Err(AlgorithmProblem::NotPss));
        }
        let digest = match self.parameters {
            Some(parameters) if parameters.tag == tag::SEQUENCE => pss_digest(&parameters)?,
            _ => None,
        };
        Ok(digest.map(SignatureAlgorithm::RsaPss).ok_or(AlgorithmProblem::PssParameters))
    }
}

/// The hash of RSASSA-PSS-params; `None` if the parameters are not those of one allowed hash.
fn pss_digest(parameters: &Element<'_>) -> Result<Option<DigestAlgorithm>, BundleParseError> {
    let mut reader = parameters.reader("RSASSA-PSS-params");
    let hash = reader.optional(tag::constructed(0), "hashAlgorithm")?;
    let mask = reader.optional(tag::constructed(1), "maskGenAlgorithm")?;
    let salt = reader.optional(tag::constructed(2), "saltLength")?;
    let trailer = reader.optional(tag::constructed(3), "trailerField")?;
    reader.finish()?;
    let (Some(hash), Some(mask), Some(salt)) = (hash, mask, salt) else { return Ok(None) };
    let hash = AlgorithmIdentifier::from_explicit(&hash)?;
    let mask = AlgorithmIdentifier::from_explicit(&mask)?;
    let mask_hash = match (mask.oid, mask.parameters) {
        (known::MGF1, Some(hash)) if hash.tag == tag::SEQUENCE => {
            AlgorithmIdentifier::from_element(&hash)?
        }
        _ => return Ok(None),
    };
    let salt = read_whole(salt.value, tag::INTEGER, "saltLength", salt.offset)?.value;
    let has_trailer_1 = match trailer {
        Some(trailer) => {
            read_whole(trailer.value, tag::INTEGER, "trailerField", trailer.offset)?.value == [1]
        }
        None => true,
    };
    Ok(match (hash.digest(), mask_hash.digest()) {
        (Ok(digest), Ok(mask_digest)) if digest == mask_digest && has_trailer_1 => {
            // 32, 48 and 64 take one octet.
            let expected = u8::try_from(digest.output_len()).unwrap_or(u8::MAX);
            (salt == [expected]).then_some(digest)
        }
        _ => None,
    })
}

/// Checks that the key of a SubjectPublicKeyInfo in DER is allowed for a member or an intermediate:
/// rsaEncryption with NULL parameters, 2048 to 4096 bits. Returns the length of the modulus in
/// bits.
///
/// # Errors
///
/// [`AlgorithmProblem`] if verifiers would reject it.
pub fn check_member_key(spki: &[u8]) -> Result<usize, AlgorithmProblem> {
    let key = RsaPublicKey::from_spki_der(spki)?;
    key.check_member().map(|()| key.bits())
}

/// The RSA public key of a SubjectPublicKeyInfo, in the only form that is allowed.
///
/// Its size is not checked: see [`check_member_key`] and
/// [`OrganisationKey`](crate::OrganisationKey).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaPublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl RsaPublicKey {
    /// Parses a SubjectPublicKeyInfo in DER and nothing after it.
    ///
    /// # Errors
    ///
    /// [`AlgorithmProblem::KeyForm`] if it is not rsaEncryption with NULL parameters and a key.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, AlgorithmProblem> {
        let parsed = || -> Result<_, BundleParseError> {
            let field = "subjectPublicKeyInfo";
            let element = read_whole(der, tag::SEQUENCE, field, 0)?;
            check_structure(der, field)?;
            Self::parse(&element)
        };
        parsed().map_err(|_| AlgorithmProblem::KeyForm)?
    }

    /// Parses a SubjectPublicKeyInfo whose algorithm is rsaEncryption with NULL parameters (RFC
    /// 3279 section 2.3.1).
    ///
    /// Other forms of the same key would give it another key id, so they are rejected.
    pub(crate) fn parse(
        spki: &Element<'_>,
    ) -> Result<Result<Self, AlgorithmProblem>, BundleParseError> {
        let mut reader = spki.reader("subjectPublicKeyInfo");
        let algorithm =
            AlgorithmIdentifier::from_element(&reader.read(tag::SEQUENCE, "algorithm")?)?;
        let bits = reader.read(tag::BIT_STRING, "subjectPublicKey")?;
        reader.finish()?;
        let has_null = algorithm
            .parameters
            .is_some_and(|parameters| parameters.tag == tag::NULL && parameters.value.is_empty());
        if algorithm.oid != known::RSA_ENCRYPTION || !has_null {
            return Ok(Err(AlgorithmProblem::KeyForm));
        }
        let Some((0, key)) = bits.value.split_first() else {
            return Ok(Err(AlgorithmProblem::KeyForm));
        };
        let key = read_whole(key, tag::SEQUENCE, "RSAPublicKey", bits.offset)?;
        let mut reader = key.reader("RSAPublicKey");
        let modulus = reader.read(tag::INTEGER, "modulus")?;
        let exponent = reader.read(tag::INTEGER, "publicExponent")?;
        reader.finish()?;
        Ok(positive_magnitude(modulus.value)
            .zip(positive_magnitude(exponent.value))
            .map(|(modulus, exponent)| Self {
                modulus: modulus.to_vec(),
                exponent: exponent.to_vec(),
            })
            .ok_or(AlgorithmProblem::KeyForm))
    }

    /// The length of the modulus in bits.
    pub(crate) fn bits(&self) -> usize {
        let first = self.modulus.first().copied().unwrap_or(0);
        let leading_zeros = usize::try_from(first.leading_zeros()).unwrap_or(8);
        self.modulus.len().saturating_mul(8).saturating_sub(leading_zeros)
    }

    /// Returns true if the modulus is odd and the exponent odd, at least 65,537 and below 2^33: the
    /// numbers that every known issuer makes, and not slow to check.
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

    /// Checks that this can be an organisation's key: 2048, 3072 or 4096 bits, the only sizes that
    /// a key record can name.
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

    /// The key as a provider of cryptography takes it.
    #[must_use]
    pub fn as_public_key(&self) -> PublicKey<'_> {
        PublicKey::Rsa { modulus: &self.modulus, exponent: &self.exponent }
    }
}

/// The magnitude of a positive INTEGER without its sign octet; `None` if it is not positive or not
/// minimal.
fn positive_magnitude(value: &[u8]) -> Option<&[u8]> {
    match value {
        [0, rest @ ..] => rest.first().is_some_and(|&octet| octet >= 0x80).then_some(rest),
        [first, ..] if *first < 0x80 => Some(value),
        _ => None,
    }
}

/// The reason why an algorithm or key is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlgorithmProblem {
    /// The signature algorithm is not RSASSA-PSS.
    #[error("the signature algorithm is not RSASSA-PSS")]
    NotPss,
    /// The parameters of RSASSA-PSS are not those of one allowed hash.
    #[error(
        "unsupported RSASSA-PSS parameters: expected SHA-256, SHA-384 or SHA-512 for message and MGF1, a salt of the digest's length and trailer field 1"
    )]
    PssParameters,
    /// The digest algorithm is not SHA-256, SHA-384 or SHA-512.
    #[error("the digest algorithm is not SHA-256, SHA-384 or SHA-512")]
    DigestNotAllowed,
    /// A certificate names different algorithms inside and outside its signed part.
    #[error("the algorithms inside and outside the signed part differ")]
    InnerAndOuterDiffer,
    /// The key is not RSA with the algorithm rsaEncryption and NULL parameters.
    #[error("the key is not an rsaEncryption key with NULL parameters")]
    KeyForm,
    /// The key's size or exponent is not allowed.
    #[error(
        "the key of {bits} bits has a size or exponent that is not allowed (organisations: 2048, 3072 or 4096 bits; others: 2048 to 4096; exponent odd, from 65537 to below 2^33)"
    )]
    KeySize {
        /// The length of the modulus in bits.
        bits: usize,
    },
}
