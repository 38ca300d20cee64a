//! PKCS#10 certificate requests (RFC 2986), which prove possession of a private key.

use der::asn1::AnyRef;
use der::oid::ObjectIdentifier;
use der::{Decode as _, Reader as _, SliceReader, Tag, TagNumber};
use veraid_core::crypto::{CryptoProvider, DigestAlgorithm, SignatureAlgorithm};
use veraid_core::{OrganisationName, Profile, UserName};

use crate::certificate::{COMMON_NAME, common_name, name};
use crate::der_writer::{
    Element, bit_string, constructed, digest_algorithm, element, oid, pss_algorithm,
    pss_algorithm_with, sequence, small_integer,
};
use crate::error::{IssueError, ProofError};
use crate::member_name::member_id;
use crate::policy;
use crate::signing_key::SigningKey;
use crate::unsigned::SignerKey;

/// The maximum size of a certificate request in bytes (16 KiB, over ten times the size of one for a
/// key of 4096 bits).
const MAX_REQUEST: usize = 16 * 1024;

/// A certificate request to be signed.
#[derive(Clone, Debug)]
pub struct UnsignedCertificateRequest {
    to_be_signed: Element,
    signer: SignerKey,
}

impl UnsignedCertificateRequest {
    /// Prepares the request of a member, or of a bot if `user` is `None`, for a certificate for
    /// `key`.
    ///
    /// # Errors
    ///
    /// [`IssueError::Policy`] if members cannot have such a key.
    pub fn new(
        user: Option<&UserName>,
        organisation: &OrganisationName,
        key: &dyn SigningKey,
        crypto: CryptoProvider,
    ) -> Result<Self, IssueError> {
        policy::check_key_of_member(key.public_key_der())?;
        // UTF8String, which other software can also read.
        let subject = name(&common_name(&member_id(user, organisation), Profile::DomainAuth)?)?;
        let to_be_signed =
            sequence(&[&small_integer(0)?, &subject, key.public_key_der(), &constructed(0, &[])?])?;
        Ok(Self { to_be_signed, signer: SignerKey::of(key, crypto)? })
    }

    /// The CertificationRequestInfo in DER: the bytes to sign.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The hash for the RSASSA-PSS signature; MGF1 uses the same, and the salt has its length.
    #[must_use]
    pub const fn digest_algorithm(&self) -> DigestAlgorithm {
        self.signer.digest
    }

    /// Adds the signature and returns the request in DER.
    ///
    /// # Errors
    ///
    /// [`IssueError::InvalidSignature`] if the signature is not the key's over
    /// [`to_be_signed`](Self::to_be_signed).
    pub fn assemble(self, signature: &[u8]) -> Result<Vec<u8>, IssueError> {
        self.signer.check(&self.to_be_signed, signature)?;
        let algorithm = pss_algorithm(self.signer.digest)?;
        sequence(&[&self.to_be_signed, &algorithm, &bit_string(signature)?])
    }

    /// Signs the request and returns it in DER.
    ///
    /// # Errors
    ///
    /// [`IssueError::Signer`] or [`IssueError::InvalidSignature`] from the key.
    pub fn sign(self, key: &dyn SigningKey) -> Result<Vec<u8>, IssueError> {
        let signature = key.sign(&self.to_be_signed)?;
        self.assemble(&signature)
    }
}

/// A parsed certificate request, whose signature is not checked yet.
pub(crate) struct ReceivedRequest<'a> {
    pub(crate) to_be_signed: &'a [u8],
    pub(crate) subject_public_key_info: &'a [u8],
    pub(crate) signature_algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
    /// The only common name of the subject.
    pub(crate) common_name: String,
}

impl<'a> ReceivedRequest<'a> {
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self, ProofError> {
        if der.len() > MAX_REQUEST {
            return Err(form("it is larger than 16 KiB"));
        }
        let mut input = Elements::new(der)?;
        let mut request = input.sequence()?;
        input.finish()?;
        let to_be_signed = request.any()?;
        let signature_algorithm = request.tagged(Tag::Sequence)?;
        let signature = request.tagged(Tag::BitString)?;
        request.finish()?;

        let mut info = Elements::within(to_be_signed, Tag::Sequence)?;
        if info.tagged(Tag::Integer)?.value != [0] {
            return Err(form("its version is not 1"));
        }
        let subject = info.tagged(Tag::Sequence)?;
        let subject_public_key_info = info.tagged(Tag::Sequence)?.octets;
        // Attributes are signed and request extensions that this project does not issue. Some
        // software omits the empty set.
        if !info.is_finished() {
            info.tagged(Tag::ContextSpecific { constructed: true, number: TagNumber(0) })?;
        }
        info.finish()?;
        let Some((0, signature)) = signature.value.split_first() else {
            return Err(form("its signature is not a whole number of bytes"));
        };
        Ok(Self {
            to_be_signed: to_be_signed.octets,
            subject_public_key_info,
            signature_algorithm: signature_algorithm.octets,
            signature,
            common_name: only_common_name(subject)?,
        })
    }
}

