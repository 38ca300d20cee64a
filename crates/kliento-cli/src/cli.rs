//! The arguments.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use kliento::{Timestamp, VerificationPolicy};
use veraid_core::ServiceOid;
use veraid_dnssec::{Name, RecordType};

use crate::times;

const EXIT_CODES: &str = "\
Exit codes:
  0   valid
  1   internal error
  2   wrong arguments or unreadable file
  10  malformed: no bundle, header, Base64 or chain
  11  invalid: a signature or a rule does not hold
  12  invalid: expired or not valid yet
  13  invalid: for another audience
  14  invalid: refused by what was asked (service, profile, cap)";

/// Verifies Kliento tokens, VeraId signatures and DNSSEC chains offline, from the DNS root down.
#[derive(Debug, Parser)]
#[command(name = "kliento", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Kliento tokens: `Authorization: Kliento …`.
    #[command(subcommand)]
    Token(TokenVerb),
    /// VeraId and DomainAuth signature bundles of any service.
    #[command(subcommand)]
    Bundle(BundleVerb),
    /// DNSSEC chains.
    #[command(subcommand)]
    Chain(ChainVerb),
    /// Explains an error code, or lists all of them.
    Explain(ExplainArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Proves who sent a token and that it is for an audience.
    #[command(after_help = TOKEN_VERIFY_EXAMPLES)]
    Verify(TokenVerify),
    /// Shows a token from the DNS root to its claims: verdict, chain, time line and sizes.
    #[command(after_help = TOKEN_INSPECT_EXAMPLES)]
    Inspect(TokenInspect),
}

