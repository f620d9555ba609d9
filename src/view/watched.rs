//! Values that the view follows, each where it stands: read in place, never copied. Whoever changes one says so.
//!
//! Leptos' own signals hold the value as well, and bring a set of functions for each type of one. Here a trigger, which is
//! the same for all, stands beside the value.

use leptos::prelude::{ArcTrigger, Notify, Track};
use std::cell::{Cell, RefCell};

pub struct Watched<T> {
    value: T,
    changed: ArcTrigger,
}

impl<T> Watched<T> {
    pub fn new(value: T) -> Self {
        Self { value, changed: ArcTrigger::new() }
    }

    /// The value; whoever asks here is told when it is another.
    pub(super) fn follow(&self) -> &T {
        self.changed.track();
        &self.value
    }

    /// The value, whatever becomes of it.
    pub(super) const fn value(&self) -> &T {
        &self.value
    }

    /// Tells all who follow the value that it is another.
    pub fn changed(&self) {
        self.changed.notify();
    }
}

impl<T> Watched<RefCell<T>> {
    /// What `read` makes of the value, unless somebody is changing it.
    pub fn read<R>(&self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.value.try_borrow().ok().map(|value| read(&value))
    }

    /// Changes the value, unless somebody is reading it.
    pub fn update(&self, change: impl FnOnce(&mut T)) {
        if let Ok(mut value) = self.value.try_borrow_mut() {
            change(&mut value);
        }
        self.changed();
    }
}

impl<T: Copy> Watched<Cell<T>> {
    pub fn get(&self) -> T {
        self.value.get()
    }

    pub fn set(&self, next: T) {
        self.value.set(next);
        self.changed();
    }
}
