//! Signature bundles: everything that a verifier needs beside the trust anchors.

use std::fmt;
use std::sync::Arc;

use veraid_dnssec::{DnssecChain, ValidityPeriod};

use crate::bundle_head::{BundleHead, check_strictness, retag};
use crate::cache::{Key, key};
use crate::cache_entry::OrganisationEntry;
use crate::certificate::Certificate;
use crate::der_reader::{
    Element, MAX_HEADER_BYTES, check_structure, check_structure_within, read_whole, tag,
};
use crate::error::VerifyError;
use crate::oid::ServiceOid;
use crate::organisation_credential::OrganisationCredential;
use crate::parse_error::{BundleParseError, Deviation};
use crate::profile::Profile;
use crate::signed_data::SignedData;
use crate::verification::verify;
use crate::verified_signature::VerifiedSignature;
use crate::verifier::Verifier;

/// A parsed signature bundle. It is untrusted until it is verified.
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
    /// The number of deviations in the organisation's fields; they come first.
    head_deviations: usize,
    /// The cache keys, as far as they are already computed.
    pub(crate) keys: BundleKeys,
}

/// The cache keys of a bundle.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BundleKeys {
    /// The key of the whole bundle.
    pub(crate) whole: Option<Key>,
    /// The key of the organisation's fields.
    pub(crate) organisation: Option<Key>,
}

/// The result of a cache lookup.
#[derive(Debug)]
pub enum CacheLookup {
    /// These bytes were verified before: the result that verifying them again would give.
    Hit(Result<Box<VerifiedSignature>, VerifyError>),
    /// The chain and organisation certificate are cached and valid for this period: verifying takes
    /// at most the checks of a certificate's signature and the content's.
    OrganisationCached(Box<SignatureBundle>),
    /// Not cached, or not enough to be fast. The bytes may not even be a bundle.
    Miss,
}

impl SignatureBundle {
    /// The maximum size that [`SignatureBundle::from_der`] accepts: 16 MiB, of which all but the
    /// content may have 65,536.
    pub const MAX_SIZE_BYTES: usize = 16 * 1024 * 1024;

    /// The maximum size of everything but the attached content (65,536: a real chain has under
    /// 8,000, and nothing beside it has to grow).
    pub const MAX_OVERHEAD_BYTES: usize = 65_536;

    /// Parses a bundle and nothing after it.
    ///
    /// # Errors
    ///
    /// [`BundleParseError`] with the field and octet at which parsing stopped.
    pub fn from_der(der: &[u8]) -> Result<Self, BundleParseError> {
        Self::from_der_within(der, Self::MAX_SIZE_BYTES)
    }

    /// Parses a bundle of at most `max_size_bytes` and nothing after it.
    ///
    /// # Errors
    ///
    /// As [`SignatureBundle::from_der`].
    pub fn from_der_within(der: &[u8], max_size_bytes: usize) -> Result<Self, BundleParseError> {
        let field = "signatureBundle";
        check_size(der, max_size_bytes)?;
        let whole = read_whole(der, tag::SEQUENCE, field, 0)?;
        check_head_size(&whole)?;
        check_structure(der, field)?;
        let mut fields = whole.reader(field);
        let mut deviations = Vec::new();
        let head = Arc::new(BundleHead::read(&mut fields, &mut deviations)?);
        let signed_data = SignedData::parse(&fields.read(tag::constructed(3), "signature")?)?;
        fields.finish()?;
        let profile = head.profile();
        Self::from_parts(der.to_vec(), head, profile, signed_data, deviations)
    }

