//! A mutator that understands DER: libFuzzer's own changes applied inside an element, and changes
//! of structure.

use crate::der::{Edit, Element};

/// The number of lines of a [`Case`](crate::case::Case) before the octets.
pub const CASE_LINES: usize = 4;

/// Mutates the DER after `lines` lines of text and returns the new size. Every other mutation
/// leaves all lengths right.
///
/// `plain` is libFuzzer's mutation of bytes in place.
pub fn der_after_lines(
    lines: usize,
    data: &mut [u8],
    size: usize,
    seed: u32,
    plain: fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    let max_size = data.len();
    let mutated =
        seed.is_multiple_of(2).then(|| structure(lines, data.get(..size)?, seed / 2, plain));
    match mutated.flatten() {
        Some(new) if new.len() <= max_size => {
            data.iter_mut().zip(&new).for_each(|(to, from)| *to = *from);
            new.len()
        }
        _ => plain(data, size, max_size),
    }
}

fn structure(
    lines: usize,
    input: &[u8],
    seed: u32,
    plain: fn(&mut [u8], usize, usize) -> usize,
) -> Option<Vec<u8>> {
    let ends = input.iter().enumerate().filter(|(_, octet)| **octet == b'\n');
    let start = match lines {
        0 => 0,
        _ => ends.map(|(index, _)| index + 1).nth(lines - 1)?,
    };
    let (head, der) = input.split_at_checked(start)?;
    let mut tree = Element::parse(der)?;
    // The seed in three parts; the low one selects the mutation.
    let (what, to, from) = (seed % 16, (seed / 16) as usize, (seed / 65_536) as usize);
    match Edit::ALL.get(what as usize) {
        Some(edit) => tree.edit(*edit, to, from),
        // In most cases, mutate the octets of an element.
        None => {
            let count = tree.count();
            let octets = (0..count).find_map(|more| {
                let number = (to + more) % count;
                tree.element(number)?.octets().is_some().then_some(number)
            });
            let octets = tree.element(octets?)?.octets()?;
            let size = octets.len();
            octets.resize(size + 32, 0);
            let new_size = plain(octets, size, size + 32);
            octets.truncate(new_size);
        }
    }
    Some([head, &tree.to_der()].concat())
}
