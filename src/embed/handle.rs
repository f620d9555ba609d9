//! The JavaScript handle: what the element and `mount()` of the npm package hold.

use super::events::{HostEvent, Value};
use super::headless;
use super::instance::Instance;
use super::options::{self, BadOption, Options};
use crate::cut::by_name;
use crate::flow::Apps;
use crate::object;
use crate::view::{self, Settings};
use js_sys::{Array, Error, Function, JsString, Object};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, MessagePort, ShadowRoot};

/// One mounted connect flow.
#[wasm_bindgen]
pub struct ConnectFlow {
    instance: Instance,
    /// Where it is shown.
    target: RefCell<Option<HtmlElement>>,
    /// The list of apps that was answered last as part of the state.
    seen: RefCell<Option<Apps>>,
}

#[wasm_bindgen]
impl ConnectFlow {
    /// To be called first. Keeps `fetch` and `MessagePort.prototype.postMessage` as they were before anything of the page
    /// that loads later could stand in between: the loader's, which is there once a page, however often this module is
    /// loaded.
    pub fn capture(fetch: Function, post: Function) {
        super::panic::install();
        crate::platform::capture(Some(fetch));
        super::frame::capture(post);
    }

    /// Begins the session and the flow, to be shown when it is told to. If `headless`, `state` and `send` are all
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

    /// All that a host tells it. `what` is one of
    ///
    /// - `dress`: makes the style sheets ahead of time;
    /// - `show`: shows it in the shadow root that is given, once;
    /// - `setSessionToken`: a session token, or an object with `token` and what is known of its lifetime;
    /// - `update`: changes what may change while the flow goes on;
    /// - `retry`: asks the host for a token now, as "Try again" does;
    /// - `end`: ends the session: wipes the token first; `{revoke: true}` then revokes it at the platform as well;
    ///
    /// and of a host's own interface, once all of the component is here,
    ///
    /// - `state`: answers the state as JSON, without `apps` while that is the list that was told last;
    /// - `send`: what the user did; to be told in the click itself, because a window may open;
    /// - `showFrame`: the `iframe` for a screen that is `framed`, still empty; nothing when that screen is left.
    pub fn tell(&self, what: &str, given: &JsValue) -> Result<JsValue, JsValue> {
        let (instance, core) = (&self.instance, self.instance.core());
        let mut answer = JsValue::UNDEFINED;
        by_name!(what, {
            "show" => {
                let target = place(given.unchecked_ref())?;
                self.target.replace(Some(target.clone()));
                instance.show(target);
            },
            "dress" => view::make_styles(),
            "setSessionToken" => instance.set_session_token(given),
            "update" => {
                if options::has(given, "getSessionToken") {
                    instance.set_callback(options::callback(given, "getSessionToken").map_err(unusable)?);
                }
                instance.update(|settings| options::apply(settings, given));
            },
            "retry" => instance.retry(),
            "end" => instance.end(options::flag(given, "revoke")),
            "state" => answer = headless::state(core, &mut self.seen.borrow_mut()).into(),
            "send" => core.send(headless::event(core, given).ok_or_else(|| unusable("type"))?),
            "showFrame" => core.show_frame(given.dyn_ref().cloned()),
        });
        Ok(answer)
    }

    /// Inside the isolated frame: shows the fields in a shadow root and talks over the port that came with `nonce`.
    /// `platform` is an address of the one platform that values may be sent to.
    #[wasm_bindgen(js_name = mountFrame)]
    pub fn mount_frame(root: &ShadowRoot, port: MessagePort, nonce: JsValue, platform: JsString) -> bool {
        super::frame::child::mount(root, port, nonce, &String::from(platform)).is_some()
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
