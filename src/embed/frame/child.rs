//! The document inside the frame: shows the fields, sends what is typed to the platform itself, tells only how it went.

use super::super::handle::place;
use super::super::instance::{Shown, shown};
use super::super::keeper::{Keeper, KeeperRef, News, Owner};
use super::super::options::{self, flag, get, number, text};
use super::super::panic::{self, Survivor};
use super::{failure_of, listen, parts_of, post};
use crate::browser::{Listener, document, later};
use crate::cut::by_name;
use crate::error::{Code, Failure};
use crate::flow::{self, Apps, Event, Faults, Screen, State, Typed};
use crate::gather::Gather;
use crate::platform::model::AuthType;
use crate::platform::refold::Refold;
use crate::platform::{Answer, Call, ExtraHeaders, Origins, Platform, Started, Transport};
use crate::session::{ExpiryReason, SessionEvent};
use crate::view::{self, Host, See, Settings, Wires};
use js_sys::{Array, Object};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, HtmlElement, MessagePort, ShadowRoot, Url};

/// Headers that the host may have sent along; none of them can carry a value that was typed.
const HEADERS: [&str; 3] = ["X-Activity-ID", "X-Session-ID", "X-Tenant-ID"];

thread_local! {
    /// A document is for one port.
    static CHILD: RefCell<Option<Rc<Child>>> = const { RefCell::new(None) };
}

struct Child {
    port: MessagePort,
    /// The origin of the platform, as this document's own page says: the parent cannot name another.
    platform_origin: String,
    keeper: Rc<Keeper>,
    task: OnceCell<Task>,
    state: RefCell<State>,
    ui: Rc<Wires>,
    target: HtmlElement,
    /// The parent's number of the token in use.
    generation: Cell<u32>,
    typed: Cell<Option<Typed>>,
    owner: leptos::reactive::owner::Owner,
    view: Cell<Option<Shown>>,
    listeners: Cell<[Option<Listener>; 2]>,
}

/// What the document is for: an app, and one way to connect it.
struct Task {
    platform: Refold,
    slug: String,
    auth_type: AuthType,
}

/// Takes the port that came with `nonce`. `platform` is an address of the platform that this document is for.
pub(in crate::embed) fn mount(root: &ShadowRoot, port: MessagePort, nonce: JsValue, platform: &str) -> Option<()> {
    if CHILD.with_borrow(Option::is_some) {
        return None;
    }
    let target = place(root).ok()?;
    let owner = leptos::reactive::owner::Owner::new();
    let child = Rc::new_cyclic(|child: &Weak<Child>| Child {
        port,
        platform_origin: Url::new(platform).map(|url| url.origin()).unwrap_or_default(),
        keeper: Keeper::new(None),
        task: OnceCell::new(),
        state: RefCell::new(State::empty()),
        ui: Rc::new(Wires::new(Box::new(child.clone()), Settings::default())),
        target,
        generation: Cell::new(0),
        typed: Cell::default(),
        owner,
        view: Cell::new(None),
        listeners: Cell::default(),
    });
    let ui = child.ui.clone();
    child.view.set(Some(shown(&child.owner, &child.target, view::fields_alone(ui))));
    let survivor: Rc<dyn Survivor> = child.clone();
    panic::register(&survivor);
    child.keeper.start(Rc::downgrade(&child) as _, None, 0.0);
    let closed = Listener::new(&child.port, &child, "close", |child, _| child.end());
    let received = listen(&child.port, &child, Child::received);
    child.listeners.set([closed, received]);
    post(&child.port, "ready", &[("nonce", nonce)]);
    CHILD.set(Some(child));
    Some(())
}

impl Child {
    fn received(self: &Rc<Self>, message: &JsValue) {
        by_name!(&text(message, "name").unwrap_or_default(), {
            "setup" => self.set_up(message),
            "look" => self.dress(message),
            "session" => {
                self.generation.set(number(message, "generation").unwrap_or_default() as u32);
                self.keeper.offer(message);
            },
            "proceed" => self.proceed(),
            "release" => self.release(failure_of(message)),
            "end" => self.end(),
        })
        .unwrap_or_default();
    }