#[derive(Debug, Subcommand)]
pub(crate) enum BundleVerb {
    /// Proves who signed content for a service.
    #[command(after_help = BUNDLE_VERIFY_EXAMPLES)]
    Verify(BundleVerify),
    /// Shows a bundle from the DNS root to its signature: verdict, chain, time line and sizes.
    #[command(after_help = BUNDLE_INSPECT_EXAMPLES)]
    Inspect(BundleInspect),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ChainVerb {
    /// Proves DNS records, and tells the seconds at which they are proved.
    #[command(after_help = CHAIN_VERIFY_EXAMPLES)]
    Verify(ChainVerify),
}

const TOKEN_VERIFY_EXAMPLES: &str = "\
Examples:
  kliento token verify token.header --audience https://api.example.com
  kliento token verify --audience https://api.example.com --output json < token.der
  kliento token verify token.header --audience https://api.example.com \\
      --at 2026-11-22T12:00:00Z --trust-anchors trust-anchors.ds";

const TOKEN_INSPECT_EXAMPLES: &str = "\
Examples:
  kliento token inspect token.header
  kliento token inspect token.header --audience https://api.example.com --at 1795348800
  kliento token inspect token.header --no-verify --output json";

const BUNDLE_VERIFY_EXAMPLES: &str = "\
Examples:
  kliento bundle verify signature.der --service 1.3.6.1.4.1.58708.1.1
  kliento bundle verify signature.der --service 1.3.6.1.4.1.58708.1.1 --plaintext document.pdf
  kliento bundle verify signature.der --service 1.3.6.1.4.1.58708.1.1 \\
      --from 2026-11-01T00:00:00Z --until 2026-11-30T23:59:59Z --output json";

const BUNDLE_INSPECT_EXAMPLES: &str = "\
Examples:
  kliento bundle inspect signature.der
  kliento bundle inspect signature.der --plaintext document.pdf --output json
  kliento bundle inspect signature.der --no-verify";

const CHAIN_VERIFY_EXAMPLES: &str = "\
Examples:
  kliento chain verify chain.der --name _veraid.example.com --type TXT
  kliento chain verify chain.der --name _443._tcp.example.com --type TLSA --at 1795348800
  kliento chain verify chain.der --name example.com --type TYPE65280 \\
      --from 2026-11-01T00:00:00Z --until 2026-11-30T23:59:59Z --output json";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  kliento explain KL2031
  kliento explain";

#[derive(Debug, Args)]
pub(crate) struct TokenVerify {
    /// DER, Base64 or a header line; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// Who you are: the audience that the token must be for.
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    #[command(flatten)]
    pub(crate) instant: Instant,
    #[command(flatten)]
    pub(crate) demands: Demands,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct TokenInspect {
    /// DER, Base64 or a header line; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// The audience that the token must be for; without it the audience is not checked.
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: Option<String>,
    /// Look without trust: nothing is verified.
    #[arg(long)]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) instant: Instant,
    #[command(flatten)]
    pub(crate) demands: Demands,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct BundleVerify {
    /// DER or Base64; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// The service that the signature must be for.
    #[arg(long, value_name = "OID")]
    pub(crate) service: ServiceOid,
    /// The content of a detached signature.
    #[arg(long, value_name = "FILE")]
    pub(crate) plaintext: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) when: When,
    #[command(flatten)]
    pub(crate) demands: Demands,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct BundleInspect {
    /// DER or Base64; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// The service that the signature must be for; without it the service is not checked.
    #[arg(long, value_name = "OID")]
    pub(crate) service: Option<ServiceOid>,
    /// The content of a detached signature.
    #[arg(long, value_name = "FILE")]
    pub(crate) plaintext: Option<PathBuf>,
    /// Look without trust: nothing is verified.
    #[arg(long)]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) when: When,
    #[command(flatten)]
    pub(crate) demands: Demands,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct ChainVerify {
    /// DNS messages as a SET OF OCTET STRING in DER; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// The domain name that owns the records.
    #[arg(long)]
    pub(crate) name: Name,
    /// The type of the records: a mnemonic, or TYPE and a number.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) record_type: RecordType,
    #[command(flatten)]
    pub(crate) when: When,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct ExplainArguments {
    /// A code like KL2031; all are listed without one.
    pub(crate) code: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Instant {
    /// The instant to verify at, in RFC 3339 or Unix seconds [default: now].
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) at: Option<Timestamp>,
}

/// An instant or a period.
#[derive(Debug, Args)]
pub(crate) struct When {
    /// The instant to verify at, in RFC 3339 or Unix seconds [default: now].
    #[arg(long, value_name = "TIME", value_parser = times::parse, conflicts_with_all = ["from", "until"])]
    pub(crate) at: Option<Timestamp>,
    /// The first second of a period; it must hold at some second of it.
    #[arg(long, value_name = "TIME", value_parser = times::parse, requires = "until")]
    pub(crate) from: Option<Timestamp>,
    /// The last second of the period.
    #[arg(long, value_name = "TIME", value_parser = times::parse, requires = "from")]
    pub(crate) until: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct AnchorsArgument {
    /// Trust anchors as DS or DNSKEY records of the root, one a line [default: IANA's].
    #[arg(long, value_name = "FILE")]
    pub(crate) trust_anchors: Option<PathBuf>,
}

/// What a bundle is held against.
#[derive(Debug, Args)]
pub(crate) struct Demands {
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    /// The profile to accept.
    #[arg(long, value_enum, default_value_t = ProfileArgument::Any)]
    pub(crate) profile: ProfileArgument,
    /// The longest period that a signature may be for [default: 3600 for tokens, none for bundles].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) max_validity: Option<u64>,
    /// How far your clock may be behind the signer's (at most 300); ends are never stretched.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        value_parser = clap::value_parser!(u64).range(..=VerificationPolicy::MAX_LEEWAY_SECONDS)
    )]
    pub(crate) leeway: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArgument {
    Veraid,
    Domainauth,
    Any,
}

#[derive(Debug, Args)]
pub(crate) struct OutputArgument {
    /// The form of the result.
    #[arg(long = "output", value_name = "FORM", value_enum, default_value_t = Output::Text)]
    pub(crate) form: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    Text,
    Json,
}
