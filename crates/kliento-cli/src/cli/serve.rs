//! Arguments of services.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use kliento::Timestamp;
use kliento_verifier_service::ListenAddress;

use crate::cli::AnchorsArgument;
use crate::times;

#[derive(Debug, Subcommand)]
pub(crate) enum ServeVerb {
    /// Verifies tokens for servers in any language, over HTTP.
    Verifier(ServeVerifier),
}

const EXAMPLES: &str = "\
Examples:
  kliento serve verifier --audience https://api.example.com
  kliento serve verifier --config /etc/kliento/verifier.toml
  kliento serve verifier --listen unix:/run/kliento/verifier.sock --admin-listen 127.0.0.1:3001
  kliento serve verifier --print-config > verifier.toml

Settings are taken from these arguments, then from environment variables (KLIENTO_VERIFIER_LISTEN for
`listen`, KLIENTO_VERIFIER_POLICY__LEEWAY_SECONDS for `leeway_seconds` in `[policy]`), then from the file.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeVerifier {
    /// The address to listen on: IP:PORT or unix:PATH [default: 127.0.0.1:3000].
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<ListenAddress>,
    /// The address of /livez, /readyz and /metrics [default: not served].
    #[arg(long, value_name = "ADDR")]
    pub(crate) admin_listen: Option<ListenAddress>,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    /// An audience to serve; may be given several times [default: any that a caller names].
    #[arg(long = "audience", value_name = "AUDIENCE")]
    pub(crate) audiences: Vec<String>,
    /// The configuration file, in TOML.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print the effective configuration, and exit.
    #[arg(long)]
    pub(crate) print_config: bool,
    /// A fixed time to use instead of the clock, for tests only [default: the system's clock].
    #[arg(long, value_name = "TIME", value_parser = times::parse, hide = true)]
    pub(crate) stopped_clock: Option<Timestamp>,
    /// The level of the log on standard output, in JSON.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = LogLevel::Info)]
    pub(crate) log_level: LogLevel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// Errors that the service cannot fix.
    Error,
    /// Also requests rejected for lack of capacity.
    Warn,
    /// Also requests rejected for other reasons.
    Info,
    /// Also all other requests.
    Debug,
}
