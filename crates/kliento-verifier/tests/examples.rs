//! Runs the examples as a user would. `cargo test` builds them; with `--test examples` alone, the
//! last built ones are run.
#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use base64ct::{Base64, Encoding as _};
use kliento_verifier::{Clock as _, SystemClock};
use tonic::transport::Channel;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use veraid_testkit::{MockBundle, Scenario, period};

/// A token that is valid now, for servers with the system clock.
static TOKEN: LazyLock<MockBundle> = LazyLock::new(|| {
    let at = SystemClock.now();
    let around = period(at.saturating_sub(60), at.saturating_add(600));
    Scenario {
        at,
        signature_period: around,
        certificate_period: around,
        rrsig_period: around,
        ..Scenario::default()
    }
    .build()
});

fn token() -> String {
    format!("Kliento {}", Base64::encode_string(&TOKEN.der))
}

/// An example that runs until it is dropped.
struct Running {
    server: Child,
    address: String,
    anchors: PathBuf,
}

impl Running {
    fn new(example: &str) -> Self {
        let name = format!("kliento-{example}-{}.ds", std::process::id());
        let anchors = std::env::temp_dir().join(name);
        std::fs::write(&anchors, &TOKEN.trust_anchors).unwrap();
        // Cargo puts examples beside the folder that tests are in.
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().and_then(|folder| folder.parent()).unwrap().join("examples");
        let program = format!("{example}{}", std::env::consts::EXE_SUFFIX);
        let mut server = Command::new(folder.join(program))
            .args([anchors.to_str().unwrap(), "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("`cargo build --workspace --examples` has built it");
        let mut line = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("Listening on http://").unwrap();
        let address = address.split_once('/').unwrap().0.to_owned();
        Self { server, address, anchors }
    }

    /// Returns the status and body of the response to a request with these credentials.
    fn ask(&self, method_and_path: &str, authorization: Option<&str>) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let header =
            authorization.map_or(String::new(), |value| format!("Authorization: {value}\r\n"));
        let request = format!(
            "{method_and_path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.lines().next().unwrap().to_owned(), body.to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_file(&self.anchors);
    }
}

fn answer(status: &str, body: &str) -> (String, String) {
    (format!("HTTP/1.1 {status}"), body.to_owned())
}

fn problem(class: &str, title: &str) -> (String, String) {
    let body = format!(
        r#"{{"type":"urn:kliento:problem:{class}","title":"{title}","status":401,"class":"{class}"}}"#
    );
    answer("401 Unauthorized", &body)
}

#[test]
fn the_axum_server_greets_its_callers() {
    let server = Running::new("axum_server");
    let hello = answer("200 OK", "Hello alice@example.com, signed by the member\n");
    let missing = problem("missing", "Kliento credentials are required");
    assert_eq!(server.ask("GET /", Some(&token())), hello);
    assert_eq!(server.ask("GET /", Some(&token())), hello);
    assert_eq!(server.ask("GET /", None), missing);
    assert_eq!(server.ask("GET /", Some("Bearer example-key")), missing);
    let no_deployer = answer("403 Forbidden", "");
    assert_eq!(server.ask("POST /deploy/web", Some(&token())), no_deployer);
}

#[test]
fn the_hyper_server_accepts_a_token_once_and_the_old_key_always() {
    let server = Running::new("tower_hyper");
    let hello = answer("200 OK", "Hello alice@example.com\n");
    let old = answer("200 OK", "Hello, holder of the key\n");
    let missing = problem("missing", "Kliento credentials are required");
    assert_eq!(server.ask("GET /", Some(&token())), hello);
    assert_eq!(
        server.ask("GET /", Some(&token())),
        problem("replayed", "The token was used before")
    );
    assert_eq!(server.ask("GET /", Some("Bearer example-key")), old);
    assert_eq!(server.ask("GET /", Some("Bearer another")), missing);
    assert_eq!(server.ask("GET /", None), missing);
}

#[tokio::test]
async fn the_tonic_server_serves_its_callers() {
    let server = Running::new("tonic_server");
    let url = format!("http://{}", server.address);
    let mut client = HealthClient::new(Channel::from_shared(url).unwrap().connect_lazy());
    let mut call = Request::new(HealthCheckRequest::default());
    call.metadata_mut().insert("authorization", token().parse().unwrap());
    let serving = 1;
    assert_eq!(client.check(call).await.unwrap().into_inner().status, serving);
    let refused = client.check(HealthCheckRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}
