//! A real Redis server, for one test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::running::Folder;

/// A Redis server on loopback, until it is dropped.
#[derive(Debug)]
pub(crate) struct RedisServer {
    port: u16,
    arguments: Vec<String>,
    child: Option<Child>,
    folder: Folder,
}

/// Returns true if these tests can run; prints the reason if they cannot.
pub(crate) fn is_installed() -> bool {
    let found = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    let required = std::env::var("KLIENTO_REQUIRE_REDIS").is_ok_and(|value| value == "1");
    assert!(!required, "redis-server is not installed");
    eprintln!("SKIPPED: redis-server is not installed");
    false
}

impl RedisServer {
    /// Starts a server without persistence.
    pub(crate) fn start() -> Self {
        Self::with(&["--save", "", "--appendonly", "no"])
    }

    /// Starts a server with these arguments, in which `PORT` stands for its port and `FOLDER` for
    /// its folder.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        Self::in_folder(Folder::new(), arguments)
    }

    pub(crate) fn in_folder(folder: Folder, arguments: &[&str]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let path = folder.file("").to_str().unwrap().to_owned();
        let arguments = arguments
            .iter()
            .map(|argument| argument.replace("PORT", &port.to_string()).replace("FOLDER", &path))
            .collect();
        let mut server = Self { port, arguments, child: None, folder };
        server.start_again();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn start_again(&mut self) {
        assert!(self.child.is_none());
        let mut command = Command::new("redis-server");
        command.arg("--bind").arg("127.0.0.1").arg("--dir").arg(self.folder.file(""));
        if !self.arguments.iter().any(|argument| argument == "--tls-port") {
            command.arg("--port").arg(self.port.to_string());
        }
        let log = std::fs::File::create(self.folder.file("log")).unwrap();
        command.args(&self.arguments).stdout(log).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        let patience = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || std::fs::read_to_string(self.folder.file("log")).unwrap();
            assert!(Instant::now() < patience, "redis-server does not start: {}", log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Stops the server like a crash.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Stops the server properly.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::TERM);
        self.child.take().unwrap().wait().unwrap();
    }

    /// Sends a signal: after `STOP`, a server keeps its connections and does not reply.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.as_ref().unwrap().id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Returns the first line of the reply to a command.
    pub(crate) fn ask(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub(crate) fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.file(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> std::path::PathBuf {
        self.folder.write(name, text)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The path as text for a configuration.
pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
