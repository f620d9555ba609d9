//! Lists of what an iterator gives, in a third of the code of `collect`.
//!
//! That one asks the iterator for the first item, for how many may follow and then for the others, or works in the memory
//! of the list before it. All of it is compiled anew for each iterator, and its items are in two places instead of one.

pub(crate) trait Gather: Iterator + Sized {
    fn gather(self) -> Vec<Self::Item> {
        let mut list = Vec::new();
        for item in self {
            list.push(item);
        }
        list
    }
}

impl<I: Iterator> Gather for I {}