    /// Learns what to ask for from the platform itself, as soon as there is a token.
    fn set_up(self: &Rc<Self>, message: &JsValue) {
        let Some(task) = self.task_of(message) else {
            return post(&self.port, "failed", &parts_of(&Code::InvalidOption.into()));
        };
        if self.task.set(task).is_err() {
            return;
        }
        self.show(None, Vec::new());
        self.ask(
            |task| task.platform.app(&task.slug),
            |child, task, answer| match task.platform.read_app(&task.slug, answer) {
                Ok(app) => child.change(|state| state.apps = Apps::Ready(Rc::new(vec![app]))),
                Err(failure) => post(&child.port, "failed", &parts_of(&failure)),
            },
        );
    }

    /// Sends a request of the task.
    fn ask(self: &Rc<Self>, call: impl FnOnce(&Task) -> Call, then: fn(&Self, &Task, Answer)) {
        let (Some(task), child) = (self.task.get(), self.clone()) else { return };
        let then = move |answer| {
            if let Some(task) = child.task.get() {
                then(&child, task, answer);
            }
        };
        task.platform.transport.ask(call(task), Box::new(then));
    }

    /// What the parent says that it is for, with a platform that this document's own page has named as well.
    fn task_of(&self, message: &JsValue) -> Option<Task> {
        let auth_type = AuthType::named(&text(message, "authType")?)?;
        let (api, origin) = options::api_base(&text(message, "apiUrl")?)?;
        if origin != self.platform_origin {
            return None;
        }
        let list = get(message, "headers").and_then(|list| list.dyn_into::<Array>().ok()).unwrap_or_default();
        let header = |(name, value): (String, String)| {
            let name = HEADERS.iter().find(|known| **known == name)?;
            options::is_header_value(&value).then_some((*name, value))
        };
        let correlation = flag(message, "correlation");
        let extra = ExtraHeaders { fixed: options::pairs(&list).into_iter().filter_map(header).gather(), correlation };
        let bearer = Box::new(KeeperRef(self.keeper.clone()));
        let origins = Origins { api, icons: vec![origin] };
        let transport = Transport::new(bearer, origins, extra, AbortController::new().ok()?);
        Some(Task {
            platform: Refold { transport, config: Default::default() },
            slug: text(message, "app").unwrap_or_default(),
            auth_type,
        })
    }

    /// The host's look. Values are set through the CSSOM and stay values.
    fn dress(&self, message: &JsValue) {
        self.ui.change_settings(|settings| options::apply(settings, message));
        let Some(variables) = get(message, "variables") else { return };
        let page = document().and_then(|document| document.document_element());
        for (name, value) in options::pairs(&Object::entries(variables.unchecked_ref())) {
            if name == "color-scheme" {
                // A document of another scheme than its frame gets an opaque background.
                if let Some(page) = page.as_ref().and_then(|page| page.dyn_ref::<HtmlElement>()) {
                    drop(page.style().set_property(&name, &value));
                }
            } else if name.starts_with("--cf-") {
                drop(self.target.style().set_property(&name, &value));
            }
        }
    }

