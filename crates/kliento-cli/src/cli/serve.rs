//! Arguments of services.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use kliento::Timestamp;
use kliento_verifier::server::ListenAddress;

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

Settings are taken from these arguments, then from variables of the environment (KLIENTO_VERIFIER_LISTEN for
`listen`, KLIENTO_VERIFIER_POLICY__LEEWAY_SECONDS for `leeway_seconds` in `[policy]`), then from the file.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeVerifier {
    /// Where requests are taken: IP:PORT or unix:PATH [default: 127.0.0.1:3000].
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<ListenAddress>,
    /// Where /livez, /readyz and /metrics are [default: nowhere].
    #[arg(long, value_name = "ADDR")]
    pub(crate) admin_listen: Option<ListenAddress>,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    /// An audience that is served; may be repeated [default: whatever a caller names].
    #[arg(long = "audience", value_name = "AUDIENCE")]
    pub(crate) audiences: Vec<String>,
    /// The set-up in TOML.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Prints the set-up as it would be used, and ends.
    #[arg(long)]
    pub(crate) print_config: bool,
    /// The instant that it is, for as long as the service runs: for tests alone [default: the system's clock].
    #[arg(long, value_name = "TIME", value_parser = times::parse, hide = true)]
    pub(crate) stopped_clock: Option<Timestamp>,
    /// What is told on standard output, as JSON.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = LogLevel::Info)]
    pub(crate) log_level: LogLevel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// What the service cannot mend.
    Error,
    /// And requests that there was no room for.
    Warn,
    /// And requests that were refused.
    Info,
    /// And all others.
    Debug,
}
