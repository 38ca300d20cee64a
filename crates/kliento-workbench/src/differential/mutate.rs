//! Mutants: one change to a valid bundle, its time, or the origin of its parts.

use base64ct::{Base64, Encoding};
use kliento_conformance::Question;
use proptest::prelude::RngExt as _;
use proptest::test_runner::TestRng;

use super::der_tree::{Content, Node};

/// The position of the DNSSEC chain among the elements of a bundle.
const CHAIN: usize = 1;

/// A mutant of `seed` with a description of the change; `None` if the change does not apply to this
/// bundle.
pub(super) fn mutant(
    seed: &Question,
    other: &Question,
    rng: &mut TestRng,
) -> Option<(Question, String)> {
    let octets = input_of(seed)?;
    let (octets, mutation) = match rng.random_range(0..10) {
        0 | 1 => change_octet(octets, rng),
        2 => cut_or_repeat(octets, rng),
        3..=5 => change_element(&octets, rng)?,
        6 | 7 => change_message(&octets, rng)?,
        8 => splice(&octets, &input_of(other)?, rng)?,
        _ => return change_time(seed, rng),
    };
    let input = Some(Base64::encode_string(&octets));
    Some((Question { input, ..seed.clone() }, mutation))
}

fn change_octet(mut octets: Vec<u8>, rng: &mut TestRng) -> (Vec<u8>, String) {
    let index = rng.random_range(0..octets.len());
    let before = octets[index];
    octets[index] = changed(before, rng);
    let mutation = format!("octet {index} is {:#04x}, not {before:#04x}", octets[index]);
    (octets, mutation)
}

/// A changed octet: one bit flipped, a random value or an extreme one.
fn changed(octet: u8, rng: &mut TestRng) -> u8 {
    match rng.random_range(0..4) {
        0 => [0x00, 0x7F, 0x80, 0xFF][rng.random_range(0..4)],
        1 => rng.random_range(0..=255),
        _ => octet ^ 1 << rng.random_range(0..8),
    }
}

fn cut_or_repeat(mut octets: Vec<u8>, rng: &mut TestRng) -> (Vec<u8>, String) {
    let start = rng.random_range(0..octets.len());
    let end = (start + rng.random_range(1..16)).min(octets.len());
    match rng.random_range(0..3) {
        0 => {
            octets.drain(start..end);
            (octets, format!("octets {start} to {end} are removed"))
        }
        1 => {
            let repeated = octets[start..end].to_vec();
            octets.splice(start..start, repeated);
            (octets, format!("octets {start} to {end} are duplicated"))
        }
        _ => {
            octets.push(rng.random_range(0..=255));
            (octets, "an extra octet follows".into())
        }
    }
}

/// One element changed, with all lengths around it right.
fn change_element(octets: &[u8], rng: &mut TestRng) -> Option<(Vec<u8>, String)> {
    let mut bundle = Node::read(octets)?;
    let index = rng.random_range(0..bundle.count());
    let from = rng.random_range(0..bundle.count());
    let other = bundle.at(from)?.clone();
    let node = bundle.at(index)?;
    let what = match (rng.random_range(0..9), &mut node.content) {
        (0, _) => {
            let before = node.tag;
            node.tag = changed(before, rng);
            format!("has the tag {:#04x}, not {before:#04x}", node.tag)
        }
        (1, _) => {
            node.padding = rng.random_range(1..3);
            format!("has a length padded with {} octets", node.padding)
        }
        (2, _) => {
            *node = other;
            format!("is element {from} instead")
        }
        (3, Content::Elements(nodes)) if !nodes.is_empty() => {
            let child = rng.random_range(0..nodes.len());
            nodes.remove(child);
            format!("lacks its element {child}")
        }
        (4, Content::Elements(nodes)) if !nodes.is_empty() => {
            let child = rng.random_range(0..nodes.len());
            nodes.insert(child, nodes[child].clone());
            format!("has its element {child} twice")
        }
        (5, Content::Elements(nodes)) if nodes.len() > 1 => {
            let child = rng.random_range(1..nodes.len());
            nodes.swap(child - 1, child);
            format!("has its elements {} and {child} swapped", child - 1)
        }
        (6, Content::Elements(nodes)) => {
            nodes.push(other);
            format!("ends with a copy of element {from}")
        }
        (_, Content::Octets(content)) if !content.is_empty() => {
            let place = rng.random_range(0..content.len());
            let before = content[place];
            content[place] = changed(before, rng);
            format!("has {:#04x} at octet {place}, not {before:#04x}", content[place])
        }
        _ => return None,
    };
    Some((written(&bundle), format!("element {index} {what}")))
}

