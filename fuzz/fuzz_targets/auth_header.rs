//! The value of an `Authorization` header, read as a bundle and written again.

#![no_main]

use kliento::TokenBundle;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let Ok(bundle) = TokenBundle::from_auth_header(data) else { return };
    assert!(bundle.to_der().len() <= TokenBundle::MAX_SIZE_BYTES);
    let header = bundle.to_auth_header();
    let again = TokenBundle::from_auth_header(&header).expect("a header of ours");
    assert_eq!(again.to_der(), bundle.to_der());
    let (scheme, base64) = data.split_once(' ').expect("a space");
    assert!(scheme.eq_ignore_ascii_case("Kliento"));
    // Base64 has a single form, apart from the padding.
    assert_eq!(header.trim_end_matches('='), format!("Kliento {}", base64.trim_end_matches('=')));
    assert!(TokenBundle::from_base64(base64).is_ok());
});
