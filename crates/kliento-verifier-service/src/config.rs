//! Service configuration: a TOML file, overridden by environment and arguments.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use kliento::{CacheLimits, Profile, SignatureKind, TokenPolicy, VerificationPolicy};
use kliento_http::{ConfigError, Limits, ListenAddress, Tls, settings};
use kliento_verifier::{AccessPolicy, NamePattern, RedisSettings, RedisSettingsError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The prefix of all environment variables that override settings.
const VARIABLE_PREFIX: &str = "KLIENTO_VERIFIER_";

/// The maximum timeout for a shared store, in milliseconds, when connecting or waiting for a reply:
/// requests wait for it.
const MAX_STORE_MILLISECONDS: u64 = 60_000;

/// The configuration of the service. Every setting has a default, so an empty file is valid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The address that requests are accepted on.
    pub listen: ListenAddress,
    /// The address of health and metrics, which clients should not be able to reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_listen: Option<ListenAddress>,
    /// A file with DS or DNSKEY records of the root, one per line; without it, IANA's anchors are
    /// used. The file is reloaded when it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust_anchors: Option<PathBuf>,
    /// The audiences that are served. Without audiences and routes, any audience that the caller or
    /// proxy names is served.
    #[serde(deserialize_with = "not_empty", skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<String>,
    /// Forward authentication uses `https://host`, from the scheme and host that the proxy
    /// forwards, as the audience if it is in `audiences`.
    pub forwarded_audience: bool,
    /// Audiences by host and path of the request that a proxy asks about. If there are routes, a
    /// request that matches none of them has no audience.
    #[serde(deserialize_with = "not_empty", skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
    /// The tokens and subjects that are accepted.
    pub policy: Policy,
    /// Sizes of the cache of verified results.
    pub cache: CacheSizes,
    /// Resource limits of the service.
    pub limits: ServiceLimits,
    /// If set, each token is admitted only once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_time: Option<OneTime>,
    /// If set, the listener for requests uses TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

/// An audience for some of the requests that a proxy asks about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Route {
    /// The host without port; any host if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The first segments of the path; any path if absent. The longest match decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The audience that tokens must name.
    pub audience: String,
}

/// The tokens and subjects that are accepted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// Patterns of organisations and subjects to admit, with `*`: all if absent, no subject if
    /// empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<Pattern>>,
    /// Patterns of organisations and subjects to deny, even if they are allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<Pattern>,
    /// Claims that every token must have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub required_claims: BTreeMap<String, String>,
    /// The maximum validity period of a token, in seconds.
    pub max_validity_seconds: u64,
    /// The maximum number of seconds, up to 300, that this clock may be behind the senders' clocks.
    pub leeway_seconds: u64,
    /// The profiles that are accepted: `veraid`, `domainauth` or both.
    pub profiles: Vec<ProfileName>,
    /// The signers that are accepted: `member`, `organisation` or both.
    pub signers: Vec<SignerName>,
    /// True if organisation certificates from other issuers are accepted under DomainAuth.
    pub foreign_issuers: bool,
}

/// The name of a profile in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ProfileName {
    /// VeraId.
    VeraId,
    /// DomainAuth.
    DomainAuth,
}

/// The name of a signer in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SignerName {
    /// The member itself.
    Member,
    /// The organisation, for itself or on behalf of a member.
    Organisation,
}

/// Cache sizes. 0 disables a cache.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CacheSizes {
    /// Bytes for cached signatures of root and top-level domain records.
    pub zone_bytes: u64,
    /// Bytes for cached organisations.
    pub organisation_bytes: u64,
    /// Bytes for cached bundles.
    pub bundle_bytes: u64,
}

/// Resource limits of the service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ServiceLimits {
    /// Maximum simultaneous connections; further ones get 503.
    pub connections: u32,
    /// Maximum simultaneous requests of all connections together, beyond one for each connection.
    /// No connection may use more of them than it leaves for the others; a request beyond the limit
    /// gets 503.
    pub requests: u32,
    /// Maximum bytes of a request's header section. A bundle of 16 KiB takes 22 KiB in Base64, in
    /// addition to other headers from a proxy.
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
    /// Threads that verify bundles of cached organisations, and as many again for unknown ones; 0
    /// means one for each processor but one.
    pub verifying_threads: u32,
    /// Maximum bundles waiting for such a thread, from cached organisations and as many again from
    /// unknown ones; further ones get 503.
    pub verifying_queue: u32,
    /// Seconds that requests in progress may take to finish when the service stops.
    pub shutdown_seconds: u64,
}

