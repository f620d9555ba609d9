//! The session as its driver sees it: inputs with the time, effects to carry out, one timer.

use super::clock::Now;
use super::event::{Acquire, AskId, Effect, EndReason, Lease, ProbeOutcome, SessionView, Ticket};
use super::{HostAnswer, Offer, SessionFault};

/// What the session cannot find out by itself.
#[derive(Clone, Copy, Debug)]
pub struct SessionOptions {
    /// Whether the host gave `getSessionToken`.
    pub has_callback: bool,
}

/// Whether anybody looks at the page and whether it has a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub visible: bool,
    pub online: bool,
}

/// One session: at most one token, its lifetime and its renewal.
///
/// After **every** call of a method that takes `&mut self`: carry out [`take_effects`](Self::take_effects) outside any
/// borrow of the session, then set the one timer to [`next_wake_ms`](Self::next_wake_ms) and let it call `tick`.
/// `now` is always the pair of clocks read at the call.
pub struct Session {}

impl Session {
    /// `seed` feeds jitter and back-off; take it from a good random source so that pages do not act in step.
    pub fn new(options: SessionOptions, seed: u64) -> Self;
    /// What is to be done since the last call, oldest first.
    pub fn take_effects(&mut self) -> Vec<Effect>;
    /// Milliseconds until `tick` must be called, within [250, 30 000]; `None`: nothing to wait for.
    pub fn next_wake_ms(&self) -> Option<f64>;
    /// Begins: asks the host (`initial`) if it gave a callback, else waits for a token.
    pub fn start(&mut self, now: Now);
    /// The host set or removed `getSessionToken`.
    pub fn set_callback(&mut self, has_callback: bool, now: Now);
    /// The host pushed a token (`setSessionToken()`, the property), or something that is none.
    pub fn offer(&mut self, offer: Result<Offer, SessionFault>, now: Now);
    /// The host answered an [`Effect::Ask`]. The lifetime counts from when the ask was issued.
    pub fn answered(&mut self, ask: AskId, answer: HostAnswer, now: Now);
    /// On the timer, and on visibilitychange, pageshow, resume, focus, online, offline.
    pub fn tick(&mut self, now: Now, page: Page);
    /// A request needs a token: call it directly before sending.
    pub fn acquire(&mut self, now: Now) -> Acquire;
    /// A waiting request was given up (aborted); its ticket is not released any more.
    pub fn forget(&mut self, ticket: Ticket);
    /// The only way to the bytes. `None`: no longer the current token; acquire again. `f` must only copy them out.
    pub fn with_token<R>(&mut self, lease: Lease, now: Now, f: impl FnOnce(&[u8]) -> R) -> Option<R>;
    /// The platform answered a request of that generation with 2xx.
    pub fn accepted(&mut self, generation: u32);
    /// The platform answered a request of that generation with 401. Then acquire again and retry that request once.
    pub fn rejected(&mut self, generation: u32, now: Now);
    /// What became of an [`Effect::Probe`].
    pub fn probed(&mut self, generation: u32, outcome: ProbeOutcome, now: Now);
    /// A `Date` header of the platform (epoch milliseconds), with the clocks read when the request was sent.
    pub fn server_date(&mut self, date_ms: f64, age_s: Option<f64>, sent: Now, now: Now);
    /// The user clicked "Try again".
    pub fn retry_by_user(&mut self, now: Now);
    /// Wipes, then tells. To revoke as well, prepare that request with `with_token` before and send it after.
    pub fn end(&mut self, reason: EndReason, now: Now);
    /// `pagehide`: wipes the token, stops everything, tells nobody.
    pub fn suspend(&mut self, now: Now);
    /// `pageshow` after `suspend`: asks anew.
    pub fn resume(&mut self, now: Now);
    /// Plain data for the interface.
    pub fn view(&self) -> SessionView;
}
