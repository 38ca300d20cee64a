//! The path from the organisation's certificate to the signer's (RFC 5280 section 6.1, without
//! revocation).

use veraid_dnssec::{SignatureChecks, ValidityPeriod, ValidityPeriods};

use crate::certificate::Certificate;
use crate::certificate::problem::{CertificateProblem, CertificateRole};
use crate::error::VerifyError;
use crate::policy::VerificationPolicy;
use crate::profile::{MAX_VALIDITY_SECONDS, Profile};

/// The maximum number of attached certificates of one path (4: three intermediates and the signer).
pub(crate) const MAX_PATH: usize = 4;

/// The certificates available to a verification.
#[derive(Clone, Copy)]
pub(crate) struct Candidates<'a> {
    pub(crate) organisation: &'a Certificate,
    pub(crate) attached: &'a [Certificate],
    pub(crate) profile: Profile,
    pub(crate) policy: &'a VerificationPolicy,
    pub(crate) self_signature: SelfSignature,
}

/// The state of the check of the organisation certificate's self-signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SelfSignature {
    /// Not checked yet.
    Unchecked,
    /// Valid: it was checked before over exactly these bytes.
    Present,
}

/// A verified path: each certificate's signature, form and role was checked.
#[derive(Debug)]
pub(crate) struct VerifiedPath<'a> {
    /// The signer first, the organisation's certificate last.
    certificates: Vec<&'a Certificate>,
    /// The seconds in which all of them are valid; `None` if there is no such second.
    validity: Option<ValidityPeriod>,
    organisation_is_self_issued: bool,
}

impl<'a> VerifiedPath<'a> {
    pub(crate) fn signer(&self) -> Option<&'a Certificate> {
        self.certificates.first().copied()
    }

    pub(crate) fn certificates(&self) -> &[&'a Certificate] {
        &self.certificates
    }

    pub(crate) fn validity(&self) -> ValidityPeriods {
        self.validity.into_iter().collect()
    }

    pub(crate) const fn organisation_is_self_issued(&self) -> bool {
        self.organisation_is_self_issued
    }

    /// Returns true if the signer may speak for the organisation as a whole: the signer is its own
    /// certificate, or under DomainAuth one that it made a certificate authority.
    pub(crate) fn signer_speaks_for_organisation(&self, profile: Profile) -> bool {
        match (self.certificates.as_slice(), profile) {
            ([_organisation], _) => true,
            ([signer, ..], Profile::DomainAuth) => signer.is_authority(),
            _ => false,
        }
    }
}

