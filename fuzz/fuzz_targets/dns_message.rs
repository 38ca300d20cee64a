//! One DNS message: what parses keeps its exact bytes, and its names can be written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use veraid_dnssec::DnssecChain;

fuzz_target!(|data: &[u8]| {
    let Ok(chain) = DnssecChain::parse([data]) else { return };
    assert!(chain.messages().eq([data]));
    for question in chain.questions().flatten() {
        let (name, record_type) = (question.name.to_string(), question.record_type.to_string());
        assert_eq!(name.parse(), Ok(question.name.clone()));
        assert_eq!(record_type.parse(), Ok(question.record_type));
        assert!(question.name.as_wire().len() <= 255);
        assert_eq!(question.name.labels().count(), question.name.label_count());
        let _ = chain.has_answer(question);
    }
});
