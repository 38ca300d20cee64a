//! Circles in a directed graph: its strongly connected components of two nodes or more.

use std::collections::{BTreeMap, BTreeSet};

/// The circles, each with its nodes in order.
///
/// Two nodes are in one circle if each can be reached from the other.
pub(super) fn circles<N: Ord + Clone>(edges: &BTreeSet<(N, N)>) -> BTreeSet<BTreeSet<N>> {
    let mut next: BTreeMap<&N, Vec<&N>> = BTreeMap::new();
    for (from, to) in edges {
        next.entry(from).or_default().push(to);
    }
    let reached: BTreeMap<&N, BTreeSet<&N>> =
        next.keys().map(|from| (*from, reachable(&next, from))).collect();
    let reaches = |from: &N, to: &N| reached.get(from).is_some_and(|nodes| nodes.contains(to));
    let on_circles = reached.iter().filter(|(node, nodes)| nodes.contains(*node));
    on_circles
        .map(|(node, nodes)| {
            nodes
                .iter()
                .filter(|other| reaches(other, node))
                .map(|other| (*other).clone())
                .collect()
        })
        .collect()
}

/// The nodes to which at least one edge leads from here.
fn reachable<'a, N: Ord>(next: &BTreeMap<&'a N, Vec<&'a N>>, from: &N) -> BTreeSet<&'a N> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(node) = waiting.pop() {
        for other in next.get(node).into_iter().flatten() {
            if seen.insert(*other) {
                waiting.push(other);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_whole_and_apart() {
        let edges = |pairs: &[(u8, u8)]| circles(&pairs.iter().copied().collect());
        assert_eq!(edges(&[(1, 2), (2, 3), (1, 3)]), BTreeSet::new());
        assert_eq!(edges(&[(1, 2), (2, 1)]), BTreeSet::from([BTreeSet::from([1, 2])]));
        assert_eq!(
            edges(&[(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 4), (5, 6), (0, 1)]),
            BTreeSet::from([BTreeSet::from([1, 2, 3]), BTreeSet::from([4, 5])])
        );
    }
}
