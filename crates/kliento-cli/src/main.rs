//! `kliento`: issues, verifies, inspects and explains Kliento tokens, VeraId signatures and DNSSEC
//! chains.

mod bundle_member;
mod certificates;
mod chain_json;
mod cli;
mod clock;
mod conformance;
mod create_key;
mod demo;
mod dev_zone;
mod explain;
mod failure;
mod fetch_chain;
mod files;
mod import_key;
mod input;
mod inspect;
mod issue_member;
mod issue_organisation;
mod keys;
mod names;
mod outcome;
mod randomness;
mod request_key;
mod serve_verifier;
mod shell;
mod show_chain;
mod show_key;
mod sign_bundle;
mod sign_token;
mod signer;
mod telemetry;
mod times;
mod trust;
mod trust_anchors;
mod verify_bundle;
mod verify_chain;
mod verify_token;
mod zone_record;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{
    BundleVerb, ChainVerb, Cli, Command, ConformanceVerb, DevVerb, KeyVerb, MemberVerb,
    OrganisationVerb, ServeVerb, TokenVerb, TrustAnchorsVerb, ZoneVerb,
};
use crate::outcome::{Exit, Outcome, Stop};

fn main() -> ExitCode {
    // A panic is a bug of ours; callers learn of it from its documented exit code.
    let exit = std::panic::catch_unwind(|| match Cli::try_parse() {
        Ok(cli) => run(&cli).unwrap_or_else(Outcome::from).write(),
        Err(error) => outcome::write_arguments_error(&error),
    });
    exit.unwrap_or(Exit::Internal).into()
}

fn run(cli: &Cli) -> Result<Outcome, Stop> {
    match &cli.command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Key(KeyVerb::Create(arguments)) => create_key::run(arguments),
        Command::Key(KeyVerb::Show(arguments)) => show_key::run(arguments),
        Command::Key(KeyVerb::Import(arguments)) => import_key::run(arguments),
        Command::Key(KeyVerb::Request(arguments)) => request_key::run(arguments),
        Command::Zone(ZoneVerb::Record(arguments)) => zone_record::run(arguments),
        Command::Chain(ChainVerb::Fetch(arguments)) => fetch_chain::run(arguments),
        Command::Chain(ChainVerb::Show(arguments)) => show_chain::run(arguments),
        Command::Chain(ChainVerb::Verify(arguments)) => verify_chain::run(arguments),
        Command::Org(OrganisationVerb::Cert(arguments)) => issue_organisation::run(arguments),
        Command::Member(MemberVerb::Cert(arguments)) => issue_member::run(arguments),
        Command::Member(MemberVerb::Bundle(arguments)) => bundle_member::run(arguments),
        Command::Token(TokenVerb::Sign(arguments)) => sign_token::run(arguments),
        Command::Token(TokenVerb::Verify(arguments)) => verify_token::run(arguments),
        Command::Token(TokenVerb::Inspect(arguments)) => inspect::token(arguments),
        Command::Bundle(BundleVerb::Sign(arguments)) => sign_bundle::run(arguments),
        Command::Bundle(BundleVerb::Verify(arguments)) => verify_bundle::run(arguments),
        Command::Bundle(BundleVerb::Inspect(arguments)) => inspect::bundle(arguments),
        Command::TrustAnchors(TrustAnchorsVerb::Show(arguments)) => trust_anchors::show(arguments),
        Command::TrustAnchors(TrustAnchorsVerb::Check(arguments)) => {
            trust_anchors::check(arguments)
        }
        Command::TrustAnchors(TrustAnchorsVerb::Update(arguments)) => {
            trust_anchors::update(arguments)
        }
        Command::Serve(ServeVerb::Verifier(arguments)) => Ok(serve_verifier::run(arguments)?),
        Command::Dev(DevVerb::Zone(arguments)) => dev_zone::run(arguments),
        Command::Conformance(ConformanceVerb::Run(arguments)) => conformance::run(arguments),
        Command::Conformance(ConformanceVerb::Answer(arguments)) => conformance::answer(arguments),
        Command::Explain(arguments) => Ok(explain::run(arguments)?),
    }
}
