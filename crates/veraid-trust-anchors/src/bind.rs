//! BIND's statements that list trust anchors: `trust-anchors`, and the older `managed-keys` and
//! `trusted-keys`.

use crate::entry::Found;
use crate::error::{At, LineProblem, excerpt};
use crate::keys::Keys;
use crate::records::{check_root, dnskey, ds};

const STATEMENTS: [&str; 3] = ["trust-anchors", "managed-keys", "trusted-keys"];

/// Returns true if a text looks like a configuration of BIND: a word and an opening brace.
pub(crate) fn is_of_bind(text: &str) -> bool {
    // An unclosed BIND comment is reported by `read`; in records `;` begins a comment.
    let mut tokens = Tokens::new(text);
    match tokens.next() {
        Ok(Some(Token { kind: Kind::Word(word), .. })) => {
            STATEMENTS.contains(&word)
                || matches!(tokens.next(), Ok(Some(Token { kind: Kind::Open, .. })))
        }
        _ => false,
    }
}

/// Reads the statements.
pub(crate) fn read(text: &str) -> At<Keys> {
    let mut keys = Keys::default();
    let mut tokens = Tokens::new(text);
    while let Some(token) = tokens.next()? {
        let statement = match token.kind {
            Kind::Word(word) if STATEMENTS.contains(&word) => word,
            // An empty statement.
            Kind::End => continue,
            kind => {
                let found = excerpt(kind.text());
                return Err((token.line, LineProblem::Statement { found }));
            }
        };
        tokens.expect(&Kind::Open, "`{`")?;
        while let Some(found) = read_key(&mut tokens, statement == "trusted-keys")? {
            keys.found.push(found);
        }
        tokens.expect(&Kind::End, "`;`")?;
    }
    Ok(keys)
}

/// The next key of a statement; `None` at its closing brace.
fn read_key(tokens: &mut Tokens<'_>, is_trusted_keys: bool) -> At<Option<Found>> {
    let first = tokens.some()?;
    if first.kind == Kind::Close {
        return Ok(None);
    }
    let line = first.line;
    let at = |problem| (line, problem);
    check_root(first.kind.text()).map_err(at)?;
    let is_ds = if is_trusted_keys {
        false
    } else {
        match tokens.some()?.kind.text() {
            "initial-ds" | "static-ds" => true,
            "initial-key" | "static-key" => false,
            other => {
                let found = excerpt(other);
                return Err(at(LineProblem::Field { field: "kind of trust anchor", found }));
            }
        }
    };
    let mut fields: Vec<&str> = Vec::new();
    loop {
        let token = tokens.some()?;
        match token.kind {
            Kind::End => break,
            // A string may be split over lines.
            Kind::Word(text) | Kind::Quoted(text) => fields.extend(text.split_ascii_whitespace()),
            Kind::Open | Kind::Close => {
                return Err((token.line, LineProblem::Missing { field: "`;` after a key" }));
            }
        }
    }
    let mut fields = fields.into_iter();
    let data = if is_ds { ds(&mut fields) } else { dnskey(&mut fields) }.map_err(at)?;
    Ok(Some(Found::always(line, data)))
}

#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    line: usize,
    kind: Kind<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind<'a> {
    Word(&'a str),
    Quoted(&'a str),
    Open,
    Close,
    End,
}

impl<'a> Kind<'a> {
    const fn text(self) -> &'a str {
        match self {
            Self::Word(text) | Self::Quoted(text) => text,
            Self::Open => "{",
            Self::Close => "}",
            Self::End => ";",
        }
    }
}

/// The words, strings and punctuation of a configuration, without comments.
struct Tokens<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Tokens<'a> {
    const fn new(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    fn next(&mut self) -> At<Option<Token<'a>>> {
        self.skip_space_and_comments()?;
        let line = self.line;
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        let kind = match first {
            '{' => self.take(1, Kind::Open),
            '}' => self.take(1, Kind::Close),
            ';' => self.take(1, Kind::End),
            '"' => {
                let inner = self.rest.get(1..).unwrap_or_default();
                let Some((string, _)) = inner.split_once('"') else {
                    return Err((line, LineProblem::Unbalanced { what: "a string" }));
                };
                self.take(string.len().saturating_add(2), Kind::Quoted(string))
            }
            _ => {
                let is_end =
                    |c: char| c.is_whitespace() || matches!(c, '{' | '}' | ';' | '"' | '#');
                let length = self.rest.find(is_end).unwrap_or(self.rest.len());
                let word = self.rest.get(..length).unwrap_or_default();
                self.take(length, Kind::Word(word))
            }
        };
        Ok(Some(Token { line, kind }))
    }

    /// The next token, which must exist.
    fn some(&mut self) -> At<Token<'a>> {
        let line = self.line;
        self.next()?.ok_or((line, LineProblem::Unbalanced { what: "a brace" }))
    }

    fn expect(&mut self, kind: &Kind<'_>, field: &'static str) -> At<()> {
        let token = self.some()?;
        if token.kind == *kind { Ok(()) } else { Err((token.line, LineProblem::Missing { field })) }
    }

    fn skip_space_and_comments(&mut self) -> At<()> {
        loop {
            let trimmed = self.rest.trim_start();
            self.skip(self.rest.len().saturating_sub(trimmed.len()));
            if self.rest.starts_with('#') || self.rest.starts_with("//") {
                self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                let Some(end) = self.rest.get(2..).and_then(|rest| rest.find("*/")) else {
                    return Err((self.line, LineProblem::Unbalanced { what: "a comment" }));
                };
                self.skip(end.saturating_add(4));
            } else {
                return Ok(());
            }
        }
    }

    fn take(&mut self, length: usize, kind: Kind<'a>) -> Kind<'a> {
        self.skip(length);
        kind
    }

    fn skip(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.line = self.line.saturating_add(skipped.matches('\n').count());
        self.rest = rest;
    }
}
