//! `kliento serve verifier`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use veraid_testkit::{Scenario, default_instant};

use crate::support::{Folder, kliento};

/// A service that is killed when it is dropped.
struct Service {
    child: Child,
    log: BufReader<std::process::ChildStdout>,
    port: u16,
}

impl Service {
    fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut service = Self::spawn(arguments, variables);
        service.port = loop {
            let line = service.line();
            if line["message"] == "listening" && line["listener"] == "public" {
                break port_in(&line);
            }
        };
        service
    }

    /// Starts a service that need not listen yet.
    fn spawn(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kliento"))
            .args(["serve", "verifier", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stdout.take().unwrap());
        Self { child, log, port: 0 }
    }

    /// The next line of the log.
    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.log.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    fn ask(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }

    fn verify(&self, der: &[u8]) -> String {
        let head = format!(
            "POST /?audience=https%3A%2F%2Fapi.example.com HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            der.len()
        );
        self.ask(&[head.as_bytes(), der].concat())
    }
}

/// The port of the listener that a line of the log is about.
fn port_in(line: &Value) -> u16 {
    line["address"].as_str().unwrap().strip_prefix("127.0.0.1:").unwrap().parse().unwrap()
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_answers_logs_rejections_and_stops_on_request() {
    let made = Scenario::default().build();
    let folder = Folder::new("serve-runs");
    let anchors = folder.file("anchors.ds", made.trust_anchors.as_bytes());
    let at = default_instant().to_string();
    let mut service = Service::start(&["--trust-anchors", &anchors, "--stopped-clock", &at], &[]);
    let response = service.verify(&made.der);
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.ends_with(
        "{\"status\":\"valid\",\"subject\":\"alice@example.com\",\"subjectId\":\"alice@example.com\",\"claims\":{},\"signer\":\"member\"}"
    ), "{response}");
    assert!(service.verify(b"0").contains("\"status\":\"malformed\""));
    let refused = service.line();
    let field = |name: &str| refused[name].as_str().unwrap_or("-").to_owned();
    assert_eq!(
        [field("level"), field("message"), field("route"), field("verdict"), field("code")],
        ["INFO", "rejected", "deployed", "malformed", "KL1004"]
    );
    assert_eq!(refused["status"], 200);
    service.terminate();
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    assert_eq!(service.line()["message"], "stopping");
    assert_eq!(service.line()["message"], "stopped");
}

#[test]
fn the_service_manager_is_notified_at_start_and_stop() {
    let folder = Folder::new("serve-notify");
    let path = folder.path("notify.sock");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let told = || {
        let mut message = [0; 100];
        let length = manager.recv(&mut message).unwrap();
        String::from_utf8_lossy(&message[..length]).into_owned()
    };
    let admin = ["--admin-listen", "127.0.0.1:0"];
    let mut service = Service::start(&admin, &[("NOTIFY_SOCKET", &path)]);
    let listening = service.line();
    assert_eq!(listening["listener"], "admin");
    assert_eq!(told(), "READY=1\n");
    service.port = port_in(&listening);
    let ready = service.ask(b"GET /readyz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert!(ready.starts_with("HTTP/1.1 200 OK\r\n"), "{ready}");
    service.terminate();
    assert_eq!(told(), "STOPPING=1\n");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
}

#[test]
fn arguments_go_over_the_environment_and_that_over_the_file() {
    let folder = Folder::new("serve-layers");
    let file = folder.file(
        "verifier.toml",
        b"listen = \"127.0.0.1:1\"\nadmin_listen = \"127.0.0.1:2\"\naudiences = [\"https://a.example\"]\n",
    );
    let output = Command::new(env!("CARGO_BIN_EXE_kliento"))
        .args(["serve", "verifier", "--print-config", "--listen", "127.0.0.1:5"])
        .arg("--config")
        .arg(&file)
        .env("KLIENTO_VERIFIER_LISTEN", "127.0.0.1:3")
        .env("KLIENTO_VERIFIER_ADMIN_LISTEN", "127.0.0.1:4")
        .env("KLIENTO_VERIFIER_POLICY__LEEWAY_SECONDS", "60")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "listen = \"127.0.0.1:5\"",
        "admin_listen = \"127.0.0.1:4\"",
        "audiences = [\"https://a.example\"]",
        "leeway_seconds = 60",
        "max_validity_seconds = 3600",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line} in {text}");
    }
    assert_eq!(output.status.code(), Some(0));
    // The printed configuration has the same effect.
    let again = folder.file("again.toml", text.as_bytes());
    let run = kliento(&["serve", "verifier", "--print-config", "--config", &again]);
    assert_eq!((run.code, run.stdout), (0, text));
}

#[test]
fn the_configuration_in_the_guide_is_valid() {
    let guide = include_str!("../../../../docs/service.md");
    let (_, begun) = guide.split_once("```toml\n").unwrap();
    let (text, _) = begun.split_once("```").unwrap();
    let folder = Folder::new("serve-guide");
    let file = folder.file("verifier.toml", text);
    let run = kliento(&["serve", "verifier", "--print-config", "--config", &file]).ok();
    for line in ["path = \"/admin\"", "deny = [\"mallory@example.org\"]", "max_entries = 1000000"] {
        assert!(run.stdout.lines().any(|printed| printed == line), "{line} in {}", run.stdout);
    }
}

