//! The name of a vector, a line end, and edits: with real cryptography, an edited bundle proves the
//! same as the original or is rejected.

#![no_main]

use kliento_fuzz::oracle;
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(end) = data.iter().position(|&octet| octet == b'\n') else { return Corpus::Reject };
    let seed = std::str::from_utf8(&data[..end]).ok().and_then(oracle::seed);
    let Some(seed) = seed else { return Corpus::Reject };
    seed.check(&seed.edited(&data[end + 1..]));
    Corpus::Keep
});

// The name of the vector is kept: without it there is nothing to edit.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, _seed: u32| {
    let name = data[..size].iter().position(|&octet| octet == b'\n').map_or(0, |end| end + 1);
    name + fuzzer_mutate(&mut data[name..max_size], size - name, max_size - name)
});
