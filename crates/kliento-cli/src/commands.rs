//! The command line: one module for each noun, with one for each of its verbs.

mod bundle;
mod chain;
mod conformance;
mod demo;
mod dev;
mod explain;
mod key;
mod member;
mod org;
mod serve;
mod token;
mod trust_anchors;
mod zone;

use clap::{Parser, Subcommand};

use crate::outcome::{Outcome, Stop};

const EXIT_CODES: &str = "\
Exit codes:
  0   valid or successful
  1   internal error
  2   wrong arguments, unreadable file or unusable key
  10  malformed: not a bundle, header, Base64, certificate or chain
  11  invalid: a signature or rule failed, or an implementation does not conform
  12  invalid: expired or not valid yet
  13  invalid: for another audience
  14  rejected by policy (service, profile, maximum lifetime) when verifying or issuing
  20  network: no DNS server answered";

/// Issues and verifies Kliento tokens, VeraId signatures and DNSSEC chains. Everything except
/// `chain fetch` works offline.
#[derive(Debug, Parser)]
#[command(name = "kliento", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs a complete example offline, in a second: a DNS root, a key, a token, one server that
    /// accepts it and three rejections.
    Demo(demo::DemoArguments),
    /// Private keys.
    #[command(subcommand)]
    Key(key::KeyVerb),
    /// DNS records that name an organisation's key.
    #[command(subcommand)]
    Zone(zone::ZoneVerb),
    /// DNSSEC chains.
    #[command(subcommand)]
    Chain(chain::ChainVerb),
    /// Organisations' certificates.
    #[command(subcommand)]
    Org(org::OrganisationVerb),
    /// Members' certificates and id bundles.
    #[command(subcommand)]
    Member(member::MemberVerb),
    /// Kliento tokens: `Authorization: Kliento …`.
    #[command(subcommand)]
    Token(token::TokenVerb),
    /// VeraId and DomainAuth signature bundles of any service.
    #[command(subcommand)]
    Bundle(bundle::BundleVerb),
    /// DNSSEC trust anchors: the root zone's keys, where every proof starts.
    #[command(subcommand)]
    TrustAnchors(trust_anchors::TrustAnchorsVerb),
    /// Services over HTTP.
    #[command(subcommand)]
    Serve(serve::ServeVerb),
    /// Development tools. Do not trust their output elsewhere.
    #[command(subcommand)]
    Dev(dev::DevVerb),
    /// Conformance tests for any implementation, with test vectors.
    #[command(subcommand)]
    Conformance(conformance::ConformanceVerb),
    /// Explains an error code, or lists all of them.
    Explain(explain::ExplainArguments),
}

impl Command {
    pub(crate) fn run(&self) -> Result<Outcome, Stop> {
        match self {
            Self::Demo(arguments) => demo::run(arguments),
            Self::Key(verb) => verb.run(),
            Self::Zone(verb) => verb.run(),
            Self::Chain(verb) => verb.run(),
            Self::Org(verb) => verb.run(),
            Self::Member(verb) => verb.run(),
            Self::Token(verb) => verb.run(),
            Self::Bundle(verb) => verb.run(),
            Self::TrustAnchors(verb) => verb.run(),
            Self::Serve(verb) => verb.run(),
            Self::Dev(verb) => verb.run(),
            Self::Conformance(verb) => verb.run(),
            Self::Explain(arguments) => explain::run(arguments),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }

    /// The command lines of all examples, without the parts that a shell interprets.
    fn examples(command: &clap::Command) -> Vec<Vec<String>> {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let own = help.replace("\\\n", " ");
        let own = own.lines().filter(|line| line.starts_with("  kliento ")).map(|line| {
            let line = line.replace("\"$(cat record.txt)\"", "record");
            let words = shlex::split(&line).unwrap_or_else(|| panic!("{line} has an open quote"));
            words.into_iter().take_while(|word| !matches!(word.as_str(), "<" | ">")).collect()
        });
        own.chain(command.get_subcommands().flat_map(examples)).collect()
    }

    #[test]
    fn every_example_is_understood_and_every_verb_has_one() {
        let examples = examples(&Cli::command());
        for example in &examples {
            let parsed = Cli::try_parse_from(example);
            assert!(parsed.is_ok(), "{example:?}: {}", parsed.unwrap_err());
        }
        for noun in Cli::command().get_subcommands() {
            for verb in noun.get_subcommands() {
                let (noun, verb) = (noun.get_name(), verb.get_name());
                let is_of_it = |example: &Vec<String>| example[1] == noun && example[2] == verb;
                assert!(examples.iter().any(is_of_it), "{noun} {verb}");
            }
        }
    }
}
