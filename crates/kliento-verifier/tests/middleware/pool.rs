//! A layer that verifies on the threads of a pool.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kliento::crypto::{
    CryptoProvider, PublicKey, SignatureAlgorithm, SignatureError, SignatureVerifier,
};
use kliento_verifier::{KlientoLayer, VerificationPool};

use crate::tokens;
use crate::world::{Answer, answer, with};

/// Checks signatures with AWS-LC, once it is open.
#[derive(Debug, Default)]
struct Gate {
    is_open: AtomicBool,
    begun: AtomicUsize,
    /// The names of the threads that checked a signature.
    threads: Mutex<Vec<String>>,
}

impl Gate {
    /// Providers live as long as the program.
    fn new(is_open: bool) -> &'static Self {
        let gate = Self { is_open: is_open.into(), ..Self::default() };
        Box::leak(Box::new(gate))
    }

    fn layer(&'static self, pool: &VerificationPool) -> KlientoLayer {
        let digests = veraid_aws_lc_rs::PROVIDER.digests;
        let crypto = CryptoProvider { signatures: self, digests };
        KlientoLayer::new(tokens::authenticator_with(crypto)).with_pool(pool.clone())
    }

    fn checks(&self) -> usize {
        self.threads.lock().unwrap().len()
    }
}

impl SignatureVerifier for Gate {
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        while !self.is_open.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        self.threads.lock().unwrap().push(name);
        veraid_aws_lc_rs::PROVIDER.signatures.verify(algorithm, key, message, signature)
    }
}

fn welcome() -> Answer {
    Answer::welcome("alice@example.com \"the body\"")
}

async fn until(is_done: impl Fn() -> bool) {
    while !is_done() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn only_threads_of_the_pool_check_signatures_and_cached_tokens_need_none() {
    let gate = Gate::new(true);
    let layer = gate.layer(&VerificationPool::start(1, 1).unwrap());
    assert_eq!(answer(&layer, with(&tokens::alice())).await, welcome());
    // Of a cached organisation.
    let claiming = tokens::claiming(&[("role", "deploy")]);
    assert_eq!(answer(&layer, with(&claiming)).await, welcome());
    assert_eq!(answer(&layer, with(&tokens::tampered())).await.status, 401);
    let threads = gate.threads.lock().unwrap().clone();
    assert!(threads.iter().all(|name| name == "verify-0"), "{threads:?}");
    assert_eq!(answer(&layer, with(&tokens::alice())).await, welcome());
    assert_eq!(gate.checks(), threads.len());
}

#[tokio::test]
async fn rejections_before_verification_are_those_without_a_pool() {
    let gate = Gate::new(true);
    let layer = gate.layer(&VerificationPool::start(1, 1).unwrap());
    assert_eq!(answer(&layer, crate::world::request(&[])).await, Answer::missing());
    assert_eq!(answer(&layer, with("Kliento ?")).await, Answer::malformed());
    assert_eq!(gate.checks(), 0);
}

#[tokio::test]
async fn an_overloaded_pool_gives_503_and_goes_on() {
    let gate = Gate::new(false);
    let pool = VerificationPool::start(1, 1).unwrap();
    let codes = Arc::new(Mutex::new(vec![]));
    let log = Arc::clone(&codes);
    let layer = gate.layer(&pool).on_rejection(move |rejection| {
        log.lock().unwrap().push((rejection.code(), rejection.reasons()));
    });
    let send = |token: String| {
        let layer = layer.clone();
        tokio::spawn(async move { answer(&layer, with(&token)).await })
    };
    let verifying = send(tokens::alice());
    until(|| gate.begun.load(Ordering::SeqCst) == 1).await;
    let queued = send(tokens::claiming(&[("n", "2")]));
    until(|| pool.waiting() == 1).await;
    let rejected = answer(&layer, with(&tokens::claiming(&[("n", "3")]))).await;
    assert_eq!(rejected, Answer::unavailable());
    let reasons =
        "the token was not verified: too many tokens are waiting for verification".to_owned();
    assert_eq!(*codes.lock().unwrap(), [(6009, reasons)]);
    gate.is_open.store(true, Ordering::SeqCst);
    assert_eq!(verifying.await.unwrap(), welcome());
    assert_eq!(queued.await.unwrap(), welcome());
    assert_eq!(answer(&layer, with(&tokens::claiming(&[("n", "3")]))).await, welcome());
}
