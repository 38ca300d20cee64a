//! One-time tokens: the configured guard, and a check of it every second.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kliento::Timestamp;
use kliento_http::files::{self, ReadError};
use kliento_verifier::{
    MemoryReplayGuard, RedisReplayGuard, RedisSettings, RedisSettingsError, ReplayGuard,
};
use tokio::time::sleep;

use crate::config::{OnUnavailable, OneTime};

/// The interval between checks of the shared store.
const INTERVAL: Duration = Duration::from_secs(1);

/// The maximum size of a file with a user name, a password or certificate authorities, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// The reason that a shared store of used tokens cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OneTimeError {
    /// A file cannot be used.
    #[error("{file}: {problem}", file = file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The problem with it.
        problem: String,
    },
    /// The settings are invalid.
    #[error("one_time.store")]
    Settings(#[from] RedisSettingsError),
}

/// The guard of one-time tokens.
#[derive(Clone, Debug)]
pub(crate) enum OneTimeGuard {
    Memory(Arc<MemoryReplayGuard>),
    Redis(Arc<RedisReplayGuard>),
}

/// Metrics of the guard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OneTimeNumbers {
    /// The number of used tokens in the memory of this process, and its limit.
    pub(crate) entries: usize,
    pub(crate) max_entries: usize,
    /// True if there is a connection to the shared store; `None` if no store is configured.
    pub(crate) is_store_connected: Option<bool>,
    /// The number of tokens that were admitted without asking the store.
    pub(crate) admitted_unchecked: u64,
}

impl OneTimeGuard {
    pub(crate) async fn new(one_time: &OneTime) -> Result<Self, OneTimeError> {
        let max_entries = usize::try_from(one_time.max_entries).unwrap_or(usize::MAX);
        let Some(url) = &one_time.store else {
            return Ok(Self::Memory(Arc::new(MemoryReplayGuard::new(max_entries))));
        };
        let mut settings = RedisSettings::new(url)?.with_timeouts(
            Duration::from_millis(one_time.connect_milliseconds),
            Duration::from_millis(one_time.command_milliseconds),
        );
        if let Some(file) = &one_time.ca_file {
            settings = settings.with_certificate_authorities(&read(file).await?)?;
        }
        if let Some(file) = &one_time.user_file {
            settings = settings.with_user(read_line(file).await?);
        }
        if let Some(file) = &one_time.password_file {
            settings = settings.with_password(read_line(file).await?);
        }
        let guard = RedisReplayGuard::new(settings);
        Ok(Self::Redis(Arc::new(match one_time.on_unavailable {
            OnUnavailable::Reject => guard,
            OnUnavailable::Accept => guard.accepting_when_unavailable(max_entries),
        })))
    }

    pub(crate) fn as_replay_guard(&self) -> Arc<dyn ReplayGuard> {
        match self {
            Self::Memory(guard) => Arc::<MemoryReplayGuard>::clone(guard),
            Self::Redis(guard) => Arc::<RedisReplayGuard>::clone(guard),
        }
    }

    pub(crate) fn numbers(&self) -> OneTimeNumbers {
        let (memory, store) = match self {
            Self::Memory(guard) => (Some(&**guard), None),
            Self::Redis(guard) => (guard.local(), Some(guard)),
        };
        OneTimeNumbers {
            entries: memory.map_or(0, MemoryReplayGuard::len),
            max_entries: memory.map_or(0, MemoryReplayGuard::max_entries),
            is_store_connected: store.map(|store| store.is_connected()),
            admitted_unchecked: store.map_or(0, |store| store.admitted_unchecked()),
        }
    }

    /// Checks the shared store for as long as the service runs, and logs the beginning and end of
    /// each outage. `now` returns the current second of the clock that tokens are verified against.
    pub(crate) async fn watch(self, now: impl Fn() -> Timestamp) {
        let Self::Redis(guard) = self else { return };
        let mut told = None;
        loop {
            let problem = guard.check(now()).await.err().map(|error| error.to_string());
            // Logged once for each problem, not every second.
            if told.as_ref() != Some(&problem) {
                match &problem {
                    None => tracing::info!("shared store of used tokens is available"),
                    Some(problem) if guard.local().is_none() => tracing::error!(
                        problem,
                        "shared store of used tokens is unavailable; tokens are rejected"
                    ),
                    Some(problem) => tracing::error!(
                        problem,
                        "shared store of used tokens is unavailable; each instance admits a token once"
                    ),
                }
                told = Some(problem);
            }
            sleep(INTERVAL).await;
        }
    }
}

async fn read(file: &Path) -> Result<Vec<u8>, OneTimeError> {
    files::read(file, MAX_BYTES).await.map_err(|error| {
        let problem = match error {
            ReadError::Io(error) => error.to_string(),
            ReadError::TooLarge { bytes } => format!("{bytes} bytes, limit is {MAX_BYTES}"),
        };
        OneTimeError::File { file: file.to_owned(), problem }
    })
}

/// Reads the only line of a file, without the line break that editors add.
async fn read_line(file: &Path) -> Result<String, OneTimeError> {
    let wrong =
        |problem: &str| OneTimeError::File { file: file.to_owned(), problem: problem.to_owned() };
    let text = String::from_utf8(read(file).await?).map_err(|_| wrong("not UTF-8"))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || line.contains(['\r', '\n']) {
        return Err(wrong("expected exactly one line"));
    }
    Ok(line.to_owned())
}
