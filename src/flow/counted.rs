//! A value that counts how often it was open to change: whoever shows it need not compare it with what was.

use std::ops::{Deref, DerefMut};

#[derive(Debug)]
pub(super) struct Counted<T> {
    value: T,
    changes: u32,
}

impl<T> Counted<T> {
    pub(super) const fn new(value: T) -> Self {
        Self { value, changes: 0 }
    }

    /// Another number means that it may be another value.
    pub(super) const fn changes(&self) -> u32 {
        self.changes
    }
}

impl<T> Deref for Counted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Counted<T> {
    // A call at each of the many places is shorter than what it does.
    #[inline(never)]
    fn deref_mut(&mut self) -> &mut T {
        self.changes = self.changes.wrapping_add(1);
        &mut self.value
    }
}
