//! Signatures over content for any service: CMS SignedData (RFC 5652) in a signature bundle.

use std::sync::Arc;

use der::Tag;
use der::oid::ObjectIdentifier;
use veraid_core::crypto::{CryptoProvider, DigestAlgorithm};
use veraid_core::{
    Certificate, MemberIdBundle, OrganisationCredential, OrganisationName, Profile, ServiceOid,
    SignatureBundle, SignatureKind, Timestamp, UserName, ValidityPeriod, Verifier,
};

use crate::content::Content;
use crate::der_writer::{
    Element, constructed, digest_algorithm, element, generalized_time, oid, primitive,
    pss_algorithm, retag, sequence, set_of, small_integer,
};
use crate::error::{IssueError, PolicyError};
use crate::member_name::member_name;
use crate::policy::{self, check_key_of};
use crate::service::{Service, ServiceRules};
use crate::signing_key::SigningKey;
use crate::unsigned::SignerKey;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// id-aa-signingCertificateV2 (RFC 5035 section 3).
const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const SIGNATURE_METADATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.58708.1.0");
const MEMBER_ATTRIBUTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.58708.1.2");

/// Issues signature bundles for one service, with one key.
///
/// Chain, certificates and key are verified on creation, at the given instant. Each signature is
/// checked against them, so that nothing is signed that its own verifier would reject. Create a new
/// issuer when the chain has been fetched again.
#[derive(Clone, Debug)]
pub struct SignatureIssuer {
    identity: Arc<SignerCertificates>,
    /// The member that the organisation signs on behalf of, as in the attribution; `None` if a
    /// member signs for itself.
    attribution: Option<String>,
    service: Arc<Service>,
}

/// State shared by all signatures of a key.
#[derive(Debug)]
struct SignerCertificates {
    organisation: OrganisationCredential,
    name: OrganisationName,
    /// The issuer and serial number of the signer's certificate, in DER.
    signer_identifier: Element,
    /// The signed attribute that binds signatures to the signer's certificate.
    signing_certificate: Element,
    /// The `[0]` of SignedData, or nothing.
    certificates: Element,
    speaks_for_organisation: bool,
    key: Arc<dyn SigningKey>,
    signer: SignerKey,
    profile: Profile,
    validity: ValidityPeriod,
    /// The maximum signed period of the verifier's policy.
    max_signed_seconds: Option<u64>,
    ttl_override_seconds: u64,
}

impl SignatureIssuer {
    /// Signs as the member that `bundle` names, with the member's key.
    ///
    /// Under DomainAuth a member whose certificate is an authority's can also sign on behalf of
    /// others, see [`SignatureIssuer::on_behalf_of`].
    ///
    /// # Errors
    ///
    /// [`IssueError::Identity`] if the bundle is invalid `at` that instant,
    /// [`PolicyError::KeyMismatch`] if the key is another, [`PolicyError::RulesMissing`] if the
    /// service is Kliento's and comes without its rules.
    pub fn for_member(
        bundle: &MemberIdBundle,
        key: Arc<dyn SigningKey>,
        service: impl Into<Service>,
        at: Timestamp,
        verifier: &Verifier,
    ) -> Result<Self, IssueError> {
        let (service, crypto) = (Arc::new(service.into()), verifier.crypto());
        service.check_complete()?;
        let certificate = bundle.member_certificate();
        check_key_of(certificate, &*key, "member")?;
        let verified = bundle
            .clone()
            .verify(service.oid(), ValidityPeriod::at(at), verifier)
            .map_err(IssueError::Identity)?;
        let attached = attached(bundle)?;
        let profile = verified.profile();
        let identity = SignerCertificates {
            organisation: bundle.organisation_credential(),
            name: verified.member().organisation().clone(),
            signer_identifier: issuer_and_serial_number(certificate)?,
            signing_certificate: signing_certificate(certificate, crypto)?,
            certificates: retag(0xA0, set_of(attached)?),
            speaks_for_organisation: profile == Profile::DomainAuth && certificate.is_authority(),
            signer: SignerKey::of(&*key, crypto)?,
            key,
            profile,
            validity: verified.validity(),
            max_signed_seconds: verifier.policy().max_signed_seconds(profile),
            ttl_override_seconds: verified.proof().ttl_override_seconds(),
        };
        Ok(Self { identity: Arc::new(identity), attribution: None, service })
    }

