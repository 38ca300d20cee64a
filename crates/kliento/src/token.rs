//! The token: a small JSON object for one audience.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::json::{JsonError, Reader};

/// A token: its audience and its claims.
///
/// ```
/// use kliento::Token;
///
/// let token = Token::new("https://api.example.com")?.with_claim("role", "deploy");
/// assert_eq!(token.to_json(), br#"{"audience":"https://api.example.com","claims":{"role":"deploy"}}"#);
/// # Ok::<(), kliento::TokenError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    audience: String,
    claims: ClaimSet,
}

impl Token {
    /// Creates a token for `audience` without claims.
    ///
    /// # Errors
    ///
    /// [`TokenError::EmptyAudience`] if the audience is empty.
    pub fn new(audience: impl Into<String>) -> Result<Self, TokenError> {
        let audience = audience.into();
        if audience.is_empty() {
            return Err(TokenError::EmptyAudience);
        }
        Ok(Self { audience, claims: ClaimSet::default() })
    }

    /// Adds a claim, replacing any claim of that name.
    #[must_use]
    pub fn with_claim(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.claims.0.insert(name.into(), value.into());
        self
    }

    /// Parses a token: one JSON object (RFC 8259) in UTF-8 without byte order mark.
    ///
    /// `audience` is a string that is not empty; `claims` is absent or an object of strings. Other
    /// members are ignored, but an object at any level must not have duplicate keys, and values
    /// nest at most 8 deep.
    ///
    /// # Errors
    ///
    /// [`TokenError`] with the rule that is broken.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self, TokenError> {
        let text = std::str::from_utf8(json).map_err(|_| TokenError::NotUtf8)?;
        let (audience, claims) =
            read_members(text).map_err(|JsonError { offset, is_syntax }| {
                let before = text.get(..offset).unwrap_or(text);
                let line = before.matches('\n').count().saturating_add(1);
                let column = before
                    .len()
                    .saturating_sub(before.rfind('\n').map_or(0, |end| end.saturating_add(1)));
                TokenError::Json { line, column: column.saturating_add(1), is_syntax }
            })?;
        let mut token = Self::new(audience.ok_or(TokenError::NoAudience)?)?;
        token.claims = claims;
        Ok(token)
    }

    /// Checks that content is a token, without revealing it: only a verified token gives access to
    /// its claims.
    ///
    /// # Errors
    ///
    /// [`TokenError`] with the rule that is violated.
    pub fn check_json(json: &[u8]) -> Result<(), TokenError> {
        Self::from_json(json).map(|_| ())
    }

    /// The JSON form, as deployed software writes it: `audience` first, `claims` omitted if empty.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and maps of strings always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The audience of the token.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The claims of the token.
    #[must_use]
    pub const fn claims(&self) -> &ClaimSet {
        &self.claims
    }

    pub(crate) fn into_claims(self) -> ClaimSet {
        self.claims
    }
}

impl fmt::Debug for Token {
    /// Omits the claims, which do not belong in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("audience", &self.audience)
            .field("claims", &self.claims)
            .finish()
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("audience", &self.audience)?;
        if !self.claims.is_empty() {
            map.serialize_entry("claims", &self.claims.0)?;
        }
        map.end()
    }
}

/// The claims of a token, by name.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ClaimSet(BTreeMap<String, String>);

impl ClaimSet {
    /// The value of the claim `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The number of claims.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if there are no claims.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values, ordered by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for ClaimSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClaimSet({} claims)", self.len())
    }
}

/// The reason why signed content is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The content is not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// The content is not JSON, or not of the token's form. The text is not repeated: it may
    /// contain claims.
    #[error(
        "it is {} at line {line}, column {column}",
        if *.is_syntax { "not JSON" } else { "not of the form {\"audience\": string, \"claims\"?: {name: string}} without repeated keys" }
    )]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// True if the text is not JSON at all.
        is_syntax: bool,
    },
    /// There is no audience.
    #[error("it has no audience")]
    NoAudience,
    /// The audience is empty.
    #[error("its audience is empty")]
    EmptyAudience,
}

