//! The flow's state where it stands: read in place, never copied. Whoever changes it says so.

use super::held::Held;
use crate::flow::State;
use leptos::prelude::{Notify, Track, Trigger};

type Reader = Box<dyn Fn(&mut dyn FnMut(&State))>;

#[derive(Clone, Copy)]
pub struct Watched {
    reader: Held<Reader>,
    changed: Trigger,
}

impl Watched {
    /// `reader` hands out the state, now or not at all.
    pub fn new(reader: impl Fn(&mut dyn FnMut(&State)) + 'static) -> Self {
        Self { reader: Held::new(Box::new(reader)), changed: Trigger::new() }
    }

    /// Reads the state, and follows it.
    pub fn read<T: Default>(self, read: impl FnOnce(&State) -> T) -> T {
        self.changed.track();
        self.read_once(read)
    }

    /// Reads the state as it is now.
    pub fn read_once<T: Default>(self, read: impl FnOnce(&State) -> T) -> T {
        let mut out = T::default();
        let mut read = Some(read);
        self.read_erased(&mut |state| {
            if let Some(read) = read.take() {
                out = read(state);
            }
        });
        out
    }

    fn read_erased(self, read: &mut dyn FnMut(&State)) {
        self.reader.with(|reader| reader(read));
    }

    /// Tells all who follow the state that it is another.
    pub fn changed(self) {
        self.changed.notify();
    }
}
