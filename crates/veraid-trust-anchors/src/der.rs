//! Parses DER as far as certificates and CMS need it: elements as slices of the input, one level at
//! a time.

/// The bytes are not DER of the form expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotDer;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The context-specific tag with this number, constructed.
pub(crate) const fn context(number: u8) -> u8 {
    0xA0 | number
}

/// An element: its tag, all of its bytes and its contents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) whole: &'a [u8],
    pub(crate) contents: &'a [u8],
}

impl<'a> Element<'a> {
    /// The elements within.
    pub(crate) const fn reader(self) -> Reader<'a> {
        Reader { rest: self.contents }
    }
}

/// Reads elements one after another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    /// The next element, with a definite length in its shortest form.
    pub(crate) fn next(&mut self) -> Result<Element<'a>, NotDer> {
        let (&[tag, first], _) = self.rest.split_first_chunk::<2>().ok_or(NotDer)?;
        // Tags of more than one byte do not occur in certificates or CMS.
        if tag & 0x1F == 0x1F {
            return Err(NotDer);
        }
        let (header, length) = match first {
            0..=0x7F => (2, usize::from(first)),
            0x81 => (3, self.length_in(1, 0x80)?),
            0x82 => (4, self.length_in(2, 0x100)?),
            _ => return Err(NotDer),
        };
        let end = usize::checked_add(header, length).ok_or(NotDer)?;
        let (whole, rest) = self.rest.split_at_checked(end).ok_or(NotDer)?;
        let contents = whole.get(header..).ok_or(NotDer)?;
        self.rest = rest;
        Ok(Element { tag, whole, contents })
    }

    /// A length of `count` bytes that is at least `least`: less would have a shorter form.
    fn length_in(&self, count: usize, least: usize) -> Result<usize, NotDer> {
        let octets = self.rest.get(2..).and_then(|rest| rest.get(..count)).ok_or(NotDer)?;
        let length = octets.iter().fold(0_usize, |length, &octet| length << 8 | usize::from(octet));
        if length >= least { Ok(length) } else { Err(NotDer) }
    }

    /// The next element, which has this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>, NotDer> {
        self.next().and_then(|element| if element.tag == tag { Ok(element) } else { Err(NotDer) })
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, NotDer> {
        if self.rest.first() == Some(&tag) { self.next().map(Some) } else { Ok(None) }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) const fn end(self) -> Result<(), NotDer> {
        if self.rest.is_empty() { Ok(()) } else { Err(NotDer) }
    }
}

/// Parses the input as one element.
pub(crate) fn only(input: &[u8], tag: u8) -> Result<Element<'_>, NotDer> {
    let mut reader = Reader::new(input);
    let element = reader.expect(tag)?;
    reader.end()?;
    Ok(element)
}

/// The bytes of a positive INTEGER, without the sign's zero.
pub(crate) fn unsigned(element: Element<'_>) -> Result<&[u8], NotDer> {
    match element.contents {
        [0, rest @ ..] if rest.first().is_some_and(|octet| octet & 0x80 != 0) => Ok(rest),
        [first, ..] if *first != 0 && first & 0x80 == 0 => Ok(element.contents),
        _ => Err(NotDer),
    }
}

/// The bytes of a BIT STRING without unused bits.
pub(crate) const fn bits(element: Element<'_>) -> Result<&[u8], NotDer> {
    match element.contents {
        [0, rest @ ..] => Ok(rest),
        _ => Err(NotDer),
    }
}
