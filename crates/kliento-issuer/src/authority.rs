//! Certificate authorities: an organisation, or under DomainAuth an intermediate that it made one.

use std::sync::Arc;

use veraid_core::{Certificate, Profile, UserName, ValidityPeriod};

use crate::certificate::{Fields, UnsignedCertificate, common_name, key_identifier, name};
use crate::error::{IssueError, PolicyError};
use crate::organisation::MAX_INTERMEDIATES;
use crate::policy;
use crate::serial_number::SerialNumber;
use crate::signing_key::SigningKey;
use crate::unsigned::SignerKey;

/// A certificate that may issue others, and its key.
#[derive(Clone, Debug)]
pub struct CertificateAuthority {
    certificate: Certificate,
    profile: Profile,
    key: Arc<dyn SigningKey>,
    signer: SignerKey,
}

/// Whom a certificate is for, and how long.
#[derive(Clone, Copy, Debug)]
pub struct CertificateRequest<'a> {
    /// The user's name; `None` for a bot, which speaks for the organisation itself.
    pub user: Option<&'a UserName>,
    /// The SubjectPublicKeyInfo in DER: rsaEncryption with NULL parameters, 2048 to 4096 bits.
    pub public_key: &'a [u8],
    /// When it is valid, within the validity of the issuer's certificate; under DomainAuth at most 90 days.
    pub validity: ValidityPeriod,
    /// Its serial number.
    pub serial_number: SerialNumber,
}

impl CertificateAuthority {
    /// The authority of `certificate`, whose private key `key` is.
    ///
    /// # Errors
    ///
    /// [`PolicyError::KeyMismatch`] if it is not, [`PolicyError::NotAnAuthority`] if the certificate may not issue others.
    pub fn new(
        certificate: Certificate,
        profile: Profile,
        key: Arc<dyn SigningKey>,
    ) -> Result<Self, IssueError> {
        check_key_of(&certificate, &*key, "issuer")?;
        if !certificate.may_issue() {
            return Err(PolicyError::NotAnAuthority.into());
        }
        let signer = SignerKey::of(&*key)?;
        Ok(Self { certificate, profile, key, signer })
    }

    /// The authority's certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Issues a member's certificate.
    ///
    /// # Errors
    ///
    /// [`IssueError::Policy`] for a name, key or period that verifiers would refuse, or [`IssueError::Signer`].
    pub fn issue_member(&self, request: CertificateRequest<'_>) -> Result<Certificate, IssueError> {
        self.prepare_member(request)?.sign(&*self.key)
    }

    /// The same, to be signed elsewhere.
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

    /// Issues the certificate of an authority below this one, with at most `path_length` more below it. DomainAuth only.
    ///
    /// It can sign as the member that it names, on behalf of any member, and issue certificates.
    ///
    /// # Errors
    ///
    /// As [`CertificateAuthority::issue_member`], [`PolicyError::IntermediateUnderVeraId`], and [`PolicyError::NotAnAuthority`] if
    /// this authority may not have as many below it.
    pub fn issue_intermediate(
        &self,
        request: CertificateRequest<'_>,
        path_length: u8,
    ) -> Result<Certificate, IssueError> {
        self.prepare_intermediate(request, path_length)?.sign(&*self.key)
    }

    /// The same, to be signed elsewhere.
    ///
    /// # Errors
    ///
    /// As [`CertificateAuthority::issue_intermediate`].
    pub fn prepare_intermediate(
        &self,
        request: CertificateRequest<'_>,
        path_length: u8,
    ) -> Result<UnsignedCertificate, IssueError> {
        if self.profile == Profile::VeraId {
            return Err(PolicyError::IntermediateUnderVeraId.into());
        }
        let allows =
            self.certificate.path_length().is_none_or(|most| u64::from(path_length) < most);
        if !allows || path_length >= MAX_INTERMEDIATES {
            return Err(PolicyError::NotAnAuthority.into());
        }
        self.prepare(request, Some(path_length))
    }

    fn prepare(
        &self,
        request: CertificateRequest<'_>,
        path_length: Option<u8>,
    ) -> Result<UnsignedCertificate, IssueError> {
        policy::check_key_of_member(request.public_key)?;
        policy::check_certificate_period(self.profile, request.validity, Some(&self.certificate))?;
        let issuer = &self.certificate;
        let user = member_name(request.user, self.profile)?;
        let subject = name(&common_name(user, self.profile)?)?;
        if issuer.is_self_issued() && subject == issuer.subject() {
            return Err(PolicyError::NamedLikeOrganisation.into());
        }
        if issuer.is_self_issued() && request.serial_number.as_octets() == issuer.serial() {
            return Err(PolicyError::SerialNumberRepeated.into());
        }
        // Verifiers compare with the issuer's identifier, however it was made.
        let own_identifier = key_identifier(self.certificate.subject_public_key_info());
        let authority_key_identifier =
            self.certificate.subject_key_identifier().unwrap_or(&own_identifier);
        let fields = Fields {
            issuer: Some(self.certificate.subject()),
            authority_key_identifier,
            subject,
            public_key: request.public_key,
            validity: request.validity,
            serial_number: request.serial_number,
            path_length,
        };
        UnsignedCertificate::new(fields, self.signer.clone())
    }
}

/// A member as certificates and attributions write it: a user's name, or `@` for a bot.
///
/// A name that was checked under the other profile is checked under this one.
pub(crate) fn member_name(user: Option<&UserName>, profile: Profile) -> Result<&str, PolicyError> {
    const BOT: &str = "@";
    let Some(user) = user else { return Ok(BOT) };
    UserName::new(user.as_str(), profile)
        .map_err(|problem| PolicyError::Name { what: "user name", problem })?;
    Ok(user.as_str())
}

/// Checks that `key` is the private half of the key in `certificate`.
pub(crate) fn check_key_of(
    certificate: &Certificate,
    key: &dyn SigningKey,
    role: &'static str,
) -> Result<(), PolicyError> {
    if certificate.subject_public_key_info() == key.public_key_der() {
        Ok(())
    } else {
        Err(PolicyError::KeyMismatch { certificate: role })
    }
}
