//! Signature bundles: everything that a verifier needs beside the trust anchors.

use std::fmt;
use std::sync::Arc;

use veraid_dnssec::{DnssecChain, ValidityPeriod};

use crate::bundle_head::{BundleHead, retag};
use crate::certificate::Certificate;
use crate::der_reader::{Element, check_structure, read_whole, tag};
use crate::error::{Deviation, ParseError, VerifyError};
use crate::oid::ServiceOid;
use crate::organisation_id::OrganisationId;
use crate::profile::Profile;
use crate::signed_data::SignedData;
use crate::verification::{VerifiedSignature, verify};
use crate::verifier::Verifier;

/// A signature bundle that parsed. Who signed what is open until it is verified.
///
/// ```text
/// SignatureBundle ::= SEQUENCE {
///     version                 [0] INTEGER (0),
///     dnssecChain             [1] SET OF OCTET STRING,
///     organisationCertificate [2] Certificate,
///     signature               [3] ContentInfo
/// }   -- IMPLICIT tags
/// ```
#[derive(Clone)]
pub struct SignatureBundle {
    der: Vec<u8>,
    pub(crate) head: Arc<BundleHead>,
    pub(crate) signed_data: SignedData,
    deviations: Vec<Deviation>,
}

impl SignatureBundle {
    /// The most octets that [`SignatureBundle::from_der`] reads: 16 MiB, of which all but the content may have 65,536.
    pub const MAX_SIZE_BYTES: usize = 16 * 1024 * 1024;

    /// The most octets of everything but the attached content (65,536: a real chain has under 8,000, and nothing beside it
    /// has to grow).
    pub const MAX_OVERHEAD_BYTES: usize = 65_536;

    /// Parses a bundle and nothing after it.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the field and octet at which the octets stop being a bundle.
    pub fn from_der(der: &[u8]) -> Result<Self, ParseError> {
        Self::from_der_within(der, Self::MAX_SIZE_BYTES)
    }

    /// The same, reading at most `max_size_bytes`.
    ///
    /// # Errors
    ///
    /// As [`SignatureBundle::from_der`].
    pub fn from_der_within(der: &[u8], max_size_bytes: usize) -> Result<Self, ParseError> {
        let field = "signatureBundle";
        check_size(der, max_size_bytes)?;
        let whole = read_whole(der, tag::SEQUENCE, field, 0)?;
        check_head_size(&whole)?;
        check_structure(der, field)?;
        let mut fields = whole.reader(field)?;
        let mut deviations = Vec::new();
        let head = Arc::new(BundleHead::read(&mut fields, &mut deviations)?);
        let signed_data = SignedData::parse(&fields.read(tag::constructed(3), "signature")?)?;
        fields.finish()?;
        Self::from_parts(der.to_vec(), head, signed_data, deviations)
    }

    fn from_parts(
        der: Vec<u8>,
        head: Arc<BundleHead>,
        signed_data: SignedData,
        mut deviations: Vec<Deviation>,
    ) -> Result<Self, ParseError> {
        let content_len = signed_data.content.as_ref().map_or(0, Vec::len);
        let overhead = der.len().saturating_sub(content_len);
        if overhead > Self::MAX_OVERHEAD_BYTES {
            return Err(ParseError::TooLarge {
                what: "signature bundle without its content",
                octets: overhead,
                limit: Self::MAX_OVERHEAD_BYTES,
            });
        }
        deviations.extend_from_slice(&signed_data.deviations);
        head.check_strictness(&deviations)?;
        Ok(Self { der, head, signed_data, deviations })
    }

    /// Puts a bundle together from what an organisation's bundles have in common and the ContentInfo of a signature, in DER.
    ///
    /// Nothing is proved by that: the bundle is as untrusted as any.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if that gives no bundle, or one that is too large.
    pub fn assemble(
        organisation: &OrganisationId,
        content_info: &[u8],
    ) -> Result<Self, ParseError> {
        let field = "signature";
        let element = read_whole(content_info, tag::SEQUENCE, field, 0)?;
        check_structure(content_info, field)?;
        let signed_data = SignedData::parse(&element)?;
        let der = organisation.write_bundle(&[retag(tag::constructed(3), content_info)]);
        check_size(&der, Self::MAX_SIZE_BYTES)?;
        let head = Arc::clone(organisation.head());
        let needs_tolerance = head.organisation_certificate.needs_tolerance();
        let deviations = if needs_tolerance { vec![Deviation::CertificateForm] } else { vec![] };
        Self::from_parts(der, head, signed_data, deviations)
    }

    /// The octets that were parsed.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The octets that were parsed, for keeps.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.der.clone()
    }

    /// The profile that the bundle follows.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.head.profile()
    }

    /// The forms beyond strict DER that the bundle uses; each is one that VeraId tolerates.
    #[must_use]
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// The DNSSEC chain, unproved.
    #[must_use]
    pub fn chain(&self) -> &DnssecChain {
        &self.head.chain
    }

    /// The organisation's certificate, unproved.
    #[must_use]
    pub fn organisation_certificate(&self) -> &Certificate {
        &self.head.organisation_certificate
    }

    /// Proves that `service`'s attached content was signed by a member or the organisation, at some second of `period`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify(
        self,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<VerifiedSignature, VerifyError> {
        verify(&self, None, service, period, verifier)
    }

    /// The same for content that travels apart from its signature.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify_detached(
        self,
        content: &[u8],
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<VerifiedSignature, VerifyError> {
        verify(&self, Some(content), service, period, verifier)
    }
}

impl fmt::Debug for SignatureBundle {
    /// Without what is signed and what signs it: a bundle can be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureBundle")
            .field("octets", &self.der.len())
            .field("profile", &self.profile())
            .finish_non_exhaustive()
    }
}

fn check_size(der: &[u8], limit: usize) -> Result<(), ParseError> {
    let octets = der.len();
    if octets > limit {
        return Err(ParseError::TooLarge { what: "signature bundle", octets, limit });
    }
    Ok(())
}

/// Refuses a chain and organisation certificate that are too large before any of it is read.
fn check_head_size(bundle: &Element<'_>) -> Result<(), ParseError> {
    let mut fields = bundle.reader("signatureBundle")?;
    let mut octets = 0_usize;
    while let Some(tag) = fields.peek_tag() {
        if tag == tag::constructed(3) {
            break;
        }
        octets = octets.saturating_add(fields.any("signatureBundle")?.octets.len());
    }
    let limit = SignatureBundle::MAX_OVERHEAD_BYTES;
    if octets > limit {
        let what = "signature bundle without its content";
        return Err(ParseError::TooLarge { what, octets, limit });
    }
    Ok(())
}
