//! Member id bundles: the file that a member needs to sign, beside the private key.

use std::fmt;
use std::sync::Arc;

use veraid_dnssec::{DnssecChain, ValidityPeriod};

use crate::bundle_head::{BundleHead, retag};
use crate::certificate::Certificate;
use crate::certificate::path::Candidates;
use crate::der_reader::{check_structure, is_sorted, read_whole, tag};
use crate::der_writer::encode_set_of;
use crate::error::VerifyError;
use crate::name::Member;
use crate::oid::ServiceOid;
use crate::organisation_credential::OrganisationCredential;
use crate::parse_error::{BundleParseError, DerProblem, Deviation};
use crate::profile::Profile;
use crate::proved_organisation::ProvedOrganisation;
use crate::signature_bundle::SignatureBundle;
use crate::verification::member_name;
use crate::verified_signature::Proof;
use crate::verifier::Verifier;

/// The maximum number of intermediate certificates (8, as many as may be attached to a signature).
const MAX_INTERMEDIATES: usize = 8;

/// A parsed member id bundle. It is untrusted until it is verified.
///
/// ```text
/// MemberIdBundle ::= SEQUENCE {
///     version                  [0] INTEGER (0),
///     dnssecChain              [1] SET OF OCTET STRING,
///     organisationCertificate  [2] Certificate,
///     memberCertificate        [3] Certificate,
///     intermediateCertificates [4] SET OF Certificate OPTIONAL   -- DomainAuth
/// }   -- IMPLICIT tags
/// ```
#[derive(Clone)]
pub struct MemberIdBundle {
    der: Vec<u8>,
    head: Arc<BundleHead>,
    member_certificate: Certificate,
    intermediates: Vec<Certificate>,
}

impl MemberIdBundle {
    /// Parses a bundle and nothing after it.
    ///
    /// # Errors
    ///
    /// [`BundleParseError`] with the field and octet at which parsing stopped.
    pub fn from_der(der: &[u8]) -> Result<Self, BundleParseError> {
        let field = "memberIdBundle";
        if der.len() > SignatureBundle::MAX_OVERHEAD_BYTES {
            let (octets, limit) = (der.len(), SignatureBundle::MAX_OVERHEAD_BYTES);
            return Err(BundleParseError::TooLarge {
                what: "member id bundle",
                bytes: octets,
                limit,
            });
        }
        let whole = read_whole(der, tag::SEQUENCE, field, 0)?;
        check_structure(der, field)?;
        let mut fields = whole.reader(field);
        let head = Arc::new(BundleHead::read(&mut fields)?);
        let mut deviations = head.deviations.clone();
        let member_certificate = Certificate::from_element(
            &fields.read(tag::constructed(3), "memberCertificate")?,
            "memberCertificate",
        )?;
        let mut intermediates = Vec::new();
        // Under VeraId the field is an unknown element, which `finish` rejects.
        let set = match head.profile() {
            Profile::VeraId => None,
            Profile::DomainAuth => {
                fields.optional(tag::constructed(4), "intermediateCertificates")?
            }
        };
        if let Some(set) = set {
            let mut set = set.reader("intermediateCertificates");
            while !set.is_finished() {
                if intermediates.len() >= MAX_INTERMEDIATES {
                    return Err(set.error(DerProblem::TooMany { limit: MAX_INTERMEDIATES }));
                }
                let element = set.read(tag::SEQUENCE, "intermediateCertificate")?;
                intermediates.push(Certificate::from_element(&element, "intermediateCertificate")?);
            }
        }
        fields.finish()?;
        if !is_sorted(intermediates.iter().map(Certificate::as_der)) {
            deviations.push(Deviation::UnsortedSet);
        }
        let mut certificates = std::iter::once(&member_certificate).chain(&intermediates);
        if certificates.any(Certificate::needs_tolerance) {
            deviations.push(Deviation::CertificateForm);
        }
        head.check_strictness(&deviations)?;
        Ok(Self { der: der.to_vec(), head, member_certificate, intermediates })
    }

    /// Assembles a bundle from an organisation's chain and certificate, a member's certificate, and
    /// under DomainAuth the certificates between.
    ///
    /// This proves nothing: the bundle is untrusted like any other.
    ///
    /// # Errors
    ///
    /// [`BundleParseError`] if the result is not a bundle, or is too large.
    pub fn assemble(
        organisation: &OrganisationCredential,
        member_certificate: &Certificate,
        intermediates: &[Certificate],
    ) -> Result<Self, BundleParseError> {
        let mut fields = vec![retag(tag::constructed(3), member_certificate.as_der())];
        if !intermediates.is_empty() {
            let certificates = intermediates.iter().map(|one| one.as_der().to_vec());
            fields.push(retag(tag::constructed(4), &encode_set_of(certificates)));
        }
        Self::from_der(&organisation.write_bundle(&fields))
    }

    /// The bundle as received, in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.der.clone()
    }

    /// The profile that the bundle follows.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.head.profile()
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

    /// The chain and the organisation's certificate, which the organisation's other bundles share.
    #[must_use]
    pub fn organisation_credential(&self) -> OrganisationCredential {
        OrganisationCredential::from_head(Arc::clone(&self.head))
    }

    /// The member's certificate, not verified.
    #[must_use]
    pub const fn member_certificate(&self) -> &Certificate {
        &self.member_certificate
    }

    /// The certificates between the organisation's and the member's, not verified.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// Proves that the organisation lets the member sign for `service` at some second of `period`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify(
        self,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<VerifiedMemberId, VerifyError> {
        let basis = verifier.proof_basis();
        let mut organisation = ProvedOrganisation::prove(&self.head, service, period, basis)?;
        let profile = organisation.profile;
        let candidates = Candidates {
            organisation: &self.head.organisation_certificate,
            attached: &self.intermediates,
            profile,
            policy: verifier.policy(),
            self_signature: organisation.self_signature,
        };
        let path = candidates.verify_path_to(&self.member_certificate, &mut organisation.checks)?;
        // The organisation's certificate, or another of its name: its signatures without
        // attribution are rejected, so it does not name a member.
        if self.member_certificate.subject() == self.head.organisation_certificate.subject() {
            return Err(VerifyError::AttributionMissing);
        }
        let user = member_name(&path, profile)?;
        let common_second = organisation.find_common_second(
            &path.validity(),
            ValidityPeriod::ALWAYS,
            period,
            verifier.policy(),
        )?;
        let proof = Proof::new(&organisation, &path, common_second);
        let (validity, member) = (common_second.validity, organisation.into_member(user));
        Ok(VerifiedMemberId { member, profile, validity, proof })
    }
}

/// A member whose certificate is proved. Only [`MemberIdBundle::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedMemberId {
    member: Member,
    profile: Profile,
    validity: ValidityPeriod,
    proof: Proof,
}

impl VerifiedMemberId {
    /// The member.
    #[must_use]
    pub const fn member(&self) -> &Member {
        &self.member
    }

    /// The profile that the bundle follows.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The run of seconds, around the latest that counted, in which DNSSEC chain and certificates
    /// are valid.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.validity
    }

    /// The evidence for the result.
    #[must_use]
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl fmt::Debug for MemberIdBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemberIdBundle")
            .field("octets", &self.der.len())
            .field("profile", &self.profile())
            .finish_non_exhaustive()
    }
}
