//! Values that the view follows, each where it stands: read in place, never copied. Whoever changes one says so.
//!
//! Leptos' own signals hold the value as well, and bring a set of functions for each type of one. Here a trigger, which is
//! the same for all, stands beside the value.

use super::held::Held;
use leptos::prelude::{ArcTrigger, Notify, Track};
use std::cell::{Cell, RefCell};

/// Within reach until the owner it was made in is cleaned up.
pub struct Watched<T>(Held<(T, ArcTrigger)>);

impl<T> Clone for Watched<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Watched<T> {}

impl<T: 'static> Watched<T> {
    pub fn new(value: T) -> Self {
        Self(Held::new((value, ArcTrigger::new())))
    }

    /// Reaches the value as it is now.
    pub fn with(self, reach: impl FnOnce(&T)) {
        self.0.with(|(value, _)| reach(value));
    }

    /// Reaches the value, and follows it.
    pub(super) fn follow(self, reach: impl FnOnce(&T)) {
        self.0.with(|(value, changed)| {
            changed.track();
            reach(value);
        });
    }

    /// Tells all who follow the value that it is another.
    pub fn changed(self) {
        self.0.with(|(_, changed)| changed.notify());
    }
}

impl<T: 'static> Watched<RefCell<T>> {
    /// What `read` makes of the value, unless somebody is changing it.
    pub fn read<R>(self, read: impl FnOnce(&T) -> R) -> Option<R> {
        let mut out = None;
        self.with(|value| out = value.try_borrow().ok().map(|value| read(&value)));
        out
    }

    /// Changes the value, unless somebody is reading it.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.with(|value| {
            if let Ok(mut value) = value.try_borrow_mut() {
                change(&mut value);
            }
        });
        self.changed();
    }
}

impl<T: Copy + Default + 'static> Watched<Cell<T>> {
    pub fn get(self) -> T {
        let mut now = T::default();
        self.with(|value| now = value.get());
        now
    }

    pub fn set(self, next: T) {
        self.with(|value| value.set(next));
        self.changed();
    }

    /// What it is now; whoever asks here is told when it is another.
    pub(super) fn followed(self) -> T {
        let mut now = T::default();
        self.follow(|value| now = value.get());
        now
    }
}
