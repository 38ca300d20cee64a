//! Organisations: their key records and their own certificates.

use std::sync::Arc;

use veraid_core::crypto::CryptoProvider;
use veraid_core::{
    Certificate, OrganisationKey, OrganisationName, Profile, ServiceOid, ValidityPeriod,
};

use crate::certificate::{Fields, UnsignedCertificate, common_name, key_identifier, name};
use crate::error::{IssueError, PolicyError};
use crate::policy;
use crate::serial_number::SerialNumber;
use crate::signing_key::SigningKey;
use crate::unsigned::SignerKey;

/// An organisation and its key.
#[derive(Clone, Debug)]
pub struct Organisation {
    name: OrganisationName,
    profile: Profile,
    key: Arc<dyn SigningKey>,
    public_key: OrganisationKey,
    signer: SignerKey,
}

impl Organisation {
    /// Creates the organisation of the domain `name`, as people write it: in A-labels, with or
    /// without the final dot.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Name`] or [`PolicyError::Key`] if verifiers would reject the name or the key.
    pub fn new(
        name: &str,
        profile: Profile,
        key: Arc<dyn SigningKey>,
        crypto: CryptoProvider,
    ) -> Result<Self, IssueError> {
        let dotted = format!("{}.", name.strip_suffix('.').unwrap_or(name));
        let name = OrganisationName::from_common_name(&dotted, profile)
            .map_err(|problem| PolicyError::Name { what: "organisation name", problem })?;
        let public_key = policy::organisation_key(key.public_key_der())?;
        let signer = SignerKey::of(&*key, crypto)?;
        Ok(Self { name, profile, key, public_key, signer })
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &OrganisationName {
        &self.name
    }

    /// The profile.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The public key.
    #[must_use]
    pub const fn public_key(&self) -> &OrganisationKey {
        &self.public_key
    }

    /// The domain name that owns the organisation's key records, without the final dot.
    #[must_use]
    pub fn key_record_owner(&self) -> String {
        format!("{}.{}", self.profile.label(), self.name)
    }

    /// The text of the TXT record to publish, for `service` or for any service: one
    /// character-string, never to be split.
    ///
    /// `ttl_override_seconds` is how far verification may look back from the end of the requested
    /// period.
    ///
    /// # Errors
    ///
    /// [`PolicyError::TtlOverride`] if it is not from 1 second to 90 days.
    pub fn key_record(
        &self,
        ttl_override_seconds: u64,
        service: Option<&ServiceOid>,
    ) -> Result<String, IssueError> {
        policy::check_ttl_override(ttl_override_seconds)?;
        let crypto = self.signer.crypto;
        Ok(self.public_key.record_text(self.profile, ttl_override_seconds, service, crypto))
    }

    /// Issues the organisation's certificate, signed with its own key. It can issue members'
    /// certificates, but not those of intermediates: see [`Organisation::issue_certificate_for`].
    ///
    /// # Errors
    ///
    /// [`PolicyError::CertificatePeriodTooLong`] under DomainAuth, or [`IssueError::Signer`].
    pub fn issue_certificate(
        &self,
        validity: ValidityPeriod,
        serial_number: SerialNumber,
    ) -> Result<Certificate, IssueError> {
        self.issue_certificate_for(CertificateUse::default(), validity, serial_number)
    }

    /// Issues the organisation's certificate for this use.
    ///
    /// # Errors
    ///
    /// As [`Organisation::issue_certificate`]; [`PolicyError::SignOnlyUnderVeraId`],
    /// [`PolicyError::IntermediateUnderVeraId`] or [`PolicyError::TooManyLevels`] if the profile
    /// does not allow the use.
    pub fn issue_certificate_for(
        &self,
        certificate_use: CertificateUse,
        validity: ValidityPeriod,
        serial_number: SerialNumber,
    ) -> Result<Certificate, IssueError> {
        self.prepare_certificate_for(certificate_use, validity, serial_number)?.sign(&*self.key)
    }

    /// Prepares the organisation's certificate, to be signed elsewhere.
    ///
    /// # Errors
    ///
    /// As [`Organisation::issue_certificate`].
    pub fn prepare_certificate(
        &self,
        validity: ValidityPeriod,
        serial_number: SerialNumber,
    ) -> Result<UnsignedCertificate, IssueError> {
        self.prepare_certificate_for(CertificateUse::default(), validity, serial_number)
    }

    /// Prepares the organisation's certificate for this use, to be signed elsewhere.
    ///
    /// # Errors
    ///
    /// As [`Organisation::issue_certificate_for`].
    pub fn prepare_certificate_for(
        &self,
        certificate_use: CertificateUse,
        validity: ValidityPeriod,
        serial_number: SerialNumber,
    ) -> Result<UnsignedCertificate, IssueError> {
        let path_length = certificate_use.path_length(self.profile)?;
        policy::check_certificate_period(self.profile, validity, None)?;
        // DomainAuth requires the final dot; deployed VeraId software requires its absence.
        let text = match self.profile {
            Profile::VeraId => self.name.as_str().to_owned(),
            Profile::DomainAuth => format!("{}.", self.name),
        };
        let public_key = self.public_key.as_spki_der();
        let fields = Fields {
            issuer: None,
            authority_key_identifier: &key_identifier(public_key, self.signer.crypto),
            subject: name(&common_name(&text, self.profile)?)?,
            public_key,
            validity,
            serial_number,
            path_length,
        };
        UnsignedCertificate::new(fields, self.signer.clone())
    }
}

/// The use of an organisation's certificate, which decides its BasicConstraints and KeyUsage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateUse {
    /// Signs content, but issues no certificates. DomainAuth only: deployed VeraId verifiers reject
    /// organisation certificates without cA TRUE.
    SignOnly,
    /// Signs content and issues certificates, with at most this many levels of intermediates
    /// between it and members.
    Issue {
        /// From 0 to 3; 0 under VeraId. RFC 5280 section 4.2.1.9 and DomainAuth require the lowest
        /// number that suffices.
        intermediate_levels: u8,
    },
}

impl Default for CertificateUse {
    /// Issues members' certificates directly.
    fn default() -> Self {
        Self::Issue { intermediate_levels: 0 }
    }
}

impl CertificateUse {
    fn path_length(self, profile: Profile) -> Result<Option<u8>, PolicyError> {
        let (limit, found) = match self {
            Self::SignOnly if profile == Profile::VeraId => {
                return Err(PolicyError::SignOnlyUnderVeraId);
            }
            Self::SignOnly => return Ok(None),
            Self::Issue { intermediate_levels } => (MAX_INTERMEDIATES, intermediate_levels),
        };
        if profile == Profile::VeraId && found > 0 {
            return Err(PolicyError::IntermediateUnderVeraId);
        }
        if found > limit {
            return Err(PolicyError::TooManyLevels { found, limit });
        }
        Ok(Some(found))
    }
}

/// The maximum number of intermediates below an organisation (3: verifiers accept paths of at most
/// 4 certificates below it).
pub(crate) const MAX_INTERMEDIATES: u8 = 3;
