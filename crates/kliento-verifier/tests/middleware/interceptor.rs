//! The interceptor alone, and both interceptor and layer in a tonic server with a tonic client.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use kliento_verifier::{AccessPolicy, Authenticator, Identity, KlientoInterceptor, KlientoLayer};
use tokio::net::TcpListener;
use tonic::codegen::tokio_stream::{self, Stream};
use tonic::service::Interceptor as _;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use veraid_testkit::default_instant;

use crate::tokens;

fn call(metadata: &[(&'static str, &str)]) -> Request<()> {
    let mut call = Request::new(());
    for (name, value) in metadata {
        call.metadata_mut().append(*name, value.parse().unwrap());
    }
    call
}

fn refused(authenticator: Authenticator, call: Request<()>) -> (Code, String) {
    let status = KlientoInterceptor::new(authenticator).call(call).unwrap_err();
    (status.code(), status.message().to_owned())
}

fn with(authorization: &str) -> Request<()> {
    call(&[("authorization", authorization)])
}

#[test]
fn a_good_token_is_forwarded_with_its_sender_and_without_forged_headers() {
    let alice = tokens::alice();
    let forged = [
        ("authorization", alice.as_str()),
        ("x-kliento-subject", "root@example.com"),
        ("x-other", "kept"),
    ];
    let passed = KlientoInterceptor::new(tokens::authenticator()).call(call(&forged)).unwrap();
    let sender: &Identity = passed.extensions().get().unwrap();
    assert_eq!(sender.subject().to_string(), "alice@example.com");
    let mut names: Vec<_> = passed.metadata().as_ref().keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["authorization", "x-other"]);
}

#[test]
fn every_class_has_its_code() {
    let good = tokens::authenticator;
    let late = tokens::authenticator_at(default_instant().saturating_add(601));
    let closed = good().with_access_policy(AccessPolicy::default().deny("*".parse().unwrap()));
    let unauthenticated = |title: &str| (Code::Unauthenticated, title.to_owned());
    assert_eq!(refused(good(), call(&[])), unauthenticated("Kliento credentials are required"));
    assert_eq!(
        refused(good(), with("Kliento ?")),
        unauthenticated("The credentials are not a Kliento token bundle")
    );
    assert_eq!(
        refused(good(), with(&tokens::tampered())),
        unauthenticated("The token cannot be trusted")
    );
    assert_eq!(
        refused(late, with(&tokens::alice())),
        unauthenticated("The token has expired or is not valid yet")
    );
    assert_eq!(
        refused(closed, with(&tokens::alice())),
        (Code::PermissionDenied, "The sender of the token is not allowed here".to_owned())
    );
}

#[test]
fn other_schemes_pass_only_beside_other_schemes_and_without_an_identity() {
    let strict = KlientoInterceptor::new(tokens::authenticator());
    let passed = strict.clone().beside_other_schemes().call(with("Bearer x")).unwrap();
    assert_eq!(passed.extensions().get::<Identity>(), None);
    assert_eq!(strict.clone().call(with("Bearer x")).unwrap_err().code(), Code::Unauthenticated);
    let bad = strict.beside_other_schemes().call(with("Kliento ?")).unwrap_err();
    assert_eq!(bad.code(), Code::Unauthenticated);
}

#[test]
fn the_log_has_the_reasons() {
    let told = Arc::new(Mutex::new(vec![]));
    let log = Arc::clone(&told);
    let mut interceptor = KlientoInterceptor::new(tokens::authenticator())
        .on_rejection(move |rejection| log.lock().unwrap().push(rejection.reasons()));
    interceptor.call(with(&tokens::alice())).unwrap();
    interceptor.call(call(&[])).unwrap_err();
    assert_eq!(*told.lock().unwrap(), ["missing Kliento credentials"]);
}

/// Answers calls with the name of the sender.
#[derive(Debug)]
struct Greeter;

#[tonic::async_trait]
impl Health for Greeter {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let sender = request.extensions().get::<Identity>().ok_or(Status::internal("nobody"))?;
        let sender = sender.subject().to_string();
        let mut response = Response::new(HealthCheckResponse { status: 1 });
        response.metadata_mut().insert("sender", sender.parse().unwrap());
        Ok(response)
    }

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(Box::pin(tokio_stream::empty())))
    }
}

/// Returns the sender as reported by the server, or the server's refusal.
async fn greeted(channel: &Channel, authorization: Option<&str>) -> Result<String, (Code, String)> {
    let mut request = Request::new(HealthCheckRequest::default());
    if let Some(value) = authorization {
        request.metadata_mut().insert("authorization", value.parse().unwrap());
    }
    let response = HealthClient::new(channel.clone()).check(request).await;
    let response = response.map_err(|status| (status.code(), status.message().to_owned()))?;
    Ok(response.metadata().get("sender").unwrap().to_str().unwrap().to_owned())
}

async fn listen() -> (TcpIncoming, Channel) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect_lazy();
    (TcpIncoming::from(listener), channel)
}

async fn assert_that_it_authenticates_callers(channel: Channel) {
    let alice = tokens::alice();
    let mallory = tokens::of(Some("mallory"));
    let missing = (Code::Unauthenticated, "Kliento credentials are required".to_owned());
    let malformed =
        (Code::Unauthenticated, "The credentials are not a Kliento token bundle".to_owned());
    let forbidden =
        (Code::PermissionDenied, "The sender of the token is not allowed here".to_owned());
    assert_eq!(greeted(&channel, Some(&alice)).await, Ok("alice@example.com".to_owned()));
    assert_eq!(greeted(&channel, None).await, Err(missing));
    assert_eq!(greeted(&channel, Some("Kliento ?")).await, Err(malformed));
    assert_eq!(greeted(&channel, Some(&mallory)).await, Err(forbidden));
}

fn without_mallory() -> Authenticator {
    let policy = AccessPolicy::default().deny("mallory@example.com".parse().unwrap());
    tokens::authenticator().with_access_policy(policy)
}

#[tokio::test]
async fn a_tonic_server_with_the_interceptor_authenticates_callers() {
    let (incoming, channel) = listen().await;
    let interceptor = KlientoInterceptor::new(without_mallory());
    let service = HealthServer::with_interceptor(Greeter, interceptor);
    let server = Server::builder().add_service(service).serve_with_incoming(incoming);
    let server = tokio::spawn(server);
    assert_that_it_authenticates_callers(channel).await;
    server.abort();
}

#[tokio::test]
async fn a_tonic_server_behind_the_layer_authenticates_callers() {
    let (incoming, channel) = listen().await;
    let mut builder = Server::builder().layer(KlientoLayer::new(without_mallory()));
    let server = builder.add_service(HealthServer::new(Greeter)).serve_with_incoming(incoming);
    let server = tokio::spawn(server);
    assert_that_it_authenticates_callers(channel).await;
    server.abort();
}
