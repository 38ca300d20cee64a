//! Runs `cargo xtask dns up` as a child of the tests.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use veraid_core::{TrustAnchors, ValidityPeriod};
use veraid_dnssec::{ChainVerifier, DnssecChain, Question, Timestamp, VerifiedRrset};
use veraid_resolver::{Resolver, ResolverOptions};

/// Servers that run until this process ends.
pub(crate) struct Servers {
    description: Value,
    _child: Child,
    /// The servers stop when it is closed, however this process ends.
    _keeps_running: ChildStdin,
}

/// The servers, started by the first caller with `txt` as TXT records in addition to the fixed
/// ones.
///
/// `None` if this machine lacks the software, with a message on standard error even though the test
/// passes.
pub(crate) fn servers(test: &str, txt: &[(&str, String)]) -> Option<&'static Servers> {
    static SERVERS: OnceLock<Result<Servers, String>> = OnceLock::new();
    match SERVERS.get_or_init(|| start(txt)) {
        Ok(servers) => Some(servers),
        Err(reason) => {
            // Not with a macro, whose output the test harness would capture.
            writeln!(std::io::stderr(), "{test}: {reason}").expect("standard error can be written");
            None
        }
    }
}

fn start(txt: &[(&str, String)]) -> Result<Servers, String> {
    const SECONDS: &str = "300";
    const EXIT_SKIPPED: i32 = 3;
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "xtask", "--", "dns", "up", "--for", SECONDS]);
    for (name, text) in txt {
        command.arg("--txt").arg(format!("{name}={text}"));
    }
    let mut child: Child = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cargo can be run");
    let keeps_running = child.stdin.take().expect("standard input is a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("standard output is a pipe"));
    let mut line = String::new();
    output.read_line(&mut line).expect("the servers print text");
    if let Ok(description) = serde_json::from_str(&line) {
        return Ok(Servers { description, _child: child, _keeps_running: keeps_running });
    }
    output.read_to_string(&mut line).expect("the servers print text");
    let status = child.wait().expect("the child can be waited for");
    assert_eq!(status.code(), Some(EXIT_SKIPPED), "the servers do not start: {line}");
    Err(line.trim_end().to_owned())
}

impl Servers {
    /// The URLs of all transports: UDP, TCP, TLS and HTTPS.
    pub(crate) fn urls(&self) -> [String; 4] {
        let [plain, tls, https] = ["resolver", "dot", "doh"].map(|key| self.text(key));
        [format!("udp://{plain}"), format!("tcp://{plain}"), format!("tls://{tls}"), https.into()]
    }

    /// A resolver that asks at `url` and trusts only the servers' root.
    pub(crate) fn resolver(&self, url: &str) -> Resolver {
        self.resolver_with(url, self.trust_anchors())
    }

    /// A resolver that asks at `url` and trusts `anchors`.
    pub(crate) fn resolver_with(&self, url: &str, anchors: TrustAnchors) -> Resolver {
        let options = ResolverOptions::new()
            .server(url.parse().expect("the servers print addresses"))
            .tls_roots_pem(self.file("certificate").as_bytes())
            .expect("the servers print where their certificate is");
        Resolver::new(options, ChainVerifier::new(anchors, veraid_aws_lc_rs::PROVIDER))
            .expect("the certificate is one")
    }

    /// The records at `question`, if `messages` prove them with only the printed anchors.
    pub(crate) fn prove<'a>(
        &self,
        messages: impl IntoIterator<Item = &'a [u8]>,
        question: &Question,
        at: Timestamp,
    ) -> VerifiedRrset {
        let verifier = ChainVerifier::new(self.trust_anchors(), veraid_aws_lc_rs::PROVIDER);
        DnssecChain::parse(messages)
            .expect("fetched messages parse")
            .verify(question, ValidityPeriod::at(at), &verifier)
            .expect("fetched messages prove their question")
    }

    /// The organisations of this outcome, each with the zones on the way from the root.
    pub(crate) fn organisations(&self, outcome: &str) -> Vec<(String, Vec<String>)> {
        let text = |value: &Value| value.as_str().expect("names are texts").to_owned();
        let member = |value: &Value, key: &str| value.get(key).expect("a member").clone();
        let list = |value: &Value, key: &str| -> Vec<Value> {
            member(value, key).as_array().expect("a list").clone()
        };
        list(&self.description, "organisations")
            .iter()
            .filter(|organisation| text(&member(organisation, "outcome")) == outcome)
            .map(|organisation| {
                let zones = list(organisation, "zones").iter().map(text).collect();
                (text(&member(organisation, "name")), zones)
            })
            .collect()
    }

    fn trust_anchors(&self) -> TrustAnchors {
        TrustAnchors::from_presentation(&self.file("trust_anchors")).expect("DS records")
    }

    fn file(&self, key: &str) -> String {
        std::fs::read_to_string(self.text(key)).expect("the servers print where their files are")
    }

    fn text(&self, key: &str) -> &str {
        self.description.get(key).and_then(Value::as_str).expect("the servers print texts")
    }
}
