//! The servers, each in a separate process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use veraid_testkit::default_instant;

use crate::folder::in_repository;

/// A server that runs until it is dropped.
pub(super) struct Process {
    child: Child,
    pub(super) port: u16,
}

impl Process {
    /// Starts `kliento serve verifier` with this configuration.
    pub(super) fn ours(program: &Path, anchors: &Path, set_up: &Path) -> Result<Self, String> {
        let mut command = Command::new(program);
        command.args(["serve", "verifier", "--listen", "127.0.0.1:0"]);
        command.arg("--trust-anchors").arg(anchors).arg("--config").arg(set_up);
        command.args(["--stopped-clock", &default_instant().to_string()]);
        Self::start(command, |line| {
            let is_public = line.get("listener").and_then(Value::as_str) == Some("public");
            let address = line.get("address").and_then(Value::as_str).filter(|_| is_public)?;
            address.rsplit(':').next()?.parse().ok()
        })
    }

    /// Starts the JavaScript verifier.
    pub(super) fn javascript(anchors: &Path) -> Result<Self, String> {
        let mut command = Command::new("node");
        command.current_dir(javascript_folder()).arg("verifier.mjs");
        command.arg("--trust-anchors").arg(anchors);
        command.args(["--stopped-clock", &default_instant().to_string()]);
        Self::start(command, |line| line.get("port")?.as_u64()?.try_into().ok())
    }

    fn start(
        mut command: Command,
        port_in: impl Fn(&Value) -> Option<u16>,
    ) -> Result<Self, String> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("{command:?}: {error}"))?;
        let stdout = child.stdout.take().ok_or("missing standard output")?;
        let mut output = BufReader::new(stdout);
        let port =
            output.by_ref().lines().map_while(Result::ok).find_map(|line| {
                serde_json::from_str::<Value>(&line).ok().as_ref().and_then(&port_in)
            });
        // The log is read to the end, so that writing it costs as much as in use.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let Some(port) = port else {
            let _ = child.kill();
            return Err(format!("{command:?} prints no port"));
        };
        Ok(Self { child, port })
    }

    /// The current and the peak resident memory, in KiB; 0 where the system does not report them.
    pub(super) fn resident_kib(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            number.unwrap_or(0)
        };
        (field("VmRSS:"), field("VmHWM:"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn javascript_folder() -> PathBuf {
    in_repository("interop/js")
}

/// Returns true if the JavaScript verifier can be run.
pub(super) fn has_javascript() -> bool {
    javascript_folder().join("node_modules").is_dir()
        && Command::new("node").arg("--version").stdout(Stdio::null()).status().is_ok()
}
