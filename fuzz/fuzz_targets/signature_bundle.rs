//! A signature bundle: what parses keeps its exact bytes, and can be inspected and taken apart.

#![no_main]

use std::collections::BTreeSet;

use kliento::TokenBundle;
use kliento_fuzz::mutate;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use veraid_core::{Certificate, OrganisationCredential, SignatureBundle};

fuzz_target!(|data: &[u8]| {
    let Ok(bundle) = SignatureBundle::from_der(data) else { return };
    assert_eq!(bundle.as_der(), data);
    assert!(SignatureBundle::from_der_within(data, data.len() - 1).is_err());
    let unverified = bundle.unverified();
    let attached = unverified.certificates().iter();
    for certificate in attached.chain([bundle.organisation_certificate()]) {
        let again = Certificate::from_der(certificate.as_der());
        assert_eq!(again.as_ref(), Ok(certificate));
    }
    let _ = (unverified.user(), unverified.service(), unverified.signed_period());
    let chain = veraid_core::encode_dnssec_chain(bundle.chain().messages());
    let chain = veraid_core::parse_dnssec_chain(&chain).expect("the same messages");
    // Reading keeps duplicate messages; writing writes each message once.
    let distinct: BTreeSet<&[u8]> = bundle.chain().messages().collect();
    assert_eq!(chain.messages().collect::<BTreeSet<_>>(), distinct);
    assert_eq!(chain.messages().len(), distinct.len());
    let certificate = bundle.organisation_certificate().clone();
    let organisation =
        OrganisationCredential::new(chain, certificate).expect("what the bundle holds");
    assert_eq!(organisation.profile(), bundle.profile());
    if let Ok(token) = TokenBundle::from_der(data) {
        assert_eq!(token.to_der(), data);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::der_after_lines(0, &mut data[..max_size], size, seed, fuzzer_mutate)
});