/// The members of a token's object: the audience, and the claims if there are any.
fn read_members(text: &str) -> Result<(Option<String>, ClaimSet), JsonError> {
    let (mut audience, mut claims) = (None, BTreeMap::new());
    let mut reader = Reader::new(text);
    reader.object(|reader, key| match key {
        "audience" => {
            audience = Some(reader.string()?);
            Ok(())
        }
        "claims" => reader.object(|reader, name| {
            claims.insert(name.to_owned(), reader.string()?);
            Ok(())
        }),
        _ => reader.any(),
    })?;
    reader.finish()?;
    Ok((audience, ClaimSet(claims)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Token, TokenError> {
        Token::from_json(json.as_bytes())
    }

    #[test]
    fn reads_audience_and_claims_and_ignores_other_members() {
        let token = parse(
            " {\"extra\":[{\"a\":1},null,true,1.5,\"x\"],\"claims\":{\"a\":\"1\",\"__proto__\":\"\"},\"audience\":\"x\"}\r\n",
        )
        .unwrap();
        assert_eq!(token.audience(), "x");
        assert_eq!(token.claims().iter().collect::<Vec<_>>(), [("__proto__", ""), ("a", "1")]);
        assert_eq!(parse(r#"{"audience":"x","claims":{}}"#), Token::new("x"));
        assert_eq!(parse(r#"{"audience":"\u0061"}"#), Token::new("a"));
    }

    #[test]
    fn rejects_content_that_is_not_a_token() {
        let form = |json: &str| match parse(json) {
            Err(TokenError::Json { is_syntax, .. }) => Some(is_syntax),
            _ => None,
        };
        for json in [
            r#"{"audience":"x","audience":"x"}"#,
            r#"{"audience":"x","\u0061udience":"y"}"#,
            r#"{"audience":"x","claims":{"a":"1","a":"1"}}"#,
            r#"{"audience":"x","claims":{},"claims":{}}"#,
            r#"{"audience":"x","other":{"a":1,"a":2}}"#,
            r#"{"audience":"x","other":1,"other":2}"#,
            r#"{"audience":"x","claims":null}"#,
            r#"{"audience":"x","claims":[]}"#,
            r#"{"audience":"x","claims":{"a":1}}"#,
            r#"{"audience":"x","claims":{"a":null}}"#,
            r#"{"audience":1}"#,
            r#"{"audience":null}"#,
            r#"["audience"]"#,
            "null",
            r#""x""#,
        ] {
            assert_eq!(form(json), Some(false), "{json}");
        }
        for json in [
            "",
            r#"{"audience":"x",}"#,
            r#"{"audience":"x"} {}"#,
            r#"{"audience":"x"}x"#,
            r#"{'audience':"x"}"#,
            r#"{"audience":"\ud800"}"#,
            r#"{"audience":"\udc00\ud800"}"#,
            "{\"audience\":\"\u{0}\"}",
            "\u{FEFF}{\"audience\":\"x\"}",
            r#"{"audience":"x","other":NaN}"#,
            r#"{"audience":"x","other":1e400}"#,
        ] {
            assert_eq!(form(json), Some(true), "{json}");
        }
        assert_eq!(Token::from_json(b"{\"audience\":\"\xFF\"}"), Err(TokenError::NotUtf8));
        assert_eq!(parse("{}"), Err(TokenError::NoAudience));
        assert_eq!(parse(r#"{"audience":""}"#), Err(TokenError::EmptyAudience));
    }

    #[test]
    fn values_nest_8_deep_and_no_deeper() {
        let nested = |depth: usize| {
            format!(r#"{{"audience":"x","o":{}{}}}"#, "[".repeat(depth), "]".repeat(depth))
        };
        // The token's own object is the first of the 8 levels.
        assert!(parse(&nested(7)).is_ok());
        // Numbers, which some libraries represent as objects, and the key that they use for it.
        assert!(parse(r#"{"audience":"x","o":[[[[[[[1]]]]]]]}"#).is_ok());
        assert!(parse(r#"{"audience":"x","$serde_json::private::Number":"1"}"#).is_ok());
        assert!(parse(&nested(8)).is_err());
        assert!(parse(&nested(100_000)).is_err());
    }
}