    /// Signs with the organisation's key, on its own behalf (as a bot) unless changed by
    /// [`SignatureIssuer::on_behalf_of`].
    ///
    /// # Errors
    ///
    /// [`IssueError::Identity`] if chain, key record or certificate is invalid `at` that instant,
    /// [`PolicyError::KeyMismatch`] if the key is not the certificate's,
    /// [`PolicyError::RulesMissing`] if the service is Kliento's and comes without its rules.
    pub fn for_organisation(
        organisation: OrganisationCredential,
        key: Arc<dyn SigningKey>,
        service: impl Into<Service>,
        at: Timestamp,
        verifier: &Verifier,
    ) -> Result<Self, IssueError> {
        let (service, crypto) = (Arc::new(service.into()), verifier.crypto());
        service.check_complete()?;
        check_key_of(organisation.organisation_certificate(), &*key, "organisation")?;
        let verified = organisation
            .verify(service.oid(), ValidityPeriod::at(at), verifier)
            .map_err(IssueError::Identity)?;
        let identity = SignerCertificates {
            name: verified.name().clone(),
            signer_identifier: issuer_and_serial_number(organisation.organisation_certificate())?,
            signing_certificate: signing_certificate(
                organisation.organisation_certificate(),
                crypto,
            )?,
            // The bundle already has the organisation's certificate.
            certificates: Vec::new(),
            organisation,
            speaks_for_organisation: true,
            signer: SignerKey::of(&*key, crypto)?,
            key,
            profile: verified.profile(),
            validity: verified.validity(),
            max_signed_seconds: verifier.policy().max_signed_seconds(verified.profile()),
            ttl_override_seconds: verified.proof().ttl_override_seconds(),
        };
        Self { identity: Arc::new(identity), attribution: None, service }.on_behalf_of(None)
    }

    /// Replaces the service's own rules. Those of VeraId and DomainAuth, and of the verifier's
    /// policy, remain.
    #[must_use]
    pub fn with_rules(mut self, rules: Arc<dyn ServiceRules>) -> Self {
        self.service = Arc::new(Service::with_rules(self.service.oid().clone(), rules));
        self
    }

    /// Returns an issuer that signs on behalf of `user`, or of the organisation itself (a bot) for
    /// `None`.
    ///
    /// # Errors
    ///
    /// [`PolicyError::AttributionNotAllowed`] if the key is a plain member's, [`PolicyError::Name`]
    /// if the profile does not allow the name.
    pub fn on_behalf_of(&self, user: Option<&UserName>) -> Result<Self, IssueError> {
        if !self.identity.speaks_for_organisation {
            return Err(PolicyError::AttributionNotAllowed.into());
        }
        let attribution = Some(member_name(user, self.identity.profile)?.to_owned());
        let (identity, service) = (Arc::clone(&self.identity), Arc::clone(&self.service));
        Ok(Self { identity, attribution, service })
    }

    /// The organisation.
    #[must_use]
    pub fn organisation(&self) -> &OrganisationName {
        &self.identity.name
    }

    /// The kind of signatures: the member's or the organisation's.
    #[must_use]
    pub const fn kind(&self) -> SignatureKind {
        match self.attribution {
            Some(_) => SignatureKind::Organisation,
            None => SignatureKind::Member,
        }
    }

    /// The service that signatures are for.
    #[must_use]
    pub fn service(&self) -> &ServiceOid {
        self.service.oid()
    }

    /// The run of seconds at which chain and certificates are valid.
    #[must_use]
    pub fn validity(&self) -> ValidityPeriod {
        self.identity.validity
    }

    /// Signs `content` for `period`.
    ///
    /// A verifier of the whole period finds a second at which all evidence is valid. A verifier of
    /// an instant after the end of [`validity`](Self::validity) does not. If the service has rules
    /// of its own, content, period and bundle must follow them too.
    ///
    /// # Errors
    ///
    /// [`IssueError::Policy`] or [`IssueError::Service`] for a period or content that verifiers
    /// would reject, [`IssueError::Signer`] or [`IssueError::InvalidSignature`] from the key,
    /// [`IssueError::Malformed`] if the bundle would be too large.
    pub fn issue(
        &self,
        content: Content<'_>,
        period: ValidityPeriod,
    ) -> Result<SignatureBundle, IssueError> {
        let unsigned = self.prepare(content, period)?;
        let signature = self.identity.key.sign(unsigned.to_be_signed())?;
        unsigned.assemble(&signature)
    }

    /// Prepares a signature bundle, to be signed elsewhere.
    ///
    /// # Errors
    ///
    /// As [`SignatureIssuer::issue`].
    pub fn prepare(
        &self,
        content: Content<'_>,
        period: ValidityPeriod,
    ) -> Result<UnsignedSignatureBundle, IssueError> {
        let identity = &self.identity;
        self.service.check_request(content, period, identity.validity)?;
        policy::check_signed_period(
            period,
            identity.max_signed_seconds,
            identity.validity,
            identity.ttl_override_seconds,
        )?;
        let bytes = content.bytes();
        let digest = identity.signer.crypto.digest(identity.signer.digest, bytes);
        let mut attributes = vec![
            attribute(&CONTENT_TYPE, &oid(&DATA)?)?,
            attribute(&MESSAGE_DIGEST, &element(Tag::OctetString, &[&digest])?)?,
            attribute(&SIGNATURE_METADATA, &metadata(self.service(), period)?)?,
            identity.signing_certificate.clone(),
        ];
        if let Some(member) = &self.attribution {
            let name = element(Tag::Utf8String, &[member.as_bytes()])?;
            attributes.push(attribute(&MEMBER_ATTRIBUTION, &name)?);
        }
        let encapsulated = match content {
            Content::Attached(bytes) => constructed(0, &[&element(Tag::OctetString, &[bytes])?])?,
            Content::Detached(_) => Vec::new(),
        };
        Ok(UnsignedSignatureBundle {
            identity: Arc::clone(identity),
            service: Arc::clone(&self.service),
            signed_attributes: set_of(attributes)?,
            content_info: sequence(&[&oid(&DATA)?, &encapsulated])?,
        })
    }
}

