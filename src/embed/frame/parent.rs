//! The host's side of the frame: shows it, hands it the session token, and hears how it went. Never holds a value.

use super::super::browser::{Listener, Timer, random_uuid, window};
use super::super::instance::Core;
use super::{FrameUrl, Framed, VERSION, failure_of, listen, message, own, own_text, parts_of, post};
use crate::decimal::decimal;
use crate::embed::browser::spawn;
use crate::error::{Code, Failure};
use crate::flow::{Event, Screen};
use crate::object;
use crate::platform::model::{AuthType, Authorization};
use crate::view;
use js_sys::{Array, Object};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleDeclaration, Element, HtmlIFrameElement, MessageChannel, MessagePort};

/// A document that has not answered by then is taken for missing, in milliseconds.
const PATIENCE_MS: f64 = 15_000.0;
/// No form is higher, in CSS pixels.
const HIGHEST: f64 = 4_000.0;

/// The frame on the screen.
struct Parent {
    core: Weak<Core>,
    element: HtmlIFrameElement,
    url: FrameUrl,
    channel: RefCell<Option<Channel>>,
    load: Cell<Option<Listener>>,
    patience: Cell<Option<Timer>>,
    /// The attempt that the frame was told to go on with.
    attempt: Cell<Option<u32>>,
    /// Of the token that the frame has.
    generation: Cell<u32>,
}

/// One document's connection; a new document gets a new one.
struct Channel {
    port: MessagePort,
    nonce: String,
    ready: Cell<bool>,
    _received: Option<Listener>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        post(&self.port, "end", &[]);
        self.port.close();
    }
}

impl Core {
    /// The view has made the `iframe`, or has taken it away. The npm package's second module begins here.
    #[inline(never)]
    pub(in crate::embed) fn show_frame(self: &Rc<Self>, element: Option<Element>) {
        let element = element.and_then(|element| element.dyn_into().ok());
        let parent = element.zip(self.frame_url.clone()).map(|(element, url)| Parent::new(self, element, url));
        let before = self.frame.replace(parent.map(|parent| parent as _));
        // Perhaps inside one of its own listeners, which must not be dropped while it runs.
        spawn(Box::pin(async move { drop(before) }));
    }

    pub(in crate::embed) fn with_frame(&self, act: impl FnOnce(&dyn Framed)) {
        let frame = self.frame.borrow().clone();
        if let Some(frame) = frame {
            act(&*frame);
        }
    }
}

impl Parent {
    fn new(core: &Rc<Core>, element: HtmlIFrameElement, url: FrameUrl) -> Rc<Self> {
        let parent = Rc::new(Self {
            core: Rc::downgrade(core),
            element,
            url,
            channel: RefCell::default(),
            load: Cell::new(None),
            patience: Cell::new(None),
            attempt: Cell::new(None),
            generation: Cell::new(0),
        });
        parent.load.set(Listener::new(&parent.element, &parent, "load", |parent, _| parent.connect()));
        let late = |parent: &Rc<Self>| parent.send(Event::FrameFailed(Code::LoadFailed.into()));
        parent.patience.set(Timer::new(PATIENCE_MS, &parent, late));
        let attribute = |name: &str, value: &str| drop(parent.element.set_attribute(name, value));
        // Forms, because without them a browser does not even tell that one was submitted.
        attribute("sandbox", "allow-scripts allow-same-origin allow-forms");
        attribute("referrerpolicy", "no-referrer");
        attribute("src", &parent.url.0.href());
        parent
    }

    fn send(&self, event: Event) {
        if let Some(core) = self.core.upgrade() {
            core.send(event);
        }
    }

    /// A document has loaded: it gets a port of its own, if it is of the right origin.
    fn connect(self: &Rc<Self>) {
        let before = self.channel.replace(None);
        if before.is_some_and(|before| before.ready.get()) {
            // What became of a submission of the document before is for the platform to say.
            self.answer(Err(Code::NetworkError.into()));
        }
        self.generation.set(0);
        let (Ok(pair), Some(target)) = (MessageChannel::new(), self.element.content_window()) else { return };
        let port = pair.port1();
        let received = listen(&port, self, Self::received);
        let nonce = random_uuid();
        let hello = message("connect-flow", &[("version", VERSION.into()), ("nonce", nonce.as_str().into())]);
        self.channel.replace(Some(Channel { port, nonce, ready: Cell::new(false), _received: received }));
        // A document of any other origin does not get it, and is noticed by its silence.
        drop(target.post_message_with_transfer(&hello, &self.url.0.origin(), &Array::of1(&pair.port2())));
    }

    fn post(&self, name: &str, parts: &[(&str, JsValue)]) {
        if let Some(channel) = &*self.channel.borrow()
            && channel.ready.get()
        {
            post(&channel.port, name, parts);
        }
    }

