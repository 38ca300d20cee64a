//! A store that becomes unavailable and recovers.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::task::JoinSet;

use crate::clock::{TestClock, token};
use crate::instances::{TARGET, instance, instances, status, until};
use crate::redis_server::{RedisServer, is_installed};
use crate::running::Running;

const REJECT: &str = "connect_milliseconds = 500\ncommand_milliseconds = 300";

/// The maximum waiting time: both timeouts, and some time for a busy machine.
const PATIENCE: Duration = Duration::from_secs(4);

/// The results of uses under load.
#[derive(Debug, Default)]
struct Outcome {
    admitted: HashMap<usize, u32>,
    unavailable: u32,
    longest: Duration,
}

/// Uses tokens at instances in turn until `end`.
async fn use_tokens(
    instances: Arc<Vec<Running>>,
    tokens: Arc<Vec<String>>,
    first: usize,
    end: Arc<AtomicBool>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut turn = first;
    while !end.load(Ordering::SeqCst) {
        turn += 7;
        let (number, instance) = (turn % tokens.len(), &instances[turn % instances.len()]);
        let begin = Instant::now();
        match status(instance, &tokens[number]).await {
            200 => *outcome.admitted.entry(number).or_default() += 1,
            503 => outcome.unavailable += 1,
            other => assert_eq!(other, 401),
        }
        outcome.longest = outcome.longest.max(begin.elapsed());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_stops_and_starts_under_load_admits_no_token_twice() {
    if !is_installed() {
        return;
    }
    let mut server = RedisServer::start();
    let clock = TestClock::early();
    let settings = format!("store = \"{}\"\n{REJECT}", server.url());
    let instances = Arc::new(instances(2, &settings, &clock).await);
    clock.set(0);
    // For the first period, the one after the crash, and the one after the stop.
    let tokens: Vec<String> = (0..60).map(|n| token(&n.to_string(), (n % 3) * 150)).collect();
    let tokens = Arc::new(tokens);
    let end = Arc::new(AtomicBool::new(false));
    let mut load = JoinSet::new();
    for first in 0..6 {
        let (instances, tokens, end) =
            (Arc::clone(&instances), Arc::clone(&tokens), Arc::clone(&end));
        load.spawn(use_tokens(instances, tokens, first * 10, end));
    }
    let pause = async || tokio::time::sleep(Duration::from_millis(900)).await;
    pause().await;
    server.kill();
    pause().await;
    server.start_again();
    pause().await;
    clock.set(150);
    pause().await;
    server.signal(Signal::STOP);
    pause().await;
    server.signal(Signal::CONT);
    pause().await;
    server.stop();
    pause().await;
    server.start_again();
    pause().await;
    clock.set(300);
    pause().await;
    pause().await;
    end.store(true, Ordering::SeqCst);
    let mut admitted = HashMap::new();
    let mut unavailable = 0;
    for outcome in load.join_all().await {
        assert!(outcome.longest < PATIENCE, "{:?}", outcome.longest);
        unavailable += outcome.unavailable;
        for (number, count) in outcome.admitted {
            *admitted.entry(number).or_insert(0) += count;
        }
    }
    assert!(admitted.values().all(|count| *count == 1), "{admitted:?}");
    // It recovered by itself each time: tokens of all three periods were admitted.
    for period in 0..3 {
        assert!(admitted.keys().any(|number| number % 3 == period), "{period} of {admitted:?}");
    }
    assert!(unavailable > 0);
    let instances = Arc::into_inner(instances).unwrap();
    for instance in instances {
        instance.stop().await;
    }
}

#[tokio::test]
async fn without_a_store_tokens_are_rejected_soon_unless_the_configuration_accepts_them() {
    if !is_installed() {
        return;
    }
    let mut server = RedisServer::start();
    let url = server.url();
    server.stop();
    let clock = TestClock::early();
    clock.set(0);
    let rejecting = instance(&format!("store = \"{url}\"\n{REJECT}"), &clock).await;
    let token = token("1", 0);
    for _ in 0..3 {
        let begin = Instant::now();
        let response = rejecting.ask("GET", TARGET, &[("authorization", &token)], b"").await;
        assert_eq!((response.status, response.header("retry-after")), (503, Some("1")));
        assert_eq!(response.json()["class"], "unavailable");
        assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
    }
    until(&rejecting, "kliento_verifier_one_time_store_connected 0").await;
    let metrics = rejecting.ask_admin("GET", "/metrics").await.content;
    assert!(metrics.contains("one_time_failures_total{reason=\"store\"} 3\n"), "{metrics}");
    rejecting.stop().await;

    let accept = format!("store = \"{url}\"\non_unavailable = \"accept\"\n{REJECT}");
    let accepting = instance(&accept, &clock).await;
    assert_eq!([status(&accepting, &token).await, status(&accepting, &token).await], [200, 401]);
    until(&accepting, "kliento_verifier_one_time_admitted_unchecked_total 1").await;
    until(&accepting, "kliento_verifier_one_time_entries 1").await;
    accepting.stop().await;
}

#[tokio::test]
async fn an_accepting_instance_does_not_admit_a_token_again_without_the_store() {
    if !is_installed() {
        return;
    }
    let mut server = RedisServer::start();
    let clock = TestClock::early();
    let settings = format!("store = \"{}\"\non_unavailable = \"accept\"\n{REJECT}", server.url());
    let instance = instances(1, &settings, &clock).await.remove(0);
    clock.set(0);
    let token = token("1", 0);
    assert_eq!(status(&instance, &token).await, 200);
    server.kill();
    assert_eq!(status(&instance, &token).await, 401);
    instance.stop().await;
}

/// A server that accepts connections and never replies.
#[tokio::test]
async fn a_store_that_never_answers_costs_no_more_than_the_time_out() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let clock = TestClock::early();
    clock.set(0);
    let instance = Arc::new(instance(&format!("store = \"{url}\"\n{REJECT}"), &clock).await);
    let mut asking = JoinSet::new();
    let token = Arc::new(token("1", 0));
    let begin = Instant::now();
    for _ in 0..40 {
        let (instance, token) = (Arc::clone(&instance), Arc::clone(&token));
        asking.spawn(async move { status(&instance, &token).await });
    }
    assert_eq!(asking.join_all().await, [503; 40]);
    assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
    Arc::into_inner(instance).unwrap().stop().await;
}
