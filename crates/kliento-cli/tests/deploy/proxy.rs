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

/// A proxy: its program, which names the folder of its example, the example's file, and the command
/// that starts it in a folder with a copy of that.
pub(crate) struct Proxy {
    program: &'static str,
    file: &'static str,
    command: fn(&mut Command, &Path, &Path),
    /// A part of the example, and its replacement for a verifier with routes, as in the proxy's
    /// guide.
    for_routes: (&'static str, &'static str),
}

pub(crate) const nginx: Proxy = Proxy {
    program: "nginx",
    file: "nginx.conf",
    command: |command, folder, file| {
        command.arg("-p").arg(folder).arg("-c").arg(file).args(["-e", "stderr"]);
    },
    for_routes: (
        "/v1/auth?audience=https://api.example.com;",
        "/v1/auth;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $host;
            proxy_set_header X-Forwarded-Uri $request_uri;",
    ),
};

pub(crate) const haproxy: Proxy = Proxy {
    program: "haproxy",
    file: "haproxy.cfg",
    command: |command, _, file| {
        command.arg("-db").arg("-f").arg(file);
    },
    for_routes: WITHOUT_AUDIENCE,
};

pub(crate) const caddy: Proxy = Proxy {
    program: "caddy",
    file: "Caddyfile",
    command: |command, folder, file| {
        // The folder for state that Caddy keeps between starts.
        command.env("XDG_CONFIG_HOME", folder).env("XDG_DATA_HOME", folder).env("HOME", folder);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    },
    // The guide adds a question mark, without which Caddy calls the verifier with the client's
    // query. That is the harder case.
    for_routes: WITHOUT_AUDIENCE,
};

pub(crate) const traefik: Proxy = Proxy {
    program: "traefik",
    file: "traefik.yml",
    command: |command, _, file| {
        command.arg("--configFile").arg(file);
    },
    for_routes: WITHOUT_AUDIENCE,
};

pub(crate) const envoy_http: Proxy = Proxy {
    program: "envoy",
    file: "envoy-http.yaml",
    command: start_envoy,
    // The example is for routes as it stands.
    for_routes: ("/v1/ext_authz", "/v1/ext_authz"),
};

pub(crate) const envoy_grpc: Proxy = Proxy {
    program: "envoy",
    file: "envoy-grpc.yaml",
    command: start_envoy,
    for_routes: (
        r#"context_extensions: {audience: "https://api.example.com"}"#,
        "context_extensions: {}",
    ),
};

/// A replacement that changes nothing: every example has this text.
const AS_IT_STANDS: (&str, &str) = ("8080", "8080");

const WITHOUT_AUDIENCE: (&str, &str) = ("?audience=https://api.example.com", "");

fn start_envoy(command: &mut Command, _: &Path, file: &Path) {
    // Several instances run at once, and no instance is to be restarted.
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
        Self::with(folder, "")
    }

    /// Starts the service with more settings than the audience.
    pub(crate) fn with(folder: &Folder, settings: &str) -> Self {
        let anchors = folder.write("trust-anchors.ds", &TOKEN.trust_anchors);
        let config = folder.write("verifier.toml", settings);
        let mut command = Command::new(env!("CARGO_BIN_EXE_kliento"));
        command.args(["serve", "verifier", "--listen", "127.0.0.1:0", "--audience", AUDIENCE]);
        command.arg("--trust-anchors").arg(anchors).arg("--config").arg(config);
        let mut running = Running::start(&mut command, folder.file("verifier.log"));
        let address = running.wait_for(|log| {
            let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let mut listening = lines.filter(|line| line["message"] == "listening");
            listening.find_map(|line| line["address"].as_str()?.parse().ok())
        });
        Self { address, _running: running }
    }
}

/// A proxy, the service and an upstream.
pub(crate) struct Setting {
    pub(crate) proxy: SocketAddr,
    pub(crate) upstream: Upstream,
    pub(crate) verifier: Mutex<Option<Verifier>>,
    pub(crate) verifier_address: SocketAddr,
    // Dropped before the folder.
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
        let (address, running) =
            proxy.start(program, &folder, verifier.address, upstream.address, AS_IT_STANDS);
        Some(Self {
            proxy: address,
            upstream,
            verifier_address: verifier.address,
            verifier: Mutex::new(Some(verifier)),
            _proxy: running,
            _folder: folder,
        })
    }

    /// Sends a request and returns its one answer.
    pub(crate) fn ask(&self, method: &str, headers: &[(&str, &str)], content: &str) -> Message {
        let mut answers = exchange(self.proxy, &request(method, "/path?query=1", headers, content));
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(0)
    }

    /// Ends the service.
    pub(crate) fn stop_verifier(&self) {
        drop(self.verifier.lock().unwrap().take());
    }
}

/// A proxy in front of an application, with a verifier that has routes.
pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    _proxy: Running,
    _verifier: Verifier,
    _folder: Folder,
}

impl Front {
    /// `None` if the proxy is not installed.
    pub(crate) fn start(proxy: Proxy, routes: &str, application: SocketAddr) -> Option<Self> {
        let program = find(proxy.program)?;
        let folder = Folder::new();
        let verifier = Verifier::with(&folder, routes);
        let change = proxy.for_routes;
        let (address, running) =
            proxy.start(program, &folder, verifier.address, application, change);
        Some(Self { address, _proxy: running, _verifier: verifier, _folder: folder })
    }
}

impl Proxy {
    /// Starts the proxy with its example, with other ports and one part changed.
    fn start(
        &self,
        program: PathBuf,
        folder: &Folder,
        verifier: SocketAddr,
        upstream: SocketAddr,
        (part, other): (&str, &str),
    ) -> (SocketAddr, Running) {
        let address = free_address();
        let ports = [(8080, address), (3000, verifier), (9000, upstream)];
        let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/proxies");
        let mut has_part = false;
        for entry in fs::read_dir(examples.join(self.program)).unwrap() {
            let entry = entry.unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            has_part |= text.contains(part);
            let text = with_ports(&text.replace(part, other), &ports);
            folder.write(entry.file_name().to_str().unwrap(), text);
        }
        assert!(has_part, "{part:?} is not in the example");
        let mut command = Command::new(program);
        command.current_dir(folder.path());
        (self.command)(&mut command, folder.path(), &folder.file(self.file));
        let mut running = Running::start(&mut command, folder.file("proxy.log"));
        running.wait_for(|_| TcpStream::connect(address).ok());
        // Traefik listens before it has its configuration, and answers 404 until then.
        running.wait_for(|_| {
            let answers = exchange(address, &request("GET", "/", &[], ""));
            (answers.first()?.status() != 404).then_some(())
        });
        (address, running)
    }
}

/// Replaces the ports in `text`.
pub(crate) fn with_ports(text: &str, ports: &[(u16, SocketAddr)]) -> String {
    // In two steps: a new port may have another's digits.
    let marked = ports.iter().enumerate().fold(text.to_owned(), |text, (index, (port, _))| {
        text.replace(&port.to_string(), &format!("PORT-{index}-"))
    });
    ports.iter().enumerate().fold(marked, |text, (index, (_, address))| {
        text.replace(&format!("PORT-{index}-"), &address.port().to_string())
    })
}

/// An unused address; proxies cannot report which port they took.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}
