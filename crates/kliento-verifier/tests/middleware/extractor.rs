//! Extractors in axum handlers.

use axum::Router;
use axum::body::Body;
use axum::extract::FromRef;
use axum::routing::get;
use http::{HeaderMap, Request};
use kliento_verifier::{
    AuthError, Authenticated, Authenticator, Identity, IdentityRejection, KlientoLayer,
};
use tower::ServiceExt as _;

use crate::tokens;
use crate::world::{Answer, request, with};

async fn subject(sender: Identity) -> String {
    sender.subject().to_string()
}

async fn subject_if_any(sender: Option<Identity>) -> String {
    sender.map_or("nobody".into(), |sender| sender.subject().to_string())
}

async fn ask(app: &Router, path: &str, request: Request<String>) -> Answer {
    let mut request = request.map(Body::from);
    *request.uri_mut() = path.parse().unwrap();
    let Ok(response) = app.clone().oneshot(request).await;
    Answer::of(response).await
}

fn text(status: u16, body: &str) -> Answer {
    let content_type = Some("text/plain; charset=utf-8".into());
    Answer { status, content_type, ..Answer::welcome(body) }
}

#[tokio::test]
async fn in_staged_adoption_each_handler_states_whether_it_needs_a_sender() {
    let app = Router::new()
        .route("/needs", get(subject))
        .route("/asks", get(subject_if_any))
        .layer(KlientoLayer::new(tokens::authenticator()).beside_other_schemes());
    let alice = tokens::alice();
    assert_eq!(ask(&app, "/needs", with(&alice)).await, text(200, "alice@example.com"));
    assert_eq!(ask(&app, "/asks", with(&alice)).await, text(200, "alice@example.com"));
    assert_eq!(ask(&app, "/needs", with("Bearer x")).await, Answer::missing());
    assert_eq!(ask(&app, "/asks", with("Bearer x")).await, text(200, "nobody"));
    assert_eq!(ask(&app, "/asks", with("Kliento ?")).await, Answer::malformed());
}

#[tokio::test]
async fn without_a_layer_no_request_is_admitted_and_the_response_says_why() {
    let app = Router::new().route("/needs", get(subject)).route("/asks", get(subject_if_any));
    let missing = text(500, "no KlientoLayer around this route: add it with Router::layer");
    for path in ["/needs", "/asks"] {
        assert_eq!(ask(&app, path, with(&tokens::alice())).await, missing);
        assert_eq!(ask(&app, path, request(&[])).await, missing);
    }
}

#[tokio::test]
async fn handlers_can_answer_for_themselves() {
    async fn own(sender: Result<Identity, IdentityRejection>) -> String {
        format!("{:?}", sender.map(|sender| sender.subject().to_string()))
    }
    let layer = KlientoLayer::new(tokens::authenticator()).beside_other_schemes();
    let app = Router::new().route("/", get(own)).layer(layer);
    assert_eq!(ask(&app, "/", request(&[])).await, text(200, "Err(NoCredentials)"));
}

#[derive(Clone)]
struct State {
    authenticator: Authenticator,
}

impl FromRef<State> for Authenticator {
    fn from_ref(state: &State) -> Self {
        state.authenticator.clone()
    }
}

#[tokio::test]
async fn single_routes_authenticate_by_themselves() {
    async fn sender(Authenticated(sender): Authenticated, headers: HeaderMap) -> String {
        format!("{} {}", sender.subject(), headers.contains_key("x-kliento-subject"))
    }
    async fn reasons(sender: Result<Authenticated, AuthError>) -> String {
        sender.map_or_else(|rejection| rejection.reasons(), |_| "let in".into())
    }
    let app = Router::new()
        .route("/open", get(async || "open to all"))
        .route("/sender", get(sender))
        .route("/reasons", get(reasons))
        .with_state(State { authenticator: tokens::authenticator() });
    let alice = tokens::alice();
    let forged = request(&[("authorization", &alice), ("x-kliento-subject", "root@example.com")]);
    assert_eq!(ask(&app, "/open", request(&[])).await, text(200, "open to all"));
    assert_eq!(ask(&app, "/sender", forged).await, text(200, "alice@example.com false"));
    assert_eq!(ask(&app, "/sender", request(&[])).await, Answer::missing());
    assert_eq!(ask(&app, "/sender", with("Kliento ?")).await, Answer::malformed());
    let told = text(200, "missing Kliento credentials");
    assert_eq!(ask(&app, "/reasons", request(&[])).await, told);
}
