//! Child processes that never outlive this one, and their folder.

use std::fs::DirBuilder;
use std::io::Read as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// The interval between checks.
pub(super) const POLL: Duration = Duration::from_millis(50);

/// A folder that is removed when this value is dropped.
#[derive(Debug)]
pub(super) struct StateFolder(PathBuf);

impl StateFolder {
    /// Makes a folder that only this user can enter.
    pub(super) fn create() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("veraid-dns-{}", std::process::id()));
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    /// The path of the folder.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for StateFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("dns: {} is left behind: {error}", self.0.display());
        }
    }
}

/// Writes `text` to `name` in `folder`.
pub(super) fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    let path = folder.join(name);
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The sources of a request to stop.
#[derive(Debug)]
pub(super) struct StopSignals {
    interrupted: Arc<AtomicBool>,
    input_ended: Arc<AtomicBool>,
}

impl StopSignals {
    /// Begins to listen to signals and to standard input.
    pub(super) fn listen() -> Result<Self, String> {
        let interrupted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&interrupted))
                .map_err(|error| format!("cannot handle signal {signal}: {error}"))?;
        }
        let input_ended = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&input_ended);
        thread::spawn(move || {
            let mut buffer = [0; 256];
            let mut input = std::io::stdin().lock();
            while input.read(&mut buffer).is_ok_and(|octets| octets > 0) {}
            flag.store(true, Ordering::Relaxed);
        });
        Ok(Self { interrupted, input_ended })
    }

    /// The reason to stop, if there is one.
    pub(super) fn reason(&self) -> Option<&'static str> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Some("interrupted");
        }
        self.input_ended.load(Ordering::Relaxed).then_some("standard input ended")
    }
}

/// Running servers, killed when this value is dropped.
#[derive(Debug, Default)]
pub(super) struct Servers(Vec<(&'static str, Child)>);

impl Servers {
    /// Starts `command`, which must stay in the foreground.
    ///
    /// Call this from the main thread: the kernel treats the end of the thread that started a child
    /// as its parent's death.
    pub(super) fn start(&mut self, name: &'static str, mut command: Command) -> Result<(), String> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{name} cannot be started: {error}"))?;
        self.0.push((name, child));
        Ok(())
    }

    /// Fails if a server has ended.
    pub(super) fn check(&mut self) -> Result<(), String> {
        for (name, child) in &mut self.0 {
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => {
                    return Err(format!("{name} exited unexpectedly with {status}"));
                }
                Err(error) => return Err(format!("cannot wait for {name}: {error}")),
            }
        }
        Ok(())
    }

    /// Waits until there is a reason to stop, and returns it.
    pub(super) fn serve(
        &mut self,
        stop: &StopSignals,
        time: Duration,
    ) -> Result<&'static str, String> {
        let start = Instant::now();
        while start.elapsed() < time {
            if let Some(reason) = stop.reason() {
                return Ok(reason);
            }
            self.check()?;
            thread::sleep(POLL);
        }
        Ok("timed out")
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for (name, child) in &mut self.0 {
            // The servers' files are not kept, so a clean shutdown is unnecessary.
            if let Err(error) = child.kill().and_then(|()| child.wait()) {
                eprintln!("dns: {name} (process {}) cannot be stopped: {error}", child.id());
            }
        }
    }
}
