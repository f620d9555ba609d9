//! Values that live as long as the Leptos owner they are made in, though they are of this thread alone.
//!
//! Leptos can hold such values itself, and asks at each step whether it is still on their thread. Here it holds the
//! number of a place, which may be sent anywhere; the value stays in a table that no other thread can reach.

use leptos::reactive::owner::ArenaItem;
use std::any::Any;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

struct Table {
    values: Vec<Option<Rc<dyn Any>>>,
    free: Vec<usize>,
}

thread_local! {
    /// Never borrowed while anything of a value runs: values may hold, call and drop others.
    static TABLE: RefCell<Table> = const { RefCell::new(Table { values: Vec::new(), free: Vec::new() }) };
}

/// A place in the table; the only one of its number. Dropping it drops the value.
struct Place(usize);

impl Place {
    fn value(&self) -> Option<Rc<dyn Any>> {
        TABLE.with_borrow(|table| table.values.get(self.0).cloned().flatten())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let value = TABLE.with_borrow_mut(|table| {
            table.free.push(self.0);
            table.values.get_mut(self.0).and_then(Option::take)
        });
        drop(value);
    }
}

fn hold(value: Rc<dyn Any>) -> ArenaItem<Place> {
    ArenaItem::new(TABLE.with_borrow_mut(|table| {
        let at = table.free.pop().unwrap_or(table.values.len());
        match table.values.get_mut(at) {
            Some(place) => *place = Some(value),
            None => table.values.push(Some(value)),
        }
        Place(at)
    }))
}

/// Keeps a value alive until the current owner is cleaned up, then drops it.
pub(super) fn keep<T: 'static>(value: T) {
    hold(Rc::new(value));
}

/// A value within reach until the owner it was made in is cleaned up.
pub(super) struct Held<T>(ArenaItem<Place>, PhantomData<fn() -> T>);

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Held<T> {}

impl<T: 'static> Held<T> {
    pub(super) fn new(value: T) -> Self {
        Self(hold(Rc::new(value)), PhantomData)
    }

    pub(super) fn with(self, reach: impl FnOnce(&T)) {
        let value = self.0.try_with_value(Place::value).flatten();
        if let Some(value) = value.as_ref().and_then(|value| value.downcast_ref()) {
            reach(value);
        }
    }
}

/// A function that can be called until the owner it was made in is cleaned up; afterwards nothing happens.
pub struct Call<T>(Held<Box<dyn Fn(T)>>);

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Call<T> {}

impl<T: 'static> Call<T> {
    pub fn new(run: impl Fn(T) + 'static) -> Self {
        Self(Held::new(Box::new(run)))
    }

    pub(super) fn run(self, with: T) {
        self.0.with(|run| run(with));
    }
}