/// Tokens are admitted once: by this process, or by all instances that share a store.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct OneTime {
    /// Maximum used tokens that this process keeps, until some minutes after they expire.
    /// Beyond the limit, new tokens get 503.
    pub max_entries: u32,
    /// A Redis server that instances share: `redis://HOST:PORT/DATABASE`, or `rediss://…` for TLS.
    /// Without it each process has its own list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// A file with the user to log in as; the default user if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_file: Option<PathBuf>,
    /// A file with the password to log in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// The certificate authorities of the store in PEM; Mozilla's list if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Maximum milliseconds to connect to the store.
    pub connect_milliseconds: u64,
    /// Maximum milliseconds for the store to reply.
    pub command_milliseconds: u64,
    /// The treatment of tokens while the store is unavailable.
    pub on_unavailable: OnUnavailable,
}

/// The treatment of one-time tokens while the shared store is unavailable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnUnavailable {
    /// Rejects them with 503.
    Reject,
    /// Admits them, once at each instance.
    Accept,
}

/// A name pattern in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(pub NamePattern);

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: ListenAddress::Tcp(SocketAddr::from(([127, 0, 0, 1], 3000))),
            admin_listen: None,
            trust_anchors: None,
            audiences: Vec::new(),
            forwarded_audience: false,
            routes: Vec::new(),
            policy: Policy::default(),
            cache: CacheSizes::default(),
            limits: ServiceLimits::default(),
            one_time: None,
            tls: None,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow: None,
            deny: Vec::new(),
            required_claims: BTreeMap::new(),
            max_validity_seconds: TokenPolicy::MAX_VALIDITY_SECONDS,
            leeway_seconds: 0,
            profiles: vec![ProfileName::VeraId, ProfileName::DomainAuth],
            signers: vec![SignerName::Member, SignerName::Organisation],
            foreign_issuers: false,
        }
    }
}

impl Default for CacheSizes {
    fn default() -> Self {
        Self {
            zone_bytes: 1024 * 1024,
            organisation_bytes: 64 * 1024 * 1024,
            bundle_bytes: 64 * 1024 * 1024,
        }
    }
}

impl Default for ServiceLimits {
    fn default() -> Self {
        let http = Limits::default();
        Self {
            connections: http.connections,
            requests: http.requests,
            header_bytes: http.header_bytes,
            // Above the maximum size of a bundle, so that deployed clients learn why a slightly
            // larger bundle is rejected.
            body_bytes: 64 * 1024,
            bodies_bytes: http.bodies_bytes,
            read_seconds: http.read_seconds,
            write_seconds: http.write_seconds,
            idle_seconds: http.idle_seconds,
            connection_seconds: http.connection_seconds,
            verifying_threads: 0,
            verifying_queue: 128,
            shutdown_seconds: http.shutdown_seconds,
        }
    }
}

impl ServiceLimits {
    /// The limits that have nothing to do with verification.
    pub(crate) fn http(&self) -> Limits {
        let mut http = Limits::default();
        http.connections = self.connections;
        http.requests = self.requests;
        http.header_bytes = self.header_bytes;
        http.body_bytes = self.body_bytes;
        http.bodies_bytes = self.bodies_bytes;
        http.read_seconds = self.read_seconds;
        http.write_seconds = self.write_seconds;
        http.idle_seconds = self.idle_seconds;
        http.connection_seconds = self.connection_seconds;
        http.shutdown_seconds = self.shutdown_seconds;
        http
    }
}

impl Default for OneTime {
    fn default() -> Self {
        Self {
            max_entries: 1_000_000,
            store: None,
            user_file: None,
            password_file: None,
            ca_file: None,
            connect_milliseconds: 1_000,
            command_milliseconds: 500,
            on_unavailable: OnUnavailable::Reject,
        }
    }
}