    /// Looks up the bytes of a bundle with attached content in the cache of `verifier`.
    ///
    /// The result equals that of [`SignatureBundle::from_der_within`] followed by
    /// [`SignatureBundle::verify`], at lower cost, as cached parts are not parsed again. It never
    /// takes long, so that a server can handle cached bundles at once and move all others to where
    /// they do not delay anyone.
    #[must_use]
    pub fn look_up(
        der: &[u8],
        max_size_bytes: usize,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> CacheLookup {
        // Input that is too large is not looked up.
        let Some(cache) = verifier.cache().filter(|_| der.len() <= max_size_bytes) else {
            return CacheLookup::Miss;
        };
        let crypto = verifier.crypto();
        let whole = cache.bundles().and_then(|_| key(der, crypto));
        if let Some((bundles, whole)) = cache.bundles().zip(whole)
            && let Some(cache_entry) = bundles.peek(&whole)
            && let Some(verdict) = cache_entry.answer(service, period, verifier.policy())
        {
            bundles.count_hit();
            return CacheLookup::Hit(verdict.map(Box::new));
        }
        let fields = cache.organisations().zip(organisation_fields(der));
        let Some((organisations, organisation)) =
            fields.and_then(|(cache, fields)| Some((cache, key(fields, crypto)?)))
        else {
            return CacheLookup::Miss;
        };
        let known = organisations.peek(&organisation);
        let known = known.filter(|known| known.answers(service, period, verifier.policy()));
        // If the rest after the organisation's fields is invalid, a full parse finds the error and
        // its position.
        match known.and_then(|known| Self::from_der_with(der, &known)) {
            Some(bundle) if bundle.signed_data.certificates.len() <= MAX_CERTIFICATES_AT_ONCE => {
                let keys = BundleKeys { whole, organisation: Some(organisation) };
                CacheLookup::OrganisationCached(Box::new(Self { keys, ..bundle }))
            }
            _ => CacheLookup::Miss,
        }
    }

    /// Parses a bundle whose organisation's fields are cached, octet for octet; `None` if the rest
    /// is invalid.
    fn from_der_with(der: &[u8], known: &OrganisationEntry) -> Option<Self> {
        let whole = read_whole(der, tag::SEQUENCE, "signatureBundle", 0).ok()?;
        check_head_size(&whole).ok()?;
        let mut fields = whole.reader("signatureBundle");
        for _ in 0..ORGANISATION_FIELDS {
            fields.any("signatureBundle").ok()?;
        }
        let signature = fields.read(tag::constructed(3), "signature").ok()?;
        fields.finish().ok()?;
        check_structure_within(signature.octets, "signature", 1).ok()?;
        let signed_data = SignedData::parse(&signature).ok()?;
        let (head, deviations) = (Arc::clone(&known.head), known.deviations.clone());
        Self::from_parts(der.to_vec(), head, known.profile(), signed_data, deviations).ok()
    }

    fn from_parts(
        der: Vec<u8>,
        head: Arc<BundleHead>,
        profile: Profile,
        signed_data: SignedData,
        mut deviations: Vec<Deviation>,
    ) -> Result<Self, BundleParseError> {
        let content_len = signed_data.content.as_ref().map_or(0, Vec::len);
        let overhead = der.len().saturating_sub(content_len);
        if overhead > Self::MAX_OVERHEAD_BYTES {
            return Err(BundleParseError::TooLarge {
                what: "signature bundle without its content",
                bytes: overhead,
                limit: Self::MAX_OVERHEAD_BYTES,
            });
        }
        let head_deviations = deviations.len();
        deviations.extend_from_slice(&signed_data.deviations);
        check_strictness(profile, &deviations)?;
        let keys = BundleKeys::default();
        Ok(Self { der, head, signed_data, deviations, head_deviations, keys })
    }

    /// Assembles a bundle from an organisation's chain and certificate and the ContentInfo of a
    /// signature, in DER.
    ///
    /// This proves nothing: the bundle is untrusted like any other. It equals the value that
    /// [`SignatureBundle::from_der`] parses from [`SignatureBundle::as_der`].
    ///
    /// # Errors
    ///
    /// [`BundleParseError`] if the result is not a bundle, or is too large.
    pub fn assemble(
        organisation: &OrganisationCredential,
        content_info: &[u8],
    ) -> Result<Self, BundleParseError> {
        let field = "signature";
        let element = read_whole(content_info, tag::SEQUENCE, field, 0)?;
        // The ContentInfo is nested in the bundle.
        check_structure_within(content_info, field, 1)?;
        let signed_data = SignedData::parse(&element)?;
        let der = organisation.write_bundle(&[retag(tag::constructed(3), content_info)]);
        check_size(&der, Self::MAX_SIZE_BYTES)?;
        let head = Arc::clone(organisation.head());
        let needs_tolerance = head.organisation_certificate.needs_tolerance();
        let deviations = if needs_tolerance { vec![Deviation::CertificateForm] } else { vec![] };
        let profile = head.profile();
        Self::from_parts(der, head, profile, signed_data, deviations)
    }

    /// The bundle as received, in DER.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// An owned copy of the parsed bytes.
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

    /// The deviations in the organisation's fields.
    pub(crate) fn head_deviations(&self) -> Vec<Deviation> {
        self.deviations.iter().take(self.head_deviations).copied().collect()
    }

    /// The DNSSEC chain, not verified.
    #[must_use]
    pub fn chain(&self) -> &DnssecChain {
        &self.head.chain
    }

    /// The organisation's certificate, not verified.
    #[must_use]
    pub fn organisation_certificate(&self) -> &Certificate {
        &self.head.organisation_certificate
    }

    /// Proves that `service`'s attached content was signed by a member or the organisation, at some
    /// second of `period`.
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

    /// Verifies a detached signature over `content`.
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
    /// Omits the content and signature: a bundle can be a bearer credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureBundle")
            .field("octets", &self.der.len())
            .field("profile", &self.profile())
            .finish_non_exhaustive()
    }
}

