//! Verification, step by step as the DomainAuth draft numbers it ("Verification Procedure"); each
//! step uses the evidence of the previous one.
//!
//! Nothing here knows of a cache. [`SignatureBundle::verify`] comes here with what the cache lacks.

use veraid_dnssec::{ValidityPeriod, ValidityPeriods};

use crate::certificate::Certificate;
use crate::certificate::common_name::CommonNameProblem;
use crate::certificate::path::{Candidates, VerifiedPath};
use crate::error::VerifyError;
use crate::name::{Member, UserName};
use crate::oid::ServiceOid;
use crate::policy::VerificationPolicy;
use crate::profile::Profile;
use crate::proved_organisation::{ProofBasis, ProvedOrganisation};
use crate::signature_bundle::SignatureBundle;
use crate::signed_data::FoundSigner;
use crate::verified_signature::{SignatureKind, VerifiedSignature};

/// A bundle, and the requirements that it is verified against.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) bundle: &'a SignatureBundle,
    /// The content of a detached signature.
    pub(crate) content: Option<&'a [u8]>,
    pub(crate) service: &'a ServiceOid,
    /// The signature must be valid at some second of it.
    pub(crate) period: ValidityPeriod,
    pub(crate) policy: &'a VerificationPolicy,
}

/// Verifies a bundle: steps 1 to 6.
pub(crate) fn verify(
    request: Request<'_>,
    basis: ProofBasis<'_>,
) -> Result<VerifiedSignature, VerifyError> {
    let Request { bundle, service, period, .. } = request;

    // Steps 1 to 3: the organisation's name, its key record, and the DNSSEC chain that proves it.
    let organisation = ProvedOrganisation::prove(&bundle.head, service, period, basis)?;

    // Steps 4 to 6: the certificates, the signature, and the output.
    verify_signature(request, organisation).map(|(signature, _)| signature)
}

/// Verifies a bundle of a proved organisation: steps 4 to 6. Returns the signature, and the
/// validity of the certificates.
pub(crate) fn verify_signature(
    request: Request<'_>,
    mut organisation: ProvedOrganisation,
) -> Result<(VerifiedSignature, ValidityPeriods), VerifyError> {
    let Request { bundle, content, service, period, policy } = request;
    let profile = organisation.profile;
    let checks = &mut organisation.checks;

    // Step 4: the path from the organisation's certificate to the signer's.
    let signer = bundle.signed_data.signer(profile).map_err(VerifyError::SignedData)?;
    let candidates = Candidates {
        organisation: &bundle.head.organisation_certificate,
        attached: &bundle.signed_data.certificates,
        profile,
        policy,
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
    let (user, kind) = attribute(&signer, &path, candidates.organisation, profile)?;

    // Steps 2 to 5 must be valid at one common second inside the window.
    let certificates = path.validity();
    let common_second =
        organisation.find_common_second(&certificates, signed.period, period, policy)?;
    let seconds = signed.period.span_seconds();
    if let Some(limit) = policy.max_signed_seconds(profile).filter(|&limit| seconds > limit) {
        return Err(VerifyError::SignedPeriodTooLong { seconds, limit });
    }

    // Step 6: the output.
    let signature = VerifiedSignature::new(organisation, &path, signed, common_second, user, kind);
    Ok((signature, certificates))
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
