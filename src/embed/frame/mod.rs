//! The isolated frame for secrets: the messages between the host's page ([`parent`]) and the document in it ([`child`]).
//!
//! The frame's document is of another origin, so that no script of the host's page can read what is typed there. The
//! parent hands one end of a `MessageChannel` to exactly that origin, then the session token over it. What comes back
//! is that something was saved, or why it was not: never a value, and never the platform's own words, which can quote
//! one.

#[cfg(feature = "javascript")]
pub(super) mod child;
pub(super) mod parent;

use super::instance::Core;
use super::options::{self, get, text};
use crate::browser::{Listener, global};
use crate::error::{Code, Failure, Report};
use crate::object;
use js_sys::{Function, JsString, Object};
use std::cell::OnceCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessagePort, Url};

/// Of these messages; www/frame.js takes no other.
const VERSION: f64 = 1.0;
/// The longest reference that is taken from the other side, in UTF-16 units.
const MAX_REFERENCE: u32 = 128;

thread_local! {
    /// Wrappers that the page installs later never see the token on its way to the frame.
    static POST: OnceCell<Option<Function>> = const { OnceCell::new() };
}

/// Takes hold of `postMessage`; called once when the module is loaded.
#[cfg(feature = "javascript")]
pub(super) fn capture(post: Function) {
    POST.with(|own| {
        own.get_or_init(|| Some(post));
    });
}

/// The page's of now, for want of one that was captured.
fn current_post() -> Option<Function> {
    global(&["MessagePort", "prototype", "postMessage"])?.dyn_into().ok()
}

/// The address of the frame's document, checked.
#[derive(Clone)]
pub struct FrameUrl(Url);

impl FrameUrl {
    /// One that may be trusted, and of another origin than the page's: an own origin isolates nothing.
    pub(super) fn check(address: &str) -> Option<Self> {
        let page = global(&["location", "origin"])?.as_string()?;
        options::secure(address).filter(|url| url.origin() != page).map(Self)
    }
}

/// The frame on the screen, as the rest of the component knows it. Only the npm package's second module makes one, so
/// that all that can be done with one is there, too.
pub(super) trait Framed {
    fn hear(&self, core: &Core, news: News);
}

/// What concerns the frame.
pub(super) enum News {
    /// Theme, language or words may be others, or what the page has set of the style's variables.
    Look,
    /// There may be another token.
    Session,
    /// The attempt goes on in the frame.
    Proceed(u32),
    /// The fields can be used again, with a token in case the frame has wiped its own.
    Release(Failure),
}

fn message(name: &str, parts: &[(&str, JsValue)]) -> Object {
    let message = object::plain(parts);
    object::set(&message, "name", &name.into());
    message
}

fn post(port: &MessagePort, name: &str, parts: &[(&str, JsValue)]) {
    post_whole(port, &message(name, parts));
}

fn post_whole(port: &MessagePort, message: &Object) {
    POST.with(|post| {
        if let Some(post) = post.get_or_init(current_post) {
            // Fails only for what cannot be cloned, and plain data can.
            drop(post.call1(port, message));
        }
    });
}

/// Hears what the other side posts: what a page puts into `Object.prototype` is not part of it.
fn listen<T: 'static>(port: &MessagePort, of: &Rc<T>, received: fn(&Rc<T>, &JsValue)) -> Option<Listener> {
    let listener = Listener::new(port, of, "message", move |of, event| {
        if let Ok(message) = object::get(event, "data") {
            received(of, &object::own(&message));
        }
    });
    port.start();
    listener
}

fn parts_of(failure: &Failure) -> Vec<(&'static str, JsValue)> {
    let mut parts = vec![("code", failure.code.as_str().into())];
    if let Some(reference) = &failure.reference {
        parts.push(("reference", reference.as_str().into()));
    }
    parts
}

/// The failure that the other side tells: a code that is known here and a reference.
fn failure_of(message: &JsValue) -> Failure {
    let name = text(message, "code").unwrap_or_default();
    let code = Code::ALL.iter().copied().find(|code| code.as_str() == name).unwrap_or(Code::BadResponse);
    let reference = get(message, "reference").and_then(|reference| reference.dyn_into::<JsString>().ok());
    let reference = reference.map(|text| String::from(text.slice(0, MAX_REFERENCE)));
    Report { reference, ..code.into() }.into()
}
