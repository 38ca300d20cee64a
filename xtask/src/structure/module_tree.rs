//! The modules of a crate, and the file that a path in one of them leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::scanner::{Child, Import, Source, scan};

/// The names from a crate's root to a module; the first is that of the crate.
type ModulePath = Vec<String>;

/// All modules of one package's library and binaries.
#[derive(Debug, Default)]
pub(super) struct ModuleTree {
    /// The files, with the number of lines in each.
    pub(super) files: BTreeMap<PathBuf, usize>,
    modules: BTreeMap<ModulePath, Module>,
}

#[derive(Debug)]
struct Module {
    file: PathBuf,
    source: Source,
    children: BTreeSet<String>,
}

/// The names that one file uses of another.
pub(super) type Imports = BTreeMap<(PathBuf, PathBuf), BTreeSet<String>>;

/// An end of a path.
#[derive(Clone, Debug)]
enum Target {
    Module(ModulePath),
    /// An item that is defined in this file.
    Item(PathBuf),
}

impl ModuleTree {
    /// Adds a library or a binary: all files that its modules declare, from the root on.
    pub(super) fn add(
        &mut self,
        name: &str,
        root: &Path,
        read: &impl Fn(&Path) -> Option<String>,
    ) -> Result<(), String> {
        let folder = root.parent().unwrap_or(root).to_owned();
        let mut files = vec![(vec![name.to_owned()], root.to_owned(), folder)];
        while let Some((path, file, folder)) = files.pop() {
            let text = read(&file).ok_or_else(|| format!("{} cannot be read", file.display()))?;
            self.files.insert(file.clone(), text.lines().count());
            self.add_module(path, &file, &folder, scan(&text), read, &mut files)?;
        }
        Ok(())
    }

    /// Adds one module and the blocks in it, and lists the files of other modules in it.
    fn add_module(
        &mut self,
        path: ModulePath,
        file: &Path,
        folder: &Path,
        mut source: Source,
        read: &impl Fn(&Path) -> Option<String>,
        files: &mut Vec<(ModulePath, PathBuf, PathBuf)>,
    ) -> Result<(), String> {
        let declared = std::mem::take(&mut source.children);
        let children = declared.iter().map(|child| child.name.clone()).collect();
        for Child { name, path: attribute, block } in declared {
            let below = [path.as_slice(), std::slice::from_ref(&name)].concat();
            if let Some(block) = block {
                self.add_module(below, file, &folder.join(&name), block, read, files)?;
                continue;
            }
            let candidates = match attribute {
                Some(attribute) => vec![file.with_file_name(attribute)],
                None => {
                    let alone = folder.join(format!("{name}.rs"));
                    vec![alone, folder.join(&name).join("mod.rs")]
                }
            };
            let found = candidates.into_iter().find(|candidate| read(candidate).is_some());
            let found = found
                .ok_or_else(|| format!("{}: the module {name} has no file", file.display()))?;
            let folder = if found.file_name().is_some_and(|name| name == "mod.rs") {
                found.parent().unwrap_or(&found).to_owned()
            } else {
                found.with_extension("")
            };
            files.push((below, found, folder));
        }
        self.modules.insert(path, Module { file: file.to_owned(), source, children });
        Ok(())
    }

