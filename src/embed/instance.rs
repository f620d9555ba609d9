//! One life of the component: the flow, the session, the platform and the view put together.

use super::events::{self, HostEvent, Stamp};
use super::frame::{self, FrameUrl, Framed};
use super::keeper::{Keeper, KeeperRef, News, Owner, Turn};
use super::options::{BadOption, Options};
use super::panic::{self, Survivor};
use super::popup::Popup;
use super::second;
use crate::browser::{Timer, later, now, online, random_uuid};
use crate::error::Code;
use crate::flow::{Command, Event, Flow, Notice};
use crate::platform::refold::Refold;
use crate::platform::{Platform, Transport};
use crate::session::{EndReason, Environment, Phase, SessionView};
use crate::view::{self, Host, See, SessionLine, SessionShown, Settings, Wires};
use js_sys::Function;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::JsValue;
use web_sys::{AbortController, Element, HtmlElement};

/// How long a session may go without a usable token before the user is told, in milliseconds.
const PATIENCE_MS: f64 = 1_500.0;
/// Until a list that was just shown is painted, in milliseconds.
const PAINTED_MS: f64 = 100.0;
/// The name of what a host that shows the state itself is told by; no listener of its own hears of it.
const CHANGED: &str = "state";
/// The name of what tells the loader's side that the second module is missed: it shows and reports that itself.
const INCOMPLETE: &str = "incomplete";

/// A mounted component. Dropping it ends everything: the token is wiped, requests, timers and listeners are gone.
pub struct Instance {
    core: Rc<Core>,
    owner: leptos::reactive::owner::Owner,
    view: Cell<Option<Shown>>,
}

/// What everything that happens later gets hold of, weakly.
pub(super) struct Core {
    pub(super) keeper: Rc<Keeper>,
    pub(super) platform: Refold,
    pub(super) flow: RefCell<Flow>,
    /// [`Flow::changes`] of what is shown.
    shown_changes: Cell<u32>,
    pub(super) popup: RefCell<Popup>,
    pub(super) watch: Cell<Option<Timer>>,
    /// Answers to requests of an earlier epoch are dropped.
    pub(super) epoch: Cell<u32>,
    pub(super) frame_url: Option<FrameUrl>,
    pub(super) frame: RefCell<Option<Rc<dyn Framed>>>,
    pub(super) ui: Rc<Wires>,
    /// Oldest first; hardly ever more than one.
    queue: RefCell<Vec<Event>>,
    /// What came for the second module before it was here, in order.
    held: RefCell<Vec<Event>>,
    stepping: Cell<bool>,
    timer: Cell<Option<Timer>>,
    patience: Cell<Option<Timer>>,
    /// Until what the list can do without is asked for.
    pub(super) pause: Cell<Option<Timer>>,
    emit: Rc<dyn Fn(HostEvent)>,
    /// The host shows the state itself, and is told when there is another.
    headless: bool,
    outbox: RefCell<Vec<HostEvent>>,
    activity_id: String,
}

impl Instance {
    /// Begins the session and the flow; `headless` where the host shows the state itself. `emit` is called from a
    /// microtask, one event after the other.
    pub fn begin(
        options: Options,
        settings: Settings,
        headless: bool,
        emit: Rc<dyn Fn(HostEvent)>,
    ) -> Result<Self, BadOption> {
        let scope = AbortController::new().map_err(|_| BadOption { code: Code::LoadFailed, option: "apiUrl" })?;
        let keeper = Keeper::new(options.get_session_token);
        let bearer = Box::new(KeeperRef(keeper.clone()));
        // One id for the host's log and the platform's: where it is sent as a header, the events carry that one.
        let activity_id = options.headers.activity_id().map_or_else(random_uuid, str::to_owned);
        let transport = Transport::new(bearer, options.origins, options.headers, scope);
        let (flow, commands) = Flow::start(options.app, options.entry);
        let owner = leptos::reactive::owner::Owner::new();
        let core = Rc::new_cyclic(|core: &Weak<Core>| {
            let ui = Rc::new(Wires::new(Box::new(core.clone()), settings));
            Core {
                keeper: keeper.clone(),
                platform: Refold { transport, config: options.config },
                shown_changes: Cell::new(flow.changes()),
                flow: RefCell::new(flow),
                popup: RefCell::new(Popup::new(options.open_url)),
                watch: Cell::new(None),
                epoch: Cell::new(0),
                frame_url: options.frame_url,
                frame: RefCell::default(),
                ui,
                queue: RefCell::default(),
                held: RefCell::default(),
                stepping: Cell::new(false),
                timer: Cell::new(None),
                patience: Cell::new(None),
                pause: Cell::new(None),
                emit,
                headless,
                outbox: RefCell::default(),
                activity_id,
            }
        });
        let survivor: Rc<dyn Survivor> = core.clone();
        panic::register(&survivor);
        // Of a network that is not there from the start no event tells.
        core.send(Event::Online(online()));
        // Requests wait for the token, so that the order of these two is only a matter of taste.
        core.obey(commands);
        if second::is_here() {
            core.name_organisation();
        }
        keeper.start(Rc::downgrade(&core) as _, options.session_token.as_ref(), options.age_ms);
        Ok(Self { core, owner, view: Cell::default() })
    }

