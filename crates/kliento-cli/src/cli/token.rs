//! `kliento token`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::{InstantArg, OutputArgument, SignerArguments, VerifyOptions, WriteArguments};
use crate::times;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Signs a token for an audience.
    #[command(after_help = TOKEN_SIGN_EXAMPLES)]
    Sign(TokenSign),
    /// Verifies who sent a token, and that it is for an audience.
    #[command(after_help = TOKEN_VERIFY_EXAMPLES)]
    Verify(TokenVerify),
    /// Shows a token from the DNS root to its claims: verdict, chain, timeline and sizes.
    #[command(after_help = TOKEN_INSPECT_EXAMPLES)]
    Inspect(TokenInspect),
}

const TOKEN_SIGN_EXAMPLES: &str = "\
Examples:
  kliento token sign --org example.com --audience https://api.example.com --key org.pem --chain chain.der
  kliento token sign --org example.com --user alice --audience https://api.example.com \\
      --claim role=deploy --claim run=42 --ttl 5m --key org.pem --chain chain.der --out token.header
  kliento token sign --member-bundle alice.id --key alice.pem --audience https://api.example.com
  kliento token sign --member-bundle ops.id --key ops.pem --user carol --audience https://api.example.com";

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

#[derive(Debug, Args)]
pub(crate) struct TokenSign {
    /// The audience: the server that the token is for, exactly as that server writes it.
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    /// A claim, NAME=VALUE; may be given several times.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
    /// The lifetime of the token from now on, like 30s or 10m; at most 1h.
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = times::parse_duration)]
    pub(crate) ttl: u64,
    /// The number of seconds before now at which the token starts, for servers whose clocks are
    /// behind; at most an hour together with --ttl [default: 60, or what --ttl leaves of the hour].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) back_date: Option<u64>,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
    /// The form of the token.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = TokenForm::Header)]
    pub(crate) output: TokenForm,
    #[command(flatten)]
    pub(crate) write: WriteArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenForm {
    /// The value of an Authorization header: `Kliento` and Base64.
    Header,
    /// Base64 alone.
    Base64,
    /// Binary DER.
    Der,
}

#[derive(Debug, Args)]
pub(crate) struct TokenVerify {
    /// DER, Base64 or a header line; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// Your own audience, which the token must be for.
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) demands: VerifyOptions,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct TokenInspect {
    /// DER, Base64 or a header line; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// The audience that the token must be for [default: not checked].
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: Option<String>,
    /// Show the token without verifying anything.
    #[arg(long)]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) demands: VerifyOptions,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}
