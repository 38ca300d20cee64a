//! The layer: every class of refusal, and admitted requests.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use http::{Request, Response};
use kliento_verifier::{Identity, KlientoLayer};
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};
use veraid_testkit::{AUDIENCE, default_instant};

use crate::tokens;
use crate::world::{Answer, answer, request, with};

fn layer() -> KlientoLayer {
    KlientoLayer::new(tokens::authenticator())
}

#[tokio::test]
async fn a_good_token_reaches_the_service_with_its_sender_and_body() {
    let welcome = Answer::welcome("alice@example.com \"the body\"");
    assert_eq!(answer(&layer(), with(&tokens::alice())).await, welcome);
    let welcome = Answer::welcome("example.com \"the body\"");
    assert_eq!(answer(&layer(), with(&tokens::of(None))).await, welcome);
}

#[tokio::test]
async fn the_handler_has_the_whole_token() {
    let service = service_fn(|request: Request<String>| async move {
        let sender: &Identity = request.extensions().get().unwrap();
        let claims: Vec<_> = sender.claims().iter().collect();
        let body = format!("{} {claims:?} {}", sender.audience(), sender.expiry());
        Ok::<_, Infallible>(Response::new(body))
    });
    let token = tokens::claiming(&[("role", "deploy")]);
    let Ok(response) = layer().layer(service).oneshot(with(&token)).await;
    let body = r#"https://api.example.com [("role", "deploy")] 2026-11-22T12:10:00Z"#;
    assert_eq!(Answer::of(response).await, Answer::welcome(body));
}

#[tokio::test]
async fn every_class_has_its_status_challenge_and_problem() {
    let late = default_instant().saturating_add(601);
    let late = KlientoLayer::new(tokens::authenticator_at(late));
    let expired = Answer::refused(
        401,
        Some(r#"Kliento error="expired""#),
        "expired",
        "The token has expired or is not valid yet",
    );
    let audience = Answer::refused(
        401,
        Some(r#"Kliento error="audience""#),
        "audience",
        "The token is for another audience",
    );
    let untrusted = Answer::refused(
        401,
        Some(r#"Kliento error="untrusted""#),
        "untrusted",
        "The token cannot be trusted",
    );
    let policy = Answer::refused(
        401,
        Some(r#"Kliento error="policy""#),
        "policy",
        "The token is of a kind that is not accepted here",
    );
    let elsewhere = tokens::for_audience("https://shop.example.com");
    assert_eq!(answer(&layer(), request(&[])).await, Answer::missing());
    assert_eq!(answer(&layer(), with("Kliento ?")).await, Answer::malformed());
    assert_eq!(answer(&late, with(&tokens::alice())).await, expired);
    assert_eq!(answer(&layer(), with(&elsewhere)).await, audience);
    assert_eq!(answer(&layer(), with(&tokens::tampered())).await, untrusted);
    assert_eq!(answer(&layer(), with(&tokens::too_long())).await, policy);
}

#[tokio::test]
async fn an_authenticator_without_audience_admits_no_request() {
    let layer = KlientoLayer::new(tokens::for_no_audience());
    let refused = Answer::refused(
        401,
        Some(r#"Kliento error="audience""#),
        "audience",
        "This verifier has no audience for this request",
    );
    assert_eq!(answer(&layer, with(&tokens::alice())).await, refused);
}

#[tokio::test]
async fn any_of_several_audiences_is_accepted() {
    let shop = "https://shop.example.com";
    let layer = KlientoLayer::new(tokens::authenticator().for_audience(shop));
    let welcome = Answer::welcome("alice@example.com \"the body\"");
    for audience in [AUDIENCE, shop] {
        assert_eq!(answer(&layer, with(&tokens::for_audience(audience))).await, welcome);
    }
    let both = tokens::for_audience("https://api.example.com or https://shop.example.com");
    assert_eq!(answer(&layer, with(&both)).await.status, 401);
}

#[tokio::test]
async fn the_log_has_the_reasons_and_the_response_does_not() {
    let told = Arc::new(Mutex::new(vec![]));
    let log = Arc::clone(&told);
    let layer = layer().on_rejection(move |rejection| {
        log.lock().unwrap().push((rejection.code(), rejection.reasons()))
    });
    let answer_to_forger = answer(&layer, with(&tokens::tampered())).await;
    answer(&layer, with(&tokens::alice())).await;
    answer(&layer, request(&[])).await;
    let told = told.lock().unwrap();
    let [(_, reasons), missing] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(*missing, (6001, "missing Kliento credentials".to_owned()));
    assert!(reasons.starts_with("invalid token: "), "{reasons}");
    assert!(!answer_to_forger.body.contains("invalid"), "{answer_to_forger:?}");
}

#[tokio::test]
async fn it_wraps_an_axum_router() {
    let greet = async |sender: Identity| sender.subject().to_string();
    let app: Router = Router::new().route("/", get(greet)).layer(layer());
    let request = || with(&tokens::alice()).map(axum::body::Body::from);
    let welcome = Answer {
        content_type: Some("text/plain; charset=utf-8".into()),
        ..Answer::welcome("alice@example.com")
    };
    let Ok(response) = app.clone().oneshot(request()).await;
    assert_eq!(Answer::of(response).await, welcome);
    // Rejected before any response about routes.
    let mut stranger = request();
    stranger.headers_mut().clear();
    *stranger.uri_mut() = "/elsewhere".parse().unwrap();
    let Ok(response) = app.oneshot(stranger).await;
    assert_eq!(Answer::of(response).await, Answer::missing());
}

#[tokio::test]
async fn grpc_calls_are_rejected_in_headers_and_never_with_status_200() {
    for content_type in ["application/grpc", "application/grpc+proto", "application/grpc;a=b"] {
        let call = request(&[("content-type", content_type)]);
        let inner = service_fn(async |_: Request<String>| {
            Ok::<_, Infallible>(Response::new(String::new()))
        });
        let Ok(response) = layer().layer(inner).oneshot(call).await;
        let headers: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(
            headers,
            [
                ("content-type", "application/grpc"),
                ("cache-control", "no-store"),
                ("www-authenticate", "Kliento"),
                ("grpc-status", "16"),
                ("grpc-message", "Kliento credentials are required"),
            ]
        );
        assert!(http_body::Body::is_end_stream(response.body()));
        assert_eq!(response.status().as_u16(), 401);
    }
    let web = request(&[("content-type", "application/grpc-web")]);
    assert_eq!(answer(&layer(), web).await, Answer::missing());
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    /// Panics if it is called before it was polled for readiness.
    #[derive(Default)]
    struct Strict {
        ready: bool,
    }
    impl Clone for Strict {
        fn clone(&self) -> Self {
            Self::default()
        }
    }
    impl tower::Service<Request<String>> for Strict {
        type Response = Response<String>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response<String>, Infallible>>;

        fn poll_ready(
            &mut self,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            self.ready = true;
            std::task::Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<String>) -> Self::Future {
            assert!(std::mem::take(&mut self.ready));
            std::future::ready(Ok(Response::new("called".into())))
        }
    }
    let mut service = layer().layer(Strict::default());
    for _ in 0..2 {
        let Ok(service) = service.ready().await;
        let Ok(response) = service.call(with(&tokens::alice())).await;
        assert_eq!(Answer::of(response).await, Answer::welcome("called"));
    }
}
