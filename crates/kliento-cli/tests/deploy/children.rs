//! Programs that run for one test.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use rustix::process::{Pid, Signal, kill_process_group};

/// The time limit for anything here that should be instant, long enough for Traefik, which waits 30
/// seconds for a silent verifier.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);

/// A program with all its children, which end when this is dropped, even if a test panics.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts `command` in a process group of its own, with its output in `log`.
    pub(crate) fn start(command: &mut Command, log: PathBuf) -> Self {
        let output = fs::File::create(&log).unwrap();
        command.stdin(Stdio::null()).stderr(output.try_clone().unwrap()).stdout(output);
        let child = command.process_group(0).spawn().expect("the program starts");
        Self { child, log }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until `ready` returns a value.
    pub(crate) fn wait_for<T>(&mut self, mut ready: impl FnMut(&str) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            let log = self.log();
            if let Some(found) = ready(&log) {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{:?} ended:\n{log}", self.child);
            assert!(begun.elapsed() < PATIENCE, "{:?} is not ready:\n{log}", self.child);
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // There may be no process left.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) && matches!(self.child.try_wait(), Ok(None))
        {
            thread::sleep(Duration::from_millis(10));
        }
        // Workers of a program that did not end in time.
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// The path of a program; if it is not installed, its test is skipped.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        skip(&format!("{name} is not installed"), "KLIENTO_REQUIRE_PROXIES");
    }
    found
}

/// The file if it exists; otherwise its test is skipped.
pub(crate) fn find_file(file: &Path) -> Option<PathBuf> {
    if file.is_file() {
        return Some(file.to_owned());
    }
    skip(&format!("{} is not installed", file.display()), "KLIENTO_REQUIRE_PROXIES");
    None
}

/// Reports why a test is skipped, which is a failure if the variable `required` is 1.
pub(crate) fn skip(why: &str, required: &str) {
    let is_required = env::var(required).is_ok_and(|value| value == "1");
    assert!(!is_required, "{why}, and {required} is 1");
    eprintln!("SKIPPED: {why}");
}

/// A folder of one test, gone when the test ends.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("deploy-{}-{number}", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let file = self.file(name);
        fs::write(&file, contents).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
