//! The host's side of the frame: shows it, hands it the session token, and hears how it went. Never holds a value.

use super::super::instance::Core;
use super::super::options::{get, number, plain, text};
use super::{FrameUrl, Framed, News, VERSION, failure_of, listen, message, parts_of, post};
use crate::browser::{Listener, Timer, later, random_uuid, window};
use crate::cut::by_name;
use crate::decimal::decimal;
use crate::error::{Code, Failure};
use crate::flow::{About, Event, Found, Question, Screen, Typed};
use crate::object;
use crate::platform::model::AuthType;
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
    nonce: JsValue,
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
        later(Box::new(|| drop(before)));
    }

    pub(in crate::embed) fn tell_frame(&self, news: News) {
        let frame = self.frame.borrow().clone();
        if let Some(frame) = frame {
            frame.hear(self, news);
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
        parent
            .patience
            .set(Timer::new(PATIENCE_MS, core, |core| core.send(Event::FrameFailed(Code::LoadFailed.into()))));
        let attribute = |name: &str, value: &str| drop(parent.element.set_attribute(name, value));
        // Forms, because without them a browser does not even tell that one was submitted.
        attribute("sandbox", "allow-scripts allow-same-origin allow-forms");
        attribute("referrerpolicy", "no-referrer");
        attribute("src", &parent.url.0.href());
        parent
    }

    /// A document has loaded: it gets a port of its own, if it is of the right origin.
    fn connect(self: &Rc<Self>) {
        let before = self.channel.replace(None);
        if let Some(core) = self.core.upgrade().filter(|_| before.is_some_and(|before| before.ready.get())) {
            // What became of a submission of the document before is for the platform to say.
            self.answer(&core, Err(Code::NetworkError.into()));
        }
        self.generation.set(0);
        let (Ok(pair), Some(target)) = (MessageChannel::new(), self.element.content_window()) else { return };
        let port = pair.port1();
        let received = listen(&port, self, Self::received);
        let nonce = JsValue::from(random_uuid());
        let hello = message("connect-flow", &[("version", VERSION.into()), ("nonce", nonce.clone())]);
        self.channel.replace(Some(Channel { port, nonce, ready: Cell::new(false), _received: received }));
        // A document of any other origin does not get it, and is noticed by its silence.
        drop(target.post_message_with_transfer(&hello, &self.url.0.origin(), &Array::of1(&pair.port2())));
    }

    fn post(&self, name: &str, parts: &[(&str, JsValue)]) {
        if let Some(port) = self.port() {
            post(&port, name, parts);
        }
    }

    /// Of the document that has answered.
    fn port(&self) -> Option<MessagePort> {
        let channel = self.channel.borrow();
        channel.as_ref().filter(|channel| channel.ready.get()).map(|channel| channel.port.clone())
    }

    fn received(self: &Rc<Self>, message: &JsValue) {
        let Some(core) = self.core.upgrade() else { return };
        let name = text(message, "name").unwrap_or_default();
        if name != "failed" && name != "ready" && self.port().is_none() {
            return;
        }
        by_name!(&name, {
            "failed" => core.send(Event::FrameFailed(failure_of(message))),
            "ready" => if self.begins(get(message, "nonce")) {
                self.patience.set(None);
                self.set_up(&core);
            },
            "height" => {
                let px = number(message, "px").unwrap_or_default().clamp(0.0, HIGHEST);
                drop(self.element.style().set_property("block-size", &[&decimal(px as usize), "px"].concat()));
            },
            "submitted" => core.send(Event::FrameSubmitted),
            "saved" => self.answer(&core, Ok(Found::Done)),
            "connected" => self.answer(&core, Ok(Found::Connected)),
            "address" => if let (Some(attempt), Some(address)) = (self.attempt.get(), get(message, "url")) {
                let address = address.as_string().unwrap_or_default();
                self.answer(&core, core.take_address(attempt, &address));
            },
            "refused" => self.answer(&core, Err(failure_of(message))),
            "rejected" => if let Some(generation) = number(message, "generation") {
                core.keeper.rejected(generation as u32);
            },
        })
        .unwrap_or_default();
    }

    /// Whether that is the nonce of a document which has not answered before.
    fn begins(&self, nonce: Option<JsValue>) -> bool {
        let channel = self.channel.borrow();
        let same = |channel: &&Channel| nonce.is_some_and(|nonce| Object::is(&nonce, &channel.nonce));
        channel.as_ref().filter(same).is_some_and(|channel| !channel.ready.replace(true))
    }

    /// How the attempt went that the frame was told to go on with.
    fn answer(&self, core: &Rc<Core>, answer: Result<Found, Failure>) {
        let Some(number) = self.attempt.take() else { return };
        let Some((slug, auth_type)) = asked(core) else { return };
        let about = About::Connect(auth_type, Typed::default());
        core.send(Event::Answered(Box::new(Question { number, slug, about }), answer));
    }

    fn set_up(&self, core: &Core) {
        let Some((slug, auth_type)) = asked(core) else { return };
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
        self.share_look(core);
        self.share_session(core);
    }

    fn share_look(&self, core: &Core) {
        let style = window().and_then(|window| window.get_computed_style(&self.element).ok()?);
        let look = core.ui.settings(plain);
        if let (Some(port), Some(style), Some(look)) = (self.port(), style, look) {
            object::set(&look, "name", &"look".into());
            object::set(&look, "variables", &variables(&style));
            super::post_whole(&port, &look);
        }
    }

    /// Hands over the current token, once.
    fn share_session(&self, core: &Core) {
        let Some(port) = self.port() else { return };
        let Some(shared) = core.keeper.share() else { return };
        if self.generation.replace(shared.generation) != shared.generation {
            let lifetime = shared.remaining_ms.map_or(JsValue::UNDEFINED, |ms| JsValue::from(ms / 1000.0));
            let parts =
                [("generation", shared.generation.into()), ("token", shared.token.into()), ("expiresIn", lifetime)];
            post(&port, "session", &parts);
        }
    }
}

/// What the screen of the frame is about.
fn asked(core: &Core) -> Option<(String, AuthType)> {
    let flow = core.flow.borrow();
    let state = flow.state();
    match state.screen {
        Screen::Fields { auth_type, .. } => Some((state.slug.clone()?, auth_type)),
        _ => None,
    }
}

impl Framed for Parent {
    fn hear(&self, core: &Core, news: News) {
        match news {
            News::Look => self.share_look(core),
            News::Session => self.share_session(core),
            News::Proceed(attempt) => {
                self.attempt.set(Some(attempt));
                self.post("proceed", &[]);
            }
            News::Release(failure) => {
                self.attempt.set(None);
                self.generation.set(0);
                self.share_session(core);
                self.post("release", &parts_of(&failure));
            }
        }
    }
}

/// What the page has set of the style's variables, and what holds for the frame where it has not.
fn variables(style: &CssStyleDeclaration) -> Object {
    let variables = object::plain(&[]);
    let set = |name, property| {
        let value = style.get_property_value(property).unwrap_or_default();
        if !value.is_empty() {
            object::set(&variables, name, &value.into());
        }
    };
    set("--cf-font", "font-family");
    set("color-scheme", "color-scheme");
    view::variables().for_each(|name| set(name, name));
    variables
}
