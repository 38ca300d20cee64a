//! A single clock reading for each request, whatever the clock does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};

use http::HeaderMap;
use kliento::Timestamp;
use kliento_verifier::{AccessPolicy, AuthError, MemoryReplayGuard};
use veraid_testkit::default_instant;

use crate::tokens;

/// The last second of the signed period of the tokens here.
fn end() -> Timestamp {
    default_instant().saturating_add(600)
}

fn headers(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", token.parse().unwrap());
    headers
}

#[tokio::test]
async fn a_request_reads_the_clock_once() {
    let readings = Arc::new(AtomicU64::new(0));
    let counted = {
        let readings = Arc::clone(&readings);
        move || {
            readings.fetch_add(1, Ordering::SeqCst);
            default_instant()
        }
    };
    let authenticator = tokens::authenticator()
        .with_clock(counted)
        .with_access_policy(AccessPolicy::default().allow("example.com".parse().unwrap()))
        .with_replay_guard(Arc::new(MemoryReplayGuard::new(10)));
    authenticator.authenticate(&headers(&tokens::alice())).await.unwrap();
    assert_eq!(readings.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_clock_that_advances_with_each_reading_admits_no_token_twice() {
    for first in 0..4 {
        // A second passes with each reading, around the end of the token.
        let seconds = AtomicU64::new(end().as_unix_seconds() - first);
        let clock = move || Timestamp::from_unix_seconds(seconds.fetch_add(1, Ordering::SeqCst));
        let authenticator = tokens::authenticator()
            .with_clock(clock)
            .with_replay_guard(Arc::new(MemoryReplayGuard::new(10)));
        let mut admitted = 0;
        for _ in 0..6 {
            let result = authenticator.authenticate(&headers(&tokens::alice())).await;
            admitted += u32::from(result.is_ok());
        }
        assert_eq!(admitted, 1, "from {first} seconds before the end");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_forward_and_back_admits_no_token_twice() {
    let now = Arc::new(AtomicU64::new(0));
    let clock = {
        let now = Arc::clone(&now);
        move || Timestamp::from_unix_seconds(now.load(Ordering::SeqCst))
    };
    let authenticator = tokens::authenticator()
        .with_clock(clock)
        .with_replay_guard(Arc::new(MemoryReplayGuard::new(10)));
    let at = |instant: Timestamp| now.store(instant.as_unix_seconds(), Ordering::SeqCst);
    let use_token = async |token: &str| authenticator.authenticate(&headers(token)).await;

    at(default_instant());
    use_token(&tokens::alice()).await.unwrap();
    // Forward by two hours and a use of another token, so that the guard forgets the first.
    at(default_instant().saturating_add(7_200));
    assert!(matches!(use_token(&tokens::alice()).await, Err(AuthError::Invalid(_))));
    use_token(&tokens::alice_later(7_200)).await.unwrap();
    // Back: the first is valid again, and is not admitted again.
    at(default_instant().saturating_add(1));
    assert!(matches!(use_token(&tokens::alice()).await, Err(AuthError::ReplayGuard(_))));
    // Another that ends as early is not admitted either, since its use could have been forgotten as
    // well.
    let other = tokens::claiming(&[("n", "2")]);
    assert!(matches!(use_token(&other).await, Err(AuthError::ReplayGuard(_))));
    // One that ends later is admitted.
    use_token(&tokens::alice_later(1)).await.unwrap();
    assert!(matches!(use_token(&tokens::alice_later(1)).await, Err(AuthError::Replayed)));
}

/// Threads use a few tokens as fast as they can while the clock passes the tokens' last second.
#[test]
fn threads_that_race_at_the_last_second_get_each_token_in_once() {
    const THREADS: usize = 8;
    const ROUNDS: u64 = 12;
    let mut admitted = Vec::new();
    for round in 0..ROUNDS {
        let now = Arc::new(AtomicU64::new(end().as_unix_seconds()));
        let clock = {
            let now = Arc::clone(&now);
            move || Timestamp::from_unix_seconds(now.load(Ordering::SeqCst))
        };
        let authenticator = tokens::authenticator()
            .with_clock(clock)
            .with_replay_guard(Arc::new(MemoryReplayGuard::new(100)));
        let race: Vec<HeaderMap> = tokens::mutants_of_alice()
            .iter()
            .chain([&tokens::alice()])
            .map(|t| headers(t))
            .collect();
        let start = Barrier::new(THREADS + 1);
        let firsts: u32 = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        let runtime =
                            tokio::runtime::Builder::new_current_thread().build().unwrap();
                        start.wait();
                        let mut admitted = 0;
                        for headers in race.iter().cycle().take(15) {
                            let result = runtime.block_on(authenticator.authenticate(headers));
                            admitted += u32::from(result.is_ok());
                        }
                        admitted
                    })
                })
                .collect();
            start.wait();
            // The second changes twice meanwhile.
            for _ in 0..2 {
                std::thread::sleep(std::time::Duration::from_millis(1 + round % 4));
                now.fetch_add(1, Ordering::SeqCst);
            }
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        admitted.push(firsts);
    }
    assert!(admitted.iter().all(|count| *count <= 1), "{admitted:?}");
    // Some tokens were admitted.
    assert!(admitted.iter().sum::<u32>() > 0);
}