#[test]
fn an_invalid_configuration_is_reported_with_its_location() {
    let folder = Folder::new("serve-nonsense");
    let told = |text: &str, arguments: &[&str]| {
        let file = folder.file("bad.toml", text.as_bytes());
        let run = kliento(&[&["serve", "verifier", "--config", &file], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        run.stderr
    };
    let unknown = told("audience = \"a\"", &[]);
    assert!(unknown.contains("bad.toml: line 1, column 1"), "{unknown}");
    let setting = told("[policy]\nleeway_seconds = 301", &[]);
    assert!(setting.contains("policy.leeway_seconds: more than 300"), "{setting}");
    let anchors = told("trust_anchors = \"/nowhere\"", &["--listen", "127.0.0.1:0"]);
    assert!(anchors.contains("trust anchors: /nowhere: No such file"), "{anchors}");
    let address = told("listen = \"localhost\"", &[]);
    assert!(address.contains("\"localhost\" is neither IP:PORT"), "{address}");
}

#[test]
fn unknown_variables_are_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_kliento"))
        .args(["serve", "verifier", "--print-config"])
        .env("KLIENTO_VERIFIER_LISTENS", "127.0.0.1:3")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("KLIENTO_VERIFIER_LISTENS"), "{text}");
}

/// Takes one gRPC request for any method, answers it with success, and returns its path and
/// content.
async fn collect(listener: tokio::net::TcpListener) -> (String, Vec<u8>) {
    let (stream, _) = listener.accept().await.unwrap();
    let mut connection = h2::server::handshake(stream).await.unwrap();
    let mut collected = None;
    while let Some(accepted) = connection.accept().await {
        let (request, mut respond) = accepted.unwrap();
        let (head, mut body) = request.into_parts();
        let handled = tokio::spawn(async move {
            let mut content = Vec::new();
            while let Some(data) = body.data().await {
                let data = data.unwrap();
                body.flow_control().release_capacity(data.len()).unwrap();
                content.extend_from_slice(&data);
            }
            let response = http::Response::builder().header("content-type", "application/grpc");
            let mut sender = respond.send_response(response.body(()).unwrap(), false).unwrap();
            // One message without fields.
            sender.send_data(bytes::Bytes::from_static(&[0; 5]), false).unwrap();
            let mut trailers = http::HeaderMap::new();
            trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
            sender.send_trailers(trailers).unwrap();
            content
        });
        collected = Some((head.uri.path().to_owned(), handled));
    }
    let (path, handled) = collected.expect("something was sent");
    (path, handled.await.unwrap())
}

#[test]
fn traces_go_to_the_collector_that_the_environment_names_and_continue_the_caller_s() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collected = runtime.spawn(collect(listener));
    let mut service = Service::start(&[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = format!(
        "GET /v1/auth HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Kliento c2VjcmV0\r\ntraceparent: 00-{trace}-00f067aa0ba902b7-01\r\n\r\n"
    );
    assert!(service.ask(request.as_bytes()).starts_with("HTTP/1.1 401 "));
    service.terminate();
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    let collected = async { tokio::time::timeout(Duration::from_secs(20), collected).await };
    let (path, content) = runtime.block_on(collected).unwrap().unwrap();
    assert_eq!(path, "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
    let holds = |octets: &[u8]| content.windows(octets.len()).any(|window| window == octets);
    let trace_id = u128::from_str_radix(trace, 16).unwrap().to_be_bytes();
    assert!(holds(&trace_id), "the caller's trace is not continued");
    for text in ["kliento-verifier", "verify", "forward_auth", "audience", "request_id"] {
        assert!(holds(text.as_bytes()), "{text} is missing");
    }
    assert!(!holds(b"c2VjcmV0") && !holds(b"secret"));
}

#[test]
fn kubernetes_variables_of_a_service_do_not_prevent_its_start() {
    // A Service called `kliento-verifier` puts these into each pod of its namespace.
    let links = [
        ("KLIENTO_VERIFIER_SERVICE_HOST", "10.0.0.7"),
        ("KLIENTO_VERIFIER_SERVICE_PORT", "3000"),
        ("KLIENTO_VERIFIER_PORT", "tcp://10.0.0.7:3000"),
        ("KLIENTO_VERIFIER_PORT_3000_TCP", "tcp://10.0.0.7:3000"),
        ("KLIENTO_VERIFIER_PORT_3000_TCP_PROTO", "tcp"),
        ("KLIENTO_VERIFIER_PORT_3000_TCP_PORT", "3000"),
        ("KLIENTO_VERIFIER_PORT_3000_TCP_ADDR", "10.0.0.7"),
    ];
    let service = Service::start(&["--audience", "https://api.example.com"], &links);
    let answer = service.ask(b"GET /v1/auth HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[test]
fn a_verifier_without_any_audience_warns() {
    let first_line = |arguments: &[&str]| Service::spawn(arguments, &[]).line();
    let warned = first_line(&[]);
    assert_eq!(warned["level"], "WARN");
    assert!(
        warned["message"].as_str().unwrap().contains("neither audiences nor routes"),
        "{warned}"
    );
    let listening = first_line(&["--audience", "https://api.example.com"]);
    assert_eq!(listening["message"], "listening");
}
