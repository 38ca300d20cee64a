//! A proxy in front of an upstream, with the service beside it.

#![allow(non_upper_case_globals, reason = "tests are named after proxies")]

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use serde_json::Value;

use crate::children::{Folder, Running, find};
use crate::http::{Message, exchange, request};
use crate::tokens::{AUDIENCE, TOKEN};
use crate::upstream::Upstream;

/// A proxy: its program, after which the folder of its example is called, the example's file, and how it is started in a folder with a copy of that.
pub(crate) struct Proxy {
    program: &'static str,
    file: &'static str,
    command: fn(&mut Command, &Path, &Path),
}

pub(crate) const nginx: Proxy = Proxy {
    program: "nginx",
    file: "nginx.conf",
    command: |command, folder, file| {
        command.arg("-p").arg(folder).arg("-c").arg(file).args(["-e", "stderr"]);
    },
};

pub(crate) const haproxy: Proxy = Proxy {
    program: "haproxy",
    file: "haproxy.cfg",
    command: |command, _, file| {
        command.arg("-db").arg("-f").arg(file);
    },
};

pub(crate) const caddy: Proxy = Proxy {
    program: "caddy",
    file: "Caddyfile",
    command: |command, folder, file| {
        // What it keeps for the next start goes there.
        command.env("XDG_CONFIG_HOME", folder).env("XDG_DATA_HOME", folder).env("HOME", folder);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    },
};

pub(crate) const traefik: Proxy = Proxy {
    program: "traefik",
    file: "traefik.yml",
    command: |command, _, file| {
        command.arg("--configFile").arg(file);
    },
};

pub(crate) const envoy_http: Proxy =
    Proxy { program: "envoy", file: "envoy-http.yaml", command: start_envoy };

pub(crate) const envoy_grpc: Proxy =
    Proxy { program: "envoy", file: "envoy-grpc.yaml", command: start_envoy };

fn start_envoy(command: &mut Command, _: &Path, file: &Path) {
    // Several run at once, and none is to be restarted.
    command.args(["--disable-hot-restart", "--concurrency", "1", "--log-level", "warning", "-c"]);
    command.arg(file);
}

/// The service on a port of its own.
#[derive(Debug)]
pub(crate) struct Verifier {
    pub(crate) address: SocketAddr,
    _running: Running,
}

impl Verifier {
    pub(crate) fn start(folder: &Folder) -> Self {
        let anchors = folder.write("trust-anchors.ds", &TOKEN.trust_anchors);
        let mut command = Command::new(env!("CARGO_BIN_EXE_kliento"));
        command.args(["serve", "verifier", "--listen", "127.0.0.1:0", "--audience", AUDIENCE]);
        command.arg("--trust-anchors").arg(anchors);
        let mut running = Running::start(&mut command, folder.file("verifier.log"));
        let address = running.wait_for(|log| {
            let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let mut listening = lines.filter(|line| line["message"] == "listening");
            listening.find_map(|line| line["address"].as_str()?.parse().ok())
        });
        Self { address, _running: running }
    }
}

/// Proxy, service and upstream.
pub(crate) struct Setting {
    pub(crate) proxy: SocketAddr,
    pub(crate) upstream: Upstream,
    pub(crate) verifier: Mutex<Option<Verifier>>,
    pub(crate) verifier_address: SocketAddr,
    // Ended before its folder goes.
    _proxy: Running,
    _folder: Folder,
}

impl Setting {
    /// `None` if the proxy is not installed.
    pub(crate) fn start(proxy: Proxy) -> Option<Self> {
        let program = find(proxy.program)?;
        let folder = Folder::new();
        let verifier = Verifier::start(&folder);
        let upstream = Upstream::start();
        let address = free_address();
        let ports = [(8080, address), (3000, verifier.address), (9000, upstream.address)];
        let file = copy_example(&proxy, &folder, &ports);
        let mut command = Command::new(program);
        command.current_dir(folder.path());
        (proxy.command)(&mut command, folder.path(), &file);
        let mut running = Running::start(&mut command, folder.file("proxy.log"));
        running.wait_for(|_| TcpStream::connect(address).ok());
        // Traefik listens before it knows what to do, and says 404 until then.
        running.wait_for(|_| {
            let answers = exchange(address, &request("GET", "/", &[], ""));
            (answers.first()?.status() != 404).then_some(())
        });
        Some(Self {
            proxy: address,
            upstream,
            verifier_address: verifier.address,
            verifier: Mutex::new(Some(verifier)),
            _proxy: running,
            _folder: folder,
        })
    }

    /// The answer to a request, which is one.
    pub(crate) fn ask(&self, method: &str, headers: &[(&str, &str)], content: &str) -> Message {
        let mut answers = exchange(self.proxy, &request(method, "/path?query=1", headers, content));
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(0)
    }

    /// The service ends.
    pub(crate) fn stop_verifier(&self) {
        drop(self.verifier.lock().unwrap().take());
    }
}

/// Copies the files of the proxy's example, with other ports, and gives the path of the one that it is started with.
fn copy_example(proxy: &Proxy, folder: &Folder, ports: &[(u16, SocketAddr)]) -> PathBuf {
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/proxies");
    for entry in fs::read_dir(examples.join(proxy.program)).unwrap() {
        let entry = entry.unwrap();
        let text = with_ports(&fs::read_to_string(entry.path()).unwrap(), ports);
        folder.write(entry.file_name().to_str().unwrap(), text);
    }
    folder.file(proxy.file)
}

/// `text` with other ports.
pub(crate) fn with_ports(text: &str, ports: &[(u16, SocketAddr)]) -> String {
    // In two steps: a new port may have another's digits.
    let marked = ports.iter().enumerate().fold(text.to_owned(), |text, (index, (port, _))| {
        text.replace(&port.to_string(), &format!("PORT-{index}-"))
    });
    ports.iter().enumerate().fold(marked, |text, (index, (_, address))| {
        text.replace(&format!("PORT-{index}-"), &address.port().to_string())
    })
}

/// One that nobody listens at; proxies cannot say which one they took.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}
