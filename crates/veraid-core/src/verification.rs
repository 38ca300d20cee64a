//! Verification, step by step as the DomainAuth draft numbers it ("Verification Procedure"); each step takes the evidence
//! of the one before.

use std::fmt;
use std::sync::Arc;

use veraid_dnssec::{
    ChainError, Link, SignatureChecks, ValidityPeriod, ValidityPeriods, VerifiedRrset,
};

use crate::bundle_head::BundleHead;
use crate::certificate::path::{Candidates, SelfSignature, VerifiedPath};
use crate::certificate::{Certificate, CommonNameProblem};
use crate::error::{CertificateRole, VerifyError};
use crate::key_record::KeyRecord;
use crate::memory::Memory;
use crate::name::{Member, OrganisationName, UserName};
use crate::oid::ServiceOid;
use crate::organisation_key::OrganisationKey;
use crate::profile::{MAX_VALIDITY_SECONDS, Profile};
use crate::recollection::Recollection;
use crate::signature_bundle::SignatureBundle;
use crate::signed_data::{Signer, VerifiedSignedData};
use crate::verifier::Verifier;
use crate::window::{Evidence, Window};

/// Whose key made a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureKind {
    /// The member's own.
    Member,
    /// The organisation's, or under DomainAuth that of an authority it made, on behalf of a member.
    Organisation,
}

impl SignatureKind {
    /// `member` or `organisation`: the word for it in every format of this project.
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

/// Content whose signer is proved. Only [`SignatureBundle::verify`] and [`SignatureBundle::verify_detached`] make one.
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

/// What a verified signature rests on, for people to look at.
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

/// A certificate on the path from the organisation to the signer, whose dates count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedCertificate {
    /// What it is in the bundle.
    pub role: CertificateRole,
    /// When it is valid.
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

    /// Whether the organisation certificate carries its own key's signature. If not, another authority issued it, a policy accepted that, and
    /// nothing proves that the key's holder agreed to the organisation's name.
    #[must_use]
    pub const fn organisation_certificate_self_issued(&self) -> bool {
        self.organisation_certificate_self_issued
    }

    /// How far the key record lets verification look back, in seconds.
    #[must_use]
    pub const fn ttl_override_seconds(&self) -> u64 {
        self.ttl_override_seconds
    }

    /// The seconds of the requested period in which evidence counted.
    #[must_use]
    pub const fn window(&self) -> ValidityPeriod {
        self.window
    }

    /// How many signatures were checked.
    #[must_use]
    pub const fn signature_checks(&self) -> u32 {
        self.signature_checks
    }
}

impl VerifiedSignature {
    /// Who signed.
    #[must_use]
    pub const fn member(&self) -> &Member {
        &self.member
    }

    /// Whose key it was.
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

    /// What was signed.
    #[must_use]
    pub fn plaintext(&self) -> &[u8] {
        &self.content
    }

