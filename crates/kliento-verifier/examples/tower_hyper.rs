//! A tower service on hyper that accepts both Kliento tokens and an API key, while its callers
//! migrate.
//!
//! ```console
//! $ cargo run -- demo
//! $ cargo run --package kliento-verifier --example tower_hyper -- kliento-demo/trust-anchors.ds
//! $ curl --header "$(cat kliento-demo/token.header)" http://127.0.0.1:3000/
//! $ curl --header "Authorization: Bearer example-key" http://127.0.0.1:3000/
//! ```

use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::fs;
use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use kliento::{TrustAnchors, Verifier};
use kliento_verifier::{AuthError, Authenticator, Identity, KlientoLayer, MemoryReplayGuard};
use tokio::net::TcpListener;
use tower::{Layer as _, service_fn};

/// The audience of accepted tokens. It is the server's name for itself, wherever it listens.
const AUDIENCE: &str = "https://api.example.com";

/// The credentials of callers without tokens. A real server would not have them in its source.
const OLD_CREDENTIALS: &str = "Bearer example-key";

async fn greet(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if let Some(sender) = request.extensions().get::<Identity>() {
        return Ok(Response::new(format!("Hello {}\n", sender.subject()).into()));
    }
    // The layer has rejected invalid tokens. Requests that arrive here have another credential.
    match request.headers().get(AUTHORIZATION) {
        Some(value) if value == OLD_CREDENTIALS => {
            Ok(Response::new("Hello, holder of the key\n".into()))
        }
        _ => Ok(AuthError::NoCredentials.to_response()),
    }
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

    // Each token is accepted once: a second use gets 401 with error="replayed".
    let authenticator =
        Authenticator::new(Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER))
            .for_audience(AUDIENCE)
            .with_replay_guard(Arc::new(MemoryReplayGuard::new(100_000)));
    let kliento = KlientoLayer::new(authenticator)
        .beside_other_schemes()
        .on_rejection(|rejection| eprintln!("KL{:04} {}", rejection.code(), rejection.reasons()));
    let service = TowerToHyperService::new(kliento.layer(service_fn(greet)));

    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}/", listener.local_addr()?);
    println!("Listening on {url} for tokens for {AUDIENCE}. Call it:");
    println!(r#"  curl --header "$(cat kliento-demo/token.header)" {url}"#);
    println!(r#"  curl --header "Authorization: {OLD_CREDENTIALS}" {url}"#);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            let connection = auto::Builder::new(TokioExecutor::new());
            if let Err(error) = connection.serve_connection(TokioIo::new(stream), service).await {
                eprintln!("{error}");
            }
        });
    }
}