/// One DNS message changed, left out, repeated or moved.
fn change_message(octets: &[u8], rng: &mut TestRng) -> Option<(Vec<u8>, String)> {
    let mut bundle = Node::read(octets)?;
    let messages = messages(&mut bundle)?;
    if messages.is_empty() {
        return None;
    }
    let index = rng.random_range(0..messages.len());
    let what = match rng.random_range(0..6) {
        0 => {
            messages.remove(index);
            "is removed"
        }
        1 => {
            let again = messages[index].clone();
            let place = rng.random_range(0..=messages.len());
            messages.insert(place, again);
            "is present twice"
        }
        2 => {
            let other = rng.random_range(0..messages.len());
            messages.swap(index, other);
            "is moved"
        }
        kind => {
            let Content::Octets(message) = &mut messages[index].content else { return None };
            // The header: id, flags and counts.
            let end = if kind == 3 { message.len().min(12) } else { message.len() };
            let place = rng.random_range(0..end);
            if kind == 4 && message[place].is_ascii_alphabetic() {
                message[place] ^= 0x20;
                "has a letter in the other case"
            } else {
                message[place] = changed(message[place], rng);
                "has a changed octet"
            }
        }
    };
    Some((written(&bundle), format!("message {index} {what}")))
}

fn messages(bundle: &mut Node) -> Option<&mut Vec<Node>> {
    let Content::Elements(fields) = &mut bundle.content else { return None };
    match &mut fields.get_mut(CHAIN)?.content {
        Content::Elements(messages) => Some(messages),
        Content::Octets(_) => None,
    }
}

/// One field from another bundle.
fn splice(octets: &[u8], other: &[u8], rng: &mut TestRng) -> Option<(Vec<u8>, String)> {
    let (mut bundle, other) = (Node::read(octets)?, Node::read(other)?);
    let (Content::Elements(fields), Content::Elements(others)) =
        (&mut bundle.content, other.content)
    else {
        return None;
    };
    let index = rng.random_range(0..fields.len());
    *fields.get_mut(index)? = others.get(index)?.clone();
    Some((written(&bundle), format!("field {index} comes from another bundle")))
}

/// Moves the bundle to another instant.
fn change_time(seed: &Question, rng: &mut TestRng) -> Option<(Question, String)> {
    let at = seed.at.as_ref()?;
    // Digits that can change within a valid time: of hours, minutes and seconds, of the day, or of
    // the month.
    let place = [11, 12, 14, 15, 17, 18, 8, 9, 5, 6][rng.random_range(0..10)];
    let mut text = at.clone().into_bytes();
    *text.get_mut(place)? = rng.random_range(b'0'..=b'9');
    let at = String::from_utf8(text).ok()?;
    kliento_time(&at)?;
    let mutation = format!("at {at}");
    Some((Question { at: Some(at), ..seed.clone() }, mutation))
}

/// Returns `Some` if the text is a valid time.
fn kliento_time(text: &str) -> Option<()> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let (month, day) = (number(5, 7)?, number(8, 10)?);
    let is_time = (1..=12).contains(&month)
        && (1..=28).contains(&day)
        && number(11, 13)? < 24
        && number(14, 16)? < 60
        && number(17, 19)? < 60;
    is_time.then_some(())
}

fn written(node: &Node) -> Vec<u8> {
    let mut octets = Vec::new();
    node.write(&mut octets);
    octets
}

/// The octets of a question's input, decoded from Base64.
fn input_of(question: &Question) -> Option<Vec<u8>> {
    Base64::decode_vec(question.input.as_ref()?).ok()
}
