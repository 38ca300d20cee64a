//! A store behind TLS and a password.

use kliento_verifier_service::{Config, Server, StartError};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::clock::{TestClock, token};
use crate::instances::{instance, instances, status};
use crate::redis_server::{RedisServer, is_installed, text};
use crate::running::Folder;

/// A certificate authority, and a certificate and key that it issued for `localhost`, in PEM.
fn certificates() -> (String, String, String) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    (authority_pem, certificate.pem(), key.serialize_pem())
}

#[tokio::test]
async fn tls_and_a_password_from_a_file_lead_to_the_store() {
    if !is_installed() {
        return;
    }
    let (authority, certificate, key) = certificates();
    let folder = Folder::new();
    folder.write("cert.pem", &certificate);
    folder.write("key.pem", &key);
    folder.write("ca.pem", &authority);
    let server = RedisServer::in_folder(
        folder,
        &[
            "--port",
            "0",
            "--tls-port",
            "PORT",
            "--tls-cert-file",
            "FOLDER/cert.pem",
            "--tls-key-file",
            "FOLDER/key.pem",
            "--tls-ca-cert-file",
            "FOLDER/ca.pem",
            "--tls-auth-clients",
            "no",
            "--user",
            "kliento",
            "on",
            ">zq7-password",
            "~kliento:once:*",
            "+get",
            "+set",
            "+info",
        ],
    );
    let file = |name: &str, content: &str| text(&server.write(name, content));
    let (user, password) = (file("user", "kliento\n"), file("password", "zq7-password\n"));
    let url = format!("rediss://localhost:{}", server.port());
    let ca = text(&server.file("ca.pem"));
    let settings = |ca: &str, password: &str| {
        format!(
            "store = \"{url}\"\nca_file = \"{ca}\"\nuser_file = \"{user}\"\npassword_file = \"{password}\""
        )
    };
    let clock = TestClock::early();
    let right = instances(1, &settings(&ca, &password), &clock).await.remove(0);
    clock.set(0);
    let good = token("1", 0);
    assert_eq!([status(&right, &good).await, status(&right, &good).await], [200, 401]);
    right.stop().await;

    let other = token("2", 0);
    let wrong_password = file("wrong", "zq7-guess");
    let (other_authority, ..) = certificates();
    let wrong_ca = file("other-ca.pem", &other_authority);
    for settings in [settings(&ca, &wrong_password), settings(&wrong_ca, &password)] {
        let wrong = instance(&settings, &clock).await;
        assert_eq!(status(&wrong, &other).await, 503);
        wrong.stop().await;
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_and_their_content_is_not() {
    let folder = Folder::new();
    let lines = text(&folder.write("lines", "zq7\nzq8\n"));
    let empty = text(&folder.write("empty", "\n"));
    let junk = text(&folder.write("junk", "zq7"));
    let start = async |settings: &str| {
        let toml = format!("listen = \"127.0.0.1:0\"\n[one_time]\n{settings}");
        let config = Config::from_toml(&toml).unwrap();
        let error = Server::bind(config, veraid_aws_lc_rs::PROVIDER).await.unwrap_err();
        assert!(matches!(error, StartError::OneTime(_)), "{error:?}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(!format!("{error:?} {source}").contains("zq7"), "{error:?}");
        source
    };
    let redis = "store = \"redis://127.0.0.1:1\"\n";
    for file in [&lines, &empty] {
        let problem = start(&format!("{redis}password_file = \"{file}\"")).await;
        assert_eq!(problem, format!("{file}: expected exactly one line"));
    }
    let missing = start(&format!("{redis}password_file = \"/nowhere\"")).await;
    assert!(missing.starts_with("/nowhere: "), "{missing}");
    let tls = "store = \"rediss://127.0.0.1:1\"\n";
    start(&format!("{tls}ca_file = \"{junk}\"")).await;
}
