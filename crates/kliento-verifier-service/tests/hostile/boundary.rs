//! H08: a token expires at the same second for every client.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use kliento::Timestamp;
use tokio::task::JoinSet;
use veraid_testkit::default_instant;

use crate::running::{Running, TOKEN, kliento};

const TARGET: &str = "/v1/auth?audience=https%3A%2F%2Fapi.example.com";

/// The last second of the token.
fn last() -> u64 {
    default_instant().as_unix_seconds() + 600
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h08_once_a_token_has_expired_for_one_client_it_has_for_all() {
    const CLIENTS: usize = 100;
    // Cached whole, in part, and not at all.
    for cache in
        ["", "cache = { bundle_bytes = 0 }", "cache = { organisation_bytes = 0, bundle_bytes = 0 }"]
    {
        let now = Arc::new(AtomicU64::new(last()));
        let clock = Arc::clone(&now);
        let read = move || Timestamp::from_unix_seconds(clock.load(Ordering::SeqCst));
        let toml = format!("{cache}\nlimits = {{ verifying_queue = 1000 }}");
        let service = Arc::new(Running::with_clock(&toml, read).await);
        let header = Arc::new(kliento(&TOKEN.der));
        let is_over = Arc::new(AtomicBool::new(false));
        let answers = Arc::new(Mutex::new(Vec::new()));
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let (service, header) = (Arc::clone(&service), Arc::clone(&header));
            let (is_over, answers) = (Arc::clone(&is_over), Arc::clone(&answers));
            clients.spawn(async move {
                loop {
                    // One more after the end, for each.
                    let is_last = is_over.load(Ordering::SeqCst);
                    let asked = Instant::now();
                    let headers = [("authorization", header.as_str())];
                    let status = service.ask("GET", TARGET, &headers, b"").await.status;
                    answers.lock().unwrap().push((asked, Instant::now(), status));
                    if is_last {
                        return status;
                    }
                }
            });
        }
        let count = || answers.lock().unwrap().len();
        while count() < 2 * CLIENTS {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let expired_from = Instant::now();
        now.store(last() + 1, Ordering::SeqCst);
        let expired_at = Instant::now();
        while count() < 4 * CLIENTS {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        is_over.store(true, Ordering::SeqCst);
        while let Some(status) = clients.join_next().await {
            assert_eq!(status.unwrap(), 401);
        }
        for (asked, answered, status) in answers.lock().unwrap().iter() {
            if *answered < expired_from {
                assert_eq!(*status, 200, "answered in the last second");
            }
            if *asked > expired_at {
                assert_eq!(*status, 401, "asked in the second after it");
            }
        }
        let answers = Arc::into_inner(answers).unwrap().into_inner().unwrap();
        let first_refused = answers.iter().filter(|(.., status)| *status == 401);
        let first_refused = first_refused.map(|(_, answered, _)| *answered).min().unwrap();
        let let_in_after = |(asked, _, status): &&(Instant, Instant, u16)| {
            *asked > first_refused && *status == 200
        };
        assert_eq!(answers.iter().find(let_in_after), None, "{cache}");
        Arc::into_inner(service).unwrap().stop().await;
    }
}

#[tokio::test]
async fn h08_a_token_is_good_in_its_first_and_last_second_and_not_beside_them() {
    let now = Arc::new(AtomicU64::new(last()));
    let clock = Arc::clone(&now);
    let service =
        Running::with_clock("", move || Timestamp::from_unix_seconds(clock.load(Ordering::SeqCst)))
            .await;
    let first = default_instant().as_unix_seconds() - 60;
    let header = kliento(&TOKEN.der);
    for (second, status) in [
        (last(), 200),
        (last() + 1, 401),
        (last(), 200),
        (first, 200),
        (first - 1, 401),
        (first, 200),
    ] {
        now.store(second, Ordering::SeqCst);
        let response = service.ask("GET", TARGET, &[("authorization", &header)], b"").await;
        assert_eq!(response.status, status, "{second}");
    }
    service.stop().await;
}
