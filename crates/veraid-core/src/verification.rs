//! Verification, step by step as the DomainAuth draft numbers it ("Verification Procedure"); each
//! step uses the evidence of the previous one.

use std::fmt;
use std::sync::Arc;

use veraid_dnssec::{
    ChainError, Link, SignatureChecks, ValidityPeriod, ValidityPeriods, VerifiedRrset,
};

use crate::bundle_head::BundleHead;
use crate::bundle_lookup::BundleLookup;
use crate::cache::VerificationCache;
use crate::certificate::Certificate;
use crate::certificate::common_name::CommonNameProblem;
use crate::certificate::path::{Candidates, SelfSignature, VerifiedPath};
use crate::certificate::problem::CertificateRole;
use crate::error::VerifyError;
use crate::key_record::KeyRecord;
use crate::name::{Member, OrganisationName, UserName};
use crate::oid::ServiceOid;
use crate::organisation_key::OrganisationKey;
use crate::profile::{MAX_VALIDITY_SECONDS, Profile};
use crate::signature_bundle::SignatureBundle;
use crate::signed_data::{FoundSigner, VerifiedSignedData};
use crate::verifier::Verifier;
use crate::window::{Evidence, Window};

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

/// Content whose signer is proved. Only [`SignatureBundle::verify`] and
/// [`SignatureBundle::verify_detached`] make one.
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

/// Verifies a bundle for `service` at some second of `period`; `content` is that of a detached
/// signature.
pub(crate) fn verify(
    bundle: &SignatureBundle,
    content: Option<&[u8]>,
    service: &ServiceOid,
    period: ValidityPeriod,
    verifier: &Verifier,
) -> Result<VerifiedSignature, VerifyError> {
    let bundle_lookup = BundleLookup::new(bundle, content, service, verifier);
    if let Some(verdict) = bundle_lookup.verdict(period) {
        return verdict;
    }
    let mut organisation = match bundle_lookup.organisation(period) {
        Some(organisation) => organisation?,
        None => ProvedOrganisation::check(&bundle.head, service, period, verifier)?,
    };
    let with_chain_proved = bundle_lookup.wants(&organisation).then(|| organisation.clone());
    let checks = &mut organisation.checks;

    // Step 4: the path from the organisation's certificate to the signer's.
    let signer =
        bundle.signed_data.signer(organisation.profile).map_err(VerifyError::SignedData)?;
    let candidates = Candidates {
        organisation: &bundle.head.organisation_certificate,
        attached: &bundle.signed_data.certificates,
        profile: organisation.profile,
        policy: verifier.policy(),
        self_signature: organisation.self_signature,
    };
    let path = candidates.verify_path(signer.issuer, signer.serial, checks)?;

    // Step 5: the signature, by the key at the end of that path, for this service and in the name
    // of a member.
    let signed = bundle
        .signed_data
        .verify(&signer, &path, content, checks)
        .map_err(VerifyError::SignedData)?;
    if signed.service != *service {
        let (required, found) = (service.clone(), signed.service);
        return Err(VerifyError::Service { required, found });
    }
    let (user, kind) = attribute(&signer, &path, candidates.organisation, organisation.profile)?;

    // Steps 2 to 5 must be valid at one common second inside the window.
    let certificates = path.validity();
    let common_second =
        organisation.find_common_second(&certificates, signed.period, period, verifier)?;
    if let Some(limit) = verifier.policy().max_signed_seconds(organisation.profile)
        && signed.period.span_seconds() > limit
    {
        let seconds = signed.period.span_seconds();
        return Err(VerifyError::SignedPeriodTooLong { seconds, limit });
    }

    // Step 6: the output.
    let signature = VerifiedSignature::new(organisation, path, signed, common_second, user, kind);
    if let Some(organisation) = with_chain_proved {
        bundle_lookup.insert(organisation, certificates, &signature);
    }
    Ok(signature)
}