/// Recognises the algorithm of a certificate request by the bytes of its AlgorithmIdentifier:
/// RSASSA-PSS with one hash throughout and a salt of its length, or RSASSA-PKCS1-v1_5, the default
/// of most software. Parameters of hashes may be NULL or absent (RFC 4055 section 2.1).
pub(crate) fn signature_algorithm(octets: &[u8]) -> Option<SignatureAlgorithm> {
    [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512]
        .into_iter()
        .find_map(|digest| signature_algorithm_with(octets, digest).ok().flatten())
}

fn signature_algorithm_with(
    octets: &[u8],
    digest: DigestAlgorithm,
) -> Result<Option<SignatureAlgorithm>, IssueError> {
    let pkcs1 = oid(&match digest {
        DigestAlgorithm::Sha256 => SHA_256_WITH_RSA,
        DigestAlgorithm::Sha384 => SHA_384_WITH_RSA,
        DigestAlgorithm::Sha512 => SHA_512_WITH_RSA,
    })?;
    let null = element(Tag::Null, &[])?;
    if octets == sequence(&[&pkcs1, &null])? || octets == sequence(&[&pkcs1])? {
        return Ok(Some(SignatureAlgorithm::RsaPkcs1(digest)));
    }
    let with_null = digest_algorithm(digest)?;
    let without = without_parameters(&with_null)?;
    for hash in [&with_null, &without] {
        for mask_hash in [&with_null, &without] {
            if octets == pss_algorithm_with(hash, mask_hash, digest)? {
                return Ok(Some(SignatureAlgorithm::RsaPss(digest)));
            }
        }
    }
    Ok(None)
}

const SHA_256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const SHA_384_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const SHA_512_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");

/// An AlgorithmIdentifier without its parameters.
fn without_parameters(algorithm: &[u8]) -> Result<Element, IssueError> {
    let fields = Elements::new(algorithm).and_then(|mut outer| outer.sequence()?.any());
    sequence(&[fields.map_or(&[][..], |identifier| identifier.octets)])
}

/// The common name of a Name, if there is exactly one.
fn only_common_name(subject: RawElement<'_>) -> Result<String, ProofError> {
    let mut found = None;
    let mut names = Elements::new(subject.value)?;
    while !names.is_finished() {
        let mut attributes = Elements::within(names.any()?, Tag::Set)?;
        while !attributes.is_finished() {
            let mut attribute = attributes.sequence()?;
            let id = attribute.tagged(Tag::ObjectIdentifier)?;
            let value = attribute.any()?;
            attribute.finish()?;
            if id.value != COMMON_NAME.as_bytes() {
                continue;
            }
            let text = read_text(value).ok_or(form("its common name cannot be read"))?;
            if found.replace(text).is_some() {
                return Err(form("its subject has several common names"));
            }
        }
    }
    found.ok_or(form("its subject has no common name"))
}

fn read_text(value: RawElement<'_>) -> Option<String> {
    match value.tag {
        Tag::Utf8String | Tag::PrintableString => {
            std::str::from_utf8(value.value).ok().map(str::to_owned)
        }
        Tag::BmpString => {
            let units: Vec<u16> = value
                .value
                .chunks(2)
                .map(|pair| <[u8; 2]>::try_from(pair).map(u16::from_be_bytes))
                .collect::<Result<_, _>>()
                .ok()?;
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

const fn form(reason: &'static str) -> ProofError {
    ProofError::Form { reason }
}

/// One element, as received.
#[derive(Clone, Copy)]
struct RawElement<'a> {
    tag: Tag,
    /// The whole element, including the header.
    octets: &'a [u8],
    value: &'a [u8],
}

/// Reads one element after another. The `der` crate accepts only definite and minimal lengths.
struct Elements<'a>(SliceReader<'a>);

impl<'a> Elements<'a> {
    fn new(octets: &'a [u8]) -> Result<Self, ProofError> {
        SliceReader::new(octets).map(Self).map_err(|_| form("it is too long"))
    }

    fn within(element: RawElement<'a>, tag: Tag) -> Result<Self, ProofError> {
        if element.tag == tag { Self::new(element.value) } else { Err(form(UNEXPECTED)) }
    }

    fn any(&mut self) -> Result<RawElement<'a>, ProofError> {
        let octets = self.0.tlv_bytes().map_err(|_| form(UNEXPECTED))?;
        let any = AnyRef::from_der(octets).map_err(|_| form(UNEXPECTED))?;
        Ok(RawElement { tag: der::Tagged::tag(&any), octets, value: any.value() })
    }

    fn tagged(&mut self, tag: Tag) -> Result<RawElement<'a>, ProofError> {
        self.any().and_then(
            |element| {
                if element.tag == tag { Ok(element) } else { Err(form(UNEXPECTED)) }
            },
        )
    }

    fn sequence(&mut self) -> Result<Self, ProofError> {
        self.any().and_then(|element| Self::within(element, Tag::Sequence))
    }

    fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    fn finish(self) -> Result<(), ProofError> {
        if self.is_finished() { Ok(()) } else { Err(form("there are trailing bytes")) }
    }
}

const UNEXPECTED: &str = "an element is missing, malformed or of an unexpected type";
