//! Certificate authorities: an organisation, or under DomainAuth an intermediate that it made one.

use std::sync::Arc;

use veraid_core::crypto::CryptoProvider;
use veraid_core::{
    Certificate, IssuingPath, MemberIdBundle, OrganisationName, Profile, TrustAnchors, UserName,
    ValidityPeriod, Verifier,
};

use crate::certificate::{Fields, UnsignedCertificate, common_name, key_identifier, name};
use crate::error::{IssueError, PolicyError};
use crate::member_name::member_name;
use crate::organisation::MAX_INTERMEDIATES;
use crate::policy::{self, check_key_of};
use crate::proof_of_possession::ProvedPublicKey;
use crate::serial_number::SerialNumber;
use crate::signing_key::SigningKey;
use crate::unsigned::SignerKey;

/// A certificate authority: its certificate, those above it, and its key.
///
/// It refuses to issue what verifiers would reject later: a name, key, period, serial number or
/// path length that does not fit the certificates from the organisation's down to its own.
#[derive(Clone, Debug)]
pub struct CertificateAuthority {
    certificate: Certificate,
    path: IssuingPath,
    key: Arc<dyn SigningKey>,
    signer: SignerKey,
}

/// The subject and validity of a certificate to issue.
#[derive(Clone, Copy, Debug)]
pub struct CertificateRequest<'a> {
    /// The user's name; `None` for a bot, which acts for the organisation itself.
    pub user: Option<&'a UserName>,
    /// The public key, with proof that the member has the private one: rsaEncryption with NULL
    /// parameters, 2048 to 4096 bits.
    pub public_key: &'a ProvedPublicKey,
    /// The validity period, within the validity of all certificates above it; under DomainAuth at
    /// most 90 days.
    pub validity: ValidityPeriod,
    /// Its serial number.
    pub serial_number: SerialNumber,
}

impl CertificateAuthority {
    /// Creates the authority of an organisation from its own certificate and the private `key` of
    /// that.
    ///
    /// # Errors
    ///
    /// [`PolicyError::KeyMismatch`] if the key is another, [`PolicyError::NotAnAuthority`] if the
    /// certificate may not issue others, [`PolicyError::IssuerPathMissing`] if it is an
    /// intermediate's, [`IssueError::Identity`] if verifiers would reject it.
    pub fn new(
        certificate: Certificate,
        profile: Profile,
        key: Arc<dyn SigningKey>,
        crypto: CryptoProvider,
    ) -> Result<Self, IssueError> {
        check_key_of(&certificate, &*key, "issuer")?;
        if !certificate.may_issue() {
            return Err(PolicyError::NotAnAuthority.into());
        }
        if !certificate.is_self_issued() {
            return Err(PolicyError::IssuerPathMissing.into());
        }
        let path = IssuingPath::of_organisation(&certificate, profile, &verifier(crypto))
            .map_err(IssueError::Identity)?;
        Self::of_path(certificate, path, key, crypto)
    }

    /// Creates the authority of the intermediate that `bundle` names, with its private `key`.
    /// DomainAuth only.
    ///
    /// The DNSSEC chain in the bundle is ignored: certificates can be issued while it is out of
    /// date.
    ///
    /// # Errors
    ///
    /// [`PolicyError::KeyMismatch`] or [`PolicyError::NotAnAuthority`],
    /// [`PolicyError::IntermediateUnderVeraId`], or [`IssueError::Identity`] if verifiers would
    /// reject one of the certificates.
    pub fn for_intermediate(
        bundle: &MemberIdBundle,
        key: Arc<dyn SigningKey>,
        crypto: CryptoProvider,
    ) -> Result<Self, IssueError> {
        let certificate = bundle.member_certificate().clone();
        check_key_of(&certificate, &*key, "issuer")?;
        if !certificate.may_issue() {
            return Err(PolicyError::NotAnAuthority.into());
        }
        if bundle.profile() == Profile::VeraId {
            return Err(PolicyError::IntermediateUnderVeraId.into());
        }
        let path =
            IssuingPath::of_member(bundle, &verifier(crypto)).map_err(IssueError::Identity)?;
        Self::of_path(certificate, path, key, crypto)
    }

    fn of_path(
        certificate: Certificate,
        path: IssuingPath,
        key: Arc<dyn SigningKey>,
        crypto: CryptoProvider,
    ) -> Result<Self, IssueError> {
        let signer = SignerKey::of(&*key, crypto)?;
        Ok(Self { certificate, path, key, signer })
    }

    /// The likely profile of an issuer's certificate, where it is not known: DomainAuth writes the
    /// organisation's name with the final dot, deployed VeraId software without, and VeraId has no
    /// intermediates.
    #[must_use]
    pub fn profile_of(certificate: &Certificate) -> Profile {
        match certificate.common_name() {
            Ok(name) if certificate.is_self_issued() && !name.ends_with('.') => Profile::VeraId,
            _ => Profile::DomainAuth,
        }
    }

    /// The authority's certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The organisation that the authority issues for.
    #[must_use]
    pub const fn organisation(&self) -> &OrganisationName {
        self.path.organisation()
    }

