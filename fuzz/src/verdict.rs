//! Checks of properties that every successful verification must have.

use kliento::{Profile, ValidityPeriod, VerificationPolicy, Verifier};
use veraid_core::{SignatureBundle, VerifiedSignature, VerifyError};

use crate::case::Case;
use crate::stub;

/// Verifies a bundle with signatures that anybody can make, and checks the promises of the verdict.
///
/// # Panics
///
/// If a promise is broken.
pub fn of_bundle(bundle: &SignatureBundle, case: &Case<'_>) {
    // A mutated certificate may also have an issuer other than the organisation.
    let policy = VerificationPolicy::default().accepting_foreign_issuers();
    let verifier = Verifier::with_crypto(case.anchors.clone(), stub::PROVIDER).with_policy(policy);
    let verify = |period, verifier: &Verifier| {
        stub::within_budget(|| bundle.clone().verify(&case.service, period, verifier))
    };
    let verified = verify(case.period, &verifier);

    // Caps, and rejecting foreign issuers, can only make fewer bundles valid.
    let policy = VerificationPolicy::default().with_veraid_caps();
    let strict = verify(case.period, &verifier.clone().with_policy(policy));
    match (&strict, &verified) {
        (Ok(strict), Ok(usual)) => assert_same(strict, usual),
        // A cap removes an RRSIG or a certificate from the candidates, so others are tried: fewer
        // checks.
        (Ok(_), Err(error)) => assert!(is_limit(error), "the stricter verifier accepts: {error}"),
        _ => {}
    }

    let Ok(signature) = verified else { return };
    assert_eq!(signature.service(), &case.service);
    assert_eq!(signature.profile(), bundle.profile());
    assert_eq!(bundle.unverified().content(), Some(signature.plaintext()));
    assert_holds_at_ends(signature.validity(), signature.profile(), |period| {
        verify(period, &verifier).map(|other| assert_same(&other, &signature))
    });
    let window = signature.proof().window();
    assert!(window.intersection(signature.validity()).is_some(), "no second is in the window");
    assert!(
        case.period.intersection(window) == Some(window),
        "the window is wider than the requested period"
    );
}

/// Checks that a bundle valid in a period also verifies at its first and last second, unless that
/// takes too many checks.
///
/// # Panics
///
/// If it does not.
pub fn assert_holds_at_ends(
    validity: ValidityPeriod,
    profile: Profile,
    mut verify: impl FnMut(ValidityPeriod) -> Result<(), VerifyError>,
) {
    for end in [validity.start(), validity.end()] {
        match verify(ValidityPeriod::at(end)) {
            Ok(()) => {}
            Err(error) if is_limit(&error) => {}
            Err(error) => panic!("{profile:?}: valid in {validity}, but at {end}: {error:?}"),
        }
    }
}

fn is_limit(error: &VerifyError) -> bool {
    // Three kinds of error contain a limit error.
    format!("{error:?}").contains("LimitExceeded")
}

fn assert_same(one: &VerifiedSignature, other: &VerifiedSignature) {
    assert_eq!(one.member(), other.member());
    assert_eq!(one.kind(), other.kind());
    assert_eq!(one.plaintext(), other.plaintext());
    assert_eq!(one.signed_period(), other.signed_period());
}
