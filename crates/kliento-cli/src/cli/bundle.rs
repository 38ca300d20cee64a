//! `kliento bundle`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use kliento::Timestamp;
use veraid_core::ServiceOid;

use crate::cli::{OutputArgument, PeriodArgs, SignerArguments, VerifyOptions, WriteArguments};
use crate::times;

#[derive(Debug, Subcommand)]
pub(crate) enum BundleVerb {
    /// Signs content for a service.
    #[command(after_help = BUNDLE_SIGN_EXAMPLES)]
    Sign(BundleSign),
    /// Verifies who signed content for a service.
    #[command(after_help = BUNDLE_VERIFY_EXAMPLES)]
    Verify(BundleVerify),
    /// Shows a bundle from the DNS root to its signature: verdict, chain, timeline and sizes.
    #[command(after_help = BUNDLE_INSPECT_EXAMPLES)]
    Inspect(BundleInspect),
}

const BUNDLE_SIGN_EXAMPLES: &str = "\
Examples:
  kliento bundle sign --service 1.3.6.1.4.1.58708.1.1 --org example.com --key org.pem \\
      --chain chain.der --in document.pdf --detached --ttl 5d --out signature.der
  kliento bundle sign --service 1.3.6.1.4.1.58708.1.1 --member-bundle alice.id --key alice.pem \\
      --output base64 < document.txt";

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

#[derive(Debug, Args)]
pub(crate) struct BundleSign {
    /// The service to sign for.
    #[arg(long, value_name = "OID")]
    pub(crate) service: ServiceOid,
    /// The content to sign; `-` is standard input.
    #[arg(long = "in", value_name = "FILE", default_value = "-")]
    pub(crate) content: PathBuf,
    /// Leave the content out of the bundle, to be sent separately.
    #[arg(long)]
    pub(crate) detached: bool,
    /// The lifetime of the signature from now on, like 30s, 10m, 1h or 5d [default: 1h].
    #[arg(long, value_name = "DURATION", value_parser = times::parse_duration, conflicts_with = "until")]
    pub(crate) ttl: Option<u64>,
    /// The last second at which the signature is valid.
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) until: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
    /// The form of the bundle.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = BundleForm::Der)]
    pub(crate) output: BundleForm,
    #[command(flatten)]
    pub(crate) write: WriteArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BundleForm {
    /// Binary DER.
    Der,
    /// Base64 on one line.
    Base64,
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
    pub(crate) when: PeriodArgs,
    #[command(flatten)]
    pub(crate) demands: VerifyOptions,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct BundleInspect {
    /// DER or Base64; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// The service that the signature must be for [default: not checked].
    #[arg(long, value_name = "OID")]
    pub(crate) service: Option<ServiceOid>,
    /// The content of a detached signature.
    #[arg(long, value_name = "FILE")]
    pub(crate) plaintext: Option<PathBuf>,
    /// Show the bundle without verifying anything.
    #[arg(long)]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) when: PeriodArgs,
    #[command(flatten)]
    pub(crate) demands: VerifyOptions,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}
