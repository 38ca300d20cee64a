//! Runs every vector of test-vectors/ under each provider: one test per file and provider,
//! discovered, never listed.

#![allow(clippy::unwrap_used, reason = "a test that fails by a panic has done its work")]

use std::path::Path;

use base64ct::{Base64, Encoding};
use kliento::TokenBundle;
use kliento::crypto::{CryptoProvider, rust_crypto};
use kliento_conformance::{Operation, Outcome, Question, Vector, builtin, discover, judge};
use libtest_mimic::{Arguments, Failed, Trial};
use veraid_core::{MemberIdBundle, SignatureBundle};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors");
    let vectors = discover(&root).unwrap_or_else(|error| panic!("{error}"));
    let trials = vectors.into_iter().flat_map(|(file, vector)| {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        [("aws-lc-rs", veraid_aws_lc_rs::PROVIDER), ("rust-crypto", rust_crypto::PROVIDER)].map(
            |(provider, crypto)| {
                let vector = vector.clone();
                Trial::test(format!("{provider}::{name}"), move || run(&vector, crypto))
            },
        )
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn run(vector: &Vector, crypto: CryptoProvider) -> Result<(), Failed> {
    let answer = builtin::answer(&vector.question, crypto);
    let differences = judge(vector, &answer);
    if let Some(difference) = differences.first() {
        return Err(format!("{difference}; all: {:?}", answer.facts).into());
    }
    // The answer must report every fact of the vector; the stage is for other implementations.
    let untold = |fact: &&String| *fact != "stage" && !answer.facts.contains_key(*fact);
    if let Some(fact) = vector.expect.facts.keys().find(untold) {
        return Err(format!("{fact} is not told; all: {:?}", answer.facts).into());
    }
    if answer.outcome != Outcome::Malformed {
        assert_parsed_and_written_is_the_same(&vector.question);
    }
    Ok(())
}

/// Checks that parsed octets are kept unchanged.
fn assert_parsed_and_written_is_the_same(question: &Question) {
    let octets = question.input.as_ref().map(|input| Base64::decode_vec(input).unwrap());
    match question.operation {
        Operation::VerifyToken => {
            let bundle = match (&question.header, octets) {
                (Some(header), _) => TokenBundle::from_auth_header(header).unwrap(),
                (None, octets) => TokenBundle::from_der(&octets.unwrap()).unwrap(),
            };
            let again = TokenBundle::from_auth_header(&bundle.to_auth_header()).unwrap();
            assert_eq!(again.to_der(), bundle.to_der());
        }
        Operation::VerifyBundle => {
            let octets = octets.unwrap();
            assert_eq!(SignatureBundle::from_der(&octets).unwrap().to_der(), octets);
        }
        Operation::VerifyMemberIdBundle => {
            let octets = octets.unwrap();
            assert_eq!(MemberIdBundle::from_der(&octets).unwrap().to_der(), octets);
        }
        _ => {}
    }
}
