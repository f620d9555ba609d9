//! What happens on an internal error: tokens are wiped first, then every instance on the page is told.
//!
//! In the npm package a panic is a trap, which no hook hears of: `xtask/src/wasm.rs` leaves both functions empty there.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Told when the module has stopped; must not rely on any state of it.
pub(super) trait Survivor {
    fn crashed(&self);
}

thread_local! {
    static INSTALLED: Cell<bool> = const { Cell::new(false) };
    static INSTANCES: RefCell<Vec<Weak<dyn Survivor>>> = const { RefCell::new(Vec::new()) };
}

/// Goes before whatever hook there is, once. Nothing of the panic's message is printed here: it may hold data.
#[inline(never)]
pub(super) fn install() {
    if INSTALLED.replace(true) {
        return;
    }
    let next = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        crate::session::wipe_all_live_tokens();
        let instances = INSTANCES.with(|all| all.try_borrow().map(|all| all.clone()).unwrap_or_default());
        for instance in instances.iter().filter_map(Weak::upgrade) {
            instance.crashed();
        }
        next(info);
    }));
}

#[inline(never)]
pub(super) fn register(instance: &Rc<dyn Survivor>) {
    INSTANCES.with(|all| {
        let mut all = all.borrow_mut();
        all.retain(|instance| instance.strong_count() > 0);
        all.push(Rc::downgrade(instance));
    });
}
