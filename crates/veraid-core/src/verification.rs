//! Verification, step by step as the DomainAuth draft numbers it ("Verification Procedure"); each
//! step uses the evidence of the previous one.

use veraid_dnssec::ValidityPeriod;

use crate::bundle_lookup::BundleLookup;
use crate::certificate::Certificate;
use crate::certificate::common_name::CommonNameProblem;
use crate::certificate::path::{Candidates, VerifiedPath};
use crate::error::VerifyError;
use crate::name::{Member, UserName};
use crate::oid::ServiceOid;
use crate::profile::Profile;
use crate::proved_organisation::ProvedOrganisation;
use crate::signature_bundle::SignatureBundle;
use crate::signed_data::FoundSigner;
use crate::verified_signature::{SignatureKind, VerifiedSignature};
use crate::verifier::Verifier;

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
        None => ProvedOrganisation::prove(&bundle.head, service, period, verifier.proof_basis())?,
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
        organisation.find_common_second(&certificates, signed.period, period, verifier.policy())?;
    if let Some(limit) = verifier.policy().max_signed_seconds(organisation.profile)
        && signed.period.span_seconds() > limit
    {
        let seconds = signed.period.span_seconds();
        return Err(VerifyError::SignedPeriodTooLong { seconds, limit });
    }

    // Step 6: the output.
    let signature = VerifiedSignature::new(organisation, &path, signed, common_second, user, kind);
    if let Some(organisation) = with_chain_proved {
        bundle_lookup.insert(organisation, certificates, &signature);
    }
    Ok(signature)
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
