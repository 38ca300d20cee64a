//! A chain, verified for all questions that it answers: the work is bounded, the order of the
//! messages makes no difference, and the validity is right at its ends.

#![no_main]

use kliento_fuzz::{case::Case, mutate, stub};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use veraid_dnssec::{ChainError, ChainVerifier, DnssecChain, Question, ValidityPeriod};

fuzz_target!(|data: &[u8]| {
    let Some(case) = Case::parse(data) else { return };
    let Ok(chain) = veraid_core::parse_dnssec_chain(case.octets) else { return };
    let messages: Vec<&[u8]> = chain.messages().collect();
    let reversed = DnssecChain::parse(messages.iter().rev().copied()).expect("the same messages");
    let verifier = ChainVerifier::new(case.anchors.clone(), stub::PROVIDER);
    let verify = |chain: &DnssecChain, question: &Question, period| {
        stub::within_budget(|| chain.verify(question, period, &verifier))
    };
    for question in chain.questions().flatten().take(4) {
        let verified = verify(&chain, question, case.period);
        assert_eq!(verify(&reversed, question, case.period), verified);
        let Ok(rrset) = verified else { continue };
        assert!(!rrset.validity().intersection(&case.period.into()).is_empty());
        for end in rrset.validity().iter().flat_map(|run| [run.start(), run.end()]) {
            match verify(&chain, question, ValidityPeriod::at(end)) {
                Ok(again) => assert!(again.rdata().eq(rrset.rdata())),
                Err(ChainError::LimitExceeded(_)) => {}
                Err(error) => panic!("valid in {}, but at {end}: {error:?}", rrset.validity()),
            }
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let data = &mut data[..max_size];
    mutate::der_after_lines(mutate::CASE_LINES, data, size, seed, fuzzer_mutate)
});
