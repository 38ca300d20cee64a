//! The name of a vector, a line end, and edits: under real cryptography an edited bundle says the same or nothing.

#![no_main]

use kliento_fuzz::oracle;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(end) = data.iter().position(|&octet| octet == b'\n') else { return Corpus::Reject };
    let seed = std::str::from_utf8(&data[..end]).ok().and_then(oracle::seed);
    let Some(seed) = seed else { return Corpus::Reject };
    seed.check(&seed.edited(&data[end + 1..]));
    Corpus::Keep
});
