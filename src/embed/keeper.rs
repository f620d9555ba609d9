//! Keeps one session going in a browser: its clocks, its timer, the host's callback, the requests that wait.

use super::offer;
use crate::browser::{Listener, Timer, call, document, now, page, random_seed, window};
use crate::error::Code;
use crate::object;
use crate::platform::refold::Refold;
use crate::platform::{Answer, Bearer, Platform};
use crate::session::{
    Acquire, AskId, AskReason, Effect, EndReason, HostAnswer, Lease, Now, Phase, ProbeOutcome, Session, SessionEvent,
    SessionFault, SessionOptions, SessionView, Ticket,
};
use js_sys::{Function, JsString};
use std::cell::{Cell, OnceCell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};
use wasm_bindgen::JsValue;
use web_sys::{AbortController, EventTarget};
use zeroize::Zeroizing;

/// What concerns whoever a session is for.
pub(super) enum News {
    Event(SessionEvent),
    /// Everything of the flow so far goes.
    Reset,
    Changed(SessionView),
    /// [`Keeper::probe`] has to be called, with whatever platform it is.
    Probe(Lease),
    /// The session hears of it next.
    Page(Turn),
}

/// What becomes of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Somebody may look at it who did not.
    Seen,
    Online,
    Offline,
    /// It goes, perhaps into the back/forward cache.
    Gone,
    /// It is back from there.
    Back,
    /// It is no longer frozen.
    Thawed,
}

/// Told outside any borrow.
pub(super) trait Owner {
    fn hear(self: Rc<Self>, news: News);
}

pub(super) struct Keeper {
    session: RefCell<Session>,
    callback: RefCell<Option<Function>>,
    /// It may be gone by the time that there is something to tell.
    owner: OnceCell<Weak<dyn Owner>>,
    timer: Cell<Option<Timer>>,
    waiting: RefCell<Vec<Waiter>>,
    /// What ends the call of the host's callback that is under way: the session wants one at a time.
    asking: RefCell<Option<(AskId, AbortController)>>,
    shown: Cell<SessionView>,
    listeners: Cell<Vec<Option<Listener>>>,
}

/// A token on its way to the isolated frame, and how long it still lives, where that is known.
pub(super) struct Shared {
    pub(super) generation: u32,
    pub(super) token: JsString,
    pub(super) remaining_ms: Option<f64>,
}

/// A request that waits for a token, until there is a result.
struct Waiter {
    ticket: Ticket,
    result: Option<Result<Lease, SessionFault>>,
    waker: Waker,
}

impl Keeper {
    pub(super) fn new(callback: Option<Function>) -> Rc<Self> {
        let options = SessionOptions { has_callback: callback.is_some() };
        let session = Session::new(options, random_seed());
        Rc::new(Self {
            shown: Cell::new(session.view()),
            session: RefCell::new(session),
            callback: RefCell::new(callback),
            owner: OnceCell::new(),
            timer: Cell::new(None),
            waiting: RefCell::default(),
            asking: RefCell::default(),
            listeners: Cell::default(),
        })
    }

    /// Begins: listens to the page and asks the host, unless it gave a token already. `age_ms`: how long ago the host's
    /// callback was called ahead of us; a lifetime counts from then.
    pub(super) fn start(self: &Rc<Self>, owner: Weak<dyn Owner>, first: Option<&JsValue>, age_ms: f64) {
        self.owner.get_or_init(|| owner);
        self.listen();
        if let Some(first) = first {
            self.offer(first);
        }
        self.drive(|session, now| {
            let age_ms = age_ms.max(0.0);
            session.start(Now { wall_ms: now.wall_ms - age_ms, steady_ms: now.steady_ms - age_ms });
        });
    }

