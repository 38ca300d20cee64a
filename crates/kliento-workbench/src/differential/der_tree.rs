//! DER as a tree that can be changed and written again, with all lengths right.

/// An element: either of other elements, or of octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) tag: u8,
    pub(super) content: Content,
    /// The number of length octets beyond the DER form.
    pub(super) padding: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Elements(Vec<Node>),
    Octets(Vec<u8>),
}

/// The greatest depth that is read; no bundle nests deeper.
const MAX_DEPTH: usize = 24;

impl Node {
    /// Reads one element that takes up all of `octets`.
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let mut nodes = read_all(octets, MAX_DEPTH)?;
        let node = nodes.pop()?;
        nodes.is_empty().then_some(node)
    }

    pub(super) fn write(&self, to: &mut Vec<u8>) {
        let mut content = Vec::new();
        match &self.content {
            Content::Octets(octets) => content.extend(octets),
            Content::Elements(nodes) => nodes.iter().for_each(|node| node.write(&mut content)),
        }
        to.push(self.tag);
        let length = content.len().to_be_bytes();
        let significant = length.iter().position(|octet| *octet != 0).unwrap_or(length.len() - 1);
        if content.len() < 0x80 && self.padding == 0 {
            to.push(length[length.len() - 1]);
        } else {
            let digits = length.len() - significant + self.padding;
            to.push(0x80 | digits as u8);
            to.extend(std::iter::repeat_n(0, self.padding));
            to.extend(&length[significant..]);
        }
        to.extend(content);
    }

    /// The number of elements: this one and all below it.
    pub(super) fn count(&self) -> usize {
        match &self.content {
            Content::Octets(_) => 1,
            Content::Elements(nodes) => 1 + nodes.iter().map(Self::count).sum::<usize>(),
        }
    }

    /// The element at this index, in the order of first octets.
    pub(super) fn at(&mut self, index: usize) -> Option<&mut Self> {
        if index == 0 {
            return Some(self);
        }
        let Content::Elements(nodes) = &mut self.content else { return None };
        let mut left = index - 1;
        for node in nodes {
            let count = node.count();
            if left < count {
                return node.at(left);
            }
            left -= count;
        }
        None
    }
}

fn read_all(mut octets: &[u8], depth: usize) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    while let [tag, length, rest @ ..] = octets {
        let (length, rest) = match length {
            0..=0x7F => (usize::from(*length), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
                (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let elements = match tag & 0x20 {
            0x20 if depth > 0 => read_all(content, depth - 1),
            _ => None,
        };
        let content = elements.map_or_else(|| Content::Octets(content.to_vec()), Content::Elements);
        nodes.push(Node { tag: *tag, content, padding: 0 });
        octets = rest;
    }
    octets.is_empty().then_some(nodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsed_der_is_written_again_unchanged() {
        let octets = [0x30, 0x07, 0x02, 0x01, 0x05, 0x31, 0x02, 0x05, 0x00];
        let mut node = Node::read(&octets).unwrap();
        let mut written = Vec::new();
        node.write(&mut written);
        assert_eq!((written.as_slice(), node.count()), (&octets[..], 4));
        assert_eq!(node.at(3).map(|node| node.tag), Some(0x05));
        assert_eq!(node.at(4), None);
        node.padding = 1;
        let mut padded = Vec::new();
        node.write(&mut padded);
        assert_eq!(padded[..4], [0x30, 0x82, 0x00, 0x07]);
    }
}