    /// Shows the flow in an empty element.
    pub fn show(&self, target: HtmlElement) {
        self.view.set(Some(shown(&self.owner, &target, view::root(self.core.ui.clone()))));
    }

    #[cfg(feature = "javascript")]
    pub(super) fn core(&self) -> &Rc<Core> {
        &self.core
    }

    /// A token, or an object with one and its lifetime.
    pub fn set_session_token(&self, offer: &JsValue) {
        self.core.keeper.offer(offer);
    }

    pub fn set_callback(&self, callback: Option<Function>) {
        self.core.keeper.set_callback(callback);
    }

    pub fn update(&self, change: impl FnOnce(&mut Settings)) {
        self.core.ui.change_settings(change);
        self.core.tell_frame(frame::News::Look);
    }

    pub fn retry(&self) {
        self.core.keeper.retry();
    }

    /// Wipes the token, then optionally revokes it at the platform, for every page that shares it.
    pub fn end(&self, revoke: bool) {
        // Ending tells the host, which may end again what it hears the end of.
        if self.core.keeper.is_ended() {
            return;
        }
        let authorization = self.core.keeper.end(revoke);
        if let Some(authorization) = authorization {
            self.core.platform.revoke(authorization);
        }
        self.core.send(Event::Ended);
    }
}

/// What takes a view out of the page again when it is dropped.
pub(super) type Shown = leptos::mount::UnmountHandle<Element>;

/// Shows a view in an empty element.
pub(super) fn shown(owner: &leptos::reactive::owner::Owner, target: &HtmlElement, root: view::Root) -> Shown {
    owner.with(|| leptos::mount::mount_to_renderer(target, move || root))
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.core.keeper.stop();
        self.core.platform.transport.abort();
        self.core.epoch.set(self.core.epoch.get() + 1);
        self.core.popup.borrow_mut().close();
        self.core.frame.take();
        for timer in [&self.core.timer, &self.core.watch, &self.core.patience, &self.core.pause] {
            timer.set(None);
        }
        self.owner.cleanup();
    }
}

impl Core {
    /// Gives the flow an event. May be called at any time, also while the flow's commands are carried out: then the
    /// event waits for its turn.
    pub(super) fn send(self: &Rc<Self>, event: Event) {
        self.queue.borrow_mut().push(event);
        self.step();
    }

    /// Takes what is in the queue, one after the other.
    fn step(self: &Rc<Self>) {
        if self.stepping.replace(true) {
            return;
        }
        while !self.queue.borrow().is_empty() {
            // What the page does while the state is lent to the view has its turn afterwards.
            let Ok(mut flow) = self.flow.try_borrow_mut() else {
                let core = Rc::downgrade(self);
                later(Box::new(move || core.upgrade().iter().for_each(Self::step)));
                break;
            };
            let event = self.queue.borrow_mut().remove(0);
            #[cfg(feature = "mutants")]
            crate::mutants::stepped();
            if let Some(event) = flow.step_on_list(event, now().steady_ms) {
                if !self.held.borrow().is_empty() || !second::is_here() {
                    drop(flow);
                    self.hold(event);
                    continue;
                }
                flow.step_beyond(event, now().steady_ms);
            }
            let commands = flow.commands();
            drop(flow);
            self.publish();
            self.obey(commands);
        }
        self.stepping.set(false);
        self.wake();
    }

    /// Not inlined, since what it calls is long and would stand twice.
    #[inline(never)]
    fn obey(self: &Rc<Self>, commands: Vec<Command>) {
        commands.into_iter().for_each(|command| self.carry_out(command));
    }

    /// Keeps an event until there is the module that can take it.
    fn hold(self: &Rc<Self>, event: Event) {
        self.held.borrow_mut().push(event);
        self.ui.show_opening(true);
        self.complete();
    }

    /// Asks for all of the component, and goes on with what waits for it.
    fn complete(self: &Rc<Self>) {
        let core = Rc::downgrade(self);
        second::ask(Box::new(move |here| {
            let Some(core) = core.upgrade() else { return };
            let held = core.held.take();
            if here {
                // Once: whoever chose something while this was asked for has asked as well.
                if core.pause.take().is_some() {
                    core.name_organisation();
                }
                held.into_iter().for_each(|event| core.send(event));
                core.ui.show_opening(false);
            } else if !held.is_empty() {
                core.emit(HostEvent { name: INCOMPLETE, detail: Vec::new() });
            }
        }));
    }

    /// Shows the state, if it changed.
    fn publish(self: &Rc<Self>) {
        let changes = self.flow.borrow().changes();
        if self.shown_changes.replace(changes) != changes {
            self.ui.changed();
            self.changed();
        }
    }

