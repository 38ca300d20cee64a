//! Trust anchors and verifiers, as the arguments ask for them.

use kliento::{Profile, TokenPolicy, TrustAnchors, VerificationPolicy, Verifier};
use veraid_dnssec::ChainVerifier;
use veraid_trust_anchors::AnchorFile;

use crate::arguments::{AnchorsArgument, ProfileArgument, VerifyOptions};
use crate::io::input;
use crate::outcome::UsageError;

/// The trust anchors of a file, or IANA's.
pub(crate) fn anchors(argument: &AnchorsArgument) -> Result<TrustAnchors, UsageError> {
    let Some(path) = &argument.trust_anchors else { return Ok(TrustAnchors::iana()) };
    AnchorFile::read(&input::anchors(path)?, veraid_aws_lc_rs::PROVIDER)
        .map(|file| file.trust_anchors().clone())
        .map_err(|error| UsageError::new(format!("{}: {error}", input::name_of(path))))
}

/// A verifier that accepts whatever the protocol accepts.
pub(crate) fn plain_verifier(argument: &AnchorsArgument) -> Result<Verifier, UsageError> {
    Ok(Verifier::with_crypto(anchors(argument)?, veraid_aws_lc_rs::PROVIDER))
}

/// A verifier for the DNSSEC part of a chain under `profile`.
pub(crate) fn chain_verifier(anchors: TrustAnchors, profile: Profile) -> ChainVerifier {
    profile.cap_signatures(ChainVerifier::new(anchors, veraid_aws_lc_rs::PROVIDER))
}

/// A verifier with the given requirements, except the cap on the signed period: tokens have their
/// own.
pub(crate) fn verifier(demands: &VerifyOptions, anchors: TrustAnchors) -> Verifier {
    Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER).with_policy(policy(demands))
}

/// A verifier with the given requirements, including the cap on the signed period, if there is one.
pub(crate) fn bundle_verifier(demands: &VerifyOptions, anchors: TrustAnchors) -> Verifier {
    let verifier = verifier(demands, anchors);
    match demands.max_validity {
        Some(seconds) => {
            let policy = verifier.policy().with_max_signed_seconds(seconds);
            verifier.with_policy(policy)
        }
        None => verifier,
    }
}

fn policy(demands: &VerifyOptions) -> VerificationPolicy {
    let policy = VerificationPolicy::DEFAULT.with_leeway_seconds(demands.leeway);
    let policy =
        if demands.allow_foreign_issuer { policy.accepting_foreign_issuers() } else { policy };
    match demands.profile {
        ProfileArgument::Any => policy,
        ProfileArgument::Veraid => policy.only_profile(Profile::VeraId),
        ProfileArgument::Domainauth => policy.only_profile(Profile::DomainAuth),
    }
}

/// The policy on tokens: a signed period of at most one hour, or of the requested maximum.
pub(crate) fn token_policy(demands: &VerifyOptions) -> TokenPolicy {
    demands.max_validity.map_or_else(TokenPolicy::default, |seconds| {
        TokenPolicy::default().with_max_validity_seconds(seconds)
    })
}
