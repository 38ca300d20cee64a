//! Patterns for ids.

use std::fmt;

/// A pattern in which `*` stands for zero or more characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// Creates a pattern.
    #[must_use]
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// Returns true if the pattern matches the whole of `text`.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == text };
        let Some(mut text) = text.strip_prefix(first) else { return false };
        let mut parts = rest.split('*').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return text.ends_with(part);
            }
            // The earliest match leaves the most text for the parts that follow.
            match text.split_once(part) {
                Some((_, rest)) => text = rest,
                None => return false,
            }
        }
        true
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_any_characters() {
        let fits = |pattern: &str, text: &str| Glob::new(pattern).matches(text);
        assert!(fits("a::b::c", "a::b::c"));
        assert!(!fits("a::b::c", "a::b::cd"));
        assert!(fits("*", ""));
        assert!(fits("a::*", "a::b::c"));
        assert!(fits("*::c", "a::b::c"));
        assert!(fits("a*b*c", "abbc"));
        assert!(fits("a**c", "ac"));
        assert!(!fits("a*b", "ab-"));
        assert!(!fits("ab*ba", "aba"));
    }
}
