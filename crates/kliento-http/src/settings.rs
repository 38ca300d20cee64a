//! Settings in TOML, overridden by environment variables.
//!
//! Every service has settings of its own, in a type that serde can read, and a prefix for its
//! environment variables. Arguments are set over both by the program that has them.

use std::net::IpAddr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// The reason that a configuration is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is not TOML, or does not have the form of a configuration.
    #[error("{0}")]
    Toml(String),
    /// An environment variable does not name a setting, or has an invalid value.
    #[error("{name}: {problem}")]
    Variable {
        /// The variable's name.
        name: String,
        /// The problem with it.
        problem: String,
    },
    /// A setting has an invalid value.
    #[error("{setting}: {problem}")]
    Setting {
        /// The setting's name.
        setting: &'static str,
        /// The problem with it.
        problem: String,
    },
}

impl ConfigError {
    /// Creates the error for an invalid value of a setting.
    #[must_use]
    pub fn of_setting(setting: &'static str, problem: &str) -> Self {
        Self::Setting { setting, problem: problem.to_owned() }
    }
}

/// Parses settings in TOML.
///
/// # Errors
///
/// [`ConfigError::Toml`] with line and column.
pub fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| without_values(text, &error))
}

/// The position and reason of an error, without the text that it is about: the line may contain a
/// password, or the file may be a private key that was named by mistake.
fn without_values(text: &str, error: &toml::de::Error) -> ConfigError {
    let message = message_without_values(error.message());
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else {
        return ConfigError::Toml(message);
    };
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count());
    let column = column.saturating_add(1);
    ConfigError::Toml(format!("line {line}, column {column}: {message}"))
}

/// Removes the value from serde's `invalid type: string "…", expected …`.
fn message_without_values(message: &str) -> String {
    let has_value = ["invalid type: ", "invalid value: ", "unknown variant "];
    match (
        has_value.iter().find(|start| message.starts_with(**start)),
        message.rfind(", expected "),
    ) {
        (Some(start), Some(end)) => {
            let start = start.trim_end_matches([':', ' ']);
            let expected = message.get(end..).unwrap_or_default();
            format!("{start}{expected}")
        }
        _ => message.to_owned(),
    }
}

/// Writes settings in TOML.
///
/// # Errors
///
/// [`ConfigError::Toml`] for a path that is not UTF-8, or a number that TOML cannot represent.
pub fn to_toml(settings: &impl Serialize) -> Result<String, ConfigError> {
    toml::to_string_pretty(settings).map_err(|error| ConfigError::Toml(error.to_string()))
}

