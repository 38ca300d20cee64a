//! The certificates above one that is about to be issued.

use veraid_dnssec::ValidityPeriod;

use crate::certificate::Certificate;
use crate::certificate::path::{Candidates, SelfSignature};
use crate::error::VerifyError;
use crate::member_id_bundle::MemberIdBundle;
use crate::name::OrganisationName;
use crate::profile::Profile;
use crate::verifier::Verifier;

/// The path from an organisation's certificate down to that of an issuer, with every signature and
/// role checked.
///
/// It does not check the key record: use [`MemberIdBundle::verify`] or
/// [`OrganisationCredential::verify`](crate::OrganisationCredential::verify) to prove that DNS
/// names the organisation's key. An issuer uses this path to refuse certificates that verifiers
/// would reject later.
#[derive(Clone, Debug)]
pub struct IssuingPath {
    /// The organisation's certificate first, the issuer's last.
    certificates: Vec<Certificate>,
    organisation: OrganisationName,
    profile: Profile,
    validity: Option<ValidityPeriod>,
}

impl IssuingPath {
    /// Creates the path to an organisation's own certificate.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] if verifiers would reject the certificate as an organisation's.
    pub fn of_organisation(
        certificate: &Certificate,
        profile: Profile,
        verifier: &Verifier,
    ) -> Result<Self, VerifyError> {
        Self::check(certificate, &[], certificate, profile, verifier)
    }

    /// Creates the path to the certificate of the member that `bundle` names.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] if verifiers would reject one of the certificates.
    pub fn of_member(bundle: &MemberIdBundle, verifier: &Verifier) -> Result<Self, VerifyError> {
        let organisation = bundle.organisation_certificate();
        let member = bundle.member_certificate();
        Self::check(organisation, bundle.intermediates(), member, bundle.profile(), verifier)
    }

    /// The certificates from the organisation's, through the intermediates', to the issuer's.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The organisation.
    #[must_use]
    pub const fn organisation(&self) -> &OrganisationName {
        &self.organisation
    }

    /// The profile whose rules the certificates were checked against.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The seconds in which all certificates of the path are valid, if there are any.
    #[must_use]
    pub const fn validity(&self) -> Option<ValidityPeriod> {
        self.validity
    }

    fn check(
        organisation: &Certificate,
        attached: &[Certificate],
        issuer: &Certificate,
        profile: Profile,
        verifier: &Verifier,
    ) -> Result<Self, VerifyError> {
        let common_name = organisation.common_name().map_err(VerifyError::CommonName)?;
        let name = OrganisationName::from_common_name(common_name, profile)
            .map_err(VerifyError::OrganisationName)?;
        let candidates = Candidates {
            organisation,
            attached,
            profile,
            policy: verifier.policy(),
            self_signature: SelfSignature::Unchecked,
        };
        let path = candidates.verify_path_to_issuer(issuer, &mut verifier.signature_checks())?;
        let validity = path.validity().iter().next();
        let certificates = path.certificates().iter().rev().map(|&one| one.clone()).collect();
        Ok(Self { certificates, organisation: name, profile, validity })
    }
}
