//! The browser's clocks, timers, listeners and randomness, each undone when dropped.

use crate::object;
use crate::session::{Now, Page};
use js_sys::{Function, Promise};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, EventTarget, VisibilityState, Window};

// Of the window itself: a page's own scripts may have constants of these names.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = globalThis, js_name = setTimeout)]
    fn set_timeout(run: &JsValue, ms: i32) -> Result<i32, JsValue>;
    #[wasm_bindgen(js_namespace = globalThis, js_name = clearTimeout)]
    fn clear_timeout(id: i32);
    #[wasm_bindgen(js_namespace = ["globalThis", "performance"], js_name = now)]
    fn steady_ms() -> f64;
    #[wasm_bindgen(catch, js_namespace = ["globalThis", "crypto"], js_name = randomUUID)]
    fn made_uuid() -> Result<JsValue, JsValue>;
}

/// The window, where there is one: not in a worker, not on a server.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// What the page has under these names, each in what it has under the one before.
pub(crate) fn global(path: &[&str]) -> Option<JsValue> {
    let mut found = js_sys::global().into();
    for name in path {
        found = object::get(&found, name).ok()?;
    }
    Some(found)
}

pub(crate) fn now() -> Now {
    Now { wall_ms: js_sys::Date::now(), steady_ms: steady_ms() }
}

pub(crate) fn page() -> Page {
    Page {
        visible: document().is_none_or(|document| document.visibility_state() == VisibilityState::Visible),
        online: online(),
    }
}

pub(crate) fn online() -> bool {
    window().is_none_or(|window| window.navigator().on_line())
}

/// Runs a task in microtasks. Boxed, so that the machinery around a task is compiled once.
pub(crate) fn spawn(task: Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(task);
}

/// Runs something in a microtask of its own.
pub(crate) fn later(run: Box<dyn FnOnce()>) {
    spawn(Box::pin(async move { run() }));
}

/// What is done with what became of a promise.
pub(crate) type Then = Box<dyn FnOnce(Result<JsValue, JsValue>)>;

/// Hands on what becomes of a promise.
pub(crate) fn settled(promise: Promise, then: Then) {
    let settled = JsFuture::from(promise);
    spawn(Box::pin(async move { then(settled.await) }));
}

/// Calls a function of the host's in a microtask of its own, and hands on what becomes of what it promises. What it throws
/// is what it rejects with.
pub(crate) fn call(function: Function, argument: JsValue, then: Then) {
    later(Box::new(move || match function.call1(&JsValue::UNDEFINED, &argument) {
        Ok(answer) => settled(Promise::resolve(&answer), then),
        error => then(error),
    }));
}

/// Waits that many milliseconds. Fails only in a window that is going away, where nobody waits any more.
pub(crate) fn sleep(ms: f64) -> JsFuture {
    slept(ms).into()
}

// Beside the glue, in www/guard.js: a closure for it would be four functions.
#[cfg(feature = "javascript")]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = sleep)]
    fn slept(ms: f64) -> Promise;
}

#[cfg(not(feature = "javascript"))]
fn slept(ms: f64) -> Promise {
    Promise::new(&mut |resolve, _| drop(set_timeout(&resolve, ms as i32)))
}

/// What the browser calls back. Its own trait, since a `dyn Fn` drags two more functions into the program for each
/// closure.
pub(crate) trait Hear {
    fn hear(&self, event: &JsValue);
}

impl<F: Fn(&JsValue)> Hear for F {
    fn hear(&self, event: &JsValue) {
        self(event);
    }
}

pub(crate) type Heard = Closure<dyn Fn(JsValue)>;

pub(crate) fn heard(run: Box<dyn Hear>) -> Heard {
    Closure::new(move |event: JsValue| run.hear(&event))
}

/// One `setTimeout`, cleared when dropped.
pub(crate) struct Timer {
    id: i32,
    _run: Heard,
}

impl Timer {
    /// Acts on something that may be gone by then.
    pub(crate) fn new<T: 'static>(in_ms: f64, of: &Rc<T>, run: impl Fn(&Rc<T>) + 'static) -> Option<Self> {
        let of = Rc::downgrade(of);
        Self::set(in_ms, Box::new(move |_: &JsValue| of.upgrade().iter().for_each(&run)))
    }

    fn set(in_ms: f64, run: Box<dyn Hear>) -> Option<Self> {
        let run = heard(run);
        let id = set_timeout(run.as_ref(), in_ms.clamp(0.0, 2_000_000_000.0) as i32).ok()?;
        Some(Self { id, _run: run })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(self.id);
    }
}

/// One event listener, removed when dropped.
pub(crate) struct Listener {
    target: EventTarget,
    event: &'static str,
    capture: bool,
    run: Heard,
}

impl Listener {
    /// Of something that may be gone by then.
    pub(crate) fn new<T: 'static>(
        target: &EventTarget,
        of: &Rc<T>,
        event: &'static str,
        run: impl Fn(&Rc<T>, &JsValue) + 'static,
    ) -> Option<Self> {
        let of = Rc::downgrade(of);
        Self::add(
            target,
            event,
            false,
            Box::new(move |event: &JsValue| of.upgrade().iter().for_each(|of| run(of, event))),
        )
    }

    /// `capture`: before what is inside the target hears of it.
    pub(crate) fn add(target: &EventTarget, event: &'static str, capture: bool, run: Box<dyn Hear>) -> Option<Self> {
        let run = heard(run);
        let callback = run.as_ref().unchecked_ref();
        target.add_event_listener_with_callback_and_bool(event, callback, capture).ok()?;
        Some(Self { target: target.clone(), event, capture, run })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // A target that is gone has no listeners left to remove.
        let run = self.run.as_ref().unchecked_ref();
        drop(self.target.remove_event_listener_with_callback_and_bool(self.event, run, self.capture));
    }
}

/// A number out of an id.
pub(crate) fn random_seed() -> u64 {
    random_uuid().bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(0x0000_0100_0000_01b3) ^ u64::from(byte))
}

/// A UUID of version 4 (RFC 9562), which browsers make in secure contexts. Empty where the page's own code keeps it from
/// that: an id is no reason to end anything.
pub(crate) fn random_uuid() -> String {
    made_uuid().ok().and_then(|made| made.as_string()).unwrap_or_default()
}