impl<'a> Candidates<'a> {
    /// The certificate with this issuer and serial number, compared as bytes.
    fn find(&self, issuer: &[u8], serial: &[u8]) -> Option<&'a Certificate> {
        std::iter::once(self.organisation)
            .chain(self.attached)
            .find(|certificate| certificate.issuer() == issuer && certificate.serial() == serial)
    }

    /// Builds and checks the path to the signer that `issuer` and `serial` name.
    pub(crate) fn verify_path(
        &self,
        issuer: &[u8],
        serial: &[u8],
        checks: &mut SignatureChecks,
    ) -> Result<VerifiedPath<'a>, VerifyError> {
        self.check_distinct()?;
        let signer = self.find(issuer, serial).ok_or(VerifyError::Certificate {
            certificate: CertificateRole::Signer,
            problem: CertificateProblem::NotAttached,
        })?;
        self.verify_path_among_distinct(signer, check_may_sign, checks)
    }

    /// Checks the path to `signer`, which need not be attached.
    pub(crate) fn verify_path_to(
        &self,
        signer: &'a Certificate,
        checks: &mut SignatureChecks,
    ) -> Result<VerifiedPath<'a>, VerifyError> {
        self.check_all_distinct(signer)?;
        self.verify_path_among_distinct(signer, check_may_sign, checks)
    }

    /// Checks the path to `issuer`, whose key need not be allowed to sign content.
    pub(crate) fn verify_path_to_issuer(
        &self,
        issuer: &'a Certificate,
        checks: &mut SignatureChecks,
    ) -> Result<VerifiedPath<'a>, VerifyError> {
        self.check_all_distinct(issuer)?;
        self.verify_path_among_distinct(issuer, |_| Ok(()), checks)
    }

    /// Checks the path to `signer`, given that all certificates differ in issuer and serial number.
    fn verify_path_among_distinct(
        &self,
        signer: &'a Certificate,
        check_use: fn(&Certificate) -> Result<(), CertificateProblem>,
        checks: &mut SignatureChecks,
    ) -> Result<VerifiedPath<'a>, VerifyError> {
        let organisation = self.organisation;
        self.check_organisation(checks).map_err(|problem| VerifyError::Certificate {
            certificate: CertificateRole::Organisation,
            problem,
        })?;
        let certificates = if signer == organisation {
            check_use(organisation).map_err(at(CertificateRole::Organisation))?;
            vec![organisation]
        } else {
            self.check_attached(signer)
                .and_then(|()| check_use(signer))
                .map_err(at(CertificateRole::Signer))?;
            self.climb(vec![signer], checks)?
        };
        let organisation_is_self_issued = organisation.is_self_issued();
        let mut validity = Some(ValidityPeriod::ALWAYS);
        for certificate in &certificates {
            let period = certificate.validity().map_err(at(CertificateRole::Signer))?;
            validity = validity.and_then(|common| common.intersection(period));
        }
        Ok(VerifiedPath { certificates, validity, organisation_is_self_issued })
    }

    /// Extends the path upwards until it reaches the organisation, trying each issuer that fits.
    fn climb(
        &self,
        path: Vec<&'a Certificate>,
        checks: &mut SignatureChecks,
    ) -> Result<Vec<&'a Certificate>, VerifyError> {
        let not_issued = VerifyError::Certificate {
            certificate: role(&path),
            problem: CertificateProblem::NotIssuedByOrganisation,
        };
        let Some(&child) = path.last() else { return Err(not_issued) };
        let intermediates = match self.profile {
            Profile::VeraId => &[],
            Profile::DomainAuth => self.attached,
        };
        let issuers = std::iter::once(self.organisation)
            .chain(intermediates)
            .filter(|issuer| issuer.subject() == child.issuer() && !path.contains(issuer));
        let mut failure = not_issued;
        let mut tried: Vec<&Certificate> = Vec::new();
        for issuer in issuers {
            // A repeated certificate, such as the organisation's own, counts once.
            if tried.contains(&issuer) {
                continue;
            }
            tried.push(issuer);
            let is_organisation = std::ptr::eq(issuer, self.organisation);
            let attempt = self.check_issuer(issuer, &path, checks).and_then(|()| {
                let extended = [path.as_slice(), &[issuer]].concat();
                if is_organisation {
                    Ok(extended)
                } else if extended.len() > MAX_PATH {
                    Err(VerifyError::Certificate {
                        certificate: role(&path),
                        problem: CertificateProblem::PathTooLong { limit: MAX_PATH },
                    })
                } else {
                    self.climb(extended, checks)
                }
            });
            match attempt {
                Ok(path) => return Ok(path),
                Err(error) if error.exceeds_limit() => return Err(error),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// Checks that `issuer` was allowed to issue the last certificate of `path`, and did.
    fn check_issuer(
        &self,
        issuer: &'a Certificate,
        path: &[&'a Certificate],
        checks: &mut SignatureChecks,
    ) -> Result<(), VerifyError> {
        let is_organisation = std::ptr::eq(issuer, self.organisation);
        let issuer_role = if is_organisation {
            CertificateRole::Organisation
        } else {
            CertificateRole::Intermediate
        };
        if !is_organisation {
            self.check_attached(issuer).map_err(at(issuer_role))?;
        }
        let Some(child) = path.last() else { return Ok(()) };
        check_may_issue(issuer, path).map_err(at(issuer_role))?;
        if !key_identifiers_match(child, issuer) {
            return Err(at(role(path))(CertificateProblem::KeyIdentifiersDiffer));
        }
        let key = issuer.public_key().map_err(at(issuer_role))?;
        child.check_signature(key, checks).map_err(at(role(path)))
    }

    /// Checks the form, key and maximum validity of an attached certificate.
    fn check_attached(&self, certificate: &Certificate) -> Result<(), CertificateProblem> {
        certificate.check_form()?;
        certificate.public_key()?.check_member().map_err(CertificateProblem::Algorithm)?;
        self.check_caps(certificate)
    }

    fn check_caps(&self, certificate: &Certificate) -> Result<(), CertificateProblem> {
        let seconds = certificate.validity()?.span_seconds();
        if self.policy.caps_validity(self.profile) && seconds > MAX_VALIDITY_SECONDS {
            return Err(CertificateProblem::PeriodTooLong { seconds, limit: MAX_VALIDITY_SECONDS });
        }
        Ok(())
    }

    /// Checks the form, key and maximum validity of the organisation's certificate, and that its
    /// key's holder agreed to its name.
    ///
    /// A self-signature is the only evidence of that. Anyone can have their own authority put the
    /// organisation's key, which is public, under another name; so a certificate that another
    /// authority issued is rejected unless a policy accepts it.
    fn check_organisation(&self, checks: &mut SignatureChecks) -> Result<(), CertificateProblem> {
        let certificate = self.organisation;
        let key = certificate.public_key()?;
        key.check_organisation().map_err(CertificateProblem::Algorithm)?;
        let is_self_issued = certificate.is_self_issued();
        if !is_self_issued && !self.policy.accepts_foreign_issuer(self.profile) {
            return Err(match self.profile {
                Profile::VeraId => CertificateProblem::NotSelfIssued,
                Profile::DomainAuth => CertificateProblem::ForeignIssuer,
            });
        }
        certificate.check_form()?;
        self.check_caps(certificate)?;
        if !is_self_issued {
            // Its issuer is not known here, so its signature is not evidence.
            return Ok(());
        }
        if !key_identifiers_match(certificate, certificate) {
            return Err(CertificateProblem::KeyIdentifiersDiffer);
        }
        match self.self_signature {
            SelfSignature::Unchecked => certificate.check_signature(key, checks),
            SelfSignature::Present => certificate.count_signature(checks),
        }
    }

    /// Rejects different certificates, the organisation's among them, with one issuer and serial
    /// number: the signer's identifier would fit both.
    fn check_distinct(&self) -> Result<(), VerifyError> {
        if self.attached.iter().all(|attached| self.is_distinct(attached)) {
            Ok(())
        } else {
            Err(repeated())
        }
    }

    /// Like [`Self::check_distinct`], with a certificate that need not be attached.
    fn check_all_distinct(&self, certificate: &Certificate) -> Result<(), VerifyError> {
        self.check_distinct()?;
        if self.is_distinct(certificate) { Ok(()) } else { Err(repeated()) }
    }

    /// Returns true if no other certificate has the issuer and serial number of this one. The same
    /// certificate may be repeated.
    fn is_distinct(&self, certificate: &Certificate) -> bool {
        std::iter::once(self.organisation).chain(self.attached).all(|other| {
            other.serial() != certificate.serial()
                || other.issuer() != certificate.issuer()
                || other == certificate
        })
    }
}

const fn repeated() -> VerifyError {
    VerifyError::Certificate {
        certificate: CertificateRole::Attached,
        problem: CertificateProblem::SerialNumberRepeated,
    }
}

fn at(certificate: CertificateRole) -> impl FnOnce(CertificateProblem) -> VerifyError {
    move |problem| VerifyError::Certificate { certificate, problem }
}

/// The role of the last certificate of a path.
const fn role(path: &[&Certificate]) -> CertificateRole {
    if path.len() > 1 { CertificateRole::Intermediate } else { CertificateRole::Signer }
}

/// Checks that `issuer` may issue the last certificate of `path`.
fn check_may_issue(issuer: &Certificate, path: &[&Certificate]) -> Result<(), CertificateProblem> {
    issuer.check_authority()?;
    // RFC 5280 section 4.2.1.9: intermediates that are self-issued do not count, nor does the last
    // certificate.
    let below = path.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
    let limit = issuer.extensions().basic_constraints.and_then(|bc| bc.path_len);
    if limit.is_some_and(|limit| u64::try_from(below).map_or(true, |below| below > limit)) {
        return Err(CertificateProblem::PathLengthConstraint);
    }
    Ok(())
}

/// Checks that the key of `certificate` may sign content.
fn check_may_sign(certificate: &Certificate) -> Result<(), CertificateProblem> {
    match certificate.extensions().key_usage {
        Some(usage) if !usage.digital_signature => Err(CertificateProblem::KeyUsage),
        _ => Ok(()),
    }
}

/// Returns true if the child's authority key identifier equals the issuer's subject key identifier,
/// or either is absent.
fn key_identifiers_match(child: &Certificate, issuer: &Certificate) -> bool {
    let authority = child.extensions().authority_key_identifier.as_ref();
    let subject = issuer.extensions().subject_key_identifier.as_ref();
    authority.zip(subject).is_none_or(|(authority, subject)| authority == subject)
}
