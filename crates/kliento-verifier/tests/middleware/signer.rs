//! The signer of a token, in handlers and in policies.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::Request;
use kliento::{SignatureKind, VerifiedFacts};
use kliento_verifier::{
    AccessPolicy, AuthError, AuthErrorClass, Authenticated, Authenticator, Identity,
    KlientoInterceptor, KlientoLayer,
};
use tonic::service::Interceptor as _;
use tower::ServiceExt as _;

use crate::tokens;
use crate::world::{Answer, with};

const BOTH: [SignatureKind; 2] = [SignatureKind::Member, SignatureKind::Organisation];

/// Alice's token, signed by herself and by the organisation.
fn tokens() -> [(SignatureKind, String); 2] {
    [
        (SignatureKind::Member, tokens::alice()),
        (SignatureKind::Organisation, tokens::by_organisation(Some("alice"))),
    ]
}

fn accepting(signers: &[SignatureKind]) -> Authenticator {
    let policy = AccessPolicy::default().only_signers(signers.iter().copied());
    tokens::authenticator().with_access_policy(policy)
}

async fn signer(sender: Identity) -> String {
    let facts = VerifiedFacts::of_token(&sender);
    assert_eq!(facts.signer(), sender.kind().as_str());
    format!("{} by the {}", sender.subject(), sender.kind())
}

async fn ask(app: Router, token: &str) -> Answer {
    let Ok(response) = app.oneshot(with(token).map(Body::from)).await;
    Answer::of(response).await
}

fn policy_refusal() -> Answer {
    let title = "The token is of a kind that is not accepted here";
    Answer::refused(401, Some(r#"Kliento error="policy""#), "policy", title)
}

#[tokio::test]
async fn layer_extractor_and_interceptor_report_the_signer() {
    for (kind, token) in tokens() {
        let expected = format!("alice@example.com by the {kind}");
        let layer = KlientoLayer::new(tokens::authenticator());
        let layered = Router::new().route("/", get(signer)).layer(layer);
        assert_eq!(ask(layered, &token).await.body, expected);
        let extracted = Router::new()
            .route("/", get(async |Authenticated(sender): Authenticated| signer(sender).await))
            .with_state(tokens::authenticator());
        assert_eq!(ask(extracted, &token).await.body, expected);
        let mut call = tonic::Request::new(());
        call.metadata_mut().insert("authorization", token.parse().unwrap());
        let call = KlientoInterceptor::new(tokens::authenticator()).call(call).unwrap();
        assert_eq!(call.extensions().get::<Identity>().unwrap().kind(), kind);
    }
}

#[tokio::test]
async fn a_policy_admits_the_tokens_of_its_signers_and_no_others() {
    for accepted in [&BOTH[..], &BOTH[..1], &BOTH[1..], &[]] {
        for (kind, token) in tokens() {
            let layer = KlientoLayer::new(accepting(accepted));
            let app = Router::new().route("/", get(signer)).layer(layer);
            let found = ask(app, &token).await;
            if accepted.contains(&kind) {
                assert_eq!(found.body, format!("alice@example.com by the {kind}"));
            } else {
                assert_eq!(found, policy_refusal(), "{accepted:?} {kind}");
            }
            let mut call = tonic::Request::new(());
            call.metadata_mut().insert("authorization", token.parse().unwrap());
            let called = KlientoInterceptor::new(accepting(accepted)).call(call);
            let code = called.err().map(|status| status.code());
            let refused = (!accepted.contains(&kind)).then_some(tonic::Code::Unauthenticated);
            assert_eq!(code, refused, "{accepted:?} {kind}");
        }
    }
}

/// The refusal of a token that the organisation signed for alice.
async fn rejection(policy: AccessPolicy) -> AuthError {
    let authenticator = tokens::authenticator().with_access_policy(policy);
    let request: Request<String> = with(&tokens::by_organisation(Some("alice")));
    authenticator.authenticate(request.headers()).await.unwrap_err()
}

#[tokio::test]
async fn the_log_names_the_signer_that_was_not_accepted() {
    let members = || AccessPolicy::default().only_signers([SignatureKind::Member]);
    let refused = rejection(members()).await;
    assert_eq!((refused.class(), refused.code()), (AuthErrorClass::Policy, 3050));
    assert_eq!(
        refused.reasons(),
        "token of \"alice@example.com\" is signed by the organisation, whose signatures the access policy does not accept"
    );
    // Another signature would not help a denied subject.
    let denied = rejection(members().deny("alice@example.com".parse().unwrap())).await;
    assert_eq!((denied.class(), denied.code()), (AuthErrorClass::Forbidden, 6005));
}

#[tokio::test]
async fn signers_that_are_named_one_by_one_add_up() {
    let one_by_one = AccessPolicy::default()
        .only_signers([SignatureKind::Member])
        .only_signers([SignatureKind::Organisation]);
    let authenticator = tokens::authenticator().with_access_policy(one_by_one);
    for (kind, token) in tokens() {
        let token = authenticator.authenticate(with(&token).headers()).await.unwrap();
        assert_eq!(token.kind(), kind);
    }
}