    /// The run of seconds, around the latest that counted, in which DNSSEC chain, certificates and signature all hold.
    ///
    /// It may reach beyond the requested period. It may be narrower than the truth where evidence was not needed, and is never
    /// wider.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.validity
    }

    /// The period that the signer gave the signature.
    #[must_use]
    pub const fn signed_period(&self) -> ValidityPeriod {
        self.signed_period
    }

    /// The octets of the signature itself, by which one signature is told from another.
    ///
    /// The octets of the bundle are not fit for that: many bundles can carry one signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// What the verdict rests on.
    #[must_use]
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl fmt::Debug for VerifiedSignature {
    /// Without the content, which is nobody's business in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedSignature")
            .field("member", &self.member)
            .field("kind", &self.kind)
            .field("profile", &self.profile)
            .field("service", &self.service)
            .field("content_octets", &self.content.len())
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

/// Verifies a bundle for `service` at some second of `period`; `content` is that of a detached signature.
pub(crate) fn verify(
    bundle: &SignatureBundle,
    content: Option<&[u8]>,
    service: &ServiceOid,
    period: ValidityPeriod,
    verifier: &Verifier,
) -> Result<VerifiedSignature, VerifyError> {
    let recollection = Recollection::new(bundle, content, service, verifier);
    if let Some(verdict) = recollection.verdict(period) {
        return verdict;
    }
    let mut organisation = match recollection.organisation(period) {
        Some(organisation) => organisation?,
        None => ProvedOrganisation::check(&bundle.head, service, period, verifier)?,
    };
    let with_chain_proved = recollection.wants(&organisation).then(|| organisation.clone());
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

    // Step 5: the signature, by the key at the end of that path, for this service and in the name of a member.
    let signed = bundle
        .signed_data
        .verify(&signer, &path, content, checks)
        .map_err(VerifyError::SignedData)?;
    if signed.service != *service {
        let (required, found) = (service.clone(), signed.service);
        return Err(VerifyError::Service { required, found });
    }
    let (user, kind) = attribute(&signer, &path, candidates.organisation, organisation.profile)?;

    // Steps 2 to 5 hold at one common second inside the window.
    let certificates = path.validity();
    let settled = organisation.settle(&certificates, signed.period, period, verifier)?;
    if let Some(limit) = verifier.policy().max_signed_seconds(organisation.profile)
        && signed.period.span_seconds() > limit
    {
        let seconds = signed.period.span_seconds();
        return Err(VerifyError::SignedPeriodTooLong { seconds, limit });
    }

    // Step 6: the output.
    let signature = VerifiedSignature::new(organisation, path, signed, settled, user, kind);
    if let Some(organisation) = with_chain_proved {
        recollection.remember(organisation, certificates, &signature);
    }
    Ok(signature)
}

impl VerifiedSignature {
    /// Takes all the evidence by value.
    fn new(
        organisation: ProvedOrganisation,
        path: VerifiedPath<'_>,
        signed: VerifiedSignedData,
        settled: Settled,
        user: Option<UserName>,
        kind: SignatureKind,
    ) -> Self {
        let proof = organisation.proof(&path, &settled);
        Self {
            member: Member { organisation: organisation.name, user },
            kind,
            profile: organisation.profile,
            service: signed.service,
            content: signed.content,
            validity: settled.validity,
            signed_period: signed.period,
            signature: signed.signature,
            proof,
        }
    }
}

impl VerifiedSignature {
    /// About how many octets of heap it holds beside the records that it rests on.
    pub(crate) fn heap_octets(&self) -> usize {
        let user = self.member.user().map_or(0, |user| user.as_str().len());
        [self.content.len(), self.signature.len(), self.member.organisation().heap_octets(), user]
            .into_iter()
            .fold(0, usize::saturating_add)
    }

    /// The same where another common second was found.
    pub(crate) fn settled(mut self, settled: Settled) -> Self {
        self.validity = settled.validity;
        self.proof.window = settled.window;
        self
    }
}

/// Who the signature is attributed to, and with whose key.
fn attribute(
    signer: &Signer<'_>,
    path: &VerifiedPath<'_>,
    organisation: &Certificate,
    profile: Profile,
) -> Result<(Option<UserName>, SignatureKind), VerifyError> {
    // The organisation's certificate, or another of its name that it issued to itself.
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
        // Or else the organisation's domain would be taken for a user's name.
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
        // Step 1: what is asked, and of whom.
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
        if let Some(memory) = verifier.memory().and_then(Memory::zones) {
            checks = checks.with_memory(memory);
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

    /// What [`ProvedOrganisation::check`] asks of the period alone.
    pub(crate) fn check_request(
        &self,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<(), VerifyError> {
        check_requested(self.profile, period, verifier)
    }

    /// Whether proving it for any period within `wanted` would end like this.
    pub(crate) fn is_steady_for(&self, wanted: ValidityPeriod) -> bool {
        let steady = self.records.steady_period();
        steady.is_some_and(|steady| steady.intersection(wanted) == Some(wanted))
    }

    /// About how many octets of heap it holds, rather too many than too few.
    pub(crate) fn heap_octets(&self) -> usize {
        self.name.heap_octets().saturating_add(self.records.heap_octets())
    }

    /// Whether nothing of it was remembered.
    pub(crate) fn is_new(&self) -> bool {
        self.self_signature == SelfSignature::Unchecked
    }

    /// The same once the organisation certificate's signature by its own key was checked.
    pub(crate) const fn with_self_signature_held(mut self) -> Self {
        self.self_signature = SelfSignature::Held;
        self
    }

    /// Finds the common second of chain, certificates and signature inside the window.
    pub(crate) fn settle(
        &self,
        certificates: &ValidityPeriods,
        signature: ValidityPeriod,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<Settled, VerifyError> {
        let window = Window {
            requested: period,
            ttl_override_seconds: self.key_record.ttl_override_seconds(),
            profile: self.profile,
            leeway_seconds: verifier.policy().leeway_seconds(),
        };
        let chain = self.records.validity();
        let evidence = Evidence { chain, certificates, signature };
        let (window, validity) = window.settle(evidence)?;
        Ok(Settled { window, validity })
    }

    pub(crate) fn into_name(self) -> OrganisationName {
        self.name
    }

    pub(crate) fn into_member(self, user: Option<UserName>) -> Member {
        Member { organisation: self.name, user }
    }

    pub(crate) fn proof(&self, path: &VerifiedPath<'_>, settled: &Settled) -> Proof {
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
            window: settled.window,
            signature_checks: self.checks.made(),
        }
    }
}

/// DomainAuth lets nobody ask about more than 90 days.
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

/// The window in which evidence counted, and the run of seconds in which all of it holds.
pub(crate) struct Settled {
    pub(crate) window: ValidityPeriod,
    pub(crate) validity: ValidityPeriod,
}

/// The chain's error in terms of the period that the caller asked for, not of the leeway's.
fn requested_for(error: ChainError, period: ValidityPeriod) -> ChainError {
    match error {
        ChainError::NeverSecure { question, zone, key_tag, secure, .. } => {
            ChainError::NeverSecure { question, zone, key_tag, requested: period, secure }
        }
        other => other,
    }
}
