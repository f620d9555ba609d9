//! The JavaScript handle: what the element and `mount()` of the npm package hold.

use super::events::{HostEvent, Value};
use super::headless;
use super::instance::Instance;
use super::options::{self, BadOption, Options};
use crate::flow::Apps;
use crate::object;
use crate::view::{self, Settings};
use js_sys::{Array, Error, Function, Object};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, MessagePort, ShadowRoot};

/// Runs when the module is loaded.
#[wasm_bindgen(start)]
fn start() {
    super::panic::install();
}

/// One mounted connect flow.
#[wasm_bindgen]
pub struct ConnectFlow {
    instance: Instance,
    /// Where it is shown.
    target: RefCell<Option<HtmlElement>>,
    /// What [`ConnectFlow::state`] told last of the apps.
    seen: RefCell<Option<Apps>>,
}

#[wasm_bindgen]
impl ConnectFlow {
    /// Keeps `fetch` and `MessagePort.prototype.postMessage` as they were before anything of the page that loads later
    /// could stand in between: the loader's, which is there once a page, however often this module is loaded.
    pub fn capture(fetch: Function, post: Function) {
        crate::platform::capture(Some(fetch));
        super::frame::capture(post);
    }

    /// Begins the session and the flow, to be shown by [`ConnectFlow::show`]. If `headless`, `state` and `send` are all
    /// there is of an interface, and `emit` is told by the name `state` that it has changed. `emit(name, detail)` gets
    /// every event. Throws an `Error` with a `code` for an option that cannot be used.
    pub fn mount(headless: bool, options: &JsValue, emit: Function) -> Result<ConnectFlow, JsValue> {
        let read = Options::read(options).map_err(thrown)?;
        let mut settings = Settings::default();
        options::apply(&mut settings, options);
        let emit = Rc::new(move |event: HostEvent| {
            // What the host's handler throws is the host's own: the element reports it, nothing here changes.
            drop(emit.call2(&JsValue::UNDEFINED, &event.name.into(), &detail(&event)));
        });
        let instance = Instance::begin(read, settings, headless, emit).map_err(thrown)?;
        Ok(Self { instance, target: RefCell::default(), seen: RefCell::default() })
    }

    /// Shows it in a shadow root, once.
    pub fn show(&self, root: &ShadowRoot) -> Result<(), JsValue> {
        let target = place(root)?;
        self.target.replace(Some(target.clone()));
        self.instance.show(target);
        Ok(())
    }

    /// The state as JSON. `apps` is left out while it is the list that was told last.
    pub fn state(&self) -> String {
        headless::state(self.instance.core(), &mut self.seen.borrow_mut())
    }

    /// What the user did in the host's own interface; to be called in the click itself, because a window may open.
    pub fn send(&self, event: &JsValue) -> Result<(), JsValue> {
        let core = self.instance.core();
        core.send(headless::event(core, event).ok_or_else(|| unusable("type"))?);
        Ok(())
    }

    /// The host's `iframe` for a screen that is `framed`, still empty; nothing when that screen is left.
    #[wasm_bindgen(js_name = showFrame)]
    pub fn show_frame(&self, frame: Option<Element>) {
        self.instance.core().show_frame(frame);
    }

    /// Inside the isolated frame: shows the fields in a shadow root and talks over the port that came with `nonce`.
    /// `platform` is an address of the one platform that values may be sent to.
    #[wasm_bindgen(js_name = mountFrame)]
    pub fn mount_frame(root: &ShadowRoot, port: MessagePort, nonce: &str, platform: &str) -> bool {
        super::frame::child::mount(root, port, nonce, platform).is_some()
    }

    /// A session token, or an object with `token` and what is known of its lifetime.
    #[wasm_bindgen(js_name = setSessionToken)]
    pub fn set_session_token(&self, offer: &JsValue) {
        self.instance.set_session_token(offer);
    }

    /// Changes what may change while the flow goes on.
    pub fn update(&self, options: &JsValue) -> Result<(), JsValue> {
        if options::has(options, "getSessionToken") {
            self.instance.set_callback(options::callback(options, "getSessionToken").map_err(unusable)?);
        }
        self.instance.update(|settings| options::apply(settings, options));
        Ok(())
    }

    /// Asks the host for a token now, as "Try again" does.
    pub fn retry(&self) {
        self.instance.retry();
    }

    /// Ends the session: wipes the token first; `{revoke: true}` then revokes it at the platform as well.
    pub fn end(&self, options: &JsValue) {
        self.instance.end(options::flag(options, "revoke"));
    }

    /// Ends everything and takes the interface out of the page.
    pub fn unmount(self) {
        drop(self.instance);
        if let Some(target) = self.target.take() {
            target.remove();
        }
    }
}

/// Makes the element that a view is shown in.
pub(super) fn place(root: &ShadowRoot) -> Result<HtmlElement, JsValue> {
    let target = root
        .owner_document()
        .and_then(|document| document.create_element("div").ok())
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        .ok_or_else(|| JsValue::from(Error::new("no document")))?;
    view::adopt_styles(root);
    root.insert_before(&target, None)?;
    Ok(target)
}

fn unusable(name: options::Name) -> JsValue {
    thrown(options::bad(name))
}

fn thrown(bad: BadOption) -> JsValue {
    let error = Error::new(&[bad.code.as_str(), ": ", bad.option].concat());
    object::set(&error, "code", &bad.code.as_str().into());
    error.into()
}

fn detail(event: &HostEvent) -> Object {
    let detail = object::plain(&[]);
    for (name, value) in &event.detail {
        let value = match value {
            Value::Absent => continue,
            Value::Number(number) => JsValue::from(*number),
            Value::Bool(flag) => JsValue::from(*flag),
            Value::Text(text) => JsValue::from(text.as_str()),
            Value::List(items) => items.iter().map(|item| JsValue::from(item.as_str())).collect::<Array>().into(),
        };
        object::set(&detail, name, &value);
    }
    #[cfg(feature = "mutants")]
    crate::mutants::told(&detail);
    detail
}
