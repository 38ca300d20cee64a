//! Resource limits of a service.

use serde::{Deserialize, Serialize};

use crate::settings::{ConfigError, at_least_one, at_most};

/// The minimum buffer that hyper accepts.
const MIN_HEADER_BYTES: u32 = 8192;

/// The maximum of any setting in seconds, a year: more is a mistake, and instants cannot represent
/// all larger values.
const MAX_SECONDS: u64 = 365 * 24 * 60 * 60;

/// Resource limits of a service. They can be a table `limits` of its configuration as they are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// Maximum simultaneous connections; further ones get 503.
    pub connections: u32,
    /// Maximum simultaneous requests of all connections together, beyond one for each connection.
    /// No connection may use more of them than it leaves for the others; a request beyond the limit
    /// gets 503.
    pub requests: u32,
    /// Maximum bytes of a request's header section.
    pub header_bytes: u32,
    /// Maximum bytes of a request's content.
    pub body_bytes: u32,
    /// Maximum bytes of content held in memory for all requests together. No connection may use
    /// more of them than it leaves for the others; a request beyond the limit gets 503.
    pub bodies_bytes: u32,
    /// Seconds within which the header section must arrive, and then the content.
    pub read_seconds: u64,
    /// Seconds within which the client must take a response.
    pub write_seconds: u64,
    /// Maximum seconds that a connection may be idle.
    pub idle_seconds: u64,
    /// Maximum seconds that a connection may last.
    pub connection_seconds: u64,
    /// Seconds that requests in progress may take to finish when the service stops.
    pub shutdown_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            requests: 1024,
            header_bytes: 32 * 1024,
            body_bytes: 64 * 1024,
            bodies_bytes: 64 * 1024 * 1024,
            read_seconds: 10,
            write_seconds: 10,
            idle_seconds: 60,
            connection_seconds: 3600,
            shutdown_seconds: 10,
        }
    }
}

impl Limits {
    /// Checks the values, each by itself and in combination.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Setting`] with the first invalid setting, as part of a table `limits`.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.header_bytes < MIN_HEADER_BYTES {
            return Err(ConfigError::of_setting("limits.header_bytes", "less than 8192"));
        }
        at_least_one("limits.connections", self.connections.into())?;
        at_least_one("limits.body_bytes", self.body_bytes.into())?;
        if self.body_bytes > self.bodies_bytes / 2 {
            // A connection may use as much as it leaves.
            let problem = "less than twice limits.body_bytes";
            return Err(ConfigError::of_setting("limits.bodies_bytes", problem));
        }
        let seconds = [
            ("limits.read_seconds", self.read_seconds),
            ("limits.write_seconds", self.write_seconds),
            ("limits.idle_seconds", self.idle_seconds),
            ("limits.connection_seconds", self.connection_seconds),
        ];
        for (setting, seconds) in seconds {
            at_least_one(setting, seconds)?;
            at_most(setting, seconds, MAX_SECONDS)?;
        }
        // 0 closes connections at once.
        at_most("limits.shutdown_seconds", self.shutdown_seconds, MAX_SECONDS)
    }
}