impl OneTime {
    /// Returns the first invalid setting, and the reason.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        let wrong = |setting, problem: &str| Err((setting, problem.to_owned()));
        if self.max_entries == 0 {
            return wrong("one_time.max_entries", "must be at least 1");
        }
        for (setting, milliseconds) in [
            ("one_time.connect_milliseconds", self.connect_milliseconds),
            ("one_time.command_milliseconds", self.command_milliseconds),
        ] {
            if !(1..=MAX_STORE_MILLISECONDS).contains(&milliseconds) {
                return wrong(setting, "not between 1 and 60000");
            }
        }
        let Some(url) = &self.store else {
            let of_store = [
                ("one_time.user_file", self.user_file.is_some()),
                ("one_time.password_file", self.password_file.is_some()),
                ("one_time.ca_file", self.ca_file.is_some()),
                ("one_time.on_unavailable", self.on_unavailable != OnUnavailable::Reject),
            ];
            return match of_store.iter().find(|(_, is_set)| *is_set) {
                Some((setting, _)) => wrong(setting, "requires one_time.store, which is not set"),
                None => Ok(()),
            };
        };
        if let Err(error) = RedisSettings::new(url) {
            let fix = match error {
                RedisSettingsError::CredentialsInUrl => {
                    ": put them in files, and set one_time.user_file and one_time.password_file"
                }
                _ => "",
            };
            return wrong("one_time.store", &format!("{error}{fix}"));
        }
        if self.user_file.is_some() && self.password_file.is_none() {
            return wrong(
                "one_time.user_file",
                "requires one_time.password_file, which is not set",
            );
        }
        if self.ca_file.is_some() && !url.starts_with("rediss:") {
            return wrong("one_time.ca_file", "requires TLS, but one_time.store is not rediss://");
        }
        Ok(())
    }
}

impl Config {
    /// Parses a configuration in TOML.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Toml`] with line and column. [`Config::check`] checks the values.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        settings::from_toml(text)
    }

    /// Parses a configuration in TOML, overridden by settings from `variables`.
    ///
    /// `KLIENTO_VERIFIER_LISTEN` is `listen`, `KLIENTO_VERIFIER_POLICY__LEEWAY_SECONDS` is
    /// `leeway_seconds` in the table `policy`, and so on. A value is written as in the file; one
    /// that is not TOML is a string. Variables with other names are ignored, and so are those that
    /// Kubernetes creates for a Service whose name begins with `kliento-verifier`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Toml`], or [`ConfigError::Variable`] for an unknown setting or an invalid
    /// value.
    pub fn from_toml_and_variables(
        text: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        settings::from_toml_and_variables(text, VARIABLE_PREFIX, variables)
    }

    /// The configuration in TOML, including defaults. Settings without a value are left out.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Toml`] for a path that is not UTF-8, or a number that TOML cannot represent.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        settings::to_toml(self)
    }

    /// The access policy.
    pub(crate) fn access_policy(&self) -> AccessPolicy {
        let Policy { allow, deny, required_claims, signers, .. } = &self.policy;
        let policy = AccessPolicy::default().only_signers(signers.iter().map(|name| name.kind()));
        let policy = match allow {
            Some(patterns) => {
                policy.allow_only(patterns.iter().map(|Pattern(pattern)| pattern.clone()))
            }
            None => policy,
        };
        let policy =
            deny.iter().fold(policy, |policy, Pattern(pattern)| policy.deny(pattern.clone()));
        let claims = required_claims.iter();
        claims.fold(policy, |policy, (name, value)| policy.require_claim(name, value))
    }

    /// The verification policy for bundles, beyond the rules of the protocol.
    pub(crate) fn verification_policy(&self) -> VerificationPolicy {
        let policy = VerificationPolicy::default().with_leeway_seconds(self.policy.leeway_seconds);
        let policy =
            if self.policy.foreign_issuers { policy.accepting_foreign_issuers() } else { policy };
        let accepts = |name| self.policy.profiles.contains(&name);
        match (accepts(ProfileName::VeraId), accepts(ProfileName::DomainAuth)) {
            (true, false) => policy.only_profile(Profile::VeraId),
            (false, true) => policy.only_profile(Profile::DomainAuth),
            _ => policy,
        }
    }

    /// The cache limits of the verifier.
    pub(crate) const fn cache_limits(&self) -> CacheLimits {
        CacheLimits::DISABLED
            .with_zone_bytes(self.cache.zone_bytes)
            .with_organisation_bytes(self.cache.organisation_bytes)
            .with_bundle_bytes(self.cache.bundle_bytes)
    }

    /// The policy for tokens, beyond the rules of the protocol.
    pub(crate) fn token_policy(&self) -> TokenPolicy {
        TokenPolicy::default().with_max_validity_seconds(self.policy.max_validity_seconds)
    }
}

impl SignerName {
    const fn kind(self) -> SignatureKind {
        match self {
            Self::Member => SignatureKind::Member,
            Self::Organisation => SignatureKind::Organisation,
        }
    }
}