    /// Tells a host that shows the state itself.
    fn changed(self: &Rc<Self>) {
        if self.headless {
            self.emit(HostEvent { name: CHANGED, detail: Vec::new() });
        }
    }

    fn wake(self: &Rc<Self>) {
        let at = self.flow.borrow().next_wake();
        self.timer.set(at.and_then(|at| Timer::new(at - now().steady_ms, self, |core| core.send(Event::Tick))));
    }

    /// The user is back at this page: if an authorization is under way, now is the time to ask.
    fn returned(self: &Rc<Self>) {
        if crate::browser::page().visible && self.flow.borrow().next_wake().is_some() {
            self.send(Event::Hint);
        }
    }

    /// Queues an event for the host; it leaves in a microtask, outside any borrow.
    pub(super) fn emit(self: &Rc<Self>, event: HostEvent) {
        let mut outbox = self.outbox.borrow_mut();
        outbox.push(event);
        if outbox.len() > 1 {
            return;
        }
        let core = self.clone();
        later(Box::new(move || {
            loop {
                let batch = core.outbox.take();
                if batch.is_empty() {
                    break;
                }
                batch.into_iter().for_each(|event| (core.emit)(event));
            }
        }));
    }

    pub(super) fn notice(self: &Rc<Self>, notice: Notice) {
        if notice == Notice::Ready {
            // There is something to choose from: what a choice leads to is asked for, once the list is not kept waiting by
            // it. What does not come then is asked for again when it is needed.
            self.pause.set(Timer::new(PAINTED_MS, self, |core| {
                if !second::is_here() {
                    core.complete();
                }
            }));
        }
        let at = String::from(js_sys::Date::new_0().to_iso_string());
        let stamp = Stamp { at: &at, activity_id: &self.activity_id };
        self.emit(HostEvent::of_flow(notice, stamp));
    }

    fn session_changed(self: &Rc<Self>, view: SessionView) {
        self.tell_frame(frame::News::Session);
        if view.phase == Phase::Active {
            self.send(Event::SessionActive);
        }
        let line = match view.phase {
            Phase::Ended(reason) => SessionLine::Ended { again: reason == EndReason::HostUnauthenticated },
            _ if view.offer_retry => SessionLine::Failed { retrying: view.retrying },
            _ => SessionLine::Quiet,
        };
        // A renewal that is quick is nobody's business; one that keeps the user waiting is told.
        if line != SessionLine::Quiet || !Keeper::stuck(&view) {
            self.patience.set(None);
            return self.show_session(line, &view);
        }
        if self.ui.session().line != SessionLine::Renewing {
            let show = move |core: &Rc<Self>| core.show_session(SessionLine::Renewing, &view);
            self.patience.set(Timer::new(PATIENCE_MS, self, show));
        }
    }

    /// The page goes into the back/forward cache: whoever comes back to it may be somebody else.
    fn cover(self: &Rc<Self>) {
        self.ui.show_session(SessionShown { covered: true, ..self.ui.session() });
        self.changed();
    }

    fn show_session(self: &Rc<Self>, line: SessionLine, view: &SessionView) {
        let known = matches!(view.phase, Phase::Active | Phase::Ended(_));
        let covered = self.ui.session().covered && !known;
        let shown = SessionShown { line, test_mode: view.environment == Environment::Test, covered };
        if self.ui.session() != shown {
            self.ui.show_session(shown);
            self.changed();
        }
    }
}

/// The view's; the core may be gone by then.
impl Host for Weak<Core> {
    fn show(&self, to: &mut See<'_>) {
        if let Some(core) = self.upgrade()
            && let Ok(flow) = core.flow.try_borrow()
        {
            to.see(flow.state());
        }
    }

    fn send(&self, event: Event) {
        if let Some(core) = self.upgrade() {
            core.send(event);
        }
    }

    fn beyond(&self, run: Box<dyn FnOnce(bool)>) {
        second::ask(run);
    }

    fn retry_session(&self) {
        if let Some(core) = self.upgrade() {
            core.keeper.retry();
        }
    }

    fn frame(&self, frame: Option<Element>) {
        if let Some(core) = self.upgrade() {
            core.show_frame(frame);
        }
    }
}

impl Owner for Core {
    fn hear(self: Rc<Self>, news: News) {
        match news {
            News::Event(event) => {
                self.emit(HostEvent::of_session(event));
                if let Some(name) = events::activity_of_session(event) {
                    self.notice(Notice::Activity { name, app: None });
                }
            }
            News::Reset => self.send(Event::SessionReset),
            News::Changed(view) => self.session_changed(view),
            News::Probe(lease) => self.keeper.probe(&self.platform, lease),
            News::Page(turn) => match turn {
                Turn::Seen => self.returned(),
                Turn::Online | Turn::Offline => self.send(Event::Online(turn == Turn::Online)),
                Turn::Gone => self.cover(),
                Turn::Back | Turn::Thawed => {}
            },
        }
    }
}

impl Survivor for Core {
    fn crashed(&self) {
        (self.emit)(HostEvent::error(&Code::Crashed.into(), "embed", None));
    }
}
