//! H07: more connections and work than the limits allow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use veraid_testkit::attack::Attack;

use crate::running::{Running, TOKEN};
use crate::wire::{answers_others, resident_bytes, say, until_connections};

const TARGET: &str = "/?audience=https%3A%2F%2Fapi.example.com";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h07_connections_beyond_the_limit_get_503() {
    let service = Arc::new(Running::with("limits = { connections = 50 }").await);
    let mut idle = Vec::new();
    for _ in 0..50 {
        let mut stream = service.tcp().await;
        stream.write_all(b"GET /v1/auth HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        idle.push(stream);
    }
    until_connections(&service, 50).await;
    let mut more = JoinSet::new();
    for _ in 0..100 {
        let service = Arc::clone(&service);
        more.spawn(async move { say(&service, b"GET /v1/auth HTTP/1.1\r\nhost: a\r\n\r\n").await });
    }
    let turned_away = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    while let Some(heard) = more.join_next().await {
        let heard = heard.unwrap();
        assert_eq!((heard.text().as_str(), heard.is_closed), (turned_away, true));
        assert!(heard.took < Duration::from_secs(5), "{:?}", heard.took);
    }
    // Earlier clients stay connected, and new ones are admitted after they leave.
    until_connections(&service, 50).await;
    drop(idle);
    until_connections(&service, 0).await;
    answers_others(&service).await;
    Arc::into_inner(service).unwrap().stop().await;
}

/// Sends uncached bundles in parallel and counts the responses by status.
async fn all_at_once(service: &Arc<Running>, count: usize, der: &[u8]) -> BTreeMap<u16, usize> {
    let mut asking = JoinSet::new();
    for _ in 0..count {
        let (service, der) = (Arc::clone(service), der.to_vec());
        asking.spawn(async move { service.ask("POST", TARGET, &[], &der).await });
    }
    let mut statuses = BTreeMap::new();
    while let Some(response) = asking.join_next().await {
        let response = response.unwrap();
        if response.status == 503 {
            assert_eq!(response.header("retry-after"), Some("1"));
        }
        *statuses.entry(response.status).or_default() += 1;
    }
    statuses
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h07_work_beyond_the_queue_gets_503_and_the_rest_is_done() {
    const COUNT: usize = 400;
    let toml = "
        cache = { zone_bytes = 0, organisation_bytes = 0, bundle_bytes = 0 }
        limits = { verifying_threads = 1, verifying_queue = 4 }";
    let service = Arc::new(Running::with(toml).await);
    // The most expensive bundle, so that the queue fills even on the fastest machine.
    let expensive = Attack::all().into_iter().find(|attack| attack.name.contains("ed448")).unwrap();
    let before = resident_bytes();
    let statuses = all_at_once(&service, COUNT, &TOKEN.der).await;
    assert_eq!(statuses.values().sum::<usize>(), COUNT);
    assert!(statuses.keys().all(|status| [200, 503].contains(status)), "{statuses:?}");
    assert!(statuses[&200] >= 5 && statuses[&503] >= 1, "{statuses:?}");
    let statuses = all_at_once(&service, COUNT, &expensive.der).await;
    assert!(statuses.keys().all(|status| [200, 503].contains(status)), "{statuses:?}");
    assert!(resident_bytes() < before + 256 * 1024 * 1024);
    assert_eq!(service.ask("POST", TARGET, &[], &TOKEN.der).await.status, 200);
    Arc::into_inner(service).unwrap().stop().await;
}

/// Sends as many bytes as given of longer contents, each on its own connection.
async fn send_in_part(service: &Running, sizes: &[usize]) -> Vec<TcpStream> {
    let mut slow = Vec::new();
    for bytes in sizes {
        let mut stream = service.tcp().await;
        let head = "POST /?audience=a HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 65536\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).await.unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(&vec![b'a'; *bytes]).await.unwrap();
        slow.push(stream);
    }
    slow
}

/// Returns true if none of these connections gets a response within a moment.
async fn all_wait(streams: &[TcpStream]) -> bool {
    for stream in streams {
        let mut byte = [0];
        let answered = stream.peek(&mut byte);
        if tokio::time::timeout(Duration::from_millis(200), answered).await.is_ok() {
            return false;
        }
    }
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h07_content_of_all_together_is_bounded() {
    let service = Running::with("limits = { bodies_bytes = 131072, read_seconds = 60 }").await;
    // Each may use as much as it leaves; together they leave too little for a bundle.
    let slow = loop {
        let slow =
            send_in_part(&service, &[60_000, 30_000, 15_000, 8_000, 5_000, 4_000, 3_000]).await;
        // Content that is read before an earlier, larger one leaves too little for that one.
        if all_wait(&slow).await {
            break slow;
        }
        drop(slow);
        until_connections(&service, 0).await;
    };
    let refused = async |target: &str| {
        let refused = async {
            loop {
                let response = service.ask("POST", target, &[], &TOKEN.der).await;
                if response.status == 503 {
                    break response;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(50), refused)
            .await
            .expect("the request is read soon")
    };
    let response = refused(TARGET).await;
    assert_eq!(response.header("retry-after"), Some("1"));
    let words = "the request cannot be processed now: try again soon";
    assert_eq!(response.json(), json!({ "error": words }));
    let response = refused("/v1/verify?audience=a").await;
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(response.json()["detail"], words);
    assert_eq!(response.header("content-type"), Some("application/problem+json"));
    // Requests that need less room are still served, chunked or not.
    let chunked = "POST /?audience=a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n1\r\na\r\n0\r\n\r\n";
    assert_eq!(say(&service, chunked.as_bytes()).await.statuses(), [200]);
    // Clients that leave release their room.
    drop(slow);
    until_connections(&service, 0).await;
    assert_eq!(service.ask("POST", TARGET, &[], &TOKEN.der).await.status, 200);
    service.stop().await;
}

/// Forged signatures of a cached organisation are queued, and cached tokens do not wait for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h07_forged_signatures_of_a_known_organisation_pass_a_queue() {
    let toml = "limits = { verifying_threads = 1, verifying_queue = 1 }";
    let service = Arc::new(Running::with(toml).await);
    assert_eq!(service.ask("POST", TARGET, &[], &TOKEN.der).await.status, 200);
    let mut forged = TOKEN.der.clone();
    *forged.last_mut().unwrap() ^= 1;
    // The first one is verified: its organisation is cached, and its signature is invalid.
    let response = service.ask("POST", TARGET, &[], &forged).await;
    assert_eq!(response.json()["status"], "invalid");
    let flood = {
        let service = Arc::clone(&service);
        tokio::spawn(async move { all_at_once(&service, 600, &forged).await })
    };
    while !flood.is_finished() {
        assert_eq!(service.ask("POST", TARGET, &[], &TOKEN.der).await.status, 200);
    }
    let statuses = flood.await.unwrap();
    assert!(statuses.contains_key(&503), "{statuses:?}");
    Arc::into_inner(service).unwrap().stop().await;
}
