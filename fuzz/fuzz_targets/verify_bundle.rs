//! A signature bundle, verified with signatures that anybody can make: the work is bounded, and the
//! verdict keeps its promises.

#![no_main]

use kliento_fuzz::{case::Case, mutate, verdict};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use veraid_core::SignatureBundle;

fuzz_target!(|data: &[u8]| {
    let Some(case) = Case::parse(data) else { return };
    let Ok(bundle) = SignatureBundle::from_der(case.octets) else { return };
    verdict::of_bundle(&bundle, &case);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let data = &mut data[..max_size];
    mutate::der_after_lines(mutate::CASE_LINES, data, size, seed, fuzzer_mutate)
});
