//! Step 6 of verification: the output, and the evidence for it.

use std::fmt;
use std::sync::Arc;

use veraid_dnssec::{Link, ValidityPeriod};

use crate::certificate::path::VerifiedPath;
use crate::certificate::problem::CertificateRole;
use crate::name::{Member, UserName};
use crate::oid::ServiceOid;
use crate::profile::Profile;
use crate::proved_organisation::ProvedOrganisation;
use crate::signed_data::VerifiedSignedData;
use crate::window::CommonSecond;

/// The holder of the key that made a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureKind {
    /// The member's own key.
    Member,
    /// The organisation's key, or under DomainAuth that of an authority it made, on behalf of a
    /// member.
    Organisation,
}

impl SignatureKind {
    /// The word for it in every format of this project: `member` or `organisation`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Organisation => "organisation",
        }
    }
}

impl fmt::Display for SignatureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Content whose signer is proved.
///
/// Only [`SignatureBundle::verify`](crate::SignatureBundle::verify),
/// [`SignatureBundle::verify_detached`](crate::SignatureBundle::verify_detached) and
/// [`CachedBundle::verify`](crate::CachedBundle::verify) make one.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedSignature {
    member: Member,
    kind: SignatureKind,
    profile: Profile,
    service: ServiceOid,
    content: Vec<u8>,
    validity: ValidityPeriod,
    signed_period: ValidityPeriod,
    signature: Vec<u8>,
    proof: Proof,
}

/// The evidence for a verified signature, for people to inspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The DNSSEC signatures from the root's keys to the key records.
    links: Arc<[Link]>,
    certificates: Arc<[ProvedCertificate]>,
    organisation_certificate_self_issued: bool,
    ttl_override_seconds: u64,
    window: ValidityPeriod,
    signature_checks: u32,
}

/// A certificate on the path from the organisation to the signer, with its validity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedCertificate {
    /// Its role in the bundle.
    pub role: CertificateRole,
    /// Its validity.
    pub validity: ValidityPeriod,
}

impl Proof {
    /// Collects the evidence for a result.
    pub(crate) fn new(
        organisation: &ProvedOrganisation,
        path: &VerifiedPath<'_>,
        common_second: CommonSecond,
    ) -> Self {
        let last = path.certificates().len().saturating_sub(1);
        let certificates = path
            .certificates()
            .iter()
            .enumerate()
            .rev()
            .filter_map(|(place, certificate)| {
                let role = match place {
                    place if place == last => CertificateRole::Organisation,
                    0 => CertificateRole::Signer,
                    _ => CertificateRole::Intermediate,
                };
                let validity = certificate.validity().ok()?;
                Some(ProvedCertificate { role, validity })
            })
            .collect();
        Self {
            links: organisation.records().shared_links(),
            certificates,
            organisation_certificate_self_issued: path.organisation_is_self_issued(),
            ttl_override_seconds: organisation.key_record().ttl_override_seconds(),
            window: common_second.window,
            signature_checks: organisation.checks.made(),
        }
    }

    /// The DNSSEC signatures that were used, from the root's keys to the key records.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The certificates from the organisation's to the signer's.
    #[must_use]
    pub fn certificates(&self) -> &[ProvedCertificate] {
        &self.certificates
    }

    /// Returns true if the organisation certificate carries its own key's signature. If not,
    /// another authority issued it, a policy accepted that, and nothing proves that the key's
    /// holder agreed to the organisation's name.
    #[must_use]
    pub const fn organisation_certificate_self_issued(&self) -> bool {
        self.organisation_certificate_self_issued
    }

    /// The TTL override of the key record: how far verification may look back, in seconds.
    #[must_use]
    pub const fn ttl_override_seconds(&self) -> u64 {
        self.ttl_override_seconds
    }

    /// The seconds of the requested period in which evidence counted.
    #[must_use]
    pub const fn window(&self) -> ValidityPeriod {
        self.window
    }

    /// The number of signature checks.
    #[must_use]
    pub const fn signature_checks(&self) -> u32 {
        self.signature_checks
    }
}

impl VerifiedSignature {
    /// Consumes all the evidence.
    pub(crate) fn new(
        organisation: ProvedOrganisation,
        path: &VerifiedPath<'_>,
        signed: VerifiedSignedData,
        common_second: CommonSecond,
        user: Option<UserName>,
        kind: SignatureKind,
    ) -> Self {
        let proof = Proof::new(&organisation, path, common_second);
        let profile = organisation.profile;
        Self {
            member: organisation.into_member(user),
            kind,
            profile,
            service: signed.service,
            content: signed.content,
            validity: common_second.validity,
            signed_period: signed.period,
            signature: signed.signature,
            proof,
        }
    }

    /// The author: a user of the organisation, or the organisation itself.
    #[must_use]
    pub const fn member(&self) -> &Member {
        &self.member
    }

    /// The holder of the key that signed.
    #[must_use]
    pub const fn kind(&self) -> SignatureKind {
        self.kind
    }

    /// The profile that the bundle follows.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The service that the signature is for.
    #[must_use]
    pub const fn service(&self) -> &ServiceOid {
        &self.service
    }

    /// The signed content.
    #[must_use]
    pub fn plaintext(&self) -> &[u8] {
        &self.content
    }

    /// The run of seconds, around the latest that counted, in which DNSSEC chain, certificates and
    /// signature are all valid.
    ///
    /// It may extend beyond the requested period. It may be narrower than the true validity where
    /// evidence was not needed, but is never wider.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.validity
    }

    /// The period that the signer gave the signature.
    #[must_use]
    pub const fn signed_period(&self) -> ValidityPeriod {
        self.signed_period
    }

    /// The bytes of the signature itself, which identify it.
    ///
    /// Do not use the bytes of the bundle for that: many bundles can contain the same signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The evidence for the result.
    #[must_use]
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }

    /// The approximate heap size in bytes, without the records that it rests on.
    pub(crate) fn heap_size_bytes(&self) -> usize {
        let user = self.member.user().map_or(0, |user| user.as_str().len());
        [
            self.content.len(),
            self.signature.len(),
            self.member.organisation().heap_size_bytes(),
            user,
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }

    /// Replaces the window and validity with those of another common second.
    pub(crate) const fn with_common_second(mut self, common_second: CommonSecond) -> Self {
        self.validity = common_second.validity;
        self.proof.window = common_second.window;
        self
    }
}

impl fmt::Debug for VerifiedSignature {
    /// Omits the content, which does not belong in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedSignature")
            .field("member", &self.member)
            .field("kind", &self.kind)
            .field("profile", &self.profile)
            .field("service", &self.service)
            .field("content_bytes", &self.content.len())
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}