    fn listen(self: &Rc<Self>) {
        let mut listeners = Vec::new();
        let mut listen = |target: Option<EventTarget>, events: &[(&'static str, Turn)]| {
            let Some(target) = target else { return };
            for &(event, turn) in events {
                listeners.push(Listener::new(&target, self, event, move |keeper, _| keeper.turned(turn)));
            }
        };
        let of_window = [
            ("focus", Turn::Seen),
            ("online", Turn::Online),
            ("offline", Turn::Offline),
            ("pagehide", Turn::Gone),
            ("pageshow", Turn::Back),
        ];
        listen(window().map(Into::into), &of_window);
        listen(document().map(Into::into), &[("visibilitychange", Turn::Seen), ("resume", Turn::Thawed)]);
        self.listeners.set(listeners);
    }

    fn turned(self: &Rc<Self>, turn: Turn) {
        self.tell(News::Page(turn));
        match turn {
            Turn::Gone => self.suspend(),
            Turn::Back => self.drive(Session::resume),
            Turn::Seen | Turn::Online | Turn::Offline | Turn::Thawed => self.tick(),
        }
    }

    /// Lets the session act, then carries out what it wants, outside any borrow.
    fn drive<R>(self: &Rc<Self>, act: impl FnOnce(&mut Session, Now) -> R) -> R {
        let result = act(&mut self.session.borrow_mut(), now());
        self.settle();
        result
    }

    fn settle(self: &Rc<Self>) {
        loop {
            let effects = self.session.borrow_mut().take_effects();
            if effects.is_empty() {
                break;
            }
            for effect in effects {
                self.carry_out(effect);
            }
        }
        let (wake, view) = {
            let session = self.session.borrow();
            (session.next_wake_ms(), session.view())
        };
        self.timer.set(wake.and_then(|ms| Timer::new(ms, self, Self::tick)));
        if self.shown.replace(view) != view {
            self.tell(News::Changed(view));
        }
    }

    fn tell(&self, news: News) {
        if let Some(owner) = self.owner.get().and_then(Weak::upgrade) {
            owner.hear(news);
        }
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Ask { ask, reason, attempt } => self.ask(ask, reason, attempt),
            Effect::CancelAsk(ask) => {
                if let Some(controller) = self.asked(ask) {
                    controller.abort();
                }
            }
            Effect::Probe(lease) => self.tell(News::Probe(lease)),
            Effect::Emit(event) => self.tell(News::Event(event)),
            Effect::Release { ticket, result } => self.release(ticket, result),
            Effect::ResetFlow(_) => self.tell(News::Reset),
        }
    }

    /// Calls `getSessionToken({reason, attempt, signal})`.
    fn ask(self: &Rc<Self>, ask: AskId, reason: AskReason, attempt: u32) {
        let Some(callback) = self.callback.borrow().clone() else { return };
        let Ok(controller) = AbortController::new() else { return };
        let argument = object::plain(&[
            ("reason", reason.as_str().into()),
            ("attempt", attempt.into()),
            ("signal", controller.signal().into()),
        ]);
        self.asking.replace(Some((ask, controller)));
        let keeper = Rc::downgrade(self);
        let then = move |answer| {
            let Some(keeper) = keeper.upgrade() else { return };
            drop(keeper.asked(ask));
            let answer = match answer {
                Ok(value) => offer::answer(&value),
                Err(error) => HostAnswer::Failed { retry_after_ms: retry_after_ms(&error) },
            };
            keeper.drive(|session, now| session.answered(ask, answer, now));
        };
        call(callback, argument.into(), Box::new(then));
    }

    /// That call is over: takes out what would have ended it.
    fn asked(&self, ask: AskId) -> Option<AbortController> {
        let (_, controller) = self.asking.borrow_mut().take_if(|(id, _)| *id == ask)?;
        Some(controller)
    }

    fn release(&self, ticket: Ticket, result: Result<Lease, SessionFault>) {
        if let Some(waiter) = self.waiting.borrow_mut().iter_mut().find(|waiter| waiter.ticket == ticket) {
            waiter.result = Some(result);
            waiter.waker.wake_by_ref();
        }
    }

    /// What became of the request with that ticket, once.
    fn released(&self, ticket: Ticket) -> Option<Result<Lease, SessionFault>> {
        let mut waiting = self.waiting.borrow_mut();
        let at = waiting.iter().position(|waiter| waiter.ticket == ticket)?;
        let result = waiting.get(at)?.result?;
        waiting.swap_remove(at);
        Some(result)
    }

    fn tick(self: &Rc<Self>) {
        self.drive(|session, now| session.tick(now, page()));
    }

    pub(super) fn suspend(self: &Rc<Self>) {
        self.drive(Session::suspend);
    }

    pub(super) fn offer(self: &Rc<Self>, value: &JsValue) {
        let offer = offer::offer(value);
        self.drive(|session, now| session.offer(offer, now));
    }

    pub(super) fn set_callback(self: &Rc<Self>, callback: Option<Function>) {
        let has_callback = callback.is_some();
        self.callback.replace(callback);
        self.drive(|session, now| session.set_callback(has_callback, now));
    }

    pub(super) fn retry(self: &Rc<Self>) {
        self.drive(Session::retry_by_user);
    }

    /// The platform refused the token of that generation elsewhere.
    pub(super) fn rejected(self: &Rc<Self>, generation: u32) {
        self.drive(|session, now| session.rejected(generation, now));
    }

    /// A copy of the token for the isolated frame.
    pub(super) fn share(self: &Rc<Self>) -> Option<Shared> {
        let mut session = self.session.borrow_mut();
        let lease = session.ready(now())?;
        let token = session.with_token(lease, now(), |token| text_of("", token))?;
        Some(Shared { generation: lease.generation(), token, remaining_ms: session.remaining_ms() })
    }