/// Rejects a list that is present but empty: whatever should fill it probably failed, and leaving
/// it out has a different meaning.
fn not_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::deserialize(deserializer)?;
    if list.is_empty() {
        return Err(serde::de::Error::custom("the list is empty; remove it or add an entry"));
    }
    Ok(list)
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_configuration_is_the_one_that_was_read() {
        let text = r#"
            listen = "unix:/run/kliento/verifier.sock"
            admin_listen = "127.0.0.1:0"
            audiences = ["https://api.example.com"]
            [[routes]]
            host = "api.example.com"
            path = "/admin"
            audience = "https://api.example.com/admin"
            [policy]
            allow = ["example.com", "*@example.org"]
            required_claims = { role = "deploy" }
            profiles = ["veraid"]
            signers = ["member"]
            [one_time]
            [tls]
            certificates = "a.pem"
            key = "b.pem"
        "#;
        let config = Config::from_toml(text).unwrap();
        assert_eq!(config.check(), Ok(()));
        assert_eq!(Config::from_toml(&config.to_toml().unwrap()), Ok(config.clone()));
        assert_eq!(config.listen, ListenAddress::Unix("/run/kliento/verifier.sock".into()));
    }

    #[test]
    fn an_empty_file_is_the_default_configuration() {
        assert_eq!(Config::from_toml(""), Ok(Config::default()));
        assert_eq!(Config::default().check(), Ok(()));
    }

    #[test]
    fn unknown_settings_are_rejected_with_their_location() {
        let error = Config::from_toml("audience = \"https://api.example.com\"").unwrap_err();
        let ConfigError::Toml(text) = error else { panic!("{error}") };
        assert!(text.contains("line 1, column 1") && text.contains("audiences"), "{text}");
    }
    #[test]
    fn an_invalid_shared_store_is_reported_with_its_setting_and_without_its_password() {
        let error =
            |text: &str| match Config::from_toml(&format!("[one_time]\n{text}")).unwrap().check() {
                Err(ConfigError::Setting { setting, problem }) => {
                    assert!(!problem.contains("zq7"), "{problem}");
                    setting
                }
                other => panic!("{text}: {other:?}"),
            };
        assert_eq!(error("max_entries = 0"), "one_time.max_entries");
        assert_eq!(error("store = \"redis://:zq7@a.example\""), "one_time.store");
        assert_eq!(error("store = \"redis://a.example?password=zq7\""), "one_time.store");
        assert_eq!(error("store = \"memcached://zq7.example\""), "one_time.store");
        assert_eq!(error("password_file = \"a\""), "one_time.password_file");
        assert_eq!(error("on_unavailable = \"accept\""), "one_time.on_unavailable");
        let with_store = |more: &str| error(&format!("store = \"redis://a.example\"\n{more}"));
        assert_eq!(with_store("user_file = \"a\""), "one_time.user_file");
        assert_eq!(with_store("ca_file = \"a\""), "one_time.ca_file");
        assert_eq!(with_store("command_milliseconds = 0"), "one_time.command_milliseconds");
        assert_eq!(with_store("connect_milliseconds = 60001"), "one_time.connect_milliseconds");
        let good = "[one_time]\nstore = \"rediss://a.example:7000/1\"\nuser_file = \"a\"\npassword_file = \"b\"\nca_file = \"c\"\non_unavailable = \"accept\"";
        let config = Config::from_toml(good).unwrap();
        assert_eq!(config.check(), Ok(()));
        assert_eq!(Config::from_toml(&config.to_toml().unwrap()), Ok(config));
    }

    #[test]
    fn variables_with_the_prefix_of_the_service_override_the_file() {
        let variables = [
            ("KLIENTO_VERIFIER_LISTEN", "127.0.0.1:2"),
            ("KLIENTO_VERIFIER_AUDIENCES", "[\"https://a.example\"]"),
            ("KLIENTO_VERIFIER_POLICY__LEEWAY_SECONDS", "30"),
            ("KLIENTO_VERIFIER_SERVICE_HOST", "10.0.0.7"),
            ("KLIENTO_ELSEWHERE", "1"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let config = Config::from_toml_and_variables("listen = \"127.0.0.1:1\"", variables);
        let expected = "listen = \"127.0.0.1:2\"\naudiences = [\"https://a.example\"]\n[policy]\nleeway_seconds = 30";
        assert_eq!(config, Config::from_toml(expected));
    }
}
