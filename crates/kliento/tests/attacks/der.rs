//! Rewrites a bundle with one of its elements in another form.

use veraid_testkit::{MockBundle, children, contents, der_writer};

use crate::catalogue::Input;

/// One copy of the bundle for each element that `write` changes: tag and value, the value as it
/// was.
pub(crate) fn each(
    bundle: &MockBundle,
    write: impl Fn(u8, &[u8]) -> Option<Vec<u8>>,
) -> Vec<Input> {
    let mut inputs = Vec::new();
    for target in 0.. {
        let mut walk = Walk { next: 0, target, changed: false, write: &write };
        let der = walk.rewrite(&bundle.der);
        if walk.next <= target {
            break;
        }
        if walk.changed {
            inputs.push(Input::token(&der, &bundle.trust_anchors));
        }
    }
    assert!(!inputs.is_empty(), "something is written in another form");
    inputs
}

/// Another form of an element with this tag and value, if it is to be changed.
type Write<'a> = dyn Fn(u8, &[u8]) -> Option<Vec<u8>> + 'a;

struct Walk<'a> {
    next: usize,
    target: usize,
    changed: bool,
    write: &'a Write<'a>,
}

impl Walk<'_> {
    /// Our own bundles are at most 16 deep.
    fn rewrite(&mut self, element: &[u8]) -> Vec<u8> {
        let here = self.next;
        self.next += 1;
        let tag = element[0];
        let value = if tag & 0x20 == 0 {
            contents(element).to_vec()
        } else {
            children(element).into_iter().flat_map(|child| self.rewrite(child)).collect()
        };
        let other = (here == self.target).then(|| (self.write)(tag, &value)).flatten();
        self.changed |= other.is_some();
        other.unwrap_or_else(|| der_writer::tlv(tag, &[&value]))
    }
}

/// With a length that takes an octet more than needed.
pub(crate) fn padded_length(tag: u8, value: &[u8]) -> Option<Vec<u8>> {
    let octets = u16::try_from(value.len()).ok()?.to_be_bytes();
    let length: &[u8] = match value.len() {
        0..0x80 => &[0x81, octets[1]],
        0x80..0x100 => &[0x82, 0, octets[1]],
        _ => &[0x83, 0, octets[0], octets[1]],
    };
    Some([&[tag], length, value].concat())
}

/// With an indefinite length, if the element is constructed.
pub(crate) fn indefinite_length(tag: u8, value: &[u8]) -> Option<Vec<u8>> {
    (tag & 0x20 != 0).then(|| [&[tag, 0x80], value, &[0, 0]].concat())
}

/// With a tag number in octets of its own.
pub(crate) fn high_tag_number(tag: u8, value: &[u8]) -> Option<Vec<u8>> {
    let length = der_writer::length(value.len());
    Some([&[tag | 0x1F, tag & 0x1F], length.as_slice(), value].concat())
}
