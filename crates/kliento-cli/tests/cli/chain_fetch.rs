//! `kliento chain fetch`, from a server on loopback with the messages of a throw-away zone.

use std::net::UdpSocket;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kliento::Timestamp;
use veraid_core::parse_dnssec_chain;
use veraid_dnssec::{DnssecChain, Question};

use crate::issuing::{Organisation, private_key};
use crate::support::{kliento, read};

/// Answers queries over UDP from the messages of a chain, and all others with NXDOMAIN, until there
/// are no queries for some seconds.
fn serve(chain: Vec<u8>) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let chain = parse_dnssec_chain(&chain).unwrap();
        let mut query = [0; 1_500];
        while let Ok((length, from)) = socket.recv_from(&mut query) {
            let query = &query[..length];
            let parsed = DnssecChain::parse([query]).unwrap();
            let asked: &Question = parsed.questions().next().flatten().unwrap();
            let answer = chain.questions().zip(chain.messages()).find_map(|(question, message)| {
                (question == Some(asked)).then(|| message.to_vec())
            });
            let mut response = answer.unwrap_or_else(|| {
                let mut denial = query.to_vec();
                denial[2..4].copy_from_slice(&[0x81, 0x83]);
                denial
            });
            response[..2].copy_from_slice(&query[..2]);
            socket.send_to(&response, from).unwrap();
        }
    });
    format!("udp://{address}")
}

/// An organisation whose zone is signed around the present, since chains are fetched for the
/// present.
fn organisation(test: &str, profile: &'static str) -> (Organisation, String) {
    let organisation = Organisation::new(test, profile);
    #[expect(clippy::disallowed_methods, reason = "the command under test reads the clock")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let now = Timestamp::from_unix_seconds(now).to_string();
    organisation.make_zone("example.com", &[], &now);
    let server = serve(read(&organisation.chain));
    (organisation, server)
}

#[test]
fn fetched_chains_are_proved_and_reported() {
    for profile in ["veraid", "domainauth"] {
        let (organisation, server) = organisation(&format!("fetch-{profile}"), profile);
        let out = organisation.folder.path("fetched.der");
        let fetch = ["chain", "fetch", "example.com", "--resolver", &server, "--profile", profile];
        let rest = ["--trust-anchors", &organisation.anchors, "--out", &out];
        let fetch = [&fetch[..], &rest].concat();
        let run = kliento(&[&fetch[..], &["--key", &organisation.key]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(
            run.stderr.starts_with(&format!(
                "fetching the key records of example.com ({profile}) from {server}\n"
            )),
            "{}",
            run.stderr
        );
        let start = format!(
            "wrote {out}
  organisation  example.com
  profile       {profile}
  records       1
  key           named by a record
  size          6 messages, "
        );
        assert!(run.stdout.starts_with(&start), "{}", run.stdout);
        assert!(run.stdout.contains("\n  refresh at    "), "{}", run.stdout);
        let sign = ["token", "sign", "--org", "example.com", "--key", &organisation.key];
        let evidence = ["--chain", &out, "--trust-anchors", &organisation.anchors];
        kliento(&[&sign[..], &evidence, &["--audience", "a"]].concat()).ok();

        kliento(&fetch).rejected(2, &["exists", "--force"]);
        let json = kliento(&[&fetch[..], &["--force", "--full", "--output", "json"]].concat());
        let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(json["schema"], "kliento.chain-fetch/v1");
        assert_eq!((&json["status"], &json["profile"]), (&"valid".into(), &profile.into()));
    }
}

#[test]
fn network_proof_and_key_fail_each_in_its_own_way_and_write_nothing() {
    let (organisation, server) = organisation("fetch-fails", "veraid");
    let out = organisation.folder.path("fetched.der");
    let fetch = |org: &str, server: &str, extra: &[&str]| {
        let fetch = ["chain", "fetch", org, "--resolver", server, "--out", &out];
        kliento(&[&fetch[..], extra].concat())
    };
    let trusted = ["--trust-anchors", &organisation.anchors[..]];
    fetch("example.com", &server, &[]).rejected(11, &["error[KL2020]"]);
    fetch("example.org", &server, &trusted)
        .rejected(11, &["error[KL4011]", "publish the TXT record"]);
    let stranger = private_key(&organisation.folder, "stranger.pem", 5);
    fetch("example.com", &server, &[&trusted[..], &["--key", &stranger]].concat())
        .rejected(11, &["error[KL2111]"]);
    let other = [&trusted[..], &["--key", &organisation.key, "--service", "1.2.3"]].concat();
    fetch("example.com", &server, &other).rejected(11, &["error[KL2111]"]);

    // A port that nothing listens on.
    let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    fetch("example.com", &format!("tcp://{free}"), &trusted)
        .rejected(20, &["error[KL4003]", "--resolver"]);
    let run = fetch("example.com", &format!("tcp://{free}"), &["--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &json["status"]), (20, &"unreachable".into()));
    assert_eq!(json["error"]["code"], "KL4003");

    fetch("example.com", "ftp://127.0.0.1", &trusted).rejected(2, &["--resolver"]);
    fetch("a..b", &server, &trusted).rejected(14, &["error[KL5009]"]);
    assert!(std::fs::metadata(out).is_err());
}
