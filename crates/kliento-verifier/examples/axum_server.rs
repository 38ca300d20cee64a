//! An axum server that authenticates its callers.
//!
//! ```console
//! $ cargo run -- demo
//! $ cargo run --package kliento-verifier --example axum_server -- kliento-demo/trust-anchors.ds
//! $ curl --header "$(cat kliento-demo/token.header)" http://127.0.0.1:3000/
//! ```

use std::env;
use std::error::Error;
use std::fs;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use kliento::{SignatureKind, TrustAnchors, Verifier};
use kliento_verifier::{Identity, KlientoLayer};
use tokio::net::TcpListener;

/// The audience of accepted tokens. It is the server's name for itself, wherever it listens.
const AUDIENCE: &str = "https://api.example.com";

async fn greet(sender: Identity) -> String {
    format!("Hello {}, signed by the {}\n", sender.subject(), sender.kind())
}

async fn deploy(Path(service): Path<String>, sender: Identity) -> Result<String, StatusCode> {
    // The organisation can sign on behalf of any member, so deploying requires the member's own
    // key.
    if sender.kind() != SignatureKind::Member || sender.claims().get("role") != Some("deployer") {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(format!("{} deploys {service}\n", sender.subject()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    // Without an argument, the keys of the real DNS root: for tokens of real domains.
    let anchors = match arguments.next() {
        Some(file) => TrustAnchors::from_presentation(&fs::read_to_string(file)?)?,
        None => TrustAnchors::iana(),
    };
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:3000".into());

    let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
    let kliento = KlientoLayer::for_audience(AUDIENCE, verifier)
        .on_rejection(|rejection| eprintln!("KL{:04} {}", rejection.code(), rejection.reasons()));
    let app = Router::new()
        .route("/", get(greet))
        .route("/deploy/{service}", post(deploy))
        .layer(kliento);

    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}/", listener.local_addr()?);
    println!("Listening on {url} for tokens for {AUDIENCE}. Call it:");
    println!(r#"  curl --header "$(cat kliento-demo/token.header)" {url}"#);
    axum::serve(listener, app).await?;
    Ok(())
}
