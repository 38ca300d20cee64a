//! A single certificate, and its key.

#![no_main]

use kliento_fuzz::mutate;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use veraid_core::{Certificate, OrganisationKey, check_member_key};

fuzz_target!(|data: &[u8]| {
    let Ok(certificate) = Certificate::from_der(data) else { return };
    assert_eq!(certificate.as_der(), data);
    assert!(certificate.is_authority() || !certificate.may_issue());
    let _ = (certificate.common_name(), certificate.path_length(), format!("{certificate:?}"));
    let spki = certificate.subject_public_key_info();
    if let Ok(key) = OrganisationKey::from_spki_der(spki) {
        assert_eq!(key.as_spki_der(), spki);
        assert!(check_member_key(spki).is_ok());
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::der_after_lines(0, &mut data[..max_size], size, seed, fuzzer_mutate)
});