    /// The state is borrowed by nobody else: who reads it is told afterwards.
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.borrow_mut());
        self.ui.changed();
    }

    fn show(&self, problem: Option<Failure>, errors: Faults) {
        let Some(&Task { ref slug, auth_type, .. }) = self.task.get() else { return };
        let screen = Screen::Fields { auth_type, framed: false, busy: false, problem, errors };
        self.change(|state| (state.slug, state.screen) = (Some(slug.clone()), screen));
    }

    /// The fields can be typed into.
    fn is_open(&self) -> bool {
        matches!(self.state.borrow().screen, Screen::Fields { busy: false, .. })
    }

    fn submit(&self, mut typed: Typed) {
        let Some(found) = self.mistakes(&mut typed).filter(|_| self.is_open()) else { return };
        let valid = found.is_empty();
        self.change(|state| {
            if let Screen::Fields { busy, problem, errors, .. } = &mut state.screen {
                (*busy, *problem, *errors) = (valid, None, found);
            }
        });
        if valid {
            self.typed.set(Some(typed));
            post(&self.port, "submitted", &[]);
        }
    }

    /// What is wrong with what was typed; nothing is known of it before there is an app.
    fn mistakes(&self, typed: &mut Typed) -> Option<Faults> {
        let state = self.state.borrow();
        let method = state.current_app()?.method(self.task.get()?.auth_type)?;
        Some(flow::check(&method.fields, typed))
    }

    /// The parent is ready for the result: what was typed goes to the platform, once.
    fn proceed(self: &Rc<Self>) {
        let Some(typed) = self.typed.take() else { return };
        self.ask(
            |task| task.platform.connect(&task.slug, task.auth_type, &typed),
            |child, task, answer| {
                let (name, address) = match task.platform.read_connected(task.auth_type, answer) {
                    Ok(Started::Saved) => ("saved", None),
                    Ok(Started::Connected) => ("connected", None),
                    Ok(Started::At(address)) => ("address", Some(("url", JsValue::from(address)))),
                    Err(failure) => return child.refused(task.auth_type, failure),
                };
                child.blank();
                post(&child.port, name, address.as_slice());
            },
        );
    }

    fn refused(&self, auth_type: AuthType, failure: Failure) {
        let errors = flow::refused_field(&failure);
        let parts = parts_of(&failure);
        // Whether the platform took them is not known: the parent asks it before anybody sends them twice.
        let unknown = auth_type == AuthType::KeyBased && failure.code.is_unanswered();
        if !unknown {
            self.show(Some(failure), errors);
        }
        post(&self.port, "refused", &parts);
    }

    /// The attempt ended elsewhere than here.
    fn release(&self, failure: Failure) {
        // What was refused here is shown here already, in the platform's words.
        if !self.is_open() {
            self.typed.set(None);
            self.show(Some(failure), Vec::new());
        }
    }

    /// Everything is sent: the fields are emptied, the token is wiped.
    fn blank(&self) {
        self.change(|state| state.screen = Screen::List);
        self.keeper.suspend();
    }

    fn end(&self) {
        self.blank();
        self.typed.set(None);
        self.keeper.stop();
        if let Some(task) = self.task.get() {
            task.platform.transport.abort();
        }
        // This may be one of them: it must not be dropped while it runs.
        let listeners = self.listeners.take();
        later(Box::new(|| drop(listeners)));
        self.port.close();
        self.view.set(None);
        self.owner.cleanup();
    }
}

/// The view's. Neither the session nor another frame is shown here, and all of the component is.
impl Host for Weak<Child> {
    fn show(&self, to: &mut See<'_>) {
        if let Some(child) = self.upgrade()
            && let Ok(state) = child.state.try_borrow()
        {
            to.see(&state);
        }
    }

    fn send(&self, event: Event) {
        if let (Some(child), Event::FieldsSubmitted(typed)) = (self.upgrade(), event) {
            child.submit(typed);
        }
    }
}

impl Owner for Child {
    fn hear(self: Rc<Self>, news: News) {
        match news {
            News::Event(SessionEvent::Expired { reason: ExpiryReason::Rejected, .. }) => {
                post(&self.port, "rejected", &[("generation", self.generation.get().into())]);
            }
            News::Probe(lease) => {
                if let Some(task) = self.task.get() {
                    self.keeper.probe(&task.platform, lease);
                }
            }
            // On a reset the parent resets its flow, too, and takes this document away.
            News::Event(_) | News::Reset | News::Changed(_) | News::Page(_) => {}
        }
    }
}

impl Survivor for Child {
    fn crashed(&self) {
        post(&self.port, "failed", &parts_of(&Code::Crashed.into()));
    }
}
