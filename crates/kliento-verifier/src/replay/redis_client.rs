//! A connection to a Redis server, which reconnects when it breaks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, FromRedisValue, Pipeline, RedisConnectionInfo, RedisResult};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::redis_settings::RedisSettings;

/// Time after a failed connection attempt during which requests fail at once, rather than each
/// waiting for another attempt.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(250);

/// Commands that wait to be written to the connection. The library's 50 would make requests wait
/// for each other.
const COMMAND_BUFFER: usize = 1024;

/// The reason that there is no reply.
#[derive(Debug)]
pub(super) struct NoAnswer {
    pub(super) reason: String,
    /// True if the connection was closed, as an idle one may be. A new connection may work.
    pub(super) is_closed: bool,
}

/// A client of a Redis server. All requests share one connection.
pub(super) struct RedisClient {
    settings: RedisSettings,
    current: Mutex<Option<Arc<Connection>>>,
    /// Locked while connecting; has the time and reason of the last failure.
    connecting: tokio::sync::Mutex<Option<(Instant, String)>>,
}

/// An open connection to one run of the server.
pub(super) struct Connection {
    commands: MultiplexedConnection,
    driver: JoinHandle<()>,
    /// Identifies the run: it changes with each start of the server, and when a replica takes over.
    run: String,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    /// Identifies the server's run.
    pub(super) fn run(&self) -> &str {
        &self.run
    }

    fn is_open(&self) -> bool {
        !self.driver.is_finished()
    }
}

impl RedisClient {
    pub(super) fn new(settings: RedisSettings) -> Self {
        Self { settings, current: Mutex::default(), connecting: tokio::sync::Mutex::default() }
    }

    pub(super) const fn settings(&self) -> &RedisSettings {
        &self.settings
    }

    /// Returns true if a connection is open, as far as is known.
    pub(super) fn is_connected(&self) -> bool {
        self.open_connection().is_some()
    }

    /// The connection, opened if there is none.
    ///
    /// # Errors
    ///
    /// The reason that connecting failed, after the connect timeout at the latest.
    pub(super) async fn connection(&self) -> Result<Arc<Connection>, String> {
        if let Some(connection) = self.open_connection() {
            return Ok(connection);
        }
        let mut failure = self.connecting.lock().await;
        // Another request may have connected meanwhile.
        if let Some(connection) = self.open_connection() {
            return Ok(connection);
        }
        if let Some((at, reason)) = &*failure
            && at.elapsed() < PAUSE_AFTER_FAILURE
        {
            return Err(reason.clone());
        }
        let limit = self.settings.connect_timeout;
        let connected = timeout(limit, connect(&self.settings))
            .await
            .unwrap_or_else(|_| Err(format!("no connection within {} ms", limit.as_millis())));
        match connected {
            Ok(connection) => {
                let connection = Arc::new(connection);
                *self.current() = Some(Arc::clone(&connection));
                *failure = None;
                Ok(connection)
            }
            Err(reason) => {
                *failure = Some((Instant::now(), reason.clone()));
                Err(reason)
            }
        }
    }

    /// Sends commands over `connection`. A connection that does not reply in time, or replies with
    /// an error, is not used again.
    ///
    /// # Errors
    ///
    /// The reason that there is no reply, after the command timeout at the latest. The commands may
    /// still have been carried out.
    pub(super) async fn query<T: FromRedisValue>(
        &self,
        connection: &Arc<Connection>,
        commands: &Pipeline,
    ) -> Result<T, NoAnswer> {
        let limit = self.settings.command_timeout;
        let answer = query(&connection.commands, commands, limit).await;
        if answer.is_err() {
            let mut current = self.current();
            if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, connection)) {
                *current = None;
            }
        }
        answer
    }

    fn open_connection(&self) -> Option<Arc<Connection>> {
        self.current().clone().filter(|connection| connection.is_open())
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Option<Arc<Connection>>> {
        // Nothing can panic while it is locked.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn query<T: FromRedisValue>(
    connection: &MultiplexedConnection,
    commands: &Pipeline,
    limit: Duration,
) -> Result<T, NoAnswer> {
    match timeout(limit, commands.query_async(&mut connection.clone())).await {
        Ok(answer) => answer.map_err(|error| NoAnswer {
            reason: error.to_string(),
            is_closed: error.is_connection_dropped(),
        }),
        Err(_) => Err(NoAnswer {
            reason: format!("no answer within {} ms", limit.as_millis()),
            is_closed: false,
        }),
    }
}

async fn connect(settings: &RedisSettings) -> Result<Connection, String> {
    let tcp = TcpStream::connect((settings.host.as_str(), settings.port))
        .await
        .map_err(|error| error.to_string())?;
    tcp.set_nodelay(true).map_err(|error| error.to_string())?;
    let opened = match &settings.tls {
        None => open(settings, tcp).await,
        Some(tls) => {
            let stream = tls.connector.connect(tls.name.clone(), tcp).await;
            open(settings, stream.map_err(|error| format!("TLS: {error}"))?).await
        }
    };
    let (commands, driver) = opened.map_err(|error| error.to_string())?;
    let mut connection = Connection { commands, driver, run: String::new() };
    connection.run = inspect(&connection.commands, settings.command_timeout).await?;
    Ok(connection)
}

async fn open(
    settings: &RedisSettings,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> RedisResult<(MultiplexedConnection, JoinHandle<()>)> {
    let mut info = RedisConnectionInfo::default().set_db(settings.database).set_skip_set_lib_name();
    if let Some(user) = &settings.user {
        info = info.set_username(user);
    }
    if let Some(password) = &settings.password {
        info = info.set_password(password);
    }
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(None)
        .set_response_timeout(None)
        .set_pipeline_buffer_size(COMMAND_BUFFER);
    let (commands, driver) = MultiplexedConnection::new_with_config(&info, stream, config).await?;
    Ok((commands, tokio::spawn(driver)))
}

/// Identifies the server's run, and checks that the server does not evict keys.
async fn inspect(connection: &MultiplexedConnection, limit: Duration) -> Result<String, String> {
    let mut commands = redis::pipe();
    commands.cmd("INFO").arg("server").cmd("INFO").arg("memory");
    let answer = query(connection, &commands, limit).await;
    let (server, memory): (String, String) = answer.map_err(|error| error.reason)?;
    let field = |text: &'_ str, name: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned()))
    };
    let limited = field(&memory, "maxmemory").is_some_and(|bytes| bytes != "0");
    let policy = field(&memory, "maxmemory_policy").unwrap_or_default();
    if limited && policy != "noeviction" {
        return Err(format!(
            "it would evict used tokens when its memory is full: set maxmemory-policy to noeviction, not {policy}"
        ));
    }
    field(&server, "run_id")
        .filter(|run| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .ok_or_else(|| "INFO server has no run_id, which is needed to detect restarts".to_owned())
}
