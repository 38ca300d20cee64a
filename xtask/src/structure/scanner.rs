//! Finds the items, imports and paths of a source file.

use std::collections::BTreeSet;

use crate::rust_tokens::{Kind, Token, tokens, without_tests};

/// A module: a file, or a block in one.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// The names of items, macros included.
    pub(super) items: BTreeSet<String>,
    /// The names of macros that are defined here.
    pub(super) macros: BTreeSet<String>,
    /// The names of those with `#[macro_export]`.
    pub(super) exported_macros: BTreeSet<String>,
    pub(super) imports: Vec<Import>,
    /// Paths of two or more names outside imports, such as `crate::a::b`.
    pub(super) paths: BTreeSet<Vec<String>>,
    /// All names outside imports that stand alone or begin a path.
    pub(super) words: BTreeSet<String>,
    /// The names of macros that are called.
    pub(super) calls: BTreeSet<String>,
    pub(super) children: Vec<Child>,
}

/// One name that a `use` brings into scope.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    /// The name in this module; `*` for all names in `path`.
    pub(super) name: String,
    /// Returns true for `pub use` of any visibility.
    pub(super) is_re_export: bool,
}

/// A module that is declared in another.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) name: String,
    /// The value of `#[path = "…"]`.
    pub(super) path: Option<String>,
    /// The content, unless it is in a file of its own.
    pub(super) block: Option<Source>,
}

const ITEMS: [&str; 8] = ["struct", "enum", "union", "fn", "trait", "type", "const", "static"];

/// Words that stand between `const` or `static` and something else than an item's name.
const NOT_NAMES: [&str; 7] = ["fn", "unsafe", "extern", "async", "mut", "_", "move"];

/// Reads a source file, without tests.
pub(super) fn scan(source: &str) -> Source {
    scan_tokens(&without_tests(&tokens(source)))
}

fn scan_tokens(tokens: &[Token<'_>]) -> Source {
    let mut scanner = Scanner { tokens, position: 0, found: Source::default() };
    scanner.run();
    scanner.found
}

struct Scanner<'a, 'b> {
    tokens: &'b [Token<'a>],
    position: usize,
    found: Source,
}

impl<'a, 'b> Scanner<'a, 'b> {
    fn run(&mut self) {
        let mut depth = 0_usize;
        let (mut path, mut is_exported) = (None, false);
        while let Some(token) = self.peek(0) {
            match (token.kind, token.text) {
                (Kind::Sign, "#") => {
                    path = self.path_attribute().or(path);
                    is_exported |= self.peek(2).is_some_and(|word| word.is("macro_export"));
                }
                (Kind::Sign, "{" | "(" | "[") => depth += 1,
                (Kind::Sign, "}" | ")" | "]") => depth = depth.saturating_sub(1),
                (Kind::Sign, ";") => (path, is_exported) = (None, false),
                (Kind::Word, "use") if !self.is_next("<") => {
                    self.import();
                    continue;
                }
                (Kind::Word, "mod") => {
                    self.module(path.take());
                    continue;
                }
                (Kind::Word, "macro_rules") if self.is_next("!") => {
                    if let Some(name) = self.peek(2).map(|name| name.text.to_owned()) {
                        if is_exported {
                            self.found.exported_macros.insert(name.clone());
                        }
                        self.found.macros.insert(name.clone());
                        self.found.items.insert(name);
                    }
                    is_exported = false;
                    self.position += 2;
                }
                (Kind::Word, keyword) if depth == 0 && ITEMS.contains(&keyword) => {
                    let name = self.peek(1).filter(|name| name.kind == Kind::Word);
                    if let Some(name) = name.filter(|name| !NOT_NAMES.contains(&name.text)) {
                        self.found.items.insert(name.text.to_owned());
                        self.position += 1;
                    } else if keyword == "static" && self.is_next("mut") {
                        let name = self.peek(2).map(|name| name.text.to_owned());
                        self.found.items.extend(name);
                    }
                }
                (Kind::Word, _) => {
                    self.word();
                    continue;
                }
                _ => {}
            }
            self.position += 1;
        }
    }

