//! Starting, reloading and reaching limits.

use std::time::Duration;

use kliento_verifier_service::{Config, ConfigError, ListenAddress, Server, StartError};
use rcgen::generate_simple_self_signed;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;
use veraid_testkit::{Scenario, ZoneAlgorithm, ZoneKeys};

use crate::http::{exchange, request};
use crate::running::{Folder, Running, TOKEN, kliento};

const TARGET: &str = "/v1/auth?audience=https%3A%2F%2Fapi.example.com";

#[tokio::test]
async fn a_unix_socket_exists_while_the_service_runs() {
    let service = Running::with("listen = \"unix:FOLDER/verifier.sock\"").await;
    let header = kliento(&TOKEN.der);
    let response = service.ask("GET", TARGET, &[("authorization", &header)], b"").await;
    assert_eq!(response.status, 200);
    let ListenAddress::Unix(path) = service.public.clone() else { panic!("{}", service.public) };
    assert!(path.exists());
    service.stop().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn trust_anchors_are_reloaded_and_bad_ones_change_nothing() {
    let service = Running::with("").await;
    let header = kliento(&TOKEN.der);
    let other =
        Scenario { root_keys: ZoneKeys::combined(ZoneAlgorithm::EcdsaP256), ..Scenario::default() };
    let other = other.build();
    assert_ne!(other.trust_anchors, TOKEN.trust_anchors);
    let status_of = async |header: &str| {
        service.ask("GET", TARGET, &[("authorization", header)], b"").await.status
    };
    let count_of = async |line: &str| {
        for _ in 0..400 {
            let metrics = service.ask_admin("GET", "/metrics").await.content;
            if metrics.lines().any(|present| present == line) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        false
    };
    assert_eq!(status_of(&header).await, 200);
    service.folder.write("anchors.ds", "nonsense");
    assert!(count_of("kliento_verifier_trust_anchor_failures_total 1").await);
    assert_eq!(status_of(&header).await, 200);
    service.folder.write("anchors.ds", &other.trust_anchors);
    assert!(count_of("kliento_verifier_trust_anchor_reloads_total 1").await);
    assert_eq!(status_of(&header).await, 401);
    assert_eq!(status_of(&kliento(&other.der)).await, 200);
    service.stop().await;
}

/// Waits until this line is among the metrics.
async fn until_counted(service: &Running, line: &str) {
    let counted = async {
        while !service.ask_admin("GET", "/metrics").await.content.lines().any(|one| one == line) {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), counted).await.expect(line);
}

fn make_fifo(path: &std::path::Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

#[tokio::test]
async fn a_fifo_for_trust_anchors_stops_neither_requests_nor_the_end() {
    let service = Running::with("").await;
    let header = kliento(&TOKEN.der);
    let anchors = service.folder.file("anchors.ds");
    std::fs::remove_file(&anchors).unwrap();
    make_fifo(&anchors);
    until_counted(&service, "kliento_verifier_trust_anchors_usable 0").await;
    let response = service.ask("GET", TARGET, &[("authorization", &header)], b"").await;
    assert_eq!(response.status, 200);
    assert_eq!(service.ask_admin("GET", "/livez").await.status, 200);
    // The previous file is restored.
    std::fs::remove_file(&anchors).unwrap();
    service.folder.write("anchors.ds", &TOKEN.trust_anchors);
    until_counted(&service, "kliento_verifier_trust_anchors_usable 1").await;
    std::fs::remove_file(&anchors).unwrap();
    make_fifo(&anchors);
    until_counted(&service, "kliento_verifier_trust_anchors_usable 0").await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), service.stop()).await;
    stopped.expect("the service stops in time");
}

#[tokio::test]
async fn a_fifo_does_not_block_the_start_of_the_service() {
    let folder = Folder::new();
    let fifo = folder.file("fifo");
    make_fifo(&fifo);
    let fifo = fifo.display();
    for toml in [
        format!("trust_anchors = \"{fifo}\""),
        format!("[tls]\ncertificates = \"{fifo}\"\nkey = \"{fifo}\""),
        format!("[one_time]\nstore = \"redis://127.0.0.1:1\"\npassword_file = \"{fifo}\""),
    ] {
        let config = Config::from_toml(&format!("listen = \"127.0.0.1:0\"\n{toml}")).unwrap();
        let start = Server::bind(config, veraid_aws_lc_rs::PROVIDER);
        let start = tokio::time::timeout(Duration::from_secs(5), start).await;
        let error: StartError = start.expect("the start ends in time").unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.to_string().contains("not a regular file"), "{source}");
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_get_503() {
    let service = Running::with("limits = { connections = 2 }").await;
    let (first, second) = (service.tcp().await, service.tcp().await);
    // Both are open once a third is rejected.
    let response = loop {
        let mut third = service.tcp().await;
        let mut bytes = Vec::new();
        let _ =
            tokio::time::timeout(Duration::from_millis(200), third.read_to_end(&mut bytes)).await;
        if !bytes.is_empty() {
            break String::from_utf8(bytes).unwrap();
        }
    };
    let expected = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(response, expected);
    drop((first, second));
    while service.tcp_answers().await != 401 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    service.stop().await;
}

#[tokio::test]
async fn announcing_content_costs_others_nothing() {
    let service = Running::with("limits = { body_bytes = 65536, bodies_bytes = 131072 }").await;
    let mut slow = Vec::new();
    for _ in 0..10 {
        let mut stream = service.tcp().await;
        let head = "POST /?audience=a HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 65536\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).await.unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        slow.push(stream);
    }
    let target = "/?audience=https%3A%2F%2Fapi.example.com";
    assert_eq!(service.ask("POST", target, &[], &TOKEN.der).await.status, 200);
    service.stop().await;
}

#[tokio::test]
async fn tls_is_used_if_there_is_a_certificate() {
    let made = generate_simple_self_signed(["verifier.test".to_owned()]).unwrap();
    let folder = Folder::new();
    let certificates = folder.write("cert.pem", &made.cert.pem());
    let key = folder.write("key.pem", &made.signing_key.serialize_pem());
    let (certificates, key) = (certificates.display(), key.display());
    let service =
        Running::with(&format!("[tls]\ncertificates = \"{certificates}\"\nkey = \"{key}\"")).await;
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = rustls::crypto::aws_lc_rs::default_provider().into();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(std::sync::Arc::new(client));
    let name = ServerName::try_from("verifier.test").unwrap();
    let stream = connector.connect(name, service.tcp().await).await.unwrap();
    let header = kliento(&TOKEN.der);
    let bytes = request("GET", TARGET, &[("authorization", &header)], b"");
    assert_eq!(exchange(stream, &bytes).await.status, 200);
    service.stop().await;
}

#[tokio::test]
async fn an_unusable_configuration_does_not_start() {
    let start = async |toml: &str| {
        let config = Config::from_toml(toml).unwrap();
        Server::bind(config, veraid_aws_lc_rs::PROVIDER).await.unwrap_err()
    };
    let error = start("listen = \"127.0.0.1:0\"\ntrust_anchors = \"/nowhere\"").await;
    assert!(matches!(error, StartError::Anchors(_)), "{error:?}");
    let error = start("listen = \"192.0.2.1:1\"").await;
    assert!(matches!(error, StartError::Listen { .. }), "{error:?}");
    let error = start("audiences = [\"\"]").await;
    assert!(matches!(error, StartError::Config(ConfigError::Setting { .. })), "{error:?}");
    let tls = "[tls]\ncertificates = \"/nowhere\"\nkey = \"/nowhere\"";
    assert!(matches!(start(tls).await, StartError::Tls(_)));
}
