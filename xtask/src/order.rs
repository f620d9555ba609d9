//! Puts functions that look alike beside each other: what was written a moment ago is repeated in fewer bits.
//!
//! The same idea as the ordering of functions for compressed programs in "Optimizing Function Layout for Mobile
//! Applications" (LCTES 2023), in its simplest form: always go on with the function that shares most with the last one.
//! Which function is the first matters little for likeness and, by chance, as much for what a compressor makes of it: of
//! several such orders the best is taken.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    error::Result,
    wasm::{self, leb, text},
};

/// So many bytes in a row are a piece that two functions may share: about two instructions.
const PIECE: usize = 4;
/// Pieces that stand in more functions than this say nothing about likeness.
const MOST: usize = 400;

/// The module with names for its functions, such that sorting them by name brings those that look alike together. The
/// first is the largest but `larger` others.
pub(crate) fn named_by_likeness(wasm: &[u8], larger: usize) -> Result<Vec<u8>> {
    let (first, bodies) = wasm::bodies(wasm)?;
    let bodies: Vec<_> = bodies.into_iter().map(|range| &wasm[range]).collect();
    let mut places = vec![0; bodies.len()];
    order(&bodies, larger).into_iter().enumerate().for_each(|(place, function)| places[function] = place);
    // Of one length, so that they sort as numbers do.
    let name = |(function, place): (usize, &usize)| [leb(first + function), text(&format!("{place:06}"))].concat();
    let names = [leb(places.len()), places.iter().enumerate().flat_map(name).collect()].concat();
    let content = [text("name"), vec![1], leb(names.len()), names].concat();
    Ok([wasm, &[0], &leb(content.len()), &content].concat())
}

/// The functions in their new order.
fn order(bodies: &[&[u8]], larger: usize) -> Vec<usize> {
    let pieces: Vec<_> = bodies.iter().map(|body| pieces(body)).collect();
    let mut sharing: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (function, pieces) in pieces.iter().enumerate() {
        pieces.iter().for_each(|piece| sharing.entry(piece).or_default().push(function));
    }
    let mut left: Vec<bool> = vec![true; bodies.len()];
    let mut order = Vec::with_capacity(bodies.len());
    let mut by_size: Vec<_> = (0..bodies.len()).collect();
    by_size.sort_by_key(|function| Reverse(bodies[*function].len()));
    let mut next = by_size.get(larger).copied();
    while let Some(last) = next {
        left[last] = false;
        order.push(last);
        let mut likeness = vec![0.0; bodies.len()];
        for shared in pieces[last].iter().filter_map(|piece| sharing.get(piece)).filter(|list| list.len() <= MOST) {
            // The rarer a piece, the more it says.
            let weight = 1.0 / (2.0 + shared.len() as f64).ln();
            shared.iter().for_each(|function| likeness[*function] += weight);
        }
        // Of equals the first, so that the same module always gives the same order.
        let among = (0..bodies.len()).rev().filter(|function| left[*function]);
        next = among.max_by(|a, b| likeness[*a].total_cmp(&likeness[*b]));
    }
    order
}

/// Each piece once, in one order on every machine.
fn pieces(body: &[u8]) -> Vec<&[u8]> {
    let mut pieces: Vec<_> = body.windows(PIECE).collect();
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{named_by_likeness, order};
    use crate::wasm::tests::module;

    #[test]
    fn what_shares_most_comes_next_and_what_shares_nothing_last() {
        let bodies: [&[u8]; 4] = [b"abcdefgh", b"123456789", b"__cdefgh", b"12345678"];
        assert_eq!(order(&bodies, 0), [1, 3, 0, 2]);
        assert_eq!(order(&bodies, 2), [2, 0, 1, 3]);
        assert!(order(&[], 0).is_empty());
    }

    #[test]
    fn names_say_the_order_and_the_module_stays_as_it_is() {
        let wasm = module(&["a", "b"]);
        let named = named_by_likeness(&wasm, 0).unwrap();
        let (before, names) = named.split_at(wasm.len());
        assert_eq!(before, wasm);
        assert_eq!(names, b"\0\x18\x04name\x01\x11\x02\0\x06000000\x01\x06000001");
    }
}
