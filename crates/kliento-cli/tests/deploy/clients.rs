//! Clients of the deployed verifier's API: `curl` as in its documentation, and `fetch` of Node.js.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};

use crate::children::{Folder, find};
use crate::proxy::Verifier;
use crate::tokens::{self, TOKEN};

/// Runs a client and parses its output as JSON.
fn printed(command: &mut Command) -> Value {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout:?} {stderr}"))
}

fn of_alice() -> Value {
    let alice = "alice@example.com";
    json!({"status": "valid", "subject": alice, "subjectId": alice, "claims": {"role": "zoë"}, "signer": "member"})
}

#[test]
fn curl_calls_the_deployed_api_as_documented() {
    let Some(curl) = find("curl") else { return };
    let folder = Folder::new();
    let verifier = Verifier::start(&folder);
    folder.write("token.der", &TOKEN.der);
    folder.write("token.base64", format!("{}\n", Base64::encode_string(&TOKEN.der)));
    folder.write("token.header", tokens::good());
    let ask = |arguments: &[&str]| {
        let url = format!("http://{}/?audience=https://api.example.com", verifier.address);
        let mut command = Command::new(&curl);
        command.current_dir(folder.path()).args(["--silent", "--max-time", "20"]);
        printed(command.args(arguments).arg(url))
    };
    let header = "Content-Type: application/vnd.kliento.auth-header";
    let bundle = "Content-Type: application/vnd.kliento.token-bundle";
    assert_eq!(ask(&["--data", "@token.base64"]), of_alice());
    assert_eq!(ask(&["--data-binary", "@token.der"]), of_alice());
    assert_eq!(ask(&["-H", bundle, "--data-binary", "@token.der"]), of_alice());
    assert_eq!(ask(&["-H", header, "--data", "@token.header"]), of_alice());
    assert_eq!(
        ask(&["-H", "Content-Type: text/plain", "--data", "@token.header"]),
        json!({"error": "Unrecognised content type"})
    );
}

#[test]
fn fetch_of_node_calls_the_deployed_api() {
    let Some(node) = find("node") else { return };
    let folder = Folder::new();
    let verifier = Verifier::start(&folder);
    let bundle = folder.write("token.der", &TOKEN.der);
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let script = script.join("../../interop/js/verifier-client.mjs");
    let url = format!("http://{}", verifier.address);
    let told = printed(Command::new(node).arg(script).arg(url).arg(bundle));
    let other = "Audience mismatch: Expected https://shop.example.com, got https://api.example.com";
    let other_audience = json!({"status": "invalid", "error": other});
    assert_eq!(told["bundle"], of_alice());
    assert_eq!(told["header"], of_alice());
    assert_eq!(told["malformed"]["status"], "malformed");
    assert_eq!(told["otherAudience"]["status"], other_audience["status"]);
    assert_eq!(
        told["noAudience"],
        json!({"httpStatus": 400, "error": "Audience is missing from the query string"})
    );
}
