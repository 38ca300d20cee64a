//! Several instances of the service with one store.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::clock::{TestClock, token};
use crate::redis_server::{RedisServer, is_installed};
use crate::running::Running;

pub(crate) const TARGET: &str = "/v1/auth?audience=https%3A%2F%2Fapi.example.com";

/// Starts an instance with these settings in `[one_time]`.
pub(crate) async fn instance(settings: &str, clock: &TestClock) -> Running {
    Running::with_clock(&format!("[one_time]\n{settings}"), clock.clone()).await
}

/// Starts instances and waits until they are connected to the store.
pub(crate) async fn instances(count: usize, settings: &str, clock: &TestClock) -> Vec<Running> {
    let mut instances = Vec::new();
    for _ in 0..count {
        let instance = instance(settings, clock).await;
        until(&instance, "kliento_verifier_one_time_store_connected 1").await;
        instances.push(instance);
    }
    instances
}

/// Waits until this line is among the metrics.
pub(crate) async fn until(instance: &Running, line: &str) {
    let counted = async {
        while !instance.ask_admin("GET", "/metrics").await.content.lines().any(|one| one == line) {
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), counted).await.expect(line);
}

pub(crate) async fn status(instance: &Running, token: &str) -> u16 {
    instance.ask("GET", TARGET, &[("authorization", token)], b"").await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_instances_one_admits_a_token() {
    if !is_installed() {
        return;
    }
    let server = RedisServer::start();
    let clock = TestClock::early();
    let settings = format!("store = \"{}\"", server.url());
    let instances: Vec<_> =
        instances(3, &settings, &clock).await.into_iter().map(Arc::new).collect();
    clock.set(0);
    for number in 0..20 {
        let token = Arc::new(token(&number.to_string(), 0));
        let mut asking = JoinSet::new();
        for turn in 0..12 {
            let (instance, token) = (Arc::clone(&instances[turn % 3]), Arc::clone(&token));
            asking.spawn(async move { status(&instance, &token).await });
        }
        let mut statuses = asking.join_all().await;
        statuses.sort_unstable();
        assert_eq!((statuses[0], &statuses[1..]), (200, &[401; 11][..]), "token {number}");
    }
    for instance in instances {
        Arc::into_inner(instance).unwrap().stop().await;
    }
}
