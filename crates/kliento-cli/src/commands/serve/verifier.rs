//! `kliento serve verifier`.

use std::error::Error;
use std::path::PathBuf;
use std::pin::pin;

use clap::{Args, ValueEnum};
use kliento::Timestamp;
use kliento_verifier_service::{Config, ListenAddress, Server, StartError};
use tokio::runtime;
use tracing::Level;

use super::system::{ServiceState, StopSignals, notify_service_manager, raise_open_files};
use super::telemetry::{self, Telemetry};
use crate::arguments::{AnchorsArgument, times};
use crate::io::input;
use crate::outcome::{Outcome, UsageError};

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

pub(crate) fn run(arguments: &ServeVerifier) -> Result<Outcome, UsageError> {
    let config = config(arguments)?;
    if arguments.print_config {
        let toml = config
            .to_toml()
            .map_err(|error| usage("the configuration cannot be printed", &error))?;
        return Ok(Outcome::valid(toml));
    }
    raise_open_files();
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| usage("threads cannot be started", &error))?;
    runtime.block_on(async {
        let telemetry = Telemetry::start(level(arguments.log_level))
            .map_err(|error| usage("traces cannot be sent", &error))?;
        serve(config, arguments.stopped_clock, &telemetry).await
    })?;
    Ok(Outcome::valid(""))
}

async fn serve(
    config: Config,
    stopped_clock: Option<Timestamp>,
    telemetry: &Telemetry,
) -> Result<(), UsageError> {
    // Before the service listens, so that no signal is lost.
    let signals =
        StopSignals::listen().map_err(|error| usage("signals cannot be handled", &error))?;
    let mut stop = pin!(stop(signals));
    // A file that hangs must not keep the service from handling signals.
    let server = tokio::select! {
        server = bind(config, stopped_clock) => server,
        () = &mut stop => return Ok(()),
    };
    let server = server.map_err(|error| usage("the service cannot start", &error))?;
    let server =
        if telemetry.has_traces() { server.with_linked_spans(telemetry::link) } else { server };
    listening("public", server.address());
    if let Some(address) = server.admin_address() {
        listening("admin", address);
    }
    // Connections queue from now on, and are answered as soon as the service runs.
    notify_service_manager(ServiceState::Ready);
    server.run(stop).await;
    tracing::info!("stopped");
    Ok(())
}

async fn bind(config: Config, stopped_clock: Option<Timestamp>) -> Result<Server, StartError> {
    let crypto = veraid_aws_lc_rs::PROVIDER;
    match stopped_clock {
        Some(at) => {
            tracing::warn!(%at, "the clock is stopped, for tests: tokens do not expire");
            Server::bind_with_clock(config, crypto, move || at).await
        }
        None => Server::bind(config, crypto).await,
    }
}

fn listening(listener: &'static str, address: &ListenAddress) {
    tracing::info!(listener, %address, "listening");
}

async fn stop(signals: StopSignals) {
    signals.received().await;
    tracing::info!("stopping");
    notify_service_manager(ServiceState::Stopping);
}

/// The configuration: arguments override the environment, which overrides the file.
fn config(arguments: &ServeVerifier) -> Result<Config, UsageError> {
    let text = match &arguments.config {
        Some(path) => input::configuration(path)?,
        None => String::new(),
    };
    // A variable that is not UTF-8 is not one of ours.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let of_file = |error| match &arguments.config {
        Some(path) => usage(&input::name_of(path), &error),
        None => usage("configuration", &error),
    };
    let mut config = Config::from_toml_and_variables(&text, variables).map_err(of_file)?;
    if let Some(listen) = &arguments.listen {
        config.listen = listen.clone();
    }
    if let Some(admin_listen) = &arguments.admin_listen {
        config.admin_listen = Some(admin_listen.clone());
    }
    if let Some(path) = &arguments.anchors.trust_anchors {
        config.trust_anchors = Some(path.clone());
    }
    if !arguments.audiences.is_empty() {
        config.audiences.clone_from(&arguments.audiences);
    }
    config.check().map_err(|error| usage("configuration", &error))?;
    Ok(config)
}

const fn level(level: LogLevel) -> Level {
    match level {
        LogLevel::Error => Level::ERROR,
        LogLevel::Warn => Level::WARN,
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
    }
}

/// An error with all its causes.
fn usage(what: &str, error: &dyn Error) -> UsageError {
    let mut message = format!("{what}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    UsageError::new(message)
}
