//! JSON with the members of objects in the order given, as vectors are written.

use std::fmt;

use base64ct::{Base64, Encoding as _};

#[derive(Clone, Debug)]
pub(super) enum Json {
    Null,
    True,
    Number(u64),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    pub(super) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    pub(super) fn octets(octets: &[u8]) -> Self {
        Self::Text(base64(octets))
    }

    pub(super) fn object<N: Into<String>>(members: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let indent = "  ".repeat(depth);
        match self {
            Self::Null => f.write_str("null"),
            Self::True => f.write_str("true"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(items) if items.is_empty() => f.write_str("[]"),
            Self::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    write!(f, "{}\n{indent}  ", if place == 0 { "[" } else { "," })?;
                    item.write(f, depth + 1)?;
                }
                write!(f, "\n{indent}]")
            }
            Self::Object(members) if members.is_empty() => f.write_str("{}"),
            Self::Object(members) => {
                for (place, (name, value)) in members.iter().enumerate() {
                    let start = if place == 0 { "{" } else { "," };
                    write!(f, "{start}\n{indent}  {}: ", quoted(name))?;
                    value.write(f, depth + 1)?;
                }
                write!(f, "\n{indent}}}")
            }
        }
    }
}

impl fmt::Display for Json {
    /// Writes the JSON indented by two spaces, with a line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)?;
        f.write_str("\n")
    }
}

/// Quotes a string and escapes everything but ASCII, so that text in a vector cannot be confused
/// with lookalikes.
fn quoted(text: &str) -> String {
    let mut quoted = serde_json::to_string(text).expect("text has a JSON form");
    if !quoted.is_ascii() {
        quoted = quoted
            .chars()
            .map(|character| {
                if character.is_ascii() {
                    return character.to_string();
                }
                let mut units = [0; 2];
                character
                    .encode_utf16(&mut units)
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect()
            })
            .collect();
    }
    quoted
}

/// Octets in Base64, with padding.
pub(crate) fn base64(octets: &[u8]) -> String {
    Base64::encode_string(octets)
}
