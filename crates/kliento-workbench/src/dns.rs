//! `cargo xtask dns up`: real DNS software on loopback, with a root of our own.
//!
//! Knot serves a root zone, two top-level domains and organisations' zones, signed with BIND's
//! tools, each level on an address of its own so that there are true referrals. Unbound resolves
//! and validates from that root's hints and trust anchor, over UDP, TCP, TLS and HTTPS. No code of
//! this repository signs, encodes or validates DNS here, so records fetched from these servers are
//! independent of it.
//!
//! Once every organisation's zone answers as it should, one line of JSON gives all addresses and
//! paths. The servers stop after `--for` seconds, when standard input ends, on an interrupt, or
//! when one of them ends; if this process is killed, the kernel kills them.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

mod authority;
mod level;
mod options;
mod probe;
mod process;
mod resolver;
mod signing;
mod software;
mod zones;

use authority::Authority;
use options::Options;
use process::{Servers, StateFolder, StopSignals};
use resolver::Resolver;
use software::Software;
use zones::ORGANISATIONS;

const USAGE: &str = "\
cargo xtask dns up [--for SECONDS] [--txt NAME=TEXT]…
  --for SECONDS    the maximum running time (600)
  --txt NAME=TEXT  a TXT record at NAME instead of the key record there; TEXT is one string, or character-strings in quotes
  Stops when standard input ends. Exit code 3: the software is not installed, or its ports are not permitted.";

/// The exit code for "nothing was tried".
const EXIT_SKIPPED: u8 = 3;

/// The reason why the servers did not start or did not keep running.
enum Failure {
    /// This machine lacks something that is required.
    Skipped(String),
    /// Any other failure.
    Failed(String),
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self::Failed(text)
    }
}

/// Runs `cargo xtask dns` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let options = match arguments {
        ["up", rest @ ..] => Options::parse(rest),
        _ => Err("the only command is `up`".into()),
    };
    let options = match options {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("error: {problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match up(&options) {
        Ok(reason) => {
            eprintln!("dns: stopped, {reason}");
            ExitCode::SUCCESS
        }
        Err(Failure::Skipped(what)) => {
            println!("SKIPPED: {what}");
            ExitCode::from(EXIT_SKIPPED)
        }
        Err(Failure::Failed(problem)) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until it is time to stop, and returns the reason for stopping.
fn up(options: &Options) -> Result<&'static str, Failure> {
    let stop = StopSignals::listen()?;
    let software = Software::find().map_err(Failure::Skipped)?;
    let authority = Authority::on_free_addresses().map_err(Failure::Skipped)?;
    let state = StateFolder::create()?;

    let zone_files = zones::zone_files(&authority.addresses, &options.txt)?;
    let trust_anchor = signing::sign_all(&software, state.path(), &zone_files)?;
    let resolver = Resolver::on_free_ports()?;

    // Declared after the folder, so that the servers end before the folder is removed.
    let mut servers = Servers::default();
    authority.start(&software, state.path(), &zone_files, &mut servers)?;
    resolver.start(&software, state.path(), authority.addresses.root, &mut servers)?;
    let ready = probe::wait_until_ready(&resolver, &mut servers, &stop);
    ready.map_err(|problem| format!("{problem}\n{}", last_log_lines(state.path())))?;

    println!("{}", description(state.path(), &resolver, authority.addresses.root, &trust_anchor));
    let reason = servers.serve(&stop, Duration::from_secs(options.seconds));
    Ok(reason.map_err(|problem| format!("{problem}\n{}", last_log_lines(state.path())))?)
}

/// The JSON description that tests read.
fn description(state: &Path, resolver: &Resolver, root: Ipv4Addr, trust_anchor: &Path) -> Value {
    let organisations: Vec<Value> = ORGANISATIONS
        .iter()
        .map(|organisation| {
            json!({
                "name": organisation.name,
                "zones": organisation.zones(),
                "outcome": organisation.outcome.name(),
            })
        })
        .collect();
    json!({
        "resolver": resolver.plain.to_string(),
        "dot": resolver.tls.to_string(),
        "doh": resolver.https_url(),
        "certificate": resolver::certificate_authority(state),
        "trust_anchors": trust_anchor,
        "root_server": format!("{root}:{}", authority::PORT),
        "organisations": organisations,
    })
}

/// The last lines of the servers' logs.
fn last_log_lines(state: &Path) -> String {
    const LINES: usize = 15;
    let mut text = String::new();
    for log in Authority::logs().into_iter().chain([resolver::LOG.into()]) {
        let Ok(lines) = std::fs::read_to_string(state.join(&log)) else { continue };
        let lines: Vec<&str> = lines.lines().collect();
        let start = lines.len().saturating_sub(LINES);
        text += &format!("--- {log}\n{}\n", lines.get(start..).unwrap_or_default().join("\n"));
    }
    text
}