    fn peek(&self, ahead: usize) -> Option<Token<'a>> {
        self.tokens.get(self.position + ahead).copied()
    }

    fn before(&self, behind: usize) -> Option<Token<'a>> {
        self.tokens.get(self.position.checked_sub(behind)?).copied()
    }

    fn is_next(&self, text: &str) -> bool {
        self.peek(1).is_some_and(|token| token.is(text))
    }

    /// The value of `#[path = "…"]` here.
    fn path_attribute(&self) -> Option<String> {
        let value = self.peek(4).filter(|value| value.kind == Kind::Text)?;
        let is_path = self.peek(2).is_some_and(|word| word.is("path"));
        is_path.then(|| value.text.to_owned())
    }

    /// A name, or a path that begins here.
    fn word(&mut self) {
        let mut path = Vec::new();
        let is_member = self.before(1).is_some_and(|sign| sign.is(".") || sign.is("::"));
        while let Some(word) = self.peek(0).filter(|word| word.kind == Kind::Word) {
            path.push(word.text.to_owned());
            self.position += 1;
            let goes_on = self.peek(0).is_some_and(|sign| sign.is("::"))
                && self.peek(1).is_some_and(|word| word.kind == Kind::Word);
            if !goes_on {
                break;
            }
            self.position += 1;
        }
        if is_member {
            return;
        }
        let Some(first) = path.first() else { return };
        let is_call = self.peek(0).is_some_and(|sign| sign.is("!")) && !self.is_next("=");
        if path.len() == 1 && is_call {
            self.found.calls.insert(first.clone());
        } else {
            self.found.words.insert(first.clone());
        }
        if path.len() > 1 {
            self.found.paths.insert(path);
        }
    }

    fn module(&mut self, path: Option<String>) {
        let name = self.peek(1).map_or_else(String::new, |name| name.text.to_owned());
        self.position += 2;
        let block = self.peek(0).is_some_and(|sign| sign.is("{")).then(|| {
            let rest = self.tokens.get(self.position + 1..).unwrap_or_default();
            let mut depth = 1_usize;
            let end = rest.iter().position(|token| {
                if token.is("{") {
                    depth += 1;
                } else if token.is("}") {
                    depth -= 1;
                }
                depth == 0
            });
            let end = end.unwrap_or(rest.len());
            self.position += end + 1;
            scan_tokens(rest.get(..end).unwrap_or_default())
        });
        self.found.children.push(Child { name, path, block });
        self.position += 1;
    }

    /// A declaration such as `use a::{b, c::*, d as e};`.
    fn import(&mut self) {
        let is_re_export = match self.before(1) {
            Some(word) if word.is("pub") => true,
            Some(sign) if sign.is(")") => {
                let behind = (2..6).find(|behind| self.before(*behind).is_some_and(|t| t.is("(")));
                // `pub(in a::b)` is longer, and a path before `use` ends in nothing else.
                behind.is_none_or(|behind| self.before(behind + 1).is_some_and(|t| t.is("pub")))
            }
            _ => false,
        };
        self.position += 1;
        self.use_tree(&[], is_re_export);
    }

    fn use_tree(&mut self, above: &[String], is_re_export: bool) {
        let mut path = above.to_vec();
        loop {
            let Some(token) = self.peek(0) else { return };
            match token.text {
                "{" => {
                    self.position += 1;
                    while self.peek(0).is_some_and(|token| !token.is("}")) {
                        self.use_tree(&path, is_re_export);
                        if self.peek(0).is_some_and(|token| token.is(",")) {
                            self.position += 1;
                        }
                    }
                    self.position += 1;
                    return;
                }
                "::" => self.position += 1,
                "*" => {
                    self.position += 1;
                    self.found.imports.push(Import { path, name: "*".into(), is_re_export });
                    return;
                }
                "self" if !path.is_empty() => self.position += 1,
                "as" => {
                    let name = self.peek(1).map_or("_", |name| name.text).to_owned();
                    self.position += 2;
                    self.found.imports.push(Import { path, name, is_re_export });
                    return;
                }
                _ if token.kind == Kind::Word => {
                    path.push(token.text.to_owned());
                    self.position += 1;
                }
                _ => {
                    if let Some(name) = path.last().cloned() {
                        self.found.imports.push(Import { path, name, is_re_export });
                    } else {
                        // Not a declaration after all; go on after it.
                        self.position += 1;
                    }
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(source: &str) -> Vec<String> {
        let sign = |import: &Import| if import.is_re_export { "pub " } else { "" };
        let found = scan(source).imports;
        let lines = found.iter();
        lines.map(|i| format!("{}{} as {}", sign(i), i.path.join("::"), i.name)).collect()
    }

    #[test]
    fn imports_are_read_as_a_tree() {
        assert_eq!(
            imports(
                "use crate::a::{self, b, c::{d as e, f::*}}; pub(crate) use super::g as _; pub use h;"
            ),
            [
                "crate::a as a",
                "crate::a::b as b",
                "crate::a::c::d as e",
                "crate::a::c::f as *",
                "pub super::g as _",
                "pub h as h",
            ]
        );
        assert_eq!(imports("fn a() -> impl B + use<'_> { use c::d; }"), ["c::d as d"]);
    }

    #[test]
    fn items_are_those_of_the_module_and_not_of_its_blocks() {
        let found = scan(
            "struct A; impl A { const B: u8 = 1; fn c() {} } const fn d() {} static mut E: u8 = 1; \
             const F: fn() = g; macro_rules! h { () => {} } trait I { type J; }",
        );
        assert_eq!(found.items.into_iter().collect::<Vec<_>>(), ["A", "E", "F", "I", "d", "h"]);
    }

    #[test]
    fn paths_macros_and_modules_are_found() {
        let found = scan(
            "#[path = \"x/y.rs\"] mod a; mod b { use super::c; } \
             fn d(e: &crate::f::G) { h!(\"crate::i\"); j.k::<L>(); m::n::<O>(); p != q } // crate::r",
        );
        assert_eq!(found.children.len(), 2);
        assert_eq!(found.children[0].path.as_deref(), Some("x/y.rs"));
        assert_eq!(found.children[1].block.as_ref().map(|block| block.imports.len()), Some(1));
        let paths: Vec<_> = found.paths.iter().map(|path| path.join("::")).collect();
        assert_eq!(paths, ["crate::f::G", "m::n"]);
        assert_eq!(found.calls.into_iter().collect::<Vec<_>>(), ["h"]);
    }
}