    /// The profile that the authority issues under.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.path.profile()
    }

    /// Issues a member's certificate.
    ///
    /// # Errors
    ///
    /// [`IssueError::Policy`] for a name, key, period or serial number that verifiers would reject,
    /// or for a certificate request that names another member; [`IssueError::Signer`].
    pub fn issue_member(&self, request: CertificateRequest<'_>) -> Result<Certificate, IssueError> {
        self.prepare_member(request)?.sign(&*self.key)
    }

    /// Prepares a member's certificate, to be signed elsewhere.
    ///
    /// # Errors
    ///
    /// As [`CertificateAuthority::issue_member`].
    pub fn prepare_member(
        &self,
        request: CertificateRequest<'_>,
    ) -> Result<UnsignedCertificate, IssueError> {
        self.prepare(request, None)
    }

    /// Issues the certificate of an intermediate below this authority, with at most `path_length`
    /// more below it. DomainAuth only.
    ///
    /// It can sign as the member that it names, on behalf of any member, and issue certificates.
    ///
    /// # Errors
    ///
    /// As [`CertificateAuthority::issue_member`], [`PolicyError::IntermediateUnderVeraId`], and
    /// [`PolicyError::NotAnAuthority`] if this authority may not have so many below it.
    pub fn issue_intermediate(
        &self,
        request: CertificateRequest<'_>,
        path_length: u8,
    ) -> Result<Certificate, IssueError> {
        self.prepare_intermediate(request, path_length)?.sign(&*self.key)
    }

    /// Prepares the certificate of an intermediate, to be signed elsewhere.
    ///
    /// # Errors
    ///
    /// As [`CertificateAuthority::issue_intermediate`].
    pub fn prepare_intermediate(
        &self,
        request: CertificateRequest<'_>,
        path_length: u8,
    ) -> Result<UnsignedCertificate, IssueError> {
        if self.profile() == Profile::VeraId {
            return Err(PolicyError::IntermediateUnderVeraId.into());
        }
        self.prepare(request, Some(path_length))
    }

    fn prepare(
        &self,
        request: CertificateRequest<'_>,
        path_length: Option<u8>,
    ) -> Result<UnsignedCertificate, IssueError> {
        self.check_path_lengths(path_length)?;
        let profile = self.profile();
        let public_key = request.public_key.as_spki_der();
        policy::check_key_of_member(public_key)?;
        let above = self.path.certificates();
        if above.iter().any(|one| one.subject_public_key_info() == public_key) {
            return Err(PolicyError::KeyCertifiedTwice.into());
        }
        policy::check_certificate_period(profile, request.validity, Some(&self.path))?;
        let user = member_name(request.user, profile)?;
        check_not_organisation(user, self.organisation())?;
        request.public_key.check_requested_for(request.user, self.organisation())?;
        let serial_number = request.serial_number.as_bytes();
        let issuer = self.certificate.subject();
        // Only issuer and serial number distinguish the certificates of a bundle.
        if above.iter().any(|one| one.issuer() == issuer && one.serial() == serial_number) {
            return Err(PolicyError::SerialNumberRepeated.into());
        }
        let subject = name(&common_name(user, profile)?)?;
        // Verifiers compare with the issuer's identifier, whichever way it was derived.
        let own_identifier =
            key_identifier(self.certificate.subject_public_key_info(), self.signer.crypto);
        let authority_key_identifier =
            self.certificate.subject_key_identifier().unwrap_or(&own_identifier);
        let fields = Fields {
            issuer: Some(issuer),
            authority_key_identifier,
            subject,
            public_key,
            validity: request.validity,
            serial_number: request.serial_number,
            path_length,
        };
        UnsignedCertificate::new(fields, self.signer.clone())
    }

    /// Checks that every certificate above allows one more, with `path_length` levels of
    /// intermediates below it if it is an intermediate's, and that no path becomes longer than
    /// verifiers walk.
    fn check_path_lengths(&self, path_length: Option<u8>) -> Result<(), PolicyError> {
        // RFC 5280 section 4.2.1.9: the last certificate of a path does not count.
        let added = path_length.map_or(0, |below| u64::from(below).saturating_add(1));
        let path = self.path.certificates();
        let intermediates_below = |index: usize| {
            let present = path.len().saturating_sub(index).saturating_sub(1);
            u64::try_from(present).unwrap_or(u64::MAX).saturating_add(added)
        };
        let is_used_up = path.iter().enumerate().any(|(index, one)| {
            one.path_length().is_some_and(|limit| intermediates_below(index) > limit)
        });
        if is_used_up || intermediates_below(0) > u64::from(MAX_INTERMEDIATES) {
            return Err(PolicyError::NotAnAuthority);
        }
        Ok(())
    }
}

/// Verifies certificates alone: trust anchors do not matter.
fn verifier(crypto: CryptoProvider) -> Verifier {
    Verifier::with_crypto(TrustAnchors::iana(), crypto)
}

/// Rejects a user whose name is the organisation's domain, in any case and with or without the
/// final dot.
fn check_not_organisation(user: &str, organisation: &OrganisationName) -> Result<(), PolicyError> {
    let domain = user.strip_suffix('.').unwrap_or(user);
    if domain.eq_ignore_ascii_case(organisation.as_str()) {
        Err(PolicyError::NamedLikeOrganisation)
    } else {
        Ok(())
    }
}