    /// The imports between files.
    ///
    /// A path counts for the file that defines its item, also if it leads there through
    /// re-exports. A re-export counts only if the re-exporting module uses the name itself. A
    /// module in a path is not an import of the module's file.
    pub(super) fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (path, module) in &self.modules {
            let mut add = |target: Option<Target>, name: &str| {
                if let Some(Target::Item(file)) = target
                    && file != module.file
                {
                    let names = imports.entry((module.file.clone(), file)).or_default();
                    names.insert(name.to_owned());
                }
            };
            let Source { imports: uses, paths, words, calls, .. } = &module.source;
            for Import { path: used, name, is_re_export } in uses {
                let last = used.last().map_or("", String::as_str);
                if name != "*" {
                    if !is_re_export || words.contains(name) {
                        add(self.resolve(path, used), last);
                    }
                } else if let Some(Target::Module(target)) = self.resolve(path, used) {
                    let others = words.iter().filter(|word| !module.source.items.contains(*word));
                    others
                        .for_each(|word| add(self.name_in(&target, word, &mut Seen::new()), word));
                }
            }
            for used in paths {
                let name = used.iter().find(|name| name.starts_with(char::is_uppercase));
                add(self.resolve(path, used), name.or(used.last()).map_or("", String::as_str));
            }
            for name in calls {
                add(self.macro_of(path, name), name);
            }
        }
        imports
    }

    /// Follows a path from a module; `None` if it leads into another crate.
    fn resolve(&self, from: &ModulePath, path: &[String]) -> Option<Target> {
        self.follow(from, path, &mut Seen::new())
    }

    fn follow(&self, from: &ModulePath, path: &[String], seen: &mut Seen) -> Option<Target> {
        let (first, mut rest) = path.split_first()?;
        let mut target = match first.as_str() {
            "crate" => Target::Module(from.get(..1)?.to_vec()),
            "self" => Target::Module(from.clone()),
            "super" => {
                let mut above = from.split_last()?.1;
                while let Some(("super", after)) = rest.split_first().map(|(a, b)| (a.as_str(), b))
                {
                    (above, rest) = (above.split_last()?.1, after);
                }
                Target::Module(above.to_vec())
            }
            name => match self.name_in(from, name, seen) {
                Some(target) => target,
                // A binary that uses the library of its package.
                None => {
                    let library = vec![name.to_owned()];
                    self.modules.contains_key(&library).then_some(Target::Module(library))?
                }
            },
        };
        for name in rest {
            match &target {
                // A variant or an associated item.
                Target::Item(_) => break,
                Target::Module(module) => target = self.name_in(module, name, seen)?,
            }
        }
        Some(target)
    }

    /// The target of a name in a module's scope.
    fn name_in(&self, path: &ModulePath, name: &str, seen: &mut Seen) -> Option<Target> {
        let module = self.modules.get(path)?;
        if module.children.contains(name) {
            return Some(Target::Module([path.as_slice(), &[name.to_owned()]].concat()));
        }
        if module.source.items.contains(name) {
            return Some(Target::Item(module.file.clone()));
        }
        if !seen.insert((path.clone(), name.to_owned())) {
            return None;
        }
        let imports = &module.source.imports;
        let named = imports.iter().filter(|import| import.name == name);
        let found = named.filter_map(|import| self.follow(path, &import.path, seen)).next();
        found
            .or_else(|| {
                let globs = imports.iter().filter(|import| import.name == "*");
                globs
                    .filter_map(|glob| match self.follow(path, &glob.path, seen)? {
                        Target::Module(target) => self.name_in(&target, name, seen),
                        Target::Item(_) => None,
                    })
                    .next()
            })
            .or_else(
                || if path.len() == 1 { self.exported_macro(path.first()?, name) } else { None },
            )
    }

    fn exported_macro(&self, krate: &str, name: &str) -> Option<Target> {
        let mut own =
            self.modules.iter().filter(|(path, _)| path.first().is_some_and(|p| p == krate));
        let (_, module) = own.find(|(_, module)| module.source.exported_macros.contains(name))?;
        Some(Target::Item(module.file.clone()))
    }

    /// The target of a macro call: by its name in scope, or else by the only definition in the
    /// crate, since definitions are visible in all modules declared after them.
    fn macro_of(&self, path: &ModulePath, name: &str) -> Option<Target> {
        let in_scope = self.name_in(path, name, &mut Seen::new());
        in_scope.or_else(|| {
            let own = self.modules.iter().filter(|(other, _)| other.first() == path.first());
            let mut defined = own.filter(|(_, module)| module.source.macros.contains(name));
            let (_, module) = defined.next()?;
            defined.next().is_none().then(|| Target::Item(module.file.clone()))
        })
    }
}

/// The names that were looked up on the way, so that imports in a circle end.
type Seen = BTreeSet<(ModulePath, String)>;
