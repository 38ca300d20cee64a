//! The enums that the source text declares.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use syn::{Attribute, Fields, GenericArgument, Item, PathArguments, Type};

/// The crates whose errors describe problems with input.
const CRATES: [(&str, &str); 3] =
    [("veraid_dnssec", "veraid-dnssec"), ("veraid_core", "veraid-core"), ("kliento", "kliento")];

/// A variant by its enum, which is `crate::Enum`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Variant {
    pub(crate) of: String,
    pub(crate) name: String,
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.of, self.name)
    }
}

/// The fields of a variant: their names (numbers if unnamed), each with its enum, if it is one of
/// these.
pub(crate) type Held = Vec<(String, Option<String>)>;

struct Enum {
    is_error: bool,
    variants: BTreeMap<String, Held>,
}

/// All enums of the crates by `crate::Enum`.
pub(crate) struct Enums(BTreeMap<String, Enum>);

impl Enums {
    pub(crate) fn read() -> Self {
        let mut items = Vec::new();
        for (krate, folder) in CRATES {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join("src");
            collect(&root, krate, &mut items);
        }
        let names: BTreeSet<String> =
            items.iter().map(|(krate, item)| format!("{krate}::{}", item.ident)).collect();
        assert_eq!(names.len(), items.len(), "two enums of one crate have one name");
        let enums = items.iter().map(|(krate, item)| {
            let variants = item
                .variants
                .iter()
                .map(|variant| (variant.ident.to_string(), held(&variant.fields, krate, &names)))
                .collect();
            let is_error = item.attrs.iter().any(derives_error);
            (format!("{krate}::{}", item.ident), Enum { is_error, variants })
        });
        Self(enums.collect())
    }

    /// The variants of every enum that is an error or is contained in one.
    pub(crate) fn required(&self) -> BTreeSet<Variant> {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> =
            self.0.iter().filter(|(_, e)| e.is_error).map(|(name, _)| name.as_str()).collect();
        while let Some(name) = open.pop() {
            if reached.insert(name) {
                let held = self.0[name].variants.values().flatten();
                open.extend(held.filter_map(|(_, of)| of.as_deref()));
            }
        }
        let variants = reached.iter().flat_map(|of| {
            let names = self.0[*of].variants.keys();
            names.map(|name| Variant { of: (*of).to_owned(), name: name.clone() })
        });
        variants.collect()
    }

    /// The fields of a variant; `None` if `of` is not one of these enums.
    pub(crate) fn fields(&self, of: &str, variant: &str) -> Option<&Held> {
        let variants = &self.0.get(of)?.variants;
        Some(variants.get(variant).unwrap_or_else(|| panic!("{of} has no variant {variant}")))
    }
}

/// Every enum in the files below `folder`.
fn collect(folder: &Path, krate: &'static str, items: &mut Vec<(&'static str, syn::ItemEnum)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, krate, items);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
            items.extend(file.items.into_iter().filter_map(|item| match item {
                Item::Enum(item) => Some((krate, item)),
                _ => None,
            }));
        }
    }
}

fn derives_error(attribute: &Attribute) -> bool {
    let mut found = false;
    if attribute.path().is_ident("derive") {
        attribute
            .parse_nested_meta(|derived| {
                found |= derived.path.segments.last().is_some_and(|last| last.ident == "Error");
                Ok(())
            })
            .unwrap();
    }
    found
}

fn held(fields: &Fields, krate: &str, names: &BTreeSet<String>) -> Held {
    fields
        .iter()
        .enumerate()
        .map(|(place, field)| {
            let name = field.ident.as_ref().map_or(place.to_string(), ToString::to_string);
            (name, enum_of(&field.ty, krate, names))
        })
        .collect()
}

/// The enum that a type names: of the crate that the path starts with, of the same crate, or of the
/// only other crate with an enum of that name.
fn enum_of(of: &Type, krate: &str, names: &BTreeSet<String>) -> Option<String> {
    let Type::Path(of) = of else { return None };
    let last = of.path.segments.last()?;
    // A Result is not an error, and not a part of one.
    if last.ident == "Result" {
        return None;
    }
    if let PathArguments::AngleBracketed(arguments) = &last.arguments {
        let inner = arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(inner) => enum_of(inner, krate, names),
            _ => None,
        });
        // The Debug text of a Box is that of its contents; other types are not handled so.
        assert!(inner.is_none() || last.ident == "Box", "{} holds {inner:?}", last.ident);
        return inner;
    }
    let name = last.ident.to_string();
    let first = of.path.segments.first()?.ident.to_string();
    let candidates = [format!("{first}::{name}"), format!("{krate}::{name}")];
    if let Some(known) = candidates.into_iter().find(|candidate| names.contains(candidate)) {
        return Some(known);
    }
    let suffix = format!("::{name}");
    let elsewhere: Vec<&String> = names.iter().filter(|known| known.ends_with(&suffix)).collect();
    assert!(elsewhere.len() < 2, "{name} in {krate} may be any of {elsewhere:?}");
    elsewhere.first().map(|known| (*known).clone())
}
