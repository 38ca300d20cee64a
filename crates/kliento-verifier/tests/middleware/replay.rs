//! One-time tokens.

use std::future::pending;
use std::sync::Arc;

use kliento_verifier::{
    AccessPolicy, KlientoInterceptor, KlientoLayer, MemoryReplayGuard, ReplayGuard,
    ReplayGuardError, TokenUse, TokenUseFuture, UsedToken,
};
use tonic::service::Interceptor as _;
use tonic::{Code, Request};
use veraid_testkit::default_instant;

use crate::tokens;
use crate::world::{Answer, answer, with};

fn guarded(guard: &Arc<MemoryReplayGuard>) -> KlientoLayer {
    KlientoLayer::new(tokens::authenticator().with_replay_guard(guard.clone()))
}

fn welcome() -> Answer {
    Answer::welcome("alice@example.com \"the body\"")
}

#[tokio::test]
async fn a_token_is_admitted_once() {
    let guard = Arc::new(MemoryReplayGuard::new(10));
    let layer = guarded(&guard);
    assert_eq!(answer(&layer, with(&tokens::alice())).await, welcome());
    assert_eq!(answer(&layer, with(&tokens::alice())).await, Answer::replayed());
    let another = tokens::claiming(&[("n", "2")]);
    assert_eq!(answer(&layer, with(&another)).await, welcome());
}

#[tokio::test]
async fn bundles_with_one_signature_are_one_token() {
    let layer = guarded(&Arc::new(MemoryReplayGuard::new(10)));
    let [first, second] = tokens::mutants_of_alice();
    let mut all = vec![tokens::alice(), first.clone(), second.clone()];
    all.dedup();
    assert_eq!(all.len(), 3);
    assert_eq!(answer(&layer, with(&first)).await, welcome());
    assert_eq!(answer(&layer, with(&second)).await, Answer::replayed());
    assert_eq!(answer(&layer, with(&tokens::alice())).await, Answer::replayed());
}

#[tokio::test]
async fn a_token_is_used_up_for_as_long_as_any_chain_may_carry_it() {
    let guard = Arc::new(MemoryReplayGuard::new(10));
    assert_eq!(answer(&guarded(&guard), with(&tokens::alice_on_a_short_chain())).await, welcome());
    // The first chain has expired; the same signature comes again with another chain.
    let later = tokens::authenticator_at(default_instant().saturating_add(11));
    let later = KlientoLayer::new(later.with_replay_guard(guard.clone()));
    assert_eq!(answer(&later, with(&tokens::alice())).await, Answer::replayed());
    assert_eq!(guard.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_uses_at_once_one_wins() {
    let layer = guarded(&Arc::new(MemoryReplayGuard::new(10)));
    let uses: Vec<_> = (0..16)
        .map(|_| {
            let layer = layer.clone();
            tokio::spawn(async move { answer(&layer, with(&tokens::alice())).await })
        })
        .collect();
    let mut welcomes = 0;
    for one in uses {
        let answer = one.await.unwrap();
        if answer == welcome() {
            welcomes += 1;
        } else {
            assert_eq!(answer, Answer::replayed());
        }
    }
    assert_eq!(welcomes, 1);
}

#[tokio::test]
async fn only_admitted_requests_use_up_their_tokens() {
    let guard = Arc::new(MemoryReplayGuard::new(10));
    let nobody = AccessPolicy::default().deny("*".parse().unwrap());
    let closed = tokens::authenticator().with_replay_guard(guard.clone());
    let closed = KlientoLayer::new(closed.with_access_policy(nobody));
    assert_eq!(answer(&closed, with(&tokens::alice())).await, Answer::forbidden());
    assert_eq!(answer(&closed, with(&tokens::tampered())).await.status, 401);
    assert_eq!(guard.len(), 0);
    assert_eq!(answer(&guarded(&guard), with(&tokens::alice())).await, welcome());
}

#[tokio::test]
async fn a_guard_that_cannot_decide_admits_no_request() {
    let layer = guarded(&Arc::new(MemoryReplayGuard::new(0)));
    assert_eq!(answer(&layer, with(&tokens::alice())).await, Answer::unavailable());
}

/// A guard with a remote store.
#[derive(Debug)]
enum Remote {
    Late,
    Silent,
    Broken,
}

impl ReplayGuard for Remote {
    fn note(&self, _: UsedToken) -> TokenUseFuture<'_> {
        match self {
            Self::Late => Box::pin(async {
                tokio::task::yield_now().await;
                Ok(TokenUse::First)
            }),
            Self::Silent => Box::pin(pending()),
            Self::Broken => {
                let error = ReplayGuardError::Store("connection refused".into());
                Box::pin(std::future::ready(Err(error)))
            }
        }
    }
}

#[tokio::test]
async fn the_layer_waits_for_a_guard_and_an_interceptor_does_not() {
    let guarded = |guard| tokens::authenticator().with_replay_guard(Arc::new(guard));
    let layer = KlientoLayer::new(guarded(Remote::Late));
    assert_eq!(answer(&layer, with(&tokens::alice())).await, welcome());
    let layer = KlientoLayer::new(guarded(Remote::Broken));
    assert_eq!(answer(&layer, with(&tokens::alice())).await, Answer::unavailable());

    for guard in [Remote::Late, Remote::Silent, Remote::Broken] {
        let mut call = Request::new(());
        call.metadata_mut().insert("authorization", tokens::alice().parse().unwrap());
        let refused = KlientoInterceptor::new(guarded(guard)).call(call).unwrap_err();
        assert_eq!(
            (refused.code(), refused.message()),
            (Code::Unavailable, "The token cannot be verified now")
        );
    }
}
