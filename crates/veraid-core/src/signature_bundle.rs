//! Signature bundles: everything that a verifier needs beside the trust anchors.

use std::fmt;
use std::sync::Arc;

use veraid_dnssec::DnssecChain;

use crate::bundle_head::{BundleHead, ORGANISATION_FIELDS, check_strictness, retag};
use crate::certificate::Certificate;
use crate::der_reader::{
    Element, MAX_HEADER_BYTES, check_structure, check_structure_within, read_whole, tag,
};
use crate::organisation_credential::OrganisationCredential;
use crate::parse_error::{BundleParseError, Deviation};
use crate::profile::Profile;
use crate::signed_data::SignedData;

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
        let head = Arc::new(BundleHead::read(&mut fields)?);
        let signed_data = SignedData::parse(&fields.read(tag::constructed(3), "signature")?)?;
        fields.finish()?;
        let profile = head.profile();
        Self::from_parts(der.to_vec(), head, profile, signed_data)
    }

    /// Parses a bundle whose first fields were parsed before, octet for octet: `head`, which is for
    /// `profile`.
    pub(crate) fn from_der_with_head(
        der: &[u8],
        head: Arc<BundleHead>,
        profile: Profile,
    ) -> Result<Self, BundleParseError> {
        let whole = read_whole(der, tag::SEQUENCE, "signatureBundle", 0)?;
        check_head_size(&whole)?;
        let mut fields = whole.reader("signatureBundle");
        for _ in 0..ORGANISATION_FIELDS {
            fields.any("signatureBundle")?;
        }
        let signature = fields.read(tag::constructed(3), "signature")?;
        fields.finish()?;
        check_structure_within(signature.octets, "signature", 1)?;
        let signed_data = SignedData::parse(&signature)?;
        Self::from_parts(der.to_vec(), head, profile, signed_data)
    }

    fn from_parts(
        der: Vec<u8>,
        head: Arc<BundleHead>,
        profile: Profile,
        signed_data: SignedData,
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
        let deviations = [head.deviations.as_slice(), &signed_data.deviations].concat();
        check_strictness(profile, &deviations)?;
        Ok(Self { der, head, signed_data, deviations })
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
        let profile = head.profile();
        Self::from_parts(der, head, profile, signed_data)
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
