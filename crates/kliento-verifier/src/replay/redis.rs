//! A replay guard that several servers share through Redis.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kliento::Timestamp;
use redis::{FromRedisValue, Pipeline, Value};

use super::redis_client::{Connection, RedisClient};
use super::{
    MemoryReplayGuard, RedisSettings, ReplayGuard, ReplayGuardError, ReplayKey, TokenUse,
    TokenUseFuture, UsedToken,
};

/// The prefix of the keys of used tokens.
const TOKEN_PREFIX: &str = "kliento:once:";

/// The key of the first second that the server's current run covers.
const SINCE_KEY: &str = "kliento:once:since";

/// Seconds added to that second, for servers whose clocks are ahead of the one that writes it.
const CLOCK_DIFFERENCE_SECONDS: u64 = 10;

/// A replay guard for several servers that share a Redis server.
///
/// Of all servers that receive a token, one gets [`TokenUse::First`]. The store is one server, or a
/// primary with replicas behind one address; a cluster is not supported.
///
/// **A store that restarts may have lost uses**: without persistence all of them, with snapshots
/// those since the last one, and a replica that takes over those that had not reached it. So each
/// run of the store has a first second, recorded in it by the first server that connects, and a
/// token that begins no later is [`ReplayGuardError::StoreTooNew`]. Issuers give tokens a start up
/// to a minute back, so tokens are rejected for a good minute after the store was started. For the
/// same reason a store that evicts keys is not accepted.
///
/// **While the store is unavailable** tokens are rejected, after the timeouts of [`RedisSettings`]
/// at the latest and usually at once. The guard reconnects as soon as it can.
/// [`RedisReplayGuard::accepting_when_unavailable`] admits tokens instead, once for each server.
///
/// The user of the store needs the commands `GET`, `SET` and `INFO`, and keys that begin with
/// `kliento:once:`.
pub struct RedisReplayGuard {
    client: RedisClient,
    /// Decides while the store is unavailable, if set.
    local: Option<MemoryReplayGuard>,
    admitted_unchecked: AtomicU64,
    /// The second until which the store knows a use that `local` has no entry for.
    incomplete_until: AtomicU64,
}

impl RedisReplayGuard {
    /// Creates a guard for the store in `settings`. It connects when it is first used.
    #[must_use]
    pub fn new(settings: RedisSettings) -> Self {
        Self {
            client: RedisClient::new(settings),
            local: None,
            admitted_unchecked: AtomicU64::new(0),
            incomplete_until: AtomicU64::new(0),
        }
    }

    /// While the store is unavailable, admits tokens that this server has not seen: up to
    /// `max_entries` of them are kept in memory. A token can then be used once at each server. Uses
    /// beyond `max_entries` are only in the store: until the last of those tokens could not be used
    /// any more, an unavailable store makes the guard reject.
    #[must_use]
    pub fn accepting_when_unavailable(mut self, max_entries: usize) -> Self {
        self.local = Some(MemoryReplayGuard::new(max_entries));
        self
    }

    /// Connects if necessary, checks that the store is usable, and records its first second if that
    /// is missing.
    ///
    /// A server that calls this when it starts can use the store sooner, and one that calls it
    /// every second notices an outage before its callers do.
    ///
    /// # Errors
    ///
    /// [`ReplayGuardError::Store`] with the reason that the store is unusable.
    pub async fn check(&self, now: Timestamp) -> Result<(), ReplayGuardError> {
        let mut commands = redis::pipe();
        commands.cmd("GET").arg(SINCE_KEY);
        let (connection, (since,)) = self.ask::<(Option<String>,)>(&commands).await?;
        self.since(&connection, since, now).await?;
        Ok(())
    }

