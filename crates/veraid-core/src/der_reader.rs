//! Parses DER over the received octets.
//!
//! The `der` crate parses all lengths but the shortest: definite and minimal ones only. Values stay
//! slices of the input, so that signatures are checked over the received octets and never over a
//! re-encoding.

use der::{Decode, Length, Reader as _, SliceReader};

use crate::parse_error::{BundleParseError, DerProblem};

/// Tags by their octet.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0C;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const BMP_STRING: u8 = 0x1E;
    pub(crate) const CONSTRUCTED_OCTET_STRING: u8 = 0x24;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[number]`, constructed.
    pub(crate) const fn constructed(number: u8) -> u8 {
        0xA0 | number
    }

    /// `[number]`, primitive.
    pub(crate) const fn primitive(number: u8) -> u8 {
        0x80 | number
    }
}

/// The maximum nesting depth (16: the deepest that VeraId defines is 15, and nothing is parsed
/// recursively).
pub(crate) const MAX_DEPTH: usize = 16;

/// The maximum octets of a length (5: one for the number of octets that follow, and 4).
const MAX_LENGTH_BYTES: usize = 5;

/// One element: tag, length and value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    /// The whole element, header included.
    pub(crate) octets: &'a [u8],
    pub(crate) value: &'a [u8],
    /// The position of the element in the input.
    pub(crate) offset: usize,
    /// The position of the value in the input.
    value_offset: usize,
}

impl<'a> Element<'a> {
    /// A reader of the elements within, named after their field.
    pub(crate) const fn reader(&self, field: &'static str) -> Reader<'a> {
        Reader::new(self.value, field, self.value_offset)
    }
}

/// Reads one element after another.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    /// The remaining octets.
    rest: &'a [u8],
    field: &'static str,
    /// The position of the rest in the input.
    offset: usize,
}

impl<'a> Reader<'a> {
    /// A reader of `octets`, which start at `offset` of the input and make up `field`.
    pub(crate) const fn new(octets: &'a [u8], field: &'static str, offset: usize) -> Self {
        Self { rest: octets, field, offset }
    }

    /// An error at the position of the next element.
    pub(crate) const fn error(&self, problem: DerProblem) -> BundleParseError {
        BundleParseError::Der { field: self.field, offset: self.offset, problem }
    }

    pub(crate) const fn is_finished(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element, whatever its tag. `field` names it in errors.
    pub(crate) fn any(&mut self, field: &'static str) -> Result<Element<'a>, BundleParseError> {
        let offset = self.offset;
        let bounds = Bounds::of(self.rest).map_err(|problem| BundleParseError::Der {
            field,
            offset,
            problem,
        })?;
        let (octets, rest) = self.rest.split_at_checked(bounds.end).unwrap_or_default();
        let value = octets.get(bounds.value..).unwrap_or_default();
        self.rest = rest;
        self.offset = offset.saturating_add(bounds.end);
        let value_offset = offset.saturating_add(bounds.value);
        Ok(Element { tag: bounds.tag, octets, value, offset, value_offset })
    }

    /// The next element, which must have `tag`.
    pub(crate) fn read(
        &mut self,
        tag: u8,
        field: &'static str,
    ) -> Result<Element<'a>, BundleParseError> {
        match self.peek_tag() {
            Some(found) if found != tag => Err(BundleParseError::Der {
                field,
                offset: self.offset,
                problem: DerProblem::Tag { expected: Some(tag), found },
            }),
            _ => self.any(field),
        }
    }

    /// The next element if it has `tag`.
    pub(crate) fn optional(
        &mut self,
        tag: u8,
        field: &'static str,
    ) -> Result<Option<Element<'a>>, BundleParseError> {
        if self.peek_tag() == Some(tag) { self.any(field).map(Some) } else { Ok(None) }
    }

    pub(crate) fn peek_tag(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Ends reading; nothing may be left.
    pub(crate) fn finish(self) -> Result<(), BundleParseError> {
        if self.is_finished() { Ok(()) } else { Err(self.error(DerProblem::TrailingBytes)) }
    }

    /// The next element, an OBJECT IDENTIFIER, as its content octets.
    pub(crate) fn oid(&mut self, field: &'static str) -> Result<&'a [u8], BundleParseError> {
        let element = self.read(tag::OID, field)?;
        check_oid(element.value).then_some(element.value).ok_or(BundleParseError::Der {
            field,
            offset: element.offset,
            problem: DerProblem::Value,
        })
    }

    /// The next element, an INTEGER from 0 to 255.
    pub(crate) fn small_integer(
        &mut self,
        tag: u8,
        field: &'static str,
    ) -> Result<u8, BundleParseError> {
        let element = self.read(tag, field)?;
        match *element.value {
            [octet] if octet < 0x80 => Ok(octet),
            [0, octet] if octet >= 0x80 => Ok(octet),
            _ => Err(BundleParseError::Der {
                field,
                offset: element.offset,
                problem: DerProblem::Value,
            }),
        }
    }
}

/// The positions of the parts of an element.
struct Bounds {
    tag: u8,
    /// The start of the value.
    value: usize,
    /// The end of the element.
    end: usize,
}

impl Bounds {
    /// The bounds of the first element in `octets`.
    fn of(octets: &[u8]) -> Result<Self, DerProblem> {
        let (&tag, after_tag) = octets.split_first().ok_or(DerProblem::Truncated)?;
        // Tag numbers over 30 take more octets; they are not used here.
        if tag & 0x1F == 0x1F {
            return Err(DerProblem::Tag { expected: None, found: tag });
        }
        let (bytes_of_length, length) = match after_tag.first() {
            Some(&short) if short < 0x80 => (1, usize::from(short)),
            _ => read_long_length(after_tag).ok_or(DerProblem::Length)?,
        };
        let value = bytes_of_length.saturating_add(1);
        let end = value.saturating_add(length);
        if end > octets.len() { Err(DerProblem::Truncated) } else { Ok(Self { tag, value, end }) }
    }
}

/// The number of octets of the length that `octets` begin with, and its value; `None` if DER does
/// not allow it.
fn read_long_length(octets: &[u8]) -> Option<(usize, usize)> {
    let mut reader = SliceReader::new(octets.get(..MAX_LENGTH_BYTES).unwrap_or(octets)).ok()?;
    let length = Length::decode(&mut reader).ok()?;
    Some((usize::try_from(reader.position()).ok()?, usize::try_from(length).ok()?))
}

/// Returns true if these are the content octets of an OBJECT IDENTIFIER: whole, unpadded
/// sub-identifiers (X.690 section 8.19).
pub(crate) const fn check_oid(octets: &[u8]) -> bool {
    let mut rest = octets;
    let mut starts = true;
    // A hand-written loop, so that constants can be checked at compile time.
    while let [octet, tail @ ..] = rest {
        if starts && *octet == 0x80 {
            return false;
        }
        starts = *octet & 0x80 == 0;
        rest = tail;
    }
    starts && !octets.is_empty()
}

/// Parses `octets` as one element with `tag` and nothing after it.
pub(crate) fn read_whole<'a>(
    octets: &'a [u8],
    tag: u8,
    field: &'static str,
    base: usize,
) -> Result<Element<'a>, BundleParseError> {
    let mut reader = Reader::new(octets, field, base);
    let element = reader.read(tag, field)?;
    reader.finish()?;
    Ok(element)
}

/// The maximum octets of tags and lengths together (65,536: as many as everything but the content
/// of a bundle may have).
///
/// Content of 16 MiB could be 8 million elements without octets of their own. This ends the work
/// after 32,768 elements.
pub(crate) const MAX_HEADER_BYTES: usize = 65_536;

/// Checks the shape of every element in `octets` before any is parsed: definite, minimal lengths
/// that fit at every level, nested at most [`MAX_DEPTH`] deep, with at most [`MAX_HEADER_BYTES`]
/// of tags and lengths. The contents of OCTET STRINGs and BIT STRINGs are checked where they are
/// parsed.
///
/// One pass with one stack of fixed size, so that no input makes parsing recurse.
pub(crate) fn check_structure(octets: &[u8], field: &'static str) -> Result<(), BundleParseError> {
    check_structure_within(octets, field, 0)
}

/// Checks the shape of elements that are within `depth` others, as [`check_structure`] does.
pub(crate) fn check_structure_within(
    octets: &[u8],
    field: &'static str,
    depth: usize,
) -> Result<(), BundleParseError> {
    let mut next = 0;
    let mut header_bytes = 0_usize;
    // The ends of the elements around the next one; the outermost entry stands for all elements.
    let mut ends = Vec::with_capacity(MAX_DEPTH.saturating_add(1));
    ends.push(octets.len());
    while let Some(&end) = ends.last() {
        if next == end {
            ends.pop();
            continue;
        }
        let error = |problem| BundleParseError::Der { field, offset: next, problem };
        let bounds = Bounds::of(octets.get(next..end).unwrap_or_default()).map_err(error)?;
        header_bytes = header_bytes.saturating_add(bounds.value);
        if header_bytes > MAX_HEADER_BYTES {
            return Err(BundleParseError::TooLarge {
                what: "DER framing (tags and lengths)",
                bytes: header_bytes,
                limit: MAX_HEADER_BYTES,
            });
        }
        let end = next.saturating_add(bounds.end);
        let is_constructed = bounds.tag & 0x20 != 0;
        if !is_constructed {
            next = end;
            continue;
        }
        if ends.len().saturating_add(depth) > MAX_DEPTH {
            return Err(error(DerProblem::Depth));
        }
        ends.push(end);
        next = next.saturating_add(bounds.value);
    }
    Ok(())
}

/// Returns true if the elements of a SET OF are in the order that DER requires: ascending as octets
/// (X.690 section 11.6).
pub(crate) fn is_sorted<'a>(elements: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let mut previous: &[u8] = &[];
    elements.into_iter().all(|element| {
        let in_order = previous <= element;
        previous = element;
        in_order
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nested(depth: usize) -> Vec<u8> {
        (0..depth).fold(Vec::new(), |inner, _| {
            let length = u8::try_from(inner.len()).unwrap();
            [&[0x30, length], inner.as_slice()].concat()
        })
    }

    #[test]
    fn elements_nest_16_deep_and_no_deeper() {
        assert_eq!(check_structure(&nested(16), "x"), Ok(()));
        assert_eq!(
            check_structure(&nested(17), "x"),
            Err(BundleParseError::Der { field: "x", offset: 32, problem: DerProblem::Depth })
        );
    }

    #[test]
    fn reading_ends_at_the_limit_of_tags_and_lengths_whatever_follows() {
        let too_large = BundleParseError::TooLarge {
            what: "DER framing (tags and lengths)",
            bytes: 65_538,
            limit: 65_536,
        };
        let nulls = |count: usize| [5, 0].repeat(count);
        assert_eq!(check_structure(&nulls(32_768), "x"), Ok(()));
        assert_eq!(check_structure(&nulls(32_769), "x"), Err(too_large.clone()));
        // The element after that is ignored, or its length would be an error.
        let octets = [nulls(32_769), vec![0x04, 0x80]].concat();
        assert_eq!(check_structure(&octets, "x"), Err(too_large));
        let octets = [nulls(32_767), vec![0x04, 0x80]].concat();
        let problem = DerProblem::Length;
        let error = BundleParseError::Der { field: "x", offset: 65_534, problem };
        assert_eq!(check_structure(&octets, "x"), Err(error));
    }

    #[test]
    fn lengths_are_definite_minimal_and_fit() {
        for (octets, problem) in [
            (&[0x30, 0x80, 0, 0][..], DerProblem::Length),
            (&[0x30, 0x81, 0x01, 0x05], DerProblem::Length),
            (&[0x30, 0x82, 0x00, 0x80], DerProblem::Length),
            (&[0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], DerProblem::Truncated),
            (&[0x04, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], DerProblem::Length),
            (&[0x04, 0x02, 0x00], DerProblem::Truncated),
            (&[0x1F, 0x81, 0x01, 0x00], DerProblem::Tag { expected: None, found: 0x1F }),
        ] {
            assert_eq!(
                check_structure(octets, "x"),
                Err(BundleParseError::Der { field: "x", offset: 0, problem }),
                "{octets:02x?}"
            );
        }
    }

    #[test]
    fn an_element_ends_within_the_one_around_it() {
        let outer = [0x30, 0x04, 0x30, 0x02, 0x05, 0x00, 0x05, 0x00];
        let places = |octets: &[u8]| -> Vec<(u8, usize, usize)> {
            let mut reader = Reader::new(octets, "x", 7);
            std::iter::from_fn(|| (!reader.is_finished()).then(|| reader.any("x").unwrap()))
                .map(|element| (element.tag, element.offset, element.value_offset))
                .collect()
        };
        assert_eq!(places(&outer), [(0x30, 7, 9), (0x05, 13, 15)]);
        assert_eq!(check_structure(&outer, "x"), Ok(()));
        // One octet more than fits, though more follow.
        let octets = [0x30, 0x04, 0x30, 0x03, 0x05, 0x00, 0x05, 0x00];
        let problem = DerProblem::Truncated;
        let error = BundleParseError::Der { field: "x", offset: 2, problem };
        assert_eq!(check_structure(&octets, "x"), Err(error));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        /// Tries every form of length, with too few octets after it and with more than enough.
        #[test]
        fn an_element_is_where_the_der_crate_finds_it(
            tag in any::<u8>().prop_filter("one octet", |tag| tag & 0x1F != 0x1F),
            length in prop_oneof![0_u8..4, 0x7E_u8..0x83, any::<u8>()],
            more in proptest::collection::vec(prop_oneof![3 => 0_u8..2, 1 => any::<u8>()], 0..600),
        ) {
            let octets = [&[tag, length], more.as_slice()].concat();
            let expected = || {
                let mut reader = SliceReader::new(&octets).ok()?;
                reader.read_byte().ok()?;
                let length = Length::decode(&mut reader).ok()?;
                reader.read_slice(length).ok()
            };
            let mut reader = Reader::new(&octets, "x", 0);
            let found = reader.any("x").ok();
            prop_assert_eq!(found.map(|element| element.value), expected());
            if let Some(element) = found {
                prop_assert_eq!([element.octets, reader.rest].concat(), octets.as_slice());
                prop_assert_eq!(element.octets.get(element.value_offset..), Some(element.value));
            }
        }
    }

    #[test]
    fn object_identifiers_have_whole_unpadded_arcs() {
        for (octets, valid) in [
            (&[0x2A, 0x86, 0x48][..], true),
            (&[][..], false),
            (&[0x2A, 0x86][..], false),
            (&[0x80, 0x01][..], false),
            (&[0x2A, 0x80, 0x01][..], false),
            (&[0x2A, 0x81, 0x80, 0x01][..], true),
        ] {
            assert_eq!(check_oid(octets), valid, "{octets:02x?}");
        }
    }
}