    fn received(self: &Rc<Self>, message: &JsValue) {
        let name = own_text(message, "name").unwrap_or_default();
        if name == "failed" {
            return self.send(Event::FrameFailed(failure_of(message)));
        }
        if name == "ready" {
            let fits = own_text(message, "nonce");
            let fits = self
                .channel
                .borrow()
                .as_ref()
                .is_some_and(|channel| fits.as_deref() == Some(&channel.nonce) && !channel.ready.replace(true));
            if fits {
                self.patience.set(None);
                self.set_up();
            }
            return;
        }
        if !self.channel.borrow().as_ref().is_some_and(|channel| channel.ready.get()) {
            return;
        }
        match name.as_str() {
            "height" => {
                let px = own(message, "px").and_then(|px| px.as_f64()).unwrap_or_default().clamp(0.0, HIGHEST);
                drop(self.element.style().set_property("block-size", &[&decimal(px as usize), "px"].concat()));
            }
            "submitted" => self.send(Event::FrameSubmitted),
            "saved" => self.answer(Ok(None)),
            "connected" => self.answer(Ok(Some(Authorization::Connected))),
            "address" => {
                if let (Some(core), Some(address)) = (self.core.upgrade(), own_text(message, "url")) {
                    self.answer(core.take_address(&address).map(Some));
                }
            }
            "refused" => self.answer(Err(failure_of(message))),
            "rejected" => {
                let generation = own(message, "generation").and_then(|generation| generation.as_f64());
                if let (Some(core), Some(generation)) = (self.core.upgrade(), generation) {
                    core.keeper.rejected(generation as u32);
                }
            }
            _ => {}
        }
    }

    /// How the attempt went that the frame was told to go on with.
    fn answer(&self, result: Result<Option<Authorization>, Failure>) {
        let Some(attempt) = self.attempt.take() else { return };
        let Some((_, auth_type)) = self.asked() else { return };
        self.send(match (auth_type, result) {
            (AuthType::KeyBased, result) => Event::CredentialsSaved { attempt, result: result.map(drop) },
            (AuthType::OAuth2, Ok(Some(result))) => Event::Authorized { attempt, result: Ok(result) },
            (AuthType::OAuth2, Ok(None)) => Event::Authorized { attempt, result: Err(Code::BadResponse.into()) },
            (AuthType::OAuth2, Err(failure)) => Event::Authorized { attempt, result: Err(failure) },
        });
    }

    /// What the frame's screen is about.
    fn asked(&self) -> Option<(String, AuthType)> {
        let core = self.core.upgrade()?;
        match &core.flow.borrow().state().screen {
            Screen::Fields { slug, auth_type, .. } => Some((slug.clone(), *auth_type)),
            _ => None,
        }
    }

    fn set_up(&self) {
        let (Some(core), Some((slug, auth_type))) = (self.core.upgrade(), self.asked()) else { return };
        let transport = &core.platform.transport;
        let pair = |(name, value): &(&str, String)| Array::of2(&(*name).into(), &value.as_str().into());
        let headers: Array = transport.extra().fixed.iter().map(pair).collect();
        self.post(
            "setup",
            &[
                ("apiUrl", transport.origins().api.as_str().into()),
                ("headers", headers.into()),
                ("correlation", transport.extra().correlation.into()),
                ("app", slug.into()),
                ("authType", auth_type.as_str().into()),
            ],
        );
        self.share_look();
        self.share_session();
    }
}

impl Framed for Parent {
    fn share_look(&self) {
        let (Some(core), Some(window)) = (self.core.upgrade(), window()) else { return };
        let Ok(Some(style)) = window.get_computed_style(&self.element) else { return };
        let Some(look) = core.ui.settings.read(super::super::options::plain) else { return };
        object::set(&look, "name", &"look".into());
        object::set(&look, "variables", &variables(&style));
        if let Some(channel) = &*self.channel.borrow()
            && channel.ready.get()
        {
            super::post_whole(&channel.port, &look);
        }
    }

    fn share_session(&self) {
        let ready = self.channel.borrow().as_ref().is_some_and(|channel| channel.ready.get());
        let Some(core) = self.core.upgrade().filter(|_| ready) else { return };
        let Some(shared) = core.keeper.share() else { return };
        if self.generation.replace(shared.generation) != shared.generation {
            let lifetime = shared.remaining_ms.map_or(JsValue::UNDEFINED, |ms| JsValue::from(ms / 1000.0));
            self.post(
                "session",
                &[("generation", shared.generation.into()), ("token", shared.token.into()), ("expiresIn", lifetime)],
            );
        }
    }

    fn proceed(&self, attempt: u32) {
        self.attempt.set(Some(attempt));
        self.post("proceed", &[]);
    }

    fn release(&self, failure: &Failure) {
        self.attempt.set(None);
        self.generation.set(0);
        self.share_session();
        self.post("release", &parts_of(failure));
    }
}

fn variables(style: &CssStyleDeclaration) -> Object {
    let variables = object::plain(&[]);
    let put = |name: &str, value: Result<String, JsValue>| {
        if let Ok(value) = value
            && !value.is_empty()
        {
            object::set(&variables, name, &value.into());
        }
    };
    put("--cf-font", style.get_property_value("font-family"));
    put("color-scheme", style.get_property_value("color-scheme"));
    for name in view::variables() {
        put(name, style.get_property_value(name));
    }
    variables
}
