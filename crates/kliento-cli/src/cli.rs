//! Command-line arguments.

mod bundle;
mod certificate;
mod chain;
mod conformance;
mod key;
mod serve;
mod shared;
mod token;
mod trust_anchors;
mod zone;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use bundle::{BundleForm, BundleInspect, BundleSign, BundleVerb, BundleVerify};
pub(crate) use certificate::{
    CertificateFile, MemberBundle, MemberCert, MemberVerb, OrganisationCert, OrganisationVerb,
};
pub(crate) use chain::{ChainFetch, ChainShow, ChainVerb, ChainVerify};
pub(crate) use conformance::{
    BUILT_IN, ConformanceAnswer, ConformanceRun, ConformanceVerb, ProviderArgument,
};
pub(crate) use key::{KeyCreate, KeyImport, KeyRequest, KeyShow, KeyVerb};
pub(crate) use serve::{LogLevel, ServeVerb, ServeVerifier};
pub(crate) use shared::{
    AnchorsArgument, InstantArg, IssuingProfile, KeyArguments, Output, OutputArgument, PeriodArgs,
    ProfileArgument, PublicKeyArguments, SignerArguments, VerifyOptions, WriteArguments,
};
pub(crate) use token::{TokenForm, TokenInspect, TokenSign, TokenVerb, TokenVerify};
pub(crate) use trust_anchors::{
    SignatureArguments, TrustAnchorsCheck, TrustAnchorsShow, TrustAnchorsUpdate, TrustAnchorsVerb,
};
pub(crate) use zone::{DevVerb, DevZone, RecordFormat, ZoneRecord, ZoneVerb};

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
    Demo(DemoArguments),
    /// Private keys.
    #[command(subcommand)]
    Key(KeyVerb),
    /// DNS records that name an organisation's key.
    #[command(subcommand)]
    Zone(ZoneVerb),
    /// DNSSEC chains.
    #[command(subcommand)]
    Chain(ChainVerb),
    /// Organisations' certificates.
    #[command(subcommand)]
    Org(OrganisationVerb),
    /// Members' certificates and id bundles.
    #[command(subcommand)]
    Member(MemberVerb),
    /// Kliento tokens: `Authorization: Kliento …`.
    #[command(subcommand)]
    Token(TokenVerb),
    /// VeraId and DomainAuth signature bundles of any service.
    #[command(subcommand)]
    Bundle(BundleVerb),
    /// DNSSEC trust anchors: the root zone's keys, where every proof starts.
    #[command(subcommand)]
    TrustAnchors(TrustAnchorsVerb),
    /// Services over HTTP.
    #[command(subcommand)]
    Serve(ServeVerb),
    /// Development tools. Do not trust their output elsewhere.
    #[command(subcommand)]
    Dev(DevVerb),
    /// Conformance tests for any implementation, with test vectors.
    #[command(subcommand)]
    Conformance(ConformanceVerb),
    /// Explains an error code, or lists all of them.
    Explain(ExplainArguments),
}

const DEMO_EXAMPLES: &str = "\
Examples:
  kliento demo
  kliento demo --out playground";

#[derive(Debug, Args)]
#[command(after_help = DEMO_EXAMPLES)]
pub(crate) struct DemoArguments {
    /// The folder to create for the files [default: kliento-demo, or kliento-demo-2 and so on if it
    /// exists].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  kliento explain KL2031
  kliento explain";

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct ExplainArguments {
    /// A code like KL2031 [default: list all codes].
    pub(crate) code: Option<String>,
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