    /// Asks the platform what it thinks of that token.
    pub(super) fn probe(self: &Rc<Self>, platform: &Refold, lease: Lease) {
        let keeper = self.clone();
        let then = move |answer: Answer| {
            let outcome = match answer {
                Ok(_) => ProbeOutcome::Accepted,
                Err(failure) if failure.code == Code::SessionRejected => ProbeOutcome::Rejected,
                Err(_) => ProbeOutcome::Unreachable,
            };
            keeper.drive(|session, now| session.probed(lease.generation(), outcome, now));
        };
        platform.transport.ask(platform.probe(lease), Box::new(then));
    }

    /// Wipes the token; what is returned can still revoke it.
    pub(super) fn end(self: &Rc<Self>, revoke: bool) -> Option<JsString> {
        let lease = if revoke { self.session.borrow_mut().ready(now()) } else { None };
        let authorization = lease.and_then(|lease| self.authorization(lease));
        self.drive(|session, now| session.end(EndReason::HostEnded, now));
        authorization
    }

    pub(super) fn is_ended(&self) -> bool {
        matches!(self.session.borrow().view().phase, Phase::Ended(EndReason::HostEnded))
    }

    /// Wipes and stops everything, tells nobody: the component is going away.
    pub(super) fn stop(self: &Rc<Self>) {
        drop(self.listeners.take());
        self.drive(Session::suspend);
        // One that began in the middle of what ended it.
        if let Some((_, controller)) = self.asking.take() {
            controller.abort();
        }
        self.timer.set(None);
        self.callback.replace(None);
    }

    /// Whether nothing can be sent and nobody needs to be told about it yet.
    pub(super) fn stuck(view: &SessionView) -> bool {
        matches!(view.phase, Phase::Renewing | Phase::Expired)
    }
}

impl Bearer for KeeperRef {
    fn acquire(&self) -> Pin<Box<dyn Future<Output = Result<Lease, Code>>>> {
        let keeper = self.0.clone();
        let mut ticket = None;
        Box::pin(poll_fn(move |context| {
            let result = match ticket {
                Some(ticket) => keeper.released(ticket),
                None => match keeper.drive(Session::acquire) {
                    Acquire::Ready(lease) => Some(Ok(lease)),
                    Acquire::Unavailable(fault) => Some(Err(fault)),
                    Acquire::Wait(new) => {
                        ticket = Some(new);
                        let waker = context.waker().clone();
                        keeper.waiting.borrow_mut().push(Waiter { ticket: new, result: None, waker });
                        None
                    }
                },
            };
            result.map_or(Poll::Pending, |result| Poll::Ready(result.map_err(Code::from)))
        }))
    }

    fn authorization(&self, lease: Lease) -> Option<JsString> {
        self.0.authorization(lease)
    }

    fn accepted(&self, lease: Lease) {
        self.0.drive(|session, _| session.accepted(lease.generation()));
    }

    fn rejected(&self, lease: Lease) {
        self.0.drive(|session, now| session.rejected(lease.generation(), now));
    }

    fn server_date(&self, date_ms: f64, age_s: Option<f64>, sent: Now) {
        self.0.drive(|session, now| session.server_date(date_ms, age_s, sent, now));
    }

    fn now(&self) -> Now {
        now()
    }
}

impl Keeper {
    /// Whether the current token stands in that text.
    pub(super) fn holds_token(&self, text: &str) -> bool {
        let mut session = self.session.borrow_mut();
        let Some(lease) = session.ready(now()) else { return false };
        let holds = |token: &[u8]| text.as_bytes().windows(token.len()).any(|window| window == token);
        session.with_token(lease, now(), holds) == Some(true)
    }

    /// `Bearer …`, handed to JavaScript as the one string that `fetch` needs.
    fn authorization(&self, lease: Lease) -> Option<JsString> {
        self.session.borrow_mut().with_token(lease, now(), |token| {
            #[cfg(feature = "mutants")]
            crate::mutants::requested(token);
            text_of("Bearer ", token)
        })
    }
}

/// A token as JavaScript's text, put behind another in a buffer that is wiped.
fn text_of(before: &str, token: &[u8]) -> JsString {
    let mut text = Zeroizing::new(String::with_capacity(before.len() + token.len()));
    text.push_str(before);
    // The token's characters were checked when it was taken: each is one byte, so that the buffer never grows.
    token.iter().for_each(|byte| text.push(char::from(*byte)));
    JsString::from(text.as_str())
}

/// The keeper as the transport knows it.
pub(super) struct KeeperRef(pub(super) Rc<Keeper>);

/// `retryAfter` in seconds on the error that the host threw: its server answered 429.
fn retry_after_ms(error: &JsValue) -> Option<f64> {
    object::get(error, "retryAfter").ok()?.as_f64().map(|seconds| seconds * 1000.0)
}
