//! `kliento chain`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use veraid_core::ServiceOid;
use veraid_dnssec::{Name, RecordType};
use veraid_resolver::ResolverAddress;

use crate::cli::{AnchorsArgument, InstantArg, IssuingProfile, OutputArgument, PeriodArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum ChainVerb {
    /// Fetches and verifies the chain of an organisation's key records.
    #[command(after_help = CHAIN_FETCH_EXAMPLES)]
    Fetch(ChainFetch),
    /// Shows a chain's messages, records and signatures, and what they prove.
    #[command(after_help = CHAIN_SHOW_EXAMPLES)]
    Show(ChainShow),
    /// Verifies DNS records, and shows when they are valid.
    #[command(after_help = CHAIN_VERIFY_EXAMPLES)]
    Verify(ChainVerify),
}

const CHAIN_FETCH_EXAMPLES: &str = "\
Examples:
  kliento chain fetch example.com --out chain.der
  kliento chain fetch example.com --key org.pem --out chain.der --force
  kliento chain fetch example.com --resolver tls://9.9.9.9 --resolver 192.0.2.53 --out chain.der";

const CHAIN_SHOW_EXAMPLES: &str = "\
Examples:
  kliento chain show chain.der
  kliento chain show chain.der --at 2026-11-22T12:00:00Z --trust-anchors trust-anchors.ds
  kliento chain show chain.der --no-verify --output json";

const CHAIN_VERIFY_EXAMPLES: &str = "\
Examples:
  kliento chain verify chain.der --name _veraid.example.com --type TXT
  kliento chain verify chain.der --name _443._tcp.example.com --type TLSA --at 1795348800
  kliento chain verify chain.der --name example.com --type TYPE65280 \\
      --from 2026-11-01T00:00:00Z --until 2026-11-30T23:59:59Z --output json";

#[derive(Debug, Args)]
pub(crate) struct ChainFetch {
    /// The organisation's domain.
    #[arg(value_name = "ORG")]
    pub(crate) organisation: String,
    /// A recursive resolver: https://…, tls://…, tcp://…, udp://… or an address; if one fails, the
    /// next is queried [default: https://1.1.1.1/dns-query and https://8.8.8.8/dns-query].
    #[arg(long = "resolver", value_name = "URL")]
    pub(crate) resolvers: Vec<ResolverAddress>,
    /// Certificate authorities to trust for TLS besides the Web's, in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_roots: Option<PathBuf>,
    /// The protocol whose records to fetch.
    #[arg(long, value_enum, default_value_t = IssuingProfile::Veraid)]
    pub(crate) profile: IssuingProfile,
    /// Keep the messages as received instead of reducing them to what the proof needs.
    #[arg(long)]
    pub(crate) full: bool,
    /// Check that a record names this key (private or public, in PEM).
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// The file with the passphrase of the key.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The service that the record must be for [default: Kliento's, 1.3.6.1.4.1.58708.3.0].
    #[arg(long, value_name = "OID", requires = "key")]
    pub(crate) service: Option<ServiceOid>,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    /// Where to write the chain.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct ChainShow {
    /// DNS messages as a SET OF OCTET STRING in DER; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// Show the chain without verifying anything.
    #[arg(long)]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
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
    pub(crate) when: PeriodArgs,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}
