//! Validation of settings, each by itself and in combination.

use kliento::VerificationPolicy;
use kliento_http::ConfigError;
use kliento_http::settings::{at_least_one, at_most};

use crate::config::{Config, ServiceLimits};
use crate::forwarded::Audiences;

/// The maximum validity period of a token: 90 days, the limit for all evidence.
const MAX_VALIDITY_SECONDS: u64 = 90 * 24 * 60 * 60;

/// The maximum bytes of any cache, whose index is allocated at start.
const MAX_CACHE_BYTES: u64 = 16 * 1024 * 1024 * 1024;

/// The maximum number of threads, far more than a machine has processors.
const MAX_THREADS: u32 = 1024;

/// The maximum length of a queue, which is allocated at start.
const MAX_QUEUE: u32 = 65_536;

impl Config {
    /// Checks the values, each by itself and in combination.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Setting`] with the first invalid setting.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.audiences.iter().any(String::is_empty) {
            return wrong("audiences", "empty audience");
        }
        if self.routes.iter().any(|route| route.audience.is_empty()) {
            return wrong("routes.audience", "empty audience");
        }
        Audiences::new(self)?;
        self.check_paths()?;
        self.check_policy()?;
        let caches = [
            ("cache.zone_bytes", self.cache.zone_bytes),
            ("cache.organisation_bytes", self.cache.organisation_bytes),
            ("cache.bundle_bytes", self.cache.bundle_bytes),
        ];
        for (setting, bytes) in caches {
            at_most(setting, bytes, MAX_CACHE_BYTES)?;
        }
        if let Some(one_time) = &self.one_time {
            one_time
                .check()
                .map_err(|(setting, problem)| ConfigError::Setting { setting, problem })?;
        }
        self.limits.check()
    }

    fn check_paths(&self) -> Result<(), ConfigError> {
        let tls = self.tls.as_ref();
        let paths = [
            ("trust_anchors", self.trust_anchors.as_ref()),
            ("tls.certificates", tls.map(|tls| &tls.certificates)),
            ("tls.key", tls.map(|tls| &tls.key)),
        ];
        match paths.iter().find(|(_, path)| path.is_some_and(|path| path.as_os_str().is_empty())) {
            Some((setting, _)) => wrong(setting, "empty path; remove the setting or name a file"),
            None => Ok(()),
        }
    }

    fn check_policy(&self) -> Result<(), ConfigError> {
        let policy = &self.policy;
        at_most(
            "policy.leeway_seconds",
            policy.leeway_seconds,
            VerificationPolicy::MAX_LEEWAY_SECONDS,
        )?;
        at_least_one("policy.max_validity_seconds", policy.max_validity_seconds)?;
        at_most("policy.max_validity_seconds", policy.max_validity_seconds, MAX_VALIDITY_SECONDS)?;
        if policy.profiles.is_empty() {
            return wrong(
                "policy.profiles",
                "no profile is accepted; list veraid, domainauth or both",
            );
        }
        if policy.signers.is_empty() {
            return wrong(
                "policy.signers",
                "no signer is accepted; list member, organisation or both",
            );
        }
        Ok(())
    }
}

impl ServiceLimits {
    fn check(&self) -> Result<(), ConfigError> {
        self.http().check()?;
        at_least_one("limits.verifying_queue", self.verifying_queue.into())?;
        at_most("limits.verifying_queue", self.verifying_queue.into(), MAX_QUEUE.into())?;
        at_most("limits.verifying_threads", self.verifying_threads.into(), MAX_THREADS.into())
    }
}