impl VerifiedSignature {
    /// Consumes all the evidence.
    fn new(
        organisation: ProvedOrganisation,
        path: VerifiedPath<'_>,
        signed: VerifiedSignedData,
        common_second: CommonSecond,
        user: Option<UserName>,
        kind: SignatureKind,
    ) -> Self {
        let proof = organisation.proof(&path, &common_second);
        Self {
            member: Member { organisation: organisation.name, user },
            kind,
            profile: organisation.profile,
            service: signed.service,
            content: signed.content,
            validity: common_second.validity,
            signed_period: signed.period,
            signature: signed.signature,
            proof,
        }
    }
}

impl VerifiedSignature {
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
    pub(crate) fn common_second(mut self, common_second: CommonSecond) -> Self {
        self.validity = common_second.validity;
        self.proof.window = common_second.window;
        self
    }
}

/// The member that the signature is attributed to, and the kind of its key.
fn attribute(
    signer: &FoundSigner<'_>,
    path: &VerifiedPath<'_>,
    organisation: &Certificate,
    profile: Profile,
) -> Result<(Option<UserName>, SignatureKind), VerifyError> {
    // The organisation's certificate, or another that it issued to itself under its name.
    let is_organisation =
        path.signer().is_some_and(|signer| signer.subject() == organisation.subject());
    match signer.attribution {
        // A member never speaks for another.
        Some(_) if !path.signer_speaks_for_organisation(profile) => {
            Err(VerifyError::AttributionNotAllowed)
        }
        Some(name) => {
            let user = Member::parse_user(name, profile).map_err(VerifyError::UserName)?;
            Ok((user, SignatureKind::Organisation))
        }
        // Otherwise the organisation's domain would be taken for a user's name.
        None if is_organisation => Err(VerifyError::AttributionMissing),
        None => Ok((member_name(path, profile)?, SignatureKind::Member)),
    }
}

/// The name in the certificate at the end of a path; `None` for a bot.
pub(crate) fn member_name(
    path: &VerifiedPath<'_>,
    profile: Profile,
) -> Result<Option<UserName>, VerifyError> {
    let common_name = path
        .signer()
        .map_or(Err(CommonNameProblem::Missing), |signer| signer.common_name())
        .map_err(VerifyError::MemberCommonName)?;
    Member::parse_user(common_name, profile).map_err(VerifyError::UserName)
}

/// An organisation whose key is proved by its key record: steps 1 to 3.
#[derive(Clone, Debug)]
pub(crate) struct ProvedOrganisation {
    name: OrganisationName,
    pub(crate) profile: Profile,
    records: Arc<VerifiedRrset>,
    key_record: KeyRecord,
    pub(crate) self_signature: SelfSignature,
    pub(crate) checks: SignatureChecks,
}

