//! Settings for a shared store: its address, credentials and timeouts.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// The default port of Redis, for URLs without a port.
const DEFAULT_PORT: u16 = 6379;

/// The address, credentials and timeouts of a Redis server.
#[derive(Clone)]
pub struct RedisSettings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: i64,
    pub(super) tls: Option<Tls>,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) connect_timeout: Duration,
    pub(super) command_timeout: Duration,
}

/// TLS for the connection to the server.
#[derive(Clone)]
pub(super) struct Tls {
    pub(super) connector: TlsConnector,
    pub(super) name: ServerName<'static>,
}

/// The reason that a setting is invalid. The text contains no part of a URL, which may be a
/// password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedisSettingsError {
    /// The URL has a different form.
    #[error("not a URL of the form redis://HOST:PORT/DATABASE or rediss://HOST:PORT/DATABASE")]
    Url,
    /// The URL contains a user name or a password.
    #[error("the URL contains a user name or a password, which logs and process lists would show")]
    CredentialsInUrl,
    /// Certificate authorities are set for a connection without TLS.
    #[error("certificate authorities require TLS, but the URL does not begin with rediss://")]
    NotTls,
    /// The certificate authorities cannot be used.
    #[error("certificate authorities: {problem}")]
    CertificateAuthorities {
        /// The problem with them.
        problem: String,
    },
}

impl RedisSettings {
    /// Creates settings for the server at `url`: `redis://HOST:PORT/DATABASE`, or `rediss://…` for
    /// TLS. Port 6379 and database 0 are the defaults.
    ///
    /// The default timeouts are a second for connecting and half a second for a command. TLS
    /// accepts the certificate authorities of Mozilla's list.
    ///
    /// # Errors
    ///
    /// [`RedisSettingsError::Url`], or [`RedisSettingsError::CredentialsInUrl`].
    pub fn new(url: &str) -> Result<Self, RedisSettingsError> {
        // Checked first: a password in the URL is worse than any other problem.
        if url.contains('@') {
            return Err(RedisSettingsError::CredentialsInUrl);
        }
        let url: Uri = url.parse().map_err(|_| RedisSettingsError::Url)?;
        let host = url.host().filter(|host| !host.is_empty()).ok_or(RedisSettingsError::Url)?;
        let is_tls = match url.scheme_str() {
            Some("redis") => false,
            Some("rediss") => true,
            _ => return Err(RedisSettingsError::Url),
        };
        // `Uri::port` returns `None` for a number that is too large.
        let authority = url.authority().map_or("", |authority| authority.as_str());
        let port = match authority.strip_prefix(host) {
            Some("") => DEFAULT_PORT,
            Some(port) => port
                .strip_prefix(':')
                .and_then(|port| port.parse().ok())
                .ok_or(RedisSettingsError::Url)?,
            None => return Err(RedisSettingsError::Url),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let database = match url.path() {
            "" | "/" => 0,
            path => path
                .strip_prefix('/')
                .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|number| number.parse().ok())
                .ok_or(RedisSettingsError::Url)?,
        };
        if url.query().is_some() {
            return Err(RedisSettingsError::Url);
        }
        let tls = if is_tls {
            let name = ServerName::try_from(host.clone()).map_err(|_| RedisSettingsError::Url)?;
            let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
            Some(Tls { connector: connector(roots)?, name })
        } else {
            None
        };
        Ok(Self {
            host,
            port,
            database,
            tls,
            user: None,
            password: None,
            connect_timeout: Duration::from_secs(1),
            command_timeout: Duration::from_millis(500),
        })
    }

    /// Accepts the certificate authorities in `pem` instead of Mozilla's list.
    ///
    /// # Errors
    ///
    /// [`RedisSettingsError::NotTls`], or [`RedisSettingsError::CertificateAuthorities`].
    pub fn with_certificate_authorities(mut self, pem: &[u8]) -> Result<Self, RedisSettingsError> {
        let Some(tls) = &mut self.tls else { return Err(RedisSettingsError::NotTls) };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| unusable(&error))?;
            roots.add(certificate).map_err(|error| unusable(&error))?;
        }
        if roots.is_empty() {
            return Err(unusable(&"no certificate in PEM"));
        }
        tls.connector = connector(roots)?;
        Ok(self)
    }

    /// Logs in as the default user with `password`.
    #[must_use]
    pub fn with_password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Logs in as `user`, with the password that is set.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Gives up connecting after `connect`, and a command after `command`.
    #[must_use]
    pub const fn with_timeouts(mut self, connect: Duration, command: Duration) -> Self {
        self.connect_timeout = connect;
        self.command_timeout = command;
        self
    }
}

fn unusable(problem: &dyn fmt::Display) -> RedisSettingsError {
    RedisSettingsError::CertificateAuthorities { problem: problem.to_string() }
}

fn connector(roots: RootCertStore) -> Result<TlsConnector, RedisSettingsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("database", &self.database)
            .field("is_tls", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_host_port_database_and_tls() {
        let place = |url: &str| {
            let settings = RedisSettings::new(url).unwrap();
            (settings.host, settings.port, settings.database, settings.tls.is_some())
        };
        assert_eq!(place("redis://a.example"), ("a.example".into(), 6379, 0, false));
        assert_eq!(place("redis://a.example:7000/3"), ("a.example".into(), 7000, 3, false));
        assert_eq!(place("rediss://a.example/"), ("a.example".into(), 6379, 0, true));
        assert_eq!(place("rediss://[::1]:1"), ("::1".into(), 1, 0, true));
    }

    #[test]
    fn any_other_url_is_an_error_that_does_not_repeat_it() {
        use RedisSettingsError::{CredentialsInUrl, Url};
        for (url, expected) in [
            ("", Url),
            ("a.example:6379", Url),
            ("http://a.example", Url),
            ("redis://", Url),
            ("redis://:6379", Url),
            ("redis://a.example:70000", Url),
            ("redis://a.example/x", Url),
            ("redis://a.example/-1", Url),
            ("redis://a.example/0/1", Url),
            ("redis://a.example?password=secret", Url),
            ("redis://:secret@a.example", CredentialsInUrl),
            ("redis://user:secret@a.example:1/0", CredentialsInUrl),
            ("redis://user@a.example", CredentialsInUrl),
            ("redis://a.example:secret@", CredentialsInUrl),
        ] {
            let error = RedisSettings::new(url).unwrap_err();
            assert_eq!(error, expected, "{url}");
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn neither_user_nor_password_is_in_debug() {
        let settings = RedisSettings::new("redis://a.example").unwrap();
        let text = format!("{:?}", settings.with_user("zq7user").with_password("zq7secret"));
        assert!(!text.contains("zq7"), "{text}");
    }

    #[test]
    fn certificate_authorities_require_tls() {
        let plain = RedisSettings::new("redis://a.example").unwrap();
        let error = plain.with_certificate_authorities(b"").unwrap_err();
        assert_eq!(error, RedisSettingsError::NotTls);
        for pem in [&b""[..], b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"] {
            let tls = RedisSettings::new("rediss://a.example").unwrap();
            let error = tls.with_certificate_authorities(pem).unwrap_err();
            assert!(matches!(error, RedisSettingsError::CertificateAuthorities { .. }), "{error}");
        }
    }
}
