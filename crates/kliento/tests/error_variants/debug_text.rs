//! Parses a derived `Debug` text with the types that the source declares.

use std::collections::BTreeSet;

use crate::source::{Enums, Variant};

/// Adds the variant in `text`, a value of the enum `of`, and those within it.
pub(crate) fn variants(enums: &Enums, of: &str, text: &str, found: &mut BTreeSet<Variant>) {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let Some(fields) = enums.fields(of, name) else { panic!("{of} is no enum of the crates") };
    found.insert(Variant { of: of.to_owned(), name: name.to_owned() });
    let body =
        rest.trim_start().strip_prefix(['{', '(']).and_then(|rest| rest.strip_suffix(['}', ')']));
    let values = body.map(split).unwrap_or_default();
    assert_eq!(values.len(), fields.len(), "{of}: {text}");
    for (value, (field, held)) in values.iter().zip(fields) {
        let value = value.strip_prefix(&format!("{field}: ")).unwrap_or(value);
        if let Some(held) = held {
            variants(enums, held, value, found);
        }
    }
}

/// The values between the commas of the outermost level.
fn split(body: &str) -> Vec<&str> {
    let mut values = Vec::new();
    let (mut depth, mut start, mut quote, mut escaped) = (0_usize, 0, None, false);
    for (place, character) in body.char_indices() {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                values.push(body[start..place].trim());
                start = place + 1;
            }
            _ => {}
        }
    }
    values.push(body[start..].trim());
    values.retain(|value| !value.is_empty());
    values
}

#[test]
fn commas_within_values_do_not_separate() {
    assert_eq!(
        split(r#" a: X { b: "},\"", c: [1, 2] }, d: ',', e: Name(a.b.), "#),
        [r#"a: X { b: "},\"", c: [1, 2] }"#, "d: ','", "e: Name(a.b.)"]
    );
}
