//! Lists of what an iterator gives, in a third of the code of `collect`, and what is kept of a list, in a third of the
//! code of `retain`.
//!
//! `collect` asks the iterator for the first item, for how many may follow and then for the others, or works in the memory
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

/// Takes everything else out of a short list; what is kept may be changed. `retain` does not mind long ones, with two
/// loops for each type of item.
pub(crate) fn keep<T>(list: &mut Vec<T>, wanted: impl Fn(&mut T) -> bool) {
    let mut at = 0;
    while let Some(item) = list.get_mut(at) {
        if wanted(item) {
            at += 1;
        } else {
            drop(list.remove(at));
        }
    }
}