fn wrong(setting: &'static str, problem: &str) -> Result<(), ConfigError> {
    Err(ConfigError::of_setting(setting, problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_values_are_rejected_by_name() {
        for (toml, setting) in [
            ("audiences = [\"\"]", "audiences"),
            ("routes = [{ audience = \"\" }]", "routes.audience"),
            ("routes = [{ path = \"admin\", audience = \"a\" }]", "routes.path"),
            ("routes = [{ host = \"*\", audience = \"a\" }]", "routes.host"),
            ("routes = [{ audience = \"a\" }, { audience = \"b\" }]", "routes"),
            ("forwarded_audience = true", "forwarded_audience"),
            ("trust_anchors = \"\"", "trust_anchors"),
            ("tls = { certificates = \"\", key = \"k\" }", "tls.certificates"),
            ("tls = { certificates = \"c\", key = \"\" }", "tls.key"),
            ("policy = { leeway_seconds = 301 }", "policy.leeway_seconds"),
            ("policy = { max_validity_seconds = 0 }", "policy.max_validity_seconds"),
            ("policy = { max_validity_seconds = 7776001 }", "policy.max_validity_seconds"),
            ("policy = { profiles = [] }", "policy.profiles"),
            ("policy = { signers = [] }", "policy.signers"),
            ("cache = { zone_bytes = 9223372036854775807 }", "cache.zone_bytes"),
            ("cache = { organisation_bytes = 17179869185 }", "cache.organisation_bytes"),
            ("cache = { bundle_bytes = 9223372036854775807 }", "cache.bundle_bytes"),
            ("one_time = { max_entries = 0 }", "one_time.max_entries"),
            ("limits = { header_bytes = 100 }", "limits.header_bytes"),
            ("limits = { bodies_bytes = 1 }", "limits.bodies_bytes"),
            ("limits = { body_bytes = 65536, bodies_bytes = 131071 }", "limits.bodies_bytes"),
            ("limits = { connections = 0 }", "limits.connections"),
            ("limits = { body_bytes = 0 }", "limits.body_bytes"),
            ("limits = { verifying_queue = 0 }", "limits.verifying_queue"),
            ("limits = { verifying_queue = 4294967295 }", "limits.verifying_queue"),
            ("limits = { verifying_threads = 4294967295 }", "limits.verifying_threads"),
            ("limits = { read_seconds = 0 }", "limits.read_seconds"),
            ("limits = { write_seconds = 0 }", "limits.write_seconds"),
            ("limits = { idle_seconds = 0 }", "limits.idle_seconds"),
            ("limits = { connection_seconds = 0 }", "limits.connection_seconds"),
            ("limits = { read_seconds = 9223372036854775807 }", "limits.read_seconds"),
            ("limits = { write_seconds = 31536001 }", "limits.write_seconds"),
            ("limits = { idle_seconds = 9223372036854775807 }", "limits.idle_seconds"),
            ("limits = { connection_seconds = 9223372036854775807 }", "limits.connection_seconds"),
            ("limits = { shutdown_seconds = 9223372036854775807 }", "limits.shutdown_seconds"),
        ] {
            match Config::from_toml(toml).unwrap().check() {
                Err(ConfigError::Setting { setting: found, .. }) => {
                    assert_eq!(found, setting, "{toml}")
                }
                other => panic!("{toml}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_ambiguous_empty_list_is_rejected_with_its_location() {
        for toml in ["audiences = []", "routes = []"] {
            let Err(ConfigError::Toml(text)) = Config::from_toml(toml) else { panic!("{toml}") };
            assert!(text.contains("line 1") && text.contains("the list is empty"), "{text}");
        }
        // An empty `allow` admits no subject, which `Policy::allow` is for.
        let config = Config::from_toml("policy = { allow = [] }").unwrap();
        assert_eq!((config.check(), config.policy.allow), (Ok(()), Some(vec![])));
    }

    /// Every optional setting, and numbers other than the default.
    const SETTINGS: [&str; 12] = [
        "listen = \"unix:/run/kliento/verifier.sock\"",
        "admin_listen = \"[::1]:0\"",
        "trust_anchors = \"/etc/kliento/\\\"roots\\\" ü.ds\"",
        "audiences = [\"https://a.example\", \"urn:b\"]",
        "one_time = { max_entries = 7 }",
        "tls = { certificates = \"a.pem\", key = \"b.pem\" }",
        "cache = { zone_bytes = 0 }",
        "limits = { shutdown_seconds = 0, idle_seconds = 31536000 }",
        "[policy]\nallow = []",
        "[policy]\nallow = [\"A.example.\", \"*@*.org\"]\ndeny = [\"ü*@b.example\"]",
        "[policy]\nrequired_claims = { \"a b\" = \"\", Role = \"1\" }\nprofiles = [\"domainauth\"]\nleeway_seconds = 300",
        "[[routes]]\nhost = \"ü.example.\"\npath = \"/a/\"\naudience = \"x\"\n[[routes]]\naudience = \"y\"",
    ];

    #[test]
    fn a_printed_configuration_reads_back_whatever_is_set() {
        let mut choices: Vec<Vec<bool>> = vec![vec![]];
        for _ in SETTINGS {
            let with_and_without = |choice: &Vec<bool>| {
                [false, true].map(|is_set| [choice.as_slice(), &[is_set]].concat())
            };
            choices = choices.iter().flat_map(with_and_without).collect();
        }
        for choice in choices {
            let is_chosen = |index: usize| choice[index];
            // Only one of the tables `policy`.
            if [8, 9, 10].into_iter().filter(|index| is_chosen(*index)).count() > 1 {
                continue;
            }
            let lines = SETTINGS.iter().enumerate().filter(|(index, _)| is_chosen(*index));
            let toml = lines.map(|(_, line)| format!("{line}\n")).collect::<String>();
            let config = Config::from_toml(&toml).unwrap();
            assert_eq!(config.check(), Ok(()), "{toml}");
            let printed = config.to_toml().unwrap();
            assert_eq!(Config::from_toml(&printed), Ok(config), "{toml}\n->\n{printed}");
            for (index, name) in [
                (1, "admin_listen ="),
                (2, "trust_anchors ="),
                (3, "audiences ="),
                (4, "[one_time]"),
                (5, "[tls]"),
                (11, "[[routes]]"),
            ] {
                let is_printed = printed.lines().any(|line| line.starts_with(name));
                assert_eq!(is_printed, is_chosen(index), "{name} in {printed}");
            }
            assert_eq!(printed.contains("allow ="), is_chosen(8) || is_chosen(9), "{printed}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_toml_cannot_represent_is_an_error_and_not_an_empty_file() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let path = OsStr::from_bytes(b"/\xFF").into();
        let config = Config { trust_anchors: Some(path), ..Config::default() };
        assert!(matches!(config.to_toml(), Err(ConfigError::Toml(_))));
    }
}
