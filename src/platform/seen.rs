//! Which texts came before, in lists that may be long.
//!
//! The standard library's sets do the same in ten times the code: they take anything, grow, and cannot be slowed down by
//! whoever chooses what is in them. Here that would be the platform, which chooses how long a list is as well.

use crate::gather::Gather;

const SHELVES: usize = 256;

pub(super) struct Seen(Vec<Vec<String>>);

impl Seen {
    pub(super) fn new() -> Self {
        Self((0..SHELVES).map(|_| Vec::new()).gather())
    }

    /// Whether `text` comes for the first time.
    pub(super) fn first(&mut self, text: &str) -> bool {
        let sum = text.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        let Some(shelf) = self.0.get_mut(usize::from(sum)) else { return true };
        let first = !shelf.iter().any(|seen| seen == text);
        if first {
            shelf.push(text.to_owned());
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::{SHELVES, Seen};

    #[test]
    fn a_text_is_first_once_and_long_lists_spread() {
        let mut seen = Seen::new();
        for text in ["", "a", "aa", "ä", "🦀", "App", "app"] {
            assert!(seen.first(text) && !seen.first(text), "{text:?}");
        }
        for at in 0..10_000 {
            assert!(seen.first(&format!("app-{at}")));
        }
        assert!(!seen.first("app-0") && !seen.first("app-9999"));
        assert!(seen.0.iter().all(|shelf| shelf.len() < 10_000 / SHELVES * 3));
    }
}