/// The maximum number of attached certificates of a bundle that is `Known` (2: the member's, and
/// the organisation's once more). More of them may require as many signature checks as the limits
/// allow, which is not done on the fast path.
const MAX_CERTIFICATES_AT_ONCE: usize = 2;

/// The number of fields for the organisation: version, chain and organisation certificate.
const ORGANISATION_FIELDS: usize = 3;

/// The octets of the organisation's fields, if there are enough fields.
pub(crate) fn organisation_fields(der: &[u8]) -> Option<&[u8]> {
    let whole = read_whole(der, tag::SEQUENCE, "signatureBundle", 0).ok()?;
    let mut fields = whole.reader("signatureBundle");
    let mut octets = 0_usize;
    for _ in 0..ORGANISATION_FIELDS {
        octets = octets.saturating_add(fields.any("signatureBundle").ok()?.octets.len());
    }
    whole.value.get(..octets)
}

// Everything but the content may be tags and lengths.
const _: () = assert!(MAX_HEADER_BYTES == SignatureBundle::MAX_OVERHEAD_BYTES);

fn check_size(der: &[u8], limit: usize) -> Result<(), BundleParseError> {
    let octets = der.len();
    if octets > limit {
        return Err(BundleParseError::TooLarge { what: "signature bundle", bytes: octets, limit });
    }
    Ok(())
}

/// Rejects a chain and organisation certificate that are too large before any of it is parsed.
///
/// Only the expected fields are examined, however many elements there are.
fn check_head_size(bundle: &Element<'_>) -> Result<(), BundleParseError> {
    let mut fields = bundle.reader("signatureBundle");
    let mut octets = 0_usize;
    for _ in 0..ORGANISATION_FIELDS {
        if fields.is_finished() {
            break;
        }
        octets = octets.saturating_add(fields.any("signatureBundle")?.octets.len());
    }
    let limit = SignatureBundle::MAX_OVERHEAD_BYTES;
    if octets > limit {
        let what = "signature bundle without its content";
        return Err(BundleParseError::TooLarge { what, bytes: octets, limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der_writer::encode;

    #[test]
    fn no_more_fields_are_looked_at_than_an_organisation_has() {
        let bundle = |fields: &[u8]| encode(tag::SEQUENCE, fields);
        let check = |der: &[u8]| {
            check_head_size(&read_whole(der, tag::SEQUENCE, "signatureBundle", 0).unwrap())
        };
        // A fourth element with an invalid length would be an error.
        assert_eq!(check(&bundle(&[5, 0, 5, 0, 5, 0, 5, 0x80])), Ok(()));
        assert!(check(&bundle(&[5, 0, 5, 0, 5, 0x80])).is_err());
        assert_eq!(check(&bundle(&[5, 0])), Ok(()));
        for (octets, is_allowed) in [(65_536 - 4 - 4, true), (65_536 - 4 - 3, false)] {
            // Two NULLs of 2 octets, and one element with a header of 4.
            let chain = encode(tag::OCTET_STRING, &vec![0; octets]);
            let fields = [vec![5, 0, 5, 0], chain].concat();
            assert_eq!(check(&bundle(&fields)).is_ok(), is_allowed, "{octets}");
        }
    }
}
