//! Runs Project Wycheproof's cases under each provider: one test per file and provider.
//!
//! A case must be accepted if Wycheproof says that it is valid and this project's rules allow it,
//! and rejected otherwise. Where the rules reject a case that Wycheproof does not, the case is
//! counted under its [`Reason`](verdict::Reason); cases that Wycheproof calls invalid are never
//! accepted.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Trial};
use veraid_dnssec::crypto::{CryptoProvider, rust_crypto};

mod ecdsa;
mod eddsa;
mod rsa_pkcs1;
mod rsa_pss;
mod verdict;

use verdict::{File, Tally};

const PROVIDERS: [(&str, CryptoProvider); 2] =
    [("aws-lc-rs", veraid_aws_lc_rs::PROVIDER), ("rust-crypto", rust_crypto::PROVIDER)];

fn main() {
    let arguments = Arguments::from_args();
    let tallies: Arc<Mutex<BTreeMap<String, Tally>>> = Arc::default();
    let files: Vec<File> =
        [rsa_pss::files(), rsa_pkcs1::files(), ecdsa::files(), eddsa::files()].concat();
    let mut trials = Vec::new();
    for file in files {
        for (provider, crypto) in PROVIDERS {
            let name = format!("{provider}::{}", file.name);
            let (file, tallies) = (file.clone(), Arc::clone(&tallies));
            trials.push(Trial::test(name.clone(), move || {
                let tally = file.run(crypto)?;
                tallies.lock().unwrap().insert(name, tally);
                Ok(())
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    for (name, tally) in tallies.lock().unwrap().iter() {
        println!("{name}: {tally}");
    }
    let total: Tally = tallies.lock().unwrap().values().sum();
    println!("all files: {total}");
    conclusion.exit();
}
