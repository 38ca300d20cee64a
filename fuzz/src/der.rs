//! DER as an editable tree: after any change, the lengths around it are right again.

/// The greatest depth that is parsed. Deeper structures stay octets (the parser under test stops at
/// 16).
const MAX_DEPTH: usize = 20;

/// An element: its tag, and its elements or octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    tag: u8,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Elements(Vec<Element>),
    Octets(Vec<u8>),
}

impl Element {
    /// Reads one element and nothing after it.
    #[must_use]
    pub fn parse(der: &[u8]) -> Option<Self> {
        match parse_all(der, MAX_DEPTH)?.as_slice() {
            [element] => Some(element.clone()),
            _ => None,
        }
    }

    /// Writes the element, with lengths of minimal form.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let content = match &self.content {
            Content::Elements(elements) => elements.iter().flat_map(Self::to_der).collect(),
            Content::Octets(octets) => octets.clone(),
        };
        let length = content.len().to_be_bytes();
        let zeros = length.iter().take_while(|&&octet| octet == 0).count();
        let mut der = vec![self.tag];
        match length.get(zeros..).unwrap_or_default() {
            [] => der.push(0),
            [short] if *short < 0x80 => der.push(*short),
            long => {
                der.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
                der.extend_from_slice(long);
            }
        }
        der.extend(content);
        der
    }

    /// The number of elements, including this one.
    #[must_use]
    pub fn count(&self) -> usize {
        match &self.content {
            Content::Elements(elements) => 1 + elements.iter().map(Self::count).sum::<usize>(),
            Content::Octets(_) => 1,
        }
    }

    /// The element with this number: 0 is this one, then all inside in the order of the octets.
    pub fn element(&mut self, mut number: usize) -> Option<&mut Self> {
        if number == 0 {
            return Some(self);
        }
        let Content::Elements(elements) = &mut self.content else { return None };
        number -= 1;
        for element in elements {
            let count = element.count();
            if number < count {
                return element.element(number);
            }
            number -= count;
        }
        None
    }

    /// The element's octets, if it has no elements inside.
    pub fn octets(&mut self) -> Option<&mut Vec<u8>> {
        match &mut self.content {
            Content::Octets(octets) => Some(octets),
            Content::Elements(_) => None,
        }
    }

    /// Replaces octets wherever they are the whole content of an element; returns the number of
    /// replacements.
    pub fn replace_bytes(&mut self, old: &[u8], new: &[u8]) -> usize {
        match &mut self.content {
            Content::Elements(elements) => {
                elements.iter_mut().map(|element| element.replace_bytes(old, new)).sum()
            }
            Content::Octets(octets) if octets == old => {
                *octets = new.to_vec();
                1
            }
            Content::Octets(_) => 0,
        }
    }

    /// Carries out one edit; `to` and `from` are element numbers and wrap around.
    pub fn edit(&mut self, edit: Edit, to: usize, from: usize) {
        let count = self.count();
        let (to, from) = (to % count, from % count);
        let Some(other) = self.element(from).cloned() else { return };
        let Some(element) = self.element(to) else { return };
        match edit {
            Edit::Replace => *element = other,
            Edit::Tag => element.tag = other.tag,
            Edit::Insert | Edit::Remove => {
                let Content::Elements(elements) = &mut element.content else { return };
                let place = from % (elements.len() + 1);
                if edit == Edit::Insert {
                    elements.insert(place, other);
                } else if place < elements.len() {
                    elements.remove(place);
                }
            }
            Edit::Reverse => {
                if let Content::Elements(elements) = &mut element.content {
                    elements.reverse();
                }
            }
        }
    }
}

/// A change of structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// An element becomes a copy of another.
    Replace,
    /// An element gets the tag of another.
    Tag,
    /// A copy of an element goes into another.
    Insert,
    /// An element loses one of those inside.
    Remove,
    /// The elements inside change their order.
    Reverse,
}

impl Edit {
    /// All edits.
    pub const ALL: [Self; 5] =
        [Self::Replace, Self::Tag, Self::Insert, Self::Remove, Self::Reverse];
}

fn parse_all(mut der: &[u8], depth_left: usize) -> Option<Vec<Element>> {
    let mut elements = Vec::new();
    while let [tag, first, rest @ ..] = der {
        // Tags of several octets are not supported.
        if tag & 0x1F == 0x1F {
            return None;
        }
        let (length, rest) = if *first < 0x80 {
            (usize::from(*first), rest)
        } else {
            let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
            let long = octets.len() <= 4 && !octets.is_empty();
            let length = octets.iter().fold(0, |sum, &octet| sum << 8 | usize::from(octet));
            (Some(length).filter(|_| long)?, rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let inner = (tag & 0x20 != 0).then(|| parse_all(content, depth_left.checked_sub(1)?));
        let content = match inner.flatten() {
            Some(elements) => Content::Elements(elements),
            None => Content::Octets(content.to_vec()),
        };
        elements.push(Element { tag: *tag, content });
        der = rest;
    }
    der.is_empty().then_some(elements)
}
