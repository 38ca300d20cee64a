//! TXT records as key records: the TTL override is bounded, and unrelated records change nothing.

#![no_main]

use kliento::Profile;
use kliento_fuzz::{chain, stub};
use libfuzzer_sys::fuzz_target;
use veraid_core::{MAX_VALIDITY_SECONDS, OrganisationKey};

fuzz_target!(|data: &[u8]| {
    let key = OrganisationKey::from_spki_der(&chain::rsa_2048()).expect("an RSA key");
    let (mut records, service) = (chain::records(data), kliento::service_oid());
    let Some(proved) = chain::proved_txt(&records) else { return };
    records.push(b"\x0bv=spf1 -all");
    let Some(proved_with_stranger) = chain::proved_txt(&records) else { return };
    for profile in [Profile::VeraId, Profile::DomainAuth] {
        let find = |records| key.find_record(records, &service, profile, stub::PROVIDER);
        let (found, found_beside) = (find(&proved), find(&proved_with_stranger));
        match (found, found_beside) {
            (Ok(record), Ok(beside)) => {
                assert_eq!(record, beside);
                assert!(record.ttl_override_seconds() <= MAX_VALIDITY_SECONDS);
            }
            (Err(error), Err(beside)) => assert_eq!(error.code(), beside.code()),
            (found, beside) => panic!("{found:?}, but with an unrelated record {beside:?}"),
        }
    }
});
