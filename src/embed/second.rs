//! The npm package's second module, with what no list of apps needs: whether it is here, and asking for it.
//!
//! Where it begins is in `xtask/src/package.rs`. Nothing of it may be called before it is here: such a call traps. A
//! build of one module has it from the start.

#[cfg(feature = "javascript")]
mod halves {
    use crate::browser::settled;
    use js_sys::Promise;
    use wasm_bindgen::prelude::wasm_bindgen;

    // Beside the glue, in www/guard.js.
    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = isComplete)]
        fn is_complete() -> bool;
        fn complete() -> Promise;
    }

    pub(in crate::embed) fn is_here() -> bool {
        is_complete()
    }

    /// Gets it, unless it is here, and says whether it came.
    pub(in crate::embed) fn ask(then: Box<dyn FnOnce(bool)>) {
        settled(complete(), Box::new(|arrived| then(arrived.is_ok())));
    }
}

#[cfg(not(feature = "javascript"))]
mod halves {
    pub(in crate::embed) fn is_here() -> bool {
        true
    }

    pub(in crate::embed) fn ask(then: Box<dyn FnOnce(bool)>) {
        then(true);
    }
}

pub(super) use halves::{ask, is_here};
