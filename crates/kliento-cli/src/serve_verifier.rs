//! `kliento serve verifier`.

use std::error::Error;
use std::pin::pin;

use kliento::Timestamp;
use kliento_verifier_service::{Config, ListenAddress, Server, StartError};
use sd_notify::NotifyState;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::Level;

use crate::cli::{LogLevel, ServeVerifier};
use crate::input;
use crate::outcome::{Outcome, UsageError};
use crate::telemetry::{self, Telemetry};

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
    let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    let [terminate, interrupt] = signals;
    let (terminate, interrupt) = terminate
        .and_then(|terminate| interrupt.map(|interrupt| (terminate, interrupt)))
        .map_err(|error| usage("signals cannot be handled", &error))?;
    let mut stop = pin!(stop(terminate, interrupt));
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
    tell_service_manager(NotifyState::Ready);
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

async fn stop(mut terminate: Signal, mut interrupt: Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    tell_service_manager(NotifyState::Stopping);
}

/// Notifies the service manager, if it is systemd or similar (sd_notify(3)): services that start
/// afterwards may then send requests at once.
fn tell_service_manager(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be notified");
    }
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

/// Raises the limit on open files: a service has more connections than the files that a user's
/// programs may usually have open.
fn raise_open_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // If the limit cannot be raised, fewer connections are accepted.
    let _ = setrlimit(Resource::Nofile, limit);
}