    /// Returns true if a connection to the store is open, as far as is known.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.is_connected()
    }

    /// The number of tokens that were admitted without asking the store.
    #[must_use]
    pub fn admitted_unchecked(&self) -> u64 {
        self.admitted_unchecked.load(Ordering::Relaxed)
    }

    /// The guard that decides while the store is unavailable, if there is one.
    #[must_use]
    pub const fn local(&self) -> Option<&MemoryReplayGuard> {
        self.local.as_ref()
    }

    async fn note_in_both(&self, used: &UsedToken) -> Result<TokenUse, ReplayGuardError> {
        let Some(local) = &self.local else { return self.note_in_store(used).await };
        // In memory first: of two uses at once, one before and one after the store went away, the
        // second is a repetition.
        let noted = local.note_now(used);
        if noted == Ok(TokenUse::Repeated) {
            return noted;
        }
        match self.note_in_store(used).await {
            Ok(token_use) => {
                if noted.is_err() {
                    let until = used.kept_until().as_unix_seconds();
                    self.incomplete_until.fetch_max(until, Ordering::Relaxed);
                }
                Ok(token_use)
            }
            Err(error) => {
                let token_use = noted?;
                // An earlier use of this very token may be one that only the store knows.
                if used.now.as_unix_seconds() <= self.incomplete_until.load(Ordering::Relaxed) {
                    return Err(error);
                }
                self.admitted_unchecked.fetch_add(1, Ordering::Relaxed);
                Ok(token_use)
            }
        }
    }

    async fn note_in_store(&self, used: &UsedToken) -> Result<TokenUse, ReplayGuardError> {
        // The time to live is relative, so the store's clock need not be right.
        let (until, now) = (used.kept_until().as_unix_seconds(), used.now.as_unix_seconds());
        let seconds = until.saturating_sub(now);
        if seconds == 0 {
            // Its use may already have been forgotten. Callers that keep the contract never get
            // here.
            let forgotten = used.now.saturating_sub(UsedToken::KEPT_AFTER_END_SECONDS);
            return Err(ReplayGuardError::Forgotten { end: used.signed_period.end(), forgotten });
        }
        // The token first: if the store loses its content in between, the second reply shows it.
        let mut commands = redis::pipe();
        let key = token_key(&used.key);
        commands.cmd("SET").arg(key).arg("1").arg("NX").arg("EX").arg(seconds);
        commands.cmd("GET").arg(SINCE_KEY);
        let (connection, (set, since)) = self.ask::<(Value, Option<String>)>(&commands).await?;
        let since = self.since(&connection, since, used.now).await?;
        let start = used.signed_period.start();
        if start <= since {
            return Err(ReplayGuardError::StoreTooNew { start, since });
        }
        match set {
            Value::Okay => Ok(TokenUse::First),
            Value::Nil => Ok(TokenUse::Repeated),
            _ => Err(ReplayGuardError::Store(
                "unexpected answer to SET: expected OK or nil".to_owned(),
            )),
        }
    }

    /// Sends commands, and retries once if the connection turns out to be closed. If the first
    /// attempt succeeded but its reply was lost, the second finds the token used and it is
    /// rejected, which is safe.
    async fn ask<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
    ) -> Result<(Arc<Connection>, T), ReplayGuardError> {
        let connection = self.client.connection().await.map_err(ReplayGuardError::Store)?;
        match self.client.query(&connection, commands).await {
            Ok(answer) => return Ok((connection, answer)),
            Err(error) if !error.is_closed => return Err(ReplayGuardError::Store(error.reason)),
            Err(_) => {}
        }
        let connection = self.client.connection().await.map_err(ReplayGuardError::Store)?;
        let answer = self.client.query(&connection, commands).await;
        Ok((connection, answer.map_err(|error| ReplayGuardError::Store(error.reason))?))
    }

    /// The first second that the store's current run covers. `found` is the store's record of it;
    /// if that is missing or of another run, the current second is recorded.
    async fn since(
        &self,
        connection: &Arc<Connection>,
        found: Option<String>,
        now: Timestamp,
    ) -> Result<Timestamp, ReplayGuardError> {
        let of_this_run = found.as_deref().and_then(|found| {
            let (run, seconds) = found.split_once(' ')?;
            if run == connection.run() { seconds.parse().ok() } else { None }
        });
        if let Some(seconds) = of_this_run {
            return Ok(Timestamp::from_unix_seconds(seconds));
        }
        // Two servers that do this at once write about the same second, and all uses in this run
        // are recorded in either case.
        let since = now.saturating_add(CLOCK_DIFFERENCE_SECONDS);
        let mut commands = redis::pipe();
        let value = format!("{} {}", connection.run(), since.as_unix_seconds());
        commands.cmd("SET").arg(SINCE_KEY).arg(value);
        let answer = self.client.query(connection, &commands).await;
        let (_,): (Value,) = answer.map_err(|error| ReplayGuardError::Store(error.reason))?;
        Ok(since)
    }
}

fn token_key(key: &ReplayKey) -> String {
    let mut text = String::from(TOKEN_PREFIX);
    for byte in key.as_bytes() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl ReplayGuard for RedisReplayGuard {
    fn note(&self, used: UsedToken) -> TokenUseFuture<'_> {
        Box::pin(async move { self.note_in_both(&used).await })
    }
}

impl fmt::Debug for RedisReplayGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisReplayGuard")
            .field("settings", self.client.settings())
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}
