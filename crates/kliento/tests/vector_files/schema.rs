//! JSON Schema (draft 2020-12) as far as schema.json uses it. An unknown keyword fails the check,
//! so that no keyword is ignored.

use regex_lite::Regex;
use serde_json::{Map, Value};

/// Checks a value against a whole schema; the error gives the position and the reason.
pub(crate) fn check(schema: &Value, value: &Value) -> Result<(), String> {
    Checker { root: schema }.check(schema, value, "")
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        let schema = match schema {
            Value::Bool(true) => return Ok(()),
            Value::Bool(false) => return Err(format!("{place} does not belong here")),
            schema => schema.as_object().unwrap(),
        };
        schema
            .iter()
            .try_for_each(|(keyword, rule)| self.keyword(schema, keyword, rule, value, place))
    }

    fn keyword(
        &self,
        schema: &Map<String, Value>,
        keyword: &str,
        rule: &Value,
        value: &Value,
        place: &str,
    ) -> Result<(), String> {
        let holds = match keyword {
            // These are for readers, or are handled with the keyword that they belong to.
            "$schema" | "$id" | "title" | "description" | "$defs" | "then" | "else" => true,
            "$ref" => {
                let target = rule.as_str().unwrap().strip_prefix('#').unwrap();
                return self.check(self.root.pointer(target).unwrap(), value, place);
            }
            "type" => list(rule).iter().any(|of| is_of_type(value, of.as_str().unwrap())),
            "enum" => list(rule).contains(value),
            "const" => rule == value,
            "pattern" => value
                .as_str()
                .is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text)),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= number(rule)),
            "minItems" => value.as_array().is_none_or(|items| items.len() >= number(rule)),
            "minimum" => value.as_i64().is_none_or(|found| found >= rule.as_i64().unwrap()),
            "required" => value.as_object().is_none_or(|members| {
                list(rule).iter().all(|name| members.contains_key(name.as_str().unwrap()))
            }),
            "properties" => return self.properties(rule, value, place),
            "additionalProperties" => return self.additional(schema, rule, value, place),
            "items" => {
                return value.as_array().into_iter().flatten().enumerate().try_for_each(
                    |(index, item)| self.check(rule, item, &format!("{place}/{index}")),
                );
            }
            "allOf" => {
                return list(rule).iter().try_for_each(|each| self.check(each, value, place));
            }
            "oneOf" => {
                let results: Vec<_> =
                    list(rule).iter().map(|one| self.check(one, value, place)).collect();
                results.iter().filter(|result| result.is_ok()).count() == 1
            }
            "if" => {
                let branch = if self.check(rule, value, place).is_ok() { "then" } else { "else" };
                return schema.get(branch).map_or(Ok(()), |rule| self.check(rule, value, place));
            }
            unknown => panic!("the keyword {unknown} of schema.json is not known to this test"),
        };
        if holds { Ok(()) } else { Err(format!("{place} breaks {keyword} {rule}")) }
    }

    fn properties(&self, rules: &Value, value: &Value, place: &str) -> Result<(), String> {
        rules.as_object().unwrap().iter().try_for_each(|(name, rule)| match value.get(name) {
            Some(member) => self.check(rule, member, &format!("{place}/{name}")),
            None => Ok(()),
        })
    }

    fn additional(
        &self,
        schema: &Map<String, Value>,
        rule: &Value,
        value: &Value,
        place: &str,
    ) -> Result<(), String> {
        let known = schema.get("properties").and_then(Value::as_object);
        let members = value.as_object().into_iter().flatten();
        members
            .filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)))
            .try_for_each(|(name, member)| self.check(rule, member, &format!("{place}/{name}")))
    }
}

/// The items of an array; anything else is a list of itself.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn number(value: &Value) -> usize {
    value.as_u64().unwrap().try_into().unwrap()
}

fn is_of_type(value: &Value, of: &str) -> bool {
    match of {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        unknown => panic!("the type {unknown} of schema.json is not known to this test"),
    }
}
