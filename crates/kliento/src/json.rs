//! A parser of JSON (RFC 8259) that enforces the rules of tokens: no duplicate keys, bounded depth,
//! only numbers that a double can express.
//!
//! A general JSON library is not used for that: its behaviour depends on its Cargo features, and
//! any crate of an application can enable those. Results must not depend on other crates in the
//! program.

use std::collections::BTreeSet;

/// The maximum nesting depth, the token's own object included (8: a token needs 2, and nothing is
/// parsed recursively beyond).
const MAX_DEPTH: usize = 8;

/// The text is not JSON, or JSON of another form than expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonError {
    /// The octet of the text at which parsing stopped.
    pub(crate) offset: usize,
    /// True if the text is not JSON at all.
    pub(crate) is_syntax: bool,
}

/// Parses one value after another from a text.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    offset: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, offset: 0, depth: 0 }
    }

    /// Ends parsing; only white space may be left.
    pub(crate) fn finish(mut self) -> Result<(), JsonError> {
        self.skip_white_space();
        if self.rest().is_empty() { Ok(()) } else { Err(self.syntax()) }
    }

    /// Parses the next value, an object: `member` parses the value of each key. Duplicate keys are
    /// rejected.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.expect_start_of(b'{')?;
        self.enter()?;
        let mut keys = BTreeSet::new();
        let mut is_first = true;
        while !self.ends_with(b'}', &mut is_first)? {
            let key = self.plain_string()?;
            self.skip_white_space();
            self.expect(b':')?;
            if keys.contains(&key) {
                return Err(self.form());
            }
            member(self, &key)?;
            keys.insert(key);
        }
        self.leave();
        Ok(())
    }

    /// Parses the next value, a string.
    pub(crate) fn string(&mut self) -> Result<String, JsonError> {
        self.expect_start_of(b'"')?;
        self.plain_string()
    }

    /// Parses the next value, of any kind.
    pub(crate) fn any(&mut self) -> Result<(), JsonError> {
        self.skip_white_space();
        match self.peek() {
            Some(b'{') => self.object(|reader, _| reader.any()),
            Some(b'[') => self.array(),
            Some(b'"') => self.plain_string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => Err(self.syntax()),
        }
    }

    fn array(&mut self) -> Result<(), JsonError> {
        self.expect(b'[')?;
        self.enter()?;
        let mut is_first = true;
        while !self.ends_with(b']', &mut is_first)? {
            self.any()?;
        }
        self.leave();
        Ok(())
    }

    /// Returns true if an object or array ends here; parses the comma before all of its values but
    /// the first.
    fn ends_with(&mut self, end: u8, is_first: &mut bool) -> Result<bool, JsonError> {
        self.skip_white_space();
        if self.peek() == Some(end) {
            self.advance(1);
            return Ok(true);
        }
        if !std::mem::take(is_first) {
            self.expect(b',')?;
            self.skip_white_space();
        }
        Ok(false)
    }

    fn enter(&mut self) -> Result<(), JsonError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH { Err(self.form()) } else { Ok(()) }
    }

    const fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Requires that the next value begins with `start`; a value of another kind must still be JSON
    /// to count as the wrong form.
    fn expect_start_of(&mut self, start: u8) -> Result<(), JsonError> {
        self.skip_white_space();
        if self.peek() == Some(start) {
            if start == b'{' {
                self.advance(1);
            }
            return Ok(());
        }
        let place = self.clone();
        self.any()?;
        Err(place.form())
    }

    /// Parses a string that starts here (RFC 8259 section 7).
    fn plain_string(&mut self) -> Result<String, JsonError> {
        self.expect(b'"')?;
        let mut string = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.bytes().position(|octet| matches!(octet, b'"' | b'\\' | 0..=0x1F));
            // Those octets are characters of their own, so this is the start of a character.
            let (plain, _) = plain.and_then(|end| rest.split_at_checked(end)).ok_or(self.end())?;
            string.push_str(plain);
            self.advance(plain.len());
            match self.peek() {
                Some(b'"') => {
                    self.advance(1);
                    return Ok(string);
                }
                Some(b'\\') => {
                    self.advance(1);
                    string.push(self.escaped()?);
                }
                _ => return Err(self.syntax()),
            }
        }
    }

    /// Parses the rest of an escape after its backslash.
    fn escaped(&mut self) -> Result<char, JsonError> {
        let character = match self.peek() {
            Some(b'u') => {
                self.advance(1);
                return self.escaped_unicode();
            }
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.syntax()),
        };
        self.advance(1);
        Ok(character)
    }

    /// Parses the character of one escape or of two that are a surrogate pair. A lone surrogate is
    /// not a character.
    fn escaped_unicode(&mut self) -> Result<char, JsonError> {
        let start = self.clone();
        let first = self.hexadecimal()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::decode_utf16([first]).next().and_then(Result::ok).ok_or(start.syntax());
        }
        self.expect(b'\\')?;
        self.expect(b'u')?;
        let second = self.hexadecimal()?;
        char::decode_utf16([first, second]).next().and_then(Result::ok).ok_or(start.syntax())
    }

    fn hexadecimal(&mut self) -> Result<u16, JsonError> {
        let digits =
            self.rest().get(..4).filter(|four| four.bytes().all(|o| o.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or(self.syntax())?;
        self.advance(4);
        Ok(unit)
    }

    /// Parses a number that starts here (RFC 8259 section 6), if a double can express it.
    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.clone();
        self.skip_one_of(b"-");
        if !self.skip_one_of(b"0") {
            self.digits()?;
        }
        if self.skip_one_of(b".") {
            self.digits()?;
        }
        if self.skip_one_of(b"eE") {
            self.skip_one_of(b"+-");
            self.digits()?;
        }
        let length = self.offset.saturating_sub(start.offset);
        let text = start.rest().get(..length).unwrap_or_default();
        let is_finite = text.parse::<f64>().is_ok_and(f64::is_finite);
        if is_finite { Ok(()) } else { Err(start.syntax()) }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.advance(count);
        if count == 0 { Err(self.syntax()) } else { Ok(()) }
    }

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        if !self.rest().starts_with(word) {
            return Err(self.syntax());
        }
        self.advance(word.len());
        Ok(())
    }

    fn expect(&mut self, octet: u8) -> Result<(), JsonError> {
        if self.skip_one_of(&[octet]) { Ok(()) } else { Err(self.syntax()) }
    }

    fn skip_one_of(&mut self, octets: &[u8]) -> bool {
        let is_there = self.peek().is_some_and(|octet| octets.contains(&octet));
        if is_there {
            self.advance(1);
        }
        is_there
    }

    fn skip_white_space(&mut self) {
        let white_space = |octet: &u8| matches!(octet, b' ' | b'\t' | b'\n' | b'\r');
        let count = self.rest().bytes().take_while(white_space).count();
        self.advance(count);
    }

    const fn advance(&mut self, octets: usize) {
        self.offset = self.offset.saturating_add(octets);
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    const fn syntax(&self) -> JsonError {
        JsonError { offset: self.offset, is_syntax: true }
    }

    const fn form(&self) -> JsonError {
        JsonError { offset: self.offset, is_syntax: false }
    }

    const fn end(&self) -> JsonError {
        JsonError { offset: self.text.len(), is_syntax: true }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic on an overflow")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<(), JsonError> {
        let mut reader = Reader::new(text);
        reader.any()?;
        reader.finish()
    }

    fn string(text: &str) -> Option<String> {
        let mut reader = Reader::new(text);
        reader.string().ok().filter(|_| reader.finish().is_ok())
    }

    #[test]
    fn numbers_are_those_of_the_grammar_that_a_double_can_express() {
        for text in [
            "0",
            "-0",
            "10",
            "1.5",
            "-1.5e-3",
            "1E+2",
            "0e99999999999",
            "1e-400",
            "1.7976931348623157e308",
            "123456789012345678901234567890",
        ] {
            assert_eq!(read(text), Ok(()), "{text}");
        }
        for text in [
            "", "-", "01", "+1", ".5", "1.", "1e", "1e+", "0x1", "1e400", "-1e400", "1.8e308",
            "NaN", "Infinity", "1 2",
        ] {
            assert!(matches!(read(text), Err(JsonError { is_syntax: true, .. })), "{text}");
        }
    }

    #[test]
    fn strings_are_unescaped_and_contain_no_lone_surrogate() {
        for (text, expected) in [
            (r#""""#, ""),
            (r#" "a\"\\\/\b\f\n\r\té" "#, "a\"\\/\u{8}\u{C}\n\r\té"),
            (r#""\u0061\u00E9\ud83d\uDE00""#, "aé😀"),
            (r#""\u0000""#, "\0"),
            ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
        ] {
            assert_eq!(string(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "\"",
            "\"a",
            "\"\\\"",
            r#""\x""#,
            r#""\u12""#,
            r#""\u12g4""#,
            r#""\u+123""#,
            r#""\ud83d""#,
            r#""\ud83d\n""#,
            r#""\ud83d\u0061""#,
            r#""\ude00""#,
            r#""\ude00\ud83d""#,
            r#""\ud83d\ud83d\ude00""#,
            "\"\t\"",
            "\"\n\"",
            "\"\0\"",
        ] {
            assert_eq!(string(text), None, "{text}");
        }
    }

    #[test]
    fn no_object_has_a_key_twice_and_values_nest_8_deep() {
        assert_eq!(read(r#"{"a":1,"b":{"a":1}}"#), Ok(()));
        for text in [r#"{"a":1,"a":1}"#, r#"[{"a":1,"\u0061":1}]"#, r#"{"":1,"":1}"#] {
            assert!(matches!(read(text), Err(JsonError { is_syntax: false, .. })), "{text}");
        }
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read(&nested(8)), Ok(()));
        // Reading stops behind the ninth bracket.
        assert_eq!(read(&nested(9)), Err(JsonError { offset: 9, is_syntax: false }));
        assert_eq!(read(&format!("[{}]", ["[[[[[[[]]]]]]]"; 3].join(","))), Ok(()));
        assert!(read(&"[".repeat(100_000)).is_err());
    }

    /// Texts made of the pieces of JSON, so that some are JSON.
    fn texts() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"a\"",
            "\"b\":",
            "\"\\u0061\"",
            "\"\\ud83d\"",
            "1",
            "-",
            ".5",
            "e3",
            "0",
            " ",
            "\n",
            "null",
            "true",
            "false",
            "nul",
            "\"",
            "\\",
            "é",
            "\u{1}",
        ]);
        let leaf = prop::sample::select(vec![
            "1", "\"x\"", "null", "-0.5e1", "[]", "{}", "\"\\n\"", "tru", "01",
        ]);
        let tree = leaf.prop_map(str::to_owned).prop_recursive(9, 40, 4, |inner| {
            let key = prop::sample::select(vec!["\"a\"", "\"b\"", "\"c\"", "\"\\u0062\""]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|all| format!("[{}]", all.join(","))),
                prop::collection::vec((key, inner), 0..4).prop_map(|all| {
                    let all = all.into_iter().map(|(key, value)| format!("{key} : {value}"));
                    format!("{{{}}}", all.collect::<Vec<_>>().join(" , "))
                }),
            ]
        });
        prop_oneof![1 => prop::collection::vec(piece, 0..12).prop_map(|all| all.concat()), 2 => tree]
    }

    /// The depth of JSON and if a key is repeated, as a general library parses it.
    fn depth_and_repetition(text: &str) -> Option<(usize, bool)> {
        struct Shape(usize, bool);
        impl<'de> serde::Deserialize<'de> for Shape {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Shape(0, false))
            }
        }
        impl<'de> serde::de::Visitor<'de> for Shape {
            type Value = Self;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value")
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
                Ok(self)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
                Ok(self)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
                Ok(self)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
                Ok(self)
            }

            fn visit_str<E>(self, _: &str) -> Result<Self, E> {
                Ok(self)
            }

            fn visit_unit<E>(self) -> Result<Self, E> {
                Ok(self)
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
                let mut shape = Shape(0, false);
                while let Some(Shape(depth, repeats)) = seq.next_element()? {
                    shape = Shape(shape.0.max(depth), shape.1 | repeats);
                }
                Ok(Shape(shape.0 + 1, shape.1))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
                let (mut shape, mut keys) = (Shape(0, false), BTreeSet::new());
                while let Some((key, Shape(depth, repeats))) = map.next_entry::<String, Shape>()? {
                    shape = Shape(shape.0.max(depth), shape.1 | repeats | !keys.insert(key));
                }
                Ok(Shape(shape.0 + 1, shape.1))
            }
        }
        serde_json::from_str(text).ok().map(|Shape(depth, repeats)| (depth, repeats))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// Compares with a general library, as long as no feature changes what that accepts.
        #[test]
        fn it_accepts_the_input_of_serde_json_except_for_depth_and_repeated_keys(text in texts()) {
            if serde_json::from_str::<serde_json::Value>("1e400").is_err() {
                let expected = depth_and_repetition(&text)
                    .is_some_and(|(depth, repeats)| depth <= MAX_DEPTH && !repeats);
                prop_assert_eq!(read(&text).is_ok(), expected, "{}", text);
            }
        }
    }
}
