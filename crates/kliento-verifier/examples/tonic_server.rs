//! A tonic server that authenticates its callers. Its service is the health check of gRPC, so that
//! no code has to be generated.
//!
//! ```console
//! $ cargo run -- demo
//! $ cargo run --package kliento-verifier --example tonic_server -- kliento-demo/trust-anchors.ds
//! $ printf '\0\0\0\0\0' | curl --http2-prior-knowledge --silent --include --output - --data-binary @- \
//!     --header "content-type: application/grpc" --header "te: trailers" --header "$(cat kliento-demo/token.header)" \
//!     http://127.0.0.1:3000/grpc.health.v1.Health/Check
//! ```

use std::env;
use std::error::Error;
use std::fs;
use std::pin::Pin;

use kliento::{TrustAnchors, Verifier};
use kliento_verifier::{Identity, KlientoInterceptor};
use tokio::net::TcpListener;
use tonic::codegen::tokio_stream::{self, Stream};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

/// The audience of accepted tokens. It is the server's name for itself, wherever it listens.
const AUDIENCE: &str = "https://api.example.com";

#[derive(Debug)]
struct Greeter;

#[tonic::async_trait]
impl Health for Greeter {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let sender: Option<&Identity> = request.extensions().get();
        let sender = sender.ok_or_else(|| Status::internal("missing interceptor"))?;
        println!("called by {}, signed by the {}", sender.subject(), sender.kind());
        Ok(Response::new(HealthCheckResponse { status: ServingStatus::Serving.into() }))
    }

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(Box::pin(tokio_stream::empty())))
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

    let verifier = Verifier::with_crypto(anchors, veraid_aws_lc_rs::PROVIDER);
    let kliento = KlientoInterceptor::for_audience(AUDIENCE, verifier)
        .on_rejection(|rejection| eprintln!("KL{:04} {}", rejection.code(), rejection.reasons()));
    let service = HealthServer::with_interceptor(Greeter, kliento);

    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}/", listener.local_addr()?);
    println!("Listening on {url} for tokens for {AUDIENCE}. Call it:");
    println!(
        r#"  printf '\0\0\0\0\0' | curl --http2-prior-knowledge --silent --include --output - --data-binary @- --header "content-type: application/grpc" --header "te: trailers" --header "$(cat kliento-demo/token.header)" {url}grpc.health.v1.Health/Check"#
    );
    Server::builder().add_service(service).serve_with_incoming(TcpIncoming::from(listener)).await?;
    Ok(())
}
