//! JSON values that are read and dropped, held to the rules that tokens are held to: no duplicate keys, bounded depth.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How deep values may nest, the token's own object included (8: a token needs 2, and nothing is read recursively beyond).
pub(crate) const MAX_DEPTH: usize = 8;

/// Reads one value of any kind at a nesting depth that is left.
#[derive(Clone, Copy)]
pub(crate) struct AnyValue {
    pub(crate) depth_left: usize,
}

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl AnyValue {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.depth_left.checked_sub(1) {
            Some(depth_left) => Ok(Self { depth_left }),
            None => Err(E::custom(format_args!("values nest deeper than {MAX_DEPTH}"))),
        }
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while values.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut keys = BTreeSet::new();
        while let Some(key) = members.next_key::<String>()? {
            members.next_value_seed(inner)?;
            refuse_duplicate(&mut keys, key)?;
        }
        Ok(())
    }
}

/// Notes a key of an object; the second of its name is an error that does not repeat it.
pub(crate) fn refuse_duplicate<E: Error>(
    keys: &mut BTreeSet<String>,
    key: String,
) -> Result<(), E> {
    if keys.insert(key) { Ok(()) } else { Err(E::custom("an object has a key twice")) }
}