impl ProvedOrganisation {
    pub(crate) fn check(
        head: &BundleHead,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<Self, VerifyError> {
        // Step 1: the question and the organisation.
        let profile = head.profile();
        let policy = verifier.policy();
        let common_name =
            head.organisation_certificate.common_name().map_err(VerifyError::CommonName)?;
        let name = OrganisationName::from_common_name(common_name, profile)
            .map_err(VerifyError::OrganisationName)?;
        if !policy.accepts(profile) {
            return Err(VerifyError::Profile { found: profile });
        }
        check_requested(profile, period, verifier)?;

        // Step 3: the DNSSEC chain, over every second that may count.
        let chains = verifier.chains(profile);
        let mut checks = SignatureChecks::new(chains.crypto(), *chains.limits());
        if let Some(cache) = verifier.cache().and_then(VerificationCache::zones) {
            checks = checks.with_cache(cache);
        }
        // `OrganisationName` leaves room for the label.
        let question = name
            .key_record_question(profile)
            .ok_or(VerifyError::OrganisationName(crate::name::NameProblem::TooLong))?;
        let wanted = Window::with_leeway(period, policy.leeway_seconds());
        let records = head
            .chain
            .verify_within(&question, wanted, &chains, &mut checks)
            .map_err(|error| VerifyError::DnssecChain(requested_for(error, period)))?;

        // Step 2: the key record, read only from proved records.
        let key = OrganisationKey::of(&head.organisation_certificate)?;
        let key_record = key.find_record(&records, service, profile, checks.crypto())?;
        let (records, self_signature) = (Arc::new(records), SelfSignature::Unchecked);
        Ok(Self { name, profile, records, key_record, self_signature, checks })
    }

    /// Repeats the part of [`ProvedOrganisation::check`] that depends on the period alone.
    pub(crate) fn check_request(
        &self,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<(), VerifyError> {
        check_requested(self.profile, period, verifier)
    }

    /// Returns true if proving it for any period within `wanted` would give this result.
    pub(crate) fn is_reusable_for(&self, wanted: ValidityPeriod) -> bool {
        let reuse_period = self.records.reuse_period();
        reuse_period.is_some_and(|reuse_period| reuse_period.intersection(wanted) == Some(wanted))
    }

    /// The approximate heap size in bytes, rather too high than too low.
    pub(crate) fn heap_size_bytes(&self) -> usize {
        self.name.heap_size_bytes().saturating_add(self.records.heap_size_bytes())
    }

    /// Returns true if no part of it came from the cache.
    pub(crate) fn is_new(&self) -> bool {
        self.self_signature == SelfSignature::Unchecked
    }

    /// Records that the organisation certificate's self-signature is valid.
    pub(crate) const fn with_self_signature_verified(mut self) -> Self {
        self.self_signature = SelfSignature::Present;
        self
    }

    /// Finds the common second of chain, certificates and signature inside the window.
    pub(crate) fn find_common_second(
        &self,
        certificates: &ValidityPeriods,
        signature: ValidityPeriod,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<CommonSecond, VerifyError> {
        let window = Window {
            requested: period,
            ttl_override_seconds: self.key_record.ttl_override_seconds(),
            profile: self.profile,
            leeway_seconds: verifier.policy().leeway_seconds(),
        };
        let chain = self.records.validity();
        let evidence = Evidence { chain, certificates, signature };
        let (window, validity) = window.find_common_second(evidence)?;
        Ok(CommonSecond { window, validity })
    }

    pub(crate) fn into_name(self) -> OrganisationName {
        self.name
    }

    pub(crate) fn into_member(self, user: Option<UserName>) -> Member {
        Member { organisation: self.name, user }
    }

    pub(crate) fn proof(&self, path: &VerifiedPath<'_>, common_second: &CommonSecond) -> Proof {
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
        Proof {
            links: self.records.shared_links(),
            certificates,
            organisation_certificate_self_issued: path.organisation_is_self_issued(),
            ttl_override_seconds: self.key_record.ttl_override_seconds(),
            window: common_second.window,
            signature_checks: self.checks.made(),
        }
    }
}

/// Rejects requested periods of more than 90 days under DomainAuth.
fn check_requested(
    profile: Profile,
    period: ValidityPeriod,
    verifier: &Verifier,
) -> Result<(), VerifyError> {
    let (seconds, limit) = (period.span_seconds(), MAX_VALIDITY_SECONDS);
    if verifier.policy().caps_validity(profile) && seconds > limit {
        return Err(VerifyError::RequestedPeriodTooLong { seconds, limit });
    }
    Ok(())
}

/// The window in which evidence counted, and the run of seconds in which all of it is valid.
pub(crate) struct CommonSecond {
    pub(crate) window: ValidityPeriod,
    pub(crate) validity: ValidityPeriod,
}

/// Expresses the chain's error in terms of the caller's requested period, without the leeway.
fn requested_for(error: ChainError, period: ValidityPeriod) -> ChainError {
    match error {
        ChainError::NeverSecure { question, zone, key_tag, secure, .. } => {
            ChainError::NeverSecure { question, zone, key_tag, requested: period, secure }
        }
        other => other,
    }
}
