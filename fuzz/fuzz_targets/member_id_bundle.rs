//! A member id bundle: read, reassembled, and verified with signatures that anybody can make.

#![no_main]

use kliento::Verifier;
use kliento_fuzz::{case::Case, mutate, stub, verdict};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use veraid_core::MemberIdBundle;

fuzz_target!(|data: &[u8]| {
    let Some(case) = Case::parse(data) else { return };
    let Ok(bundle) = MemberIdBundle::from_der(case.octets) else { return };
    assert_eq!(bundle.to_der(), case.octets);
    let organisation = bundle.organisation_credential();
    let (member, between) = (bundle.member_certificate(), bundle.intermediates());
    let assembled = MemberIdBundle::assemble(&organisation, member, between).map(drop);
    assert_eq!(assembled, Ok(()));
    let verifier = Verifier::with_crypto(case.anchors.clone(), stub::PROVIDER);
    let verify =
        |period| stub::within_budget(|| bundle.clone().verify(&case.service, period, &verifier));
    let Ok(member_id) = verify(case.period) else { return };
    verdict::assert_holds_at_ends(member_id.validity(), member_id.profile(), |period| {
        verify(period).map(|other| assert_eq!(other.member(), member_id.member()))
    });
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let data = &mut data[..max_size];
    mutate::der_after_lines(mutate::CASE_LINES, data, size, seed, fuzzer_mutate)
});
