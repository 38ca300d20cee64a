//! A token bundle, verified with signatures that anybody can make: the token agrees with the
//! signature beneath it.

#![no_main]

use kliento::{TokenBundle, TokenPolicy, ValidityPeriod, Verifier, VerifyError};
use kliento_fuzz::{case::Case, mutate, stub};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|data: &[u8]| {
    let Some(case) = Case::parse(data) else { return };
    let Ok(bundle) = TokenBundle::from_der(case.octets) else { return };
    let verifier = Verifier::with_crypto(case.anchors.clone(), stub::PROVIDER);
    let at = case.period.start();
    let token = stub::within_budget(|| bundle.clone().verify(case.audience, at, &verifier));
    let Ok(token) = token else { return };
    let service = kliento::service_oid();
    let signature =
        bundle.as_signature_bundle().clone().verify(&service, ValidityPeriod::at(at), &verifier);
    let signature = signature.expect("a token is a signature");
    assert_eq!((token.subject(), token.kind()), (signature.member(), signature.kind()));
    assert_eq!(token.validity(), signature.validity());
    assert!(token.validity().contains(at) || token.proof().ttl_override_seconds() > 0);
    assert!(token.signed_period().span_seconds() <= TokenPolicy::MAX_VALIDITY_SECONDS);
    assert_eq!(token.audience(), case.audience);
    let again = bundle.verify(&format!("{}/", case.audience), at, &verifier);
    assert!(matches!(again, Err(VerifyError::Audience { .. })), "{again:?}");
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let data = &mut data[..max_size];
    mutate::der_after_lines(mutate::CASE_LINES, data, size, seed, fuzzer_mutate)
});