/// A signature bundle to be signed.
#[derive(Clone)]
pub struct UnsignedSignatureBundle {
    identity: Arc<SignerCertificates>,
    service: Arc<Service>,
    /// With the tag of SET OF, in which they are signed (RFC 5652 section 5.4).
    signed_attributes: Element,
    content_info: Element,
}

impl UnsignedSignatureBundle {
    /// The signed attributes in DER: the bytes to sign.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.signed_attributes
    }

    /// The hash for the RSASSA-PSS signature; MGF1 uses the same, and the salt has its length.
    #[must_use]
    pub fn digest_algorithm(&self) -> DigestAlgorithm {
        self.identity.signer.digest
    }

    /// Adds the signature.
    ///
    /// # Errors
    ///
    /// [`IssueError::InvalidSignature`] if the signature is not the key's over
    /// [`to_be_signed`](Self::to_be_signed), [`IssueError::Malformed`] or [`IssueError::Service`]
    /// if the bundle would be too large.
    pub fn assemble(self, signature: &[u8]) -> Result<SignatureBundle, IssueError> {
        let identity = &self.identity;
        identity.signer.check(&self.signed_attributes, signature)?;
        let digest = digest_algorithm(identity.signer.digest)?;
        let signer_info = sequence(&[
            &small_integer(1)?,
            &identity.signer_identifier,
            &digest,
            &retag(0xA0, self.signed_attributes),
            &pss_algorithm(identity.signer.digest)?,
            &element(Tag::OctetString, &[signature])?,
        ])?;
        let signed_data = sequence(&[
            &small_integer(1)?,
            &element(Tag::Set, &[&digest])?,
            &self.content_info,
            &identity.certificates,
            &element(Tag::Set, &[&signer_info])?,
        ])?;
        let content_info = sequence(&[&oid(&SIGNED_DATA)?, &constructed(0, &[&signed_data])?])?;
        let bundle = SignatureBundle::assemble(&identity.organisation, &content_info)
            .map_err(IssueError::Malformed)?;
        self.service.check_bundle(&bundle)?;
        Ok(bundle)
    }
}

impl std::fmt::Debug for UnsignedSignatureBundle {
    /// Omits the content, which does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnsignedSignatureBundle")
            .field("organisation", &self.identity.name)
            .finish_non_exhaustive()
    }
}

/// The certificates to attach: the member's, and those of intermediates that can link it to the
/// organisation.
fn attached(bundle: &MemberIdBundle) -> Result<Vec<Element>, PolicyError> {
    // VeraId has no intermediates.
    let candidates = match bundle.profile() {
        Profile::VeraId => &[],
        Profile::DomainAuth => bundle.intermediates(),
    };
    let mut attached = vec![bundle.member_certificate()];
    let mut next = 0;
    while let Some(&child) = attached.get(next) {
        for issuer in candidates.iter().filter(|issuer| issuer.subject() == child.issuer()) {
            if !attached.contains(&issuer) {
                attached.push(issuer);
            }
        }
        next = next.saturating_add(1);
    }
    let (found, limit) = (attached.len(), MAX_ATTACHED);
    if found > limit {
        return Err(PolicyError::TooManyCertificates { found, limit });
    }
    Ok(attached.into_iter().map(|certificate| certificate.as_der().to_vec()).collect())
}

/// The maximum that verifiers accept (8).
const MAX_ATTACHED: usize = 8;

fn issuer_and_serial_number(certificate: &Certificate) -> Result<Element, IssueError> {
    sequence(&[certificate.issuer(), &element(Tag::Integer, &[certificate.serial()])?])
}

/// The signing-certificate attribute in its smallest form, 57 bytes (RFC 5035 sections 3 and 4).
///
/// The digest is over the whole certificate, so issuer and serial number would add nothing. SHA-256
/// is the default, which DER omits.
fn signing_certificate(
    certificate: &Certificate,
    crypto: CryptoProvider,
) -> Result<Element, IssueError> {
    let digest = crypto.digest(DigestAlgorithm::Sha256, certificate.as_der());
    let identifier = sequence(&[&element(Tag::OctetString, &[&digest])?])?;
    attribute(&SIGNING_CERTIFICATE, &sequence(&[&sequence(&[&identifier])?])?)
}

fn attribute(id: &ObjectIdentifier, value: &[u8]) -> Result<Element, IssueError> {
    sequence(&[&oid(id)?, &element(Tag::Set, &[value])?])
}

fn metadata(service: &ServiceOid, period: ValidityPeriod) -> Result<Element, IssueError> {
    let start = primitive(0, &generalized_time(period.start()))?;
    let end = primitive(1, &generalized_time(period.end()))?;
    sequence(&[&primitive(0, service.as_bytes())?, &constructed(1, &[&start, &end])?])
}
