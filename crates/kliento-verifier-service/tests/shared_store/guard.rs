//! The guard alone.

use kliento::Timestamp;
use kliento_verifier::{
    RedisReplayGuard, RedisSettings, ReplayGuard as _, ReplayGuardError, ReplayKey, TokenUse,
    UsedToken,
};
use veraid_testkit::period;

use crate::redis_server::{RedisServer, is_installed};

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(1_000_000 + seconds)
}

/// The use of a token that lasts from `start` for an hour.
fn used(key: u8, start: u64, now: u64) -> UsedToken {
    let period = period(at(start), at(start + 3_600));
    UsedToken::new(ReplayKey::from_bytes([key; 32]), period, at(now))
}

fn guard(server: &RedisServer) -> RedisReplayGuard {
    RedisReplayGuard::new(RedisSettings::new(&server.url()).unwrap())
}

#[tokio::test]
async fn a_use_is_recorded_beyond_the_end_of_the_token() {
    if !is_installed() {
        return;
    }
    let server = RedisServer::start();
    let (first, second) = (guard(&server), guard(&server));
    first.check(at(0)).await.unwrap();
    assert_eq!(first.note(used(0xAB, 100, 160)).await, Ok(TokenUse::First));
    assert_eq!(second.note(used(0xAB, 100, 161)).await, Ok(TokenUse::Repeated));
    let key = format!("kliento:once:{}", "ab".repeat(32));
    let seconds: u64 =
        server.ask(&format!("TTL {key}")).strip_prefix(':').unwrap().parse().unwrap();
    // From 160 to 3,700, and ten minutes.
    assert!((4_130..=4_140).contains(&seconds), "{seconds}");
    // In its last second, and later by a clock that is behind.
    assert_eq!(first.note(used(0xAC, 100, 3_700)).await, Ok(TokenUse::First));
    assert_eq!(second.note(used(0xAC, 100, 3_699)).await, Ok(TokenUse::Repeated));
    // Tokens that may already be forgotten are not decided.
    let late = first.note(used(0xAD, 100, 4_300)).await;
    let forgotten = ReplayGuardError::Forgotten { end: at(3_700), forgotten: at(3_700) };
    assert_eq!(late, Err(forgotten));
}

#[tokio::test]
async fn a_use_that_only_the_store_knows_is_not_forgotten_with_the_store() {
    if !is_installed() {
        return;
    }
    let mut server = RedisServer::start();
    let guard = guard(&server).accepting_when_unavailable(1);
    guard.check(at(0)).await.unwrap();
    // The first use takes the only place in memory. It is free again when the second token is still
    // valid, at 4,301.
    assert_eq!(guard.note(used(1, 100, 160)).await, Ok(TokenUse::First));
    assert_eq!(guard.note(used(2, 2_000, 2_010)).await, Ok(TokenUse::First));
    server.stop();
    assert!(guard.note(used(2, 2_000, 4_400)).await.is_err());
    // Beyond the time of all tokens that are not in memory, it decides again.
    assert_eq!(guard.note(used(3, 6_000, 6_300)).await, Ok(TokenUse::First));
}

#[tokio::test]
async fn a_token_that_begins_before_the_store_is_an_error() {
    if !is_installed() {
        return;
    }
    let server = RedisServer::start();
    let guard = guard(&server);
    // The store is new at 1,000; ten seconds are added for differing clocks.
    let too_new = |start| Err(ReplayGuardError::StoreTooNew { start: at(start), since: at(1_010) });
    assert_eq!(guard.note(used(1, 940, 1_000)).await, too_new(940));
    assert_eq!(guard.note(used(2, 1_010, 1_020)).await, too_new(1_010));
    assert_eq!(guard.note(used(3, 1_011, 1_020)).await, Ok(TokenUse::First));
    assert_eq!(guard.note(used(3, 1_011, 1_020)).await, Ok(TokenUse::Repeated));
}

#[tokio::test]
async fn an_emptied_or_restarted_store_admits_no_earlier_tokens() {
    if !is_installed() {
        return;
    }
    let folder = crate::running::Folder::new();
    // With snapshots: the data loaded at the start is older than the last use.
    let mut server = RedisServer::in_folder(folder, &["--save", "3600 1", "--appendonly", "no"]);
    let guards = [guard(&server), guard(&server)];
    guards[0].check(at(0)).await.unwrap();
    assert_eq!(guards[0].note(used(1, 100, 160)).await, Ok(TokenUse::First));
    assert_eq!(server.ask("FLUSHALL"), "+OK");
    for guard in &guards {
        let again = guard.note(used(1, 100, 170)).await;
        let since = at(180);
        assert_eq!(again, Err(ReplayGuardError::StoreTooNew { start: at(100), since }));
    }
    assert_eq!(guards[1].note(used(2, 200, 210)).await, Ok(TokenUse::First));
    assert_eq!(server.ask("SAVE"), "+OK");
    assert_eq!(guards[0].note(used(3, 200, 220)).await, Ok(TokenUse::First));
    server.kill();
    server.start_again();
    // It knows of the second token, but not of the third.
    for (key, now) in [(3, 230), (2, 231), (4, 232)] {
        let again = guards[1].note(used(key, 200, now)).await;
        let since = at(240);
        assert_eq!(again, Err(ReplayGuardError::StoreTooNew { start: at(200), since }), "{key}");
    }
    assert_eq!(guards[0].note(used(5, 241, 300)).await, Ok(TokenUse::First));
    assert_eq!(guards[1].note(used(5, 241, 300)).await, Ok(TokenUse::Repeated));
}

#[tokio::test]
async fn a_store_that_evicts_keys_is_not_used() {
    if !is_installed() {
        return;
    }
    for (policy, is_used) in [("allkeys-lru", false), ("volatile-ttl", false), ("noeviction", true)]
    {
        let server = RedisServer::with(&["--maxmemory", "100mb", "--maxmemory-policy", policy]);
        match guard(&server).check(at(0)).await {
            Ok(()) => assert!(is_used, "{policy}"),
            Err(ReplayGuardError::Store(reason)) => {
                assert!(!is_used && reason.contains(policy), "{reason}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}
