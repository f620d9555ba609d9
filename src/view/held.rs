//! Values that live as long as the Leptos owner they are made in, though they are of this thread alone.
//!
//! Leptos can hold such values itself, and asks at each step whether it is still on their thread. Here it holds the
//! number of a place, which may be sent anywhere; the value stays in a table that no other thread can reach.

use leptos::prelude::on_cleanup;
use std::cell::RefCell;

/// Anything: all that is ever done with it is to drop it.
trait Kept {}

impl<T> Kept for T {}

struct Table {
    values: Vec<Option<Box<dyn Kept>>>,
    free: Vec<usize>,
}

thread_local! {
    /// Never borrowed while anything of a value runs: values may hold, call and drop others.
    static TABLE: RefCell<Table> = const { RefCell::new(Table { values: Vec::new(), free: Vec::new() }) };
}

/// Keeps a value alive until the current owner is cleaned up, then drops it.
pub(super) fn keep<T: 'static>(value: T) {
    hold(Box::new(value));
}

fn hold(value: Box<dyn Kept>) {
    let at = TABLE.with_borrow_mut(|table| {
        let at = table.free.pop().unwrap_or(table.values.len());
        match table.values.get_mut(at) {
            Some(place) => *place = Some(value),
            None => table.values.push(Some(value)),
        }
        at
    });
    on_cleanup(move || {
        drop(TABLE.with_borrow_mut(|table| {
            table.free.push(at);
            table.values.get_mut(at).and_then(Option::take)
        }));
    });
}