/// Parses settings in TOML, overridden by those `variables` whose names begin with `prefix`.
///
/// With the prefix `KLIENTO_VERIFIER_`, the variable `KLIENTO_VERIFIER_LISTEN` is `listen`,
/// `KLIENTO_VERIFIER_POLICY__LEEWAY_SECONDS` is `leeway_seconds` in the table `policy`, and so on.
/// A value is written as in the file; one that is not TOML is a string. Variables with other names
/// are ignored, and so are those that Kubernetes creates for a Service whose name begins like the
/// prefix.
///
/// # Errors
///
/// [`ConfigError::Toml`], or [`ConfigError::Variable`] for an unknown setting or an invalid value.
pub fn from_toml_and_variables<T: DeserializeOwned>(
    text: &str,
    prefix: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<T, ConfigError> {
    // The file alone first, so that its errors have line and column.
    let mut settings = from_toml(text)?;
    let mut table: Table = text.parse().map_err(|error| without_values(text, &error))?;
    let mut variables: Vec<_> = variables.into_iter().collect();
    variables.sort();
    for (name, value) in variables {
        let Some(path) = name.strip_prefix(prefix) else { continue };
        if is_service_link(path, &value) {
            continue;
        }
        let path = path.to_ascii_lowercase();
        let keys: Vec<&str> = path.split("__").collect();
        let wrong = |problem: String| ConfigError::Variable { name: name.clone(), problem };
        set(&mut table, &keys, parse(&value)).ok_or_else(|| wrong("unknown setting".to_owned()))?;
        settings = table
            .clone()
            .try_into()
            .map_err(|error: toml::de::Error| wrong(message_without_values(error.message())))?;
    }
    Ok(settings)
}

/// Rejects 0.
///
/// # Errors
///
/// [`ConfigError::Setting`].
pub fn at_least_one(setting: &'static str, value: u64) -> Result<(), ConfigError> {
    if value > 0 {
        return Ok(());
    }
    Err(ConfigError::of_setting(setting, "must be at least 1"))
}

/// Rejects a value above `most`.
///
/// # Errors
///
/// [`ConfigError::Setting`].
pub fn at_most(setting: &'static str, value: u64, most: u64) -> Result<(), ConfigError> {
    if value <= most {
        return Ok(());
    }
    Err(ConfigError::of_setting(setting, &format!("more than {most}")))
}

/// Recognises variables that Kubernetes puts into a pod for each Service (`enableServiceLinks`):
/// its host and ports, also as Docker's links called them, `…_PORT=tcp://10.0.0.7:3000` and
/// `…_PORT_3000_TCP_ADDR`.
///
/// No setting has such a name. A variable with a value that Kubernetes would not write is treated
/// as a setting, and rejected by name.
fn is_service_link(name: &str, value: &str) -> bool {
    // The name for a Service has one underscore for each hyphen; a setting within a table has two.
    if name.contains("__") {
        return false;
    }
    let words: Vec<&str> = name.split('_').collect();
    let is_number =
        |text: &str| !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let is_protocol = |text: &str| matches!(text, "TCP" | "UDP" | "SCTP");
    let is_url = || ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let ends_like_a_link = |end: &[&str]| match end {
        ["SERVICE", "HOST"] => value.parse::<IpAddr>().is_ok(),
        ["SERVICE", "PORT", ..] => is_number(value),
        ["PORT"] => is_url(),
        ["PORT", number, protocol, rest @ ..] if is_number(number) && is_protocol(protocol) => {
            match rest {
                [] => is_url(),
                ["PROTO" | "PORT" | "ADDR"] => true,
                _ => false,
            }
        }
        _ => false,
    };
    (0..words.len()).any(|start| words.get(start..).is_some_and(ends_like_a_link))
}

/// Parses a value as in the file, or takes it as a string.
fn parse(text: &str) -> Value {
    let line = format!("value = {text}");
    let parsed = line.parse::<Table>().ok().filter(|table| table.len() == 1);
    parsed
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Sets the value at a path, creating tables on the way; `None` if a value on the way is not a
/// table.
fn set(table: &mut Table, keys: &[&str], value: Value) -> Option<()> {
    let (key, rest) = keys.split_first()?;
    if rest.is_empty() {
        table.insert((*key).to_owned(), value);
        return Some(());
    }
    let inner = table.entry(*key).or_insert_with(|| Value::Table(Table::new()));
    set(inner.as_table_mut()?, rest, value)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Eq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Settings {
        listen: String,
        audiences: Vec<String>,
        forwarded_audience: bool,
        policy: Policy,
    }

    #[derive(Debug, Default, PartialEq, Eq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Policy {
        leeway_seconds: u64,
        max_validity_seconds: u64,
    }

    fn with(text: &str, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        from_toml_and_variables(text, "KLIENTO_VERIFIER_", variables.iter().map(owned))
    }

    #[test]
    fn variables_go_over_the_file() {
        let text =
            "listen = \"127.0.0.1:1\"\n[policy]\nleeway_seconds = 1\nmax_validity_seconds = 60";
        let config = with(
            text,
            &[
                ("KLIENTO_VERIFIER_LISTEN", "127.0.0.1:2"),
                ("KLIENTO_VERIFIER_AUDIENCES", "[\"https://a.example\"]"),
                ("KLIENTO_VERIFIER_POLICY__LEEWAY_SECONDS", "30"),
                ("KLIENTO_VERIFIER_FORWARDED_AUDIENCE", "true"),
                ("KLIENTO_ELSEWHERE", "1"),
            ],
        )
        .unwrap();
        let expected = "listen = \"127.0.0.1:2\"\naudiences = [\"https://a.example\"]\nforwarded_audience = true\n[policy]\nleeway_seconds = 30\nmax_validity_seconds = 60";
        assert_eq!(Ok(config), from_toml(expected));
    }

    #[test]
    fn errors_name_the_location_and_no_value() {
        for (text, expected) in [
            ("listen = \"x\"\nlisten = zq7", "line 2, column "),
            ("listen = \"zq7", "line 1, column "),
            ("zq7", "line 1, column "),
            ("-----BEGIN zq7-----\nzq7", "line 1, column "),
            (
                "\n[policy]\nleeway_seconds = \"zq7\"",
                "line 3, column 18: invalid type, expected u64",
            ),
            ("audiences = \"zq7\"", "line 1, column 13: invalid type, expected a sequence"),
            ("[policy]\nleeway_seconds = -7", "line 2, column 18: invalid value, expected u64"),
        ] {
            let Err(ConfigError::Toml(found)) = with(text, &[]) else { panic!("{text}") };
            assert!(found.starts_with(expected) && !found.contains("zq7"), "{text}: {found}");
        }
        let name = "KLIENTO_VERIFIER_POLICY";
        let error = with("", &[(name, "zq7")]).unwrap_err();
        let problem = "invalid type, expected struct Policy".to_owned();
        assert_eq!(error, ConfigError::Variable { name: name.to_owned(), problem });
    }

    #[test]
    fn variables_that_kubernetes_sets_for_services_are_ignored() {
        for service in ["", "ADMIN_", "POLICY_", "LISTEN_", "TLS_KEY_"] {
            for (rest, value) in [
                ("SERVICE_HOST", "10.0.0.7"),
                ("SERVICE_HOST", "fd00::7"),
                ("SERVICE_PORT", "3000"),
                ("SERVICE_PORT_HTTP", "3000"),
                ("SERVICE_PORT_HTTP_ADMIN", "3001"),
                ("PORT", "tcp://10.0.0.7:3000"),
                ("PORT", "udp://[fd00::7]:3000"),
                ("PORT_3000_TCP", "tcp://10.0.0.7:3000"),
                ("PORT_3000_TCP_PROTO", "tcp"),
                ("PORT_3000_TCP_PORT", "3000"),
                ("PORT_3000_TCP_ADDR", "10.0.0.7"),
                ("PORT_3000_SCTP_ADDR", "fd00::7"),
            ] {
                let name = format!("KLIENTO_VERIFIER_{service}{rest}");
                assert_eq!(with("", &[(&name, value)]), Ok(Settings::default()), "{name}={value}");
            }
        }
    }

    #[test]
    fn a_mistaken_setting_is_not_taken_for_a_service_s_variable() {
        for (name, value) in [
            ("KLIENTO_VERIFIER_PORT", "3000"),
            ("KLIENTO_VERIFIER_LISTEN_PORT", "3000"),
            ("KLIENTO_VERIFIER_SERVICE_HOST", "api.example.com"),
            ("KLIENTO_VERIFIER_SERVICE", "10.0.0.7"),
            ("KLIENTO_VERIFIER_PORTS", "tcp://10.0.0.7:3000"),
            ("KLIENTO_VERIFIER_LISTEN__PORT", "tcp://10.0.0.7:3000"),
        ] {
            let result = with("", &[(name, value)]);
            assert!(
                matches!(result, Err(ConfigError::Variable { .. })),
                "{name}={value}: {result:?}"
            );
        }
    }

    #[test]
    fn unknown_variables_and_invalid_values_are_named() {
        fn name(variables: &[(&str, &str)]) -> String {
            match with("", variables) {
                Err(ConfigError::Variable { name, .. }) => name,
                other => panic!("{other:?}"),
            }
        }
        let unknown = "KLIENTO_VERIFIER_AUDIENCE";
        assert_eq!(name(&[(unknown, "a")]), unknown);
        let not_a_number = "KLIENTO_VERIFIER_POLICY__LEEWAY_SECONDS";
        assert_eq!(name(&[(not_a_number, "soon")]), not_a_number);
        let below_a_string = "KLIENTO_VERIFIER_LISTEN__PORT";
        let both = [("KLIENTO_VERIFIER_LISTEN", "127.0.0.1:2"), (below_a_string, "1")];
        assert_eq!(name(&both), below_a_string);
    }
}
