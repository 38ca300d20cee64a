//! Reading DER over the octets that were received.
//!
//! The `der` crate's reader does the tags' and lengths' arithmetic: definite and minimal lengths only. Values stay slices of the input, so
//! that signatures are checked over what came in and never over a re-encoding.

use der::{Decode, Length, Reader as _, SliceReader};

use crate::error::{DerProblem, ParseError};

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

/// How deep elements may nest (16: the deepest that VeraId defines is 15, and nothing is read recursively).
pub(crate) const MAX_DEPTH: usize = 16;

/// One element: tag, length and value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    /// The whole element, header included.
    pub(crate) octets: &'a [u8],
    pub(crate) value: &'a [u8],
    /// Where the element starts in the input.
    pub(crate) offset: usize,
    /// Where the value starts in the input.
    value_offset: usize,
}

impl<'a> Element<'a> {
    /// A reader of the elements within, named after the field that they make up.
    pub(crate) fn reader(&self, field: &'static str) -> Result<Reader<'a>, ParseError> {
        Reader::new(self.value, field, self.value_offset)
    }
}

/// Reads one element after another.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    inner: SliceReader<'a>,
    octets: &'a [u8],
    field: &'static str,
    base: usize,
}

impl<'a> Reader<'a> {
    /// A reader of `octets`, which start at `base` of the input and make up `field`.
    pub(crate) fn new(
        octets: &'a [u8],
        field: &'static str,
        base: usize,
    ) -> Result<Self, ParseError> {
        match SliceReader::new(octets) {
            Ok(inner) => Ok(Self { inner, octets, field, base }),
            Err(_) => Err(ParseError::Der { field, offset: base, problem: DerProblem::Length }),
        }
    }

    /// How far the reader is in the input.
    fn offset(&self) -> usize {
        self.base.saturating_add(self.position())
    }

    fn position(&self) -> usize {
        usize::try_from(self.inner.position()).unwrap_or(usize::MAX)
    }

    /// An error at the place of the next element.
    pub(crate) fn error(&self, problem: DerProblem) -> ParseError {
        ParseError::Der { field: self.field, offset: self.offset(), problem }
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.inner.is_finished()
    }

    /// The next element, whatever its tag. `field` names it in errors.
    pub(crate) fn any(&mut self, field: &'static str) -> Result<Element<'a>, ParseError> {
        let start = self.position();
        let offset = self.offset();
        let error = |problem| ParseError::Der { field, offset, problem };
        let tag = self.inner.read_byte().map_err(|_| error(DerProblem::Truncated))?;
        // Tag numbers over 30 take more octets; nothing here has one.
        if tag & 0x1F == 0x1F {
            return Err(error(DerProblem::Tag { expected: None, found: tag }));
        }
        let length = Length::decode(&mut self.inner).map_err(|_| error(DerProblem::Length))?;
        let value_offset = self.offset();
        let value = self.inner.read_slice(length).map_err(|_| error(DerProblem::Truncated))?;
        let octets = self.octets.get(start..self.position()).unwrap_or_default();
        Ok(Element { tag, octets, value, offset, value_offset })
    }

    /// The next element, which must have `tag`.
    pub(crate) fn read(&mut self, tag: u8, field: &'static str) -> Result<Element<'a>, ParseError> {
        let offset = self.offset();
        match self.peek_tag() {
            Some(found) if found != tag => Err(ParseError::Der {
                field,
                offset,
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
    ) -> Result<Option<Element<'a>>, ParseError> {
        if self.peek_tag() == Some(tag) { self.any(field).map(Some) } else { Ok(None) }
    }

    pub(crate) fn peek_tag(&self) -> Option<u8> {
        self.octets.get(self.position()).copied()
    }

    /// Ends reading; nothing may be left.
    pub(crate) fn finish(self) -> Result<(), ParseError> {
        if self.inner.is_finished() { Ok(()) } else { Err(self.error(DerProblem::TrailingOctets)) }
    }

    /// The next element, an OBJECT IDENTIFIER, as its content octets.
    pub(crate) fn oid(&mut self, field: &'static str) -> Result<&'a [u8], ParseError> {
        let element = self.read(tag::OID, field)?;
        check_oid(element.value).then_some(element.value).ok_or(ParseError::Der {
            field,
            offset: element.offset,
            problem: DerProblem::Value,
        })
    }

    /// The next element, an INTEGER from 0 to 255.
    pub(crate) fn small_integer(&mut self, tag: u8, field: &'static str) -> Result<u8, ParseError> {
        let element = self.read(tag, field)?;
        match *element.value {
            [octet] if octet < 0x80 => Ok(octet),
            [0, octet] if octet >= 0x80 => Ok(octet),
            _ => Err(ParseError::Der { field, offset: element.offset, problem: DerProblem::Value }),
        }
    }
}

/// Whether these are the content octets of an OBJECT IDENTIFIER: whole sub-identifiers, none padded (X.690 section 8.19).
pub(crate) const fn check_oid(octets: &[u8]) -> bool {
    let mut rest = octets;
    let mut starts = true;
    // A loop by hand, so that constants can be checked when they are compiled.
    while let [octet, tail @ ..] = rest {
        if starts && *octet == 0x80 {
            return false;
        }
        starts = *octet & 0x80 == 0;
        rest = tail;
    }
    starts && !octets.is_empty()
}

/// Reads the one element that `octets` are, with `tag`, and nothing after it.
pub(crate) fn read_whole<'a>(
    octets: &'a [u8],
    tag: u8,
    field: &'static str,
    base: usize,
) -> Result<Element<'a>, ParseError> {
    let mut reader = Reader::new(octets, field, base)?;
    let element = reader.read(tag, field)?;
    reader.finish()?;
    Ok(element)
}

/// Checks the shape of every element in `octets` before any is read: definite, minimal lengths that fit at every level, nested at
/// most [`MAX_DEPTH`] deep. What OCTET STRINGs and BIT STRINGs hold is checked where it is read.
///
/// One pass with one stack of fixed size, so that no input makes reading recurse.
pub(crate) fn check_structure(octets: &[u8], field: &'static str) -> Result<(), ParseError> {
    check_structure_within(octets, field, 0)
}

/// The same for elements that are within `depth` others.
pub(crate) fn check_structure_within(
    octets: &[u8],
    field: &'static str,
    depth: usize,
) -> Result<(), ParseError> {
    let mut open = Vec::with_capacity(MAX_DEPTH);
    open.push(Reader::new(octets, field, 0)?);
    while let Some(innermost) = open.last_mut() {
        if innermost.is_finished() {
            open.pop();
            continue;
        }
        let element = innermost.any(field)?;
        let is_constructed = element.tag & 0x20 != 0;
        if is_constructed {
            // The outermost reader is no element.
            if open.len().saturating_add(depth) >= MAX_DEPTH.saturating_add(1) {
                return Err(ParseError::Der {
                    field,
                    offset: element.offset,
                    problem: DerProblem::Depth,
                });
            }
            open.push(element.reader(field)?);
        }
    }
    Ok(())
}

/// Whether the elements of a SET OF are in the order that DER demands: ascending as octets (X.690 section 11.6).
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
            Err(ParseError::Der { field: "x", offset: 32, problem: DerProblem::Depth })
        );
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
                Err(ParseError::Der { field: "x", offset: 0, problem }),
                "{octets:02x?}"
            );
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
